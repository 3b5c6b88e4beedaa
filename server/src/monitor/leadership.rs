//! Whether this server may monitor now. Of several servers beside each other only one does.

use std::pin::pin;
use std::task::Poll;

use futures_util::future::poll_fn;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// Says whether this server may monitor now.
#[derive(Clone, Debug)]
pub struct Leadership(watch::Receiver<Lead>);

/// Whether a server may monitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lead {
    /// It may not.
    No,
    /// It may until then, if it hears nothing else.
    Until(Instant),
    /// It always may.
    Always,
}

impl Leadership {
    /// This server always may, because it is alone.
    pub fn always() -> Self {
        Self(watch::Sender::new(Lead::Always).subscribe())
    }

    /// Somebody else says so, and the last word holds.
    pub fn told_by(lead: watch::Receiver<Lead>) -> Self {
        Self(lead)
    }

    /// Waits until this server may monitor.
    pub async fn begins(&mut self) {
        if self.0.wait_for(|lead| lead.holds()).await.is_err() {
            // Nobody will say otherwise any more.
            std::future::pending::<()>().await;
        }
    }

    /// Waits until it may not any more.
    pub async fn ends(&mut self) {
        loop {
            let lead = *self.0.borrow_and_update();
            let over = async {
                match lead {
                    Lead::No => {}
                    Lead::Until(end) => passes(end).await,
                    Lead::Always => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = over => return,
                Ok(()) = self.0.changed() => {}
            }
        }
    }
}

impl Lead {
    /// Whether it may now.
    pub fn holds(self) -> bool {
        match self {
            Self::No => false,
            Self::Until(end) => Instant::now() < end,
            Self::Always => true,
        }
    }
}

/// Waits until this time has passed. It looks at the clock whenever it is asked, because the timer of a program that
/// was frozen may be late.
async fn passes(end: Instant) {
    let mut timer = pin!(sleep_until(end));
    poll_fn(|context| match Instant::now() >= end {
        true => Poll::Ready(()),
        false => timer.as_mut().poll(context),
    })
    .await;
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt;
    use tokio::time::sleep;

    use super::*;

    #[tokio::test]
    async fn the_last_word_holds() {
        let mut alone = Leadership::always();
        alone.begins().await;
        assert!(alone.ends().now_or_never().is_none());
        let lead = watch::Sender::new(Lead::No);
        let mut one = Leadership::told_by(lead.subscribe());
        assert!(one.begins().now_or_never().is_none());
        lead.send_replace(Lead::Always);
        one.begins().await;
        assert!(one.ends().now_or_never().is_none());
        lead.send_replace(Lead::No);
        one.ends().await;
        drop(lead);
        assert!(one.begins().now_or_never().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_ends_unless_it_is_renewed_in_time() {
        let lease = || Lead::Until(Instant::now() + Duration::from_secs(9));
        let lead = watch::Sender::new(lease());
        let mut one = Leadership::told_by(lead.subscribe());
        one.begins().await;
        for _ in 0..3 {
            sleep(Duration::from_secs(8)).await;
            lead.send_replace(lease());
            assert!(one.ends().now_or_never().is_none());
        }
        let mut ends = Box::pin(one.ends());
        assert!(ends.as_mut().now_or_never().is_none());
        let begin = Instant::now();
        ends.as_mut().await;
        assert_eq!(begin.elapsed(), Duration::from_secs(9));
        drop(ends);
        assert!(one.begins().now_or_never().is_none());
        // Also when the last word was said long ago.
        lead.send_replace(Lead::Until(Instant::now()));
        assert!(one.ends().now_or_never().is_some());
    }
}
