// Keeps an open page up to date: it reloads when the server has built a newer book,
// and says what is wrong when a build failed. Only served pages load this.
{
    const mine = document.querySelector('meta[name="book-build"]')?.content;
    let stream = null;
    let banner = null;

    const show = (errors) => {
        banner ??= document.body.appendChild(document.createElement('div'));
        banner.id = 'book-broken';
        banner.setAttribute('role', 'alert');
        // Text, never HTML: it quotes the sources.
        banner.textContent = errors;
    };

    const hide = () => {
        banner?.remove();
        banner = null;
    };

    const listen = () => {
        // A browser keeps few connections to one server: only the pages in view hold a stream.
        if (document.visibilityState === 'hidden') {
            stream?.close();
            stream = null;
        } else if (stream === null) {
            stream = new EventSource('/live');
            stream.addEventListener('build', (event) => {
                if (event.data === mine) {
                    hide();
                } else {
                    location.reload();
                }
            });
            stream.addEventListener('broken', (event) => show(event.data));
            stream.addEventListener('open', () => document.dispatchEvent(new Event('book:open')));
            stream.addEventListener('grade', (event) => {
                const detail = JSON.parse(event.data);
                document.dispatchEvent(new CustomEvent('book:grade', { detail }));
            });
            // A browser gives up when a server that is just being started refuses it.
            stream.addEventListener('error', () => {
                if (stream?.readyState === EventSource.CLOSED) {
                    stream = null;
                    setTimeout(listen, 1000);
                }
            });
        }
    };

    document.addEventListener('visibilitychange', listen);
    listen();
}
