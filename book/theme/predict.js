// Predictions: the first option that is opened is the reader's, and this browser remembers it. Without
// this script every option can be opened just the same.
{
    // A browser may refuse to remember anything.
    const remembered = (act) => {
        try {
            return act(localStorage);
        } catch {
            return null;
        }
    };

    const words = (option) => option.firstElementChild.textContent.replace(/[.]$/, '');

    for (const box of document.querySelectorAll('.predict[id]')) {
        const key = `tcp-by-repair ${box.id}`;
        const options = [...box.querySelectorAll(':scope > .option')];
        const right = options.find((option) => option.matches('.answer'));
        // Read out when it changes.
        const result = document.createElement('div');
        result.className = 'prediction';
        result.setAttribute('role', 'status');
        options.at(-1).after(result);
        let chosen = null;

        const choose = (option) => {
            chosen = option;
            option.classList.add('chosen');
            const verdict = document.createElement('p');
            verdict.textContent = option === right
                ? `You predicted “${words(option)}”, and that is right.`
                : `You predicted “${words(option)}”. The answer is “${words(right)}”.`;
            const button = document.createElement('button');
            button.type = 'button';
            button.textContent = 'Forget my prediction';
            button.addEventListener('click', forget);
            result.replaceChildren(verdict, button);
        };

        const forget = () => {
            remembered((memory) => memory.removeItem(key));
            chosen.classList.remove('chosen');
            chosen = null;
            result.replaceChildren();
            for (const option of options) option.open = false;
            // The button, which had the focus, is gone.
            options[0].firstElementChild.focus();
        };

        for (const option of options) {
            option.firstElementChild.addEventListener('click', () => {
                if (chosen !== null) return;
                remembered((memory) => memory.setItem(key, words(option)));
                choose(option);
            });
        }

        const earlier = remembered((memory) => memory.getItem(key));
        const option = options.find((option) => words(option) === earlier);
        if (option) choose(option);
    }
}
