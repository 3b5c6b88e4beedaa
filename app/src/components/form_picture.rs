//! A picture of a program's form, with the values to type.

use std::sync::Arc;

use leptos::prelude::*;

use crate::components::prose::Text;
use crate::guide::program::{Field, Form};
use crate::guide::prose::{Piece, Slot};
use crate::guide::values::{Filled, Values};
use crate::islands::CopyButton;
use crate::site::texts;

/// One form. To a screen reader it is a table of fields and values; the roles say so again, because
/// the style takes the look of a table away, and some browsers the meaning with it.
#[component]
pub fn FormPicture(
    /// The form.
    form: Form,
    /// What stands in its places.
    values: Arc<Values>,
) -> impl IntoView {
    let rows = form.fields.into_iter().map(|field| {
        let Field { label, value, copy } = field;
        let button = copy.then(|| copy_button(&value.0, &label, &values));
        view! {
            <tr role="row">
                <th scope="row" role="rowheader">{label}</th>
                <td role="cell">
                    <span class="box"><Text prose=value values=values.clone()/></span>
                    {button}
                </td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <table class="form-picture" role="table">
            <caption>{form.title}</caption>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
}

fn copy_button(value: &[Piece], label: &str, values: &Values) -> AnyView {
    let texts = texts();
    let words = texts.guide.words.program.clone();
    // None stands for the user name, which only the browser knows.
    let (value, local_part) = match value {
        [Piece::Slot(Slot::User)] => match values.fill(Slot::User) {
            Filled::User { local_part } => (None, local_part),
            _ => return ().into_any(),
        },
        pieces => match plain(pieces, values) {
            Some(text) => (Some(text), false),
            None => return ().into_any(),
        },
    };
    let what = format!(" {label}");
    view! {
        <CopyButton value local_part copied=words.copied.clone()>
            {words.copy.clone()}
            <span class="unseen">{what}</span>
        </CopyButton>
    }
    .into_any()
}

/// The text as it is typed, if every value of it is known.
fn plain(pieces: &[Piece], values: &Values) -> Option<String> {
    let parts = pieces.iter().map(|piece| match piece {
        Piece::Text(text) => Some(text.clone()),
        Piece::Label(inner) | Piece::Code(inner) => plain(inner, values),
        Piece::Slot(slot) => match values.fill(*slot) {
            Filled::Text(text) => Some(text),
            Filled::User { .. } | Filled::Missing => None,
        },
    });
    parts.collect()
}
