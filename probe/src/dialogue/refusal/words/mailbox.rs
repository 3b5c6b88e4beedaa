//! Words of servers that open no mailbox although they have accepted the password.

use super::Row;
use crate::outcome::Outcome::*;

pub(super) const ROWS: &[Row] = &[
    // Who is kept out is a program or a place that the server does not know.
    (
        MailboxRefused,
        &[
            "unsafe|not safe|untrusted|not trusted|unknown client|unrecognized client|unrecognised client|\
          unsupported client|unauthorized client|client id|introduce yourself|introduce itself|id command|\
          不安全|不受信任",
        ],
    ),
    (
        MailboxRefused,
        &[
            " identify",
            "client|program|yourself|itself| app |application|must|please|software",
        ],
    ),
    // Files and stores, which are the server's own.
    (
        MailboxFault,
        &[
            "permission denied|authenticated but not connected|internal error|server error|i o error|input output|\
          no such file|read only file|corrupt",
        ],
    ),
    (
        MailboxFault,
        &[
            "cannot open|can not open|cant open|could not open|couldnt open|failed to open|unable to open",
            "!quota| full|lock|in use|another|too many|disabled|not enabled|suspended|deactivated|switched off",
        ],
    ),
    // Without a reason: whoever may sign in may not go on.
    (
        MailboxRefused,
        &[
            "access denied|access is denied|zugriff verweigert|acces refuse|acceso denegado|acesso negado|\
          accesso negato|toegang geweigerd|odmowa dostepu|доступ запрещен|拒绝访问|拒絕訪問|アクセスが拒否",
            "! imap| pop | pop3|account|mailbox|using password|too many",
        ],
    ),
];
