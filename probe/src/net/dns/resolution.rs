//! The records of one type of a name, behind all its aliases (CNAME).

use futures_util::StreamExt;
use hickory_resolver::net::xfer::DnsHandle;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::{DnsRequestOptions, DnsResponse, Query, ResponseCode};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};

/// A chain of more aliases than this is taken for a loop. BIND and Unbound give up after 11.
const MAX_ALIASES: usize = 16;

/// The result of following a name.
#[derive(Debug)]
pub(super) struct Resolution {
    /// The names behind the one that was asked for, each an alias of the next.
    pub(super) aliases: Vec<Name>,
    /// The records of the last of them. Never empty.
    pub(super) records: Result<Vec<Record>, NoRecords>,
    /// Whether DNSSEC proves the records and all aliases. Only a handle that validates can say so.
    pub(super) dnssec_validated: bool,
}

/// Why there are no records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoRecords {
    /// The name does not exist (RFC 8020).
    NxDomain,
    /// The name exists and has no record of this type (RFC 2308 §2.2).
    NoData,
    /// The aliases go round in a circle, or on and on (RFC 1034 §3.6.2).
    AliasLoop,
    /// The server answered with this error (RFC 1035 §4.1.1).
    ErrorCode(ResponseCode),
    /// What came is no answer, or could not be fetched whole.
    Malformed,
    /// Nothing came in time.
    Timeout,
    /// This machine could open no socket to ask with.
    NoSocket,
}

/// Queries the records of one type.
///
/// A recursive server follows the aliases itself and puts them all into one answer. Where an answer
/// ends at an alias, the next name is asked for.
pub(super) async fn resolve<H: DnsHandle>(
    handle: &H,
    name: &Name,
    record_type: RecordType,
    options: DnsRequestOptions,
) -> Resolution {
    let mut aliases = Vec::new();
    let mut dnssec_validated = true;
    let records = loop {
        let asked = aliases.last().unwrap_or(name).clone();
        let query = Query::query(asked.clone(), record_type);
        let response = match handle.lookup(query, options).next().await {
            Some(Ok(response)) => response,
            Some(Err(error)) => break Err(classify_error(&error)),
            None => break Err(NoRecords::Timeout),
        };
        let followed = follow_aliases(name, &response.answers, &mut aliases);
        let owner = aliases.last().unwrap_or(name);
        let used = |record: &&Record| {
            let alias = matches!(record.data, RData::CNAME(_));
            record.name == *owner && record.record_type() == record_type || alias
        };
        dnssec_validated &= response
            .answers
            .iter()
            .filter(used)
            .all(|record| record.proof.is_secure());
        if let Err(reason) = followed {
            break Err(reason);
        }
        if let Some(result) = classify_answer(&response, owner, *owner != asked, record_type) {
            break result;
        }
    };
    Resolution {
        dnssec_validated: dnssec_validated && records.is_ok(),
        aliases,
        records,
    }
}

/// Goes along the aliases that an answer has, from where the resolution ends so far.
fn follow_aliases(
    name: &Name,
    answers: &[Record],
    aliases: &mut Vec<Name>,
) -> Result<(), NoRecords> {
    loop {
        let owner = aliases.last().unwrap_or(name);
        let next = answers.iter().find_map(|record| match &record.data {
            RData::CNAME(alias) if record.name == *owner => Some(alias.0.clone()),
            _ => None,
        });
        let Some(next) = next else { return Ok(()) };
        let circle = next == *name || aliases.contains(&next);
        aliases.push(next);
        if circle || aliases.len() > MAX_ALIASES {
            return Err(NoRecords::AliasLoop);
        }
    }
}

/// What an answer says about the name at which it ends, or `None` when that name is to be asked for.
fn classify_answer(
    response: &DnsResponse,
    owner: &Name,
    was_alias: bool,
    record_type: RecordType,
) -> Option<Result<Vec<Record>, NoRecords>> {
    let of_type = |record: &&Record| record.name == *owner && record.record_type() == record_type;
    let records: Vec<Record> = response.answers.iter().filter(of_type).cloned().collect();
    match response.response_code {
        // The code is about the last name of the chain (RFC 2308 §2.1).
        ResponseCode::NXDomain => Some(Err(NoRecords::NxDomain)),
        ResponseCode::NoError if !records.is_empty() => Some(Ok(records)),
        // A zone's SOA record beside the aliases says that their end was looked at.
        ResponseCode::NoError if was_alias && response.soa().is_none() => None,
        ResponseCode::NoError => Some(Err(NoRecords::NoData)),
        code => Some(Err(NoRecords::ErrorCode(code))),
    }
}

fn classify_error(error: &NetError) -> NoRecords {
    match error {
        _ if error.is_nx_domain() => NoRecords::NxDomain,
        NetError::Dns(DnsError::NoRecordsFound(_)) => NoRecords::NoData,
        NetError::Dns(DnsError::ResponseCode(code)) => NoRecords::ErrorCode(*code),
        NetError::Timeout | NetError::NoConnections => NoRecords::Timeout,
        NetError::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => NoRecords::Timeout,
        _ => NoRecords::Malformed,
    }
}
