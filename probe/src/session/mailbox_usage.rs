//! Whether a mailbox is full.

use crate::dialogue::{MailboxUsage, Quota};
use crate::outcome::Outcome;

/// From this part of its limit on, a mailbox is nearly full.
const NEARLY_FULL_PERCENT: u128 = 90;

/// The fuller of the two ways to count is what stops new mail.
pub(super) fn fullness(usage: MailboxUsage) -> Outcome {
    let quotas = [usage.storage, usage.messages].into_iter().flatten();
    let outcomes = quotas.filter_map(|Quota { used, limit }| match limit? {
        limit if used >= limit => Some(Outcome::MailboxFull),
        limit if u128::from(used) * 100 > u128::from(limit) * NEARLY_FULL_PERCENT => {
            Some(Outcome::MailboxNearlyFull)
        }
        _ => None,
    });
    outcomes
        .max_by_key(|outcome| outcome.severity())
        .unwrap_or(Outcome::Ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mailboxes_are_nearly_full_above_nine_tenths() {
        for (used, limit, outcome) in [
            (0, 100, Outcome::Ok),
            (90, 100, Outcome::Ok),
            (91, 100, Outcome::MailboxNearlyFull),
            (99, 100, Outcome::MailboxNearlyFull),
            (100, 100, Outcome::MailboxFull),
            (101, 100, Outcome::MailboxFull),
            (0, 0, Outcome::MailboxFull),
            (u64::MAX - 1, u64::MAX, Outcome::MailboxNearlyFull),
        ] {
            let quota = Some(Quota {
                used,
                limit: Some(limit),
            });
            let half = Some(Quota {
                used: 1,
                limit: Some(2),
            });
            let unlimited = Some(Quota { used, limit: None });
            for (storage, messages) in [
                (quota, None),
                (None, quota),
                (quota, half),
                (half, quota),
                (quota, unlimited),
            ] {
                let usage = MailboxUsage { storage, messages };
                assert_eq!(fullness(usage), outcome, "{used} of {limit}: {usage:?}");
            }
        }
    }
}
