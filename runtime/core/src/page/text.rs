//! Text of others inside our markup.

/// Escapes text for element content and quoted attributes.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// A name that its bearer chose, as an element: escaped, without what cannot be seen, and with its
/// direction of writing kept to itself, so that it reorders none of our words.
pub(super) fn name(text: &str) -> String {
    let visible: String = text
        .chars()
        .map(|c| if c.is_whitespace() || c.is_control() { ' ' } else { c })
        .filter(|c| !is_invisible(*c))
        .collect();
    let visible = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let visible = if visible.is_empty() { "(no name)" } else { &visible };
    format!("<bdi>{}</bdi>", escape(visible))
}

/// Characters that show nothing but make two names differ, or move what is around them: Unicode's
/// `Default_Ignorable_Code_Point` and the interlinear annotations, save the variation selectors that
/// choose how an emoji looks.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_characters_are_escaped() {
        assert_eq!(escape("<a href=\"x\">'&"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
    }

    #[test]
    fn a_name_keeps_its_letters_of_any_script() {
        for text in ["Claude", "مساعد", "助手 2", "Ассистент", "Café ☕\u{fe0f}"]
        {
            assert_eq!(name(text), format!("<bdi>{text}</bdi>"));
        }
    }

    #[test]
    fn a_name_loses_what_cannot_be_seen() {
        assert_eq!(name("Cl\u{200b}au\u{ad}de\u{feff}"), "<bdi>Claude</bdi>");
        assert_eq!(name("\u{202e}edualC\u{2066}"), "<bdi>edualC</bdi>");
        assert_eq!(name("Tag\u{e0041}ged"), "<bdi>Tagged</bdi>");
    }

    #[test]
    fn a_name_is_one_line() {
        assert_eq!(name("a\n\n\u{2028}b\u{0}\u{85}\tc\u{3000}"), "<bdi>a b c</bdi>");
        assert_eq!(name("\u{3164}\u{200b} \n"), "<bdi>(no name)</bdi>");
    }
}
