//! A field for a text of several lines.

use leptos::prelude::*;

/// A field that holds a text when the page arrives.
///
/// Leptos writes what stands inside of `<textarea>`, `<script>`, `<style>` and `<noscript>` into the page
/// as it is. So a text that somebody has typed must never be a child of one of these; this is the way to
/// put one into a field.
#[component]
pub fn TextArea(
    /// The name under which it is sent, and its id.
    name: &'static str,
    /// How many lines are shown.
    rows: &'static str,
    /// How many characters can be typed.
    maxlength: usize,
    /// What it holds.
    #[prop(optional)]
    text: String,
) -> impl IntoView {
    let escaped = html_escape::encode_text(&text).into_owned();
    view! { <textarea id=name name=name rows=rows maxlength=maxlength inner_html=escaped></textarea> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_does_not_leave_the_field() {
        let owner = Owner::new();
        owner.set();
        let text = "</textarea></title>\"'><b>&amp;".to_owned();
        let html = view! { <TextArea name="q" rows="3" maxlength=9 text/> }.to_html();
        let (_, inside) = html.split_once('>').unwrap();
        let expected = "&lt;/textarea&gt;&lt;/title&gt;\"'&gt;&lt;b&gt;&amp;amp;</textarea>";
        assert_eq!(inside, expected, "{html}");
    }
}
