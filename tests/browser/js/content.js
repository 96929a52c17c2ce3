// What the page consists of, as it is shown, when every answer is opened.

// By hand, some would wait for a prediction.
for (const answer of document.querySelectorAll('details')) answer.open = true;

// What a script says of this reader, and of programs that run, is no part of the book.
const added = 'script, style, .scene-look, .scene-controls, .prediction, .tally, .grade, .grades, .chip-state, .next-exercise, .run-live, .run-note, .run-recorded > summary';
const main = document.querySelector('main');
const seen = (selector) => [...main.querySelectorAll(selector)].filter((element) => {
    const box = element.getBoundingClientRect();
    return element.checkVisibility({ visibilityProperty: true }) && box.width > 0 && box.height > 0
        && !element.closest(added);
});
const text = main.cloneNode(true);
text.querySelectorAll(added).forEach((element) => element.remove());
return {
    headings: seen('h1, h2, h3, h4').map((heading) => heading.textContent.trim()),
    words: text.textContent.trim().split(/\s+/),
    figures: seen('figure svg').length,
    listings: seen('pre').length,
    answers: seen('details:not(.run-recorded) > :not(summary)').length,
};
