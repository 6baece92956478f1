//! The bytes of a file as UTF-8: marks of the encoding at its beginning, UTF-16, and encodings that are named.

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;
use std::io::{self, Read};

/// How a file is encoded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Charset {
    /// Found out: UTF-8, UTF-16, or Windows-1252 from the first cell on that is no UTF-8.
    #[default]
    Detected,
    /// This one; a mark at the file's beginning still counts.
    Named(&'static Encoding),
}

impl std::str::FromStr for Charset {
    type Err = String;

    fn from_str(text: &str) -> Result<Charset, String> {
        let text = if text.eq_ignore_ascii_case("utf-16") { "utf-16le" } else { text };
        let found = Encoding::for_label(text.trim().as_bytes()).map(Charset::Named);
        found.ok_or_else(|| "an encoding like utf-8, utf-16, windows-1252 or shift_jis".to_owned())
    }
}

/// Kinds of files that are no text, by their first bytes.
const NO_TEXT: [(&[u8], &str); 8] = [
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive: save the sheet as CSV"),
    (b"\xD0\xCF\x11\xE0", "an old Excel workbook: save the sheet as CSV"),
    (b"\x1F\x8B", "compressed: unpack it with gunzip"),
    (b"\x28\xB5\x2F\xFD", "compressed: unpack it with unzstd"),
    (b"PAR1", "a Parquet file: it is read by a build with --features parquet, or save it as CSV"),
    (b"%PDF", "a PDF"),
    (b"\xFF\xFE\0\0", "UTF-32: save it as UTF-8"),
    (b"\0\0\xFE\xFF", "UTF-32: save it as UTF-8"),
];

/// Bytes that are looked at to find out the encoding.
const LOOK_BYTES: usize = 4_096;

/// A reader of UTF-8, or of bytes that are decoded cell by cell.
pub(super) struct Utf8<R> {
    inner: R,
    decoder: Option<Decoder>,
    /// Bytes that are not decoded yet.
    raw: Vec<u8>,
    /// Bytes to give out, from `start` on.
    ready: Vec<u8>,
    start: usize,
    is_flushed: bool,
}

/// How the cells of a file become text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decoding {
    /// They must be UTF-8.
    Utf8,
    /// They are UTF-8, until one is not.
    Guess,
    /// Each byte is a character of Windows-1252.
    Windows,
}

impl Decoding {
    /// A cell's text; whether it had to be taken for Windows-1252.
    pub(super) fn text(self, bytes: &[u8]) -> Result<(Cow<'_, str>, bool), String> {
        match (self, std::str::from_utf8(bytes)) {
            (Decoding::Windows, _) => Ok((WINDOWS_1252.decode_without_bom_handling(bytes).0, false)),
            (_, Ok(text)) if text.contains('\u{FFFD}') => {
                Err("holds a character that its encoding does not have".into())
            }
            (_, Ok(text)) => Ok((Cow::Borrowed(text), false)),
            (Decoding::Guess, Err(_)) => Ok((WINDOWS_1252.decode_without_bom_handling(bytes).0, true)),
            (Decoding::Utf8, Err(_)) => Err("is not UTF-8".to_owned()),
        }
    }
}

impl<R: Read> Utf8<R> {
    /// Looks at the beginning of a file. Returns how its cells are decoded, and the encoding where it is one that was
    /// detected and people should know.
    pub(super) fn new(mut inner: R, charset: Charset) -> io::Result<(Utf8<R>, Decoding, Option<&'static str>)> {
        let mut raw = Vec::new();
        inner.by_ref().take(LOOK_BYTES as u64).read_to_end(&mut raw)?;
        if let Some((_, what)) = NO_TEXT.iter().find(|(head, _)| raw.starts_with(head)) {
            return Err(io::Error::other(format!("it is {what}")));
        }
        let (encoding, mark) = match Encoding::for_bom(&raw) {
            Some((encoding, length)) => (encoding, length),
            None => match charset {
                Charset::Named(encoding) => (encoding, 0),
                Charset::Detected => (unmarked(&raw), 0),
            },
        };
        let is_detected = charset == Charset::Detected && encoding != UTF_8;
        let cells = match charset {
            _ if encoding == WINDOWS_1252 => Decoding::Windows,
            Charset::Detected if encoding == UTF_8 && mark == 0 => Decoding::Guess,
            _ => Decoding::Utf8,
        };
        let passes = encoding == UTF_8 || encoding == WINDOWS_1252;
        let decoder = (!passes).then(|| encoding.new_decoder_without_bom_handling());
        raw.drain(..mark);
        let (raw, ready) = if passes { (Vec::new(), raw) } else { (raw, Vec::new()) };
        let reader = Utf8 { inner, decoder, raw, ready, start: 0, is_flushed: false };
        Ok((reader, cells, is_detected.then(|| encoding.name())))
    }
}

/// The encoding of a file that has no mark: UTF-16 where every other byte is 0, else one of those whose separators are
/// ASCII.
fn unmarked(head: &[u8]) -> &'static Encoding {
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let many = head.len() >> 3;
    match () {
        () if odd > many && even == 0 => UTF_16LE,
        () if even > many && odd == 0 => UTF_16BE,
        () => UTF_8,
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.start >= self.ready.len() {
            if self.decoder.is_none() {
                return self.inner.read(out);
            }
            if self.is_flushed {
                return Ok(0);
            }
            self.decode()?;
        }
        let rest = self.ready.get(self.start..).unwrap_or_default();
        let count = rest.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.start = self.start.saturating_add(count);
        Ok(count)
    }
}

impl<R: Read> Utf8<R> {
    /// Decodes the next bytes.
    fn decode(&mut self) -> io::Result<()> {
        const BYTES: u64 = 65_536;
        let Some(decoder) = &mut self.decoder else { return Ok(()) };
        let count = self.inner.by_ref().take(BYTES).read_to_end(&mut self.raw)?;
        let is_last = count == 0;
        let room = decoder.max_utf8_buffer_length(self.raw.len()).unwrap_or_default();
        self.ready.resize(room, 0);
        let (_, read, written, _) = decoder.decode_to_utf8(&self.raw, &mut self.ready, is_last);
        self.ready.truncate(written);
        self.start = 0;
        self.raw.drain(..read);
        self.is_flushed = is_last;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], charset: Charset) -> (String, Decoding, Option<&'static str>) {
        let (mut reader, cells, told) = Utf8::new(bytes, charset).unwrap();
        let mut out = Vec::new();
        reader.read_to_end(&mut out).unwrap();
        (String::from_utf8_lossy(&out).into_owned(), cells, told)
    }

    #[test]
    fn marks_and_zeros_tell_the_encoding() {
        let text = "a;ü\n".repeat(5_000);
        let wide = |big: bool| -> Vec<u8> {
            text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        };
        let marked = |mark: &[u8], rest: Vec<u8>| [mark.to_vec(), rest].concat();
        for (bytes, told) in [
            (text.clone().into_bytes(), None),
            (marked(b"\xEF\xBB\xBF", text.clone().into_bytes()), None),
            (marked(b"\xFF\xFE", wide(false)), Some("UTF-16LE")),
            (marked(b"\xFE\xFF", wide(true)), Some("UTF-16BE")),
            (wide(false), Some("UTF-16LE")),
            (wide(true), Some("UTF-16BE")),
        ] {
            let (read, _, found) = read(&bytes, Charset::Detected);
            assert!(read == text && found == told, "{found:?} {told:?} {}", read.len());
        }
    }

    #[test]
    fn what_is_no_utf_8_is_windows_1252_where_nothing_else_was_said() {
        let (_, cells, _) = read(b"J\xE4ger", Charset::Detected);
        assert_eq!(cells.text(b"J\xE4ger").unwrap(), (Cow::Borrowed("Jäger"), true));
        let (_, cells, _) = read(b"J\xE4ger", "utf-8".parse().unwrap());
        assert!(cells.text(b"J\xE4ger").is_err());
        let (_, cells, _) = read(b"J\xE4ger", "latin1".parse().unwrap());
        assert_eq!(cells.text(b"J\xE4ger").unwrap(), (Cow::Borrowed("Jäger"), false));
        let (text, _, _) = read(b"\x83\x65,5", "shift_jis".parse().unwrap());
        assert_eq!(text, "テ,5");
        let error = Utf8::new(&b"PK\x03\x04"[..], Charset::Detected).map(drop).unwrap_err();
        assert!(error.to_string().contains("workbook"), "{error}");
    }
}
