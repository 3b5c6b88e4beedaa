//! Words that name a cause exactly.

use super::Row;
use super::turned_away::BLOCK_LIST;
use crate::outcome::Outcome::*;

pub(super) const ROWS: &[Row] = &[
    // The password was not looked at.
    (
        SignInProtocolError,
        &[
            "base64|bad protocol|no valid recipients|unknown command|unrecognized command|unrecognised command|command unrecognized|\
          command not recognized|invalid command|bad command|command unknown|syntax error|could not decode|\
          cannot decode|line too long|another step is needed|error in imap command|authentication aborted|\
          authentication cancelled|authentication canceled",
            "!too many",
        ],
    ),
    (
        TlsRequired,
        &[
            "privacy required|encryption required|encryption needed|encryption is required|requires encryption|\
          non secure|nonsecure|insecure connection|unencrypted connection|starttls|must use tls|must use ssl|\
          tls required|ssl required|tls is required|ssl is required|requires tls|requires ssl|require tls|\
          require ssl|requires a secure|require a secure|secure connection required|\
          secure connection is required|only over tls|only over ssl|without tls|without ssl|\
          without encryption|plaintext authentication dis|plaintext authentication not|plaintext login|unencrypted login|only via tls|only via ssl|plaintext password not|plain text password not|\
          cleartext password not|\
          cleartext authentication dis|cleartext authentication not|cleartext login|plaintext auth dis|\
          verschlusselung erforderlich|verschlusselte verbindung|connexion securisee|conexion segura|\
          conexao segura|connessione sicura",
        ],
    ),
    (
        TlsRequired,
        &[
            "only ssl allowed|only tls allowed|entering tls mode|connection not secure|connection is not secure",
        ],
    ),
    (
        TryLater,
        &[
            "check mail|check your mail|check for mail",
            "every",
            "minute",
        ],
    ),
    (MailboxInUse, &["gerade benutzt|gerade verwendet"]),
    (
        ServerFault,
        &["no mail folder|license expired|licence expired"],
    ),
    (
        PasswordExpired,
        &[
            "password|passwort|mot de passe",
            "please change it|must be changed|has been reset by|too weak",
        ],
    ),
    (
        AccountDisabled,
        &["trial period has expired|trial has expired|service has been discontinued|hesap askiya"],
    ),
    (SendingBlocked, &["outgoing mail", "suspended"]),
    // A warning of what comes next, not of what is.
    (
        WrongCredentials,
        &[
            BAD_LOGIN,
            "will be locked|will be blocked|will be banned|will be disabled|will be suspended|will get|\
          you will be|be blocked|if your account|if the account|if you continue",
            "!has been|too many failed|too many login|too many auth",
        ],
    ),
    (
        WrongCredentials,
        &[
            "authentication failed|login failed",
            "or you will be|will get your|will be blocked|will be locked|if your account",
            "!has been|too many failed|too many login|too many auth",
        ],
    ),
    (
        WrongCredentials,
        &["domain not found|unknown domain|denied bad pass|user not in database"],
    ),
    (
        WrongCredentials,
        &["attempts left before|attempt left before|tries left before|attempts remaining before"],
    ),
    (GreetingRefused, BLOCK_LIST[0].1),
    (GreetingRefused, BLOCK_LIST[1].1),
    // Nobody may send, which is about the account and not about the password.
    (
        SendingBlocked,
        &[
            " spam",
            "block|suspend|looks like|locked|disabled|suspect|due to|detected|because|restrict|robot|limit|\
          activity|sending|sent|gesperrt|verdacht|bloque|sospech|bloccat|заблокир|垃圾",
        ],
    ),
    (
        SendingBlocked,
        &[
            "垃圾邮件|спам|sending limit|send limit|sending quota|outbound limit|daily limit|hourly limit|\
          message limit|too many messages|too many emails|too many mails|too many recipients|sending is blocked|\
          sending blocked|blocked from sending|barred from sending|suspended from sending|sending suspended|\
          sending is suspended|sending has been|sending activity|sending disabled|sending is disabled|not allowed to send|\
          not a robot|prove you are not|versand gesperrt|sendelimit",
        ],
    ),
    (
        PasswordExpired,
        &[
            "password|passphrase|passwort|kennwort|mot de passe|contrasena|senha|wachtwoord|haslo|парол|密码|密碼|\
          パスワード|credential",
            "expired|has expire|must be changed|must change|change your|needs to be changed|need to change|\
          must be reset|reset required|must be renewed|abgelaufen|expire|caducad|expirou|expirad|scadut|verlopen|\
          wygas|истек|устарел|过期|過期|期限",
            "!app password|application|app specific|account expired|account has expired|wrong|incorrect|invalid|forgot",
        ],
    ),
    // A password of another kind.
    (
        AppPasswordRequired,
        &[
            "application specific|applicationspecific|verify your account|requires verification|confirm your account|\
          terms of service|otp required|passwort fur e mail programme|passwort fuer e mail programme|app specific|app password|apppassword|application password|\
          applications password|app passwords|device password|device specific|specific password|\
          password for external app|password for app|password for the app|external application|authorization code|\
          authorisation code|authorized code|auth code|err login reqcode|invalidsecondfactor|second factor|\
          two factor|twofactor|2fa|two step|2 step|multi factor|multifactor| mfa |less secure app",
        ],
    ),
    (
        AppPasswordRequired,
        &[
            "anwendungsspezifisch|app passwort|apppasswort|app kennwort|anwendungspasswort|anwendungskennwort|\
          applikationspasswort|geratepasswort|geraetepasswort|zwei faktor|zweifaktor|\
          mot de passe dapplication|mot de passe d application|mot de passe specifique|mot de passe dapp|\
          mot de passe pour application|contrasena de aplicacion|contrasena de la aplicacion|\
          contrasena de app|contrasena especifica|clave de aplicacion|\
          senha de app|senha de aplic|senha do app|senha do aplic|senha especifica|palavra passe de aplic|\
          palavra passe especifica|password per le app|password per app|password per lapp|password per la app|\
          password specific|password dellapp|password applicazione|\
          app wachtwoord|appwachtwoord|toepassingswachtwoord|applicatiewachtwoord|toepassingsspecifiek|\
          app specifiek|haslo aplikacji|hasla aplikacji|haslem aplikacji|haslo do aplikacji|haslo dla aplikacji|\
          пароль приложени|пароля приложени|пароли приложени|паролей приложени|паролем приложени|\
          пароль для приложени|пароля для приложени|пароль для внешн|пароля для внешн|parol prilozheni|\
          授权码|授權碼|专用密码|專用密碼|应用密码|应用程序密码|應用程式密碼|应用专用|客户端密码|\
          アプリ パスワード|アプリパスワード|アプリ用パスワード|アプリ用のパスワード|アプリケーションパスワード|\
          アプリケーション パスワード|アプリ専用|2段階認証|二段階認証|两步验证|二步验证|双重验证",
        ],
    ),
    // A password of no kind.
    (
        BasicAuthenticationOff,
        &[
            "basic authentication|basic auth|basicauth|legacy authentication|legacy auth|password authentication|\
          password based authentication|password based login|password login|password sign in|plain password|\
          standardauthentifizierung|authentification de base|autenticacion basica|autenticacao basica|\
          autenticazione di base|basisverificatie|uwierzytelnianie podstawowe|базовая|基本身份验证|基本認証",
            "disabled|not enabled|not supported|unsupported|no longer|not allowed|not permitted|blocked|\
          turned off|switched off|retired|deprecated|not available|unavailable|is off|discontinued|deaktiviert|\
          nicht mehr|desactiv|deshabilitad|desativad|disattivat|disabilitat|uitgeschakeld|wylaczon|отключен|\
          禁用|无效|無効",
        ],
    ),
    (
        BasicAuthenticationOff,
        &[
            "oauth|modern authentication|modern auth",
            "required|requires|require| use | using |only|must|please|needed|erforderlich|verwenden",
        ],
    ),
    (BasicAuthenticationOff, &["security defaults"]),
    (
        AccessSwitchedOff,
        &[
            " imap| pop | pop3| smtp",
            "authentication is not enabled|authentication not enabled|authentication is disabled|\
          authentication disabled|auth is not enabled|auth not enabled|auth is disabled",
            " this | your | user|account|mailbox",
        ],
    ),
    (
        PasswordSignInNotOffered,
        &[
            "unsupported auth|unsupported mechanism|unsupported sasl|unsupported login|invalid auth mechanism|\
          invalid authentication mechanism|invalid mechanism|invalid sasl mechanism|unknown mechanism|\
          unknown authentication mechanism|unknown auth mechanism|unknown authentication type|unknown auth type|\
          unknown sasl|unrecognized auth|unrecognised auth|unrecognized mechanism|mechanism not|\
          mechanism is not|mechanism unsupported|mechanism unavailable|no mechanism|no such mechanism|\
          mechanism disabled|mechanism is disabled|mechanism too weak|mechanism is too weak|\
          authentication method not|authentication method is not|authentication type not|auth method not|\
          authentication not supported|authentication is not supported|authentication not enabled|\
          authentication is not enabled|authentication not available|authentication not implemented|\
          auth not supported|auth not available|auth not enabled|auth command used when|not advertised",
            "!temporar|at this time|at present|right now|currently|later",
        ],
    ),
    // One way to the mailbox.
    (
        AccessSwitchedOff,
        &[
            "service is disabled for|service disabled for|service is not open|imap access enabled|\
          access to this service is disabled|must be enabled in|accessnotgranted|imap off|pop off|허용되지|service is not enabled|service not enabled|\
          smtp auth disabled|smtpclientauth|smtp client auth|client authentication is disabled|yet to enable|\
          enable imap|enable pop|enable smtp|activate imap|activate pop|turn on imap|turn on pop|\
          not have access rights to this service|imap4disabled|imapdisabled|popdisabled|pop3disabled|\
          protocoldisabled|nicht fur imap|nicht fur pop",
            "!smtpclientauth fail|password is incorrect",
        ],
    ),
    // Who names the password besides has not looked which of the two it is.
    (WrongCredentials, &[BAD_LOGIN, " or ", "!too many|attempts"]),
    (
        AccessSwitchedOff,
        &[
            " imap| pop | pop3| smtp|mail program|mail client|external client|third party|external access|\
          mailprogramm|client access|protocol",
            "access disabled|access is disabled|access has been disabled|access denied|access is denied|\
          access not|access is not|access blocked|access is blocked|access closed|access is off|access off|\
          access restricted|not enabled|not activated|isnt enabled|switched off|turned off|deactivated|\
          not active|is disabled|are disabled|been disabled|service disabled| disabled|not allowed|\
          not permitted|not available for|not available on|not available in|not available with|not authorized|not have access|not have permission|no permission|\
          blocked for|is off |not open|service is closed|not subscribed|not included|not include|cannot use|can not use|cant use|upgrade|prohibited|forbidden|\
          deaktiviert|nicht aktiviert|nicht freigeschaltet|ausgeschaltet|abgeschaltet|gesperrt|nicht erlaubt|\
          desactive|pas active|non active|deshabilitado|desactivado|no habilitado|no esta habilitado|\
          no esta activado|desativado|desabilitado|nao habilitado|nao esta habilitado|nao ativado|disattivat|\
          disabilitat|non attiv|non abilitat|uitgeschakeld|niet ingeschakeld|niet geactiveerd|wylaczon|\
          nie jest wlaczon|отключен|выключен|не включен|запрещен|未开启|未開啟|未开通|未启用|已关闭|没有开启|没有开通|\
          尚未|被禁用|無効|有効になっていません|許可されていません|aktivieren sie|freischalten|activez|habilite|active el acceso|\
          attivare|wlacz|включите|请开启|请开通",
            "!account disabled|account is disabled|account has been disabled|account suspended|account locked|\
          account is locked|account is suspended|user disabled|user is disabled|too many|plaintext|cleartext|\
          mechanism|temporar| ip ",
        ],
    ),
    // Limits, before what they are a limit of.
    (
        TooManyConnections,
        &[
            "too many|maximum|max number|limit|exceed|simultaneous|concurrent|zu viele|trop de|demasiad|muitas|\
          troppe|troppi|te veel|zbyt|слишком|过多|太多|超过|超過|上限|多すぎ",
            "connection|session|simultaneous|concurrent|verbindung|connexion|conexion|conexoe|conexao|connession|\
          verbinding|polacz|соединен|подключен|连接|連接|連線|接続",
            "! rate|frequen|many failed|failed login|failed auth|many errors|many bad|attempt|tentativ|intent|versuch|попыт|尝试|backend|database|upstream",
        ],
    ),
    (
        AccountDisabled,
        &[
            "account|user |benutzer|konto|compte|cuenta| conta |utente|gebruiker|uzytkownik|аккаунт|пользовател|\
          учетная запись|учетной записи|账号|帐号|帳號|账户|用户|アカウント",
            "disabled|suspended|locked|lockout|restricted|deactivated|blocked|closed|terminated|inactive|not active|\
          not yet active|not yet verified|not enabled|\
          not activated|not verified|not confirmed|banned|frozen|on hold|deleted|gesperrt|deaktiviert|geschlossen|desactive|suspendu|bloque|\
          verrouille|desactivad|suspendid|bloquead|deshabilitad|desativad|suspens|encerrad|disabilitat|sospes|\
          bloccat|disattivat|geblokkeerd|uitgeschakeld|opgeheven|zablokowan|zawieszon|заблокирован|отключен|\
          приостановлен|冻结|凍結|停用|封禁|锁定|鎖定|禁用|ロック|無効|停止|凍結",
            "!maildrop|temporarily locked|temporarily blocked|locked temporarily|blocked temporarily|\
          vorubergehend|voruebergehend|too many|zu viele|attempts|another|connection|will be|locked out|locked for|blocked for|\
          minute|try later|try again|invalid user|unknown user|not locked|not disabled",
        ],
    ),
    (
        AccountDisabled,
        &[
            "mailbox|mail box|postfach|boite|buzon|casella|caixa|postbus|skrzynk|ящик|邮箱|郵箱|メールボックス|domain",
            "disabled|suspended|deactivated|terminated|inactive|not active|closed|gesperrt|deaktiviert|desactiv|\
          suspend|desativad|disattivat|sospes|uitgeschakeld|zablokowan|заблокирован|отключен|冻结|停用|封禁|停止",
            "!temporar|maildrop",
        ],
    ),
    (
        AccountDisabled,
        &[
            "account|subscription|licence|license|domain|konto|compte|cuenta|账号|帐号",
            "expired|overdue|unpaid|not paid|abgelaufen|expire|过期|過期",
            "!password",
        ],
    ),
    (
        AccountDisabled,
        &[
            "abuse|compromised|hacked|suspicious|unusual activity|unusual login|unusual sign in|security reasons",
            "account|mailbox|user|login|sign in|activity",
        ],
    ),
    (
        RateLimited,
        &[
            "too many|zu viele|trop de|demasiad|muitas|muitos|troppi|troppe|te veel|zbyt|слишком|превышен|过多|太多|多すぎ",
            "login|log in|log on|logon|sign in|auth|attempt|fail|errors|bad|invalid|incorrect|wrong|password|tries|times|\
          request|retries|versuch|anmeld|tentativ|intent|essai|pogingen|prob|попыт|次数|次數|登录|尝试|試行|回",
            "!left|remain",
        ],
    ),
    (
        RateLimited,
        &[
            "rate limit|ratelimit|throttl|login rate|rate exceeded|unusual rate|bandwidth limit|brute force|login limit|login frequency|frequency limit|frequency is|\
          too frequent|too often|too fast|attempts exceeded|exceeded the login|attempt limit|login attempts|\
          failed attempts|attempts reached|slow down|authentication failure 1 |zu haufig|zu oft|zu haeufig|\
          trop souvent|te vaak|zbyt czesto|слишком часто|频繁|頻繁|次数过多|次數過多|超过限制|回数",
            "!left|remain",
        ],
    ),
    (
        RateLimited,
        &[
            "account|user|login|sign in|address|konto|benutzer|zugang|compte|cuenta",
            "temporarily locked|temporarily blocked|temporarily banned|locked temporarily|blocked temporarily|locked out|locked for|\
          blocked for|vorubergehend gesperrt|voruebergehend gesperrt|temporairement bloque|\
          temporalmente bloquead|temporaneamente bloccat",
        ],
    ),
    (
        TryLater,
        &[
            "login delay|minimum login interval|login interval|minimum wait|wait at least|only every|nur alle|\
          minutes between|interval between|minimum interval|wait before|logins too close|please wait|bitte warten",
        ],
    ),
    (TryLater, &[" wait ", "minute|second|hour"]),
    (
        MailboxFull,
        &[
            "mailbox|mail box|inbox|quota|storage|postfach|boite|buzon|casella|caixa|postbus|skrzynk|ящик|邮箱|郵箱|\
          メールボックス",
            " full| over quota|overquota|exceed|uberschritten|voll |pleine|lleno|llena|piena|cheia| vol |pelna|\
          переполнен|已满|已滿|いっぱい",
            "!login|connection|rate",
        ],
    ),
    (
        MailboxInUse,
        &[
            "mailbox|mail box|maildrop|mail drop|spool|inbox|postfach|boite|buzon|casella|caixa|ящик|邮箱",
            " lock|in use|busy|opened by|already open|belegt|en uso|in uso|em uso|utilis|in gebruik|занят|使用中",
        ],
    ),
    (
        MailboxInUse,
        &[
            "already in use|already locked|already logged in|another session|another client|another pop|\
          other session|being used by|in use by",
        ],
    ),
    (
        AppPasswordRequired,
        &[
            "web browser|with your browser|im browser|votre navigateur|el navegador|no navegador|nel browser|\
          in de browser|w przegladarce|в браузере|浏览器|ブラウザ|web login|log in via|log in on the web|sign in on the web|in your browser|\
          via your browser|through your browser|via the web|need to use web",
        ],
    ),
    // A database without an entry, not one that fails.
    (
        WrongCredentials,
        &[
            "no secret in database|passerr|usernotexist|user not in database|password is empty|bad pass |\
          unknown domain|full email address as|this name does not exist|비밀번호가 틀|fel losenord|felaktigt|\
          vaara salasana|forkert adgangskode|forkert kodeord|hibas jelszo|spatne heslo|hatali sifre|\
          gecersiz kullanici|パスワードが違",
        ],
    ),
    (
        WrongCredentials,
        &[
            "mailbox|account|email|e mail|address",
            "no such mailbox|unknown mailbox|mailbox not found|mailbox unknown|mailbox does not exist|\
          no such account|account not found|account does not exist|account unknown|unknown email|unknown address|\
          email not found|no such address|address unknown",
            "!unable to open|cannot open|failed to open|could not open",
        ],
    ),
    (
        WrongCredentials,
        &[
            "password|passwd|passphrase|passcode|credential|login name|username|user name| user |userid|user id|\
          account name|login or|invalid login|invalid account|unknown account|kennwort|passwort|benutzer|\
          zugangsdaten|anmeldedaten|anmeldeinformationen|mot de passe|identifiant|utilisateur|contrasena|usuario|\
          credencia| clave |senha|palavra passe|utilizador|nome utente| utente|credenziali|wachtwoord|gebruiker|\
          inloggegevens|haslo|hasla|uzytkownik|dane logowania|парол|логин|пользовател|密码|密碼|用户|用戶|账号|帐号|\
          帳號|帐户|パスワード|ユーザ",
            "incorrect|invalid|wrong| bad |not match|dont match|doesnt match|mismatch|not accepted|rejected|unknown|\
          not found|no such|not exist|doesnt exist|not recogni|not valid|not correct|isnt correct|password error|\
          falsch|ungultig|ungueltig|unbekannt|nicht korrekt|inkorrekt|stimmen|stimmt|nicht gefunden|invalide|\
          errone|inconnu|no valid|no es valid|equivocad|desconocid|no coincide|incorret|errad|errat|\
          non corrett|non valid|sbagliat|sconosciut|onjuist|ongeldig|onbekend|verkeerd|bledn|nieprawidlow|\
          niepoprawn|неверн|неправильн|не найден|не существует|错误|錯誤|不正确|不正確|不存在|无效|無效|有误|有誤|\
          正しく|間違|誤り|無効|不正",
            "!temporar| internal|maildir|database|backend|exception|went wrong",
        ],
    ),
    (
        NotAuthorized,
        &[
            "referral|different server|another server|other server|wrong server|mailbox has moved|mailbox moved|\
          account has moved|account moved|moved to|not local|use the server|please connect to",
        ],
    ),
    (
        NotAuthorized,
        &[
            "not authorized|not authorised|not permitted|not allowed|no permission|not have permission|no access|\
          does not have access|access restricted|is restricted|access control|failed by policy|insufficient rights|\
          insufficient privilege|insufficient permission|not entitled|did not meet the criteria|\
          login disallowed|logins disallowed|login disabled|login is disabled|logins are disabled|nicht berechtigt|keine berechtigung|nicht erlaubt|\
          non autorise|pas autorise|no autorizado|no permitido|nao autorizado|nao permitido|non autorizzato|\
          non consentito|niet toegestaan|brak uprawnien|нет прав|没有权限|無權限|权限",
            "!maildir|file|director",
        ],
    ),
];

/// An unmistakable wrong user name or password, in the words of servers that name another cause besides.
const BAD_LOGIN: &str = "invalid credential|incorrect password|wrong password|invalid password|bad password|\
    password is incorrect|password incorrect|bad credential|password error|login failure|invalid login|invalid user|\
    incorrect user|incorrect login|password wrong|password invalid|wrong user|credentials are invalid|password is wrong";
