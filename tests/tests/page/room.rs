//! What room saving takes is said before it begins.

use qcow2_stream_tests::browser::{Browser, Kind};

use crate::disks::Disk;
use crate::native::same_file;
use crate::stage::Page;

#[test]
fn firefox_says_before_save_that_the_image_takes_room_in_the_temporary_folder() {
    let (page, disk) = (Page::open(Kind::Firefox), Disk::dense("room", 32 << 20));
    page.scan(disk.path());
    let note = page.browser.text("#room-note");
    assert!(note.contains("temporary files") && note.contains("33.9 MB"), "{note:?}");
}

#[test]
fn a_private_window_of_firefox_says_before_save_that_the_image_stays_in_memory_twice() {
    let browser = Browser::start_private();
    let (page, disk) = (Page::open_in(&browser), Disk::dense("room-in-private", 32 << 20));
    page.scan(disk.path());
    let note = page.browser.text("#room-note");
    assert!(note.contains("private window") && note.contains("67.8 MB of memory"), "{note:?}");
    page.browser.click("#save");
    page.wait_for("done");
    // Its list of downloads is that of other windows.
    let image = page.browser.finished_download(&disk.image(), crate::stage::DEADLINE);
    same_file(&[], disk.path(), &image);
}

#[test]
fn chromium_needs_no_room_but_for_the_image() {
    let (page, disk) = (Page::open(Kind::Chromium), Disk::small("no-room-needed"));
    page.scan(disk.path());
    assert_eq!(page.browser.text("#room-note"), "");
}
