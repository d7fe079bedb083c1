//! The sources as far as texts go: which are keys of the catalogue, and which are said in English alone.

use std::path::{Path, PathBuf};

/// A text that stands in a source.
#[derive(Clone, Debug)]
pub struct Text {
    pub words: String,
    pub file: String,
    pub line: usize,
    /// Inside `t!`, `tn!` or `key!`, in JavaScript inside `t` or `tn`.
    pub is_key: bool,
    /// The calls and macros around it, the outermost first: `view!`, `AppError::new`.
    pub around: Vec<String>,
    /// In a view, between elements.
    pub is_between_elements: bool,
    /// The attribute or setting that it is the value of: `class`.
    pub value_of: Option<String>,
}

/// Whether a file is part of the browser's program.
pub fn is_browsers(file: &str) -> bool {
    let pages = [
        "account", "compare", "credits", "keys", "landing", "library", "presets", "sign_in", "sign_up",
        "spending", "trash", "webhooks",
    ];
    let components = ["about", "bells", "video_sheet"];
    let is_one = |folder, names: &[&str]| {
        let name = file
            .strip_prefix(folder)
            .and_then(|rest: &str| rest.split(['/', '.']).next());
        name.is_some_and(|name| names.contains(&name))
    };
    let alone = is_one("src/pages/", &pages) || is_one("src/components/", &components);
    // The document around a page is the server's too.
    !file.starts_with("src/server") && file != "src/app.rs" && !alone
}

/// All texts of the sources, those of tests left out.
pub fn texts() -> Vec<Text> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    for (folder, ending) in [("src", "rs"), ("public/js", "js")] {
        for path in files(&root.join(folder), ending) {
            let file = path.strip_prefix(root).expect("a file of the project");
            let file = file.to_string_lossy().replace('\\', "/");
            let source = std::fs::read_to_string(&path).expect("a source");
            let source = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            if !file.ends_with("tests.rs") && file != "src/language.rs" && file != "public/js/words.js" {
                texts.extend(Reader::new(source, &file).read());
            }
        }
    }
    texts.extend(of_presets(root));
    texts
}

/// The presets of the studio have names and texts that `public/js/aids.js` says in the language of the page.
fn of_presets(root: &Path) -> Vec<Text> {
    let file = "public/composing/presets.json";
    let source = std::fs::read_to_string(root.join(file)).expect("the presets");
    let said = |place: usize, line: &str, field: &str| {
        let (_, rest) = line.split_once(&format!("\"{field}\": \""))?;
        Some(Text {
            words: rest.split_once('"')?.0.to_owned(),
            file: file.into(),
            line: place + 1,
            is_key: true,
            around: Vec::new(),
            is_between_elements: false,
            value_of: None,
        })
    };
    let texts = source.lines().enumerate();
    texts
        .flat_map(|(place, line)| ["name", "text"].map(|field| said(place, line, field)))
        .flatten()
        .collect()
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|end| end == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Walks a source once, keeping count of brackets.
struct Reader<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    file: &'a str,
    line: usize,
    /// What stands before the cursor since the last bracket, comma or text.
    before: String,
    around: Vec<(char, String)>,
    found: Vec<Text>,
}

impl<'a> Reader<'a> {
    fn new(source: &'a str, file: &'a str) -> Self {
        let (rest, line) = (source.chars().peekable(), 1);
        Self {
            rest,
            file,
            line,
            before: String::new(),
            around: Vec::new(),
            found: Vec::new(),
        }
    }

    fn is_rust(&self) -> bool {
        self.file.starts_with("src")
    }

    fn next(&mut self) -> Option<char> {
        let sign = self.rest.next()?;
        self.line += usize::from(sign == '\n');
        Some(sign)
    }

    fn read(mut self) -> Vec<Text> {
        while let Some(sign) = self.next() {
            match sign {
                '/' if self.rest.peek() == Some(&'/') => {
                    while self.next().is_some_and(|sign| sign != '\n') {}
                }
                '/' if self.rest.peek() == Some(&'*') => {
                    let mut last = self.next();
                    while let Some(sign) = self.next() {
                        if (last, sign) == (Some('*'), '/') {
                            break;
                        }
                        last = Some(sign);
                    }
                }
                '\'' if self.is_rust() => self.pass_letter(),
                '`' if self.is_rust() => {}
                '"' | '\'' | '`' => self.take_text(sign),
                '(' | '[' | '{' => {
                    let name = called(&self.before);
                    self.around.push((sign, name));
                    self.before.clear();
                }
                ')' | ']' | '}' => {
                    self.around.pop();
                    self.before.clear();
                }
                ',' | ';' => self.before.clear(),
                other => self.before.push(other),
            }
        }
        self.found
    }

    /// A letter in quotes, or a lifetime.
    fn pass_letter(&mut self) {
        let mut ahead = self.rest.clone();
        match ahead.next() {
            Some('\\') => {
                self.next();
                self.next();
                while self.next().is_some_and(|sign| sign != '\'') {}
            }
            Some(_) if ahead.next() == Some('\'') => {
                self.next();
                self.next();
            }
            _ => {}
        }
    }

    fn take_text(&mut self, quote: char) {
        let line = self.line;
        let raw = self.before.ends_with('r') || self.before.ends_with('#');
        let mut words = String::new();
        while let Some(sign) = self.next() {
            match sign {
                '\\' if !raw => self.escape(&mut words),
                sign if sign == quote => break,
                other => words.push(other),
            }
        }
        let around: Vec<_> = self.around.iter().map(|(_, name)| name.clone()).collect();
        let nearest = around.last().map_or("", String::as_str);
        let is_key = if self.is_rust() {
            matches!(nearest, "t!" | "tn!" | "key!") && !self.before.contains('=')
        } else {
            matches!(nearest, "t" | "tn")
        };
        let mut inner = self.around.iter().rev().take_while(|(_, name)| name != "view!");
        let nearest_is_view = inner.all(|(sign, _)| *sign == '{');
        let before = self.before.trim_end();
        let is_between_elements =
            nearest_is_view && (before.is_empty() || before.ends_with('>') || before.ends_with('"'));
        let value_of = self.before.trim_end().strip_suffix('=').map(last_name);
        self.found.push(Text {
            words,
            file: self.file.into(),
            line,
            is_key,
            around,
            is_between_elements,
            value_of,
        });
        self.before.clear();
    }

    fn escape(&mut self, words: &mut String) {
        match self.next() {
            Some('n') => words.push('\n'),
            Some('u') => {
                let hex: String = std::iter::from_fn(|| self.next().filter(|sign| *sign != '}')).collect();
                let number = u32::from_str_radix(hex.trim_start_matches('{'), 16);
                words.extend(number.ok().and_then(char::from_u32));
            }
            // A text that goes on in the next line.
            Some('\n') => {
                while self.rest.peek().is_some_and(|sign| sign.is_whitespace()) {
                    self.next();
                }
            }
            Some(other) => words.push(other),
            None => {}
        }
    }
}

fn last_name(text: &str) -> String {
    let text = text.trim_end();
    let start = text.rfind(|sign: char| !(sign.is_alphanumeric() || "_-:!.".contains(sign)));
    text[start.map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8))..].to_owned()
}

/// The name of what a bracket belongs to: `t!`, `AppError::new`.
fn called(before: &str) -> String {
    last_name(before)
}
