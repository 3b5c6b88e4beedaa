//! Whether this server may monitor now. Of several servers beside each other only one does.

use tokio::sync::watch;

/// Says whether this server may monitor now.
#[derive(Clone, Debug)]
pub struct Leadership(watch::Receiver<bool>);

impl Leadership {
    /// This server always may, because it is alone.
    pub fn always() -> Self {
        Self(watch::Sender::new(true).subscribe())
    }

    /// Somebody else says so, and the last word holds.
    pub fn told_by(lead: watch::Receiver<bool>) -> Self {
        Self(lead)
    }

    /// Waits until this server may monitor.
    pub async fn begins(&mut self) {
        self.becomes(true).await;
    }

    /// Waits until it may not any more.
    pub async fn ends(&mut self) {
        self.becomes(false).await;
    }

    async fn becomes(&mut self, wanted: bool) {
        if self.0.wait_for(|leads| *leads == wanted).await.is_err() {
            // Nobody will say otherwise any more.
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn the_last_word_holds() {
        let mut alone = Leadership::always();
        alone.begins().await;
        assert!(alone.ends().now_or_never().is_none());
        let lead = watch::Sender::new(false);
        let mut one = Leadership::told_by(lead.subscribe());
        assert!(one.begins().now_or_never().is_none());
        lead.send_replace(true);
        one.begins().await;
        assert!(one.ends().now_or_never().is_none());
        lead.send_replace(false);
        one.ends().await;
        drop(lead);
        assert!(one.begins().now_or_never().is_none());
    }
}
