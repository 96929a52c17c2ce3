//! Pages with a fault each. A check that looks the other way would find every page in order, so each is
//! also run on a page with the fault that it is there to find.

/// A page with one fault, of which kind it is, and what must be said of it.
pub struct Fault {
    pub name: &'static str,
    pub kind: &'static str,
    pub body: &'static str,
    pub says: &'static str,
}

pub const FAULTS: &[Fault] = &[
    Fault {
        name: "an_error_on_the_console",
        kind: "console",
        body: "<script src='fault-error.js'></script>",
        says: "out of order",
    },
    Fault {
        name: "a_warning_on_the_console",
        kind: "console",
        body: "<script src='fault-warning.js'></script>",
        says: "nearly out of order",
    },
    Fault {
        name: "an_exception",
        kind: "console",
        body: "<script src='fault-exception.js'></script>",
        says: "nobody is not defined",
    },
    Fault {
        name: "a_file_that_is_not_there",
        kind: "console",
        body: "<img src='missing.png' alt='nothing'>",
        says: "404",
    },
    Fault {
        name: "an_image_of_another_host",
        kind: "foreign",
        body: "<img src='http://example.com/dot.png' alt='a dot'>",
        says: "http://example.com/dot.png",
    },
    Fault {
        // The policy of the page refuses it, and the browser says so.
        name: "a_message_to_another_host",
        kind: "console",
        body: "<script src='fault-message.js'></script>",
        says: "http://example.com/count",
    },
    Fault {
        name: "a_socket_to_another_host",
        kind: "console",
        body: "<script src='fault-socket.js'></script>",
        says: "ws://example.com/live",
    },
    Fault {
        name: "a_wide_block",
        kind: "sideways",
        body: "<div style='width: 500px; text-align: end'>far out</div>",
        says: "far out",
    },
    Fault {
        name: "a_wide_block_that_is_cut_off",
        kind: "sideways",
        body: "<div style='overflow-x: clip'><p style='width: 500px; text-align: end'>far out</p></div>",
        says: "far out",
    },
    Fault {
        name: "a_line_that_is_cut",
        kind: "clipped",
        body: "<p style='width: 5em; overflow: hidden; white-space: nowrap'>more than there is room</p>",
        says: "more than there is room",
    },
    Fault {
        name: "words_beyond_their_figure",
        kind: "clipped",
        body: "<svg viewBox='0 0 340 40' width='340' role='img' aria-label='words'>\
               <text x='300' y='20' font-size='13'>half of this</text></svg>",
        says: "half of this",
    },
    Fault {
        name: "words_on_words",
        kind: "clipped",
        body: "<svg viewBox='0 0 340 40' width='340' role='img' aria-label='words'>\
               <text x='10' y='20' font-size='13'>as long as this</text>\
               <text x='60' y='22' font-size='13'>no room</text></svg>",
        says: "one on the other: \"as long as this\", \"no room\"",
    },
    Fault {
        name: "a_terminal_that_is_cut",
        kind: "clipped",
        body: "<figure class='terminal'><pre><code tabindex='0' style='display: block; overflow-x: auto'>\
               $ cargo run -p lesson02 -- 127.0.0.1:9090 --time-limit 5 --and-so-on</code></pre></figure>",
        says: "a terminal that scrolls",
    },
    Fault {
        name: "a_listing_without_a_fade",
        kind: "clipped",
        body: "<pre><code tabindex='0' style='display: block; overflow-x: auto'>\
               let connection = listener.accept().expect(\"a client, and one that talks\");</code></pre>",
        says: "no fade at the right edge",
    },
    Fault {
        name: "a_box_of_another_width",
        kind: "measure",
        body: "<p>as wide as the page</p><div class='claim' style='width: 150px'>narrower</div>",
        says: "narrower",
    },
    Fault {
        name: "small_print",
        kind: "small",
        body: "<p style='font-size: 10px'>conditions apply</p>",
        says: "10.0 px: \"conditions apply\"",
    },
    Fault {
        name: "a_figure_with_small_words",
        kind: "small",
        body: "<svg viewBox='0 0 680 80' width='340' role='img' aria-label='words'>\
               <text x='10' y='40' font-size='13'>in half its size</text></svg>",
        says: "6.5 px: \"in half its size\"",
    },
    Fault {
        name: "pale_words",
        kind: "axe",
        body: "<p style='color: #aaa; background: #fff'>hardly there</p>",
        says: "color-contrast",
    },
    Fault {
        name: "an_image_without_words",
        kind: "axe",
        body: "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>",
        says: "image-alt",
    },
    Fault {
        name: "code_that_scrolls_but_takes_no_focus",
        kind: "axe",
        body: "<pre style='overflow-x: auto; width: 10em'>let connection = listener.accept().expect(\"a client\");</pre>",
        says: "scrollable-region-focusable",
    },
    Fault {
        name: "a_pale_answer",
        kind: "axe",
        body: "<details><summary>Answer</summary><p style='color: #aaa; background: #fff'>pale</p></details>",
        says: "color-contrast",
    },
    Fault {
        name: "a_heavy_page",
        kind: "heavy",
        body: "<script src='fault-ballast.js'></script>",
        says: "kB",
    },
];

/// Faults that are found by doing more than looking.
pub const FAULTY_PAGES: &[(&str, &str)] = &[
    (
        "helpless",
        "<a class='skip' href='#here'>Skip</a>
        <a href='#unseen' style='outline: none'>focus that cannot be seen</a>
        <div onclick='open()' role='button'>for mice only</div>
        <a href='#out' style='position: absolute; left: -500px'>out of the window</a>",
    ),
    (
        "dark",
        "<style>img { display: none } @media (prefers-color-scheme: dark) {
            p { color: #444; background: #000 } .late img { display: block } }</style>
        <p>hardly there at night</p>
        <div><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='></div>",
    ),
    ("scripted", "<p id='late'></p><script src='fault-scripted.js'></script>"),
    (
        "turning",
        "<pre><code tabindex='0'>let connection = listener.accept();</code></pre>
        <script src='fault-turning.js'></script>",
    ),
];

/// Their scripts, by the names of their files: the policy of a page refuses those that are in it.
const SCRIPTS: &[(&str, &str)] = &[
    ("error", "console.error('out of order')"),
    ("warning", "console.warn('nearly out of order')"),
    ("exception", "nobody.defined(this)"),
    ("message", "navigator.sendBeacon('http://example.com/count')"),
    ("socket", "new WebSocket('ws://example.com/live')"),
    ("scripted", "late.textContent = 'Written by a script.'"),
    ("turning", "addEventListener('keydown', () => { location.href = 'index.html'; })"),
];

/// The files of these pages, and one that is heavy whatever compresses it.
pub fn files() -> impl Iterator<Item = (String, String)> {
    let mut number = 1u32;
    let mut noise = || {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'0' + (number >> 24) as u8 % 64)
    };
    let comment = std::iter::repeat_with(&mut noise).take(700_000).collect::<String>();
    let ballast = ("fault-ballast.js".to_owned(), format!("//{comment}"));
    let faults = FAULTS.iter().map(|fault| (fault.name, fault.body));
    let pages = faults.chain(FAULTY_PAGES.iter().copied()).map(|(name, body)| {
        let html = format!(
            "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>A fault</title>\
             <meta name='viewport' content='width=device-width'></head>\
             <body><main><h1>A fault</h1> {body}</main></body></html>"
        );
        (format!("fault-{name}.html"), html)
    });
    let scripts =
        SCRIPTS.iter().map(|(name, script)| (format!("fault-{name}.js"), (*script).to_owned()));
    pages.chain(scripts).chain([ballast])
}
