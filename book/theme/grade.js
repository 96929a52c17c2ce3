// Shows the grade of each exercise while it is edited: its checks in the chapter, a mark in the list of
// chapters, and all exercises on the opening page. Everything comes from the server's stream of events; the
// browser only remembers whether the grading was switched on. Only served pages load this.
{
    const { say, parts, key, asks, page } = window.words;
    const REMEMBERED = 'book-grade';
    const SIGNS = { 'passed': '✓', 'failed': '✗', 'not started': '○', 'does not compile': '✗', 'not judged': '?' };

    const exercises = new Map();
    let on = false;
    // In which language the server has the grades told.
    let language = window.words.tag;
    let asked = false;

    const element = (name, attributes = {}, ...children) => {
        const made = document.createElement(name);
        for (const [attribute, value] of Object.entries(attributes)) {
            made.setAttribute(attribute, value);
        }
        // Strings become text, never HTML: they quote programs and compilers.
        made.append(...children);
        return made;
    };

    // What is the same stays: the focus may be on a link in it.
    const renew = (place, ...children) => {
        const made = element('div', {}, ...children);
        if (made.innerHTML !== place.innerHTML) {
            place.replaceChildren(...made.childNodes);
        }
    };

    const remembered = () => {
        try {
            return localStorage.getItem(REMEMBERED) === 'on';
        } catch {
            return false;
        }
    };

    const remember = (wanted) => {
        try {
            localStorage.setItem(REMEMBERED, wanted ? 'on' : 'off');
        } catch {
            // Then it is asked for on each page.
        }
    };

    const post = async (what) => {
        const session = await fetch('/live/session');
        const { token } = await session.json();
        const headers = { 'X-Book-Token': token };
        return fetch(asks(`/live/grade/${what}`), { method: 'POST', headers });
    };

    // A server that is just being started again is asked when the stream is back.
    const ask = (what) => post(what).catch(() => {});

    const button = () => {
        const made = element('button', { 'class': 'grade-switch', 'type': 'button', 'aria-pressed': on });
        made.append(say('gradeMe'));
        made.addEventListener('click', () => {
            remember(!on);
            ask(on ? 'off' : 'on');
        });
        return made;
    };

    // For a save that the server does not notice, and for another try of what could not be judged.
    const nowButton = (exercise) => {
        const made = element('button', { 'class': 'grade-now', 'type': 'button' }, say('gradeNow'));
        made.addEventListener('click', () => {
            if (made.getAttribute('aria-disabled') !== 'true') ask(`now/${exercise.lesson}`);
        });
        return made;
    };

    const copyButton = (text) => {
        // What copies is in access.js.
        const made = element('button', { 'class': 'copy', 'type': 'button', 'data-copy': text }, say('copyPath'));
        made.hidden = !navigator.clipboard;
        return made;
    };

    const capital = (words) => words.replace(/^./, (letter) => letter.toUpperCase());

    // Where no editor could be started, the reader is told how, and what to open.
    const unopened = ({ why, variable, path }) => {
        const sentence = capital(say('unopened', { why }));
        const how = !variable ? [] : [say('between'), ...parts('chooseEditor', {
            variable: element('code', {}, variable),
            example: element('code', {}, `${variable}=gedit cargo run -p book`),
        })];
        const address = encodeURI(path.replaceAll('\\', '/').replace(/^\//, '')).replace(/[?#]/g, encodeURIComponent);
        return [
            element('p', {}, sentence, ...how),
            element('p', {}, ...parts('fileIs', {
                path: element('code', {}, path),
                copy: copyButton(path),
                open: element('a', { 'href': `vscode://file/${address}` }, say('openInCode')),
            })),
        ];
    };

    const openButton = (exercise) => {
        const made = element('button', { 'class': 'grade-open', 'type': 'button' }, say('openInEditor'));
        made.addEventListener('click', async () => {
            const place = made.parentElement.querySelector('.grade-opened');
            try {
                const answer = await post(`open/${exercise.lesson}`);
                const told = answer.status === 404 ? null : await answer.json();
                if (!told) place.replaceChildren(element('p', {}, say('noFile', { file: exercise.file })));
                else if (told.opened) place.replaceChildren(element('p', {}, say('opened', { name: told.opened })));
                else place.replaceChildren(...unopened(told));
            } catch {
                place.replaceChildren(element('p', {}, say('noAnswerRunning')));
            }
        });
        return made;
    };

    const BUSY = ['waiting', 'building', 'running'];

    const having = (exercise, status) =>
        exercise.checks.filter((check) => check.status === status).length;

    const count = (exercise) => having(exercise, 'passed');

    // One of: passed, failed, not judged, not started, does not compile, or nothing that is known.
    const mark = (exercise) => {
        const { state, checks } = exercise;
        if (state !== 'graded') {
            return SIGNS[state] ? state : '';
        }
        if (count(exercise) === checks.length) {
            return 'passed';
        }
        const others = checks.filter((check) => check.status !== 'passed');
        return others.every((check) => check.status === 'not judged') ? 'not judged' : 'failed';
    };

    const name = (exercise) => exercise.lesson.replace('lesson', 'exercise');

    const linked = (exercise) => element('a', { 'href': `${page(exercise.page)}#exercise` }, name(exercise));

    const inWords = (exercise) => {
        const { state, checks } = exercise;
        switch (state) {
            case 'begun': return say(on ? 'begun' : 'begunNotGraded');
            case 'running': return say('checksSoFar', { count: count(exercise), all: checks.length });
            case 'graded': {
                const left = having(exercise, 'not judged');
                return say(left > 0 ? 'checksNotJudged' : 'checksPassed', { count: count(exercise), all: checks.length, left });
            }
            default: return say(key(state));
        }
    };

    // What it does now, in the box of the exercise.
    const now = (exercise) => {
        const { state, checks, progress } = exercise;
        const ended = checks.filter(({ status }) => !['waiting', 'running'].includes(status)).length;
        const failed = having(exercise, 'failed');
        switch (state) {
            case 'building': {
                // Cargo names the crate, its version, and its folder.
                const crate = /^Compiling (\S+)/.exec(progress);
                return capital(crate ? say('buildingCrate', { crate: crate[1] }) : say('building'));
            }
            case 'running': {
                const values = { count: ended, all: checks.length, failed };
                return capital(say(failed ? 'checkingFailed' : 'checking', values));
            }
            default: return capital(inWords(exercise));
        }
    };

    // A sentence in which names are between backticks.
    const inline = (sentence) =>
        sentence.split('`').map((part, place) => (place % 2 ? element('code', {}, part) : part));

    // What comes next, and what the reader can do for it. `size` is how many checks there are.
    const next = (exercise, size) => {
        const failed = exercise.checks.find((check) => check.status === 'failed');
        switch (exercise.state) {
            case 'not started':
                return [say(on ? 'deleteFirstLine' : 'deleteAndPress')];
            case 'begun': return [say(on ? 'saveIt' : 'pressGradeMe')];
            case 'waiting': return [say('nextBuilt', { all: size })];
            case 'building': return [say('nextRun', { all: size })];
            case 'running': return [say('editOn')];
            case 'does not compile': return [say(on ? 'mendAndSave' : 'mendAndPress')];
            case 'graded':
                if (failed) {
                    const check = element('a', { 'href': `#${id(exercise, failed)}` }, ...inline(failed.demands));
                    return parts(on ? 'nextCheckSave' : 'nextCheckPress', { check });
                }
                return [say(mark(exercise) === 'passed' ? 'tryToBreak' : 'tooBusy')];
            default: return [say('tryAgain')];
        }
    };

    const id = (exercise, check) => `${exercise.lesson}-${check.check}`;

    // What a screen reader is told: the verdicts, not each step towards them.
    const announcement = (exercise) => {
        switch (exercise.state) {
            case 'graded':
                if (mark(exercise) === 'passed') return say('repaired', { exercise: name(exercise), state: inWords(exercise) });
                // Falls through.
            case 'does not compile':
            case 'cannot grade': return say('announced', { exercise: name(exercise), state: inWords(exercise) });
            default: return null;
        }
    };

    const why = (check) => {
        const block = element('details', { 'class': 'grade-why' }, element('summary', {}, say('why')));
        for (const sentence of check.likely ?? []) {
            block.append(element('p', {}, sentence));
        }
        const report = element('pre', { 'tabindex': 0 }, element('code', {}, check.report ?? ''));
        block.append(
            element('details', { 'data-part': 'report' }, element('summary', {}, say('report')), report),
            element('details', { 'data-part': 'hint' }, element('summary', {}, say('hint')),
                element('p', {}, check.hint)),
            element('p', {}, element('a', { 'href': page(check.section) }, say('readAbout'))),
        );
        // Where no cause is known, the report is all that there is to say.
        block.querySelector('[data-part="report"]').open = !check.likely?.length;
        return block;
    };

    const showCheck = (item, exercise, check) => {
        const shown = JSON.stringify(check ?? null);
        // What is open stays open while other checks end.
        if (item.dataset.shown === shown) {
            return;
        }
        item.dataset.shown = shown;
        item.querySelectorAll('.grade-mark, .grade-why').forEach((old) => old.remove());
        item.dataset.status = check?.status ?? '';
        if (check) {
            item.append(' ', element('span', { 'class': 'grade-mark' }, say(key(check.status))));
        }
        if (['failed', 'not judged'].includes(check?.status)) {
            const part = why(check);
            part.querySelector('summary').after(watching.button(item, exercise.lesson, check));
            // Behind it may be a scene.
            item.insertBefore(part, item.querySelector(':scope > .run'));
            part.querySelector('pre > code').dispatchEvent(new CustomEvent('book:scroller', { bubbles: true }));
        }
        if (check?.status === 'not judged' && check.message) {
            item.append(element('p', { 'class': 'grade-why' }, check.message));
        }
    };

    // The parts of an exercise: each can be folded, and the next one to do is open.
    const milestones = (section) => {
        for (const title of section.querySelectorAll(':scope > p.milestone')) {
            const checks = title.nextElementSibling;
            const part = element('details', { 'class': 'milestone' },
                element('summary', {}, ...title.childNodes, ' ', element('span', { 'class': 'grade-part' })), checks);
            title.replaceWith(part);
        }
        return [...section.querySelectorAll(':scope > details.milestone')];
    };

    const showMilestones = (section) => {
        const parts = milestones(section);
        const statuses = (part) => [...part.querySelectorAll('li[data-check]')].map((item) => item.dataset.status);
        const next = parts.find((part) => statuses(part).some((status) => ['failed', 'not judged'].includes(status)))
            ?? parts.find((part) => statuses(part).some((status) => status !== 'passed'));
        for (const part of parts) {
            const all = statuses(part);
            const passed = all.filter((status) => status === 'passed').length;
            part.classList.toggle('done', passed === all.length);
            part.querySelector('.grade-part').textContent = say('part', { count: passed, all: all.length });
        }
        // It moves on with the work; until then, what the reader folds stays folded.
        const place = String(parts.indexOf(next));
        if (section.dataset.next !== place) {
            section.dataset.next = place;
            for (const part of parts) part.open = part === next;
        }
    };

    // From the reader's answer to the solution, in rows of text: they quote a program.
    const differences = (lesson) => {
        const place = element('div');
        const block = element('details', { 'class': 'grade-differences' },
            element('summary', {}, say('whatDiffers')), place);
        block.addEventListener('toggle', async () => {
            if (!block.open) return;
            const answer = await fetch(asks(`/live/grade/differences/${lesson}`)).catch(() => null);
            if (!answer?.ok) {
                place.replaceChildren(element('p', {}, (await answer?.text()) ?? say('noAnswer')));
                return;
            }
            const { yours, solution, rows } = await answer.json();
            const lines = element('span', { 'class': 'lines' }, ...rows.map(([sign, line]) => {
                const kinds = { '-': 'del', '+': 'ins' };
                const made = element(kinds[sign] ?? 'span', { 'class': 'row' }, `${sign} ${line}\n`);
                made.classList.toggle('gap', sign === '⋯');
                return made;
            }));
            const inCode = (text) => element('code', {}, text);
            const caption = parts('fromYours',
                { yours: inCode(yours), minus: inCode('-'), solution: inCode(solution), plus: inCode('+') });
            const code = element('code', { 'class': 'nohighlight' }, lines);
            place.replaceChildren(rows.length === 0 ? element('p', {}, say('noDifference'))
                : element('figure', { 'class': 'listing diff' }, element('figcaption', {}, ...caption),
                    element('pre', {}, code)));
            code.dispatchEvent(new CustomEvent('book:scroller', { bubbles: true }));
        });
        return block;
    };

    // The end of the work: a plaster, and what to do with the answer.
    const finished = (exercise) => {
        const solution = element('code', {}, exercise.file.replace('exercise.rs', 'solution.rs'));
        const after = document.querySelector('.next a[href]');
        const block = element('div', { 'class': 'grade-done' },
            element('p', { 'class': 'grade-cheer' }, element('span', {}, ...parts('cheer', {
                repaired: element('strong', {}, say('cheerRepaired')),
                all: exercise.checks.length,
            }))),
            element('p', {}, ...parts('oneGoodAnswer', { solution })),
            differences(exercise.lesson));
        if (after) {
            const link = element('a', { 'href': after.href }, after.textContent);
            block.append(element('p', {}, ...parts('readOn', { link })));
        }
        return block;
    };

    const showFinished = (head, exercise) => {
        const old = head.querySelector('.grade-done');
        if (mark(exercise) !== 'passed') {
            old?.remove();
        } else if (!old) {
            head.append(finished(exercise));
        }
    };

    const showExercise = (section, exercise) => {
        let head = section.querySelector('.grade-live');
        if (!head) {
            section.querySelector('.grade-how')?.remove();
            head = element('div', { 'class': 'grade-live' },
                button(), ' ', nowButton(exercise), ' ', openButton(exercise), ' ', watching.link(name(exercise)),
                element('div', { 'class': 'grade-opened', 'role': 'status' }),
                element('p', { 'class': 'grade-state' }),
                element('p', { 'class': 'grade-news', 'role': 'status' }),
                element('p', { 'class': 'grade-todo' }),
                element('pre', { 'class': 'grade-errors', 'tabindex': 0, 'hidden': '' }));
            section.querySelector('.grade-head').after(head);
        }
        const items = [...section.querySelectorAll('li[data-check]')];
        section.dataset.state = exercise.state;
        section.classList.toggle('done', mark(exercise) === 'passed');
        head.querySelector('.grade-now').setAttribute('aria-disabled',
            exercise.state === 'not started' || BUSY.includes(exercise.state));
        head.querySelector('.grade-state').textContent = now(exercise);
        const news = announcement(exercise);
        if (news !== null && head.querySelector('.grade-news').textContent !== news) {
            head.querySelector('.grade-news').textContent = news;
        }
        const byItself = ['not started', 'begun'].includes(exercise.state) ? say('between') + say('byItself') : '';
        const file = element('code', {}, exercise.file);
        renew(head.querySelector('.grade-todo'), ...parts(on ? 'watching' : 'yourFile', { file }), say('between'),
            ...next(exercise, items.length), byItself);
        const errors = head.querySelector('.grade-errors');
        errors.hidden = exercise.message === '';
        errors.textContent = exercise.message.trimEnd();
        for (const item of items) {
            item.id = id(exercise, { check: item.dataset.check });
            showCheck(item, exercise, exercise.checks.find((check) => check.check === item.dataset.check));
        }
        showMilestones(section);
        showFinished(head, exercise);
        // The one to begin with, and the question that leads on.
        if (exercise.state === 'graded' && !section.querySelector('.grade-why[open]')) {
            const first = section.querySelector('[data-status="failed"] > .grade-why')
                ?? section.querySelector('details.grade-why');
            for (const part of [first, first?.querySelector('[data-part="hint"]')]) {
                part?.setAttribute('open', '');
            }
        }
    };

    // The chip at the head of a page, and the card at its end.
    const showNearby = (exercise) => {
        for (const place of document.querySelectorAll(`[data-exercise="${exercise.lesson}"]`)) {
            const isDone = mark(exercise) === 'passed';
            const state = isDone ? say('done') : inWords(exercise);
            place.dataset.status = mark(exercise);
            if (place.matches('a')) {
                renew(place, say('yourExercise'), element('span', { 'class': 'chip-state' }, say('chipState', { state })));
                continue;
            }
            renew(place, ...parts(isDone ? 'finishedCard' : 'exerciseCard', { link: linked(exercise), state }));
            place.hidden = false;
        }
    };

    const showInSidebar = (exercise) => {
        for (const link of document.querySelectorAll('.sidebar a[href]')) {
            if (!new URL(link.href).pathname.endsWith(`/${exercise.page}`) || link.hash) {
                continue;
            }
            link.querySelector('.grade-sign')?.remove();
            const status = mark(exercise);
            if (status) {
                const state = ['failed', 'not judged'].includes(status) ? inWords(exercise) : say(key(status));
                const words = say('announced', { exercise: name(exercise), state });
                link.append(element('span',
                    { 'class': 'grade-sign', 'data-status': status, 'role': 'img', 'aria-label': words, 'title': words },
                    SIGNS[status]));
            }
        }
    };

    const nextStep = () => {
        const all = [...exercises.values()];
        const busy = all.find((one) => ['failed', 'does not compile'].includes(mark(one)))
            ?? all.find((one) => mark(one) === 'not judged')
            ?? all.find((one) => one.state !== 'not started' && mark(one) !== 'passed')
            ?? all.find((one) => one.state === 'not started');
        if (!busy) {
            return [say('allPass')];
        }
        const link = linked(busy);
        if (busy.state === 'not started') {
            return parts('stepBegin', { link, file: element('code', {}, busy.file) });
        }
        const failed = busy.checks.find((check) => check.status === 'failed');
        if (busy.state === 'does not compile') return parts('stepCompile', { link });
        if (mark(busy) === 'not judged') return parts('stepAgain', { link });
        if (failed) return parts('stepCheck', { link, check: failed.demands });
        return parts(on ? 'stepGraded' : 'stepSwitchOn', { link });
    };

    const showOverview = (place) => {
        let list = place.querySelector('ul');
        if (!list) {
            list = element('ul');
            place.replaceChildren(button(), element('p', { 'class': 'grade-next' }), list,
                element('p', { 'class': 'grade-todo' }, say('byItself')));
        }
        renew(place.querySelector('.grade-next'), ...nextStep());
        for (const exercise of exercises.values()) {
            let item = list.querySelector(`[data-lesson="${exercise.lesson}"]`);
            if (!item) {
                item = list.appendChild(element('li', { 'data-lesson': exercise.lesson }));
            }
            item.dataset.state = exercise.state;
            item.dataset.status = mark(exercise);
            const bar = element('span', { 'class': 'grade-bar', 'aria-hidden': 'true' });
            bar.append(...exercise.checks.map((check) => element('span', { 'data-status': check.status })));
            renew(item, linked(exercise), ' ', bar, ' ', element('span', { 'class': 'grade-state' }, inWords(exercise)));
        }
    };

    const show = () => {
        for (const exercise of exercises.values()) {
            const sections = document.querySelectorAll('section.grade');
            const section = [...sections].find((one) => one.dataset.lesson === exercise.lesson);
            if (section) {
                showExercise(section, exercise);
            }
            showInSidebar(exercise);
            showNearby(exercise);
        }
        document.querySelectorAll('.grades').forEach(showOverview);
        document.querySelectorAll('.grade-switch').forEach((made) => {
            made.setAttribute('aria-pressed', on);
        });
    };

    // A new stream: the server may be another one, which has not been asked.
    document.addEventListener('book:open', () => {
        asked = false;
    });

    document.addEventListener('book:grade', ({ detail }) => {
        ({ on, language } = detail);
        for (const exercise of detail.exercises) {
            exercises.set(exercise.lesson, exercise);
        }
        // Grades that are told in the other language are asked for in this one, once: a page of that language may be
        // open as well.
        if ((!on || language !== window.words.tag) && !asked && remembered()) {
            asked = true;
            ask('on');
        }
        show();
    });
}
