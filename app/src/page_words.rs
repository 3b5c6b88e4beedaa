//! The words of the pages, read from `content/<language>/pages.toml`.

use serde::Deserialize;

use crate::content;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $kind:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(missing_docs, reason = "the words say what they are for")]
        pub struct $name {
            $(pub $field: $kind,)+
        }
    };
    ($(#[$doc:meta])* $name:ident: $($field:ident)+) => {
        words! { $(#[$doc])* $name { $($field: String,)+ } }
    };
}

words! {
    /// The words of all pages that have none of their own elsewhere.
    PageWords {
        home: HomeWords,
        test: TestPageWords,
        settings: SettingsWords,
        not_found: NotFoundWords,
        unknown_domain: UnknownDomainWords,
        layout: LayoutWords,
        links: LinkWords,
        failure: Failures,
    }
}

words! {
    /// The first page.
    HomeWords: title heading lead doors door_fix door_programs door_settings address button hint unknown settings
}

words! {
    /// The connection test, on every page that has its form.
    TestPageWords: title lead results wait again stop address not_private choose password optional
        password_hint service lost_title lost_explanation lost_advice stopped_title
        stopped_explanation stopped_advice
}

words! {
    /// The settings, in their tables.
    SettingsWords: title heading applies pop pop_text alternative recommended unofficial imap_purpose
        pop_purpose smtp_purpose sign_in server port security user_name password sign_in_text
        copy_server copy_port copy_user local_part copy copied full_address password_text read
        source_of source meanings port_for port_number wrong wrong_text wrong_table see put why
        mailbox_size message_size limits read_on sources
}

words! {
    /// Pages that are not there.
    NotFoundWords: title heading lead home
}

words! {
    /// Addresses of somebody else.
    UnknownDomainWords: title heading lead typed meant known again
}

words! {
    /// What stands around every page.
    LayoutWords: title description skip name navigation settings programs fix footer
}

words! {
    /// Pages of the provider.
    LinkWords: password_reset password_change webmail support heading
}

words! {
    /// Requests that cannot be answered.
    Failures { code: String, missing: Failure, method: Failure, too_large: Failure, unreadable: Failure, broken: Failure, foreign: Failure, host: Failure, busy: Failure, }
}

words! {
    /// What happened, and what to do.
    Failure: title advice
}

impl PageWords {
    /// The built-in words in American English.
    pub fn english() -> Self {
        Self::read("en").expect("a test reads the built-in words")
    }

    /// Reads the words in this language.
    ///
    /// # Errors
    ///
    /// The first fault with its file and its line.
    pub fn read(language: &str) -> Result<Self, String> {
        content::file(language, "pages.toml")?.toml()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_words_can_be_read() {
        PageWords::read("en").unwrap();
        assert!(PageWords::read("xx").unwrap_err().contains("xx/pages.toml"));
    }
}
