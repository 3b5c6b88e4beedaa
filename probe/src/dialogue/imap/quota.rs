//! How full a mailbox is (RFC 9208).

use crate::dialogue::results::{MailboxUsage, Quota};

/// The usage that the untagged lines of a response report. Of several quotas the fullest counts, because
/// it is the first to stop new mail.
pub(super) fn usage(lines: &[String]) -> MailboxUsage {
    let fullest = |resource| {
        let quotas = lines.iter().filter_map(|line| quota(line, resource));
        quotas.max_by(|left, right| fill_ratio(left).total_cmp(&fill_ratio(right)))
    };
    let bytes = |units: u64| units.checked_mul(1024);
    let storage = fullest("STORAGE").and_then(|Quota { used, limit }| {
        Some(Quota {
            used: bytes(used)?,
            limit: match limit {
                Some(limit) => Some(bytes(limit)?),
                None => None,
            },
        })
    });
    MailboxUsage {
        storage,
        messages: fullest("MESSAGE"),
    }
}

/// Reads one resource of `QUOTA "root" (STORAGE 10 512 MESSAGE 3 100)` (RFC 9208 §5.1). The unit of
/// storage is 1024 bytes.
fn quota(line: &str, resource: &str) -> Option<Quota> {
    let (word, rest) = line.split_once(' ')?;
    if !word.eq_ignore_ascii_case("QUOTA") {
        return None;
    }
    let (_, resources) = rest.rsplit_once('(')?;
    let resources = resources.strip_suffix(')')?;
    let words: Vec<&str> = resources.split_ascii_whitespace().collect();
    let found = words
        .chunks_exact(3)
        .find(|words| words[0].eq_ignore_ascii_case(resource))?;
    Some(Quota {
        used: found[1].parse().ok()?,
        // No mailbox is meant to hold nothing: where servers write 0, they mean that there is no limit.
        limit: Some(found[2].parse().ok()?).filter(|limit| *limit > 0),
    })
}

fn fill_ratio(quota: &Quota) -> f64 {
    let limit = quota.limit.unwrap_or(u64::MAX);
    quota.used as f64 / (limit as f64).max(1.0)
}
