//! Words about this client and about the load of the server, whoever wants to sign in.

use super::Row;
use crate::outcome::Outcome::*;

pub(super) const ROWS: &[Row] = &[
    (
        RateLimited,
        &[
            "rate limit|ratelimit|throttl|frequency limit|too many failed|too many login|too many auth|\
          too many bad|too many invalid|too many incorrect|too many wrong|too many attempt|too many password|\
          login attempts|failed attempts|too frequent|too often",
        ],
    ),
    (
        GreetingBusy,
        &[
            "too many|too much|maximum number of|connection limit|auth process|anzahl verbindungen|connections exceeded|session limit|try again|\
          try later|come back|later please|temporar| busy|overload|over load|heavy load|load average|high load|\
          maintenance|shutting down|shut down|shutdown|going down|restarting|service unavailable|\
          service not available|currently unavailable|server unavailable|not available at|out of memory|\
          out of resources|insufficient resources|insufficient system|no resources|wartung|zu viele|uberlast|\
          spater|trop de|plus tard|mantenimiento|demasiad|mas tarde|manutencao|muitas conex|\
          manutenzione|troppe|piu tardi|onderhoud|te veel|konserwac|zbyt wiele|техническ|слишком много|позже|\
          维护|維護|连接过多|稍后|稍後|繁忙|メンテナンス|混雑|しばらく",
        ],
    ),
    (
        GreetingRefused,
        &[
            "access denied|access refused|access restricted|access is denied|access not|access forbidden|\
          not allowed to connect|not permitted to connect|not authorized to connect|connection denied|\
          connection rejected|connection not allowed|connection refused|connections not|no connections from|\
          connections from|go away|not welcome|policy|helo command rejected|ehlo command rejected|\
          unauthorized access|prohibited|forbidden|blocked|banned|reverse dns|rdns| ptr |reverse lookup|\
          reverse hostname|reputation|zugriff verweigert|gesperrt|acces refuse|acceso denegado|acesso negado|\
          accesso negato|toegang geweigerd|odmowa dostepu|доступ запрещен|拒绝|拒絕|拒否",
        ],
    ),
];

/// What keeps this client out, whatever the code.
pub(super) const BLOCK_LIST: &[Row] = &[
    (
        GreetingRefused,
        &[
            "spamhaus|spamcop|barracuda|uceprotect|dnsbl| rbl |blacklist|black list|blocklist|block list|\
          blocked using|denylist|not whitelisted|not in whitelist|you have been banned|you are banned|\
          you have been blocked|you are blocked|fail2ban|intrusion",
        ],
    ),
    (
        GreetingRefused,
        &[
            " ip | ips |ip address| your host| client host|your network|your country|your location|client address|\
          your address|remote address",
            "blocked|banned|denied|not allowed|rejected|forbidden|not permitted|prohibited|refused|barred| listed",
            "!too many|backend|database|upstream|temporar|e mail|email|sender|account",
        ],
    ),
];
