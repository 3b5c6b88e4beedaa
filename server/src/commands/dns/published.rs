//! What the DNS says under the names of records.

use std::net::IpAddr;

use app::setup::write::zone::{ZoneData, ZoneRecord};
use futures_util::future::join_all;
use probe::HostName;
use probe::net::{Probe, ServiceLocation};

/// What was found where a record should be; `None` where the DNS does not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Published {
    /// Of a record SRV.
    Services(Option<Vec<ServiceLocation>>),
    /// Of a name for a host: its addresses, and those of the host.
    Addresses {
        /// Of the name.
        found: Option<Vec<IpAddr>>,
        /// Of the host.
        wanted: Option<Vec<IpAddr>>,
    },
    /// Of a record TXT or TLSA: the values as in a zone file.
    Values(Option<Vec<String>>),
}

/// Asks for every record.
pub(super) async fn ask(probe: &Probe, records: &[ZoneRecord]) -> Vec<Published> {
    join_all(records.iter().map(|record| ask_one(probe, record))).await
}

async fn ask_one(probe: &Probe, record: &ZoneRecord) -> Published {
    let name = &record.name;
    match &record.data {
        ZoneData::Srv { .. } => Published::Services(probe.service_locations(name).await),
        ZoneData::Cname(host) => Published::Addresses {
            found: addresses(probe, name).await,
            wanted: probe.addresses(host).await,
        },
        ZoneData::Address(address) => Published::Addresses {
            found: addresses(probe, name).await,
            wanted: Some(vec![*address]),
        },
        ZoneData::Txt(_) => Published::Values(probe.texts(name).await),
        ZoneData::Tlsa(_) => Published::Values(probe.certificate_associations(name).await),
    }
}

async fn addresses(probe: &Probe, name: &str) -> Option<Vec<IpAddr>> {
    match name.parse::<HostName>() {
        Ok(host) => probe.addresses(&host).await,
        Err(_) => Some(Vec::new()),
    }
}
