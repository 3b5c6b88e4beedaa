//! Whether anything happens on a connection.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, sleep_until};

/// How long a connection may stay without its first request.
pub(super) const FIRST: Duration = Duration::from_secs(10);

/// How long it may stay without another one.
pub(super) const NEXT: Duration = Duration::from_secs(60);

/// The requests of one connection. HTTP/1 has limits of its own for most of this; a client of HTTP/2
/// could say nothing at all, or answer pings for ever.
#[derive(Clone)]
pub(super) struct Activity(Arc<Mutex<State>>);

struct State {
    open: usize,
    /// Until when it may stay without a request.
    until: Instant,
}

type Answer = Result<Response, Infallible>;

/// A request that is not answered yet.
struct Open(Activity);

impl Activity {
    /// A connection that has just begun.
    pub(super) fn begin() -> Self {
        Self(Arc::new(Mutex::new(State {
            open: 0,
            until: Instant::now() + FIRST,
        })))
    }

    /// A request comes. It is answered when its body is there to the end, or nobody wants it any more.
    pub(super) fn request<F>(&self, answered: F) -> impl Future<Output = Answer> + use<F>
    where
        F: Future<Output = Answer>,
    {
        self.state().open += 1;
        let open = Open(self.clone());
        async move {
            let response = answered.await?;
            Ok(response.map(|body| holding(body, open)))
        }
    }

    /// Ends when nothing has happened for too long. It looks now and then: to be told of every request
    /// would cost each of them more than it is worth.
    pub(super) async fn ends(&self) {
        loop {
            let look = match *self.state() {
                // Whenever it is answered, the connection may stay longer than that.
                State { open: 1.., .. } => Instant::now() + NEXT,
                State { until, .. } if until <= Instant::now() => return,
                State { until, .. } => until,
            };
            sleep_until(look).await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.open -= 1;
        state.until = Instant::now() + NEXT;
    }
}

/// The body of an answer, which is not given until it was read.
struct Held {
    body: Body,
    _open: Open,
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

fn holding(body: Body, open: Open) -> Body {
    // What is at its end is not read any more, so nothing would drop it early.
    if body.is_end_stream() {
        return body;
    }
    Body::new(Held { body, _open: open })
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use http_body_util::BodyExt;
    use tokio::time::timeout;

    use super::*;

    /// How long the connection still has, in seconds, if nothing happens for ten minutes.
    async fn left(activity: &Activity) -> Option<u64> {
        let begin = Instant::now();
        let ended = timeout(Duration::from_secs(600), activity.ends()).await;
        ended.ok().map(|()| begin.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_ends_when_nothing_is_asked_and_not_while_an_answer_is_read() {
        let activity = Activity::begin();
        assert_eq!(left(&activity).await, Some(FIRST.as_secs()));

        let activity = Activity::begin();
        let answering = activity.request(async { Ok("long".into_response()) });
        assert_eq!(left(&activity).await, None);
        let answer = answering.await.unwrap();
        assert_eq!(answer.body().size_hint().exact(), Some(4));
        assert_eq!(left(&activity).await, None);
        let body = answer.into_body().collect().await.unwrap();
        assert_eq!(body.to_bytes(), "long");
        assert_eq!(left(&activity).await, Some(NEXT.as_secs()));

        // Who goes away before the answer waits for nothing any more.
        let activity = Activity::begin();
        drop(activity.request(std::future::pending()));
        assert_eq!(left(&activity).await, Some(NEXT.as_secs()));

        let activity = Activity::begin();
        let empty = activity.request(async { Ok(().into_response()) }).await;
        assert_eq!(left(&activity).await, Some(NEXT.as_secs()));
        drop(empty);
    }
}
