//! The days of a service among many others, drawn in one line.

use leptos::prelude::*;

use super::status_pictures::summary;
use crate::site::texts;
use crate::status::ServiceHistory;
use crate::status::bars::{self, Bars, DayState};
use crate::status::said::Times;

/// How high the bars are on the page.
const HEIGHT: &str = "20";

/// The bars of the last days. A worse day has a lower bar in another color.
#[component]
pub fn DayStrip<'a>(
    /// What is known of the service.
    history: Option<&'a ServiceHistory>,
    /// When somebody looks.
    times: Times<'a>,
) -> impl IntoView + use<> {
    let texts = texts();
    let words = &texts.status.days;
    let bars = Bars::new(history, times.now().date());
    let label = format!("{}: {}", words.caption, summary(words, &bars));
    let lines = DayState::ALL.map(|state| (state, bars.strip(state)));
    let lines = lines.into_iter().filter(|(_, line)| !line.is_empty());
    let lines: Vec<_> = lines.map(|(state, line)| drawn(state, line)).collect();
    view! {
        <svg
            width="100%"
            height=HEIGHT
            viewBox=format!("0 0 {} {}", bars::WIDTH, bars::BOTTOM)
            preserveAspectRatio="none"
            role="img"
            aria-label=label
        >
            {lines}
        </svg>
    }
}

/// What the bars mean.
#[component]
pub fn StripLegend() -> impl IntoView {
    let texts = texts();
    let words = &texts.status.days;
    let one = |state: DayState| {
        let word = match state {
            DayState::Ok => &words.ok,
            DayState::Degraded => &words.degraded,
            DayState::Down => &words.down,
            DayState::None => &words.none,
        };
        let line = format!("M0 {}h4", bars::BOTTOM - state.height() / 2);
        view! {
            <li>
                <svg height=HEIGHT viewBox=format!("0 0 5 {}", bars::BOTTOM) preserveAspectRatio="none" aria-hidden="true">
                    {drawn(state, line)}
                </svg>
                {word.clone()}
            </li>
        }
    };
    view! { <ul class="legend">{DayState::ALL.map(one).into_iter().collect_view()}</ul> }
}

fn drawn(state: DayState, line: String) -> impl IntoView {
    let mark = match state {
        DayState::Ok => "good",
        DayState::Degraded => "notice",
        DayState::Down => "bad",
        DayState::None => "skipped",
    };
    view! { <path data-mark=mark d=line stroke-width=state.height() stroke-dasharray=bars::DASHES></path> }
}
