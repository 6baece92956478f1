//! Bytes as text that may stand in addresses and headers: base64url without padding (RFC 4648, section 5).

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The bytes as text: four letters for three bytes.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or_default());
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        let letters = [18, 12, 6, 0].map(|shift| LETTERS.get((group >> shift & 63) as usize).copied());
        let count = three.len().saturating_add(1);
        text.extend(letters.into_iter().take(count).flatten().map(char::from));
    }
    text
}

/// The bytes that a text stands for. `None` where another text of the same bytes would be written: each value has one
/// text.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for four in text.as_bytes().chunks(4) {
        let mut group = 0u32;
        for at in 0..4usize {
            let value = match four.get(at) {
                Some(letter) => LETTERS.iter().position(|known| known == letter)?,
                None => 0,
            };
            group = group << 6 | u32::try_from(value).ok()?;
        }
        let count = four.len().checked_sub(1)?;
        bytes.extend([group >> 16, group >> 8, group].into_iter().take(count).map(|byte| (byte & 255) as u8));
    }
    (encode(&bytes) == text).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_those_of_the_standard() {
        for (bytes, text) in [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg")] {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(encode(&[0xfb, 0xff]), "-_8");
        for bad in ["Z", "Zh", "Zm9", "Zm9v=", "Zm 9v", "\u{e9}"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
