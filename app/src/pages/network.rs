//! `/network`: the customer's own network, by commands to copy and outputs to paste.

use std::sync::Arc;

use leptos::prelude::*;

use crate::audience::{must_ask, shown_groups};
use crate::components::{
    AddressField, AskAddress, Document, GeneralText, GroupPanel, KeepTrail, Text, WayOn,
};
use crate::guide::destination::{CLOCK_CARD, Destination, Page};
use crate::guide::network::{Command, Reading};
use crate::guide::program::SecurityNames;
use crate::guide::trail::Trail;
use crate::guide::values::Values;
use crate::islands::{AddressScope, ClockCheck, CopyButton, DeviceFirst, Matches};
use crate::search::ranking::MAX_TEXT_LEN;
use crate::site::{localized, site, texts};
use crate::texts::Texts;

/// Commands and what their outputs mean.
#[component]
pub fn NetworkPage(
    /// What was answered before, as far as the address says.
    trail: Trail,
) -> impl IntoView {
    let (site, texts) = (site(), texts());
    let words = texts.guide.words.network.clone();
    let readings = texts.guide.network.readings.iter();
    let readings = readings.map(|reading| reading_view(&texts, &trail, reading));
    let readings = readings.collect_view();
    let clock = trail.link(&texts.guide, &Destination::Card(CLOCK_CARD.to_owned()));
    let search = texts.guide.words.errors.button.clone();
    let no_index = !trail.is_empty();
    let kept = view! { <KeepTrail trail=trail.clone() with_program=true/> };
    let way_on = view! { <WayOn here=Destination::Page(Page::Network) trail=trail.clone()/> };
    view! {
        <Document title=words.title.clone() description=words.lead.clone() no_index>
            <h1>{words.title.clone()}</h1>
            <p class="lead">{words.lead.clone()}</p>
            <section>
                <h2>{words.clock.clone()}</h2>
                <ClockCheck>
                    <div class="clock">
                        <p data-clock="checking">{words.clock_checking.clone()}</p>
                        <p data-clock="right" hidden role="status">{words.clock_right.clone()}</p>
                        <div data-clock="wrong" hidden role="status">
                            <p>{words.clock_wrong.clone()}</p>
                            <p class="go-on"><a href=clock>{words.clock_fix.clone()}</a></p>
                        </div>
                    </div>
                </ClockCheck>
            </section>
            <section>
                <h2>{words.commands.clone()}</h2>
                <AddressScope groups=site.domain_groups()>
                    {address(&texts, &trail)}
                    {panels(&texts, &trail)}
                </AddressScope>
            </section>
            <section>
                <h2>{words.paste.clone()}</h2>
                <Matches>
                    <form action="/errors">
                        {kept}
                        <label for="output">{words.paste_hint.clone()}</label>
                        <textarea id="output" name="q" class="report" rows="6" maxlength=MAX_TEXT_LEN></textarea>
                        <button type="submit">{search}</button>
                    </form>
                    <div id="found" class="found"></div>
                </Matches>
                <h3>{words.readings.clone()}</h3>
                {readings}
            </section>
            {way_on}
        </Document>
    }
}

/// The field for the address, called inside of its scope.
fn address(texts: &Texts, trail: &Trail) -> AnyView {
    if must_ask() {
        let page = trail.link(&texts.guide, &Destination::Page(Page::Network));
        return view! { <AskAddress page text=localized(|t| &t.ask.commands)/> }.into_any();
    }
    view! {
        <div class="card">
            <label for="address">{texts.guide.words.program.address.clone()}</label>
            <AddressField id="address".to_owned()/>
        </div>
    }
    .into_any()
}

/// The same for every group of addresses, called inside of their scope.
fn panels(texts: &Texts, trail: &Trail) -> impl IntoView + use<> {
    let security = SecurityNames::general(&texts.words);
    let panels = shown_groups().into_iter().map(|shown| {
        let (position, trail) = (shown.position, trail.clone());
        let values = Arc::new(shown.values(&security));
        view! { <GroupPanel position><Systems values trail/></GroupPanel> }
    });
    panels.collect_view()
}

/// The commands of every kind of computer.
#[component]
fn Systems(values: Arc<Values>, trail: Trail) -> impl IntoView {
    let texts = texts();
    let open = &texts.guide.words.network.open;
    let systems = texts.guide.network.systems.iter().map(|system| {
        let commands = system.commands.iter();
        let commands = commands.filter_map(|command| command_view(&texts, command, &values));
        let commands = commands.collect::<Vec<_>>();
        let commands =
            (!commands.is_empty()).then(|| view! { <dl class="commands">{commands}</dl> });
        let steps = system.steps.iter().cloned();
        let steps = steps.map(|prose| view! { <li><Text prose values=values.clone()/></li> });
        let steps = steps.collect::<Vec<_>>();
        let steps = (!steps.is_empty()).then(|| view! { <ol>{steps}</ol> });
        let onwards = system.to.as_ref().and_then(|to| {
            let title = texts.guide.label(to)?.to_owned();
            let href = trail.link(&texts.guide, to);
            Some(view! { <p class="go-on"><a href=href>{title}</a></p> })
        });
        view! {
            <details class="system" data-device=system.device.name()>
                <summary>{system.name.clone()}</summary>
                <p><b>{open.clone()}</b> " " <Text prose=system.open.clone() values=values.clone()/></p>
                {commands}
                {steps}
                {onwards}
            </details>
        }
    });
    let systems = systems.collect_view();
    view! { <DeviceFirst>{systems}</DeviceFirst> }
}

/// A command, unless it is about something that the provider does not offer.
fn command_view(
    texts: &Texts,
    command: &Command,
    values: &Arc<Values>,
) -> Option<impl IntoView + use<>> {
    let words = &texts.guide.words.program;
    let (copy, copied) = (words.copy.clone(), words.copied.clone());
    let text = values.text(&command.text)?;
    Some(view! {
        <dt><Text prose=command.what.clone() values=values.clone()/></dt>
        <dd>
            <code tabindex="0">{text.clone()}</code>
            <CopyButton value=Some(text) local_part=false copied>{copy}</CopyButton>
        </dd>
    })
}

fn reading_view(texts: &Texts, trail: &Trail, reading: &Reading) -> impl IntoView + use<> {
    let guide = &texts.guide;
    // A link to this very page would lead nowhere.
    let elsewhere = reading.to != Destination::Page(Page::Network);
    let title = guide.label(&reading.to).filter(|_| elsewhere);
    let title = title.map(str::to_owned);
    let href = trail.link(guide, &reading.to);
    let link = title.map(|title| view! { <p class="go-on"><a href=href>{title}</a></p> });
    view! {
        <details class="known">
            <summary>{reading.text.clone()}</summary>
            <p><GeneralText prose=reading.means.clone()/></p>
            {link}
        </details>
    }
}
