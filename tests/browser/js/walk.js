// Notes where the focus goes from here on; returns how often Tab must be pressed to go everywhere, and a few
// times more: between the page's end and its start the browser itself may have the focus. `around()` tells whether
// the focus has come back to where it began, `walked()` what it did not reach, and where it could not be seen.

const ACTIVE = 'a[href], button, input, select, textarea, summary:not([tabindex="-1"]), [role="button"], [tabindex]:not([tabindex="-1"])';
const NEEDED = [
    '.skip', '#mdbook-sidebar-toggle', '#mdbook-theme-toggle', '#mdbook-search-toggle',
    '#mdbook-sidebar a[href]', 'a[href$="print.html"]',
];

const wrong = new Set();
const reached = [];
// Those whose focus could be seen. A page that has just been opened may get its first focus before its window does.
const seen = new Set();
const quote = (element) => JSON.stringify((element.ariaLabel || element.innerText || element.outerHTML).trim().slice(0, 60));
const active = () => [...document.querySelectorAll(ACTIVE)].filter(
    (element) => !element.disabled && element.checkVisibility({ visibilityProperty: true }));

document.addEventListener('focusin', ({ target }) => {
    reached.push(target);
    const style = getComputedStyle(target);
    if (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1) seen.add(target);
    const box = target.getBoundingClientRect();
    if (box.width === 0 || box.right <= 0 || box.left >= innerWidth) {
        wrong.add(`has the focus out of the window: ${quote(target)}`);
    }
});

window.walked = () => {
    for (const selector of NEEDED) {
        if (!document.querySelector(selector)?.matches(ACTIVE)) wrong.add(`there is no ${selector}`);
    }
    for (const element of reached.filter((element) => !seen.has(element))) {
        wrong.add(`has the focus, but does not show it: ${quote(element)}`);
    }
    if (!reached[0]?.matches('.skip')) wrong.add('the first focus is not the way past the chapters');
    for (const element of active()) {
        if (!reached.includes(element)) wrong.add(`never gets the focus: ${quote(element)}`);
    }
    return [...wrong];
};

window.around = () => reached.lastIndexOf(reached[0]) > 0;

// The page's scripts add to what can be reached: panels, the grade, and code that scrolls.
const isReady = () => document.readyState === 'complete'
    && [...document.querySelectorAll('.run:not([data-way]), section.grade')].every((part) => 'state' in part.dataset)
    && [...document.querySelectorAll('.grades')].every((part) => part.querySelector('li[data-state]'));
const frame = () => new Promise(requestAnimationFrame);

return (async () => {
    while (!isReady()) await frame();
    // What scrolls is known when a frame has been laid out.
    await frame();
    await frame();
    return active().length + 5;
})();
