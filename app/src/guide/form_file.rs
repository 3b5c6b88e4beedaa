//! A form of a program: its fields, and their words.

use serde::Deserialize;
use toml::Spanned;

use super::other_guide::About;
use super::program::{Field, Form};
use super::prose::Prose;
use crate::content::by_id::{ById, Table};
use crate::content::file::File;
use crate::content::template::{Plain, plain};

/// A form of a program, as it is in every language.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FormTable {
    pub(super) about: Spanned<About>,
    pub(super) fields: Vec<FieldTable>,
}

/// A field of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldTable {
    pub(super) id: Spanned<String>,
    /// What to put into it; none if it is a word of the program.
    value: Option<Prose>,
    #[serde(default)]
    copy: bool,
}

/// Its words.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FormWords {
    #[serde(deserialize_with = "plain")]
    title: String,
    labels: ById<Plain>,
    #[serde(default)]
    values: ById<Prose>,
}

impl FormTable {
    /// The form in the words of one language.
    pub(super) fn with_words(
        &self,
        file: &File,
        place: &Spanned<String>,
        words: FormWords,
    ) -> Result<Form, String> {
        let name = format!("form.{}.labels", place.get_ref());
        let labels = Table::new(file, name, "the id of a field of this form").inside(place);
        let ids = self.fields.iter().map(|field| field.id.get_ref().as_str());
        let labels = words.labels.in_order(&labels, ids)?;
        let name = format!("form.{}.values", place.get_ref());
        let values = Table::new(
            file,
            name,
            "the id of a field without a value in the structure",
        );
        let own = self.fields.iter().filter(|field| field.value.is_none());
        let own = own.map(|field| {
            let id = field.id.get_ref().as_str();
            (id, id)
        });
        let mut values = words.values.map(&values.inside(place), own)?;
        let fields = self.fields.iter().zip(labels).filter_map(|(field, label)| {
            let value = field.value.clone();
            Some(Field {
                label: label.0,
                value: value.or_else(|| values.remove(field.id.get_ref().as_str()))?,
                copy: field.copy,
            })
        });
        Ok(Form {
            title: words.title,
            fields: fields.collect(),
        })
    }
}
