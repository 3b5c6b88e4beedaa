//! A test runs in a task of its own, however slowly its customer reads.

use futures_util::stream::{BoxStream, StreamExt};
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio_stream::wrappers::UnboundedReceiverStream;

/// Runs a task that sends events, and stops it when nobody can read them any more.
///
/// A stream that is only polled by its reader would stop while the reader does not read: deadlines would not
/// be checked and the permit would not be released. Events that are not read yet are buffered without a
/// limit, because a test has a limited number of them.
pub(super) fn detach<T, F>(task: impl FnOnce(UnboundedSender<T>) -> F) -> BoxStream<'static, T>
where
    T: Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let (sender, receiver) = mpsc::unbounded_channel();
    let task = task(sender.clone());
    tokio::spawn(async move {
        tokio::select! {
            () = task => {}
            () = sender.closed() => {}
        }
    });
    UnboundedReceiverStream::new(receiver).boxed()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::time::{Instant, sleep, timeout};

    use super::*;

    /// Sends ten events in ten seconds, and holds something until it ends.
    async fn events(held: Arc<()>, sender: UnboundedSender<usize>) {
        for event in 0..10 {
            sleep(Duration::from_secs(1)).await;
            let _ = sender.send(event);
        }
        drop(held);
    }

    #[tokio::test(start_paused = true)]
    async fn it_ends_though_nobody_reads_and_loses_nothing() {
        let held = Arc::new(());
        let unread = detach(|sender| events(Arc::clone(&held), sender));
        sleep(Duration::from_secs(11)).await;
        assert_eq!(Arc::strong_count(&held), 1);
        assert_eq!(unread.collect::<Vec<_>>().await, Vec::from_iter(0..10));
    }

    #[tokio::test(start_paused = true)]
    async fn it_stops_when_its_reader_goes_away() {
        let held = Arc::new(());
        let mut read = detach(|sender| events(Arc::clone(&held), sender));
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
