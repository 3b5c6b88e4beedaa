//! What is wrong in the files of the guide is refused with its place.

use super::node::Nodes;
use super::*;
use crate::content::file::File;
use crate::content::{Files, with_marked_language};
use crate::texts::Languages;

#[test]
fn what_is_there_twice_is_refused_with_its_place() {
    for (path, old, new, fault) in [
        (
            "errors.toml",
            "id = \"0x800ccc6c\"",
            "id = \"0x800ccc13\"",
            "error `0x800ccc13` is there twice",
        ),
        (
            "programs.toml",
            "  \"geary\",\n",
            "  \"geary\",\n  \"geary\",\n",
            "program `geary` is there twice",
        ),
        (
            "network.toml",
            "device = \"mac\"",
            "device = \"windows\"",
            "system `windows` is there twice",
        ),
    ] {
        let files = Files::built_in().unwrap();
        let text = files.0[&format!("structure/{path}")].replacen(old, new, 1);
        let error = structure(path, &text).unwrap_err();
        assert!(error.starts_with("structure/"), "{path}: {error}");
        assert!(error.contains(fault), "{path}: {error}");
    }
    // The first of each kind in a file, put twice.
    for (path, start, end, fault) in [
        ("network.toml", "{ id = ", " }", "command `"),
        ("network.toml", "[[reading]]", "[[", "reading `"),
        ("cards.toml", "{ id = ", " }", "source `"),
        ("programs/thunderbird.toml", "[[form]]", "[[", "form `imap"),
        ("programs/thunderbird.toml", "{ id = ", " }", "message `"),
        (
            "programs/thunderbird.toml",
            "{ id = \"host\"",
            " }",
            "field `",
        ),
        ("programs/thunderbird.toml", "devices = [", "]", "device `"),
        ("programs/thunderbird.toml", "sources = [", "]", "source `"),
    ] {
        let files = Files::built_in().unwrap();
        let text = &files.0[&format!("structure/{path}")];
        let from = text
            .find(start)
            .unwrap_or_else(|| panic!("{path}: {start}"));
        let inside = from + start.len();
        let to = inside + text[inside..].find(end).unwrap_or(text.len() - inside);
        let twice = match end {
            // A list repeats what is in it.
            "]" => format!("{},{}", &text[..to], &text[inside..]),
            " }" => format!("{} }}, {}", &text[..to], &text[from..]),
            _ => format!("{}\n{}", &text[..to], &text[from..]),
        };
        let error = structure(path, &twice).unwrap_err();
        assert!(error.starts_with(&format!("structure/{path}:")), "{error}");
        assert!(
            error.contains(fault) && error.ends_with("is there twice"),
            "{error}"
        );
    }
}

#[test]
fn files_that_nothing_reads_are_refused() {
    for (path, fault) in [
        (
            "structure/go_on.toml",
            "structure/go_on.toml is unknown, expected one of cards.toml, errors.toml,",
        ),
        (
            "structure/programs/geary.tml",
            "structure/programs/geary.tml is unknown, expected a file .toml",
        ),
        (
            "xx/programs/notes.txt",
            "xx/programs/notes.txt is unknown, expected a file .toml",
        ),
        ("notes.toml", "notes.toml is in no folder,"),
        ("german_words/pages.toml", "german_words is no language,"),
        ("pt-br/pages.toml", "pt-br is unusual, expected `pt-BR`"),
    ] {
        let mut files = with_marked_language("xx");
        files.0.insert(path.to_owned(), String::new());
        let error = Languages::read(&files, "en").unwrap_err();
        assert!(error.starts_with(fault), "{path}: {error}");
    }
}

/// The structure with another text in place of a file.
fn structure(path: &str, text: &str) -> Result<Structure, String> {
    let mut files = Files::built_in().unwrap();
    files.0.insert(format!("structure/{path}"), text.to_owned());
    Structure::read(files.structure())
}

#[test]
fn faulty_trees_are_refused() {
    let node = |slug: &str, to: &str| {
        format!("[node.{slug}]\nanswers = [{{ id = \"unknown\", to = \"{to}\" }}]\n")
    };
    for (text, fault) in [
        (
            node("start", "card:nothing"),
            "structure/nodes.toml:2:35: this leads nowhere, expected a card",
        ),
        (
            node("start", "node:nothing"),
            "structure/nodes.toml:2:35: this leads nowhere, expected a node",
        ),
        (
            node("start", "program:nothing"),
            "structure/nodes.toml:2:35: this leads nowhere, expected a program",
        ),
        (node("start", "clock"), "leads nowhere, expected card:"),
        (
            node("start", "card:clock").replace("answers", "see = \"node:nothing\"\nanswers"),
            "structure/nodes.toml:2:7: this leads nowhere, expected a node",
        ),
        (
            node("start", "card:clock") + "settled = { \"start.nothing\" = \"unknown\" }",
            "structure/nodes.toml:3:13: there is no answer `start.nothing`",
        ),
        (
            node("start", "card:clock") + "settled = { \"start.unknown\" = \"nothing\" }",
            "structure/nodes.toml:3:31: there is no answer `nothing`",
        ),
        (
            "[node.start]\nanswers = []".to_owned(),
            "structure/nodes.toml:1:7: the answer `unknown` is missing",
        ),
        (
            node("start", "card:clock").replace("answers", "by = \"test\"\nanswers"),
            "structure/nodes.toml:1:7: the answer `fine` is missing",
        ),
        (
            node("start", "card:clock")
                .replace("}]", "}, { id = \"unknown\", to = \"page:test\" }]"),
            "answer `unknown` is there twice",
        ),
    ] {
        let error = structure("nodes.toml", &text).unwrap_err();
        assert!(
            error.starts_with("structure/nodes.toml:"),
            "{text}: {error}"
        );
        assert!(error.contains(fault), "{text}: {error}");
    }
    let check = |text: &str| {
        let nodes = Nodes::read(File::new("nodes.toml", text)).unwrap();
        nodes.check(std::iter::empty())
    };
    for (text, fault) in [
        (node("start", "card:clock"), Ok(())),
        (
            node("begin", "card:clock"),
            Err("nodes.toml: there is no node `start`"),
        ),
        (
            node("start", "node:a") + &node("a", "node:b") + &node("b", "node:a"),
            Err("nodes.toml: node `a` leads back to itself: a → b"),
        ),
        (
            node("start", "card:clock") + &node("lonely", "card:clock"),
            Err("nodes.toml:3:7: nothing leads to `lonely`"),
        ),
    ] {
        let error = check(&text);
        assert_eq!(
            error.as_ref().map_err(String::as_str),
            fault.as_ref().map_err(|e| *e).map(|_| &())
        );
    }
}

#[test]
fn references_that_lead_nowhere_are_refused() {
    for (path, old, new, fault) in [
        (
            "errors.toml",
            "to = \"card:no-internet\"",
            "to = \"card:nothing\"",
            "this leads nowhere, expected a card",
        ),
        (
            "errors.toml",
            "program = \"outlook-classic\"",
            "program = \"outlook\"",
            "unknown `outlook`, expected the slug of a program",
        ),
        (
            "network.toml",
            "to = \"node:network\"",
            "to = \"node:nothing\"",
            "this leads nowhere, expected a node",
        ),
        (
            "remedies.toml",
            "ok = \"node:fine\"",
            "ok = \"page:nothing\"",
            "there is no page `nothing`",
        ),
        (
            "remedies.toml",
            "no-address = ",
            "no-adress = ",
            "`no-address` leads nowhere",
        ),
        (
            "programs.toml",
            "  \"geary\",\n",
            "",
            "`programs/geary.toml` has no place in the order",
        ),
        (
            "programs.toml",
            "\"geary\"",
            "\"gary\"",
            "structure/programs/gary.toml is missing",
        ),
        (
            "programs/geary.toml",
            "card = \"server-names\"",
            "card = \"server-name\"",
            "unknown `server-name`, expected the slug of a card",
        ),
        (
            "programs/geary.toml",
            "\"leave-copies\"",
            "\"clock\"",
            "unknown `clock`, expected the slug of a card with steps",
        ),
        (
            "programs/gmail-web.toml",
            "\"thunderbird\"",
            "\"windows-mail\"",
            "unknown `windows-mail`, expected the slug of a program",
        ),
        (
            "cards.toml",
            "[card.full-user-name]",
            "[card.user-name]",
            "this leads nowhere, expected a card",
        ),
        (
            "cards.toml",
            "prevention = \"leave-copies\"",
            "prevention = \"leave-copy\"",
            "unknown `leave-copy`, expected the slug of a card",
        ),
        (
            "network.toml",
            "to = \"card:other-network\"",
            "to = \"card:nothing\"",
            "this leads nowhere, expected a card",
        ),
        (
            "cards.toml",
            "[card.gmail-web]",
            "[card.gmail]",
            "there is no card `gmail-web`, expected one that says why",
        ),
    ] {
        let files = Files::built_in().unwrap();
        let text = files.0[&format!("structure/{path}")].replace(old, new);
        let error = structure(path, &text).unwrap_err();
        assert!(error.contains(fault), "{path}: {error}");
    }
}
