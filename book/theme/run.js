// A panel: a button that runs programs on this machine, and a scene of what they and the kernels do. Only served pages
// load this; see book/server/panels/panel.rs. Which panels a page has is in watch.js. The scene's rows are made by the
// server (book/server/scene/html.rs), and played by scene.js.
{
    const { say, asks } = window.words;

    const make = (tag, properties = {}, ...children) => {
        const { data, ...rest } = properties;
        const element = Object.assign(document.createElement(tag), rest);
        Object.assign(element.dataset, data);
        element.append(...children);
        return element;
    };

    /** Asks the server; throws words for people where there is none. */
    const ask = (path, options) => fetch(asks(path), options).catch(() => {
        throw new Error(say('noServer'));
    });

    /** Sends a request that starts or stops something; resolves to the answer, or throws its text. */
    const post = async (path, body = {}) => {
        // Each run of the server has a token of its own, so it is not kept.
        const { token } = await (await ask('/live/session')).json();
        const answer = await ask(path, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json', 'X-Book-Token': token },
            body: JSON.stringify(body),
        });
        if (!answer.ok) {
            throw new Error((await answer.text()).trim());
        }
        return answer.status === 204 ? null : answer.json();
    };

    class Panel {
        constructor(root, name, programs, options = {}) {
            this.root = root;
            this.name = name;
            this.programs = programs;
            this.options = options;
            this.stream = null;
            this.lastAddress = null;
            this.build();
            // A page that was loaded again, or that the server has built anew, goes on with its run.
            this.path = sessionStorage.getItem(name);
            if (this.path === null) {
                this.show('idle', '');
            } else {
                this.show('building', say('lookingForRun'));
                this.clear();
                this.listen();
            }
        }

        // --------------------------------------------------------------------
        // What is on the page.

        get title() {
            const names = this.programs.map(({ name }) => name);
            return names.length < 2 ? names.join() : say('and', { one: names[0], other: names[1] });
        }

        build() {
            const names = this.title;
            this.startButton = make('button', {
                type: 'button',
                className: 'run-start',
                textContent: say('run'),
                onclick: () => this.start(),
            });
            this.startButton.setAttribute('aria-label', say('runNamed', { names }));
            this.stopButton = make('button', {
                type: 'button',
                className: 'run-stop',
                textContent: say('stop'),
                onclick: () => this.stop(),
            });
            this.stopButton.setAttribute('aria-label', say('stopNamed', { names }));
            // Tells how it goes, and not each line: the list can be read in peace.
            this.status = make('span', { className: 'run-status' });
            this.status.setAttribute('role', 'status');
            this.cargo = make('pre', { className: 'run-build', hidden: true });
            const label = say('outputOf', { names });
            this.player = new scenes.Player(scenes.empty(label));
            this.scene = this.player.scene;
            this.log = this.player.list;
            this.player.onsettled = () => this.follow();
            this.scene.hidden = true;
            // Where it runs, and what the reader has said of it.
            this.where = make('p', { className: 'run-where', hidden: true });
            this.said = make('p', { className: 'run-said', hidden: true });
            this.fields = this.programs.map(() => new Map());
            this.inputs = make('div', { className: 'run-inputs' });
            // What else can be sent while it runs.
            this.actors = make('div', { className: 'run-more', hidden: true });

            const bar = make('div', { className: 'run-bar' });
            this.named = make('code', { textContent: names });
            bar.append(this.startButton, this.stopButton, this.named, this.status);
            const live = make('div', { className: 'run-live' }, bar);
            const fieldsets = this.programs.map((program, index) => this.fieldset(program, index));
            if (fieldsets.some((fieldset) => fieldset !== null)) {
                const summary = make('summary', { textContent: say('arguments') });
                const shown = fieldsets.filter((fieldset) => fieldset !== null);
                live.append(make('details', { className: 'run-arguments' }, summary, ...shown));
            }
            this.programs.forEach((program, index) => {
                if (program.reads !== null) {
                    this.inputs.append(this.inputForm(program, index));
                }
            });
            this.buildMore();
            live.append(this.actors, this.said, this.cargo, this.where);
            // What to look at would tell how it goes to a reader who guesses first.
            this.look = this.root.querySelector(':scope > .scene-look');
            if (this.look !== null) {
                this.look.hidden = true;
                live.append(this.look);
            }
            live.append(this.scene, this.inputs);
            this.root.prepend(live);
            this.keepFields();
        }

        /** Buttons that only some panels have. */
        buildMore() {
            if (this.root.dataset.restart !== undefined) {
                this.again = this.button(say('restart'), () => this.afterwards(() => this.start(this.lastAddress)));
                this.again.className = 'run-again';
                this.stopButton.after(this.again);
            }
            if (this.root.dataset.actors !== undefined) {
                this.group(this.actors, say('moreClients', { name: this.programs[0].name }));
                const { actors = [] } = this.options;
                this.actors.append(...actors.map(([actor, words]) => this.button(words, () => this.send(actor))));
                this.actors.hidden = false;
            }
        }

        /** One that does nothing while it's marked as disabled. */
        button(textContent, act) {
            const button = make('button', { type: 'button', textContent });
            button.onclick = () => (button.ariaDisabled === 'true' ? undefined : act());
            return button;
        }

        group(element, label) {
            element.setAttribute('role', 'group');
            element.setAttribute('aria-label', label);
        }

        fieldset(program, index) {
            // The second program gets the address of the first.
            const shown = program.arguments.filter(
                ({ kind }) => index === 0 || (kind !== 'listen' && kind !== 'connect'),
            );
            if (shown.length === 0) {
                return null;
            }
            const legend = make('legend', {}, make('code', { textContent: program.name }));
            const fields = shown.map((argument) => this.field(argument, index));
            return make('fieldset', { className: program.role }, legend, ...fields);
        }

        field(argument, index) {
            const { name, meaning, kind, value } = argument;
            let control;
            if (kind === 'choice') {
                const options = argument.choices.map((choice) => new Option(choice));
                control = make('select', {}, ...options);
                control.value = value;
            } else if (kind === 'flag') {
                control = make('input', { type: 'checkbox', checked: value === true });
            } else if (kind === 'number') {
                const { least: min, most: max } = argument;
                control = make('input', { type: 'number', min, max, value });
            } else {
                control = make('input', { type: 'text', value, spellcheck: false });
                control.autocomplete = 'off';
            }
            this.fields[index].set(name, control);
            control.dataset.argument = name;
            const hint = make('span', { className: 'run-hint', textContent: meaning });
            const label = make('label', {}, make('code', { textContent: name }), control, hint);
            return label;
        }

        /** The arguments of each program, by their names. */
        filledIn() {
            const value = (control) => (control.type === 'checkbox' ? control.checked : control.value);
            return this.fields.map((fields) => Object.fromEntries(
                [...fields].map(([name, control]) => [name, value(control)]),
            ));
        }

        /** What was filled in outlives a page that is loaded again. */
        keepFields() {
            const key = `${this.name} arguments`;
            const kept = JSON.parse(sessionStorage.getItem(key) ?? '[]');
            this.fields.forEach((fields, index) => fields.forEach((control, name) => {
                const value = kept[index]?.[name];
                if (value !== undefined) {
                    control[control.type === 'checkbox' ? 'checked' : 'value'] = value;
                }
            }));
            this.root.addEventListener('change', () => {
                sessionStorage.setItem(key, JSON.stringify(this.filledIn()));
            });
        }

        inputForm(program, index) {
            const line = make('input', { type: 'text', autocomplete: 'off' });
            const form = make('form', { className: 'run-input' });
            const words = say('lineFor', { name: program.name, reads: program.reads });
            form.append(make('label', {}, words, line), make('button', { textContent: say('send') }));
            form.onsubmit = async (event) => {
                event.preventDefault();
                if (this.root.dataset.state !== 'running') {
                    return;
                }
                await this.ask(`${this.path}/input`, { program: index, line: line.value });
                line.value = '';
            };
            return form;
        }

        get isRunning() {
            return ['building', 'running'].includes(this.root.dataset.state);
        }

        /** The state decides which buttons work; the words are for the reader. */
        show(state, words) {
            this.root.dataset.state = state;
            // What is `disabled` loses the focus, and who uses the keyboard their place.
            const allow = (control, allowed) => control.setAttribute('aria-disabled', !allowed);
            allow(this.startButton, !this.isRunning);
            allow(this.stopButton, this.isRunning);
            [...this.actors.children].forEach((button) => allow(button, state === 'running'));
            if (this.again) {
                allow(this.again, this.lastAddress !== null && state !== 'building');
            }
            for (const control of this.inputs.querySelectorAll('input, button')) {
                allow(control, state === 'running');
                control.readOnly = state !== 'running';
            }
            this.status.textContent = words;
        }

        // --------------------------------------------------------------------
        // A run.

        clear() {
            this.stream?.close();
            this.player.clear();
            this.cargo.replaceChildren();
            this.scene.hidden = this.cargo.hidden = this.where.hidden = true;
            this.why = null;
            // Where the list has been scrolled to for a reader who reads at its end.
            this.followed = 0;
            this.last = -1;
            this.ends = [];
            this.names = [];
            this.next = null;
        }

        /** What the server is asked to run; an address in the place of the server's own. */
        wanted(address) {
            const filledIn = this.filledIn();
            if (address) {
                filledIn[0].address = address;
            }
            return { programs: this.programs.map(({ name }, index) => ({ name, arguments: filledIn[index] })) };
        }

        async start(address = null) {
            if (this.isRunning) {
                return;
            }
            this.clear();
            this.remember();
            this.path = null;
            this.isUnwanted = false;
            this.show('building', say('starting'));
            try {
                const { run } = await post('/live/run', { panel: this.name, ...this.wanted(address) });
                this.path = `/live/run/${run}`;
                sessionStorage.setItem(this.name, this.path);
                this.listen();
                if (this.isUnwanted) {
                    await this.stop();
                }
            } catch (error) {
                this.show('refused', error.message);
            }
        }

        async stop() {
            if (this.isRunning && this.path === null) {
                // It has no name yet; the server's answer brings one.
                this.isUnwanted = true;
            } else if (this.isRunning) {
                await this.ask(`${this.path}/stop`);
            }
        }

        /** Stops it, if it runs, and then does what is next. */
        async afterwards(next) {
            if (!this.isRunning) {
                await next();
                return;
            }
            this.next = next;
            await this.stop();
        }

        /** Sends one more client. */
        async send(actor) {
            await this.ask(`${this.path}/add`, { actor });
        }

        async ask(path, body) {
            try {
                await post(path, body);
            } catch (error) {
                this.status.textContent = error.message;
            }
        }

        listen() {
            const stream = new EventSource(asks(this.path));
            this.stream = stream;
            for (const [kind, heard] of Object.entries(EVENTS)) {
                stream.addEventListener(kind, (event) => {
                    // A stream that broke begins behind the last event; none is shown twice.
                    const id = Number(event.lastEventId);
                    if (stream === this.stream && id > this.last) {
                        this.last = id;
                        const data = JSON.parse(event.data);
                        heard(this, data);
                        this.draw(data.rows ?? []);
                    }
                });
            }
            stream.onerror = () => {
                // Where it is not CLOSED, the browser tries again by itself.
                if (stream.readyState === EventSource.CLOSED && stream === this.stream) {
                    // That is so when the server knows no such run, and when the page is left.
                    if (this.last === -1) {
                        sessionStorage.removeItem(this.name);
                    }
                    if (this.isRunning) {
                        this.show('over', say('unknownRun'));
                    }
                }
            };
        }

        // --------------------------------------------------------------------
        // Rows of the scene.

        /** Shows rows of the server; who reads at the list's end stays there, as long as it runs. */
        draw(rows) {
            if (rows.length === 0) {
                return;
            }
            this.scene.hidden = false;
            if (this.look !== null) {
                this.look.hidden = false;
            }
            rows.forEach(([number, html]) => this.player.put(number, html));
        }

        /** Where the list's end is in sight, it stays there. */
        follow() {
            if (this.isRunning && this.player.timer === null && this.log.scrollTop > this.followed - 40) {
                this.log.scrollTop = this.log.scrollHeight;
                this.followed = this.log.scrollTop;
            }
        }

        /** A run that is over is read from its start; who has scrolled by then stays there. */
        rewind() {
            if (this.log.scrollTop === this.followed) {
                this.log.scrollTop = 0;
            }
        }

        /** What the reader has predicted, if this panel is of the same section. */
        remember() {
            const chosen = predictionOf(this.root);
            this.said.hidden = chosen === null;
            this.said.textContent = chosen === null ? '' : say('youSaid', { words: chosen });
        }
    }

    /** The words of the option that the reader has chosen in the last prediction before a panel, in its section. */
    const predictionOf = (root) => {
        const inside = root.closest('.predict');
        const boxes = [...document.querySelectorAll('.predict, main h2, main h3')].filter(
            (box) => root.compareDocumentPosition(box) & Node.DOCUMENT_POSITION_PRECEDING);
        const box = inside ?? boxes.at(-1);
        return box?.querySelector('.option.chosen .words')?.textContent.trim() ?? null;
    };

    /** What a run can tell, each with what the panel makes of it. */
    const EVENTS = {
        build(panel, { text }) {
            panel.cargo.hidden = false;
            panel.cargo.append(`${text}\n`);
            panel.cargo.scrollTop = panel.cargo.scrollHeight;
            panel.show('building', say('building'));
        },
        /** Where it runs: in a network of its own, or on this machine's ports, and why. */
        where(panel, { isolated, why }) {
            panel.where.hidden = false;
            panel.where.textContent = isolated ? say('ownNetwork') : say('realPorts', { why });
        },
        start(panel, { program, name }) {
            // What cargo says is of interest as long as it builds, or when it failed.
            panel.cargo.hidden = true;
            panel.names[program] = name;
            panel.show('running', program < 2 ? say('running') : say('hasCome', { name }));
        },
        line(panel, { program, text }) {
            const [, address] = /^listening on (\S+)$/.exec(text) ?? [];
            if (program === 0 && address) {
                panel.lastAddress = address;
                panel.show('running', say('running'));
            }
        },
        exit(panel, { program, words }) {
            if (program < 2) {
                panel.ends.push(say('ended', { name: panel.names[program], words }));
            } else if (panel.isRunning) {
                panel.show('running', say('hasGone', { name: panel.names[program], words }));
            }
        },
        step() {},
        report(panel, known) {
            panel.report?.(known);
        },
        packet() {},
        sockets() {},
        unseen() {},
        uncaptured() {},
        lost() {},
        cut() {},
        limit(panel, { why }) {
            panel.why = why;
        },
        over(panel, { stopped }) {
            const ends = panel.ends.join(say('comma'));
            const behind = ends && say('semicolon') + ends;
            if (stopped && panel.why !== null) {
                panel.show('over', say('stoppedBecause', { why: panel.why }) + behind);
            } else if (stopped) {
                panel.show('over', say('stoppedByHand') + behind);
            } else {
                panel.show('over', ends || panel.outcome || say('notBuilt'));
            }
            panel.rewind();
            panel.next?.();
        },
        end(panel) {
            panel.stream.close();
            sessionStorage.removeItem(panel.name);
        },
    };

    window.panels = { Panel, make };
}
