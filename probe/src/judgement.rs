//! What became of a password, as far as the end of its sign-in tells.

use crate::outcome::Outcome;

/// What a server made of a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It is right; if the sign-in failed all the same, it was for another reason.
    Accepted,
    /// It is wrong, or it does not open the account.
    Refused,
    /// It was not sent, or the server says that it did not look at it.
    NotJudged,
    /// It may have been sent and refused, or not.
    Unknown,
}

impl Outcome {
    /// What the end of a sign-in says about the password. Whatever does not speak plainly says nothing: the
    /// server may have counted a wrong password before it broke off.
    pub const fn judgement(self) -> Judgement {
        match self {
            Self::Ok
            | Self::NotAuthorized
            | Self::MailboxFull
            | Self::MailboxInUse
            | Self::TooManyConnections => Judgement::Accepted,
            Self::WrongCredentials
            | Self::AppPasswordRequired
            | Self::PasswordExpired
            | Self::AccountDisabled => Judgement::Refused,
            Self::TemporaryFailure
            | Self::ServerFault
            | Self::TlsRequired
            | Self::PasswordSignInNotOffered
            | Self::NoPassword
            | Self::NotTried
            | Self::NotEncrypted => Judgement::NotJudged,
            _ => Judgement::Unknown,
        }
    }
}
