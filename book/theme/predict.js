// Predictions: the first option that is opened is the reader's. It locks the others, and this browser
// remembers it. Without this script every option can be opened just the same.
{
    const { say, tag } = window.words;

    // A browser may refuse to remember anything.
    const remembered = (act) => {
        try {
            return act(localStorage);
        } catch {
            return null;
        }
    };

    const key = (id) => `tcp-by-repair ${id}`;

    // In another language an option has other words, and the same place.
    const keyOfPlace = (id) => `${key(id)} place`;

    // Without its letter, so that an answer outlives another order of the options.
    const words = (option) => option.querySelector('.words').textContent.trim();

    const letter = (option) => option.querySelector('.letter').textContent;

    const element = (name, attributes, text) => {
        const made = document.createElement(name);
        for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
        made.textContent = text;
        return made;
    };

    const lock = (details, locked) => {
        const summary = details.firstElementChild;
        if (locked) {
            summary.setAttribute('aria-disabled', 'true');
        } else {
            summary.removeAttribute('aria-disabled');
        }
    };

    for (const box of document.querySelectorAll('.predict[id]')) {
        const options = [...box.querySelectorAll(':scope > .option')];
        const right = options.find((option) => option.matches('.answer'));
        // What happens is for those who have predicted it.
        const behind = [...box.querySelectorAll(':scope > details:not(.option)')];
        const result = element('div', { 'class': 'prediction' }, '');
        // Read out when it changes.
        const verdict = element('p', { 'role': 'status' }, '');
        const others = element('button', { 'type': 'button', 'class': 'others' }, say('othersWhy'));
        const clear = element('button', { 'type': 'button', 'class': 'clear' }, say('clearAnswer'));
        result.append(verdict);
        options.at(-1).after(result);
        let chosen = null;

        const choose = (option) => {
            chosen = option;
            box.dataset.predicted = option === right ? 'right' : 'wrong';
            option.classList.add('chosen');
            for (const other of options) lock(other, other !== option);
            for (const details of behind) lock(details, false);
            verdict.textContent = option === right
                ? say('calledIt')
                : say('notThisTime', { letter: letter(right) });
            result.append(others, ' ', clear);
        };

        const forget = () => {
            for (const name of [key, keyOfPlace]) remembered((memory) => memory.removeItem(name(box.id)));
            chosen?.classList.remove('chosen');
            chosen = null;
            delete box.dataset.predicted;
            for (const option of options) {
                option.open = false;
                lock(option, false);
            }
            for (const details of behind) {
                details.open = false;
                lock(details, true);
            }
            verdict.textContent = '';
            others.remove();
            clear.remove();
        };

        others.addEventListener('click', () => {
            const rest = options.filter((option) => option !== chosen);
            for (const option of rest) {
                lock(option, false);
                option.open = true;
            }
            others.remove();
            rest[0].firstElementChild.focus();
        });
        clear.addEventListener('click', () => {
            forget();
            // The button, which had the focus, is gone.
            options[0].firstElementChild.focus();
        });
        for (const details of [...options, ...behind]) {
            details.firstElementChild.addEventListener('click', (event) => {
                if (event.currentTarget.getAttribute('aria-disabled') === 'true') event.preventDefault();
            });
        }
        for (const option of options) {
            option.firstElementChild.addEventListener('click', () => {
                if (chosen !== null) return;
                const said = option === right ? 'right' : 'wrong';
                remembered((memory) => memory.setItem(key(box.id), `${said} ${words(option)}`));
                remembered((memory) => memory.setItem(keyOfPlace(box.id), `${tag} ${options.indexOf(option)}`));
                choose(option);
            });
        }

        for (const details of behind) lock(details, true);
        const earlier = remembered((memory) => memory.getItem(key(box.id)));
        const [language, place] = remembered((memory) => memory.getItem(keyOfPlace(box.id)))?.split(' ') ?? [tag];
        const option = language === tag ? options.find((one) => earlier?.replace(/^(right|wrong) /, '') === words(one))
            : earlier && options[place];
        if (option) choose(option);
    }

    // How the reader has done so far, for the reader alone.
    const tally = document.querySelector('.tally[data-predictions]');
    if (tally) {
        const ids = tally.dataset.predictions.split(' ');
        const answers = ids.map((id) => remembered((memory) => memory.getItem(key(id)))).filter(Boolean);
        const right = answers.filter((answer) => answer.startsWith('right '));
        if (answers.length > 0) {
            tally.textContent = say('tally', { count: answers.length, all: ids.length, right: right.length });
            tally.hidden = false;
        }
    }
}
