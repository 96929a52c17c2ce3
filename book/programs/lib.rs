//! The programs that a page can run, and the arguments that each of them takes. Nothing else is ever
//! started, whatever a page or a request names.

mod table;

use std::net::SocketAddr;

pub use catalog::Language;
use serde_json::{Map, Value, json};

use Kind::{Choice, Connect, Flag, Listen, Number, Seconds, Text, Words};
use Role::{Alone, Client, Server};
use Source::{Bin, Example, Python};
use table::PROGRAMS;

pub struct Program {
    /// As chapters name it: a program of a lesson, its command, or its Python file.
    pub name: &'static str,
    pub role: Role,
    pub source: Source,
    pub arguments: &'static [Argument],
    /// What it does with a line on its standard input, if it reads one.
    pub reads: Option<Both>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Server,
    Client,
    /// Holds both ends, or none.
    Alone,
}

pub enum Source {
    /// A program of a lesson, or its command.
    Bin { package: &'static str, bin: &'static str, command: Option<&'static str> },
    /// A wrong program of a lesson.
    Example { package: &'static str, name: &'static str },
    /// A Python program, by its file under `lessons/`.
    Python(&'static str),
}

pub struct Argument {
    /// An option such as `--message`; a word without dashes is an argument without a name.
    pub name: &'static str,
    pub meaning: Both,
    pub kind: Kind,
    pub default: &'static str,
}

/// A text in each language.
#[derive(Clone, Copy)]
pub struct Both {
    pub en: &'static str,
    pub zh: &'static str,
}

pub enum Kind {
    /// Where to listen.
    Listen,
    /// Which server to talk to.
    Connect,
    Text,
    /// Some words, such as addresses to classify.
    Words,
    Choice(&'static [&'static str]),
    Seconds,
    Number(u64, u64),
    Flag,
}

/// A program with the arguments that a page gives it.
#[derive(Clone)]
pub struct Asked {
    pub program: &'static Program,
    pub given: Map<String, Value>,
}

/// A program with its command line.
pub struct Call {
    program: &'static Program,
    /// What follows the program's own name.
    words: Vec<String>,
}

/// The ports that a page may name: Linux picks its own from 32768 on (ip(7)), and ports from 49152 on
/// cannot be registered (RFC 6335 §6). So no service of this machine is likely to have one.
const FIRST_PORT: u16 = 32768;

const LONGEST_TEXT: usize = 2000;
const LONGEST_TIME: f64 = 300.0;

impl Role {
    pub fn name(self) -> &'static str {
        match self {
            Server => "server",
            Client => "client",
            Alone => "program",
        }
    }
}

impl Both {
    pub fn in_language(self, language: Language) -> &'static str {
        match language {
            Language::English => self.en,
            Language::Chinese => self.zh,
        }
    }
}

impl Program {
    pub fn all() -> &'static [Program] {
        PROGRAMS
    }

    pub fn named(name: &str) -> Option<&'static Program> {
        PROGRAMS.iter().find(|program| program.name == name)
    }
}

impl Asked {
    /// Reads what a chapter writes, such as `lesson03 --without-reuse`.
    ///
    /// # Errors
    ///
    /// There is no such program, or it does not take these arguments.
    pub fn written(text: &str) -> Result<Asked, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let program = PROGRAMS
            .iter()
            .filter(|program| {
                let name: Vec<_> = program.name.split(' ').collect();
                words.starts_with(&name)
            })
            .max_by_key(|program| program.name.len())
            .ok_or_else(|| format!("no program `{text}` that a page can run"))?;
        let mut words = words.into_iter().skip(program.name.split(' ').count());
        let mut given = Map::new();
        while let Some(word) = words.next() {
            if let Some(argument) = program.arguments.iter().find(|one| one.name == word) {
                let value = match argument.kind {
                    Flag => Value::Bool(true),
                    _ => words.next().unwrap_or_default().into(),
                };
                given.insert(word.into(), value);
            } else if let Some(argument) = program.arguments.iter().find(|one| !one.is_option())
                && !word.starts_with('-')
            {
                let so_far = given.get(argument.name).and_then(Value::as_str);
                let value = so_far.map_or(word.into(), |so_far| format!("{so_far} {word}"));
                given.insert(argument.name.into(), value.into());
            } else {
                return Err(format!("`{}` takes no {word}", program.name));
            }
        }
        let asked = Asked { program, given };
        // Who writes chapters is told in English.
        asked.call(None, Language::English)?;
        Ok(asked)
    }

    /// Makes a command line of what a page gives. The second program of a pair is called with the
    /// address of the first.
    ///
    /// # Errors
    ///
    /// Which argument is none, or what is wrong with its value, in this language.
    pub fn call(&self, first: Option<SocketAddr>, language: Language) -> Result<Call, String> {
        let Asked { program, given } = self;
        let known = |name: &String| program.arguments.iter().any(|argument| argument.name == name);
        if let Some(name) = given.keys().find(|name| !known(name)) {
            return Err(match language {
                Language::English => format!("{} takes no argument {name}", program.name),
                Language::Chinese => format!("{} 没有参数 {name}", program.name),
            });
        }
        let mut words = Vec::new();
        for argument in program.arguments {
            let value = match (&argument.kind, first) {
                (Listen | Connect, Some(first)) => first.to_string().into(),
                _ => given.get(argument.name).cloned().unwrap_or(argument.default.into()),
            };
            let wrong = |why| match language {
                Language::English => format!("{}: {}: {why}", program.name, argument.name),
                Language::Chinese => format!("{}：{}：{why}", program.name, argument.name),
            };
            words.extend(argument.words(&value, language).map_err(wrong)?);
        }
        Ok(Call { program, words })
    }

    /// Where it listens, if the page has picked the port.
    pub fn named_address(&self) -> Option<SocketAddr> {
        let argument = self.program.arguments.iter().find(|one| matches!(one.kind, Listen))?;
        let address: SocketAddr = self.given.get(argument.name)?.as_str()?.parse().ok()?;
        (address.port() != 0).then_some(address)
    }

    /// What a page in this language needs to show the program's arguments, with these values at first.
    pub fn described(&self, language: Language) -> Value {
        let Asked { program, given } = self;
        let arguments = program.arguments.iter().map(|argument| {
            let mut described = json!({
                "name": argument.name,
                "meaning": argument.meaning.in_language(language),
                "kind": argument.kind.name(),
                "value": given.get(argument.name).cloned().unwrap_or(argument.default.into()),
            });
            match argument.kind {
                Choice(choices) => described["choices"] = choices.into(),
                Number(least, most) => {
                    described["least"] = least.into();
                    described["most"] = most.into();
                }
                _ => {}
            }
            described
        });
        json!({
            "name": program.name,
            "role": program.role.name(),
            "arguments": arguments.collect::<Vec<_>>(),
            "reads": program.reads.map(|words| words.in_language(language)),
        })
    }
}

impl Argument {
    /// Other than an option, it is known by its place.
    fn is_option(&self) -> bool {
        self.name.starts_with("--")
    }

    /// The words on the command line: none for an option that is left as it is.
    fn words(&self, value: &Value, language: Language) -> Result<Vec<String>, String> {
        let wrong = |words: Both| words.in_language(language).to_owned();
        if let Flag = self.kind {
            return match value {
                Value::Bool(true) => Ok(vec![self.name.into()]),
                Value::Bool(false) => Ok(Vec::new()),
                Value::String(text) if text.is_empty() => Ok(Vec::new()),
                _ => Err(wrong(Both {
                    en: "is there or not, and has no value",
                    zh: "只有写和不写，没有值",
                })),
            };
        }
        let text =
            value.as_str().ok_or_else(|| wrong(Both { en: "is not text", zh: "不是文本" }))?;
        if self.is_option() && text == self.default {
            return Ok(Vec::new());
        }
        self.kind.check(text, language)?;
        Ok(match self.kind {
            Words => text.split_whitespace().map(str::to_owned).collect(),
            // As one word, so that a text that begins with a dash is no option.
            Text => vec![format!("{}={text}", self.name)],
            _ if self.is_option() => vec![self.name.into(), text.into()],
            _ => vec![text.into()],
        })
    }
}

impl Kind {
    fn name(&self) -> &'static str {
        match self {
            Listen => "listen",
            Connect => "connect",
            Text => "text",
            Words => "words",
            Choice(_) => "choice",
            Seconds => "seconds",
            Number(..) => "number",
            Flag => "flag",
        }
    }

    fn check(&self, text: &str, language: Language) -> Result<(), String> {
        if text.len() > LONGEST_TEXT {
            return Err(match language {
                Language::English => format!("has more than {LONGEST_TEXT} bytes"),
                Language::Chinese => format!("超过了 {LONGEST_TEXT} 字节"),
            });
        }
        let is_right = match self {
            Listen | Connect => {
                let address = text.parse::<SocketAddr>().map_err(|why| match language {
                    Language::English => why.to_string(),
                    Language::Chinese => "不是带端口的地址".to_owned(),
                })?;
                let port = address.port();
                address.ip().is_loopback() && (port == 0 || port >= FIRST_PORT)
            }
            Text => !text.contains('\0'),
            Words => text.split_whitespace().all(|word| {
                let is_plain = |c: char| c.is_ascii_alphanumeric() || ".:[]%-_".contains(c);
                word.chars().all(is_plain) && !word.starts_with('-')
            }),
            Choice(choices) => choices.contains(&text),
            Seconds => text.parse().is_ok_and(|time: f64| time > 0.0 && time <= LONGEST_TIME),
            Number(least, most) => {
                text.parse().is_ok_and(|number: u64| (*least..=*most).contains(&number))
            }
            Flag => false,
        };
        match language {
            _ if is_right => Ok(()),
            Language::English => Err(format!("must be {}", self.allowed())),
            Language::Chinese => Err(format!("必须是{}", self.allowed_in_chinese())),
        }
    }

    fn allowed(&self) -> String {
        match self {
            Listen | Connect => {
                format!("a loopback address with port 0, or one from {FIRST_PORT} on")
            }
            Text => "text without a zero byte".into(),
            Words => "words of letters, digits and .:[]%-_".into(),
            Choice(choices) => format!("one of {}", choices.join(", ")),
            Seconds => format!("a number of seconds, at most {LONGEST_TIME}"),
            Number(least, most) => format!("a number from {least} to {most}"),
            Flag => "there or not".into(),
        }
    }

    fn allowed_in_chinese(&self) -> String {
        match self {
            Listen | Connect => format!("环回地址，端口为 0，或者从 {FIRST_PORT} 起"),
            Text => "不含零字节的文本".into(),
            Words => "由字母、数字和 .:[]%-_ 组成的词".into(),
            Choice(choices) => format!(" {} 里的一个", choices.join("、")),
            Seconds => format!("秒数，不超过 {LONGEST_TIME}"),
            Number(least, most) => format!("从 {least} 到 {most} 的数"),
            Flag => "写上或不写".into(),
        }
    }
}

impl Call {
    /// Its words behind the program's own name.
    pub fn words(&self) -> impl Iterator<Item = String> {
        let command = match self.program.source {
            Bin { command, .. } => command,
            Example { .. } | Python(_) => None,
        };
        command.map(str::to_owned).into_iter().chain(self.words.iter().cloned())
    }

    /// What one would type in a terminal to do the same.
    pub fn typed(&self) -> String {
        let program = match self.program.source {
            Bin { package, bin, .. } if package == bin => format!("cargo run -p {package} --"),
            Bin { package, bin, .. } => format!("cargo run -p {package} --bin {bin} --"),
            Example { package, name } => format!("cargo run -p {package} --example {name} --"),
            Python(file) => format!("python3 lessons/{file}"),
        };
        let words: String = self.words().map(|word| format!(" {}", quoted(&word))).collect();
        format!("{program}{words}").trim_end_matches(" --").to_owned()
    }
}

/// A word as a shell takes it. Only people read this; no shell does.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_.:=/,".contains(c);
    if word.chars().all(is_plain) && !word.is_empty() {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
