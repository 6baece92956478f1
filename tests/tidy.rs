//! The style laws that a machine can keep: layers, cycles, sizes, determinism, names, places.
//!
//! Each law is a function from a file (or all files) to complaints. `the_tree_keeps_every_law` runs
//! them all; each has a test `.._bites` with bad snippets that it must catch and good ones that it
//! must pass. The tables at the top are the part that changes.
//!
//! Code is read as tokens, so a needle inside a string or a comment is never a false alarm, and
//! comments are read apart. What rustc or clippy can refuse by themselves does not belong here.
#![allow(clippy::arithmetic_side_effects, reason = "small counts, and a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{fmt::Display, fs};

// ---- The tables ------------------------------------------------------------------------------

/// A folder of `src/`, the layers it may import, and what its code may not use.
struct Layer {
    name: &'static str,
    may_import: &'static [&'static str],
    bans: &'static [&'static Ban],
}

/// Code that would make an answer depend on more than the input.
struct Ban {
    needles: &'static [&'static str],
    instead: &'static str,
}

const ANY: &[&str] = &["*"];

/// In order of dependency. `root` stands for `lib.rs` and `main.rs`.
#[rustfmt::skip]
const LAYERS: &[Layer] = &[
    Layer { name: "domain",  may_import: &["domain"],                                 bans: PURE },
    Layer { name: "machine", may_import: &["domain", "machine"],                      bans: PURE },
    Layer { name: "storage", may_import: &["domain", "machine", "storage"],           bans: TIMELESS },
    Layer { name: "engine",  may_import: &["domain", "machine", "storage", "engine"], bans: TIMELESS },
    Layer { name: "report",  may_import: &["domain", "machine", "storage", "report"], bans: PURE },
    Layer { name: "look",    may_import: &["domain", "engine", "report", "look"],     bans: TIMELESS },
    Layer { name: "chart",   may_import: &["chart"],                                  bans: PURE },
    Layer { name: "api",     may_import: &["domain", "machine", "storage", "engine", "report", "look", "chart", "api"], bans: TIMELESS },
    Layer { name: "cli",     may_import: ANY,                                         bans: &[] },
    Layer { name: "http",    may_import: ANY,                                         bans: &[] },
    Layer { name: "console", may_import: ANY,                                         bans: &[] },
    Layer { name: "docs",    may_import: ANY,                                         bans: TIMELESS },
    Layer { name: "root",    may_import: ANY,                                         bans: TIMELESS },
];

const TIMELESS: &[&Ban] = &[&CLOCK, &RANDOM];
const PURE: &[&Ban] = &[&CLOCK, &RANDOM, &HASH, &FLOAT];

const CLOCK: Ban = Ban {
    needles: &["SystemTime", "Instant", "Timestamp::now", "Zoned::now"],
    instead: "take `now` as an argument; only engine/clock.rs and cli/ read a clock",
};
const RANDOM: Ban = Ban {
    needles: &["rand::", "thread_rng", "fastrand::", "getrandom::"],
    instead: "take a seed or an id as an argument",
};
const HASH: Ban =
    Ban { needles: &["HashMap", "HashSet"], instead: "use BTreeMap or BTreeSet: their order is the same on every run" };
const FLOAT: Ban = Ban { needles: &["f32", "f64"], instead: "use integers or an exact rational" };

/// The only file of a timeless layer that reads a clock.
const CLOCK_HOME: &str = "src/engine/clock.rs";

/// The only file of a timeless layer that draws random bytes: salts of texts, which nobody may guess. A journal holds what
/// was drawn, so that a replay draws nothing.
const RANDOM_HOME: &str = "src/engine/texts.rs";

/// Crates that only their home may name, so that they can be replaced there.
const CRATE_HOMES: &[(&str, &[&str])] = &[
    ("rocksdb", &["src/storage/rocks.rs", "src/storage/rocks/", "benches/", "tests/"]),
    ("bincode", &["src/storage/codec.rs"]),
];

const FILE_LINES: usize = 500;
const FUNCTION_LINES: usize = 70;
const NESTING: usize = 5;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["utils", "helpers", "common", "manager", "misc"];
/// Endings of a second way to do the same thing.
const DOUBLES: &[&str] = &["_v2", "_opt", "_with_options"];

#[rustfmt::skip]
const TOP_LEVEL: &[&str] = &[
    "Cargo.toml", "Cargo.lock", "src", "benches", "fuzz", "tests", "README.md", "Makefile", "LICENSE",
    "CHANGELOG.md", "rustfmt.toml", "clippy.toml", "target",
];

/// Made by tools, not written by us: not read.
#[rustfmt::skip]
const NOT_OURS: &[&str] = &[
    ".git", "target", "fuzz/target", "fuzz/corpus", "fuzz/artifacts", "fuzz/coverage", "Cargo.lock",
    "fuzz/Cargo.lock",
];

/// Folders of one machine, and hosts of package registries. Built from parts, so that this file
/// does not catch itself.
fn local_places() -> Vec<String> {
    let folders = ["root", "work", "farm"].map(|name| format!("/{name}/"));
    let hosts = [["crates", "io"], ["docs", "rs"], ["index", "crates"], ["pypi", "org"]].map(|parts| parts.join("."));
    let mut places: Vec<String> = folders.into_iter().chain(hosts).collect();
    places.push(["npm", "js"].concat());
    places
}

// ---- Files, tokens, complaints ---------------------------------------------------------------

/// A text file of the tree. `tokens` and `comments` are filled for Rust files only.
struct SourceFile {
    path: String,
    text: String,
    tokens: Vec<Token>,
    comments: Vec<Token>,
}

/// A word, `::`, one other character, or `"` for any literal text; as a comment, one line of it.
struct Token {
    text: String,
    line: usize,
}

/// `src/x.rs:12: law: what is wrong and what to do`.
#[derive(Debug)]
struct Complaint {
    line: usize,
    text: String,
}

impl SourceFile {
    fn new(path: &str, text: &str) -> Self {
        let (tokens, comments) = if path.ends_with(".rs") { lex(text) } else { Default::default() };
        Self { path: path.to_owned(), text: text.to_owned(), tokens, comments }
    }

    fn is_source(&self) -> bool {
        self.path.starts_with("src/") && self.path.ends_with(".rs")
    }

    fn complain(&self, line: usize, text: impl Display) -> Complaint {
        Complaint { line, text: format!("{}:{line}: {text}", self.path) }
    }

    /// `src/a/b.rs` and `src/a/b/mod.rs` are the module `[a, b]`; `lib.rs` and `main.rs` are `[]`.
    fn module(&self) -> Vec<String> {
        let inner = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        let mut names: Vec<String> = inner.split('/').map(str::to_owned).collect();
        names.pop_if(|name| ["mod", "lib", "main"].contains(&name.as_str()));
        names
    }

    /// Its row of the table, or the name that the table lacks.
    fn layer(&self) -> Result<&'static Layer, String> {
        let name = self.module().into_iter().next().unwrap_or_else(|| "root".to_owned());
        LAYERS.iter().find(|layer| layer.name == name).ok_or(name)
    }

    /// The tokens before the `#[cfg(test)] mod tests {` at the end; none in a file of tests.
    fn body(&self) -> &[Token] {
        let is_tests = self.path.ends_with("/tests.rs") || self.path.contains("/tests/");
        let end = (0..self.tokens.len()).find(|i| is_tests || opens_tests(&self.tokens, *i));
        self.tokens.split_at(end.unwrap_or(self.tokens.len())).0
    }

    /// The lines where the code holds `needle`, compared token by token.
    fn lines_with(&self, needle: &str) -> Vec<usize> {
        let needle = lex(needle).0;
        let same = |window: &&[Token]| window.iter().zip(&needle).all(|(a, b)| a.text == b.text);
        let hits = self.tokens.windows(needle.len()).filter(same);
        hits.filter_map(|window| window.first()).map(|token| token.line).collect()
    }
}

/// Splits Rust text into tokens of code and lines of comment, each with its line number.
fn lex(text: &str) -> (Vec<Token>, Vec<Token>) {
    let (mut tokens, mut comments) = (Vec::new(), Vec::new());
    let chars: Vec<char> = text.chars().collect();
    let (mut rest, mut line) = (chars.as_slice(), 1);
    while !rest.is_empty() {
        let (kind, length) = next_piece(rest);
        let (piece, tail) = rest.split_at(length.min(rest.len()));
        let text: String = piece.iter().collect();
        let lines = text.lines().zip(line..).map(|(text, line)| Token { text: text.to_owned(), line });
        match kind {
            Piece::Space => {}
            Piece::Code => tokens.extend(lines),
            Piece::Literal => tokens.push(Token { text: "\"".to_owned(), line }),
            Piece::Comment => comments.extend(lines),
        }
        line += text.matches('\n').count();
        rest = tail;
    }
    (tokens, comments)
}

enum Piece {
    Space,
    Code,
    Literal,
    Comment,
}

/// The kind and length, in characters, of what `rest` starts with. Block comments do not nest here.
fn next_piece(rest: &[char]) -> (Piece, usize) {
    let run = |from: usize, part: fn(char) -> bool| rest.iter().skip(from).take_while(|c| part(**c)).count();
    let past = |from: usize, end: &[char]| {
        let inside = rest.get(from..).and_then(|rest| rest.windows(end.len()).position(|window| window == end));
        inside.map_or(rest.len(), |inside| from + inside + end.len())
    };
    match rest {
        ['/', '/', ..] => (Piece::Comment, run(0, |c| c != '\n')),
        ['/', '*', ..] => (Piece::Comment, past(2, &['*', '/'])),
        ['"', ..] => (Piece::Literal, quoted(rest, '"')),
        ['\'', '\\', ..] => (Piece::Literal, quoted(rest, '\'')),
        ['\'', _, '\'', ..] => (Piece::Literal, 3),
        [':', ':', ..] => (Piece::Code, 2),
        [c, ..] if c.is_whitespace() => (Piece::Space, 1),
        [c, ..] if is_word_part(*c) => {
            let word = run(0, is_word_part);
            let hashes = run(word, |c| c == '#');
            let prefix = matches!(rest, ['r', ..] if word == 1) || matches!(rest, ['b' | 'c', 'r', ..] if word == 2);
            if prefix && rest.get(word + hashes) == Some(&'"') {
                let end = ["\"", &"#".repeat(hashes)].concat();
                return (Piece::Literal, past(word + hashes + 1, &end.chars().collect::<Vec<char>>()));
            }
            (Piece::Code, word)
        }
        _ => (Piece::Code, 1),
    }
}

/// The length of a literal with backslash escapes.
fn quoted(rest: &[char], quote: char) -> usize {
    let mut length = 1;
    while rest.get(length).is_some_and(|c| *c != quote) {
        length += if rest.get(length) == Some(&'\\') { 2 } else { 1 };
    }
    length + 1
}

fn is_word_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The text of token `i`; nothing past the end.
fn at(tokens: &[Token], i: usize) -> &str {
    tokens.get(i).map_or("", |token| &token.text)
}

fn is_word(tokens: &[Token], i: usize) -> bool {
    at(tokens, i).starts_with(is_word_part)
}

/// The index of the bracket that closes the one at `open`.
fn close(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for i in open..tokens.len() {
        match at(tokens, i) {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" if depth <= 1 => return i,
            "}" | ")" | "]" => depth -= 1,
            _ => {}
        }
    }
    tokens.len()
}

/// Does token `i` start `#[cfg(test)] mod name {`? Other attributes may stand between.
fn opens_tests(tokens: &[Token], i: usize) -> bool {
    let attribute = |i| at(tokens, i) == "#" && at(tokens, i + 1) == "[";
    let has = |word| (i + 2..close(tokens, i + 1)).any(|i| at(tokens, i) == word);
    let mut item = i;
    while attribute(item) {
        item = close(tokens, item + 1) + 1;
    }
    attribute(i)
        && at(tokens, i + 2) == "cfg"
        && (has("test") && !has("not"))
        && (at(tokens, item) == "mod" && at(tokens, item + 2) == "{")
}

/// For each function the index of its name, and of its body's `{` (or `;` if it has none).
fn functions(tokens: &[Token]) -> Vec<(usize, usize)> {
    let names = (1..tokens.len()).filter(|i| at(tokens, i - 1) == "fn" && is_word(tokens, *i));
    let with_body = names.map(|name| {
        let mut next = name + 1;
        while !["{", ";", ""].contains(&at(tokens, next)) {
            next = if ["(", "["].contains(&at(tokens, next)) { close(tokens, next) } else { next } + 1;
        }
        (name, next)
    });
    with_body.collect()
}

/// Reads the text files of the folder `inner` of `top`; links are not followed.
fn read_tree(top: &Path, inner: &str, files: &mut Vec<SourceFile>) {
    for entry in fs::read_dir(top.join(inner)).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if inner.is_empty() { name } else { format!("{inner}/{name}") };
        match entry.file_type() {
            _ if NOT_OURS.contains(&path.as_str()) => {}
            Ok(kind) if kind.is_dir() => read_tree(top, &path, files),
            // What is not UTF-8 is not text.
            Ok(kind) if kind.is_file() => {
                files.extend(fs::read_to_string(entry.path()).ok().map(|text| SourceFile::new(&path, &text)));
            }
            _ => {}
        }
    }
}

// ---- Imports ---------------------------------------------------------------------------------

/// A path in the code that leads to our own crate: in a `use` or in an expression.
struct Import {
    line: usize,
    /// From the crate's root.
    path: Vec<String>,
    /// What it is called here: its last word or its alias.
    name: String,
    in_use: bool,
    is_public: bool,
}

/// Every path of two words or more, with `use a::{b, c}` opened into `a::b` and `a::c`. A path that
/// starts with a child of its module is ours too; `is_module` knows these.
fn imports(file: &SourceFile, tokens: &[Token], is_module: impl Fn(&[String]) -> bool) -> Vec<Import> {
    let mut found = Vec::new();
    let mut inline: Vec<(&str, usize)> = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        inline.retain(|(_, end)| i <= *end);
        if at(tokens, i) == "mod" && at(tokens, i + 2) == "{" {
            inline.push((at(tokens, i + 1), close(tokens, i + 2)));
        }
        let before = |n| i.checked_sub(n).map_or("", |i| at(tokens, i));
        let is_visibility = before(1) == "in" && before(2) == "(";
        if !is_word(tokens, i) || at(tokens, i + 1) != "::" || before(1) == "::" || is_visibility {
            i += 1;
            continue;
        }
        let in_use = before(1) == "use";
        let is_public = in_use && ["pub", ")"].contains(&before(2));
        let mut module = file.module();
        module.extend(inline.iter().map(|(name, _)| (*name).to_owned()));
        let mut leaves = Vec::new();
        i = branch(tokens, i, &[], &mut leaves);
        for (line, words, name) in leaves {
            let path = absolute(&words, &module, &is_module);
            found.extend(path.map(|path| Import { line, path, name, in_use, is_public }));
        }
    }
    found
}

/// Reads one branch of a `use` tree (or a plain path) into `leaves`; gives the index after it.
fn branch(tokens: &[Token], start: usize, prefix: &[String], leaves: &mut Vec<(usize, Vec<String>, String)>) -> usize {
    let (mut path, mut i) = (prefix.to_vec(), start);
    while is_word(tokens, i) && at(tokens, i + 1) == "::" {
        path.push(at(tokens, i).to_owned());
        i += 2;
    }
    if at(tokens, i) == "{" {
        let end = close(tokens, i);
        i += 1;
        while i < end {
            i = if at(tokens, i) == "," { i + 1 } else { branch(tokens, i, &path, leaves).max(i + 1) };
        }
        return end + 1;
    }
    let line = tokens.get(i).map_or(0, |token| token.line);
    if at(tokens, i) == "*" || is_word(tokens, i) {
        path.push(at(tokens, i).to_owned());
        i += 1;
    }
    path.pop_if(|last| last == "self");
    let mut name = path.last().cloned().unwrap_or_default();
    if at(tokens, i) == "as" {
        name = at(tokens, i + 1).to_owned();
        i += 2;
    }
    leaves.push((line, path, name));
    i
}

/// The path from the crate's root; `None` if `words` lead to another crate or to a local name.
fn absolute(words: &[String], module: &[String], is_module: impl Fn(&[String]) -> bool) -> Option<Vec<String>> {
    let first = words.first()?;
    let mut here = match first.as_str() {
        "crate" | "accruedb" => Vec::new(),
        "self" | "super" => module.to_vec(),
        child => is_module(&[module, &[child.to_owned()]].concat()).then(|| module.to_vec())?,
    };
    for word in words {
        match word.as_str() {
            "crate" | "accruedb" | "self" => {}
            "super" => drop(here.pop()),
            _ => here.push(word.clone()),
        }
    }
    Some(here)
}

/// A file of `src/`, the imports of its body and the names that it declares.
struct Module<'a> {
    file: &'a SourceFile,
    imports: Vec<Import>,
    names: BTreeSet<&'a str>,
}

struct Modules<'a>(BTreeMap<Vec<String>, Module<'a>>);

impl<'a> Modules<'a> {
    fn new(files: &'a [SourceFile]) -> Self {
        let sources = || files.iter().filter(|file| file.is_source());
        let known: BTreeSet<Vec<String>> = sources().map(SourceFile::module).collect();
        let read = |file: &'a SourceFile| {
            let body = file.body();
            let kinds = ["struct", "enum", "trait", "fn", "type", "const", "static", "mod"];
            let declared = body.windows(2).filter(|pair| kinds.contains(&at(pair, 0)));
            let names = declared.map(|pair| at(pair, 1)).collect();
            let imports = imports(file, body, |module| known.contains(module));
            (file.module(), Module { file, imports, names })
        };
        Self(sources().map(read).collect())
    }

    /// The files that `path` leads to. A name that a file only re-exports leads to where it is
    /// written; a star leads to the file and to all that it re-exports. `seen` stops a ring of stars.
    fn homes(&self, path: &[String], seen: &mut BTreeSet<Vec<String>>) -> Vec<&'a SourceFile> {
        let splits = (0..=path.len()).rev().map(|n| path.split_at(n));
        let mut known = splits.filter_map(|(module, rest)| Some((self.0.get(module)?, rest)));
        let Some((module, rest)) = known.next().filter(|_| seen.insert(path.to_vec())) else { return Vec::new() };
        let Some((name, inner)) = rest.split_first() else { return vec![module.file] };
        if name == "*" {
            let passed_on = module.imports.iter().filter(|import| import.is_public);
            return passed_on.flat_map(|import| self.homes(&import.path, seen)).chain([module.file]).collect();
        }
        let uses = module.imports.iter().filter(|import| import.in_use && !module.names.contains(name.as_str()));
        if let Some(import) = uses.clone().find(|import| import.name == *name) {
            return self.homes(&[import.path.as_slice(), inner].concat(), seen);
        }
        let mut starred = uses.filter(|import| import.name == "*").flat_map(|import| self.homes(&import.path, seen));
        let declares = |file: &&SourceFile| self.0.get(&file.module()).is_some_and(|m| m.names.contains(name.as_str()));
        vec![starred.find(declares).unwrap_or(module.file)]
    }
}

// ---- The laws --------------------------------------------------------------------------------

/// A file imports only from the layers that the table gives it; its tests too.
fn law_layers(file: &SourceFile) -> Vec<Complaint> {
    let layer = match file.layer() {
        _ if !file.is_source() => return Vec::new(),
        Ok(layer) => layer,
        Err(name) => return vec![file.complain(1, format!("layers: `{name}` is no layer: add a row to LAYERS"))],
    };
    let mut complaints = Vec::new();
    for import in imports(file, &file.tokens, |_| false) {
        let target = import.path.first().map_or("the crate's root", String::as_str);
        if layer.may_import != ANY && !layer.may_import.contains(&target) {
            let (name, allowed) = (layer.name, layer.may_import.join(", "));
            let advice = format!("layers: {name} imports `{target}`, may only {allowed}: move it or pass it in");
            complaints.push(file.complain(import.line, advice));
        }
    }
    complaints
}

/// No two files of a layer need each other. A `pub use` is a signpost, not a need.
fn law_no_cycles(files: &[SourceFile]) -> Vec<Complaint> {
    let modules = Modules::new(files);
    let mut needs: Needs = BTreeMap::new();
    for (module, Module { file, imports, .. }) in &modules.0 {
        let inside = |import: &&Import| !module.is_empty() && import.path.first() == module.first();
        for import in imports.iter().filter(inside).filter(|import| !import.is_public) {
            for home in
                modules.homes(&import.path, &mut BTreeSet::new()).into_iter().filter(|home| home.path != file.path)
            {
                needs.entry(&file.path).or_default().entry(&home.path).or_insert((file, import.line));
            }
        }
    }
    let (mut done, mut complaints) = (BTreeSet::new(), Vec::new());
    for file in needs.keys() {
        visit(file, &needs, &mut Vec::new(), &mut done, &mut complaints);
    }
    complaints
}

/// By path: the files that each file imports, with the first line that does.
type Needs<'a> = BTreeMap<&'a str, BTreeMap<&'a str, (&'a SourceFile, usize)>>;

/// Goes on from `path`, reached by `trail`; a file met again on the trail closes a cycle.
fn visit<'a>(
    path: &'a str,
    needs: &Needs<'a>,
    trail: &mut Vec<&'a str>,
    done: &mut BTreeSet<&'a str>,
    complaints: &mut Vec<Complaint>,
) {
    done.insert(path);
    trail.push(path);
    for (next, (file, line)) in needs.get(path).into_iter().flatten() {
        if let Some(start) = trail.iter().position(|seen| seen == next) {
            let cycle = trail.iter().skip(start).chain([next]).copied().collect::<Vec<_>>().join(" -> ");
            complaints.push(file.complain(*line, format!("cycles: {cycle}: move what both need to a third file")));
        } else if !done.contains(next) {
            visit(next, needs, trail, done, complaints);
        }
    }
    trail.pop();
}

/// Every file opens with what it is for; a fuzz target may say `#![no_main]` before.
fn law_opening(file: &SourceFile) -> Vec<Complaint> {
    let is_fuzz = file.path.starts_with("fuzz/");
    let text = file.text.strip_prefix("#![no_main]").filter(|_| is_fuzz).map_or(&*file.text, str::trim_start);
    let is_inside = ["src/", "tests/", "benches/", "fuzz/"].iter().any(|folder| file.path.starts_with(folder));
    if !is_inside || !file.path.ends_with(".rs") || text.starts_with("//!") {
        return Vec::new();
    }
    vec![file.complain(1, "opening: start with `//!`: what the file is for, and what does not belong in it")]
}

/// Files, functions and nesting stay small; tests are not counted. The nesting of a function is
/// the number of open `{` that ended their line, so braces that rustfmt keeps on one line are free.
fn law_sizes(file: &SourceFile) -> Vec<Complaint> {
    if !file.is_source() {
        return Vec::new();
    }
    let body = file.body();
    let line_of = |i: usize| file.tokens.get(i).map_or(0, |token| token.line);
    let mut complaints = Vec::new();
    let mut too_much = |line, what: &str, much, most| {
        if much > most {
            complaints.push(file.complain(line, format!("sizes: {what}: {much}, at most {most}: split it by meaning")));
        }
    };
    let has_tests = body.len() < file.tokens.len();
    let lines = if has_tests { line_of(body.len()).saturating_sub(1) } else { file.text.lines().count() };
    too_much(FILE_LINES, "lines of the file without its tests", lines, FILE_LINES);
    for (name, open) in functions(body).into_iter().filter(|(_, open)| at(body, *open) == "{") {
        let end = close(body, open);
        too_much(line_of(name), "lines of the function", line_of(end) + 1 - line_of(name), FUNCTION_LINES);
        let (mut blocks, mut deepest, mut deepest_line) = (Vec::new(), 0, 0);
        for i in open + 1..end {
            match at(body, i) {
                "{" => blocks.push(line_of(i) != line_of(i + 1)),
                "}" => drop(blocks.pop()),
                _ => {}
            }
            let depth = blocks.iter().filter(|ends_line| **ends_line).count();
            if depth > deepest {
                (deepest, deepest_line) = (depth, line_of(i));
            }
        }
        too_much(deepest_line, "nested blocks", deepest, NESTING);
    }
    complaints
}

/// Nothing is left unfinished, switched off or commented out.
fn law_finished(file: &SourceFile) -> Vec<Complaint> {
    let lines = file.text.lines().zip(1..);
    let comments = file.comments.iter().map(|comment| (comment.text.as_str(), comment.line));
    let (marks, prose): (&[&str], Vec<(&str, usize)>) = match file.path.rsplit(['/', '.']).next() {
        Some("rs") => (&["TODO", "FIXME", "XXX"], comments.collect()),
        Some("Makefile") => (&["TODO", "FIXME", "XXX"], lines.collect()),
        Some("md") => (&["TODO", "FIXME"], lines.collect()),
        _ => (&[], Vec::new()),
    };
    let mut found: Vec<(&str, usize)> = Vec::new();
    for (text, line) in prose {
        let mut words = text.split(|c| !is_word_part(c));
        found.extend(words.find(|word| marks.contains(word)).map(|word| (word, line)));
        found.extend(looks_like_code(text).then_some((text, line)));
    }
    for needle in ["todo!", "unimplemented!", "dbg!", "#[ignore"] {
        found.extend(file.lines_with(needle).into_iter().map(|line| (needle, line)));
    }
    let advice = |what| format!("finished: `{what}`: finish it or take it out, the history remembers");
    found.into_iter().map(|(what, line)| file.complain(line, advice(what))).collect()
}

/// A guess that leaves prose alone: a plain comment that ends as a line of code does, and starts as
/// one or calls a function.
fn looks_like_code(comment: &str) -> bool {
    let Some(text) = comment.strip_prefix("//").filter(|text| !text.starts_with(['/', '!'])) else { return false };
    let text = text.trim();
    let openers = ["if ", "} else", "for ", "while ", "match ", "loop ", "impl ", "struct ", "enum ", "mod ", "pub "];
    let starts = |words: &[&str]| words.iter().any(|word| text.starts_with(word));
    let is_call = |(i, _)| text.get(..i).is_some_and(|name| name.ends_with(|c| is_word_part(c) || c == '!'));
    match text.chars().last() {
        _ if ["}", "};", "});"].contains(&text) => true,
        Some(';' | '{' | '}') if text.contains("fn ") && text.contains('(') => true,
        Some('{') => starts(&openers),
        Some(';') if text.ends_with(");") => text.match_indices('(').any(is_call),
        Some(';') => {
            (starts(&["let "]) && text.contains('=')) || (starts(&["use ", "pub use "]) && text.contains("::"))
        }
        _ => false,
    }
}

/// The same commands give the same bytes: each layer keeps off what its row of the table bans.
fn law_determinism(file: &SourceFile) -> Vec<Complaint> {
    let layer = file.layer().ok().filter(|_| file.is_source() && file.path != CLOCK_HOME);
    let mut complaints = Vec::new();
    for (layer, ban) in layer.iter().flat_map(|layer| layer.bans.iter().map(move |ban| (layer.name, ban))) {
        let is_home = file.path == RANDOM_HOME && ban.needles == RANDOM.needles;
        for needle in ban.needles.iter().filter(|_| !is_home) {
            let advice = format!("determinism: `{needle}` in {layer}: {}", ban.instead);
            complaints.extend(file.lines_with(needle).into_iter().map(|line| file.complain(line, &advice)));
        }
    }
    complaints
}

/// A crate that we may have to replace is named in its home only.
fn law_crate_homes(file: &SourceFile) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let is_home = |homes: &[&str]| homes.iter().any(|home| file.path.starts_with(home));
    for (name, homes) in CRATE_HOMES.iter().filter(|(_, homes)| !is_home(homes)) {
        let advice = format!("crate homes: `{name}` belongs in {} only: go through it", homes.join(", "));
        for needle in [format!("{name}::"), format!("use {name} as"), format!("use {name};")] {
            complaints.extend(file.lines_with(&needle).into_iter().map(|line| file.complain(line, &advice)));
        }
    }
    complaints
}

/// No `unsafe`, and rustc is told so.
fn law_no_unsafe(file: &SourceFile) -> Vec<Complaint> {
    let forbids = |line: &str| line.replace(' ', "").starts_with("unsafe_code=\"forbid\"");
    if file.path == "Cargo.toml" && !file.text.lines().any(forbids) {
        return vec![file.complain(1, "unsafe: add `unsafe_code = \"forbid\"` under [lints.rust]")];
    }
    let lines = file.lines_with("unsafe").into_iter().filter(|_| file.is_source());
    lines.map(|line| file.complain(line, "unsafe: write it in safe Rust")).collect()
}

/// Names say what is inside, and there is no second way to do a thing.
fn law_names(file: &SourceFile) -> Vec<Complaint> {
    let Some(path) = file.path.strip_suffix(".rs") else { return Vec::new() };
    let words = file.tokens.iter().zip(file.tokens.iter().skip(1));
    let inline = words.filter(|(word, _)| word.text == "mod").map(|(_, name)| (name.text.as_str(), name.line));
    let modules = path.split('/').map(|name| (name, 1)).chain(inline);
    let empty = modules
        .filter(|(name, _)| EMPTY_NAMES.contains(name))
        .map(|(name, line)| file.complain(line, format!("names: `{name}` says nothing: name it after what it holds")));
    let functions = functions(&file.tokens).into_iter().filter_map(|(name, _)| file.tokens.get(name));
    let is_double = |name: &&Token| DOUBLES.iter().any(|double| name.text.ends_with(double));
    let doubles = functions
        .filter(|_| file.is_source())
        .filter(is_double)
        .map(|name| file.complain(name.line, format!("names: `{}` is a second way: change the first one", name.text)));
    empty.chain(doubles).collect()
}

/// No text depends on one machine or names the host of a package registry.
fn law_no_local_places(file: &SourceFile) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for place in local_places() {
        // A folder inside a relative path tells nothing about the machine.
        let is_relative = |before: &str| place.starts_with('/') && before.ends_with(is_word_part);
        for (text, line) in file.text.lines().zip(1..) {
            if text.match_indices(&place).any(|(i, _)| !text.get(..i).is_some_and(is_relative)) {
                complaints.push(file.complain(line, format!("local places: leave out `{place}`")));
            }
        }
    }
    complaints
}

/// The top level holds what a newcomer expects there, and dot files.
fn law_top_level(name: &str) -> Vec<Complaint> {
    if name.starts_with('.') || TOP_LEVEL.contains(&name) {
        return Vec::new();
    }
    vec![Complaint { line: 1, text: format!("{name}:1: top level: give it a place in a folder") }]
}

/// A scenario file starts with the rules that it covers, and these exist.
fn law_scenarios(files: &[SourceFile]) -> Vec<Complaint> {
    let list = files.iter().find(|file| file.path == "tests/rules.txt");
    let exists = |rule: &str| list.is_none_or(|list| list.text.lines().any(|line| line.trim() == rule));
    let is_scenario = |path: &str| path.starts_with("tests/scenarios/") && path.ends_with(".scn");
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| is_scenario(&file.path)) {
        let headers = file.text.lines().map(|text| text.strip_prefix("# covers:").map(str::trim));
        if headers.clone().next().flatten().is_none_or(str::is_empty) {
            complaints.push(file.complain(1, "scenarios: start with `# covers:` and the numbers of the rules"));
        }
        for (rules, line) in headers.zip(1..).filter_map(|(rules, line)| Some((rules?, line))) {
            let rules = rules.split([' ', ',']).filter(|rule| !rule.is_empty());
            let unknown = rules.filter(|rule| !is_rule(rule) || !exists(rule));
            let advice = |rule| format!("scenarios: no rule `{rule}`: correct it or add it to tests/rules.txt");
            complaints.extend(unknown.map(|rule| file.complain(line, advice(rule))));
        }
    }
    complaints
}

/// `A15`, `E48b`: a chapter, a number, at most one small letter.
fn is_rule(word: &str) -> bool {
    let Some(tail) = word.strip_prefix(['A', 'B', 'C', 'D', 'E']) else { return false };
    let digits = tail.strip_suffix(|c: char| c.is_ascii_lowercase()).unwrap_or(tail);
    !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
}

// ---- The tests -------------------------------------------------------------------------------

#[test]
fn the_tree_keeps_every_law() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    read_tree(top, "", &mut files);
    assert!(files.iter().any(|file| file.path == "src/lib.rs"), "the tree was not found");
    let laws = [law_layers, law_opening, law_sizes, law_finished, law_determinism, law_crate_homes]
        .into_iter()
        .chain([law_no_unsafe, law_names, law_no_local_places]);
    let mut complaints: Vec<Complaint> = laws.flat_map(|law| files.iter().flat_map(law)).collect();
    complaints.extend(law_no_cycles(&files).into_iter().chain(law_scenarios(&files)));
    for entry in fs::read_dir(top).unwrap() {
        complaints.extend(law_top_level(&entry.unwrap().file_name().to_string_lossy()));
    }
    let lines: Vec<String> = complaints.into_iter().map(|complaint| complaint.text).collect();
    assert!(lines.is_empty(), "{} complaints:\n{}", lines.len(), lines.join("\n"));
}

/// The law must complain about exactly these lines of the snippet.
#[track_caller]
fn bite(law: fn(&SourceFile) -> Vec<Complaint>, path: &str, snippet: &str, lines: &[usize]) {
    let complaints = law(&SourceFile::new(path, snippet));
    let found: Vec<usize> = complaints.iter().map(|complaint| complaint.line).collect();
    assert_eq!(found, lines, "{path}: {snippet}\n{complaints:#?}");
}

/// The law must make exactly these complaints, each given as a part of its text.
#[track_caller]
fn bite_all(law: fn(&[SourceFile]) -> Vec<Complaint>, files: &[(&str, &str)], parts: &[&str]) {
    let files: Vec<SourceFile> = files.iter().map(|(path, text)| SourceFile::new(path, text)).collect();
    let complaints = law(&files);
    let same = complaints.iter().zip(parts).all(|(complaint, part)| complaint.text.contains(part));
    assert!(same && complaints.len() == parts.len(), "{parts:#?} expected, found {complaints:#?}");
}

#[test]
fn lexer_keeps_code_apart_from_text() {
    let text = "a = \"f64 \\\" // x\"; // b f64\nr##\"\"# f64\"## '\\'' b'\"' '\"' &'a c::d /* e\nf */ g r#h r\"\\\" i";
    let (tokens, comments) = lex(text);
    let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
    assert_eq!(words.join(" "), "a = \" ; \" \" b \" \" & ' a c :: d g r # h \" i");
    assert_eq!(tokens.last().map(|token| token.line), Some(3));
    let comments: Vec<(&str, usize)> = comments.iter().map(|c| (c.text.as_str(), c.line)).collect();
    assert_eq!(comments, [("// b f64", 1), ("/* e", 2), ("f */", 3)]);
}

#[test]
fn law_layers_bites() {
    bite(law_layers, "src/domain/item.rs", "use crate::domain::points::Points;\nuse serde::engine;", &[]);
    bite(law_layers, "src/domain/item.rs", "use std::fmt;\nuse crate::engine::Engine;", &[2]);
    bite(law_layers, "src/machine/a.rs", "use crate::{\n domain::Item,\n storage::{self, Key},\n};", &[3, 3]);
    bite(law_layers, "src/report/bill.rs", "fn f() { super::super::engine::run() }", &[1]);
    bite(law_layers, "src/engine/mod.rs", "use super::report::Bill;\nuse super::storage::Store;", &[1]);
    bite(law_layers, "src/engine/a.rs", "mod tests { use super::super::shard::Shard; }", &[]);
    bite(law_layers, "src/storage/a.rs", "use accruedb::cli;\nuse crate::Engine;\nuse crate::*;", &[1, 2, 3]);
    bite(law_layers, "src/cli/run.rs", "use accruedb::{engine::Engine, Options};", &[]);
    bite(law_layers, "src/lib.rs", "pub use crate::engine::Engine;", &[]);
    bite(law_layers, "src/extras/a.rs", "//! Extras.", &[1]);
}

#[test]
fn law_no_cycles_bites() {
    let signpost = ("src/domain/mod.rs", "mod a;\nmod b;\npub use a::A;\npub use b::*;");
    let b = ("src/domain/b.rs", "//! B.\nuse super::A;\npub struct B;");
    let cycle = "src/domain/b.rs:2: cycles: src/domain/a.rs -> src/domain/b.rs -> src/domain/a.rs";
    for back in ["use crate::domain::{B};", "fn f() { super::b::g() }", "use super::*;", "use super::b as c;"] {
        let a = format!("{back}\npub struct A;");
        bite_all(law_no_cycles, &[signpost, ("src/domain/a.rs", &a), b], &[cycle]);
    }
    let in_tests = "pub struct A;\n#[cfg(test)]\nmod tests { use crate::domain::b::B; }";
    for good in ["pub struct A;", "use crate::machine::B;\nuse b::C;", in_tests] {
        bite_all(law_no_cycles, &[signpost, ("src/domain/a.rs", good), b], &[]);
    }
    let parent = ("src/engine/mod.rs", "mod c;\npub struct P;\nfn f() { c::g() }");
    let cycle = "src/engine/mod.rs:3: cycles: src/engine/c.rs -> src/engine/mod.rs -> src/engine/c.rs";
    bite_all(law_no_cycles, &[parent, ("src/engine/c.rs", "use super::P;")], &[cycle]);
}

#[test]
fn law_opening_bites() {
    for path in ["src/a.rs", "tests/a.rs", "benches/a.rs", "fuzz/fuzz_targets/a.rs"] {
        bite(law_opening, path, "//! What it is for.\nfn f() {}", &[]);
        bite(law_opening, path, "// A note.\nfn f() {}", &[1]);
    }
    bite(law_opening, "fuzz/fuzz_targets/a.rs", "#![no_main]\n\n//! Fuzzes.", &[]);
    bite(law_opening, "src/a.rs", "#![no_main]\n//! Late.", &[1]);
}

#[test]
fn law_sizes_bites() {
    let lines = |n| "const A: [u8; 1] = [1];\n".repeat(n);
    let tests = "#[cfg(test)]\n#[rustfmt::skip]\nmod tests {\nfn f() {}\n}\n";
    bite(law_sizes, "src/a.rs", &(lines(FILE_LINES) + tests), &[]);
    bite(law_sizes, "src/a.rs", &(lines(FILE_LINES + 1) + tests), &[FILE_LINES]);
    let function = |n| format!("fn f(a: [u8; 2]) -> [u8; 2] {{\n{}}}\n", lines(n - 2));
    bite(law_sizes, "src/a.rs", &function(FUNCTION_LINES), &[]);
    bite(law_sizes, "src/a.rs", &function(FUNCTION_LINES + 1), &[1]);
    bite(law_sizes, "tests/a.rs", &function(FUNCTION_LINES + 1), &[]);
    let nested = |n| format!("fn f() {{\n{}A {{ a }}; \"{{\"\n{}}}\n", "if a {\n".repeat(n), "}\n".repeat(n));
    bite(law_sizes, "src/a.rs", &nested(NESTING), &[]);
    bite(law_sizes, "src/a.rs", &nested(NESTING + 1), &[NESTING + 2]);
}

#[test]
fn law_finished_bites() {
    bite(law_finished, "src/a.rs", "// TODO: more\nlet a = \"TODO\"; // XXX\n/* FIXME */", &[1, 2, 3]);
    bite(law_finished, "src/a.rs", "todo!();\nunimplemented!(\"x\");\ndbg!(a);\n#[ignore = \"x\"]", &[1, 2, 3, 4]);
    bite(law_finished, "src/a.rs", "// let a = 1;\n  // put(a);\n// if a {\n// }\n// fn f() {}", &[1, 2, 3, 4, 5]);
    let prose = "// let the caller decide;\n// granted = remaining + held;\n/// let a = 1;\n// see f (or g);";
    bite(law_finished, "src/a.rs", prose, &[]);
    bite(law_finished, "Makefile", "all:\n\techo XXX", &[2]);
    bite(law_finished, "README.md", "TODO\nXXX\n    let a = 1;", &[1]);
}

#[test]
fn law_determinism_bites() {
    let clocks = "use std::time::{Duration, Instant};\nlet t = jiff::Timestamp::now();\nlet r = rand::random();";
    for layer in ["domain", "machine", "storage", "engine", "report"] {
        bite(law_determinism, &format!("src/{layer}/a.rs"), clocks, &[1, 2, 3]);
    }
    for path in [CLOCK_HOME, "src/cli/load.rs", "benches/a.rs", "tests/a.rs"] {
        bite(law_determinism, path, clocks, &[]);
    }
    bite(law_determinism, RANDOM_HOME, clocks, &[1, 2]);
    let unordered = "use std::collections::HashMap;\nfn f(a: f64) {}\n// a HashMap of f64\nlet s = \"f64\";";
    bite(law_determinism, "src/report/a.rs", unordered, &[1, 2]);
    bite(law_determinism, "src/engine/a.rs", unordered, &[]);
}

#[test]
fn law_crate_homes_bites() {
    let text = "use rocksdb::DB;\nuse rocksdb as store;\n#[cfg(feature = \"rocksdb\")]\nlet rocksdb = 1;";
    bite(law_crate_homes, "src/engine/a.rs", text, &[1, 2]);
    bite(law_crate_homes, "src/storage/rocks/batch.rs", text, &[]);
    bite(law_crate_homes, "benches/a.rs", text, &[]);
    bite(law_crate_homes, "src/storage/keys.rs", "#[derive(bincode::Encode)]", &[1]);
    bite(law_crate_homes, "src/storage/codec.rs", "#[derive(bincode::Encode)]", &[]);
}

#[test]
fn law_no_unsafe_bites() {
    bite(law_no_unsafe, "src/a.rs", "fn f() {}\nunsafe { f() }", &[2]);
    bite(law_no_unsafe, "src/a.rs", "// unsafe\nlet unsafe_code = \"unsafe\";", &[]);
    bite(law_no_unsafe, "Cargo.toml", "[lints.rust]\nunsafe_code = \"deny\"", &[1]);
    bite(law_no_unsafe, "Cargo.toml", "[lints.rust]\nunsafe_code = \"forbid\"", &[]);
}

#[test]
fn law_names_bites() {
    bite(law_names, "src/engine/utils.rs", "//! Things.", &[1]);
    bite(law_names, "tests/common/mod.rs", "//! Things.", &[1]);
    bite(law_names, "src/a.rs", "mod helpers {}\nfn get_opt() {}\nfn v_v2() {}\nfn a_with_options();", &[1, 2, 3, 4]);
    bite(law_names, "src/common_stock.rs", "fn helpers() {}\nfn opt() {}\nfn optional() { get_opt() }", &[]);
}

#[test]
fn law_no_local_places_bites() {
    for place in local_places() {
        bite(law_no_local_places, "README.md", &format!("Fine.\nSee `{place}x`."), &[2]);
    }
    bite(law_no_local_places, "README.md", "src/work/a.rs, /tmp/a, crates-io", &[]);
}

#[test]
fn law_top_level_bites() {
    assert!(["notes.txt", "build.rs"].iter().all(|name| law_top_level(name).len() == 1));
    assert!(["src", "Cargo.toml", ".gitignore"].iter().all(|name| law_top_level(name).is_empty()));
}

#[test]
fn law_scenarios_bites() {
    let rules = ("tests/rules.txt", "A15\nE48b\n");
    let file = |text| ("tests/scenarios/blocks/a.scn", text);
    bite_all(law_scenarios, &[rules, file("# covers: A15 E48b\nredeem M1 250")], &[]);
    bite_all(law_scenarios, &[file("# covers: A99, B1")], &[]);
    bite_all(law_scenarios, &[rules, file("# covers: A15\n# covers: A99")], &["a.scn:2: scenarios: no rule `A99`"]);
    bite_all(law_scenarios, &[file("# covers: A15-A17")], &["no rule `A15-A17`"]);
    bite_all(law_scenarios, &[file("# covers:\n")], &["a.scn:1: scenarios: start with"]);
    bite_all(law_scenarios, &[file("redeem M1\n# covers: A1")], &["start with"]);
}
