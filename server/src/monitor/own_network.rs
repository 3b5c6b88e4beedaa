//! Whether it is the network of this machine that does not work. Then nothing is said of any server.
//!
//! A check that reaches nothing asks hosts that always answer. If they are silent, too, and a second look a moment
//! later finds the same, with no other check between them that says anything else, the fault is here.

use app::status::Event;
use time::UtcDateTime;

/// What the looks have found so far.
#[derive(Debug, Default)]
pub struct OwnNetwork {
    first_silence: Option<UtcDateTime>,
}

impl OwnNetwork {
    /// A check found that nothing answers, and the hosts that always do neither. `down` is whether that is told
    /// already.
    pub fn is_silent(&mut self, at: UtcDateTime, down: bool) -> Option<Event> {
        match self.first_silence {
            Some(first) if !down => Some(Event::OwnNetworkDown(Some(first))),
            Some(_) => None,
            None => {
                self.first_silence = Some(at);
                None
            }
        }
    }

    /// A check has found something of a server, good or bad.
    pub fn answers(&mut self, down: bool) -> Option<Event> {
        self.first_silence = None;
        down.then_some(Event::OwnNetworkDown(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_network_is_down_after_two_silent_looks_and_until_anything_answers() {
        let at = |seconds: i64| UtcDateTime::from_unix_timestamp(1_700_000_000 + seconds).unwrap();
        for (looks, told) in [
            ("..", ""),
            ("s", ""),
            ("s.s", ""),
            ("ss", "down since 0"),
            (".ss", "down since 1"),
            ("ssss", "down since 0"),
            ("ssss.", "down since 0, up"),
            ("ss..s.ss", "down since 0, up, down since 6"),
        ] {
            let (mut network, mut down, mut events) = (OwnNetwork::default(), false, Vec::new());
            for (second, look) in (0..).zip(looks.chars()) {
                let event = match look {
                    's' => network.is_silent(at(second), down),
                    _ => network.answers(down),
                };
                if let Some(Event::OwnNetworkDown(since)) = event {
                    down = since.is_some();
                    events.push(match since {
                        Some(since) => format!("down since {}", (since - at(0)).whole_seconds()),
                        None => "up".to_owned(),
                    });
                }
            }
            assert_eq!(events.join(", "), told, "{looks}");
        }
    }
}
