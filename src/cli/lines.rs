//! The lines of the input that say anything, none of them longer than can be taken.

use std::io::{self, BufRead, Read};

/// No command needs a longer line.
const LINE_BYTES_MAX: usize = 1 << 20;

/// Reads line by line, to the end of the input or the first error.
pub(super) struct Lines<R> {
    input: R,
    /// The number of the line that was read last.
    pub(super) last: u64,
    is_broken: bool,
}

/// A line, or why it cannot be taken.
pub(super) struct Line {
    /// From 1.
    pub(super) number: u64,
    pub(super) text: Result<Vec<u8>, String>,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R) -> Lines<R> {
        Lines { input, last: 0, is_broken: false }
    }

    fn read(&mut self) -> io::Result<Option<Line>> {
        let with_break = (LINE_BYTES_MAX as u64).saturating_add(1);
        let mut text = Vec::new();
        while text.len() <= LINE_BYTES_MAX && text.trim_ascii().is_empty() {
            text.clear();
            if self.input.by_ref().take(with_break).read_until(b'\n', &mut text)? == 0 {
                return Ok(None);
            }
            self.last = self.last.saturating_add(1);
        }
        if text.pop_if(|last| *last == b'\n').is_some() || text.len() <= LINE_BYTES_MAX {
            return Ok(Some(Line { number: self.last, text: Ok(text) }));
        }
        self.input.skip_until(b'\n')?;
        let text = Err(format!("a line has {LINE_BYTES_MAX} bytes at most"));
        Ok(Some(Line { number: self.last, text }))
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<io::Result<Line>> {
        if self.is_broken {
            return None;
        }
        let read = self.read();
        self.is_broken = read.is_err();
        read.transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    /// The lines of a text, as their numbers and lengths; none where a line is too long.
    fn lengths(text: &str) -> Vec<(u64, Option<usize>)> {
        let lines = Lines::new(text.as_bytes()).map(Result::unwrap);
        lines.map(|line| (line.number, line.text.ok().map(|text| text.len()))).collect()
    }

    #[test]
    fn blank_lines_count_and_are_not_given() {
        assert_eq!(lengths("\n \r\na\n\n b"), [(3, Some(1)), (5, Some(2))]);
        assert_eq!(lengths("a\n\n\t"), [(1, Some(1))]);
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over() {
        let longest = "x".repeat(LINE_BYTES_MAX);
        for (long, length) in [(longest.clone(), Some(LINE_BYTES_MAX)), (longest.clone() + "x", None)] {
            assert_eq!(lengths(&format!("a\n{long}\nb")), [(1, Some(1)), (2, length), (3, Some(1))]);
            assert_eq!(lengths(&long), [(1, length)]);
        }
        assert_eq!(lengths(&format!("{}{}\nb", " ".repeat(LINE_BYTES_MAX), "xx")), [(1, None), (2, Some(1))]);
    }

    /// An input that fails, and goes on failing.
    struct Broken;

    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("broken"))
        }
    }

    #[test]
    fn nothing_follows_an_error() {
        let mut lines = Lines::new(BufReader::new("a\nb\nc".as_bytes().chain(Broken)));
        let read: Vec<Option<u64>> = lines.by_ref().take(9).map(|line| line.ok().map(|line| line.number)).collect();
        assert_eq!((read, lines.last), (vec![Some(1), Some(2), None], 2));
    }
}
