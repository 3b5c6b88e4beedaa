//! `/programs`: every mail program, by device.

use std::sync::Arc;

use leptos::prelude::*;

use crate::components::Document;
use crate::guide::program::{Device, Family, How, Program};
use crate::site::Site;

/// The devices in the order in which they are shown.
const DEVICES: [Device; 5] = [
    Device::Iphone,
    Device::Android,
    Device::Windows,
    Device::Mac,
    Device::Linux,
];

/// Lets the customer choose a program.
#[component]
pub fn ProgramsPage() -> impl IntoView {
    let site: Arc<Site> = expect_context();
    let guide = &site.guide;
    let words = guide.words.programs.clone();
    let sections = DEVICES.into_iter().map(|device| {
        let here: Vec<_> = guide
            .programs
            .iter()
            .filter(|program| program.devices.contains(&device) && !is_retired(program))
            .collect();
        let outlooks = here
            .iter()
            .filter(|program| program.family == Some(Family::Outlook));
        let several =
            (outlooks.count() > 1).then(|| view! { <p class="note">{words.several.clone()}</p> });
        let heading = words
            .heading_device
            .replace("{device}", guide.words.device(device));
        let items = here.into_iter().map(program_link).collect_view();
        view! {
            <section>
                <h2>{heading}</h2>
                {several}
                <ul class="choices">{items}</ul>
            </section>
        }
    });
    let sections = sections.collect_view();
    let retired = guide.programs.iter().filter(|program| is_retired(program));
    let retired = retired.map(program_link).collect_view();
    view! {
        <Document title=words.title>
            <h1>{words.heading}</h1>
            <p class="lead">{words.lead}</p>
            {sections}
            <section>
                <h2>{words.retired}</h2>
                <ul class="choices">{retired}</ul>
            </section>
        </Document>
    }
}

fn is_retired(program: &Program) -> bool {
    matches!(program.how, How::Retired(_))
}

/// A program with what it is, to be chosen.
fn program_link(program: &Program) -> impl IntoView + use<> {
    let href = format!("/programs/{}", program.slug);
    view! {
        <li>
            <a class="choice" href=href>
                <b>{program.name.clone()}</b>
                <span>{program.summary.plain()}</span>
            </a>
        </li>
    }
}
