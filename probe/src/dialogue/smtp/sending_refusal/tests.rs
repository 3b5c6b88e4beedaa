//! The wordings of real servers, and addresses and links that only look like them.

use super::MailCommand::{Data, EndOfData, Mail, Rcpt, Rset};
use super::*;

#[test]
fn neither_addresses_nor_links_decide() {
    for (command, code, text, expected) in [
        (
            Rcpt,
            550,
            "5.1.1 <abuse@example.net>: User unknown",
            RecipientRefused,
        ),
        (
            Rcpt,
            550,
            "5.1.1 <spam@banned.test>... unknown, see https://example.test/spam",
            RecipientRefused,
        ),
        (Rcpt, 550, "5.2.1 blocked@example.net", RecipientRefused),
        (
            Mail,
            553,
            "5.7.1 <greylist@example.net>: no, see www.example.test/relay-denied",
            SenderRefused,
        ),
        (
            Mail,
            550,
            "5.7.1 rejected:<suspended@example.net>(example.test/abuse)",
            SendingRefused,
        ),
        (
            Rcpt,
            452,
            "4.2.2 <abuse@example.net> Mailbox is full",
            MailboxFull,
        ),
    ] {
        let reply = Reply::of(code, text);
        assert_eq!(judge(command, &reply), Some(expected), "{code} {text}");
    }
}

#[test]
fn who_may_not_send_is_told_from_what_may_not_be_sent() {
    for (text, expected) in [
        (
            "Your account has been suspended due to abuse",
            SendingBlocked,
        ),
        ("Daily limit of recipients reached", SendingBlocked),
        ("You have reached your hourly sending limit", SendingBlocked),
        ("Too many recipients today", SendingBlocked),
        ("Outgoing mail is disabled for this mailbox", SendingBlocked),
        ("Sender blocked", SendingBlocked),
        ("Access denied, bad outbound sender", SendingBlocked),
        ("Versand gesperrt", SendingBlocked),
        ("You are not allowed to send messages", SendingBlocked),
        (
            "Sending rejected: you have been blocked for sending spam",
            SendingBlocked,
        ),
        (
            "You are not allowed to send from this address",
            SenderRefused,
        ),
        (
            "The sender address does not match the account",
            SenderRefused,
        ),
        ("Sender address is not allowed.", SenderRefused),
        ("Envelope sender must be equal to the login", SenderRefused),
        ("Diese Absenderadresse ist nicht erlaubt", SenderRefused),
        ("Sender address rejected: Domain not found", SenderRefused),
        (
            "Relaying denied. Proper authentication required.",
            RelayingDenied,
        ),
        ("We do not relay", RelayingDenied),
        ("You must authenticate first", RelayingDenied),
        ("The quota of the mailbox is exceeded", MailboxFull),
        ("Postfach ist voll", MailboxFull),
        ("The relay host cannot be reached", SendingFault),
    ] {
        for line in [text.to_owned(), format!("5.7.1 <jane@example.net>: {text}")] {
            let reply = Reply::of(550, &line);
            assert_eq!(judge(Mail, &reply), Some(expected), "{line}");
        }
    }
}

#[test]
fn the_place_of_the_client_is_told_from_its_account() {
    check(&[
        (
            "554 5.7.1 Client host [192.0.2.7] blocked using zen.spamhaus.org",
            GreetingRefused,
        ),
        (
            "550 5.7.606 Access denied, banned sending IP [192.0.2.7]",
            GreetingRefused,
        ),
        (
            "550 5.7.1 messages from [192.0.2.7] weren't sent, part of their network is on our block list (S3140)",
            GreetingRefused,
        ),
        ("550 192.0.2.7 is listed on RBL", GreetingRefused),
        ("550 Your IP is blacklisted", GreetingRefused),
        ("550 Your network is blocked", GreetingRefused),
        ("550 Dynamic IP address not allowed", GreetingRefused),
        ("554 5.7.25 Reverse DNS lookup failed", GreetingRefused),
        ("550 No PTR record: rejected", GreetingRefused),
        ("550 You are not allowed to connect", GreetingRefused),
        (
            "554 5.7.1 <x[192.0.2.7]>: Client host rejected: Access denied",
            GreetingRefused,
        ),
        (
            "550 Connections not accepted from servers without a valid sender domain",
            GreetingRefused,
        ),
        (
            "550 SC-001 Mail rejected by Outlook.com for policy reasons",
            GreetingRefused,
        ),
        (
            "550 5.7.708 traffic not accepted from this IP",
            GreetingRefused,
        ),
        ("550 Invalid HELO name", GreetingRefused),
        (
            "550 5.1.8 Access denied, bad outbound sender AS(42004)",
            SendingBlocked,
        ),
        ("550 You have been blocked for sending spam", SendingBlocked),
        ("550 5.7.1 Your account is on a blacklist", SendingBlocked),
    ]);
}

#[test]
fn more_words_of_each_kind() {
    check(&[
        ("550 Sender verify failed", SenderRefused),
        (
            "550 Verification failed for <jane@example.net>",
            SenderRefused,
        ),
        ("550 Bad sender", SenderRefused),
        ("550 Unknown sender", SenderRefused),
        ("550 envelope sender not allowed", SenderRefused),
        ("550 From address is not permitted", SenderRefused),
        ("553 must be the authenticated user", SenderRefused),
        ("550 Return-Path must match login", SenderRefused),
        ("550 this address may not send", SenderRefused),
        ("550 #5.1.0 Address rejected.", SenderRefused),
        ("535 5.7.1 Sender not authorised", SenderRefused),
        ("554 refused mailfrom because of SPF policy", SenderRefused),
        (
            "553 5.7.1 <a@example.net>: Sender address rejected: not logged in",
            SenderRefused,
        ),
        ("550 Expéditeur refusé", SenderRefused),
        ("550 Mittente non valido", SenderRefused),
        (
            "530 5.7.57 Client not authenticated to send mail",
            RelayingDenied,
        ),
        ("530 SMTP authentication is required.", RelayingDenied),
        ("503 5.5.1 Error: authentication required", RelayingDenied),
        ("503 need AUTH command first", RelayingDenied),
        ("550 Please turn on SMTP Authentication", RelayingDenied),
        (
            "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
            RelayingDenied,
        ),
        ("550 Relay verweigert", RelayingDenied),
        ("550 Relais refusé", RelayingDenied),
        ("551 User not local", RelayingDenied),
        ("530 5.7.0 Must issue a STARTTLS command first", TlsRequired),
        ("523 5.7.10 Encryption needed", TlsRequired),
        ("421 4.7.0 Try again later", SendingDeferred),
        ("421 Too many connections, slow down", SendingDeferred),
        ("421 4.4.5 Server busy", SendingDeferred),
        (
            "421 4.3.2 System not accepting network messages",
            SendingDeferred,
        ),
        ("421 4.4.0 cannot reach the queue", SendingFault),
        ("451 4.3.5 Server configuration problem", SendingFault),
        ("553 5.3.5 system config error", SendingFault),
        ("552 Sender quota exceeded", SendingBlocked),
        ("552 Message quota exceeded for today", SendingBlocked),
        ("550 Message rate exceeded", SendingBlocked),
        (
            "550 Your domain has exceeded the max emails per hour (125/100)",
            SendingBlocked,
        ),
        ("550 Tageslimit erreicht", SendingBlocked),
        ("550 quota d'envoi dépassé", SendingBlocked),
        (
            "552 5.2.2 Mailbox size limit exceeded, sending is blocked",
            MailboxFull,
        ),
        (
            "552 Requested mail action aborted: exceeded storage allocation",
            MailboxFull,
        ),
        ("552 Mailbox voll", MailboxFull),
        ("554 5.7.1 Greylisted for good", SendingRefused),
    ]);
    for (line, expected) in [
        (
            "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)",
            RecipientRefused,
        ),
        (
            "554 delivery error: dd This user doesn't have a yahoo.com account",
            RecipientRefused,
        ),
        (
            "554 30 Sorry, your message cannot be delivered. This mailbox is disabled",
            RecipientRefused,
        ),
        ("541 Recipient rejected", RecipientRefused),
        (
            "550 mx.antispamcloud.com: No such user here",
            RecipientRefused,
        ),
        (
            "550 5.1.1 <spam@example.net>: too many spam traps",
            RecipientRefused,
        ),
        (
            "550 5.7.133 sender not authenticated for group",
            RecipientRefused,
        ),
        (
            "550 5.1.0 sender rejected : invalid sender domain",
            SenderRefused,
        ),
        (
            "571 Delivery not authorized, message refused",
            SendingRefused,
        ),
    ] {
        let (code, text) = line.split_once(' ').unwrap();
        let reply = Reply::of(code.parse().unwrap(), text);
        assert_eq!(judge(Rcpt, &reply), Some(expected), "{line}");
    }
}

/// To MAIL.
fn check(rows: &[(&str, Outcome)]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(line, expected)| {
            let (code, text) = line.split_once(' ')?;
            let found = judge(Mail, &Reply::of(code.parse().ok()?, text));
            (found != Some(*expected)).then(|| format!("{line:?} is {found:?} and not {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn words_then_codes_then_the_command_decide() {
    for (command, code, text, expected) in [
        (Mail, 250, "2.1.0 Ok", None),
        (Rcpt, 251, "will forward", None),
        (
            Rcpt,
            553,
            "5.7.1 <a@b>: Sender address rejected: not owned by user c@d",
            Some(SenderRefused),
        ),
        (
            Mail,
            501,
            "mail from address must be same as authorization user",
            Some(SenderRefused),
        ),
        (
            Mail,
            550,
            "5.7.60 SMTP; Client does not have permissions to send as this sender",
            Some(SenderRefused),
        ),
        (Mail, 553, "sorry", Some(SenderRefused)),
        (Mail, 550, "5.1.0 No such user here", Some(SenderRefused)),
        (
            Rcpt,
            554,
            "5.7.1 <a@b>: Relay access denied",
            Some(RelayingDenied),
        ),
        (Rcpt, 550, "5.7.1 Unable to relay", Some(RelayingDenied)),
        (Rcpt, 550, "relay not permitted", Some(RelayingDenied)),
        (
            Mail,
            530,
            "5.7.0 Authentication required",
            Some(RelayingDenied),
        ),
        (
            Rcpt,
            550,
            "5.1.1 <a@b>: Recipient address rejected",
            Some(RecipientRefused),
        ),
        (Rcpt, 550, "no", Some(RecipientRefused)),
        (Rcpt, 550, "User unknown", Some(RecipientRefused)),
        (Rcpt, 552, "5.2.2 Mailbox full", Some(MailboxFull)),
        (
            Rcpt,
            452,
            "4.2.2 The email account is over quota",
            Some(MailboxFull),
        ),
        (
            Mail,
            550,
            "5.4.5 Daily user sending quota exceeded",
            Some(SendingBlocked),
        ),
        (
            Mail,
            554,
            "5.7.1 Your account sent spam and is blocked",
            Some(SendingBlocked),
        ),
        (
            Mail,
            450,
            "4.7.1 Error: too many messages",
            Some(SendingBlocked),
        ),
        (Mail, 550, "5.7.1 Message refused", Some(SendingRefused)),
        (Mail, 554, "no", Some(SendingRefused)),
        (Mail, 550, "", Some(SendingRefused)),
        (Mail, 550, "5.7.1 Access denied", Some(SendingRefused)),
        (Mail, 550, "5.7.26 no", Some(SendingRefused)),
        (Rcpt, 554, "no", Some(SendingRefused)),
        (EndOfData, 554, "5.7.1 no", Some(SendingRefused)),
        (EndOfData, 554, "5.6.0 no", Some(SendingRefused)),
        (
            Rcpt,
            554,
            "5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org",
            Some(GreetingRefused),
        ),
        (Mail, 550, "5.1.90 no", Some(SendingBlocked)),
        (Mail, 550, "5.7.503 no", Some(SendingBlocked)),
        (Mail, 553, "5.1.8 no", Some(SenderRefused)),
        (Mail, 550, "5.1.7 no", Some(SenderRefused)),
        (Mail, 530, "what?", Some(RelayingDenied)),
        (
            Mail,
            530,
            "5.7.0 Must issue a STARTTLS command first",
            Some(TlsRequired),
        ),
        (
            Mail,
            554,
            "5.3.0 RuntimeError: no threads",
            Some(SendingFault),
        ),
        (Mail, 550, "5.3.0 no", Some(SendingFault)),
        (Mail, 554, "Internal error", Some(SendingFault)),
        (Mail, 451, "4.3.0 Internal error", Some(SendingDeferred)),
        (Rcpt, 550, "User database unavailable", Some(SendingFault)),
        (
            Rcpt,
            450,
            "4.2.0 <a@b>: Greylisted, see postgrey",
            Some(Greylisted),
        ),
        (
            Rcpt,
            451,
            "4.7.1 Please try again in 300 seconds",
            Some(Greylisted),
        ),
        (
            Rcpt,
            451,
            "4.3.0 Temporary lookup failure",
            Some(SendingDeferred),
        ),
        (
            Rcpt,
            450,
            "4.1.1 User unknown in local table",
            Some(SendingDeferred),
        ),
        (
            Mail,
            452,
            "4.3.1 Insufficient system storage",
            Some(SendingDeferred),
        ),
        (
            Mail,
            421,
            "4.4.0 [mail] Failed to connect to relay server",
            Some(SendingFault),
        ),
        (Mail, 421, "4.3.2 shutting down", Some(SendingFault)),
        (Mail, 500, "5.5.1 what?", Some(SendingFault)),
        (Mail, 354, "go on", Some(MalformedReply)),
        (Data, 354, "End data with <CR><LF>.<CR><LF>", None),
        (Data, 250, "what?", Some(MalformedReply)),
        (
            Data,
            554,
            "5.5.1 Error: no valid recipients",
            Some(SendingFault),
        ),
        (EndOfData, 250, "2.0.0 Ok: queued", None),
        (
            EndOfData,
            554,
            "5.7.1 This looks like spam",
            Some(SendingBlocked),
        ),
        (EndOfData, 452, "4.2.2 over quota", Some(MailboxFull)),
        (Rset, 250, "ok", None),
        (Rset, 502, "what?", None),
        (Rset, 421, "4.4.2 timeout", Some(SendingFault)),
    ] {
        let reply = Reply::of(code, text);
        assert_eq!(
            judge(command, &reply),
            expected,
            "{command:?} {code} {text}"
        );
    }
}
