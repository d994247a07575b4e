//! A person who changes their mind.

use std::fs;
use std::ops::Deref;

use qcow2_stream_tests::browser::{Browser, Kind, wait_for};

use super::no_download;
use crate::disks::Disk;
use crate::native::{same_bytes, same_file};
use crate::stage::{DEADLINE, Page};

in_both! {
    cancelled_scan_makes_room_for_another,
}

/// More than is written until the page hears of it.
const SIZE: u64 = 1 << 30;

fn cancelled_scan_makes_room_for_another(kind: Kind) {
    let (page, large) = (Page::open(kind), Disk::empty("never-scanned", 16 << 30));
    let disk = Disk::small("after-cancel");
    page.pick(large.path());
    wait_for("progress", DEADLINE, || {
        (page.look("return document.querySelector('#progress').value > 0.01") == true).then_some(())
    });
    page.browser.click("#cancel");
    assert_eq!(page.state(), "start");
    page.scan(disk.path());
    same_file(&[], disk.path(), &page.save(&disk.image()));
}

/// Cancels, and has the page back at what the scan found.
#[track_caller]
fn cancel_saving<B: Deref<Target = Browser>>(page: &Page<B>) {
    page.begin_to_save();
    page.browser.click("#cancel");
    page.wait_for("ready");
    assert!(page.browser.text("#remark").contains("cancelled"));
}

fn cancelled_save_leaves_nothing_and_can_be_repeated(kind: Kind, name: &str) {
    let (page, disk) = (Page::open(kind), Disk::fragmented(name, SIZE));
    page.scan(disk.path());
    cancel_saving(&page);
    no_download(&page, &disk.image());
    let image = page.save(&disk.image());
    same_file(&[], disk.path(), &image);
    fs::remove_file(image).expect("the image is ours");
}

#[test]
fn cancelled_stream_leaves_nothing_and_can_be_repeated() {
    cancelled_save_leaves_nothing_and_can_be_repeated(Kind::Chromium, "cancelled-streamed");
}

/// Like a service worker that is never ready.
const NEVER_READY: &str = "
Object.defineProperty(navigator.serviceWorker, 'ready', { configurable: true, value: new Promise(() => {}) });";

const READY: &str = "delete navigator.serviceWorker.ready;";

#[test]
fn stream_cancelled_before_it_begins_is_over_at_once() {
    let name = "cancelled-before-streamed";
    let (page, disk) = (Page::open(Kind::Chromium), Disk::fragmented(name, 512 << 20));
    page.scan(disk.path());
    page.look(NEVER_READY);
    page.browser.click("#save");
    page.wait_for("saving");
    page.browser.click("#cancel");
    // Had the page waited for the browser, it would have given up, and called that an error.
    page.wait_for("ready");
    assert!(page.browser.text("#remark").contains("cancelled"));
    no_download(&page, &disk.image());
    page.look(READY);
    same_file(&[], disk.path(), &page.save(&disk.image()));
}

#[test]
fn cancelled_staging_leaves_nothing_and_can_be_repeated() {
    cancelled_save_leaves_nothing_and_can_be_repeated(Kind::Firefox, "cancelled-staged");
}

#[test]
fn cancelled_file_of_the_dialogue_is_removed() {
    let (page, disk) = (Page::open(Kind::Chromium), Disk::dense("cancelled-picked", SIZE));
    page.tick("#choose-place");
    page.scan(disk.path());
    page.watch_routes();
    page.answer_dialogue();
    cancel_saving(&page);
    assert!(!page.picked().contains(&disk.image()), "{:?}", page.picked());
    page.browser.click("#save");
    page.wait_for("done");
    let image = page.hand_out(&disk.image());
    same_bytes(&[], disk.path(), fs::File::open(&image).expect("the image is there"));
    fs::remove_file(image).expect("the image is ours");
    page.throw_away(&disk.image());
}
