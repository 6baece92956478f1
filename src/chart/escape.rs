//! Text between tags: what a caller wrote is never markup.

/// A text as it may stand between tags and in quoted attributes. Characters that XML does not have become `?`.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            character if character.is_control() => escaped.push('?'),
            '\u{FFFE}' | '\u{FFFF}' => escaped.push('?'),
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_caller_wrote_is_markup() {
        assert_eq!(escape("<img onerror='x'>&\"\u{0}\n"), "&lt;img onerror=&#39;x&#39;&gt;&amp;&quot;? ");
    }
}
