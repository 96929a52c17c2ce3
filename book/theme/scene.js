// The player of a scene: a list whose rows are shown one after the other, in a time that eyes can follow. Without
// this script, and before it is used, a scene is there as a whole.
{
    const { say } = window.words;

    const make = (tag, properties = {}, ...children) => {
        const element = Object.assign(document.createElement(tag), properties);
        element.append(...children);
        return element;
    };

    // How long a row is looked at before the next one comes, in milliseconds.
    const SHORTEST = 380;
    const LONGEST = 1800;
    const SLOWER = 3;

    // As in server/scene/html.rs.
    const legend = () => {
        const state = (className) => make('span', { className, textContent: say('state') });
        return make('p', { className: 'scene-legend' }, state('scene-state seen'), ` ${say('stateSeen')} `,
            state('scene-state'), ` ${say('stateInferred')}`);
    };

    const time = (ms) => {
        if (ms < 10) return say('milliseconds', { number: ms.toFixed(1) });
        return ms < 999.5 ? say('milliseconds', { number: ms.toFixed(0) })
            : say('seconds', { number: (ms / 1000).toFixed(1) });
    };

    class Player {
        constructor(scene) {
            this.scene = scene;
            this.list = scene.querySelector('.scene-rows');
            this.timer = null;
            this.isSlow = false;
            // Whether a reader has played it.
            this.isMoved = false;
            // The row that Tab reaches.
            this.reached = null;
            this.settling = null;
            this.button('play', say('play'), () => this.toggle());
            this.button('back', say('back'), () => this.step(-1));
            this.button('forward', say('forward'), () => this.step(1));
            this.button('slow', say('slow'), () => this.slow());
            this.slowButton.setAttribute('aria-pressed', 'false');
            this.scrubber = make('input', { type: 'range', className: 'scene-scrubber', min: 1, step: 1 });
            this.scrubber.setAttribute('aria-label', say('stepOfScene'));
            this.scrubber.oninput = () => {
                this.pause();
                this.move();
                this.go(Number(this.scrubber.value));
                this.look();
            };
            this.place = make('span', { className: 'scene-place' });
            this.bar = make('div', { className: 'scene-player' }, this.playButton, this.backButton,
                this.forwardButton, this.slowButton, this.scrubber, this.place);
            this.bar.setAttribute('role', 'group');
            this.bar.setAttribute('aria-label', say('playScene'));
            this.caption = make('p', { className: 'scene-caption' });
            // What a step has shown is read out; while the scene plays by itself, nothing is.
            this.told = make('span', { className: 'scene-hear' });
            this.told.setAttribute('role', 'status');
            this.controls = make('div', { className: 'scene-controls' }, this.bar, this.caption, this.told);
            this.scene.prepend(this.controls);
            // Everywhere else these keys turn the page.
            this.bar.addEventListener('keydown', (event) => {
                if (event.key.startsWith('Arrow')) event.stopPropagation();
            });
            this.list.addEventListener('keydown', (event) => this.key(event));
            this.count();
            this.go(this.length);
            for (const summary of this.list.querySelectorAll('summary')) summary.tabIndex = summary === this.reached ? 0 : -1;
        }

        button(name, words, onclick) {
            const button = make('button', { type: 'button', className: `scene-${name}`, textContent: words, onclick });
            this[`${name}Button`] = button;
        }

        key(event) {
            const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
            if (by !== undefined && !event.altKey && !event.ctrlKey && !event.metaKey) {
                event.preventDefault();
                event.stopPropagation();
                this.step(by);
            }
        }

        get length() {
            return this.list.childElementCount;
        }

        get isAtEnd() {
            return this.position >= this.length;
        }

        count() {
            this.scrubber.max = Math.max(2, this.length);
            this.controls.hidden = this.length === 0;
        }

        /** Shows the first rows, so many. */
        go(position) {
            this.position = Math.min(Math.max(position, Math.min(1, this.length)), this.length);
            const rows = [...this.list.children];
            rows.forEach((row, index) => {
                row.classList.toggle('scene-later', index >= this.position);
                row.classList.toggle('scene-now', index === this.position - 1 && this.isMoved);
            });
            this.reach();
            this.tell();
        }

        /** Tab reaches one row of the list, the last one that's shown; the arrow keys lead to the others. */
        reach() {
            const summary = (row) => row?.querySelector('summary') ?? null;
            let row = this.list.children[this.position - 1];
            while (row && summary(row) === null) row = row.previousElementSibling;
            const reached = summary(row) ?? this.list.querySelector('summary');
            if (this.reached !== null) this.reached.tabIndex = -1;
            if (reached !== null) reached.tabIndex = 0;
            this.reached = reached;
            return reached;
        }

        /** The state of the buttons, and the words for the row that came last. */
        tell() {
            const row = this.list.children[this.position - 1];
            const allow = (button, allowed) => button.setAttribute('aria-disabled', !allowed);
            allow(this.backButton, this.position > 1);
            allow(this.forwardButton, !this.isAtEnd);
            this.playButton.textContent = say(this.timer !== null ? 'pause' : 'play');
            this.playButton.classList.toggle('scene-plays', this.timer !== null);
            this.scrubber.value = this.position;
            const at = time(Number(row?.dataset.at ?? 0) - Number(this.list.firstElementChild?.dataset.at ?? 0));
            this.place.textContent = say('place', { number: this.position, all: this.length, time: at });
            this.scrubber.setAttribute('aria-valuetext', this.place.textContent);
            this.caption.textContent = this.isMoved ? this.words(row) : say('howToPlay');
        }

        /** One sentence about a row. */
        words(row) {
            const why = [...row.querySelectorAll('.scene-why > p')].map((sentence) => sentence.textContent);
            if (why.length > 0) return why[0];
            if (row.dataset.kind === 'start') return say('programStarts');
            if (row.dataset.kind === 'exit') return say('programEnded');
            return row.dataset.kind === 'line' ? say('programPrinted') : row.textContent;
        }

        step(by) {
            this.pause();
            this.move();
            this.go(this.position + by);
            if (this.list.contains(document.activeElement)) this.reach()?.focus({ preventScroll: true });
            this.look();
            const row = this.list.children[this.position - 1];
            this.told.textContent = row?.querySelector('summary')?.textContent ?? row?.textContent ?? '';
        }

        toggle() {
            if (this.timer !== null) {
                this.pause();
                this.tell();
                return;
            }
            this.told.textContent = '';
            this.move();
            this.go(this.isAtEnd ? 1 : this.position);
            this.look();
            this.wait();
            this.tell();
        }

        slow() {
            this.isSlow = !this.isSlow;
            this.slowButton.setAttribute('aria-pressed', String(this.isSlow));
        }

        pause() {
            clearTimeout(this.timer);
            this.timer = null;
        }

        /** Waits as long as the next row asks for: what took long, takes longer. */
        wait() {
            const [row, next] = [this.position - 1, this.position].map((index) => this.list.children[index]);
            if (next === undefined) {
                this.pause();
                return;
            }
            const took = Math.max(0, next.dataset.at - row.dataset.at);
            const isPacket = ['packet', 'waiting', 'state'].includes(next.dataset.kind);
            const pause = SHORTEST * (isPacket ? 1.6 : 1) + 160 * Math.log10(1 + took);
            this.timer = setTimeout(() => {
                this.go(this.position + 1);
                this.look();
                this.wait();
                this.tell();
            }, Math.min(pause, LONGEST) * (this.isSlow ? SLOWER : 1));
        }

        /** A scene that moves is no higher than the window, so that its buttons and its row are in sight together. */
        move() {
            this.isMoved = true;
            this.scene.classList.add('scene-moved');
            this.scene.scrollIntoView({ block: 'nearest', inline: 'nearest' });
        }

        /** Brings the row into sight, within the list alone. */
        look() {
            const row = this.list.children[this.position - 1];
            if (!row) return;
            const { offsetTop: top, offsetHeight: height } = row;
            const { scrollTop, clientHeight } = this.list;
            if (top < scrollTop) this.list.scrollTop = Math.max(0, top - height);
            if (top + 3 * height > scrollTop + clientHeight) this.list.scrollTop = top + 3 * height - clientHeight;
        }

        // --------------------------------------------------------------------
        // A run that goes on.

        /** Puts a row of the server into its place. Many may come at once, so what follows of them waits. */
        put(number, html) {
            const isFollowed = this.isAtEnd && this.timer === null;
            const template = make('template', { innerHTML: html });
            const row = template.content.firstElementChild;
            const summary = row.querySelector('summary');
            if (summary !== null) summary.tabIndex = -1;
            const old = this.list.children[number];
            if (old) {
                row.className += old.classList.contains('scene-later') ? ' scene-later' : '';
                const details = row.querySelector('details');
                if (details && old.querySelector('details')?.open) details.open = true;
                old.replaceWith(row);
            } else {
                if (!isFollowed) row.classList.add('scene-later');
                this.list.append(row);
            }
            if (isFollowed) this.position = this.length;
            this.settling ??= setTimeout(() => this.settle());
        }

        /** The buttons and the scroll position, after rows have come. */
        settle() {
            clearTimeout(this.settling);
            this.settling = null;
            this.count();
            this.reach();
            this.tell();
            this.onsettled?.();
        }

        clear() {
            this.pause();
            this.list.replaceChildren();
            this.position = 0;
            this.isMoved = false;
            this.scene.classList.remove('scene-moved');
            this.reached = null;
            this.told.textContent = '';
            this.count();
            this.tell();
        }
    }

    /** An empty scene, for the rows of a run. */
    const empty = (label) => {
        const who = (name) => make('span', { className: `scene-who ${name}`, textContent: say(name) });
        const kernel = () => make('span', { textContent: say('itsKernel') });
        const kernels = make('span', { className: 'scene-kernels' }, kernel(), kernel());
        const head = make('div', { className: 'scene-head' }, who('client'), kernels, who('server'));
        head.setAttribute('aria-hidden', 'true');
        const rows = make('ol', { className: 'scene-rows', tabIndex: 0 });
        rows.setAttribute('aria-label', label);
        return make('div', { className: 'scene' }, head, rows, legend());
    };

    window.scenes = { Player, empty };

    document.querySelectorAll('.scene:not(.still)').forEach((scene) => new Player(scene));
}
