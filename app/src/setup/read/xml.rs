//! A small tree of an XML text.
//!
//! Nothing is loaded and nothing is expanded: a document type that declares something is refused, and there
//! are no other entities than the five of XML itself.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::found::Problem;

/// Elements are not nested deeper than this. Set-up files have six levels.
const MAX_DEPTH: usize = 32;

/// There are not more elements than this.
const MAX_ELEMENTS: usize = 20_000;

/// An element, by its name without a prefix.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    /// The line at which it begins, counted from 1.
    pub(super) line: usize,
    attributes: Vec<(String, String)>,
    /// The text in it, without that of its children.
    text: String,
    pub(super) children: Vec<Self>,
}

impl Element {
    /// The first child of this name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All children of this name.
    pub(super) fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text, without the space around it.
    pub(super) fn text(&self) -> &str {
        self.text.trim()
    }

    /// The value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        let found = attributes.find(|(key, _)| key == name);
        found.map(|(_, value)| value.trim())
    }
}

/// Reads a text with one element at the root.
pub(super) fn parse(text: &str) -> Result<Element, Problem> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = false;
    let mut lines = Lines {
        text,
        offset: 0,
        line: 1,
    };
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut elements = 0;
    loop {
        let line = lines.at(reader.buffer_position());
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                let line = lines.at(reader.error_position());
                return Err(Problem::at(line, format!("not well-formed XML: {error}")));
            }
        };
        match event {
            Event::Start(start) | Event::Empty(start) if root.is_some() && open.is_empty() => {
                let message = format!("a second root element <{}>", shown(start.name().0));
                return Err(Problem::at(line, message));
            }
            Event::Start(start) => {
                elements += 1;
                if open.len() == MAX_DEPTH || elements > MAX_ELEMENTS {
                    return Err(too_much(line));
                }
                open.push(element(&start, line)?);
            }
            Event::Empty(start) => {
                elements += 1;
                if elements > MAX_ELEMENTS {
                    return Err(too_much(line));
                }
                close(element(&start, line)?, &mut open, &mut root);
            }
            Event::End(_) => {
                if let Some(element) = open.pop() {
                    close(element, &mut open, &mut root);
                }
            }
            Event::Text(text) => push_text(&text, &mut open, line)?,
            Event::CData(text) => push_text(&text, &mut open, line)?,
            Event::GeneralRef(reference) => {
                let letter = match reference.resolve_char_ref() {
                    Ok(None) => predefined(&reference),
                    Ok(letter) => letter,
                    Err(_) => None,
                };
                let letter = letter.ok_or_else(|| {
                    let name = shown(&reference);
                    let message = format!(
                        "unknown entity &{name};, expected one of &amp; &lt; &gt; &quot; &apos;"
                    );
                    Problem::at(line, message)
                })?;
                push_text(letter.encode_utf8(&mut [0; 4]), &mut open, line)?;
            }
            Event::DocType(declaration) if declaration.contains('[') => {
                let message = "a document type with declarations, expected none";
                return Err(Problem::at(line, message));
            }
            Event::DocType(_) | Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    match (open.last(), root) {
        (Some(element), _) => {
            let message = format!("<{}> is not closed before the end", shown(&element.name));
            Err(Problem::at(element.line, message))
        }
        (None, Some(root)) => Ok(root),
        (None, None) => Err(Problem::at(1, "expected an XML element")),
    }
}

fn too_much(line: usize) -> Problem {
    let message =
        format!("expected at most {MAX_ELEMENTS} elements, nested at most {MAX_DEPTH} deep");
    Problem::at(line, message)
}

fn element(start: &BytesStart<'_>, line: usize) -> Result<Element, Problem> {
    let malformed = |error: String| Problem::at(line, format!("not well-formed XML: {error}"));
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| malformed(error.to_string()))?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| malformed(error.to_string()))?;
        let name = attribute.key.local_name().into_inner().to_owned();
        attributes.push((name, value.into_owned()));
    }
    Ok(Element {
        name: start.local_name().into_inner().to_owned(),
        line,
        attributes,
        ..Element::default()
    })
}

/// Puts an element that has ended where it belongs.
fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None => *root = Some(element),
    }
}

fn push_text(text: &str, open: &mut [Element], line: usize) -> Result<(), Problem> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => {
            let space = text.len() - text.trim_start().len();
            let line = line + text[..space].matches('\n').count();
            return Err(Problem::at(line, "text outside of the root element"));
        }
    }
    Ok(())
}

/// The entities that XML itself has (XML 1.0 §4.6).
fn predefined(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// A name from a file in a message.
fn shown(name: &str) -> String {
    let plain = name
        .chars()
        .map(|letter| if letter.is_control() { '?' } else { letter });
    plain.take(40).collect()
}

/// Counts lines along a text.
struct Lines<'a> {
    text: &'a str,
    offset: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line of a place that is not before the last one.
    fn at(&mut self, offset: u64) -> usize {
        let end = usize::try_from(offset).unwrap_or(usize::MAX);
        let end = end.clamp(self.offset, self.text.len());
        let passed = &self.text.as_bytes()[self.offset..end];
        self.line += passed.iter().filter(|&&byte| byte == b'\n').count();
        self.offset = end;
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_have_names_lines_texts_and_attributes() {
        let text = "<?xml version=\"1.0\"?>\n<a:b xmlns:a='x' c='1 &amp; 2'>\n t&lt;&#x41;<!-- no --><![CDATA[&]]>\n  <d/>\n</a:b>\n";
        let root = parse(text).unwrap();
        assert_eq!((root.name.as_str(), root.line), ("b", 2));
        assert_eq!(root.attribute("c"), Some("1 & 2"));
        assert_eq!(root.text(), "t<A&");
        assert_eq!(root.child("d").unwrap().line, 4);
    }

    #[test]
    fn what_is_not_plain_xml_is_refused_with_its_line() {
        let deep = "<a>".repeat(MAX_DEPTH + 1);
        let wide = format!("<a>{}</a>", "<b/>".repeat(MAX_ELEMENTS));
        for (text, message) in [
            ("", "1: expected an XML element"),
            ("<a>\n<b></a>", "2: not well-formed XML"),
            ("<a>\n<b>", "2: <b> is not closed before the end"),
            ("<a/>\n<b/>", "2: a second root element <b>"),
            ("<a/>\nb", "2: text outside of the root element"),
            (
                "<a>\n&nbsp;</a>",
                "2: unknown entity &nbsp;, expected one of &amp;",
            ),
            ("<a b='&x;'/>", "1: not well-formed XML"),
            ("<a b='1' b='2'/>", "1: not well-formed XML"),
            (
                "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\n<a>&x;</a>",
                "1: a document type with declarations, expected none",
            ),
            (
                &deep,
                "1: expected at most 20000 elements, nested at most 32 deep",
            ),
            (
                &wide,
                "1: expected at most 20000 elements, nested at most 32 deep",
            ),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.starts_with(message), "{text:.60}: {error}");
        }
    }

    #[test]
    fn a_document_type_that_declares_nothing_is_none() {
        let text =
            "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://x/\">\n<plist/>";
        assert_eq!(parse(text).unwrap().name, "plist");
    }
}
