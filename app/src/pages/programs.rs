//! `/programs`: every mail program, by device.

use leptos::prelude::*;

use crate::components::Document;
use crate::guide::program::{Device, Family, Program, Status};
use crate::guide::words::DeviceValue;
use crate::islands::DeviceFirst;
use crate::site::texts;
use crate::texts::Texts;

/// The devices in the order in which they are shown.
pub(super) const DEVICES: [Device; 5] = [
    Device::Iphone,
    Device::Android,
    Device::Windows,
    Device::Mac,
    Device::Linux,
];

/// Lets the customer choose a program.
#[component]
pub fn ProgramsPage() -> impl IntoView {
    let texts = texts();
    let guide = &texts.guide;
    let words = guide.words.programs.clone();
    let sections = DEVICES.into_iter().map(|device| {
        let here: Vec<_> = guide
            .programs
            .iter()
            .filter(|program| program.devices.contains(&device) && !is_retired(program))
            .collect();
        let outlooks = here.iter();
        let outlooks = outlooks.filter(|program| program.family == Some(Family::Outlook));
        let several = outlooks.count() > 1;
        let name = guide.words.device(device);
        let heading = words.heading_device.fill(|DeviceValue::Device| name);
        // Several programs of one name are one choice; the next page tells them apart.
        let (family, single): (Vec<_>, Vec<_>) = here
            .into_iter()
            .partition(|program| several && program.family.is_some());
        let family = (!family.is_empty()).then(|| outlook_link(&texts));
        let items = single
            .into_iter()
            .map(|program| program_link(program))
            .collect_view();
        view! {
            <section data-device=device.name()>
                <h2>{heading}</h2>
                <p class="note" data-suggested hidden>{words.suggested.clone()}</p>
                <ul class="choices">{family} {items}</ul>
            </section>
        }
    });
    let sections = sections.collect_view();
    let retired = guide.programs.iter().filter(|program| is_retired(program));
    let retired = retired.map(|program| program_link(program)).collect_view();
    view! {
        <Document title=words.title description=words.lead.clone()>
            <h1>{words.heading}</h1>
            <p class="lead">{words.lead}</p>
            <DeviceFirst><div>{sections}</div></DeviceFirst>
            <section>
                <h2>{words.retired}</h2>
                <ul class="choices">{retired}</ul>
            </section>
        </Document>
    }
}

fn is_retired(program: &Program) -> bool {
    matches!(program.status, Status::Retired(_))
}

/// The way to the page that tells the programs called Outlook apart.
fn outlook_link(texts: &Texts) -> impl IntoView + use<> {
    let words = &texts.guide.words.fix;
    view! {
        <li>
            <a class="choice" href="/programs/outlook">
                <b>{words.outlook.clone()}</b>
                <span>{words.outlook_hint.clone()}</span>
            </a>
        </li>
    }
}

/// A program with what it is, to be chosen.
fn program_link(program: &Program) -> impl IntoView + use<> {
    let href = format!("/programs/{}", program.slug);
    view! {
        <li>
            <a class="choice" href=href>
                <b>{program.name.clone()}</b>
                <span>{program.summary.prose().plain()}</span>
            </a>
        </li>
    }
}
