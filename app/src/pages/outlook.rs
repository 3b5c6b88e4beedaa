//! `/programs/outlook`: which of the programs called Outlook a customer has.

use leptos::prelude::*;

use crate::components::{Document, GeneralText};
use crate::guide::program::Family;
use crate::site::texts;

/// Lets the customer tell the programs apart.
#[component]
pub fn OutlookPage() -> impl IntoView {
    let texts = texts();
    let words = texts.guide.words.outlook.clone();
    let programs = texts.guide.programs.iter();
    let programs = programs.filter(|program| program.family == Some(Family::Outlook));
    let items = programs.map(|program| {
        let href = format!("/programs/{}", program.slug);
        view! {
            <li>
                <a class="choice" href=href>
                    <b>{program.name.clone()}</b>
                    <span><GeneralText prose=program.recognise.clone()/></span>
                </a>
            </li>
        }
    });
    let items = items.collect_view();
    view! {
        <Document title=words.title.clone() description=words.lead.clone()>
            <h1>{words.title.clone()}</h1>
            <p class="lead">{words.lead}</p>
            <ul class="choices">{items}</ul>
        </Document>
    }
}
