//! Words of servers that take no mail although they have accepted the password.
//!
//! Whose address it is stands before what the account may not do, and that before what is wrong with a mailbox,
//! because the longer explanations of a block also name the sender and the recipient.

use super::Row;
use crate::outcome::Outcome::*;

/// Words with which a block is of the account, and not of the place from which this client connects.
pub(super) const OF_ACCOUNT: &str =
    "account|mailbox|for sending|sending spam|limit|quota|too many|relay";

pub(super) const ROWS: &[Row] = &[
    (
        Greylisted,
        &["greylist|graylist|grey list|gray list|postgrey|greylisted"],
    ),
    // The server's own way on.
    (
        SendingFault,
        &[
            "relay server|relay host|relayhost|remote server|smarthost|smart host|upstream|backend|back end",
            "connect|lost|fail|unavailable|timed out|timeout| down|reach|not respond",
        ],
    ),
    // It forgets that there was encryption, or a sign-in.
    (
        TlsRequired,
        &["starttls|encryption required|encryption needed|tls required|must use tls"],
    ),
    (
        RelayingDenied,
        &[
            "authentication required|authentication is required|requires authentication|must authenticate|\
          must be authenticated|authenticate first|please authenticate|not authenticated|auth required|\
          need auth|turn on smtp authentication|log in first|login first|sign in first",
            "!spf|dkim|dmarc|domain|for group|sender address",
        ],
    ),
    (
        RelayingDenied,
        &["rcpthosts|user not local|credentials for relay"],
    ),
    (
        RelayingDenied,
        &[
            " relay| relais",
            "denied|not permitted|not allowed|prohibited|refused|rejected|forbidden|disallowed|unable to|cannot|\
          can not| cant | do not | dont |does not|will not| wont |not authorized|not authorised|no relay|\
          not enabled|disabled|verweigert|refuse|denegad|negad",
        ],
    ),
    // Whose address it is.
    (
        SenderRefused,
        &[
            "not owned by|not own |mail from refused|refused mailfrom|sender id pra| spf |not logged in|must be the auth|\
          no mailbox for sender|sender has no|address may not send|verification failed for|not your own|sendas|send as|send on behalf|send from another|\
          sender mismatch|sender address mismatch|gehort nicht zu|nappartient pas|no pertenece|nao pertence|\
          non appartiene",
        ],
    ),
    (
        SenderRefused,
        &[
            "same as|equal|match|differ|correspond|identical| belong|same user",
            " auth|login|log in|logged in|signed in|account| user|mailbox",
            "sender|from|address|envelope|return path|does not belong",
            "!recipient",
        ],
    ),
    (
        SenderRefused,
        &[
            "not allowed|not permitted|not authorized|not authorised|unauthorized|unauthorised|permission|may not|\
          cannot|can not| cant |unable to|not verified|unverified|not confirmed|nicht erlaubt|non autorise|\
          no autorizado|nao autorizado|non autorizzato",
            "this sender|sender address|as sender|sender domain|from this address|from that address|from address|\
          from the address|with this address|using this address|this from|mail from|absenderadresse|absender|\
          expediteur|remitente|remetente|mittente",
            "! spam|suspend|abuse|blocked|banned|limit|compromis|temporar|try again|try later",
        ],
    ),
    // The place from which this client connects, and not the account.
    (
        GreetingRefused,
        &[
            "spamhaus|spamcop|mailspike|barracuda|uceprotect|sorbs|dnsbl| rbl|block list|blocklist|blacklist|\
          blocked using|csi blocked| ip | ips |ip address|dynamic ip|dial up|dialup|client host|your host|\
          your network|your country|your location|client address|remote address|reverse dns|rdns| ptr | helo| ehlo|\
          to connect|connections not accepted|reputation",
            "block|banned|denied|not allowed|not accepted|reject|forbidden|not permitted|prohibited|refused| listed|\
          missing|no reverse|cannot find|does not|invalid|fail|dial up|dialup|weren|reputation",
            "!account|mailbox|too many|limit|quota|for sending|sending spam",
        ],
    ),
    (
        GreetingRefused,
        &["for policy reasons|traffic not accepted"],
    ),
    (
        SendingBlocked,
        &[
            "bad outbound sender|rate exceeded|max emails|max defers|tageslimit|unusual sending|quota denvoi|\
          limite di invio|limite denvoi|limite de envio|sender quota|submission quota|message quota|unusual rate",
        ],
    ),
    (
        MailboxFull,
        &["mailbox size limit|mailbox voll|uberfullt|exceeded storage allocation|maildrop is full"],
    ),
    (
        SendingRefused,
        &["message content rejected|content rejected"],
    ),
    (
        MailboxFull,
        &[
            "over quota|overquota|mailbox full|mailbox is full|mailbox has reached|storage allocation|\
          mailbox quota|storage quota|disk quota|insufficient storage|postfach voll|postfach ist voll|\
          boite pleine|buzon lleno|casella piena|caixa cheia|邮箱已满|ящик переполнен",
            "!insufficient system",
        ],
    ),
    (
        MailboxFull,
        &[
            "quota",
            "exceed| full|reached",
            "!daily|hourly|sending|outbound|outgoing|per day|per hour|message quota|messages|recipients|emails| sent ",
        ],
    ),
    // What the account may not do now.
    (
        SendingBlocked,
        &[
            " spam|垃圾邮件|спам|suspicious|compromised|hacked|abuse|abusive|suspended|banned|blacklist|black list|\
          blocklist|block list|bad outbound|not a robot|prove you are|rate limit|ratelimit|throttl|too much mail|\
          too fast|too quickly|gesperrt|suspendu|suspendid|bloquead|sospes|bloccat|zablokowan|заблокирован|封禁|冻结",
        ],
    ),
    (
        SendingBlocked,
        &[
            "daily|hourly|per day|per hour|per minute|24 hour|sending|outbound|outgoing|messages|mails|emails|\
          message limit|recipient| sent ",
            "limit|quota|too many|maximum number",
            "! size|too large|too big|connection|session",
        ],
    ),
    (
        SendingBlocked,
        &[
            "sending|outgoing|outbound|to send|versand|envoi| envio|invio|wysylani|отправк",
            "disabled|blocked|deactivated|restricted|locked|not allowed|not permitted|prohibited|forbidden|denied|\
          switched off|turned off|stopped|not enabled|deaktiviert|desactive|desactivad|desativad|disattivat|\
          отключен|запрещен",
        ],
    ),
    (
        SendingBlocked,
        &[
            "account| user|sender",
            "blocked|disabled|locked|deactivated|frozen|on hold",
            "!recipient|temporar|unavailable|file",
        ],
    ),
    (
        SenderRefused,
        &[
            "sender|mail from|mailfrom|return path|envelope from|from address|absender|expediteur|mittente|\
          remitente|remetente",
            "rejected| bad |permitted|not allowed|not authorised|not authorized|ungultig|abgelehnt|refuse|rechazad|rejeitad|\
          rifiutat|non valid|invalide|unzulassig|refused|denied|not accepted|invalid|not valid|unknown|not found|not exist|doesnt exist|\
          not local|forbidden|disallowed|verify fail|verification fail",
            "!temporar|try again|try later|recipient|for group",
        ],
    ),
    // What is wrong with a mailbox.
    (
        RecipientRefused,
        &[
            "user|recipient|mailbox|address|account|empfanger|destinataire|destinatari|收件人|получател",
            "unknown|no such|not found|not exist|doesnt exist|unavailable|invalid|undeliverable|unrouteable|\
          unroutable|not local|no mailbox|unbekannt|inconnu|desconocid|sconosciut|不存在|не существует",
            "!database|server|service|backend|lookup|temporar",
        ],
    ),
    (
        RecipientRefused,
        &[
            "recipient",
            "rejected|refused|denied|not accepted|not allowed|disabled|inactive|blocked",
        ],
    ),
    (
        RecipientRefused,
        &["doesnt have a |not a local user|mailbox is disabled|mailbox disabled|for group"],
    ),
];
