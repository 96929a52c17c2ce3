// Predictions: the first option that is opened is the reader's, and this browser remembers it. Without
// this script every option can be opened just the same.
{
    const stored = (box, prediction) => {
        const key = `tcp-by-repair ${box.id}`;
        // A browser may refuse to remember anything.
        try {
            if (prediction === undefined) return localStorage.getItem(key);
            if (prediction === null) localStorage.removeItem(key);
            else localStorage.setItem(key, prediction);
        } catch {}
        return null;
    };

    for (const box of document.querySelectorAll('.predict[id]')) {
        const options = [...box.querySelectorAll(':scope > .option')];
        const words = new Map(options.map((option) => [option, option.firstElementChild.textContent]));
        const result = document.createElement('div');
        result.className = 'prediction';
        result.setAttribute('role', 'status');
        options.at(-1).after(result);
        let chosen = null;

        const show = (option) => {
            chosen = option;
            option.classList.add('chosen');
            const right = options.find((option) => option.classList.contains('right'));
            const verdict = document.createElement('p');
            verdict.textContent = option === right
                ? `You predicted “${words.get(option)}” That is what happens.`
                : `You predicted “${words.get(option)}” What happens is “${words.get(right)}”`;
            const forget = document.createElement('button');
            forget.type = 'button';
            forget.textContent = 'Forget my prediction';
            forget.addEventListener('click', () => {
                stored(box, null);
                chosen = null;
                option.classList.remove('chosen');
                for (const option of options) option.open = false;
                result.replaceChildren();
                options[0].firstElementChild.focus();
            });
            result.replaceChildren(verdict, forget);
        };

        for (const option of options) {
            option.firstElementChild.addEventListener('click', () => {
                if (chosen === null) {
                    stored(box, words.get(option));
                    show(option);
                }
            });
        }
        const earlier = options.find((option) => words.get(option) === stored(box));
        if (earlier) show(earlier);
    }
}
