//! Words that say only whose trouble it is, or that it is the sign-in.

use super::Row;
use crate::outcome::Outcome::*;

pub(super) const ROWS: &[Row] = &[
    // Neither says what is wrong.
    (
        SignInRefused,
        &[
            "authentication required|authentication is required|mailbox unavailable|mailbox is unavailable",
            "!temporar|later",
        ],
    ),
    (
        TemporaryFailure,
        &[
            "temporar|vorubergehend|voruebergehend|momentan|tymczasow|времен|暂时|暫時|一時|currently unavailable|\
          currently not|unavailable at|not available at|at present|try again later|try later|later again|\
          again later|try again in|spater|spaeter|plus tard|mas tarde|mais tarde|piu tardi|probeer het later|\
          pozniej|позже|稍后|稍後|しばらく|maintenance|wartung|mantenimiento|manutencao|manutenzione|onderhoud|\
          konserwac|техническ|维护|維護|メンテナンス|overload|uberlast| busy|繁忙|service unavailable|\
          service not available|server unavailable|service is unavailable|server is unavailable|shutting down|\
          being migrated|migration|server restart|is restarting|going down|\
          connection expired|try reconnecting|timeout exceeded|wrong office 365 region|server is down|child crashed|\
          process limit|temporairement|temporaneamente|temporalmente|temporariamente",
            "!maintenance contact",
        ],
    ),
    (
        ServerFault,
        &[
            " internal| server error|system error|serverfehler|systemfehler|interner fehler|erreur interne|\
          erreur serveur|erreur du serveur|error interno|error del servidor|erro interno|erro do servidor|\
          errore interno|errore del server|interne fout|serverfout|blad serwera|blad wewnetrzny|внутренн|\
          ошибка сервера|系统错误|内部错误|服务器错误|サーバーエラー|サーバエラー|内部エラー|maildir|chdir|database|\
          backend|back end| ldap|mysql|postgres|sqlite|redis|using password|could not connect|couldnt connect|\
          cannot connect|cant connect|unable to connect|failed to connect|not connected|connection refused|\
          connection reset|connection lost|lost connection|no connection|timed out|timeout|exception|traceback|\
          stack trace|nullpointer| panic|fatal error|segmentation|assertion| bug|no such file|file not found|\
          directory|read only file|no space left|disk full|disk is full|i o error|input output error|out of memory|\
          cannot allocate|misconfigur|configuration error|config error|unexpected error|unknown error|\
          generic failure|cannot open|cant open|failed to open|unable to open|could not open|corrupt|\
          something went wrong|proxy error|proxy fail|no route to|broken pipe|failed to fork|cannot fork|\
          could not access|cannot access|unexpected failure|sql error|license|licence|not responding|auth process|auth server|auth service|auth daemon|authdaemon|saslauthd|\
          authentication server|authentication service|lookup failed|lookup failure|lookup error",
        ],
    ),
    (
        ServerFault,
        &[
            "connection to|connection with",
            " lost|closed|broken|aborted|failed|dropped",
        ],
    ),
    (
        ServerFault,
        &[
            "~error",
            "!autherror|loginerror|passworderror|authenticationerror",
        ],
    ),
    (
        RateLimited,
        &[
            "too many|zu viele|trop de|demasiad|troppi|troppe|te veel|zbyt wiele|слишком много|过多|太多",
        ],
    ),
    (
        WrongCredentials,
        &[
            "authentication fail|authorization fail|error authenticating|authentication unsuccessful|authentication error|authentication rejected|\
          authentication declined|authentication denied|authentication refused|authentication incorrect|\
          authenticate fail|auth fail|auth error|auth rejected|authfail|auth invalid|login fail|login incorrect|\
          login error|login invalid|login denied|login refused|login rejected|log in fail|log on fail|logon fail|\
          logon denied|sign in fail|sign on fail|signon fail|sign in error|signin fail|bad login|bad auth|\
          invalid auth|incorrect auth|not authenticated|failed to authenticate|could not authenticate|\
          couldnt authenticate|cant authenticate|unable to authenticate|cannot authenticate|unable to log|\
          failed to log|could not log|failed login|failed authentication|fehlgeschlagen|anmeldefehler|\
          anmeldung verweigert|anmeldung nicht|echec|autenticacion fallida|fallo de autenticacion|\
          error de autenticacion|autenticacion|falha|autenticacao|autenticazione|mislukt|uwierzytelni|logowani|\
          аутентификац|авторизац|登录失败|登錄失敗|登入失敗|认证失败|認證失敗|验证失败|驗證失敗|身份验证|認証|\
          ログインに失敗|ログインでき",
        ],
    ),
    (
        WrongCredentials,
        &[
            " password| passwd|passwort|kennwort|credential|mot de passe|contrasena|senha|wachtwoord|\
        haslo|парол|密码|密碼|パスワード",
            "fail|error|denied|refused|fehler|失败|失敗|エラー",
        ],
    ),
    (
        WrongCredentials,
        &[" wrong| incorrect|mismatch", "!went wrong"],
    ),
];
