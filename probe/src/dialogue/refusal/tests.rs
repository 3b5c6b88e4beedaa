//! The wordings of real servers, and words that only look like them.

use super::*;
use crate::outcome::Outcome::*;
use crate::stage::Stage;

fn imap(line: &str) -> Outcome {
    let (code, words) = bracketed(line);
    of_sign_in(Answer::Imap { code, words })
}

fn pop3(line: &str) -> Outcome {
    let (code, words) = bracketed(line);
    of_sign_in(Answer::Pop3 { code, words })
}

fn smtp(line: &str) -> Outcome {
    with_smtp(line, of_sign_in)
}

fn with_smtp<T>(line: &str, judge: impl Fn(Answer<'_>) -> T) -> T {
    let (code, words) = line.split_once(' ').unwrap_or((line, ""));
    let first = words.split(' ').next().unwrap_or_default();
    let is_enhanced = first.split('.').count() == 3 && first.starts_with(['4', '5']);
    judge(Answer::Smtp {
        code: code.parse().unwrap(),
        enhanced: if is_enhanced { first } else { "" },
        words,
    })
}

fn bracketed(line: &str) -> (&str, &str) {
    let code = line.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    code.unwrap_or(("", line))
}

fn check(judge: impl Fn(&str) -> Outcome, rows: &[(&str, Outcome)]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter(|(line, outcome)| judge(line) != *outcome)
        .map(|(line, outcome)| format!("{line:?} is {} and not {outcome}", judge(line)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// In IMAP and POP3 without a code, and in SMTP with one that servers give for everything.
fn check_words(rows: &[(&str, Outcome)]) {
    check(imap, rows);
    check(pop3, rows);
    check(|words| smtp(&format!("535 {words}")), rows);
    check(|words| smtp(&format!("535 5.7.8 Error: {words}")), rows);
    check(
        |words| imap(&format!("[AUTHENTICATIONFAILED] {words}")),
        rows,
    );
    check(|words| imap(&format!("[ALERT] {words}")), rows);
    check(|words| pop3(&format!("[AUTH] {words}")), rows);
}

#[test]
fn a_wrong_password_is_named_by_a_code_or_by_words() {
    check_words(&[
        ("Authentication failed.", WrongCredentials),
        ("authentication failure", WrongCredentials),
        ("Authentication unsuccessful", WrongCredentials),
        ("Authentication declined", WrongCredentials),
        ("Authentication credentials invalid", WrongCredentials),
        ("Invalid credentials (Failure)", WrongCredentials),
        ("Invalid authentication credentials.", WrongCredentials),
        ("Login failed: authentication failure", WrongCredentials),
        ("Login failed: user not found", WrongCredentials),
        ("Login incorrect", WrongCredentials),
        ("Invalid login", WrongCredentials),
        ("Invalid login or password", WrongCredentials),
        ("Bad login", WrongCredentials),
        ("Sign-on failed!", WrongCredentials),
        ("Password incorrect", WrongCredentials),
        ("incorrect password or account name", WrongCredentials),
        ("LOGIN User name or passwd rejected", WrongCredentials),
        (
            "Logon failure: unknown user name or bad password.",
            WrongCredentials,
        ),
        ("Incorrect authentication data", WrongCredentials),
        (
            "Username and Password not accepted. Learn more",
            WrongCredentials,
        ),
        (
            "(#MBR1212) Incorrect username or password.",
            WrongCredentials,
        ),
        ("user unknown", WrongCredentials),
        ("no such mailbox", WrongCredentials),
        ("account not found", WrongCredentials),
        ("Authorization failed", WrongCredentials),
        ("Error authenticating", WrongCredentials),
        (
            "Invalid password. Your account will be locked after 2 more failures",
            WrongCredentials,
        ),
        (
            "Wrong password. If you forgot it, please change your password",
            WrongCredentials,
        ),
        (
            "Login failed. Please change your password if you forgot it",
            WrongCredentials,
        ),
        ("no such user", WrongCredentials),
        ("invalid user name", WrongCredentials),
        ("account does not exist, unknown user", WrongCredentials),
        ("no secret in database", WrongCredentials),
        ("ERR.LOGIN.PASSERR", WrongCredentials),
        ("LOGIN Login error password error", WrongCredentials),
        (
            "Authentication failed. Restarting authentication process.",
            WrongCredentials,
        ),
        (
            "Authentication failed, 2 login attempts left",
            WrongCredentials,
        ),
        ("the user credentials were incorrect.", WrongCredentials),
        ("Anmeldung fehlgeschlagen", WrongCredentials),
        ("Benutzername oder Kennwort falsch", WrongCredentials),
        ("Ungültiges Passwort", WrongCredentials),
        ("Zugangsdaten sind nicht korrekt", WrongCredentials),
        ("Identifiant ou mot de passe incorrect", WrongCredentials),
        ("échec de l’authentification", WrongCredentials),
        ("Usuario o contraseña incorrectos", WrongCredentials),
        ("Usuário ou senha inválidos", WrongCredentials),
        ("Nome utente o password errati", WrongCredentials),
        ("Gebruikersnaam of wachtwoord onjuist", WrongCredentials),
        ("Błędny login lub hasło", WrongCredentials),
        ("Nieprawidłowe hasło", WrongCredentials),
        ("Неверный логин или пароль", WrongCredentials),
        ("用户名或密码错误", WrongCredentials),
        ("密码不正确", WrongCredentials),
        (
            "ユーザー名またはパスワードが正しくありません",
            WrongCredentials,
        ),
    ]);
}

#[test]
fn unknown_words_are_not_a_wrong_password() {
    for words in [
        "",
        "no",
        "go away",
        "denied",
        "[unbalanced",
        "computer says no",
        "Sorry.",
        "Error",
        "(reason unavailable)",
        "LOGIN failed.",
        "AUTHENTICATE failed.",
        "Unable to log on",
        "Access denied",
    ] {
        assert_eq!(imap(words), SignInRefused, "{words}");
        assert_eq!(pop3(words), SignInRefused, "{words}");
        assert_eq!(
            imap(&format!("[X-UNHEARD-OF] {words}")),
            SignInRefused,
            "{words}"
        );
        // The code says it.
        assert_eq!(
            imap(&format!("[authenticationfailed] {words}")),
            WrongCredentials,
            "{words}"
        );
        assert_eq!(
            pop3(&format!("[AUTH] {words}")),
            WrongCredentials,
            "{words}"
        );
        assert_eq!(
            smtp(&format!("535 5.7.8 {words}")),
            WrongCredentials,
            "{words}"
        );
    }
}

#[test]
fn a_servers_own_trouble_is_no_wrong_password() {
    check_words(&[
        ("Maildir invalid (no 'cur' directory)", ServerFault),
        ("chdir Maildir failed", ServerFault),
        ("Server error", ServerFault),
        ("LOGIN Server error", ServerFault),
        (
            "Internal error occurred. Refer to server log for more information.",
            ServerFault,
        ),
        ("internal server error", ServerFault),
        ("authentication failed: generic failure", ServerFault),
        ("Login failed: generic failure", ServerFault),
        (
            "authentication failed: Connection lost to authentication server",
            ServerFault,
        ),
        ("connection to the user directory lost", ServerFault),
        ("Could not connect to backend", ServerFault),
        ("Unable to connect to LDAP server", ServerFault),
        ("database query failed", ServerFault),
        (
            "RuntimeError: maximum recursion depth exceeded",
            ServerFault,
        ),
        (
            "Error: (OperationalError) server has gone away",
            ServerFault,
        ),
        ("java.lang.NullPointerException", ServerFault),
        (
            "Access denied for user 'mail' (using password: YES)",
            ServerFault,
        ),
        (
            "Fatal error: Account's mailbox directory is not owned by the correct uid or gid",
            ServerFault,
        ),
        ("Something went wrong", ServerFault),
        ("proxy error", ServerFault),
        ("Auth process not responding", ServerFault),
        ("Unable to open this mailbox.", ServerFault),
        ("Interner Fehler", ServerFault),
        ("erreur interne du serveur", ServerFault),
        ("Внутренняя ошибка", ServerFault),
        ("系统错误", ServerFault),
    ]);
    check_words(&[
        ("Temporary authentication failure.", TemporaryFailure),
        (
            "Temporary problem, please try again later",
            TemporaryFailure,
        ),
        (
            "Password verification temporarily unavailable",
            TemporaryFailure,
        ),
        (
            "Authentication service unavailable, try later",
            TemporaryFailure,
        ),
        ("Server error - Please try again later", TemporaryFailure),
        ("System is down for maintenance", TemporaryFailure),
        ("Server is too busy", TemporaryFailure),
        ("Anmeldung vorübergehend nicht möglich", TemporaryFailure),
        ("Wartungsarbeiten", TemporaryFailure),
        (
            "Service momentanément indisponible, réessayez plus tard",
            TemporaryFailure,
        ),
        ("Сервис временно недоступен", TemporaryFailure),
        ("请稍后再试", TemporaryFailure),
    ]);
}

#[test]
fn another_kind_of_password_is_asked_for_in_many_words() {
    check_words(&[
        (
            "Application-specific password required: https://support.example/185833",
            AppPasswordRequired,
        ),
        (
            "Please log in via your web browser: https://support.example/78754",
            AppPasswordRequired,
        ),
        ("Web login required.", AppPasswordRequired),
        ("Bitte melden Sie sich im Browser an", AppPasswordRequired),
        (
            "Authentication failed. You need to use an app-specific password",
            AppPasswordRequired,
        ),
        (
            "Invalid credentials, use an app password",
            AppPasswordRequired,
        ),
        (
            "NEOBHODIM parol prilozheniya https://help.example/ / Application password is REQUIRED",
            AppPasswordRequired,
        ),
        (
            "Login Fail. Please enter your authorization code to login.",
            AppPasswordRequired,
        ),
        (
            "Two-factor authentication is on for this account",
            AppPasswordRequired,
        ),
        (
            "Anwendungsspezifisches Passwort erforderlich",
            AppPasswordRequired,
        ),
        ("Bitte verwenden Sie ein App-Passwort", AppPasswordRequired),
        (
            "Un mot de passe d'application est nécessaire",
            AppPasswordRequired,
        ),
        (
            "Se requiere una contraseña de aplicación",
            AppPasswordRequired,
        ),
        ("É necessária uma senha de app", AppPasswordRequired),
        ("È richiesta una password per le app", AppPasswordRequired),
        ("App-wachtwoord vereist", AppPasswordRequired),
        ("Wymagane hasło aplikacji", AppPasswordRequired),
        ("Необходим пароль приложения", AppPasswordRequired),
        ("请使用授权码登录", AppPasswordRequired),
        ("アプリ パスワードが必要です", AppPasswordRequired),
    ]);
    check_words(&[
        ("basic authentication is disabled.", BasicAuthenticationOff),
        (
            "Basic Authentication is disabled for the tenant",
            BasicAuthenticationOff,
        ),
        ("Basic auth is no longer supported", BasicAuthenticationOff),
        (
            "Legacy authentication has been blocked",
            BasicAuthenticationOff,
        ),
        (
            "Password authentication is not supported, use OAuth",
            BasicAuthenticationOff,
        ),
        (
            "OAuth 2.0 is required for this server",
            BasicAuthenticationOff,
        ),
        (
            "user is locked by your organization's security defaults policy",
            BasicAuthenticationOff,
        ),
        ("Modern authentication required", BasicAuthenticationOff),
        (
            "Standardauthentifizierung ist deaktiviert",
            BasicAuthenticationOff,
        ),
    ]);
    check_words(&[
        (
            "Unsupported authentication mechanism.",
            PasswordSignInNotOffered,
        ),
        (
            "authentication failed: Invalid authentication mechanism",
            PasswordSignInNotOffered,
        ),
        ("no mechanism available", PasswordSignInNotOffered),
        ("Unrecognized authentication type", PasswordSignInNotOffered),
        ("AUTH mechanism not available", PasswordSignInNotOffered),
        ("mechanism too weak for this user", PasswordSignInNotOffered),
        (
            "SASL authentication failed: invalid credentials",
            WrongCredentials,
        ),
    ]);
    check_words(&[
        ("Password expired", PasswordExpired),
        ("Your password must be changed", PasswordExpired),
        ("Kennwort abgelaufen", PasswordExpired),
        ("Votre mot de passe a expiré", PasswordExpired),
        ("密码已过期", PasswordExpired),
    ]);
}

#[test]
fn ways_that_are_switched_off_are_told_from_accounts_that_are() {
    check_words(&[
        ("IMAP access disabled for this account", AccessSwitchedOff),
        ("POP3 access disabled", AccessSwitchedOff),
        ("Service is disabled for this account", AccessSwitchedOff),
        (
            "SMTP authentication is not enabled for this account",
            AccessSwitchedOff,
        ),
        ("POP3 is not available on your plan", AccessSwitchedOff),
        ("Free users cannot use IMAP", AccessSwitchedOff),
        (
            "Bitte aktivieren Sie IMAP in den Einstellungen",
            AccessSwitchedOff,
        ),
        (
            "Your account is not enabled for IMAP use. Please visit your settings page",
            AccessSwitchedOff,
        ),
        (
            "IMAP access is disabled for your domain. Please contact your domain administrator",
            AccessSwitchedOff,
        ),
        (
            "You are yet to enable IMAP for your account. Please contact your administrator",
            AccessSwitchedOff,
        ),
        ("User is not allowed to use POP3", AccessSwitchedOff),
        ("SMTP access denied for this user", AccessSwitchedOff),
        (
            "SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/x",
            AccessSwitchedOff,
        ),
        (
            "SmtpClientAuthentication is disabled for the Mailbox.",
            AccessSwitchedOff,
        ),
        (
            "This user does not have access rights to this service",
            AccessSwitchedOff,
        ),
        (
            "IMAP ist für dieses Postfach nicht freigeschaltet",
            AccessSwitchedOff,
        ),
        ("L'accès IMAP est désactivé", AccessSwitchedOff),
        ("El acceso POP está deshabilitado", AccessSwitchedOff),
        ("Доступ по IMAP отключён", AccessSwitchedOff),
        ("用户未开启IMAP服务, imap 未开启", AccessSwitchedOff),
    ]);
    check_words(&[
        ("Your account has been disabled", AccountDisabled),
        ("Account is suspended", AccountDisabled),
        ("Account is locked after 5 failures", AccountDisabled),
        ("user is disabled", AccountDisabled),
        ("the mailbox has been deactivated", AccountDisabled),
        ("IMAP login failed: account disabled", AccountDisabled),
        ("Account inactive", AccountDisabled),
        ("Your account is not verified", AccountDisabled),
        ("Login blocked: suspicious activity", AccountDisabled),
        ("Your account has expired", AccountDisabled),
        ("Konto gesperrt", AccountDisabled),
        ("Compte suspendu", AccountDisabled),
        ("Аккаунт заблокирован", AccountDisabled),
        ("账号被冻结", AccountDisabled),
    ]);
    // Who names two causes has not looked which of them it is, and the password is the one to try.
    check_words(&[
        (
            "LOGIN invalid credentials or IMAP is disabled",
            WrongCredentials,
        ),
        (
            "login failure or POP3 disabled, try later.",
            WrongCredentials,
        ),
        (
            "Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, \
             or system is busy",
            WrongCredentials,
        ),
    ]);
    check_words(&[
        ("Not authorized to log in", NotAuthorized),
        ("User has no permission", NotAuthorized),
        ("Login disabled", NotAuthorized),
        ("Please use the server imap2.example.test", NotAuthorized),
        ("Keine Berechtigung", NotAuthorized),
    ]);
    check_words(&[
        (
            "Your message looks like spam. You need to use web for sending or prove you are not a robot using the \
             following link http://example.test/x",
            SendingBlocked,
        ),
        ("Account blocked due to spam", SendingBlocked),
        ("Sending has been suspended for this user", SendingBlocked),
        ("Daily limit of messages reached", SendingBlocked),
    ]);
}

#[test]
fn limits_are_told_from_what_they_are_limits_of() {
    check_words(&[
        (
            "Too many simultaneous connections. (Failure)",
            TooManyConnections,
        ),
        (
            "Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)",
            TooManyConnections,
        ),
        ("connection limit reached", TooManyConnections),
        ("Too many open sessions", TooManyConnections),
        ("Zu viele Verbindungen", TooManyConnections),
        ("Trop de connexions simultanées", TooManyConnections),
        ("连接数过多", TooManyConnections),
    ]);
    check_words(&[
        (
            "Too many login attempts, please try again later.",
            RateLimited,
        ),
        ("too many failed login attempts", RateLimited),
        (
            "Account exceeded command or bandwidth limits. (Failure)",
            RateLimited,
        ),
        ("Превышено количество попыток входа", RateLimited),
        ("user locked out", RateLimited),
        (
            "Your IP has been blocked due to too many failed login attempts",
            RateLimited,
        ),
        (
            "auth failed (this user authenticate too many times)",
            RateLimited,
        ),
        ("(#AUTH005) Too many bad auth attempts.", RateLimited),
        ("Too many invalid passwords", RateLimited),
        (
            "Account locked: too many failed login attempts",
            RateLimited,
        ),
        ("account temporarily locked", RateLimited),
        ("Authentication failed (rate-limit)", RateLimited),
        ("AUTHENTICATE Rate limit hit.", RateLimited),
        ("Exceeded the login limit", RateLimited),
        ("Connection rate limit exceeded", RateLimited),
        ("login frequency limited", RateLimited),
        ("Authentication failure[1]", RateLimited),
        ("Zu viele Anmeldeversuche", RateLimited),
        ("Trop de tentatives de connexion échouées", RateLimited),
        ("Слишком много попыток", RateLimited),
        ("登录过于频繁", RateLimited),
    ]);
    check_words(&[
        ("minimum login interval is 15 minutes", TryLater),
        ("Abruf nur alle 15 Minuten", TryLater),
        ("please wait before the next login", TryLater),
    ]);
    check_words(&[
        ("unable to lock maildrop", MailboxInUse),
        ("mailbox already in use by pid 12345", MailboxInUse),
        ("mailbox temporarily locked", MailboxInUse),
        ("Mailbox is locked by another POP3 session", MailboxInUse),
        ("mailbox is full", MailboxFull),
        ("Postfach voll", MailboxFull),
        ("quota exceeded", MailboxFull),
    ]);
    check_words(&[
        (
            "Plaintext authentication disallowed on non-secure (SSL/TLS) connections.",
            TlsRequired,
        ),
        (
            "Cleartext authentication disallowed on non-secure (SSL/TLS) connections.",
            TlsRequired,
        ),
        ("Must issue a STARTTLS command first", TlsRequired),
        ("encryption needed to use mechanism", TlsRequired),
        (
            "Invalid base64 data in continued response",
            SignInProtocolError,
        ),
        ("Unknown command.", SignInProtocolError),
    ]);
    // The address of the test is shut out, and not the account.
    check_words(&[
        ("client is listed by zen.spamhaus.org", GreetingRefused),
        ("Your IP address is blocked", GreetingRefused),
        ("You have been banned", GreetingRefused),
    ]);
}

#[test]
fn a_warning_of_what_comes_next_is_no_block() {
    check_words(&[
        (
            "You have entered an incorrect password. Your account will be locked after 5 failed attempts",
            WrongCredentials,
        ),
        (
            "Invalid password. After 10 failed logins the IP will be blocked",
            WrongCredentials,
        ),
        (
            "Bad credentials. Too many failures will get your IP blocked",
            WrongCredentials,
        ),
        (
            "Invalid credentials. If your account is disabled, contact support",
            WrongCredentials,
        ),
        (
            "You have 2 attempts left before your account is locked",
            WrongCredentials,
        ),
        ("Wrong password, or you will be banned", WrongCredentials),
    ]);
}

#[test]
fn what_follows_a_failure_is_the_cause() {
    check_words(&[
        (
            "LOGIN failed: Connection limit exceeded",
            TooManyConnections,
        ),
        (
            "AUTHENTICATE failed: maximum sessions reached",
            TooManyConnections,
        ),
        ("Login failed, too many connections", TooManyConnections),
        ("Too many errors on this connection, closing", RateLimited),
        ("login rate exceeded", RateLimited),
        ("Your IP address is temporarily banned", RateLimited),
        ("Your account is not yet verified", AccountDisabled),
        ("account lockout", AccountDisabled),
        ("Login fail. Service is not open.", AccessSwitchedOff),
        ("does not have IMAP access enabled", AccessSwitchedOff),
        ("Please verify your account", AppPasswordRequired),
        (
            "Bitte verwenden Sie das Passwort für E-Mail-Programme",
            AppPasswordRequired,
        ),
        ("ERR.LOGIN.USERNOTEXIST", WrongCredentials),
        ("Unknown domain", WrongCredentials),
        ("Fel lösenord", WrongCredentials),
        ("パスワードが違います", WrongCredentials),
        ("비밀번호가 틀립니다", WrongCredentials),
        ("bad protocol / cancel", SignInProtocolError),
        ("Sorry. (failed by policy)", NotAuthorized),
        ("SQL error", ServerFault),
        ("Service temporairement indisponible", TemporaryFailure),
        (
            "maintenance01.example.test Incorrect authentication data",
            WrongCredentials,
        ),
        (
            "Authentication failed. Server maintenance contact: admin@example.test",
            WrongCredentials,
        ),
        (
            "Authentication failed at <spam@example.test> spamhost.example.org",
            WrongCredentials,
        ),
    ]);
    check(
        smtp,
        &[
            (
                "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded",
                RateLimited,
            ),
            ("432 4.7.12", PasswordExpired),
            (
                "421 4.4.62 Mail sent to the wrong Office 365 region.",
                TemporaryFailure,
            ),
            ("421 4.7.66 TLS 1.0 and 1.1 are not supported", TlsRequired),
            (
                "421 4.7.0 Connection expired, try reconnecting",
                TemporaryFailure,
            ),
            ("421 4.4.2 smtp timeout exceeded", TemporaryFailure),
            ("421 4.7.14 Too many bad commands", RateLimited),
            ("454 4.7.1 login rate exceeded", RateLimited),
            ("454 4.7.0 Wrong password", TemporaryFailure),
            ("554 5.3.0 unexpected failure", ServerFault),
            (
                "502 5.5.2 Error: command not recognized",
                PasswordSignInNotOffered,
            ),
            ("500 unrecognized command", PasswordSignInNotOffered),
            ("530 5.7.0 Authentication required", SignInRefused),
            ("535 mailbox unavailable", SignInRefused),
            ("554 5.5.1 Error: no valid recipients", SignInProtocolError),
            (
                "535 5.7.3 Authentication unsuccessful [LIMIT01.maintenance.prod.outlook.com 2026-01-01]",
                WrongCredentials,
            ),
        ],
    );
}

#[test]
fn imap_codes_are_believed_as_far_as_they_can_be() {
    check(
        imap,
        &[
            ("[authenticationfailed]", WrongCredentials),
            (
                "[WEBALERT https://accounts.example] Web login required.",
                AppPasswordRequired,
            ),
            (
                "[UNAVAILABLE] Temporary authentication failure.",
                TemporaryFailure,
            ),
            ("[UNAVAILABLE] Login failed", TemporaryFailure),
            (
                "[UNAVAILABLE] AUTHENTICATE Server error - Please try again later",
                TemporaryFailure,
            ),
            (
                "[UNAVAILABLE] Maximum number of connections from user+IP exceeded",
                TooManyConnections,
            ),
            ("[TEMPFAIL] oops", TemporaryFailure),
            ("[EXPIRED]", PasswordExpired),
            ("[AUTHORIZATIONFAILED]", NotAuthorized),
            ("[AUTHORIZATIONFAILED] user disabled", AccountDisabled),
            (
                "[AUTHORIZATIONFAILED] IMAP is not enabled for you",
                AccessSwitchedOff,
            ),
            ("[PRIVACYREQUIRED]", TlsRequired),
            ("[CONTACTADMIN]", AccountDisabled),
            ("[LIMIT] Maximum number of connections", TooManyConnections),
            ("[LIMIT] too many", TooManyConnections),
            ("[LIMIT] AUTHENTICATE Rate limit hit.", RateLimited),
            ("[THROTTLED]", RateLimited),
            ("[INUSE]", MailboxInUse),
            ("[OVERQUOTA]", MailboxFull),
            (
                "[OVERQUOTA] Account exceeded bandwidth limits. (Failure)",
                RateLimited,
            ),
            ("[SERVERBUG]", ServerFault),
            ("[SERVERBUG] Internal error occurred.", ServerFault),
            ("[CORRUPTION]", ServerFault),
            ("[REFERRAL imap://evil.example/]", NotAuthorized),
            (
                "[REFERRAL imap://evil.example/] Invalid password",
                NotAuthorized,
            ),
        ],
    );
}

#[test]
fn pop3_codes_are_believed_as_far_as_they_can_be() {
    check(
        pop3,
        &[
            ("[auth]", WrongCredentials),
            ("[AUTH/DETAIL]", WrongCredentials),
            ("[AUTHENTIC]", SignInRefused),
            ("[IN-USE]", MailboxInUse),
            (
                "[IN-USE] Maximum number of connections from user+IP exceeded",
                TooManyConnections,
            ),
            ("[LOGIN-DELAY]", TryLater),
            ("[SYS/TEMP]", TemporaryFailure),
            ("[SYS/TEMP] login failed", TemporaryFailure),
            ("[SYS/TEMP/DB]", TemporaryFailure),
            ("[SYS/PERM]", ServerFault),
            (
                "[SYS/PERM] Unable to open maildrop: Mailbox does not exist",
                ServerFault,
            ),
        ],
    );
}

#[test]
fn smtp_codes_are_believed_as_far_as_they_can_be() {
    check(
        smtp,
        &[
            ("535", WrongCredentials),
            ("535 5.7.1", WrongCredentials),
            (
                "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6",
                WrongCredentials,
            ),
            (
                "535 5.7.8 Error: authentication failed: (reason unavailable)",
                WrongCredentials,
            ),
            ("535 5.7.139 Authentication unsuccessful", SignInRefused),
            (
                "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.",
                WrongCredentials,
            ),
            (
                "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated \
                 successfully. Contact your administrator.",
                NotAuthorized,
            ),
            ("534 5.7.9", AppPasswordRequired),
            (
                "534 5.7.9 Authentication mechanism is too weak",
                PasswordSignInNotOffered,
            ),
            (
                "534 5.7.14 Please log in via your web browser",
                AppPasswordRequired,
            ),
            ("526 Authentication failure[0]", WrongCredentials),
            ("526 Authentication failure[1]", RateLimited),
            (
                "454 4.7.0 Temporary authentication failure",
                TemporaryFailure,
            ),
            (
                "454 4.7.0 Temporary authentication failure: Connection lost to authentication server",
                TemporaryFailure,
            ),
            (
                "454 4.7.0 Too many login attempts, please try again later.",
                RateLimited,
            ),
            (
                "451 4.7.0 Temporary server error. Please try again later. PRX5",
                TemporaryFailure,
            ),
            ("435 Unable to authenticate at present", TemporaryFailure),
            (
                "432 4.7.12 A password transition is needed",
                PasswordExpired,
            ),
            ("525 5.7.13", AccountDisabled),
            ("523 5.7.10", TlsRequired),
            ("538 5.7.11", TlsRequired),
            ("530 5.7.0 Must issue a STARTTLS command first", TlsRequired),
            (
                "504 5.5.4 Unrecognized authentication type",
                PasswordSignInNotOffered,
            ),
            (
                "504 5.7.4 Encryption required for requested mechanism",
                TlsRequired,
            ),
            (
                "503 5.5.1 AUTH command used when not advertised",
                PasswordSignInNotOffered,
            ),
            ("500 5.5.6", SignInProtocolError),
            ("501 5.5.2", SignInProtocolError),
            ("501 5.7.0 Authentication aborted", SignInProtocolError),
            ("501 Authentication failed", WrongCredentials),
            ("421 4.7.0 Too many errors", RateLimited),
            ("421 4.7.0 Too many connections", TooManyConnections),
            (
                "421 4.7.0 Temporary System Problem. Try again later.",
                TemporaryFailure,
            ),
            ("421 4.3.2 Service not available", TemporaryFailure),
            ("450", TemporaryFailure),
            ("550 5.7.14", SignInRefused),
            ("550 5.7.1", SignInRefused),
            ("550", SignInRefused),
            ("550 5.7.1 Access denied", SignInRefused),
            ("551", SignInRefused),
            ("551 no", SignInRefused),
            (
                "551 User not local; please try <jane@example.test>",
                NotAuthorized,
            ),
            ("554", SignInRefused),
            ("554 5.7.1 no", SignInRefused),
            ("554 5.7.1 You have no permission", NotAuthorized),
            ("556 what?", SignInRefused),
            ("571 5.7.1 computer says no", SignInRefused),
            ("550 java.lang.IllegalStateException", ServerFault),
            ("550 5.1.1 User unknown", WrongCredentials),
            ("554 5.7.8", WrongCredentials),
            ("554 RuntimeError: cannot start a new thread", ServerFault),
            ("599", SignInRefused),
            ("599 could not connect to the backend", ServerFault),
            ("250 OK", SignInProtocolError),
        ],
    );
}

#[test]
fn a_server_that_hangs_up_is_believed_only_what_it_says() {
    for (line, outcome) in [
        (
            "Temporary problem, please try again later",
            Some(TemporaryFailure),
        ),
        ("Too many connections", Some(TooManyConnections)),
        ("[UNAVAILABLE]", Some(TemporaryFailure)),
        (
            "[ALERT] IMAP access disabled for this account",
            Some(AccessSwitchedOff),
        ),
        (
            "[ALERT] Fatal error: Maildir: No such file or directory",
            Some(ServerFault),
        ),
        ("Logging out", None),
        ("[ALERT]", None),
        ("[ALERT] goodbye", None),
        ("LOGOUT received", None),
        ("IMAP4rev1 Server logging out", None),
        ("", None),
    ] {
        let (code, words) = bracketed(line);
        let answer = Answer::Imap { code, words };
        assert_eq!(of_hangup_at_sign_in(answer), outcome, "{line}");
    }
    let refused = Answer::Imap {
        code: "AUTHENTICATIONFAILED",
        words: "",
    };
    assert_eq!(of_hangup_at_sign_in(refused), Some(WrongCredentials));
}

#[test]
fn before_the_sign_in_a_no_is_about_the_client_the_load_or_the_command() {
    for (line, outcome) in [
        (
            "554 host [192.0.2.7] is blacklisted by zen.spamhaus.org",
            Some(GreetingRefused),
        ),
        (
            "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using dnsbl.example",
            Some(GreetingRefused),
        ),
        ("550 5.7.1 Access denied", Some(GreetingRefused)),
        (
            "550 5.7.1 Client host rejected: cannot find your reverse hostname",
            Some(GreetingRefused),
        ),
        (
            "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname",
            Some(GreetingRefused),
        ),
        ("421 4.3.2 Too many connections", Some(GreetingBusy)),
        ("421 4.7.0 see you", Some(GreetingBusy)),
        (
            "450 4.7.1 Access denied, try again later",
            Some(GreetingBusy),
        ),
        (
            "454 4.7.0 System is down for maintenance",
            Some(GreetingBusy),
        ),
        ("450 4.7.0 Rate limit exceeded", Some(RateLimited)),
        (
            "421 4.7.0 Too many failed logins from your address",
            Some(RateLimited),
        ),
        ("454 4.7.0 TLS not available due to temporary reason", None),
        ("554 5.7.1 STARTTLS is blocked", None),
        ("502 5.5.1 HELO only", None),
        ("500 5.5.1 Command unrecognized", None),
        ("501 no", None),
    ] {
        assert_eq!(with_smtp(line, before_sign_in), outcome, "{line}");
    }
    for (line, outcome) in [
        ("Down for maintenance", Some(GreetingBusy)),
        ("Server shutting down", Some(GreetingBusy)),
        ("[ALERT] Your IP is banned", Some(GreetingRefused)),
        ("LOGOUT Intrusion prevention active", Some(GreetingRefused)),
        ("go away", Some(GreetingRefused)),
        ("TLS is broken", None),
        ("unknown command", None),
        ("Logging out", None),
        ("", None),
    ] {
        let (code, words) = bracketed(line);
        assert_eq!(
            before_sign_in(Answer::Imap { code, words }),
            outcome,
            "{line}"
        );
        assert_eq!(
            before_sign_in(Answer::Pop3 { code, words }),
            outcome,
            "{line}"
        );
    }
}

#[test]
fn a_goodbye_before_the_sign_in_says_why_or_nothing() {
    for (line, outcome) in [
        ("[UNAVAILABLE] see you", Some(GreetingBusy)),
        ("Internal error occurred.", Some(GreetingBusy)),
        ("Auth process not responding", Some(GreetingBusy)),
        ("Too many connections", Some(GreetingBusy)),
        ("Access denied", Some(GreetingRefused)),
        ("Logging out", None),
        ("[ALERT] Disconnected for inactivity.", None),
        ("", None),
    ] {
        let (code, words) = bracketed(line);
        let answer = Answer::Imap { code, words };
        assert_eq!(of_hangup_before_sign_in(answer), outcome, "{line}");
    }
}

#[test]
fn a_greeting_that_says_no_is_a_refusal_or_passes() {
    for (line, outcome) in [
        ("421 4.3.2 later", GreetingBusy),
        ("450 4.3.2 greylisted", GreetingBusy),
        ("554 5.7.1 blocked", GreetingRefused),
        (
            "521 mail.example.test does not accept mail",
            GreetingRefused,
        ),
        ("554 5.3.2 too many connections", GreetingBusy),
        ("421 4.7.1 192.0.2.7 is on a block list", GreetingRefused),
    ] {
        assert_eq!(with_smtp(line, of_greeting), outcome, "{line}");
    }
    for (line, outcome) in [
        ("", GreetingRefused),
        ("[ALERT] your network is blocked", GreetingRefused),
        ("[SYS/PERM] closed for good", GreetingRefused),
        ("too many connections", GreetingBusy),
        ("server is busy", GreetingBusy),
    ] {
        let (code, words) = bracketed(line);
        assert_eq!(of_greeting(Answer::Imap { code, words }), outcome, "{line}");
        assert_eq!(of_greeting(Answer::Pop3 { code, words }), outcome, "{line}");
    }
    for code in ["UNAVAILABLE", "limit", "InUse"] {
        assert_eq!(of_greeting(Answer::Imap { code, words: "" }), GreetingBusy);
    }
    for code in ["SYS/TEMP", "in-use", "LOGIN-DELAY"] {
        assert_eq!(of_greeting(Answer::Pop3 { code, words: "" }), GreetingBusy);
    }
}

#[test]
fn an_initial_response_is_refused_only_in_words_that_prove_it() {
    for (words, refused) in [
        ("Request not ending with \\r\\n", true),
        ("Invalid initial response", true),
        ("initial response not supported", true),
        ("AUTHENTICATE expects no argument", true),
        ("Too many arguments to the command", true),
        ("AUTH PLAIN takes no argument", true),
        ("unexpected data after the command", true),
        ("Too many arguments", false),
        ("unexpected keyword argument 'mailbox'", false),
        (
            "authenticate() got an unexpected keyword argument 'ir'",
            false,
        ),
        ("authenticate() takes no arguments (2 given)", false),
        ("TypeError: auth command got an unexpected argument", false),
        ("backend: expected end of line", false),
        ("unexpected argument to AUTHENTICATE", true),
        ("expected end of line", true),
        ("Authentication failed", false),
        ("Invalid arguments", false),
        ("Too many login attempts", false),
        ("", false),
    ] {
        let answer = Answer::Imap { code: "", words };
        assert_eq!(is_of_initial_response(answer), refused, "{words}");
    }
}

/// Whatever a server answers to a sign-in says something about the sign-in.
#[test]
fn every_answer_is_about_the_account() {
    let about_account = |outcome: Outcome| {
        matches!(outcome.stage(), Some(Stage::SignIn | Stage::Mailbox))
            || matches!(
                outcome,
                PasswordSignInNotOffered | SendingBlocked | GreetingRefused
            )
    };
    for words in [
        "",
        "no",
        "temporary",
        "maildir",
        "spamhaus",
        "too many",
        "invalid password",
    ] {
        for code in codes::IMAP
            .iter()
            .map(|(code, _)| *code)
            .chain(["", "X-OTHER"])
        {
            for code in [code.to_owned(), code.to_lowercase(), format!("{code} x")] {
                let code = code.as_str();
                let outcome = of_sign_in(Answer::Imap { code, words });
                assert!(about_account(outcome), "[{code}] {words}");
            }
        }
        for code in codes::POP3
            .iter()
            .map(|(code, _)| *code)
            .chain(["", "X-OTHER"])
        {
            for code in [code.to_owned(), code.to_lowercase(), format!("{code}/x")] {
                let code = code.as_str();
                let outcome = of_sign_in(Answer::Pop3 { code, words });
                assert!(about_account(outcome), "[{code}] {words}");
            }
        }
        for code in 0..=999 {
            for enhanced in ["", "4.7.0", "5.7.8", "5.7.139", "x"] {
                let answer = Answer::Smtp {
                    code,
                    enhanced,
                    words,
                };
                assert!(
                    about_account(of_sign_in(answer)),
                    "{code} {enhanced} {words}"
                );
            }
        }
    }
}
