//! `/settings/<domain>/thunderbird-android`: the code for one address, to be scanned from the screen.

use std::sync::Arc;

use leptos::prelude::*;

use crate::components::{Document, Part};
use crate::guide::program::{Program, SecurityNames};
use crate::guide::prose::Steps;
use crate::guide::short_way::ShortKind;
use crate::guide::values::Values;
use crate::record::{Address, Group, Record};
use crate::setup::write::{qr, thunderbird_qr};
use crate::site::texts;

/// Draws the code; `None` where the settings are not enough for one, or are too long.
pub fn drawn(group: &Group, address: &Address, title: &str) -> Option<String> {
    let text = thunderbird_qr::write(group, address).ok()?;
    qr::svg(&text, title).ok()
}

/// The code, and what to do with it.
#[component]
pub fn ScanPage(
    /// The code, as an element of SVG.
    code: String,
    /// Whose code it is.
    address: String,
    /// The provider.
    record: Arc<Record>,
    /// The addresses that share the settings.
    group: Arc<Group>,
) -> impl IntoView {
    let texts = texts();
    let words = texts.guide.words.short_way.clone();
    let is_it = |program: &&Arc<Program>| {
        program
            .short_way()
            .is_some_and(|short| short.kind == ShortKind::Code)
    };
    let program = texts.guide.programs.iter().find(is_it);
    let guide = program.map(|program| {
        let href = format!("/programs/{}", program.slug);
        let values = Arc::new(Values {
            record,
            group,
            security: SecurityNames::general(&texts.words),
        });
        // The first one has led here.
        let steps = program.short_way().into_iter();
        let steps: Vec<_> = steps
            .flat_map(|short| short.steps.iter().skip(1).cloned())
            .collect();
        let title = texts.guide.words.program.add_other.clone();
        view! {
            <Part title steps=Steps::from(steps) values ticks=format!("{} scan", program.slug)/>
            <section class="works">
                <p class="go-on">
                    <a class="button" href="/test">{texts.guide.words.program.test.clone()}</a>
                    <a href=href>{words.code_back}</a>
                </p>
            </section>
        }
    });
    let title = words.code_title;
    view! {
        <Document title=title.clone() no_index=true>
            <h1>{title}</h1>
            <p>{words.code_for} " " <b>{address}</b></p>
            <p class="note">{words.code_camera}</p>
            <div class="scan" inner_html=code></div>
            <p class="hint">{words.code_other}</p>
            {guide}
        </Document>
    }
}
