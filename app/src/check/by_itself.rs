//! A test goes on by itself, however slowly its customer reads.

use std::pin::pin;

use futures_util::stream::{self, BoxStream, Stream, StreamExt};
use tokio::sync::mpsc;

/// Runs the stream in a task of its own, and stops it when nobody can read it any more.
///
/// A stream that is only driven by its reader would stand still while the reader does not read: its
/// deadlines would not pass, and its place would not become free. What is not read yet is kept; a test
/// says only so much.
pub(super) fn by_itself<T: Send + 'static>(
    events: impl Stream<Item = T> + Send + 'static,
) -> BoxStream<'static, T> {
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut events = pin!(events);
        loop {
            let event = tokio::select! {
                event = events.next() => event,
                () = sender.closed() => None,
            };
            let Some(event) = event else { break };
            if sender.send(event).is_err() {
                break;
            }
        }
    });
    stream::unfold(receiver, async |mut receiver| {
        let event = receiver.recv().await?;
        Some((event, receiver))
    })
    .boxed()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::time::{Instant, sleep, timeout};

    use super::*;

    /// Ten events in ten seconds, and something that is held until the stream is dropped.
    fn events(held: Arc<()>) -> impl Stream<Item = usize> + Send + 'static {
        stream::iter(0..10).then(move |event| {
            let held = Arc::clone(&held);
            async move {
                sleep(Duration::from_secs(1)).await;
                drop(held);
                event
            }
        })
    }

    #[tokio::test(start_paused = true)]
    async fn it_ends_though_nobody_reads_and_loses_nothing() {
        let held = Arc::new(());
        let unread = by_itself(events(Arc::clone(&held)));
        sleep(Duration::from_secs(11)).await;
        assert_eq!(Arc::strong_count(&held), 1);
        assert_eq!(unread.collect::<Vec<_>>().await, Vec::from_iter(0..10));
    }

    #[tokio::test(start_paused = true)]
    async fn it_stops_when_its_reader_goes_away() {
        let held = Arc::new(());
        let mut read = by_itself(events(Arc::clone(&held)));
        read.next().await;
        drop(read);
        let begin = Instant::now();
        let stopped = async {
            while Arc::strong_count(&held) > 1 {
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(Duration::from_secs(5), stopped).await.unwrap();
        assert!(begin.elapsed() < Duration::from_secs(1));
    }
}
