// Shows the grade of each exercise while it is edited: its checks in the chapter, a mark in the list of
// chapters, and all exercises on the opening page. Everything comes from the server's stream of events; the
// browser only remembers whether the grading was switched on. Only served pages load this.
{
    const REMEMBERED = 'book-grade';
    const BY_ITSELF = 'The page grades by itself: what you run in the terminal isn’t shown here.';
    const SIGNS = { 'passed': '✓', 'failed': '✗', 'not started': '○', 'does not compile': '✗', 'not judged': '?' };

    const exercises = new Map();
    let on = false;
    let asked = false;

    const element = (name, attributes = {}, ...children) => {
        const made = document.createElement(name);
        for (const [key, value] of Object.entries(attributes)) {
            made.setAttribute(key, value);
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
        await fetch(`/live/grade/${what}`, { method: 'POST', headers });
    };

    // A server that is just being started again is asked when the stream is back.
    const ask = (what) => post(what).catch(() => {});

    const button = () => {
        const made = element('button', { 'class': 'grade-switch', 'type': 'button', 'aria-pressed': on });
        made.append('Grade me while I edit');
        made.addEventListener('click', () => {
            remember(!on);
            ask(on ? 'off' : 'on');
        });
        return made;
    };

    // For a save that the server does not notice, and for another try of what could not be judged.
    const nowButton = (exercise) => {
        const made = element('button', { 'class': 'grade-now', 'type': 'button' }, 'Grade now');
        made.addEventListener('click', () => {
            if (made.getAttribute('aria-disabled') !== 'true') {
                ask(`now/${exercise.lesson}`);
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

    const inWords = (exercise) => {
        const { state, checks, file } = exercise;
        switch (state) {
            case 'not started': return 'not started';
            case 'begun': return on ? 'begun' : 'begun, not graded';
            case 'waiting': return 'waiting';
            case 'building': return 'building';
            case 'running': return `${count(exercise)} of ${checks.length} checks so far`;
            case 'graded': {
                const left = having(exercise, 'not judged');
                const passed = `${count(exercise)} of ${checks.length} checks`;
                return left > 0 ? `${passed}, ${left} not judged` : passed;
            }
            default: return state;
        }
    };

    // What a screen reader is told: the verdicts, not each step towards them.
    const announcement = (exercise) => {
        switch (exercise.state) {
            case 'graded':
            case 'does not compile':
            case 'cannot grade': return `${name(exercise)}: ${inWords(exercise)}`;
            default: return null;
        }
    };

    const why = (check) => {
        const block = element('details', { 'class': 'grade-why' }, element('summary', {}, 'Why'));
        for (const sentence of check.likely ?? []) {
            block.append(element('p', {}, sentence));
        }
        const report = element('pre', { 'tabindex': 0 }, element('code', {}, check.report ?? ''));
        block.append(
            element('details', { 'data-part': 'report' }, element('summary', {}, 'Report'), report),
            element('details', { 'data-part': 'hint' }, element('summary', {}, 'Hint'),
                element('p', {}, check.hint)),
            element('p', {}, element('a', { 'href': `/${check.section}` }, 'Read about it')),
        );
        // Where no cause is known, the report is all that there is to say.
        block.querySelector('[data-part="report"]').open = !check.likely?.length;
        return block;
    };

    const showCheck = (item, check) => {
        const shown = JSON.stringify(check ?? null);
        // What is open stays open while other checks end.
        if (item.dataset.shown === shown) {
            return;
        }
        item.dataset.shown = shown;
        item.querySelectorAll('.grade-mark, .grade-why').forEach((old) => old.remove());
        item.dataset.status = check?.status ?? '';
        if (check) {
            item.append(' ', element('span', { 'class': 'grade-mark' }, check.status));
        }
        if (['failed', 'not judged'].includes(check?.status)) {
            item.append(why(check));
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
            part.querySelector('.grade-part').textContent = `${passed} of ${all.length}`;
        }
        // It moves on with the work; until then, what the reader folds stays folded.
        const place = String(parts.indexOf(next));
        if (section.dataset.next !== place) {
            section.dataset.next = place;
            for (const part of parts) part.open = part === next;
        }
    };

    const showExercise = (section, exercise) => {
        let head = section.querySelector('.grade-live');
        if (!head) {
            section.querySelector('.grade-how')?.remove();
            head = element('div', { 'class': 'grade-live' },
                button(), ' ', nowButton(exercise),
                element('p', { 'class': 'grade-state' }),
                element('p', { 'class': 'grade-news', 'role': 'status' }),
                element('p', { 'class': 'grade-todo' }),
                element('pre', { 'class': 'grade-errors', 'tabindex': 0, 'hidden': '' }));
            section.querySelector('.grade-head').after(head);
        }
        section.dataset.state = exercise.state;
        section.classList.toggle('done', mark(exercise) === 'passed');
        head.querySelector('.grade-now').setAttribute('aria-disabled',
            exercise.state === 'not started' || BUSY.includes(exercise.state));
        head.querySelector('.grade-state').textContent = inWords(exercise)
            + (exercise.progress ? `: ${exercise.progress}` : '');
        const news = announcement(exercise);
        if (news !== null && head.querySelector('.grade-news').textContent !== news) {
            head.querySelector('.grade-news').textContent = news;
        }
        const file = element('code', {}, exercise.file);
        const todo = exercise.state === 'not started'
            ? [on ? 'Watching ' : 'Your file is ', file, '. Delete its first line and save to begin.']
            : [on ? 'Watching ' : 'Your file is ', file, on ? '. Save it to be graded again.' : '.'];
        renew(head.querySelector('.grade-todo'), ...todo, ` ${BY_ITSELF}`);
        const errors = head.querySelector('.grade-errors');
        errors.hidden = exercise.message === '';
        errors.textContent = exercise.message.trimEnd();
        for (const item of section.querySelectorAll('li[data-check]')) {
            showCheck(item, exercise.checks.find((check) => check.check === item.dataset.check));
        }
        showMilestones(section);
        // The one to begin with.
        if (exercise.state === 'graded' && !section.querySelector('.grade-why[open]')) {
            section.querySelector('details.grade-why')?.setAttribute('open', '');
        }
    };

    // The chip at the head of a page, and the card at its end.
    const showNearby = (exercise) => {
        for (const place of document.querySelectorAll(`[data-exercise="${exercise.lesson}"]`)) {
            const state = mark(exercise) === 'passed' ? 'done' : inWords(exercise);
            place.dataset.status = mark(exercise);
            if (place.matches('a')) {
                renew(place, 'Your exercise', element('span', { 'class': 'chip-state' }, `: ${state}`));
                continue;
            }
            const link = element('a', { 'href': `/${exercise.page}#exercise` }, name(exercise));
            renew(place, ...(state === 'done' ? ['You have finished ', link, '.'] : ['Your ', link, `: ${state}.`]));
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
                const words = `${name(exercise)}: ${['failed', 'not judged'].includes(status) ? inWords(exercise) : status}`;
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
            return ['All exercises pass.'];
        }
        const link = element('a', { 'href': `/${busy.page}#exercise` }, name(busy));
        if (busy.state === 'not started') {
            return ['Next step: begin ', link, '. Delete the first line of ', element('code', {}, busy.file), '.'];
        }
        const failed = busy.checks.find((check) => check.status === 'failed');
        if (busy.state === 'does not compile') {
            return ['Next step: ', link, ' does not compile.'];
        }
        if (mark(busy) === 'not judged') {
            return ['Next step: grade ', link, ' again. Some of its checks could not be judged.'];
        }
        if (failed) {
            return ['Next step in ', link, `: ${failed.demands}`];
        }
        return on ? ['Next step: ', link, ', which is being graded.']
            : ['Next step: ', link, '. Switch the grading on to see how it does.'];
    };

    const showOverview = (place) => {
        let list = place.querySelector('ul');
        if (!list) {
            list = element('ul');
            place.replaceChildren(button(), element('p', { 'class': 'grade-next' }), list,
                element('p', { 'class': 'grade-todo' }, BY_ITSELF));
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
            renew(item,
                element('a', { 'href': `/${exercise.page}#exercise` }, name(exercise)), ' ', bar, ' ',
                element('span', { 'class': 'grade-state' }, inWords(exercise)));
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
        on = detail.on;
        for (const exercise of detail.exercises) {
            exercises.set(exercise.lesson, exercise);
        }
        if (!on && !asked && remembered()) {
            asked = true;
            ask('on');
        }
        show();
    });
}
