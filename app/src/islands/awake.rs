//! Whether every island of the page is awake.
//!
//! The islands are hydrated one after the other, with pauses in which the page answers: the customer types,
//! the browser fills in a field, timers and promises end. An island that is hydrated expects the markup
//! that the server rendered. So until the last one is awake all state reads as on the server, no
//! handler acts, and nothing begins.

use leptos::prelude::*;

/// State that an island renders. Until the page is awake it reads as the default, with which the server
/// has rendered it, whoever wrote to it and when.
pub(super) struct State<T: 'static>(RwSignal<T>);

impl<T: Default + Send + Sync + 'static> State<T> {
    /// The state as the server renders it.
    pub(super) fn new() -> Self {
        Self(RwSignal::new(T::default()))
    }

    /// Reads the value, and follows it.
    pub(super) fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        if is_awake() {
            self.0.with(read)
        } else {
            read(&T::default())
        }
    }

    /// Changes the value.
    #[cfg(feature = "hydrate")]
    pub(super) fn update(self, change: impl FnOnce(&mut T)) {
        self.0.update(change);
    }

    /// Puts another value in place of this one.
    pub(super) fn set(self, value: T) {
        self.0.set(value);
    }
}

impl<T> Clone for State<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for State<T> {}

/// A handler that leaves the event to the browser until the page is awake.
pub(super) fn only_awake<E>(mut handler: impl FnMut(E)) -> impl FnMut(E) {
    move |event| {
        if untrack(is_awake) {
            handler(event);
        }
    }
}

/// What comes first when the page is awake.
#[derive(Clone, Copy)]
pub(super) enum Phase {
    /// Fields take in what was typed and what is remembered.
    Fields,
    /// The parts of the page begin, and one of them may submit these fields.
    Parts,
}

#[cfg(feature = "hydrate")]
pub(super) use browser::{is_awake, when_awake};

#[cfg(not(feature = "hydrate"))]
pub(super) use server::{is_awake, when_awake};

#[cfg(not(feature = "hydrate"))]
mod server {
    use super::Phase;

    /// Nothing is hydrated on the server.
    pub(in crate::islands) const fn is_awake() -> bool {
        false
    }

    pub(in crate::islands) fn when_awake(_phase: Phase, _act: impl FnOnce() + 'static) {}
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::cell::RefCell;

    use leptos::prelude::*;
    use leptos::wasm_bindgen::prelude::wasm_bindgen;

    use super::Phase;

    /// The actions that wait for one phase.
    type Waiting = RefCell<Vec<Box<dyn FnOnce()>>>;

    thread_local! {
        static AWAKE: ArcRwSignal<bool> = ArcRwSignal::new(false);
        static FIELDS: Waiting = const { Waiting::new(Vec::new()) };
        static PARTS: Waiting = const { Waiting::new(Vec::new()) };
    }

    /// Whether every island of the page is awake.
    pub(in crate::islands) fn is_awake() -> bool {
        AWAKE.with(Get::get)
    }

    /// Acts once every island is awake.
    pub(in crate::islands) fn when_awake(phase: Phase, act: impl FnOnce() + 'static) {
        let waiting = match phase {
            Phase::Fields => &FIELDS,
            Phase::Parts => &PARTS,
        };
        waiting.with_borrow_mut(|waiting| waiting.push(Box::new(act)));
    }

    /// Lets the page begin; its script calls this once it has hydrated every island.
    #[wasm_bindgen]
    pub fn islands_awake() {
        FIELDS.take().into_iter().for_each(|act| act());
        AWAKE.with(|awake| awake.set(true));
        PARTS.take().into_iter().for_each(|act| act());
    }
}
