// What a view of a page shows that it must not show, and what it consists of. Where a part of it is named,
// axe looks at that alone; where that is `false`, at nothing.

const SMALLEST = 11;
const wrong = { sideways: [], clipped: [], small: [], measure: [], axe: [] };
// What axe-core is to look for, and what of it a theme can change on a page that stays the same.
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
const RULES_OF_THEMES = ['color-contrast', 'link-in-text-block', 'scrollable-region-focusable'];
const quote = (text) => JSON.stringify(text.trim().replace(/\s+/g, ' ').slice(0, 60));

// The nearest ancestor that scrolls sideways by itself: what it holds can be reached.
const scroller = (element) => {
    while (element && element !== document.body) {
        if (/auto|scroll/.test(getComputedStyle(element).overflowX)) return element;
        element = element.parentElement;
    }
    return null;
};

// Which texts of a figure lie on each other depends on the fonts that a system has.
const figureTexts = [];
const lookAtOverlaps = () => {
    for (const [place, one] of figureTexts.entries()) {
        for (const other of figureTexts.slice(place + 1)) {
            const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
            const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
            // A line is higher than its letters.
            if (one.svg === other.svg && across > 1 && down > 0.4 * (one.bottom - one.top)) {
                wrong.clipped.push(`one on the other: ${quote(one.node.data)}, ${quote(other.node.data)}`);
            }
        }
    }
};

const lookAtText = (node) => {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest('script, style, noscript, template, title, desc')) return;
    if (!element.checkVisibility({ visibilityProperty: true })) return;
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()].filter((box) => box.width > 0 && box.height > 0);
    if (boxes.length === 0) return;

    const svg = element.closest('svg');
    const scale = svg ? element.getScreenCTM().a : 1;
    const size = parseFloat(getComputedStyle(element).fontSize) * scale;
    if (size < SMALLEST - 0.05) wrong.small.push(`${size.toFixed(1)} px: ${quote(node.data)}`);

    // Out of the window by choice: a closed sidebar, words for screen readers only.
    if (element.closest('.sidebar, .skip')) return;
    const left = Math.min(...boxes.map((box) => box.left));
    const right = Math.max(...boxes.map((box) => box.right));
    if (svg) {
        figureTexts.push({ svg, node, left, right, top: boxes[0].top, bottom: boxes[0].bottom });
        const frame = svg.getBoundingClientRect();
        const top = Math.min(...boxes.map((box) => box.top));
        const bottom = Math.max(...boxes.map((box) => box.bottom));
        if (left < frame.left - 1 || right > frame.right + 1 || top < frame.top - 1 || bottom > frame.bottom + 1) {
            wrong.clipped.push(`beyond its figure: ${quote(node.data)}`);
        }
    }
    if (!scroller(element) && (left < -1 || right > innerWidth + 1)) {
        wrong.sideways.push(`from ${left.toFixed()} to ${right.toFixed()} px: ${quote(node.data)}`);
    }
};

const lookAtBox = (element) => {
    const { overflowX, overflowY } = getComputedStyle(element);
    const cuts = (overflow) => overflow === 'hidden' || overflow === 'clip';
    // Words for screen readers only are cut to a dot.
    if (!element.innerText?.trim() || element.clientWidth <= 1) return;
    if (cuts(overflowX) && element.scrollWidth > element.clientWidth + 1) {
        wrong.clipped.push(`cut at the side: ${quote(element.innerText)}`);
    }
    if (cuts(overflowY) && element.scrollHeight > element.clientHeight + 1) {
        wrong.clipped.push(`cut at the bottom: ${quote(element.innerText)}`);
    }
};

// Text, boxes, tables, listings and terminals have one measure.
const BLOCKS = 'p, .know, .predict, .claim, .do, .remember, .next, .listing, .terminal, .run, .table-wrapper, .grade, .grades';
const lookAtMeasure = () => {
    const blocks = [...document.querySelectorAll('main > *')].filter(
        (block) => block.matches(BLOCKS) && block.checkVisibility());
    const width = (block) => block.getBoundingClientRect().width;
    const widest = Math.max(...blocks.map(width));
    for (const block of blocks) {
        if (width(block) < widest - 1) {
            wrong.measure.push(`${width(block).toFixed()} px, not ${widest.toFixed()}: ${quote(block.textContent)}`);
        }
    }
};

// What is no table is broken, and what is one shows that there is more of it.
const lookAtScroller = (scroller) => {
    if (scroller.scrollWidth <= scroller.clientWidth + 1 || scroller.scrollLeft > 0) return;
    if (scroller.closest('.terminal:not(.tabular)')) {
        wrong.clipped.push(`a terminal that scrolls: ${quote(scroller.textContent)}`);
    } else if (!scroller.hasAttribute('data-more')) {
        wrong.clipped.push(`no fade at the right edge: ${quote(scroller.textContent)}`);
    }
};

const [part] = arguments;
return (async () => {
    // An answer that is not shown would not be seen here either.
    for (const answer of document.querySelectorAll('details')) answer.open = true;
    // In the first frame the page learns of it, in the second it has done something about it.
    for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
    if (document.scrollingElement.scrollWidth > innerWidth) {
        wrong.sideways.push(`the page is ${document.scrollingElement.scrollWidth} px wide`);
    }
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) lookAtText(texts.currentNode);
    lookAtOverlaps();
    document.querySelectorAll('body *').forEach(lookAtBox);
    document.querySelectorAll('main :is(pre > code, .table-wrapper)').forEach(lookAtScroller);
    lookAtMeasure();

    if (part === false) return wrong;
    // axe does not look behind gradients, and the dots of a terminal's frame are some.
    const plain = document.head.appendChild(document.createElement('style'));
    plain.textContent = 'code.language-console { background-image: none !important; }';
    const seen = [...document.querySelectorAll('body *')].map(
        (element) => (element.checkVisibility({ visibilityProperty: true }) ? 1 : 0));
    const page = part + innerWidth + document.body.outerHTML + seen;
    const { violations } = await axe.run(part ?? document, {
        runOnly: window.lookedAt === page ? RULES_OF_THEMES : RULES,
        resultTypes: ['violations'],
    });
    window.lookedAt = page;
    plain.remove();
    for (const { id, nodes } of violations) {
        for (const { html, any, all, none } of nodes) {
            const why = [...any, ...all, ...none].map((check) => check.message).join('; ');
            wrong.axe.push(`${id}: ${html.slice(0, 120)}\n        ${why}`);
        }
    }
    return wrong;
})();
