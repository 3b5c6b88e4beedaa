//! One answer on the way through the troubleshooter, as the server writes it and the browser keeps it.

/// The ids of the answers that are not given by hand alone: the server and the browser look for them in a question.
pub mod answer_ids {
    /// The connection test found nothing wrong.
    pub const FINE: &str = "fine";
    /// The connection test found a fault.
    pub const FAULT: &str = "fault";
    /// The clock of the device is right.
    pub const RIGHT: &str = "right";
    /// The clock of the device is wrong.
    pub const WRONG: &str = "wrong";
    /// A mail program was chosen.
    pub const CHOSEN: &str = "chosen";
    /// The mail program is none of these.
    pub const OTHER: &str = "other";
    /// The test has signed in with the password, or the customer has.
    pub const YES: &str = "yes";
    /// The password was refused.
    pub const NO: &str = "no";
    /// Nobody knows the answer.
    pub const UNKNOWN: &str = "unknown";
}

/// One answer on the way through the troubleshooter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnsweredQuestion {
    /// What was asked.
    pub question: String,
    /// What was answered.
    pub answer: String,
    /// What is certain since; may be empty.
    pub certain: String,
    /// The path of the page to which it led.
    pub to: String,
    /// The path of the page to go on with when that did not help; empty if there is none.
    pub then: String,
    /// The slug of the program that was chosen with it; empty if it was about something else.
    pub program: String,
    /// The question and the answer by their ids, as in `send.yes`.
    pub id: String,
}
