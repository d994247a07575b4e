//! The kit drives each browser as its users do.

use std::fs;
use std::time::Duration;

use qcow2_stream_tests::browser::{Browser, Key, Kind, State, wait_for};
use serde_json::json;

use crate::stage::url;

/// Far more than anything here takes, on the slowest machine.
const DEADLINE: Duration = Duration::from_secs(120);

/// The browsers that tell of their downloads.
const TELLING: [Kind; 2] = [Kind::Chromium, Kind::Firefox];

/// Makes a file of that many bytes, none of them like its neighbours, and has it downloaded.
const DOWNLOAD: &str = "
const [name, size] = arguments;
const bytes = Uint8Array.from({ length: size }, (_, at) => at % 251);
const link = document.createElement('a');
link.href = URL.createObjectURL(new Blob([bytes]));
link.download = name;
document.body.append(link);
link.click();";

#[test]
fn script_awaits_and_returns_what_it_has() {
    for kind in Kind::ALL {
        let browser = Browser::shared(kind);
        let script = "
            const [first, second] = arguments;
            await new Promise((next) => setTimeout(next, 10));
            return { sum: first + second, list: [null, 'ü'] };";
        let value = browser.run(script, &[json!(2), json!(3)]);
        assert_eq!(value, json!({ "sum": 5, "list": [null, "ü"] }), "{kind:?}");
        assert_eq!(browser.run("", &[]), json!(null), "{kind:?}");
    }
}

#[test]
fn exception_comes_back_with_its_message_and_its_stack() {
    for kind in Kind::ALL {
        let browser = Browser::shared(kind);
        let script = "function culprit() { throw new TypeError('no such thing'); }
            await 0;
            culprit();";
        let error = browser.try_run(script, &[]).expect_err("the script throws");
        for word in ["TypeError: no such thing", "culprit"] {
            assert!(error.contains(word), "{kind:?}: {word} is not in: {error}");
        }
        assert_eq!(browser.try_run("return 1", &[]), Ok(json!(1)), "{kind:?}");
    }
}

#[test]
fn picked_file_is_read_by_the_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("disk with ü.raw");
    fs::write(&file, [7; 12345]).expect("the file is written");
    for kind in Kind::ALL {
        let browser = Browser::shared(kind);
        browser.go(url());
        browser.pick("#file", &file);
        wait_for("the file's length", DEADLINE, || {
            let title = browser.run("return document.title", &[]);
            (title == "disk with ü.raw has 12345").then_some(())
        });
    }
}

#[test]
fn clicks_and_keys_press_the_button() {
    for kind in Kind::ALL {
        let browser = Browser::shared(kind);
        browser.go(url());
        browser.click("#count");
        assert_eq!(browser.text("#count"), "1", "{kind:?}");
        for (key, count) in [(Key::Enter, "2"), (Key::Space, "3")] {
            browser.press(key);
            assert_eq!(browser.text("#count"), count, "{kind:?}: {key:?}");
        }
        browser.reload();
        assert_eq!(browser.text("#count"), "0", "{kind:?}");
    }
}

#[test]
fn tab_goes_to_the_next_control_and_back() {
    for kind in Kind::ALL {
        let browser = Browser::shared(kind);
        browser.go(url());
        browser.run("document.querySelector('#file').focus()", &[]);
        for (key, id) in [(Key::Tab, "count"), (Key::ShiftTab, "file")] {
            browser.press(key);
            let focus = browser.run("return document.activeElement.id", &[]);
            assert_eq!(focus, id, "{kind:?}: {key:?}");
        }
    }
}

#[test]
fn downloaded_file_has_the_bytes() {
    let bytes: Vec<_> = (0..3_000_000_u32).map(|at| (at % 251) as u8).collect();
    for kind in Kind::ALL {
        let browser = Browser::shared(kind);
        browser.go(url());
        for name in ["one.bin", "another.bin"] {
            browser.run(DOWNLOAD, &[json!(name), json!(bytes.len())]);
            let path = browser.finished_download(name, DEADLINE);
            assert!(fs::read(path).expect("the file can be read") == bytes, "{kind:?}: {name}");
        }
    }
}

#[test]
fn finished_download_is_told_as_complete() {
    for kind in TELLING {
        let browser = Browser::shared(kind);
        browser.go(url());
        browser.run(DOWNLOAD, &[json!("whole.bin"), json!(4321)]);
        browser.finished_download("whole.bin", DEADLINE);
        let told = wait_for("the end", DEADLINE, || {
            browser.download_as_told("whole.bin").filter(|told| told.state != State::InProgress)
        });
        assert_eq!((told.state, told.bytes), (State::Complete, 4321), "{kind:?}");
    }
}

#[test]
fn cut_download_is_told_as_failed() {
    for kind in TELLING {
        let browser = Browser::shared(kind);
        browser.go(url());
        browser.click("#cut");
        let told = wait_for("the end", DEADLINE, || {
            browser.download_as_told("cut.bin").filter(|told| told.state != State::InProgress)
        });
        assert!(matches!(told.state, State::Failed(_)), "{kind:?}: {told:?}");
        assert_eq!(browser.text("#cut"), "cut", "{kind:?}: the page is another one");
        assert!(!browser.downloads().join("cut.bin").exists(), "{kind:?}");
    }
}

#[test]
fn page_stays_in_sight_while_downloads_are_told() {
    for kind in TELLING {
        let browser = Browser::shared(kind);
        browser.go(url());
        browser.run("window.changes = 0; onvisibilitychange = () => changes++", &[]);
        browser.downloads_as_told();
        let seen = browser.run("return [document.visibilityState, changes]", &[]);
        assert_eq!(seen, json!(["visible", 0]), "{kind:?}");
    }
}

#[test]
fn closed_page_makes_room_for_another() {
    for kind in Kind::ALL {
        let browser = Browser::shared(kind);
        browser.go(url());
        browser.close_page();
        assert_eq!(browser.run("return document.title", &[]), "", "{kind:?}");
        browser.go(url());
        assert_eq!(browser.text("#cut"), "cut", "{kind:?}");
    }
}

#[test]
fn page_has_the_size_that_it_is_given() {
    for kind in Kind::ALL {
        let browser = Browser::shared(kind);
        browser.go(url());
        assert_eq!(browser.resize(900, 600), (900, 600), "{kind:?}");
        let picture = browser.screenshot();
        assert_eq!(picture[..8], *b"\x89PNG\r\n\x1a\n", "{kind:?}");
        let number = |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().expect("four"));
        assert_eq!((number(16), number(20)), (900, 600), "{kind:?}");
    }
}

#[test]
fn peak_of_memory_has_what_the_page_held_meanwhile() {
    const HELD: u64 = 200 << 20;
    for kind in Kind::ALL {
        let browser = Browser::shared(kind);
        browser.go(url());
        let before = browser.memory();
        assert!(before > 20 << 20, "{kind:?}: {before}");
        let script = "window.held = new Uint8Array(arguments[0]).fill(1);
            await new Promise((next) => setTimeout(next, 1500));
            return held.length;";
        let (length, peak) = browser.peak_memory(|| browser.run(script, &[json!(HELD)]));
        assert_eq!(length, HELD, "{kind:?}");
        assert!(peak > before + HELD * 9 / 10, "{kind:?}: {before}, {peak}");
    }
}

#[test]
fn console_tells_what_a_page_throws() {
    let browser = Browser::shared(Kind::Chromium);
    browser.go(url());
    browser.console_errors();
    browser.run("setTimeout(() => { throw new Error('nobody catches this') })", &[]);
    let errors = wait_for("an error", DEADLINE, || {
        Some(browser.console_errors()).filter(|errors| !errors.is_empty())
    });
    assert!(errors[0].contains("nobody catches this"), "{errors:?}");
}

#[test]
fn chromium_takes_commands_of_its_own() {
    let browser = Browser::shared(Kind::Chromium);
    browser.go(url());
    let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
    browser.cdp("Emulation.setEmulatedMedia", dark);
    let is_dark = browser.run("return matchMedia('(prefers-color-scheme: dark)').matches", &[]);
    browser.cdp("Emulation.setEmulatedMedia", json!({ "features": [] }));
    assert_eq!(is_dark, true);
}
