//! The mail programs by what they run on, as the customer chooses among them.

use std::sync::Arc;

use leptos::prelude::*;

use super::icon::{Icon, Picture};
use crate::guide::program::{Device, Program};
use crate::guide::words::DeviceValue;
use crate::islands::DeviceFirst;
use crate::texts::Texts;

/// The devices in the order in which they are shown.
const DEVICES: [Device; 5] = [
    Device::Iphone,
    Device::Android,
    Device::Windows,
    Device::Mac,
    Device::Linux,
];

/// Whom the rows of one group are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    /// Who has this device.
    Device(Device),
    /// Who has something else.
    Other,
}

/// The programs in groups; `rows` makes the rows of each. Where scripts run, the group of the customer's
/// device comes first, and says so.
pub fn programs_by_device(
    texts: &Texts,
    programs: &[&Arc<Program>],
    rows: impl Fn(&[&Arc<Program>]) -> Vec<AnyView>,
) -> AnyView {
    let words = &texts.guide.words.programs;
    let sections = filled(texts, programs, rows).map(|(group, heading, rows)| {
        view! {
            <section id=name(group) class="device" data-device=name(group)>
                <div class="device-name">
                    <Picture icon=icon(group)/>
                    <h2>{heading}</h2>
                    <p class="badge suggested">{words.suggested.clone()}</p>
                </div>
                <ul class="rows">{rows}</ul>
            </section>
        }
    });
    let sections = sections.collect_view();
    view! { <DeviceFirst>{sections}</DeviceFirst> }.into_any()
}

/// The same where the choice is one of several things on the page: each group is one line until it is opened.
/// Where scripts run, the group of the customer's device comes first and stands open.
pub fn programs_folded(
    texts: &Texts,
    programs: &[&Arc<Program>],
    rows: impl Fn(&[&Arc<Program>]) -> Vec<AnyView>,
) -> AnyView {
    let words = &texts.guide.words.programs;
    let groups = filled(texts, programs, rows).map(|(group, _, rows)| {
        view! {
            <details class="device-fold" data-device=name(group)>
                <summary>
                    <Picture icon=icon(group)/>
                    <b>{short(texts, group)}</b>
                    <span class="badge suggested">{words.suggested.clone()}</span>
                </summary>
                <ul class="rows">{rows}</ul>
            </details>
        }
    });
    let groups = groups.collect_view();
    view! { <div class="device-folds"><DeviceFirst>{groups}</DeviceFirst></div> }.into_any()
}

/// The groups that have rows, each with its heading and its rows.
fn filled(
    texts: &Texts,
    programs: &[&Arc<Program>],
    rows: impl Fn(&[&Arc<Program>]) -> Vec<AnyView>,
) -> impl Iterator<Item = (Group, String, Vec<AnyView>)> {
    let words = &texts.guide.words.programs;
    groups().filter_map(move |group| {
        let here: Vec<_> = programs
            .iter()
            .copied()
            .filter(|p| belongs(p, group))
            .collect();
        let rows = rows(&here);
        let heading = match group {
            Group::Device(device) => {
                let name = texts.guide.words.device(device);
                words.heading_device.fill(|DeviceValue::Device| name)
            }
            Group::Other => words.other.clone(),
        };
        let rows: Vec<_> = rows
            .into_iter()
            .map(|row| view! { <li>{row}</li> }.into_any())
            .collect();
        (!rows.is_empty()).then_some((group, heading, rows))
    })
}

fn short(texts: &Texts, group: Group) -> String {
    match group {
        Group::Device(device) => texts.guide.words.device(device).to_owned(),
        Group::Other => texts.guide.words.programs.other_short.clone(),
    }
}

/// Ways to the groups, for who looks at a small screen or has no scripts.
pub fn device_links(texts: &Texts) -> impl IntoView + use<> {
    let words = &texts.guide.words.programs;
    let links = groups().map(|group| {
        let href = format!("#{}", name(group));
        let label = short(texts, group);
        view! { <li><a href=href><Picture icon=icon(group)/>{label}</a></li> }
    });
    let links = links.collect_view();
    view! {
        <nav class="devices" aria-label=words.devices.clone()>
            <ul>{links}</ul>
        </nav>
    }
}

/// A row that leads to a program or to something else that there is to choose.
#[component]
pub fn ChoiceRow(
    /// Where it leads.
    href: String,
    /// What it is called.
    name: String,
    /// What it is.
    about: String,
) -> impl IntoView {
    view! {
        <a class="choice" href=href>
            <b>{name}</b>
            " "
            <span class="about">{about}</span>
        </a>
    }
}

fn groups() -> impl Iterator<Item = Group> {
    let devices = DEVICES.into_iter().map(Group::Device);
    devices.chain([Group::Other])
}

/// A program that runs on no device of these is for something else.
fn belongs(program: &Program, group: Group) -> bool {
    match group {
        Group::Device(device) => program.devices.contains(&device),
        Group::Other => !program
            .devices
            .iter()
            .any(|device| DEVICES.contains(device)),
    }
}

fn name(group: Group) -> &'static str {
    device(group).map_or("other", Device::name)
}

const fn icon(group: Group) -> Icon {
    match group {
        Group::Device(Device::Iphone) => Icon::Iphone,
        Group::Device(Device::Android) => Icon::Android,
        Group::Device(Device::Windows) => Icon::Windows,
        Group::Device(Device::Mac) => Icon::Mac,
        Group::Device(Device::Linux) => Icon::Linux,
        Group::Other => Icon::Printer,
    }
}

const fn device(group: Group) -> Option<Device> {
    match group {
        Group::Device(device) => Some(device),
        Group::Other => None,
    }
}
