//! The words of the pages, read from `content/<language>/pages.toml`.

use crate::content::file::File;
use crate::content::template::placeholders;
use crate::content::words::words;

words! {
    /// The words of all pages that have none of their own elsewhere.
    PageWords {
        home: HomeWords,
        ask: AskWords,
        any_provider: AnyProviderWords,
        test: TestPageWords,
        settings: SettingsWords,
        password: PasswordPageWords,
        own_sign_in: OwnSignInWords,
        profile: ProfileWords,
        operators: OperatorsWords,
        not_found: NotFoundWords,
        unknown_domain: UnknownDomainWords,
        address: AddressWords,
        address_problem: AddressProblemWords,
        support: SupportContactWords,
        footer: FooterWords,
        layout: LayoutWords,
        links: LinkWords,
        failure: Failures,
    }
}

words! {
    /// The first page.
    HomeWords: title heading lead doors door_fix door_fix_hint door_programs door_programs_hint door_settings
        door_settings_hint address button hint settings unknown_of_many;
        unknown(ProviderValue)
}

words! {
    /// Pages that have to ask for the address before they can show settings.
    AskWords: settings steps commands button
}

words! {
    /// What a provider is called where it is not known which one it is, or where there are too many to name.
    AnyProviderWords: name some possessive owned
}

words! {
    /// The connection test, on every page that has its form.
    TestPageWords: title lead results wait again stop address not_private choose password optional
        show_password hide_password password_space password_hint way_server way_loading way_browser way_none
        way_how message message_hint lost_title lost_explanation lost_advice stopped_title stopped_explanation
        stopped_advice;
        service(ServiceValue)
}

words! {
    /// What happens to a password.
    PasswordPageWords: title lead browser protects protects_not check check_network check_sums check_source server off file sum
}

words! {
    /// The settings, in their tables.
    SettingsWords: heading applies applies_ending applies_all pop pop_text alternative recommended unofficial imap_purpose
        pop_purpose smtp_purpose sign_in server port security user_name password sign_in_text own_page_password own_page_sign_in
        copy_server copy_port copy_user local_part copy copied full_address password_text source source_server source_sign_in
        meanings wrong wrong_text wrong_table see put why limits sources;
        title(DomainValue) applies_more(CountValue) port_for(PortForValue)
        port_number(PortValue) mailbox_size(MegabytesValue) message_size(MegabytesValue)
        read_on(DayValue)
}

words! {
    /// Where a provider lets programs sign in only through a page of its own.
    OwnSignInWords: text password how
}

words! {
    /// What a device shows of a profile before it is installed.
    ProfileWords:; description(ProviderValue)
}

words! {
    /// What operators of domains publish.
    OperatorsWords: title lead domains dns_lead dns_zone dns_copy check check_text keys_text back;
        dns_title(DomainValue)
}

words! {
    /// Pages that are not there.
    NotFoundWords: title heading lead home
}

words! {
    /// Addresses of somebody else.
    UnknownDomainWords: title heading unreadable known again_of_many; again(ProviderValue)
}

words! {
    /// What is said below the field for the address.
    AddressWords: meant unknown_of_many; unknown(ProviderValue) elsewhere(ElsewhereValue)
        elsewhere_of_many(ElsewhereNameValue) elsewhere_help(ElsewhereNameValue) elsewhere_find(ElsewhereNameValue)
}

words! {
    /// Why a text is no address, and what is expected.
    AddressProblemWords: control_character several_addresses several_ats bad_local_part;
        empty(ExampleValue) too_long(ExampleValue) space(ExampleValue) no_domain(ExampleValue)
        bad_domain(ExampleValue)
}

words! {
    /// How to reach the people who help.
    SupportContactWords: chat pages bill fakes; heading(ProviderValue) phone(ProviderValue) hours(HoursValue)
        webmail(ProviderValue)
}

words! {
    /// The foot of every page.
    FooterWords: privacy contact operators; operator(OperatorValue) help(ProviderValue)
}

words! {
    /// What stands around every page.
    LayoutWords: skip navigation settings programs fix menu search search_hint search_button link_here
        link_copied footer description_of_many name_of_many;
        title(PageTitleValue) title_of_many(TitleValue) description(ProviderValue) name(ProviderValue)
}

words! {
    /// Pages of the provider.
    LinkWords: password_reset password_change webmail webmail_word
}

words! {
    /// Requests that cannot be answered.
    Failures {
        method: Failure,
        too_large: Failure,
        unreadable: Failure,
        broken: Failure,
        foreign: Failure,
        host: Failure,
        busy: Failure,
        support: SupportWords,
    }
}

words! {
    /// What happened, and what to do.
    Failure: title advice
}

words! {
    /// What support can look for in the log.
    SupportWords:; code(CodeValue)
}

placeholders! {
    /// In sentences about the provider.
    ProviderValue { Provider = "provider" }

    /// In the name of a service that can be tested.
    ServiceValue { Name = "name", Host = "host", Port = "port" }

    /// In the title of the settings of a domain.
    DomainValue { Domain = "domain" }

    /// In what says how many there are besides.
    CountValue { Count = "count" }

    /// In the name of a port of a service.
    PortForValue { Port = "port", Service = "service" }

    /// In the name of a port.
    PortValue { Port = "port" }

    /// In sentences about sizes.
    MegabytesValue { Megabytes = "megabytes" }

    /// In what says when a source was read.
    DayValue { Day = "day" }

    /// In sentences about a provider that is not ours.
    ElsewhereValue { Name = "name", Provider = "provider" }

    /// In sentences about a provider that is not ours alone.
    ElsewhereNameValue { Name = "name" }

    /// In what shows how an address looks.
    ExampleValue { Address = "address", Domain = "domain" }

    /// In what says when somebody answers.
    HoursValue { Hours = "hours" }

    /// In what says who runs the site.
    OperatorValue { Operator = "operator" }

    /// In the title of every page.
    PageTitleValue { Title = "title", Provider = "provider" }

    /// In the title of every page where there are many providers.
    TitleValue { Title = "title" }

    /// In what names a request for support.
    CodeValue { Code = "code" }
}

impl NotFoundWords {
    /// The same as a failure, for requests that are answered without a page of their own.
    pub fn failure(&self) -> Failure {
        Failure {
            title: self.heading.clone(),
            advice: self.lead.clone(),
        }
    }
}

impl PageWords {
    /// Reads the words of a language.
    ///
    /// # Errors
    ///
    /// The first fault with its file and its line.
    pub(crate) fn read(file: &File) -> Result<Self, String> {
        file.toml()
    }
}
