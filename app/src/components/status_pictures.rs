//! The days and the response times of a service, drawn and as tables.

use leptos::prelude::*;

use super::said;
use crate::site::texts;
use crate::status::ServiceHistory;
use crate::status::bars::{self, Bars, DayState, Lines, Run};
use crate::status::chart::{self, Chart};
use crate::status::said::{Said, Times};
use crate::status::words::{
    DayCountsValue, DaysWords, FailedValue, PercentValue, RangeValue, TimesValue, WorkedValue,
};
use crate::texts::Texts;

/// What the colors and signs of the bars mean.
#[component]
pub fn DaysLegend() -> impl IntoView {
    let texts = texts();
    let words = &texts.status.days;
    let one = |class: &'static str, sign: Option<(&'static str, &'static str)>, word: &str| {
        let (top, sign) = match sign {
            Some((sign, line)) => ("M2.5 14V30", Some(drawn(sign, line.to_owned()))),
            None if class == "none" => ("M2.5 27v3", None),
            None => ("M2.5 0V30", None),
        };
        let cut =
            (class == "degraded" || class == "down").then(|| drawn(class, "M2.5 0V14".to_owned()));
        let rest = if cut.is_some() { "ok" } else { class };
        let word = word.to_owned();
        view! {
            <li>
                <svg class="bars" viewBox="0 0 5 40" preserveAspectRatio="none" aria-hidden="true">
                    {drawn(rest, top.to_owned())}
                    {cut}
                    {sign}
                </svg>
                {word}
            </li>
        }
    };
    view! {
        <ul class="legend">
            {one("ok", None, &words.ok)}
            {one("degraded", Some(("dots", "M2.5 36h0")), &words.degraded)}
            {one("down", Some(("triangles", "M0 40l2.5-7 2.5 7z")), &words.down)}
            {one("none", None, &words.none)}
        </ul>
    }
}

/// One line of the bars; signs of trouble are filled.
fn drawn(kind: &'static str, line: String) -> AnyView {
    let mark = match kind {
        "ok" => "good",
        "degraded" | "dots" => "notice",
        "down" => "bad",
        "triangles" => return triangles(line).into_any(),
        _ => "skipped",
    };
    let end = if kind == "dots" { "round" } else { "butt" };
    view! { <path data-mark=mark d=line fill="none" stroke-width="4" stroke-linecap=end></path> }
        .into_any()
}

/// The signs of trouble.
fn triangles(line: String) -> impl IntoView {
    view! { <path d=line fill="var(--bad)"></path> }
}

/// The bars of the last days, with their table.
#[component]
pub fn DayBars<'a>(
    /// What is known of the service.
    history: Option<&'a ServiceHistory>,
    /// When somebody looks.
    times: Times<'a>,
    /// Tells the service from the others.
    key: String,
    /// The name of the service.
    name: String,
) -> impl IntoView + use<> {
    let texts = texts();
    let words = &texts.status.days;
    let bars = Bars::new(history, times.now().date());
    let Lines {
        ok,
        degraded,
        down,
        none,
        dots,
        triangles,
    } = bars.lines();
    let summary = summary(words, &bars);
    let lines = [
        ("none", none),
        ("ok", ok),
        ("degraded", degraded),
        ("down", down),
        ("dots", dots),
        ("triangles", triangles),
    ];
    let lines = lines.into_iter().filter(|(_, line)| !line.is_empty());
    let lines: Vec<_> = lines.map(|(class, line)| drawn(class, line)).collect();
    let share = share(words, bars.worked(), bars.share());
    let label = format!("{}, {name}: {summary}", words.caption);
    view! {
        <figure class="days">
            <figcaption>{words.caption.clone()}</figcaption>
            <div data-live="" id=format!("days-{key}")>
                <p>{share}</p>
                <svg
                    class="bars"
                    viewBox=format!("0 0 {} {}", bars::WIDTH, bars::HEIGHT)
                    preserveAspectRatio="none"
                    role="img"
                    aria-label=label
                >
                    {lines}
                </svg>
                <p class="axis">
                    <span>{words.first.clone()}</span>
                    <span>{words.last.clone()}</span>
                </p>
            </div>
        </figure>
    }
}

/// How many days were how.
pub(super) fn summary(words: &DaysWords, bars: &Bars) -> String {
    words.summary.fill(|value| {
        let state = match value {
            DayCountsValue::Ok => DayState::Ok,
            DayCountsValue::Degraded => DayState::Degraded,
            DayCountsValue::Down => DayState::Down,
            DayCountsValue::None => DayState::None,
        };
        bars.count(state).to_string()
    })
}

/// The same days as a table.
#[component]
pub fn DayTable<'a>(
    /// What is known of the service.
    history: Option<&'a ServiceHistory>,
    /// When somebody looks.
    times: Times<'a>,
    /// Tells the service from the others.
    key: String,
) -> impl IntoView + use<> {
    let texts = texts();
    let words = &texts.status.days;
    let bars = Bars::new(history, times.now().date());
    let rows = bars.runs().into_iter().rev();
    let rows = rows.map(|run| day_row(run, times, words)).collect_view();
    view! {
        <table>
            <caption>{words.caption.clone()}</caption>
            <thead>
                <tr>
                    <th scope="col">{words.day.clone()}</th>
                    <th scope="col">{words.found.clone()}</th>
                    <th scope="col">{words.failed.clone()}</th>
                </tr>
            </thead>
            <tbody data-live="" id=format!("days-table-{key}")>{rows}</tbody>
        </table>
    }
}

fn day_row(run: Run, times: Times<'_>, words: &DaysWords) -> impl IntoView + use<> {
    let day = if run.from == run.to {
        times.day(run.from)
    } else {
        words.range.fill(|value| match value {
            RangeValue::From => times.day(run.from),
            RangeValue::To => times.day(run.to),
        })
    };
    let found = match run.state {
        DayState::None => &words.none,
        DayState::Ok => &words.ok,
        DayState::Degraded => &words.degraded,
        DayState::Down => &words.down,
    };
    let failed = (run.checks > 0).then(|| {
        words.failed_of.fill(|value| match value {
            FailedValue::Failed => run.failed.to_string(),
            FailedValue::Checks => run.checks.to_string(),
        })
    });
    view! { <tr><td>{day}</td><td>{found.clone()}</td><td>{failed}</td></tr> }
}

/// So many checks, and more, are told as a share of all.
const MANY_CHECKS: u64 = 1_000;

/// How many of all checks found that the service works.
fn share(words: &DaysWords, (worked, checks): (u64, u64), share: Option<u64>) -> Option<String> {
    let text = match share? {
        _ if checks < MANY_CHECKS => words.share_of.fill(|value| match value {
            WorkedValue::Worked => worked.to_string(),
            WorkedValue::Checks => checks.to_string(),
        }),
        10_000 => words.share.fill(|PercentValue::Percent| "100%"),
        share => {
            let percent = format!("{}.{:02}%", share / 100, share % 100);
            words.share.fill(|PercentValue::Percent| &percent)
        }
    };
    Some(text)
}

/// The chart of response times, with its table.
#[component]
pub fn ResponseChart<'a>(
    /// What is known of the service.
    history: Option<&'a ServiceHistory>,
    /// When somebody looks.
    times: Times<'a>,
    /// Tells the service from the others.
    key: String,
    /// The name of the service.
    name: String,
) -> impl IntoView + use<> {
    let texts = texts();
    let words = &texts.status.chart;
    let chart = Chart::new(history, times.now());
    let summary = match chart.usual() {
        Some((usual, longest)) => words.summary.fill(|value| match value {
            TimesValue::Usual => texts.test.time(usual),
            TimesValue::Longest => texts.test.time(longest),
        }),
        None => words.none.clone(),
    };
    let top = chart.top().map(|top| texts.test.time(top));
    let label = format!("{}, {name}: {summary}", words.caption);
    let (line, failed) = (chart.line(), chart.triangles());
    view! {
        <figure class="chart">
            <figcaption>{words.caption.clone()}</figcaption>
            <div data-live="" id=format!("chart-{key}")>
                <p>{summary}</p>
                <div class="plot">
                    <span aria-hidden="true">{top}</span>
                    <svg
                        viewBox=format!("0 0 {} {}", chart::WIDTH, chart::HEIGHT)
                        preserveAspectRatio="none"
                        role="img"
                        aria-label=label
                    >
                        {(!line.is_empty()).then(|| view! { <path d=chart::TOP_LINE stroke="currentColor" stroke-width="1" stroke-dasharray="3 3" stroke-opacity="0.3" vector-effect="non-scaling-stroke"></path> })}
                        <path d=line.clone() fill="none" stroke="var(--accent)" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" vector-effect="non-scaling-stroke"></path>
                        {triangles(failed)}
                    </svg>
                </div>
                <p class="axis">
                    <span>{words.first.clone()}</span>
                    <span>{words.last.clone()}</span>
                </p>
            </div>
        </figure>
    }
}

/// The same response times as a table.
#[component]
pub fn ResponseTable<'a>(
    /// What is known of the service.
    history: Option<&'a ServiceHistory>,
    /// When somebody looks.
    times: Times<'a>,
    /// Tells the service from the others.
    key: String,
) -> impl IntoView + use<> {
    let texts = texts();
    let words = &texts.status.chart;
    let rows = Chart::new(history, times.now()).rows().into_iter().rev();
    let rows = rows.map(|row| chart_row(row, times, &texts)).collect_view();
    view! {
        <table>
            <caption>{words.caption.clone()}</caption>
            <thead>
                <tr>
                    <th scope="col">{words.time.clone()}</th>
                    <th scope="col">{words.mean.clone()}</th>
                    <th scope="col">{words.longest.clone()}</th>
                </tr>
            </thead>
            <tbody data-live="" id=format!("chart-table-{key}")>{rows}</tbody>
        </table>
    }
}

fn chart_row(row: chart::Row, times: Times<'_>, texts: &Texts) -> impl IntoView + use<> {
    let words = &texts.status.chart;
    let (mean, longest) = match row.counts.mean() {
        Some(mean) => (texts.test.time(mean), texts.test.time(row.counts.longest)),
        None => (words.failed.clone(), words.failed.clone()),
    };
    let begin = Said::from(times.clock(row.begin));
    view! { <tr><td>{said(begin)}</td><td>{mean}</td><td>{longest}</td></tr> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Texts;

    #[test]
    fn few_checks_are_counted_and_many_are_a_share() {
        let texts = Texts::english();
        for (worked, part, expected) in [
            ((0, 0), None, None),
            ((1, 3), Some(3_333), Some("It worked in 1 of 3 checks")),
            ((9, 9), Some(10_000), Some("It worked in 9 of 9 checks")),
            (
                (1_000, 1_000),
                Some(10_000),
                Some("It worked in 100% of all checks"),
            ),
            (
                (99_999, 100_000),
                Some(9_999),
                Some("It worked in 99.99% of all checks"),
            ),
            (
                (5, 100_000),
                Some(0),
                Some("It worked in 0.00% of all checks"),
            ),
        ] {
            let said = share(&texts.status.days, worked, part);
            assert_eq!(said.as_deref(), expected, "{worked:?}");
        }
    }
}
