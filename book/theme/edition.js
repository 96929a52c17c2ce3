// The other edition of the book: its link leads to the section that is being read, and the choice is remembered.
// At the first visit the browser's language chooses.
{
    const own = document.documentElement.lang;
    const links = [...document.querySelectorAll('a.edition')];
    const key = 'book-edition';

    // Where the browser keeps nothing, each visit is the first.
    const remembered = () => {
        try {
            return localStorage.getItem(key);
        } catch {
            return null;
        }
    };
    const remember = (language) => {
        try {
            localStorage.setItem(key, language);
        } catch { /* See above. */ }
    };

    // The last heading that is above the middle of the window. Headings have the same ids in each edition.
    const section = () => {
        const headings = document.querySelectorAll('main h1[id], main h2[id], main h3[id], main h4[id]');
        const above = [...headings].filter((heading) => heading.getBoundingClientRect().top < innerHeight / 2);
        // At the top of the page there's nothing to look for.
        return scrollY === 0 ? '' : (above.at(-1)?.id ?? '');
    };

    for (const link of links) {
        link.addEventListener('click', () => {
            remember(link.hreflang);
            link.hash = section();
        });
    }

    // Who follows a link within the book stays in its edition, and who asks for the Chinese one gets it.
    const comesFromHere = document.referrer.startsWith(`${location.origin}/`);
    const primary = (language) => (language ?? '').split('-')[0];
    const wanted = primary(remembered() ?? navigator.language);
    const other = links.find((link) => primary(link.hreflang) === wanted);
    if (primary(own) === 'en' && other && !comesFromHere) {
        location.replace(other.href + location.search + location.hash);
    }
}
