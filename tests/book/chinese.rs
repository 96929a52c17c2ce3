//! The book's own words in Chinese: what the build writes into a chapter, each sentence of a scene, and what the server
//! says of panels. Whether the languages have the same words, the compiler notices; here it's whether they are Chinese.

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;
use std::time::Duration;

use book::scene::html as drawing;
use book::scene::packet::Packet;
use book::scene::recorded::{Recording, SCENES};
use book::scene::row::{End, How, Mark, Note, Queue, Sense};
use book::scene::words::{self, Words};
use book::source::html;
use catalog::Language;
use common::sockets::State;
use harness::Trial;
use programs::Program;
use regex::Regex;

use crate::support::{
    CLAIM, NEXT, PREDICTION, SECOND, SETTINGS, SmallBook, root, sources, trials, with_a_suite,
    with_verdicts,
};

pub fn trials() -> Vec<Trial> {
    trials![
        the_build_writes_in_the_books_language,
        every_recorded_scene_is_drawn_in_chinese,
        every_sentence_of_a_scene_is_chinese,
        what_is_left_in_english_is_noticed,
        every_argument_is_explained_in_chinese,
    ]
}

/// What stays as it is in a Chinese sentence: calls, flags, the system, keys, and how an error is called.
const NAMES: [&str; 10] =
    ["ACK", "Ctrl-C", "FIN", "Linux", "RST", "SYN", "accept", "connect", "connection", "refused"];

fn chinese() -> &'static dyn Words {
    words::of(Language::Chinese)
}

/// The Latin words of three letters or more in a text that must be Chinese, but for names and states.
fn left_in_english(text: &str) -> BTreeSet<String> {
    static WORD: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("[A-Za-z][A-Za-z0-9_-]{2,}").expect("a valid pattern"));
    let states: Vec<String> =
        (1..=11).filter_map(State::from_number).map(|state| state.to_string()).collect();
    let words = WORD.find_iter(text).map(|word| word.as_str());
    let words = words.filter(|word| !NAMES.contains(word) && !states.iter().any(|one| one == word));
    words.map(str::to_owned).collect()
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

/// The text between the tags of a page, without what is code or a payload.
fn prose(page: &str) -> String {
    static CODE: LazyLock<Regex> = LazyLock::new(|| {
        let parts = ["<code[^>]*>[^<]*</code>", "<span class=\"run-option\">[^<]*</span>"];
        let bytes = "<span class=\"scene-bytes\">[^<]*</span>";
        let quoted = "：“[^”]*”";
        let pattern = [parts[1], parts[0], bytes, quoted].join("|");
        Regex::new(&pattern).expect("a valid pattern")
    });
    let mut text = page.to_owned();
    // An option of a command is within its code.
    for _ in 0..2 {
        text = CODE.replace_all(&text, "").into_owned();
    }
    for tag in html::tags(&text.clone()).iter().rev() {
        text.replace_range(tag.span.clone(), " ");
    }
    text
}

/// A book whose settings name Chinese has none of the words that the build writes in English.
fn the_build_writes_in_the_books_language() {
    let book = SmallBook::new();
    with_a_suite(&book);
    with_verdicts(&book);
    book.write("book.toml", &SETTINGS.replace("[book]", "[book]\nlanguage = \"zh-CN\""));
    book.write(
        "book/chapters/SUMMARY.md",
        "# 目录\n\n[首页](README.md)\n- [2.1 第二页](second.md)\n- [结论](verdicts.md)\n",
    );
    book.write("lessons/lesson02/src/main.rs", "fn main() {\n    one();\n}\n");
    book.write("lessons/lesson02/examples/first_server.rs", "fn main() {\n    two();\n}\n");
    book.write("book/chapters/scenes/one.json", &scene("conversation"));
    let bar =
        "<p class=\"lesson-bar\"><strong>第 2 课</strong> <code>cargo run -p lesson02</code></p>\n";
    let task = "<div class=\"do\">\n\n动手。\n\n</div>\n";
    let diff = "```diff\n{{#diff ../../lessons/lesson02/src/main.rs ../../lessons/lesson02/examples/first_server.rs}}\n```\n";
    let listing = "```rust\n{{#include ../../lessons/lesson02/src/main.rs}}\n```\n";
    let panel = "<div class=\"run\" data-server=\"lesson02\" data-client=\"lesson01\" data-scene=\"one\">\n\n</div>\n";
    let parts = [bar, CLAIM, PREDICTION, task, diff, listing, panel, NEXT];
    book.write(SECOND, &format!("# 第二页\n\n{}", parts.join("\n\n")));
    book.build().success();
    let page = fs::read_to_string(book.site().join("second.html")).expect("a page");
    for expected in [
        "<html lang=\"zh-CN\"",
        "<p class=\"kicker\">第 2.1 节</p>",
        "分钟</span>",
        "<span class=\"verdict wrong\">错</span>",
        "<p class=\"do-label\">现在就动手</p>",
        "<figcaption>从 <code>lessons/lesson02/src/main.rs</code> 到 ",
        "<span class=\"side\">服务器</span>",
        "aria-label=\"对：\"",
        "aria-label=\"错：\"",
        "<summary>依据</summary>",
        "可以自己运行的检查项：<code>cargo test -p lesson01 opens_a_socket</code>",
        "录制：<a href=\"transcripts/rain.txt\">rain</a>。",
        "<p class=\"run-note\">想在页面上运行",
        "<p class=\"scene-source\">在我们的机器上逐个",
        "aria-label=\"过程图\"",
    ] {
        assert!(page.contains(expected), "{expected} isn't in\n{page}");
    }
}

/// A recorded scene of the book, as its file has it.
fn scene(name: &str) -> String {
    let file = root().join(&sources().config.book.src).join(SCENES).join(name);
    fs::read_to_string(file.with_extension("json")).expect("a recording")
}

fn every_recorded_scene_is_drawn_in_chinese() {
    let mut count = 0;
    for entry in fs::read_dir(root().join(&sources().config.book.src).join(SCENES)).expect("scenes")
    {
        let file = entry.expect("a file").path();
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let recording = Recording::read(&scene(&name)).expect("a recording");
        let (story, cast) = (recording.story(), &recording.cast);
        let label = "过程图";
        let list = drawing::scene(&story, cast, label, chinese());
        let figure = drawing::figure(&story, 0, cast, label, chinese());
        for page in [list, figure] {
            let mut text = prose(&page);
            // The name of one program may be the beginning of another one's.
            let mut names: Vec<&str> = cast.programs.iter().map(|(name, _)| &**name).collect();
            names.sort_by_key(|name| std::cmp::Reverse(name.len()));
            for name in names {
                text = text.replace(name, " ");
            }
            let left = left_in_english(&text);
            assert!(left.is_empty(), "{name}: {left:?} in\n{text}");
            assert!(text.contains("客户端到服务器："), "{name}:\n{text}");
        }
        count += 1;
    }
    assert!(count > 20, "only {count} scenes");
}

/// All that a scene can say, also what no recording has.
fn all_sentences(words: &dyn Words) -> Vec<String> {
    let packet = Packet {
        at: Duration::ZERO,
        from: ([127, 0, 0, 1], 40001).into(),
        to: ([127, 0, 0, 1], 9090).into(),
        syn: false,
        ack: true,
        fin: true,
        rst: false,
        sequence: 0,
        acknowledged: 0,
        window: 0,
        length: 3,
        payload: b"123".to_vec(),
    };
    let senses = [
        Sense::Call,
        Sense::OwnCall,
        Sense::CallAgain,
        Sense::Answer,
        Sense::AnswerAgain,
        Sense::Confirm,
        Sense::Data,
        Sense::DataAgain,
        Sense::DataAfterEnd,
        Sense::Received,
        Sense::ReceivedEnd,
        Sense::Nothing,
        Sense::Probe,
        Sense::FirstEnd,
        Sense::SecondEnd,
        Sense::EndAgain,
        Sense::Refused,
        Sense::Unread(5),
        Sense::GivenUp,
        Sense::CutOff,
        Sense::Gone,
    ];
    let mut all: Vec<String> = words.columns().map(str::to_owned).into();
    all.extend(words.legend().map(str::to_owned));
    let hows = [How::Usual, How::Crossing, How::Refused, How::Reset, How::WasReset];
    for end in End::BOTH {
        all.extend(senses.map(|sense| words::arrow(words, end, &packet, sense)));
        for state in (1..=11).filter_map(State::from_number) {
            all.extend(hows.map(|how| words.state(end, Mark { state, is_seen: false, how })));
            let mark = Mark { state, is_seen: false, how: How::Usual };
            all.push(words.heard_from(mark).to_owned());
        }
        for queue in [Queue::Send, Queue::Receive, Queue::Accept] {
            all.extend([1, 12345].map(|amount| words.waiting(end, queue, amount)));
            all.extend([1, 12345].map(|amount| words.waiting_label(queue, amount)));
        }
        all.extend([1, 2].map(|count| words.left(end, count)));
        all.extend([words.between(end), words.in_kernel(end), words.comes_into(end)]);
    }
    for count in [1, 2] {
        all.extend([words.accepted_label(count), words.accepted(count, count, false)]);
        all.extend([words.more(1, count), words.crowd(0, 1, count), words.crowd(1, 2, count)]);
    }
    for length in [1, 20, 5000].map(Duration::from_millis) {
        all.push(words.pause(length));
    }
    all.extend(
        [(Some(1), None), (None, Some(2)), (None, Some(9)), (None, Some(6)), (None, None)]
            .map(|(code, signal)| words.exit(code, signal)),
    );
    let report = |status: &str| Note::Report { status: status.to_owned(), differs: None };
    let notes = [
        Note::Cut,
        Note::Uncaptured,
        Note::Lost(1),
        Note::Lost(2),
        Note::Unseen,
        Note::Again,
        Note::Full,
        Note::Stopped("5".to_owned()),
        report("passed"),
        report("failed"),
        report("not judged"),
        report(""),
    ];
    all.extend(notes.map(|note| words.note(&note)));
    all.extend([words.another("x"), words.calling_port(9090), words.says("x", true)]);
    all.extend(
        [words.left_label(), words.comes(), words.numbered(), words.kernel()].map(str::to_owned),
    );
    all.push(words.server_does().to_owned());
    all
}

fn every_sentence_of_a_scene_is_chinese() {
    for sentence in all_sentences(chinese()) {
        assert!(sentence.chars().any(is_han), "no Chinese: {sentence:?}");
        let left = left_in_english(&sentence);
        assert!(left.is_empty(), "{left:?} in {sentence}");
        // Between Chinese characters and Latin letters or digits there is a blank, and none beside a mark.
        assert!(!is_torn(&sentence), "{sentence}");
    }
    let english = all_sentences(words::of(Language::English));
    assert!(english.iter().all(|sentence| !sentence.chars().any(is_han)));
    assert_eq!(english.len(), all_sentences(chinese()).len());
}

/// Whether a blank is missing or too many at some place.
fn is_torn(sentence: &str) -> bool {
    let is_latin = |c: char| c.is_ascii_alphanumeric();
    let is_mark = |c: char| "，。：；？！（）“”".contains(c);
    let pairs = sentence.chars().zip(sentence.chars().skip(1));
    pairs.into_iter().any(|(one, other)| {
        is_han(one) && is_latin(other)
            || is_latin(one) && is_han(other)
            || is_mark(one) && other == ' '
            || one == ' ' && is_mark(other)
    })
}

fn what_is_left_in_english_is_noticed() {
    let found = left_in_english("客户端 sends 22 字节，调用 accept，状态 FIN-WAIT-1");
    assert!(found.contains("sends"), "{found:?}");
    assert!(prose("<p>一 <code>two three</code> four：“five”</p>").contains("four"));
    assert!(!prose("<p>一 <code>two three</code> four：“five”</p>").contains("t"));
    for torn in ["调用accept", "22字节", "好， 好", "好 。"] {
        assert!(is_torn(torn), "{torn}");
    }
    assert!(!is_torn("调用 accept，22 字节。（好）"));
    let english = all_sentences(words::of(Language::English));
    assert!(english.iter().filter(|sentence| left_in_english(sentence).is_empty()).count() < 20);
}

fn every_argument_is_explained_in_chinese() {
    for program in Program::all() {
        let texts = program.arguments.iter().map(|argument| argument.meaning).chain(program.reads);
        for text in texts {
            let [en, zh] = Language::ALL.map(|language| text.in_language(language));
            assert!(!en.is_empty() && !en.chars().any(is_han), "{en}");
            assert!(zh.chars().any(is_han) && !is_torn(zh), "{}: {zh:?}", program.name);
        }
    }
}
