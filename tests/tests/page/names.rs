//! A disk's name is a stranger's text: it is shown as text, steers nothing, and is saved under a name that is safe everywhere.

use std::process::Command;

use qcow2_stream_tests::browser::{Kind, Site};
use serde_json::{Value, json};

use crate::disks::Disk;
use crate::native::same_file;
use crate::stage::Page;

in_both! {
    a_name_is_shown_as_text_and_never_as_markup,
    a_name_cannot_turn_or_break_the_text_around_it,
    a_name_of_any_length_stays_within_the_page,
    a_path_is_saved_as_a_name,
}

/// A name that would be a picture, a script and a heading.
const MARKUP: &str = "<img src=x onerror=\"window.ran=1\"><script>window.ran=1<b>&lt;h2&gt;";

fn a_name_is_shown_as_text_and_never_as_markup(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::empty(MARKUP, 0));
    let elements =
        "return [document.querySelectorAll('img, script, b, h2').length, window.ran ?? null]";
    page.pick(disk.path());
    page.wait_for_error();
    let named = |text: String| assert!(text.contains(MARKUP), "{text:?}");
    named(page.browser.text("#error-message"));
    let before = page.look(elements);
    page.browser.click("#anyway");
    page.wait_for("ready");
    page.save("_img src=x onerror=_window.ran=1___script_window.ran=1_b_&lt;h2&gt;.qcow2");
    named(page.steps());
    assert_eq!(page.look(elements), before);
    assert_eq!(before[1], Value::Null);
}

fn a_name_cannot_turn_or_break_the_text_around_it(kind: Kind) {
    let disk = Disk::empty("\u{202e}war\t.\u{1b}[31m\u{2066}x", 0);
    let page = Page::open(kind);
    page.pick(disk.path());
    page.wait_for_error();
    let text = page.browser.text("#error-message");
    let shown = "“‹U+202E›war‹U+0009›.‹U+001B›[31m‹U+2066›x.raw”";
    assert!(text.starts_with(shown), "{text:?}");
    page.browser.click("#anyway");
    page.wait_for("ready");
    page.save("_war ._[31m_x.qcow2");
    let steps = page.steps();
    assert!(steps.contains("-F qcow2 FILE "), "{steps:?}");
}

fn a_name_of_any_length_stays_within_the_page(kind: Kind) {
    let name = "x".repeat(251);
    let (page, disk) = (Page::open(kind), Disk::empty(&name, 0));
    let within = |state: &str| {
        let width = page.look("return document.scrollingElement.scrollWidth - innerWidth");
        assert!(width.as_i64().is_some_and(|width| width <= 0), "{state}: {width}");
    };
    page.browser.resize(500, 700);
    page.pick(disk.path());
    page.wait_for_error();
    within("error");
    page.browser.click("#anyway");
    page.wait_for("ready");
    within("ready");
    page.save(&format!("{}.qcow2", "x".repeat(194)));
    within("done");
}

fn a_path_is_saved_as_a_name(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::small("path"));
    for (typed, wanted) in [("../../../out.qcow2", "_.._.._out.qcow2"), ("/tmp/out", "_tmp_out")] {
        page.scan(disk.path());
        page.choose("#output-name", typed);
        same_file(&[], disk.path(), &page.save(wanted));
        page.browser.click("#again");
    }
}

/// What becomes of names that a system takes for something else than a file in the folder.
const SAVED: [(&str, &str); 14] = [
    ("", "disk"),
    (".", "disk"),
    ("..", "disk"),
    ("../x", "_x"),
    ("..\\..\\x", "_.._x"),
    ("C:\\x", "C__x"),
    ("CON", "_CON"),
    ("nul.qcow2", "_nul.qcow2"),
    ("Com1.tar.gz", "_Com1.tar.gz"),
    ("lpt¹.x", "_lpt¹.x"),
    ("console.qcow2", "console.qcow2"),
    ("x.qcow2. .", "x.qcow2"),
    ("a\0b\r\nc", "a_b c"),
    ("x:stream", "x_stream"),
];

#[test]
fn a_name_that_a_system_takes_for_something_else_is_changed() {
    let saved = asked("fileName(name)", &SAVED.map(|(name, _)| name));
    assert_eq!(saved, SAVED.map(|(_, wanted)| wanted));
}

/// Names that a shell would take for more than a word.
const WORDS: [&str; 9] =
    ["$(touch ran)", "`x`", "a'b", "a\"b", "-rf", "~", "a b;c", "x&y|z>w", "@a\\"];

#[test]
fn a_name_in_a_command_is_one_word_to_a_shell() {
    let words = asked("quoted(name, false)", &WORDS);
    for (name, word) in WORDS.iter().zip(words) {
        let mut shell = Command::new("sh");
        let said = shell.args(["-c", &format!("printf %s {word}")]).output().expect("a shell");
        let said = String::from_utf8(said.stdout).expect("UTF-8");
        assert_eq!(said.trim_start_matches("./"), *name, "{word}");
    }
}

#[test]
fn a_name_that_a_shell_of_windows_would_expand_is_left_to_the_reader() {
    let names = ["$(calc).raw", "%PATH%", "`n", "x”; calc; “", "!x!", "two words"];
    let words = asked("quoted(name, true)", &names);
    assert_eq!(words, ["FILE", "FILE", "FILE", "FILE", "FILE", "\"two words\""]);
}

/// What the page's own function makes of names.
fn asked(call: &str, names: &[&str]) -> Vec<String> {
    let page = Page::open(Kind::Chromium);
    let script = format!(
        "const {{ fileName, quoted }} = await import(arguments[0]);
        return arguments[1].map((name) => {call})"
    );
    let module = format!("{}app/names.js", Site::build_and_serve().url());
    let answers = page.browser.run(&script, &[json!(module), json!(names)]);
    serde_json::from_value(answers).expect("a list of names")
}
