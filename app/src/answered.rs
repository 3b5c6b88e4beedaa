//! One answer on the way through the troubleshooter, as the server writes it and the browser keeps it.

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
}
