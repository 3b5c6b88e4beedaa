//! What became of a password, as far as the end of its sign-in tells.

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
