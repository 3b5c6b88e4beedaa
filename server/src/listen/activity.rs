//! When a connection has been idle, or its client has read nothing, for too long.

use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use ipnet::IpNet;
use tokio::time::{Instant, sleep_until};

use crate::limits::per_client::PerClientPermit;

/// How long a connection may stay without its first request.
pub(super) const FIRST_REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// How long it may stay without another one.
pub(super) const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a client may leave the next chunk of an answer unread. The server writes more often than that,
/// also during a test.
pub(super) const STALL_TIMEOUT: Duration = Duration::from_secs(60);

/// How much of an answer is handed over at once, in bytes. What was handed over counts as read, although it
/// lies in the buffers of the connection, so it must be little.
const MAX_CHUNK_LEN: usize = 16 * 1024;

/// The requests of one connection. HTTP/1 has timeouts of its own for most of this; a client of HTTP/2
/// could send no request, read nothing of what it asked for, or answer pings for ever.
#[derive(Clone)]
pub(super) struct Activity(Arc<Mutex<State>>);

struct State {
    /// How many requests are not answered to their end.
    open: usize,
    /// Until when the connection may stay without a request.
    idle_deadline: Instant,
    /// When the client last read a chunk of each answer.
    last_read: HashMap<u64, Instant>,
    /// How many answers there were.
    answers: u64,
}

type Answer = Result<Response, Infallible>;

/// A request that is not answered to its end, and the permit for it.
struct OpenRequest {
    activity: Activity,
    _permit: Option<PerClientPermit<IpNet>>,
}

impl Activity {
    /// A connection that has just begun.
    pub(super) fn begin() -> Self {
        Self(Arc::new(Mutex::new(State {
            open: 0,
            idle_deadline: Instant::now() + FIRST_REQUEST_TIMEOUT,
            last_read: HashMap::new(),
            answers: 0,
        })))
    }

    /// Counts a request until the body of its answer has been read to the end or dropped; then its permit is
    /// released.
    pub(super) fn request<F>(
        &self,
        permit: Option<PerClientPermit<IpNet>>,
        answered: F,
    ) -> impl Future<Output = Answer> + use<F>
    where
        F: Future<Output = Answer>,
    {
        self.state().open += 1;
        let open = OpenRequest {
            activity: self.clone(),
            _permit: permit,
        };
        async move {
            let response = answered.await?;
            Ok(response.map(|body| chunked(body, open)))
        }
    }

    /// Waits until a deadline has passed. It wakes up only at deadlines: to be notified of every request
    /// would cost each of them more than it is worth.
    pub(super) async fn expired(&self) {
        loop {
            let now = Instant::now();
            let deadline = {
                let state = self.state();
                let oldest = state.last_read.values().min();
                let stalled = oldest.map(|last_read| *last_read + STALL_TIMEOUT);
                // An open request has no deadline of its own here; when it ends, the idle timeout begins.
                let idle = if state.open > 0 {
                    now + IDLE_TIMEOUT
                } else {
                    state.idle_deadline
                };
                stalled.map_or(idle, |stalled| stalled.min(idle))
            };
            if deadline <= now {
                return;
            }
            sleep_until(deadline).await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        let mut state = self.activity.state();
        state.open -= 1;
        state.idle_deadline = Instant::now() + IDLE_TIMEOUT;
    }
}

/// The body of an answer, handed over in chunks, so that it is known whether the client reads any of it.
struct ChunkedBody {
    body: Body,
    /// What the body has produced and was not handed over yet.
    rest: Bytes,
    number: u64,
    open: OpenRequest,
}

impl HttpBody for ChunkedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
            match frame.map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(data))) => self.rest = data,
                Some(Ok(Err(other))) => return Poll::Ready(Some(Ok(other))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        let len = self.rest.len().min(MAX_CHUNK_LEN);
        let chunk = self.rest.split_to(len);
        let number = self.number;
        self.open
            .activity
            .state()
            .last_read
            .insert(number, Instant::now());
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.rest.len() as u64;
        let body = self.body.size_hint();
        let mut both = SizeHint::new();
        both.set_lower(body.lower() + rest);
        if let Some(upper) = body.upper() {
            both.set_upper(upper + rest);
        }
        both
    }
}

impl Drop for ChunkedBody {
    fn drop(&mut self) {
        self.open.activity.state().last_read.remove(&self.number);
    }
}

fn chunked(body: Body, open: OpenRequest) -> Body {
    // An empty body is never polled, so its request must end here.
    if body.is_end_stream() {
        return body;
    }
    let number = {
        let mut state = open.activity.state();
        state.answers += 1;
        let number = state.answers;
        state.last_read.insert(number, Instant::now());
        number
    };
    Body::new(ChunkedBody {
        body,
        rest: Bytes::new(),
        number,
        open,
    })
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use http_body_util::BodyExt;
    use tokio::time::{sleep, timeout};

    use super::*;

    /// How long the connection still has, in seconds, if nothing happens for ten minutes.
    async fn left(activity: &Activity) -> Option<u64> {
        let begin = Instant::now();
        let ended = timeout(Duration::from_secs(600), activity.expired()).await;
        ended.ok().map(|()| begin.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_ends_when_nothing_is_asked_and_not_while_an_answer_is_read() {
        let activity = Activity::begin();
        assert_eq!(left(&activity).await, Some(FIRST_REQUEST_TIMEOUT.as_secs()));

        let activity = Activity::begin();
        let answering = activity.request(None, async { Ok("long".into_response()) });
        assert_eq!(left(&activity).await, None);
        let answer = answering.await.unwrap();
        assert_eq!(answer.body().size_hint().exact(), Some(4));
        let body = answer.into_body().collect().await.unwrap();
        assert_eq!(body.to_bytes(), "long");
        assert_eq!(left(&activity).await, Some(IDLE_TIMEOUT.as_secs()));

        // Who goes away before the answer waits for nothing any more.
        let activity = Activity::begin();
        drop(activity.request(None, std::future::pending()));
        assert_eq!(left(&activity).await, Some(IDLE_TIMEOUT.as_secs()));

        let activity = Activity::begin();
        let empty = activity
            .request(None, async { Ok(().into_response()) })
            .await;
        assert_eq!(left(&activity).await, Some(IDLE_TIMEOUT.as_secs()));
        drop(empty);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_is_cut_off_whatever_else_it_asks() {
        let activity = Activity::begin();
        let long = vec![7; 3 * MAX_CHUNK_LEN + 1];
        let answer = activity.request(None, async { Ok(long.clone().into_response()) });
        let mut answer = answer.await.unwrap().into_body();
        // Slow, but it takes something.
        let mut read = 0;
        for _ in 0..2 {
            sleep(STALL_TIMEOUT - Duration::from_secs(1)).await;
            assert!(timeout(Duration::ZERO, activity.expired()).await.is_err());
            let left = answer.size_hint().exact().unwrap();
            assert_eq!(left, (long.len() - read) as u64);
            let piece = answer.frame().await.unwrap().unwrap().into_data().unwrap();
            assert_eq!(piece.len(), MAX_CHUNK_LEN);
            read += piece.len();
        }
        // Other requests on the same connection do not make up for it.
        let other = async {
            loop {
                sleep(Duration::from_secs(1)).await;
                let other = activity
                    .request(None, async { Ok("short".into_response()) })
                    .await;
                other.unwrap().into_body().collect().await.unwrap();
            }
        };
        let begin = Instant::now();
        tokio::select! {
            () = activity.expired() => {}
            () = other => {}
        }
        assert_eq!(begin.elapsed(), STALL_TIMEOUT);
        // What a client takes to its end is forgotten.
        let rest = answer.collect().await.unwrap().to_bytes();
        assert_eq!(rest.len(), long.len() - read);
        assert!(activity.state().last_read.is_empty());
    }
}
