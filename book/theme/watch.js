// Makes a panel of each recording that names its programs, one panel of several ways to fail, and one of each check
// that a reader watches. Only served pages load this; what a panel does is in run.js.
{
    const { Panel, make } = window.panels;
    const { say, asks } = window.words;

    /** One panel for several recordings, with a button for each. */
    class Ways extends Panel {
        build() {
            super.build();
            const { ways } = this.options;
            this.startButton.hidden = true;
            this.root.querySelector('.run-arguments')?.remove();
            this.buttons = ways.map((way) => this.button(way.label, () => this.afterwards(() => this.choose(way))));
            this.actors.before(make('div', { className: 'run-more' }, ...this.buttons));
            this.group(this.buttons[0].parentElement, say('waysToFail'));
            this.look = make('p', { className: 'scene-look', hidden: true });
            this.scene.before(this.look);
        }

        choose({ programs, look }) {
            this.programs = programs;
            this.named.textContent = this.title;
            this.look.textContent = look;
            return this.start();
        }

        /** The arguments are those that the chapter has written. */
        filledIn() {
            return this.programs.map((program) => Object.fromEntries(
                program.arguments.map(({ name, value }) => [name, value])));
        }

        keepFields() {}

        draw(rows) {
            super.draw(rows);
            this.look.hidden = this.scene.hidden || this.look.textContent === '';
        }
    }

    /** A check of the reader's exercise: its packets and steps, and how it has ended. */
    class Check extends Panel {
        get title() {
            return `${this.options.lesson.replace('lesson', 'exercise')}::${this.options.check}`;
        }

        build() {
            super.build();
            this.startButton.textContent = say('watchAgain');
            this.startButton.setAttribute('aria-label', say('watchAgainNamed', { name: this.title }));
            this.closeButton = this.button(say('close'), () => this.close());
            this.closeButton.className = 'run-close';
            this.stopButton.after(this.closeButton);
            this.told = make('div', { className: 'run-report', hidden: true });
            this.scene.after(this.told);
        }

        wanted() {
            return { check: this.options };
        }

        clear() {
            super.clear();
            this.told.hidden = true;
            this.outcome = null;
        }

        /** No prediction is about a check. */
        remember() {}

        report({ status, differs, likely, report, message, hint }) {
            const sentences = [];
            this.outcome = say(window.words.key(status));
            if (status === 'failed') {
                [...this.log.querySelectorAll('.step')].at(-1)?.classList.add('failed');
                sentences.push(...(likely ?? []));
            } else if (status !== 'passed') {
                sentences.push(message);
            }
            const texts = [differs, ...sentences].filter((text) => text).map((text) => make('p', { textContent: text }));
            if (status === 'failed') {
                const pre = make('pre', { tabIndex: 0 }, make('code', { textContent: report }));
                texts.push(this.folded(say('report'), pre), this.folded(say('hint'), make('p', { textContent: hint })));
            }
            this.told.replaceChildren(...texts);
            this.told.hidden = texts.length === 0;
            this.told.querySelector('pre > code')?.dispatchEvent(new CustomEvent('book:scroller', { bubbles: true }));
        }

        folded(words, content) {
            return make('details', {}, make('summary', { textContent: words }), content);
        }

        async close() {
            await this.stop();
            this.stream?.close();
            sessionStorage.removeItem(this.name);
            const item = this.root.parentElement;
            this.root.remove();
            (item.querySelector('.grade-watch') ?? item).focus();
        }
    }

    /** Who guesses first must not read the recording on the way to the button. */
    const fold = (root) => {
        root.querySelector('.run-note')?.remove();
        const [live, recording] = [root.querySelector(':scope > .run-live'), [...root.childNodes]];
        const parts = recording.filter((part) => part !== live);
        if (parts.some((part) => part.nodeType === Node.ELEMENT_NODE)) {
            const summary = make('summary', { textContent: say('whatWeRecorded') });
            root.append(make('details', { className: 'run-recorded' }, summary, ...parts));
        }
    };

    /** The programs of a panel and who else can come, as the server describes them; `null` where it doesn't. */
    const described = async ({ dataset }) => {
        const sides = Object.entries(dataset).filter(([name]) => ['program', 'server', 'client'].includes(name));
        const answer = await fetch(asks(`/live/panel?${new URLSearchParams(sides)}`));
        return answer.ok ? answer.json() : null;
    };

    const roots = [...document.querySelectorAll('.run')];

    roots.forEach(async (root, index) => {
        const panel = root.dataset.way === undefined ? await described(root) : null;
        if (panel !== null) {
            new Panel(root, `${location.pathname}#${index}`, panel.programs, panel);
            fold(root);
        }
    });

    document.querySelectorAll('.run-ways').forEach(async (place) => {
        const ways = roots.filter((root) => root.dataset.way !== undefined);
        const all = await Promise.all(ways.map(described));
        if (all.includes(null)) {
            return;
        }
        const options = ways.map((root, index) => ({
            label: root.dataset.way,
            programs: all[index].programs,
            look: root.querySelector('.scene-look')?.textContent ?? '',
        }));
        ways.forEach(fold);
        place.classList.add('run');
        new Ways(place, `${location.pathname}#ways`, all[0].programs, { ways: options });
    });

    /** Shows a check below its line in the list of an exercise. */
    const watch = (item, lesson, { check, status }) => {
        item.querySelector(':scope > .run')?.remove();
        const root = make('div', { className: 'run' });
        item.append(root);
        const panel = new Check(root, `${location.pathname}#${lesson}::${check}`, [], { lesson, check, status });
        if (panel.path === null) {
            panel.start();
        }
        root.scrollIntoView({ block: 'nearest' });
    };

    // What the box of an exercise has of this (grade.js).
    window.watching = {
        button(item, lesson, check) {
            const onclick = () => watch(item, lesson, check);
            const made = make('button', { type: 'button', className: 'grade-watch', textContent: say('watchIt'), onclick });
            made.setAttribute('aria-label', say('watchItNamed', { name: check.check }));
            return made;
        },

        /** The way to the panel in which the reader's own program runs; nothing where there is none. */
        link(program) {
            const panel = roots.find(({ dataset }) => [dataset.server, dataset.client, dataset.program].includes(program));
            if (!panel) {
                return '';
            }
            panel.id ||= `watch-${program}`;
            const onclick = () => setTimeout(() => panel.querySelector('.run-start')?.focus());
            return make('a', { className: 'grade-watch', href: `#${panel.id}`, textContent: say('watchIt'), onclick });
        },
    };
}
