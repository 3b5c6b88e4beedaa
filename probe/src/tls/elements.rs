//! The elements of a value in DER, one after the other.

use x509_parser::asn1_rs::{Any, Class, FromDer, Tag};

/// Goes through the elements that stand behind each other.
pub(super) struct Elements<'a>(&'a [u8]);

/// One element, of whatever type.
pub(super) struct Element<'a> {
    class: Class,
    tag: Tag,
    /// What stands in it.
    pub(super) content: &'a [u8],
    /// All of it, with its type and its length.
    pub(super) whole: &'a [u8],
}

impl<'a> Elements<'a> {
    /// Those of the SEQUENCE that these bytes are, and nothing but that.
    pub(super) fn of_sequence(der: &'a [u8]) -> Option<Self> {
        let mut outer = Self(der);
        let inner = outer.sequence()?;
        outer.0.is_empty().then_some(inner)
    }

    /// Those of an element that was read.
    pub(super) fn of(element: &Element<'a>) -> Self {
        Self(element.content)
    }

    /// The next element, of any type.
    pub(super) fn any(&mut self) -> Option<Element<'a>> {
        let (rest, any) = Any::from_der(self.0).ok()?;
        let whole = &self.0[..self.0.len() - rest.len()];
        self.0 = rest;
        Some(Element {
            class: any.header.class(),
            tag: any.header.tag(),
            content: any.data,
            whole,
        })
    }

    /// The next element, which must be of this universal type.
    pub(super) fn universal(&mut self, tag: Tag) -> Option<Element<'a>> {
        let element = self.any()?;
        (element.class == Class::Universal && element.tag == tag).then_some(element)
    }

    /// The elements of the next one, which must be a SEQUENCE.
    pub(super) fn sequence(&mut self) -> Option<Self> {
        Some(Self::of(&self.universal(Tag::Sequence)?))
    }

    /// The next element, if it has this number of the context.
    pub(super) fn context(&mut self, number: u32) -> Option<Element<'a>> {
        let mut ahead = Self(self.0);
        let element = ahead.any()?;
        let found = element.context_number() == Some(number);
        found.then(|| {
            self.0 = ahead.0;
            element
        })
    }
}

impl Element<'_> {
    /// The number of the context, where the element has one.
    pub(super) fn context_number(&self) -> Option<u32> {
        (self.class == Class::ContextSpecific).then_some(self.tag.0)
    }
}
