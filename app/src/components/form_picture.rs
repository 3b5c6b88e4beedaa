//! A picture of a program's form, with the values to type.

use std::sync::Arc;

use leptos::prelude::*;

use crate::components::prose::Text;
use crate::guide::possible::possible;
use crate::guide::program::{Field, Form};
use crate::guide::prose::{Piece, Prose, Slot};
use crate::guide::values::{Filled, Values};
use crate::islands::CopyButton;
use crate::site::texts;

/// One form. To a screen reader it is a table of fields and values; the roles say so again, because
/// the style takes the look of a table away, and some browsers the meaning with it.
#[component]
pub fn FormPicture(
    /// The form.
    form: Arc<Form>,
    /// What stands in its places.
    values: Arc<Values>,
) -> impl IntoView {
    let fields = form.fields.iter();
    let fields = fields.filter(|field| possible(&field.value, &values).is_some());
    let rows = fields.map(|field| {
        let Field { label, value, copy } = field;
        let button = copy.then(|| copy_button(value, label, &values));
        let (label, value) = (label.clone(), value.clone());
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
            <caption>{form.title.clone()}</caption>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
}

fn copy_button(value: &Prose, label: &str, values: &Values) -> AnyView {
    let texts = texts();
    let words = &texts.guide.words.program;
    let (copy, copied) = (words.copy.clone(), words.copied.clone());
    // None stands for the user name, which only the browser knows.
    let (value, local_part) = match &value.0[..] {
        [Piece::Slot(Slot::User)] => match values.fill(Slot::User) {
            Filled::User { local_part } => (None, local_part),
            _ => return ().into_any(),
        },
        _ => match values.text(value) {
            Some(text) => (Some(text), false),
            None => return ().into_any(),
        },
    };
    let what = format!(" {label}");
    view! {
        <CopyButton value local_part copied>
            {copy}
            <span class="unseen">{what}</span>
        </CopyButton>
    }
    .into_any()
}
