// Notes where the focus goes from here on; returns how often Tab must be pressed to go everywhere.
// `walked()` tells what was not reached, and where the focus could not be seen.

const ACTIVE = 'a[href], button, input, select, textarea, summary, [role="button"], [tabindex]:not([tabindex="-1"])';
const NEEDED = [
    '.skip', '#mdbook-sidebar-toggle', '#mdbook-theme-toggle', '#mdbook-search-toggle',
    '#mdbook-sidebar a[href]', 'a[href$="print.html"]',
];

const wrong = new Set();
const reached = [];
const quote = (element) => JSON.stringify((element.ariaLabel || element.innerText || element.outerHTML).trim().slice(0, 60));
const active = () => [...document.querySelectorAll(ACTIVE)].filter(
    (element) => !element.disabled && element.checkVisibility({ visibilityProperty: true }));

document.addEventListener('focusin', ({ target }) => {
    reached.push(target);
    const style = getComputedStyle(target);
    if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 1) {
        wrong.add(`has the focus, but does not show it: ${quote(target)}`);
    }
    const box = target.getBoundingClientRect();
    if (box.width === 0 || box.right <= 0 || box.left >= innerWidth) {
        wrong.add(`has the focus out of the window: ${quote(target)}`);
    }
});

window.walked = () => {
    for (const selector of NEEDED) {
        if (!document.querySelector(selector)?.matches(ACTIVE)) wrong.add(`there is no ${selector}`);
    }
    if (!reached[0]?.matches('.skip')) wrong.add('the first focus is not the way past the chapters');
    for (const element of active()) {
        if (!reached.includes(element)) wrong.add(`never gets the focus: ${quote(element)}`);
    }
    return [...wrong];
};

// A few more: between the page's end and its start the browser itself may have the focus, and a panel that
// is not ready yet gets a dozen controls.
return active().length + 5 + 12 * document.querySelectorAll('.run').length;
