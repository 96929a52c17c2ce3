// Makes a panel of each recording that names its programs: a button that runs them on this machine, and
// what they and the kernel do, on one time axis. Only served pages load this; see book/server/panels/panel.rs.
{
    const make = (tag, properties = {}, ...children) => {
        const { data, ...rest } = properties;
        const element = Object.assign(document.createElement(tag), rest);
        Object.assign(element.dataset, data);
        element.append(...children);
        return element;
    };

    /** Asks the server; throws words for people where there is none. */
    const ask = (path, options) => fetch(path, options).catch(() => {
        throw new Error('the book\'s server does not answer: is cargo run -p book still running?');
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

    /** Text as code. A line is not broken within an option. */
    const code = (text) => {
        const parts = text.split(/(--[a-z-]+)/);
        return make('code', {}, ...parts.map((part, index) => (
            index % 2 === 1 ? make('span', { className: 'run-option', textContent: part }) : part)));
    };

    const time = (ms) => (ms < 999.5 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`);

    const ending = ({ code, signal }) => {
        if (code !== null) {
            return `exit code ${code}`;
        }
        return { 2: 'ended by Ctrl-C', 9: 'killed' }[signal] ?? `ended by signal ${signal}`;
    };

    class Panel {
        constructor(root, name, programs) {
            this.root = root;
            this.name = name;
            this.programs = programs;
            this.stream = null;
            this.build();
            // A page that was loaded again, or that the server has built anew, goes on with its run.
            this.path = sessionStorage.getItem(name);
            if (this.path === null) {
                this.show('idle', '');
            } else {
                this.show('building', 'looking for its run');
                this.clear();
                this.listen();
            }
        }

        // --------------------------------------------------------------------
        // What is on the page.

        build() {
            const names = this.programs.map(({ name }) => name).join(' and ');
            this.startButton = make('button', {
                type: 'button',
                className: 'run-start',
                textContent: 'Run',
                onclick: () => this.start(),
            });
            this.startButton.setAttribute('aria-label', `Run ${names}`);
            this.stopButton = make('button', {
                type: 'button',
                className: 'run-stop',
                textContent: 'Stop',
                onclick: () => this.stop(),
            });
            this.stopButton.setAttribute('aria-label', `Stop ${names}`);
            // Tells how it goes, and not each line: the list can be read in peace.
            this.status = make('span', { className: 'run-status' });
            this.status.setAttribute('role', 'status');
            this.cargo = make('pre', { className: 'run-build', hidden: true });
            this.log = make('ol', { className: 'run-log', tabIndex: 0, hidden: true });
            this.log.setAttribute('aria-label', `Output of ${names}, and the kernel's view`);
            this.fields = this.programs.map(() => new Map());
            this.inputs = make('div', { className: 'run-inputs' });

            const bar = make('div', { className: 'run-bar' });
            bar.append(this.startButton, this.stopButton, make('code', { textContent: names }), this.status);
            const live = make('div', { className: 'run-live' }, bar);
            const fieldsets = this.programs.map((program, index) => this.fieldset(program, index));
            if (fieldsets.some((fieldset) => fieldset !== null)) {
                const summary = make('summary', { textContent: 'Arguments' });
                const shown = fieldsets.filter((fieldset) => fieldset !== null);
                live.append(make('details', { className: 'run-arguments' }, summary, ...shown));
            }
            this.programs.forEach((program, index) => {
                if (program.reads !== null) {
                    this.inputs.append(this.inputForm(program, index));
                }
            });
            live.append(this.cargo, this.log, this.inputs);
            this.root.querySelector('.run-note')?.remove();
            const recording = [...this.root.childNodes];
            if (this.root.childElementCount > 0) {
                // Who guesses first must not read it on the way to the button.
                const summary = make('summary', { textContent: 'What we recorded' });
                this.root.append(make('details', { className: 'run-recorded' }, summary, ...recording));
            }
            this.root.prepend(live);
            this.keepFields();
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
            if (kind === 'listen') {
                this.address = control;
                this.again = make('button', {
                    type: 'button',
                    className: 'run-again',
                    textContent: 'the same port as last time',
                    hidden: true,
                    onclick: () => {
                        this.address.value = this.lastAddress;
                        this.address.dispatchEvent(new Event('change', { bubbles: true }));
                    },
                });
                return make('div', {}, label, this.again);
            }
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
            const words = `A line for ${program.name} (${program.reads})`;
            form.append(make('label', {}, words, line), make('button', { textContent: 'Send' }));
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
            this.log.replaceChildren();
            this.cargo.replaceChildren();
            this.log.hidden = this.cargo.hidden = true;
            this.zero = this.now = this.why = null;
            // Where the list has been scrolled to for a reader who reads at its end.
            this.followed = 0;
            // The bytes in each queue, and the most that one has held: its bar is full then.
            this.queues = new Map();
            this.most = 1;
            this.last = -1;
            this.ends = [];
        }

        async start() {
            if (this.isRunning) {
                return;
            }
            this.clear();
            this.path = null;
            this.isUnwanted = false;
            this.show('building', 'starting');
            const filledIn = this.filledIn();
            const programs = this.programs.map(({ name }, index) => ({ name, arguments: filledIn[index] }));
            try {
                const { run } = await post('/live/run', { panel: this.name, programs });
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

        async ask(path, body) {
            try {
                await post(path, body);
            } catch (error) {
                this.status.textContent = error.message;
            }
        }

        listen() {
            const stream = new EventSource(this.path);
            this.stream = stream;
            for (const [kind, heard] of Object.entries(EVENTS)) {
                stream.addEventListener(kind, (event) => {
                    // A stream that broke begins behind the last event; none is shown twice.
                    const id = Number(event.lastEventId);
                    if (stream === this.stream && id > this.last) {
                        this.last = id;
                        heard(this, JSON.parse(event.data));
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
                        this.show('over', 'the book\'s server does not know this run any more');
                    }
                }
            };
        }

        // --------------------------------------------------------------------
        // Rows of the list.

        /** Adds a row; who reads at the list's end stays there, as long as it runs. */
        row({ at, kind, who = '', className, data = {} }, ...children) {
            this.zero ??= at;
            this.log.hidden = false;
            const { scrollTop, scrollHeight, clientHeight } = this.log;
            const isFollowed = this.isRunning && scrollHeight - scrollTop - clientHeight < 40;
            const now = time(at - this.zero);
            // The same time twice is once too often.
            const clock = make('span', { className: 'run-time', textContent: now === this.now ? '' : now });
            this.now = now;
            // For those who do not see the columns.
            clock.append(make('span', { className: 'run-who', textContent: ` ${who} ` }));
            const row = make('li', { className: `run-row ${className}`, data: { kind, ...data } }, clock, ...children);
            this.log.append(row);
            if (isFollowed) {
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

        /** A row of a program: in its column and with its colour. */
        said(at, kind, program, data, child) {
            const isAlone = this.programs.length === 1;
            const column = isAlone ? 'both' : ['right', 'left'][program];
            const { name, role } = this.programs[program];
            const className = `run-${column} ${role}`;
            this.row({ at, kind, who: `${name} ${data.stream ?? ''}`, className, data: { program, ...data } }, child);
        }
    }

    /** A socket as the kernel sees it: its state when that is new, and what is in its queues. */
    const socketView = (panel, { end, local, peer, state, before, earlier, send, receive }) => {
        const port = (address) => address.slice(address.lastIndexOf(':'));
        const isListener = state === 'LISTEN' || before === 'LISTEN';
        const names = isListener ? `listener ${port(local)}` : `${port(local)} → ${port(peer)}`;
        const item = make('span', { className: `run-socket ${end}`, data: { end, state } });
        item.append(make('span', { className: 'run-ends', textContent: names }), ' ');
        if (state !== before) {
            item.append(make('strong', { className: 'run-state', textContent: state }));
            item.append(earlier ? ' of an earlier run' : '');
        }
        if (isListener) {
            // A listener's queue holds connections, not bytes.
            item.append(state === 'LISTEN' && (receive > 0 || state === before) ? `${receive} to accept` : '');
            return item;
        }
        // Of what is gone the kernel tells nothing any more.
        const queues = state === 'gone' ? [] : [['send', send], ['receive', receive]];
        for (const [name, bytes] of queues) {
            const key = `${name} ${local} ${peer}`;
            if (bytes !== (panel.queues.get(key) ?? 0)) {
                panel.queues.set(key, bytes);
                panel.most = Math.max(panel.most, bytes);
                const bar = make('span', { className: 'run-queue', data: { queue: name } });
                bar.textContent = `${name} queue ${bytes}`;
                bar.style.setProperty('--bytes', bytes);
                item.append(bar);
            }
        }
        return item;
    };

    /** What a run can tell, each with what the panel makes of it. */
    const EVENTS = {
        build(panel, { text }) {
            panel.cargo.hidden = false;
            panel.cargo.append(`${text}\n`);
            panel.cargo.scrollTop = panel.cargo.scrollHeight;
            panel.show('building', 'building');
        },
        start(panel, { at, program, command }) {
            // What cargo says is of interest as long as it builds, or when it failed.
            panel.cargo.hidden = true;
            panel.show('running', 'running');
            panel.said(at, 'start', program, {}, code(`$ ${command}`));
        },
        line(panel, { at, program, stream, text }) {
            const [, address] = /^listening on (\S+)$/.exec(text) ?? [];
            if (program === 0 && address && panel.address) {
                panel.lastAddress = address;
                panel.again.hidden = false;
            }
            panel.said(at, 'line', program, { stream }, code(text));
        },
        exit(panel, { at, program, code, signal }) {
            const words = ending({ code, signal });
            panel.ends.push(`${panel.programs[program].name}: ${words}`);
            panel.said(at, 'exit', program, { code: code ?? '' }, make('span', { textContent: words }));
        },
        sockets(panel, { at, sockets }) {
            const views = sockets.map((socket) => socketView(panel, socket));
            panel.row({ at, kind: 'sockets', who: 'kernel', className: 'kernel' }, ...views);
            panel.log.style.setProperty('--most', panel.most);
        },
        unseen(panel, { at }) {
            panel.row({ at, kind: 'unseen', className: 'kernel' }, 'The kernel’s view is not available here.');
        },
        cut(panel, { at }) {
            panel.row({ at, kind: 'cut', className: 'kernel' }, 'More output came, and is not shown.');
        },
        limit(panel, { at, why }) {
            panel.why = why;
            panel.row({ at, kind: 'limit', className: 'kernel' }, `Stopped: ${why}.`);
        },
        over(panel, { stopped }) {
            const ends = panel.ends.join(', ');
            if (stopped && panel.why !== null) {
                panel.show('over', `stopped, because ${panel.why}${ends && `; ${ends}`}`);
            } else {
                panel.show('over', ends || (stopped ? 'stopped' : 'not built'));
            }
            panel.rewind();
        },
        end(panel) {
            panel.stream.close();
            sessionStorage.removeItem(panel.name);
        },
    };

    document.querySelectorAll('.run').forEach(async (root, index) => {
        const { state: _, ...sides } = root.dataset;
        const answer = await fetch(`/live/panel?${new URLSearchParams(sides)}`);
        if (answer.ok) {
            const { programs } = await answer.json();
            new Panel(root, `${location.pathname}#${index}`, programs);
        }
    });
}
