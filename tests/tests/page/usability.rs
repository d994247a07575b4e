//! The page for everybody: by keyboard, on a narrow screen, with a file that
//! is no disk.

use std::fs;
use std::ops::Deref;

use qcow2_stream_tests::browser::{Browser, Key, Kind};

use crate::disks::Disk;
use crate::native::{length, same_bytes};
use crate::stage::Page;
use crate::states::in_each_state;

in_both! {
    keyboard_is_enough_from_start_to_done_and_back,
    file_of_another_format_is_called_so_and_can_be_converted_all_the_same,
    empty_file_is_called_so_and_can_be_converted_all_the_same,
}

/// What has the focus: an id, or the text of a heading that can be seen.
const FOCUS: &str = "
const focus = document.activeElement;
return focus.checkVisibility() && focus.matches('h2') ? 'h2' : focus.id;";

#[track_caller]
fn focus_is_on_the_heading<B: Deref<Target = Browser>>(page: &Page<B>) {
    assert_eq!(page.look(FOCUS), "h2", "in the state {}", page.state());
}

/// Goes on with the tabulator until a control has the focus.
#[track_caller]
fn tab_to<B: Deref<Target = Browser>>(page: &Page<B>, id: &str) {
    let reached = (0..40).any(|_| {
        page.browser.press(Key::Tab);
        page.look(FOCUS) == id
    });
    assert!(reached, "the keyboard can't reach {id} in the state {}", page.state());
}

fn keyboard_is_enough_from_start_to_done_and_back(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::small("by-keyboard"));
    tab_to(&page, "file");
    page.scan(disk.path());
    focus_is_on_the_heading(&page);
    tab_to(&page, "save");
    page.browser.press(Key::Enter);
    page.wait_for("done");
    focus_is_on_the_heading(&page);
    page.end_of_download(&disk.image());
    tab_to(&page, "again");
    page.browser.press(Key::Space);
    page.wait_for("start");
    focus_is_on_the_heading(&page);
    let large = Disk::empty("long", 16 << 30);
    page.pick(large.path());
    page.wait_for("scanning");
    focus_is_on_the_heading(&page);
    tab_to(&page, "cancel");
    page.browser.press(Key::Enter);
    page.wait_for("start");
}

fn file_of_another_format_is_called_so_and_can_be_converted_all_the_same(kind: Kind) {
    let page = Page::open(kind);
    for (name, word, magic) in
        [("a", "qcow2", "QFI\u{fb}"), ("b", "VMDK", "KDMV"), ("c", "gzip", "\u{1f}\u{8b}\u{8}")]
    {
        let disk = Disk::new(&format!("other-{name}"), |path| {
            let magic: Vec<_> = magic.chars().map(|letter| letter as u8).collect();
            fs::write(path, [magic, vec![0; 4096]].concat()).expect("it is written");
        });
        page.pick(disk.path());
        assert!(page.says_error().contains(word), "{}", page.browser.text("main"));
        focus_is_on_the_heading(&page);
        goes_on_anyway(&page, &disk);
        page.browser.click("#again");
    }
}

fn empty_file_is_called_so_and_can_be_converted_all_the_same(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::empty("nothing", 0));
    page.pick(disk.path());
    assert!(page.says_error().contains("0 bytes"), "{}", page.browser.text("main"));
    goes_on_anyway(&page, &disk);
}

#[track_caller]
fn goes_on_anyway<B: Deref<Target = Browser>>(page: &Page<B>, disk: &Disk) {
    page.browser.click("#anyway");
    page.wait_for("ready");
    assert_eq!(page.promised(), length(&[], disk.path()));
    let image = page.save(&disk.image());
    same_bytes(&[], disk.path(), fs::File::open(image).expect("the image is there"));
}

#[test]
fn nothing_has_to_be_scrolled_sideways_on_the_narrowest_screen() {
    in_each_state(Kind::Chromium, |browser, state| {
        assert_eq!(browser.resize(320, 600), (320, 600));
        let script = "document.querySelectorAll('details').forEach((part) => part.open = true);
            return document.scrollingElement.scrollWidth";
        let width = browser.run(script, &[]).as_u64().expect("a width is a number");
        assert!(width <= 320, "{state} is {width} wide");
    });
}

#[test]
fn console_stays_without_errors() {
    let (page, disk) = (Page::open(Kind::Chromium), Disk::small("console"));
    page.browser.console_errors();
    page.browser.reload();
    page.scan(disk.path());
    page.save(&disk.image());
    let mut errors = page.browser.console_errors();
    // Those of the list of downloads are the browser's own.
    errors.retain(|error| !error.starts_with("chrome://"));
    assert_eq!(errors, [""; 0]);
}
