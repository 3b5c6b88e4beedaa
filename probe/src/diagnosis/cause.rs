//! What can be wrong, and whose side it is on.

use serde::{Serialize, Serializer};

use crate::outcome::{Outcome, Severity};
use crate::side::Side;

/// What a finding is about: one outcome, or what only several of them together show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// One step says it all.
    Outcome(Outcome),
    /// The same password is accepted by one service and refused by another.
    PasswordDiffers,
    /// A certificate is wrong for one host name, and right for another that is documented, too.
    OtherNameFits,
    /// A service fails, and another way to the same kind of mail works.
    OtherWayWorks,
    /// No server answers at all, whatever its name.
    NothingAnswers,
    /// Every server answers and turns this machine away before it can ask anything.
    TurnedAway,
    /// Several servers show certificates from the future, so the clock here is wrong.
    ClockWrong,
}

impl Cause {
    /// The causes that are more than one outcome.
    pub const JOINT: &[Self] = &[
        Self::PasswordDiffers,
        Self::OtherNameFits,
        Self::OtherWayWorks,
        Self::NothingAnswers,
        Self::TurnedAway,
        Self::ClockWrong,
    ];

    /// Every cause that a finding can have.
    pub fn all() -> impl Iterator<Item = Self> {
        let outcomes = Outcome::ALL.iter().copied().map(Self::Outcome);
        outcomes.chain(Self::JOINT.iter().copied())
    }

    /// The stable kebab-case name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Outcome(outcome) => outcome.code(),
            Self::PasswordDiffers => "password-differs",
            Self::OtherNameFits => "other-name-fits",
            Self::OtherWayWorks => "other-way-works",
            Self::NothingAnswers => "nothing-answers",
            Self::TurnedAway => "turned-away",
            Self::ClockWrong => "clock-wrong",
        }
    }

    /// What it means.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Outcome(outcome) => outcome.meaning(),
            Self::PasswordDiffers => {
                "The same password is accepted by one service and refused by another."
            }
            Self::OtherNameFits => {
                "The certificate is wrong for this host name, and right for another documented one."
            }
            Self::OtherWayWorks => {
                "The service fails, and another way to the same kind of mail works."
            }
            Self::NothingAnswers => "No server answers at all, whatever its name.",
            Self::TurnedAway => {
                "Every server answers and turns this machine away before it can ask anything."
            }
            Self::ClockWrong => {
                "Several servers show certificates from the future, so the clock here is wrong."
            }
        }
    }

    /// How much it matters.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Outcome(outcome) => outcome.severity(),
            Self::OtherWayWorks => Severity::Notice,
            _ => Severity::Failure,
        }
    }

    /// Who can do something about it.
    pub const fn side(self) -> Side {
        match self {
            Self::Outcome(outcome) => outcome.side(),
            Self::PasswordDiffers => Side::Account,
            Self::OtherNameFits | Self::OtherWayWorks => Side::Customer,
            Self::NothingAnswers | Self::TurnedAway | Self::ClockWrong => Side::Probe,
        }
    }
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_cause_has_a_name_of_its_own() {
        let mut seen = HashSet::new();
        for cause in Cause::all() {
            assert!(seen.insert(cause.code()), "{} stands twice", cause.code());
            assert!(cause.meaning().ends_with('.'), "{}", cause.code());
        }
    }
}
