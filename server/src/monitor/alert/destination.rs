//! A queue of alerts that nobody waits for, and the task that sends them, again and again until they are taken.

use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt, join_all};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::time::sleep;

use super::model::Alert;

/// So many alerts wait at most. Where nobody takes them, the newer ones are lost; the log has them all.
const MAX_WAITING: usize = 256;

/// Pauses before another try, in seconds: an outage of half an hour is survived.
const PAUSES: [u64; 7] = [1, 5, 15, 60, 180, 600, 1200];

/// Where alerts go.
#[derive(Clone, Debug)]
pub struct Destination {
    name: &'static str,
    queue: Sender<Alert>,
}

/// Why alerts were not taken.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// They may be taken later.
    Later(String),
    /// They never will be.
    Never(String),
}

/// Sends alerts to one place.
pub trait AlertSender: Send + Sync {
    /// So many alerts go together at most.
    const TOGETHER: usize;

    /// How long others are waited for that go together.
    const GATHERING: Duration;

    /// Sends these, all or none. It comes to an end by itself.
    fn send(&self, alerts: &[Alert]) -> BoxFuture<'_, Result<(), Refusal>>;
}

/// What sends the alerts, for ever.
#[derive(Default)]
pub struct Workers(Vec<BoxFuture<'static, ()>>);

impl Destination {
    /// Alerts go here by `sender`, which works in `workers`. The name stands in the log.
    pub fn new(
        name: &'static str,
        sender: impl AlertSender + 'static,
        workers: &mut Workers,
    ) -> Self {
        let (queue, waiting) = mpsc::channel(MAX_WAITING);
        workers.0.push(work(name, sender, waiting).boxed());
        Self { name, queue }
    }

    /// Queues an alert.
    pub fn send(&self, alert: Alert) {
        if self.queue.try_send(alert).is_err() {
            tracing::error!(to = self.name, "an alert is lost, because too many wait");
        }
    }
}

impl Workers {
    /// Sends alerts for ever.
    pub async fn run(self) {
        join_all(self.0).await;
        std::future::pending::<()>().await;
    }
}

async fn work<S: AlertSender>(name: &'static str, sender: S, mut waiting: Receiver<Alert>) {
    let mut alerts = Vec::new();
    while let Some(first) = waiting.recv().await {
        alerts.push(first);
        if S::TOGETHER > 1 {
            sleep(S::GATHERING).await;
            while alerts.len() < S::TOGETHER
                && let Ok(next) = waiting.try_recv()
            {
                alerts.push(next);
            }
        }
        deliver(name, &sender, &alerts).await;
        alerts.clear();
    }
}

async fn deliver(name: &'static str, sender: &impl AlertSender, alerts: &[Alert]) {
    let count = alerts.len();
    for pause in PAUSES.map(Some).into_iter().chain([None]) {
        let (cause, pause) = match (sender.send(alerts).await, pause) {
            (Ok(()), _) => return,
            (Err(Refusal::Later(cause)), Some(pause)) => (cause, pause),
            (Err(Refusal::Later(cause) | Refusal::Never(cause)), _) => {
                tracing::error!(to = name, count, cause, "alerts are not taken and given up");
                return;
            }
        };
        tracing::warn!(
            to = name,
            count,
            cause,
            seconds = pause,
            "alerts are not taken, another try follows"
        );
        // Of several servers that send at once not all come back at once.
        sleep(Duration::from_secs(pause).mul_f64(1.0 + 0.2 * fastrand::f64())).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::time::Instant;

    use super::super::message::tests::alert;
    use super::*;

    type Answer = fn(usize) -> Result<(), Refusal>;

    /// Answers each try by its number, and notes when it came and with how many alerts.
    struct Scripted<const TOGETHER: usize> {
        answer: Answer,
        tries: Arc<Mutex<Vec<(Instant, usize)>>>,
    }

    impl<const TOGETHER: usize> AlertSender for Scripted<TOGETHER> {
        const TOGETHER: usize = TOGETHER;
        const GATHERING: Duration = Duration::from_secs(5);

        fn send(&self, alerts: &[Alert]) -> BoxFuture<'_, Result<(), Refusal>> {
            let mut tries = self.tries.lock().unwrap();
            tries.push((Instant::now(), alerts.len()));
            let answer = (self.answer)(tries.len());
            async move { answer }.boxed()
        }
    }

    /// The tries within a day for so many alerts: how many seconds after the first, and with how many.
    async fn tries<const TOGETHER: usize>(alerts: usize, answer: Answer) -> Vec<(u64, usize)> {
        let tries = Arc::default();
        let mut workers = Workers::default();
        let sender = Scripted::<TOGETHER> {
            answer,
            tries: Arc::clone(&tries),
        };
        let destination = Destination::new("test", sender, &mut workers);
        (0..alerts).for_each(|_| destination.send(alert(None)));
        let day = Duration::from_secs(86_400);
        tokio::time::timeout(day, workers.run()).await.unwrap_err();
        let tries = tries.lock().unwrap();
        let seconds = |at: Instant| (at - tries[0].0).as_secs();
        tries
            .iter()
            .map(|(at, count)| (seconds(*at), *count))
            .collect()
    }

    #[tokio::test(start_paused = true)]
    async fn alerts_are_sent_again_until_they_are_taken_or_refused() {
        assert_eq!(tries::<1>(2, |_| Ok(())).await, [(0, 1), (0, 1)]);
        let found = tries::<1>(2, |number| match number {
            1..=3 => Err(Refusal::Later("busy".to_owned())),
            _ => Ok(()),
        });
        let found = found.await;
        // After one, five and fifteen seconds and up to a fifth more, and then the next alert.
        assert_eq!(found.len(), 5, "{found:?}");
        for ((at, _), (from, to)) in found
            .iter()
            .zip([(0, 0), (1, 1), (6, 7), (21, 25), (21, 25)])
        {
            assert!((from..=to).contains(at), "{found:?}");
        }
        let found = tries::<1>(1, |_| Err(Refusal::Later("busy".to_owned()))).await;
        assert_eq!(found.len(), PAUSES.len() + 1);
        let given_up = found[PAUSES.len()].0;
        assert!((2061..=2474).contains(&given_up), "{found:?}");
        let found = tries::<1>(1, |_| Err(Refusal::Never("gone".to_owned()))).await;
        assert_eq!(found.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn alerts_go_together_and_too_many_are_lost() {
        assert_eq!(tries::<100>(3, |_| Ok(())).await, [(0, 3)]);
        let found = tries::<100>(MAX_WAITING + 50, |_| Ok(())).await;
        let counts: Vec<usize> = found.iter().map(|(_, count)| *count).collect();
        assert_eq!(counts, [100, 100, MAX_WAITING - 200]);
    }
}
