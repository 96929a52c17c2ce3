// Mends what mdBook's stock page denies to those who read without a mouse or without a screen. It runs
// after mdBook's own scripts.
{
    const { say } = window.words;
    const byId = (id) => document.getElementById(id);

    // The way past the list of chapters comes before it. The page for unknown addresses has a
    // `<base>`, with which the link alone would lead elsewhere.
    const skip = document.querySelector('.skip');
    const main = document.querySelector('main');
    document.body.prepend(skip);
    main.tabIndex = -1;
    skip.addEventListener('click', (event) => {
        event.preventDefault();
        main.focus();
    });

    // Two themes, light and dark, and the system's choice between them. mdBook's others are not tuned; a reader
    // who once chose one of them gets the system's.
    if (['rust', 'coal', 'ayu'].some((theme) => document.documentElement.classList.contains(theme))) {
        byId('mdbook-theme-default_theme').click();
    }
    for (const theme of ['rust', 'coal', 'ayu']) byId(`mdbook-theme-${theme}`).parentElement.remove();
    byId('mdbook-theme-navy').textContent = say('themeDark');

    // The button for the list of chapters is a label, which takes no focus and has no state to tell.
    const toggle = byId('mdbook-sidebar-toggle');
    const checkbox = byId(toggle.htmlFor);
    toggle.removeAttribute('for');
    toggle.setAttribute('role', 'button');
    toggle.tabIndex = 0;
    toggle.addEventListener('click', () => checkbox.click());
    toggle.addEventListener('keydown', (event) => {
        if (event.key === 'Enter' || event.key === ' ') {
            event.preventDefault();
            toggle.click();
        }
    });

    // The button of a listing is made by mdBook's script, in English, and so is what it says when it's pressed.
    const tips = new MutationObserver((changes) => {
        for (const { target } of changes) {
            const words = say(target.textContent.endsWith('error!') ? 'notCopied' : 'copied');
            if (target.textContent !== '' && target.textContent !== words) target.textContent = words;
        }
    });
    for (const button of document.querySelectorAll('.clip-button')) {
        button.setAttribute('aria-label', say('copyListing'));
        button.title = say('copyListing');
        tips.observe(button.firstElementChild, { childList: true });
    }

    // The search field refers to an id that is not there, and the words of a result have a label that
    // would be read in their place.
    const field = byId('mdbook-searchbar');
    field?.setAttribute('aria-label', say('searchLabel'));
    field?.setAttribute('aria-describedby', 'mdbook-searchresults-header');
    const results = byId('mdbook-searchresults');
    if (results) {
        new MutationObserver(() => {
            for (const words of results.querySelectorAll('.teaser')) words.removeAttribute('aria-label');
        }).observe(results, { childList: true });
    }

    // What scrolls sideways must take focus, or its end is out of reach. What does not scroll must not:
    // each focus is one more key to press.
    const name = (scroller) => {
        const terminal = scroller.closest('.terminal');
        if (terminal?.classList.contains('client')) return say('clientTerminal');
        if (terminal?.classList.contains('server')) return say('serverTerminal');
        if (terminal) return say('terminal');
        const caption = scroller.closest('figure')?.querySelector('figcaption');
        if (caption) return caption.textContent;
        return say(scroller.matches('pre > code') ? 'code' : 'table');
    };
    // Whether there is more at the right edge.
    const fade = (scroller) => {
        const more = scroller.scrollLeft + scroller.clientWidth < scroller.scrollWidth - 1;
        scroller.toggleAttribute('data-more', more);
    };
    const update = (scroller) => {
        fade(scroller);
        if (scroller.scrollWidth > scroller.clientWidth) {
            scroller.tabIndex = 0;
            scroller.setAttribute('role', 'group');
            scroller.setAttribute('aria-label', name(scroller));
        } else {
            for (const attribute of ['tabindex', 'role', 'aria-label']) scroller.removeAttribute(attribute);
        }
    };
    const sizes = new ResizeObserver((changes) => changes.forEach((change) => update(change.target)));
    const watch = (scroller) => {
        sizes.observe(scroller);
        scroller.addEventListener('scroll', () => fade(scroller), { passive: true });
    };
    main.querySelectorAll('pre > code, .table-wrapper').forEach(watch);
    // One that another script has made.
    document.addEventListener('book:scroller', ({ target }) => watch(target));

    // The command of a page's bar can be copied, where the browser allows that. The word on the button is the style
    // sheet's: it's no part of the text, which is the same without scripts.
    if (navigator.clipboard) {
        for (const command of main.querySelectorAll('.lesson-bar > .chip > code')) {
            const button = document.createElement('button');
            button.className = 'copy';
            button.type = 'button';
            button.dataset.copy = command.textContent;
            button.setAttribute('aria-label', say('copyCommand'));
            command.after(' ', button);
        }
    }
    const said = document.createElement('span');
    said.className = 'copied';
    said.setAttribute('role', 'status');
    main.append(said);
    main.addEventListener('click', async ({ target }) => {
        const button = target.closest('button[data-copy]');
        if (!button) return;
        const done = await navigator.clipboard.writeText(button.dataset.copy).then(() => true, () => false);
        said.textContent = say(done ? 'copied' : 'notCopied');
        button.dataset.copied = done ? 'yes' : 'no';
        setTimeout(() => {
            said.textContent = '';
            delete button.dataset.copied;
        }, 2000);
    });

    // The arrow keys turn the page, but not while a reader scrolls a listing with them.
    main.addEventListener('keydown', (event) => {
        const turns = event.key === 'ArrowLeft' || event.key === 'ArrowRight';
        if (turns && event.target.closest('pre, figure, table, .table-wrapper, details')) {
            event.stopPropagation();
        }
    });
}
