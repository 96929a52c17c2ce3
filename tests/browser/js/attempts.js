// All that a page can do to have something started or read at another address. The result has, for each
// attempt, what came of it.
const [there] = arguments;
const run = JSON.stringify({ panel: 'hostile', programs: [{ name: 'lesson02' }] });
const read = (path, options) => fetch(there + path, options).then(
    async (answer) => `${answer.type} ${answer.status} ${(await answer.text()).slice(0, 20)}`, () => 'refused');
const loads = (element, attribute, path) => new Promise((resolve) => {
    element.onload = () => resolve('loaded');
    element.onerror = () => resolve('refused');
    element[attribute] = there + path;
    document.body.append(element);
});
const submits = (path, fields) => new Promise((resolve) => {
    const frame = document.createElement('iframe');
    frame.name = 'hidden' + Math.random();
    const form = document.createElement('form');
    Object.assign(form, { method: 'POST', action: there + path, target: frame.name, enctype: 'text/plain' });
    for (const [name, value] of Object.entries(fields)) {
        form.append(Object.assign(document.createElement('input'), { name, value }));
    }
    document.body.append(frame, form);
    frame.onload = () => resolve('sent');
    form.submit();
});
const listens = (path) => new Promise((resolve) => {
    const stream = new EventSource(there + path);
    stream.onopen = () => resolve('heard');
    stream.onerror = () => { stream.close(); resolve('refused'); };
});
const connects = (path) => new Promise((resolve) => {
    const socket = new WebSocket(there.replace('http', 'ws') + path);
    socket.onopen = () => resolve('connected');
    socket.onerror = () => resolve('refused');
});
const json = { 'Content-Type': 'application/json' };
const token = { 'X-Book-Token': '00000000000000000000000000000000' };
const late = new Promise((resolve) => { setTimeout(resolve, 20000, 'goes on'); });
return Promise.all(Object.entries({
    'reads the token': read('live/session'),
    'reads a panel': read('live/panel?program=lesson02'),
    'starts blindly': read('live/run', { method: 'POST', mode: 'no-cors', body: run }),
    'starts as JSON': read('live/run', { method: 'POST', headers: json, body: run }),
    'starts with a token': read('live/run', { method: 'POST', headers: { ...json, ...token }, body: run }),
    'starts by GET': read('live/run', { mode: 'no-cors' }),
    'starts another program': read('live/run', { method: 'POST', mode: 'no-cors', body: run.replace('lesson02', '../../bin/sh') }),
    'stops over a path': read('live/run/..%2f..%2fstop', { method: 'POST', mode: 'no-cors', body: '{}' }),
    'grades': read('live/grade/on', { method: 'POST', mode: 'no-cors' }),
    'grades by PUT': read('live/grade/on', { method: 'PUT' }),
    'sends a form': submits('live/run', { [run.slice(0, -1) + ',"x":"']: '"}' }),
    'grades by a form': submits('live/grade/on', {}),
    'listens': listens('live'),
    'listens to a run': listens('live/run/1'),
    'connects': connects('live'),
    'shows an image': loads(new Image(), 'src', 'live/grade/on'),
    'runs a script': loads(document.createElement('script'), 'src', 'live/session'),
}).map(async ([what, outcome]) => [what, await Promise.race([outcome, late])])).then(Object.fromEntries);
