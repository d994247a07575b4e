//! What shows where, and in which words.

use qcow2_stream_tests::browser::Kind;
use serde_json::json;

use crate::disks::Disk;
use crate::stage::Page;

in_both! {
    save_is_in_sight_when_the_disk_is_ready_on_small_screens_and_at_twice_the_size,
    all_options_are_folded_away_at_first,
    ready_says_the_name_what_is_saved_and_the_exact_sizes,
    a_full_disk_is_called_full_and_its_image_larger,
    a_share_begins_a_sentence,
    the_facts_of_a_saved_image_stand_below_one_another,
    counts_agree_with_their_nouns,
}

/// Whether the whole button can be seen and clicked on without scrolling.
const IN_SIGHT: &str = "
const { left, right, top, bottom } = document.querySelector('#save').getBoundingClientRect();
const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
return top >= 0 && bottom <= innerHeight && right <= innerWidth && hit.id === 'save';";

fn save_is_in_sight_when_the_disk_is_ready_on_small_screens_and_at_twice_the_size(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::small("in-sight"));
    // A telephone, and a small and a large screen whose pages are shown twice as large.
    for (width, height) in [(380, 740), (640, 330), (500, 450), (1000, 700)] {
        let size = page.browser.resize(width, height);
        page.scan(disk.path());
        assert_eq!(page.look(IN_SIGHT), true, "{size:?}");
        page.browser.click("#again");
    }
}

fn all_options_are_folded_away_at_first(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::small("folded"));
    let seen = "return [...document.querySelectorAll('#options input, #options select')]
        .filter((control) => control.checkVisibility()).map(({ id }) => id)";
    assert_eq!(page.look(seen), json!([]));
    page.scan(disk.path());
    assert_eq!(page.look(seen), json!([]));
    page.look("document.querySelector('#options').scrollIntoView({ block: 'center' })");
    page.browser.click("#options summary");
    assert!(page.look(seen).as_array().is_some_and(|ids| ids.len() >= 3));
}

fn ready_says_the_name_what_is_saved_and_the_exact_sizes(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::small("worth-it"));
    assert_eq!(page.scan(disk.path()), 589_824);
    let text = page.browser.text("#ready-part");
    let lines: Vec<_> = text.lines().take(3).collect();
    assert_eq!(lines, ["Ready to save", "From worth-it.raw", "80% smaller than the disk"]);
    for words in ["590 kB", "589,824 bytes", "3 MB", "3,000,320 bytes"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("iB"), "one system of units: {text}");
}

fn a_full_disk_is_called_full_and_its_image_larger(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::dense("full", 4 << 20));
    page.scan(disk.path());
    let gain = page.browser.text("#saving-words");
    assert_eq!(gain, "8% larger: the disk is full, there are no zeros to leave out");
    assert!(page.browser.text("#picture-caption").contains("everywhere"));
}

fn a_share_begins_a_sentence(kind: Kind) {
    let page = Page::open(kind);
    page.scan(Disk::empty("hardly-anything", 1 << 30).path());
    assert_eq!(page.browser.text("#saving-words"), "More than 99% smaller than the disk");
    page.browser.click("#again");
    page.scan(Disk::empty("tiny", 512).path());
    assert_eq!(page.browser.text("#saving-words"), "Larger than the disk");
}

/// Where the terms begin, and where what is said of them.
const COLUMNS: &str = "
const left = (selector) => [...document.querySelectorAll(selector)].map((part) => Math.round(part.getBoundingClientRect().left));
return [left('.facts dt'), left('.facts dd')];";

fn the_facts_of_a_saved_image_stand_below_one_another(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::small("aligned-with-a-name-that-is-long"));
    page.scan(disk.path());
    page.save(&disk.image());
    for (width, height) in [(380, 740), (1000, 700)] {
        let size = page.browser.resize(width, height);
        let columns = page.look(COLUMNS);
        for column in 0..2 {
            assert_eq!(columns[column][0], columns[column][1], "{size:?}: {columns}");
        }
        assert!(columns[0][0].as_u64() < columns[1][0].as_u64(), "{size:?}: {columns}");
    }
}

fn counts_agree_with_their_nouns(kind: Kind) {
    let page = Page::open(kind);
    let script = "const { exact, plural, timeLeft } = await import(new URL('format.js', document.querySelector('script').src).href);
        return [exact(1), exact(2), plural(1, 'piece', 'pieces'), plural(1000, 'piece', 'pieces'), timeLeft(60), timeLeft(120)];";
    let words = [
        "1 byte",
        "2 bytes",
        "1 piece",
        "1,000 pieces",
        "about 1 minute left",
        "about 2 minutes left",
    ];
    assert_eq!(page.look(script), json!(words));
}

#[test]
fn a_touch_screen_is_told_to_tap_and_a_mouse_to_drop() {
    let page = Page::open(Kind::Chromium);
    assert!(page.browser.text("#file-hint").starts_with("Drop"));
    page.browser.cdp("Emulation.setTouchEmulationEnabled", json!({ "enabled": true }));
    let hint = page.browser.text("#file-hint");
    page.browser.cdp("Emulation.setTouchEmulationEnabled", json!({ "enabled": false }));
    assert!(hint.starts_with("Tap"), "{hint}");
}

/// So that a size can be compared with what the file manager shows.
#[test]
fn sizes_are_counted_as_the_system_s_file_manager_counts_them() {
    let page = Page::open(Kind::Chromium);
    let script = "const { size } = await import(new URL('format.js', document.querySelector('script').src).href);
        return [size(1), size(2000), size(1024 ** 3)];";
    assert_eq!(page.look(script), json!(["1 byte", "2 kB", "1.07 GB"]));
    let agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0.0.0";
    page.browser.cdp("Emulation.setUserAgentOverride", json!({ "userAgent": agent }));
    page.browser.reload();
    page.wait_for("start");
    let told = page.look(script);
    page.browser.cdp("Emulation.setUserAgentOverride", json!({ "userAgent": "" }));
    assert_eq!(told, json!(["1 byte", "1.95 kB", "1 GB"]));
}
