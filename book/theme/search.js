// Lets mdBook's search find Chinese, which has no blanks between its words: a text is found wherever it stands in
// a section. English pages search for English words as mdBook does.
if (window.elasticlunr) {
    const isChinese = document.documentElement.lang.startsWith('zh');
    const han = /\p{Script=Han}/u;

    // How much of a section is shown around what was found, in characters.
    const before = 30;
    const after = 90;

    const count = (text, words) => text.split(words).length - 1;

    // Of a section: how well it fits. None of the words may be missing.
    const score = (section, words) => {
        const title = section.title.toLowerCase();
        const body = section.body.toLowerCase();
        let sum = 0;
        for (const word of words) {
            const found = 10 * count(title, word) + Math.min(count(body, word), 5);
            if (found === 0) return 0;
            sum += found;
        }
        return sum;
    };

    // mdBook marks whole words only, so what was found stands by itself.
    const excerpt = (body, words) => {
        const lower = body.toLowerCase();
        const places = words.map((word) => lower.indexOf(word)).filter((place) => place >= 0);
        const start = Math.max(0, Math.min(...places, lower.length) - before);
        let text = body.slice(start, start + before + after);
        for (const word of words.filter((one) => han.test(one))) text = text.split(word).join(` ${word} `);
        const more = start + before + after < body.length;
        return `${start > 0 ? '… ' : ''}${text}${more ? ' …' : ''}`;
    };

    const find = (sections, pages, words) => {
        const found = Object.entries(sections)
            .map(([ref, section]) => ({ ref, section, score: score(section, words) }))
            .filter((one) => one.score > 0)
            .sort((one, other) => other.score - one.score || one.ref - other.ref);
        // First the best section of each page: a page isn't hidden behind the many sections of another one.
        const seen = new Set();
        const [first, rest] = [[], []];
        for (const one of found) {
            const page = pages[one.ref].split('#')[0];
            (seen.has(page) ? rest : first).push(one);
            seen.add(page);
        }
        return [...first, ...rest].map(({ ref, section, score }) => {
            return { ref, score, doc: { ...section, body: excerpt(section.body, words) } };
        });
    };

    const load = elasticlunr.Index.load;
    elasticlunr.Index.load = (saved) => {
        const english = isChinese ? null : load.call(elasticlunr.Index, saved);
        const search = (text, options) => {
            if (english && !han.test(text)) return english.search(text, options);
            const words = text.toLowerCase().split(/\s+/).filter((word) => word !== '');
            return find(saved.documentStore.docs, window.search.doc_urls, words);
        };
        return { search };
    };

    const field = document.getElementById('mdbook-searchbar');
    // An input method writes into the field without a key of its own.
    field?.addEventListener('compositionend', () => field.dispatchEvent(new KeyboardEvent('keyup')));

    // mdBook counts in English.
    const header = document.getElementById('mdbook-searchresults-header');
    if (isChinese && header) {
        new MutationObserver(() => {
            const text = header.textContent;
            const [, number, words] = text.match(/^(No|\d+) search results? for '(.*)'[.:]$/s) ?? [];
            if (number) header.textContent = window.words.say(/\d/.test(number) ? 'found' : 'foundNothing', { number, words });
        }).observe(header, { childList: true });
    }
}
