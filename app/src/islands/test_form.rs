//! The form that starts a test and shows it as it happens.

use leptos::ev::{MouseEvent, SubmitEvent};
use leptos::html::{Div, Form, H2};
use leptos::prelude::*;
use leptos::web_sys::HtmlFormElement;

use super::awake::{Phase, State, only_awake, when_awake};
use super::enhance::TroubleshooterRoot;
use super::password_field;
use super::results::Results;
use crate::check::event::{FindingWords, Progress};

/// A form whose answer is shown in its place, step by step. Without scripts it is sent to `/test`.
#[island]
pub fn TestForm(
    /// Heads the results.
    results: String,
    /// The button that ends a running test.
    stop_label: String,
    /// What is shown when the answer breaks off, and when the customer has stopped the test.
    ends: (FindingWords, FindingWords),
    /// Where the form is sent without scripts.
    action: String,
    /// The fields and the button.
    children: Children,
) -> impl IntoView {
    let progress = State::<Option<Progress>>::new();
    let running = State::<bool>::new();
    let is_running = move || running.with(|running| *running);
    let root = use_context::<TroubleshooterRoot>().map(|TroubleshooterRoot(root)| root);
    let form = NodeRef::<Form>::new();
    let found = NodeRef::<Div>::new();
    let heading = NodeRef::<H2>::new();
    let stop = StoredValue::<Option<Stop>, Storage>::new_with_storage(None);

    // The results take the place of the form, of which the end may be in sight; so they begin at the top.
    Effect::new(move || {
        if is_running()
            && let (Some(found), Some(heading)) = (found.get(), heading.get())
        {
            found.scroll_into_view();
            let _ = heading.focus();
        }
    });

    let lost = ends.0.clone();
    // The troubleshooter may have started a test before this.
    let restore = move || {
        if !untrack(is_running) {
            progress.set(last_result(&lost));
        }
    };
    when_awake(Phase::Parts, move || {
        restore();
        if let Some(form) = form.get_untracked() {
            password_field::begin(&form);
            // The troubleshooter has come to another question, about which a running test says nothing.
            listen(&form, move || {
                dismiss(stop);
                running.set(false);
                restore();
            });
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !untrack(is_running) {
            run(&event, ends.clone(), progress, running, stop, root);
        }
    };
    view! {
        <div class="results" node_ref=found hidden=move || progress.with(Option::is_none)>
            <h2 tabindex="-1" node_ref=heading>{results}</h2>
            {move || progress.with(Clone::clone).map(|progress| view! { <Results progress/> })}
            <button
                type="button"
                class="quiet stop"
                hidden=move || !is_running()
                on:click=only_awake(move |_: MouseEvent| stop.set_value(None))
            >
                {stop_label}
            </button>
        </div>
        <form
            method="post"
            action=action
            class="test-form"
            node_ref=form
            hidden=is_running
            on:submit=only_awake(submit)
        >
            <fieldset class="bare" disabled=is_running>{children()}</fieldset>
        </form>
    }
}

#[cfg(feature = "hydrate")]
use browser::{Stop, Storage, dismiss, last_result, listen, run};

#[cfg(not(feature = "hydrate"))]
use server::{Stop, Storage, dismiss, last_result, listen, run};

#[cfg(not(feature = "hydrate"))]
mod server {
    use super::*;

    /// The server renders the form and never runs it.
    pub(super) struct Stop;

    /// The server may drop a page on another thread than it was made on.
    pub(super) type Storage = SyncStorage;

    pub(super) fn dismiss(_stop: StoredValue<Option<Stop>, Storage>) {}

    pub(super) fn listen(_form: &HtmlFormElement, _reset: impl Fn() + 'static) {}

    pub(super) fn last_result(_lost: &FindingWords) -> Option<Progress> {
        None
    }

    pub(super) fn run(
        _event: &SubmitEvent,
        _ends: (FindingWords, FindingWords),
        _progress: State<Option<Progress>>,
        _running: State<bool>,
        _stop: StoredValue<Option<Stop>, Storage>,
        _root: Option<NodeRef<Div>>,
    ) {
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;

    use gloo_net::http::Request;
    use leptos::server_fn::ServerFn;
    use wasm_bindgen::JsCast;
    use wasm_bindgen::prelude::Closure;
    use wasm_bindgen_futures::JsFuture;
    use web_sys::js_sys::{Reflect, Uint8Array};
    use web_sys::{
        AbortController, Element, Event, FormData, HtmlElement, HtmlInputElement,
        ReadableStreamDefaultReader, UrlSearchParams,
    };

    use super::*;
    use crate::check::TestConnection;
    use crate::check::lines::Lines;
    use crate::islands::{last_test, sign_in_worker, troubleshooter};

    /// What belongs to the browser cannot leave its only thread.
    pub(super) type Storage = LocalStorage;

    /// Ends the request when dropped, and with it the test on the server.
    pub(super) struct Stop {
        controller: AbortController,
        /// Whether nobody waits for the result any more.
        dismissed: Rc<Cell<bool>>,
    }

    impl Drop for Stop {
        fn drop(&mut self) {
            self.controller.abort();
        }
    }

    /// Ends the test, of which nothing is shown or kept any more.
    pub(super) fn dismiss(stop: StoredValue<Option<Stop>, Storage>) {
        stop.update_value(|stop| {
            if let Some(stop) = stop.take() {
                stop.dismissed.set(true);
            }
        });
    }

    /// Listens to everything that happens in the form but its submission. One listener for all of it is
    /// smaller than one of Leptos for each.
    pub(super) fn listen(form: &HtmlFormElement, reset: impl Fn() + 'static) {
        let heard = form.clone();
        let listener =
            Closure::<dyn FnMut(Event)>::new(move |event: Event| match event.type_().as_str() {
                "reset" => reset(),
                "click" => password_field::click(&heard, &event),
                "mousedown" => keep_in_place(&event),
                "focusin" => begin_worker(&heard, &event),
                _ => password_field::typed(&heard),
            });
        for name in ["reset", "click", "mousedown", "focusin", "input"] {
            let listener = listener.as_ref().unchecked_ref();
            let _ = form.add_event_listener_with_callback(name, listener);
        }
        listener.forget();
    }

    /// Loads the worker for the password where it is about to be typed. Nobody else needs its many bytes.
    fn begin_worker(form: &HtmlFormElement, event: &Event) {
        let target = event.target();
        let target = target.and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        if target.is_some_and(|target| target.name() == "password") {
            sign_in_worker::load(form);
        }
    }

    /// Leaves the focus where it is while the button is pressed. Else the address field is left first, what there is
    /// to say about the address then moves the button away, and the press hits nothing.
    fn keep_in_place(event: &Event) {
        let target = event.target();
        let target = target.and_then(|target| target.dyn_into::<Element>().ok());
        if target.is_some_and(|target| matches!(target.closest("[type=submit]"), Ok(Some(_)))) {
            event.prevent_default();
        }
    }

    /// Leaves the field that has the focus, so that it takes in what was typed.
    fn leave_field() {
        let active = document().active_element();
        if let Some(field) = active.and_then(|active| active.dyn_into::<HtmlElement>().ok()) {
            let _ = field.blur();
        }
    }

    /// What the last test on this page has found, if that was just now.
    pub(super) fn last_result(lost: &FindingWords) -> Option<Progress> {
        let last = last_test::last()?;
        (last.is_fresh() && last.is_of_this_page()).then(|| {
            let mut progress = last.progress();
            if !progress.done {
                progress.interrupt(lost.clone());
            }
            progress
        })
    }

    /// Sends the form to the server function and shows each event as it comes.
    pub(super) fn run(
        event: &SubmitEvent,
        ends: (FindingWords, FindingWords),
        progress: State<Option<Progress>>,
        running: State<bool>,
        stop: StoredValue<Option<Stop>, Storage>,
        root: Option<NodeRef<Div>>,
    ) {
        leave_field();
        let form = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
        let fields = form.as_ref();
        let fields = fields.and_then(|form| FormData::new_with_form(form).ok());
        let (Some(fields), Ok(controller)) = (fields, AbortController::new()) else {
            return;
        };
        let worker = form.as_ref().and_then(sign_in_worker::take);
        if let Some(form) = &form {
            password_field::hide(form);
            sign_in_worker::clear(form);
        }
        let signal = controller.signal();
        let path = last_test::here();
        let dismissed = Rc::new(Cell::new(false));
        stop.set_value(Some(Stop {
            controller,
            dismissed: dismissed.clone(),
        }));
        progress.set(Some(Progress::default()));
        running.set(true);
        leptos::task::spawn_local(async move {
            let lines = Rc::new(RefCell::new(Vec::new()));
            let received = {
                let (lines, path, dismissed) = (lines.clone(), path.clone(), dismissed.clone());
                move |line: String| {
                    if let Ok(event) = serde_json::from_str(&line)
                        && !dismissed.get()
                    {
                        progress.update(|progress| progress.get_or_insert_default().apply(event));
                        let mut lines = lines.borrow_mut();
                        lines.push(line);
                        last_test::save(&path, &lines, false);
                    }
                }
            };
            match (worker, &form) {
                (Some(worker), Some(form)) => {
                    sign_in_worker::run(worker, form, &fields, &signal, received).await;
                }
                _ => drop(read(&fields, &signal, received).await),
            }
            // How a broken connection failed says nothing to a customer; that it did shows in
            // the missing last line.
            if dismissed.get() {
                return;
            }
            let whole =
                untrack(|| progress.with(|progress| progress.as_ref().is_some_and(|p| p.done)));
            last_test::save(&path, &lines.borrow(), whole);
            progress.update(|progress| {
                let progress = progress.get_or_insert_default();
                if !progress.done {
                    let (lost, stopped) = ends;
                    progress.interrupt(if signal.aborted() { stopped } else { lost });
                }
            });
            running.set(false);
            stop.set_value(None);
            let root = root.and_then(|root| root.get_untracked());
            if let (Some(root), Some(progress)) = (root, untrack(|| progress.with(Clone::clone))) {
                troubleshooter::after_test(&root, &progress);
            }
        });
    }

    /// Reads the answer until it ends or breaks off.
    ///
    /// Leptos' own client for server functions cannot be stopped before the first byte arrives and
    /// hides the body of a refusal, so the request is made here, to the function's own path.
    async fn read(
        fields: &FormData,
        signal: &web_sys::AbortSignal,
        mut received: impl FnMut(String),
    ) -> Option<()> {
        let body = UrlSearchParams::new_with_str_sequence_sequence(fields).ok()?;
        let request = Request::post(TestConnection::PATH).abort_signal(Some(signal));
        let response = request.body(body).ok()?.send().await.ok()?;
        let reader = ReadableStreamDefaultReader::new(&response.body()?).ok()?;
        let mut lines = Lines::default();
        loop {
            let part = JsFuture::from(reader.read()).await.ok()?;
            let get = |name: &str| Reflect::get(&part, &name.into()).ok();
            if get("done")?.is_truthy() {
                return None;
            }
            let chunk = Uint8Array::new(&get("value")?).to_vec();
            for line in lines.push(&chunk) {
                received(line);
            }
        }
    }
}
