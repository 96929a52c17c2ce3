//! What the book is made of: its settings, its chapters, and the files beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use mdbook_markdown::pulldown_cmark::{Event, Parser, Tag};
use mdbook_preprocessor::config::Config;

use super::defect::Defect;
use super::html;
use super::include::Directive;
use super::paths;
use common::Failure;

pub struct Sources {
    pub root: PathBuf,
    pub config: Config,
    /// The chapters that `SUMMARY.md` lists, in its order, each with the line that lists it.
    pub listed: Vec<(PathBuf, usize)>,
    /// Those of them that are in the part with this book's lessons.
    pub lessons: Vec<PathBuf>,
    /// The text of every Markdown file but `SUMMARY.md`, by its path from the chapters' directory.
    pub chapters: BTreeMap<PathBuf, String>,
    /// Every other file beside the chapters.
    pub files: BTreeSet<PathBuf>,
    /// Defects that show while reading.
    pub defects: Vec<Defect>,
}

impl Sources {
    /// Reads the book whose `book.toml` is in `root`.
    ///
    /// # Errors
    ///
    /// The settings, the list of chapters or the chapters' directory cannot be read.
    pub fn read(root: &Path) -> Result<Sources, Failure> {
        let settings = root.join("book.toml");
        let config = paths::text_below(root, &settings)
            .and_then(|text| text.parse::<Config>().map_err(|why| format!("{why:#}")))
            .map_err(|why| Failure::new(format!("cannot read {}", settings.display()), why))?;
        Sources::with_config(root, config)
    }

    /// Reads the book in `root` that has these settings.
    ///
    /// # Errors
    ///
    /// The list of chapters or the chapters' directory cannot be read.
    pub fn with_config(root: &Path, config: Config) -> Result<Sources, Failure> {
        let src = root.join(&config.book.src);
        let summary = src.join("SUMMARY.md");
        let listed = paths::text_below(root, &summary)
            .map_err(|why| Failure::new(format!("cannot read {}", summary.display()), why))?;
        let mut sources = Sources {
            root: root.to_owned(),
            listed: entries(&listed),
            lessons: entries_of_part(&listed, LESSONS),
            config,
            chapters: BTreeMap::new(),
            files: BTreeSet::new(),
            defects: Vec::new(),
        };
        sources
            .walk(&src, Path::new(""))
            .map_err(|why| Failure::new(format!("cannot read {}", src.display()), why))?;
        Ok(sources)
    }

    fn walk(&mut self, src: &Path, dir: &Path) -> io::Result<()> {
        for entry in fs::read_dir(src.join(dir))? {
            let entry = entry?;
            let file = dir.join(entry.file_name());
            let kind = entry.file_type()?;
            if kind.is_dir() {
                self.walk(src, &file)?;
            } else if kind.is_symlink() {
                // mdBook would copy whatever it points at into the book.
                self.defect(&file, None, "a symbolic link: put the file itself here");
            } else if !kind.is_file() {
                // mdBook would read a FIFO for as long as another program writes into it.
                self.defect(&file, None, "not a regular file");
            } else if file.extension() != Some(OsStr::new("md")) {
                self.files.insert(file);
            } else if file != Path::new("SUMMARY.md") {
                match fs::read_to_string(entry.path()) {
                    Ok(text) => {
                        self.chapters.insert(file, text);
                    }
                    Err(why) => self.defect(&file, None, why.to_string()),
                }
            }
        }
        Ok(())
    }

    /// Notes a defect of a file beside the chapters.
    pub fn defect(&mut self, file: &Path, line: Option<usize>, what: impl Into<String>) {
        let file = self.name(file);
        self.defects.push(Defect { file, line, what: what.into() });
    }

    /// A file beside the chapters, as people name it: from the root.
    pub fn name(&self, file: &Path) -> String {
        paths::slashed(&self.config.book.src.join(file))
    }

    /// The files that the chapters include, whether they exist or not, from the root.
    pub fn included(&self) -> BTreeSet<PathBuf> {
        let mut files = BTreeSet::new();
        for (chapter, text) in &self.chapters {
            let directives = Directive::all(text).filter(Directive::reads_file);
            files.extend(directives.filter_map(|directive| self.include(chapter, directive.path)));
        }
        files
    }

    /// The text of the suites, in which a check's name comes right after a `(`.
    pub fn suites(&self) -> String {
        let mut text = String::new();
        read_suites(&self.root.join("tests"), &mut text);
        text
    }

    /// The folders with suites, each with the text of what is in it.
    pub fn suites_by_folder(root: &Path) -> Vec<(String, String)> {
        let mut suites = Vec::new();
        for entry in fs::read_dir(root.join("tests")).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if !NO_SUITES.contains(&&*name) && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                let mut text = String::new();
                read_suites(&entry.path(), &mut text);
                suites.push((name, text));
            }
        }
        suites.sort();
        suites
    }

    /// The file that a chapter's directive names, from the root; `None` when it is outside of it.
    pub fn include(&self, chapter: &Path, path: &str) -> Option<PathBuf> {
        paths::normal(&self.config.book.src.join(chapter).parent()?.join(path))
    }
}

/// What is beside the suites and is none: the tests of the book, and programs.
const NO_SUITES: [&str; 4] = ["bench", "book", "browser", "fuzz"];

fn read_suites(dir: &Path, text: &mut String) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            if !NO_SUITES.iter().any(|name| path.ends_with(name)) {
                read_suites(&path, text);
            }
        } else if kind.is_file() && path.extension() == Some(OsStr::new("rs")) {
            text.push_str(&fs::read_to_string(path).unwrap_or_default());
        }
    }
}

/// The title of the part in which each page is one of a lesson.
const LESSONS: &str = "The lessons";

/// The chapters in a part of the list.
fn entries_of_part(summary: &str, title: &str) -> Vec<PathBuf> {
    let heading = format!("# {title}");
    let lines = summary.lines().enumerate();
    let titles = lines.filter(|(_, line)| line.starts_with("# "));
    let titles: Vec<_> = titles.map(|(at, line)| (at + 1, line.trim_end() == heading)).collect();
    let in_part = |line: usize| titles.iter().rfind(|(at, _)| *at < line).is_some_and(|one| one.1);
    entries(summary).into_iter().filter(|(_, line)| in_part(*line)).map(|one| one.0).collect()
}

/// The chapters that a list of chapters names, and the lines that name them.
fn entries(summary: &str) -> Vec<(PathBuf, usize)> {
    let links = Parser::new(summary).into_offset_iter().filter_map(|(event, span)| match event {
        Event::Start(Tag::Link { dest_url, .. }) if !dest_url.is_empty() => Some((dest_url, span)),
        _ => None,
    });
    links
        .map(|(path, span)| {
            let path = PathBuf::from(path.replace("%20", " "));
            (paths::normal(&path).unwrap_or(path), html::line(summary, span.start))
        })
        .collect()
}
