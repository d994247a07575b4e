//! What a page shows that was left while it saved, and that the browser goes back to.

use std::fs::File;
use std::ops::Deref;

use qcow2_stream_tests::browser::{Browser, Kind, Site, State};

use crate::disks::Disk;
use crate::native::same_bytes;
use crate::stage::Page;

in_both! {
    a_page_that_is_told_it_is_left_while_it_saves_shows_the_result,
    a_page_that_was_left_while_it_saved_and_is_gone_back_to_can_save,
    a_page_that_was_left_with_its_result_and_is_gone_back_to_can_save,
}

/// As when a browser keeps the page for going back to it.
const LEFT: &str = "dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));";

fn a_page_that_is_told_it_is_left_while_it_saves_shows_the_result(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::fragmented("left", 512 << 20));
    page.scan(disk.path());
    page.begin_to_save();
    page.look(LEFT);
    page.wait_for("ready");
    assert!(page.browser.text("#remark").contains("this page was left"));
}

/// Tells a page that the browser kept from one that it loaded again.
const MARK: &str = "window.kept = true;";

/// Goes to a page of another site, and back. Returns whether the browser has kept the page.
fn leave_and_go_back(page: &Page<impl Deref<Target = Browser>>) -> bool {
    page.look(MARK);
    let elsewhere = Site::build_and_serve().url().replace("localhost", "127.0.0.1");
    page.browser.go(&format!("{elsewhere}icon.svg"));
    page.browser.go_back();
    page.wait_until("document.querySelector('main')?.dataset.state !== undefined && document.querySelector('#loading').hidden");
    page.look("return window.kept === true") == true
}

/// Saves from where the page is.
fn saves(page: &Page<impl Deref<Target = Browser>>, disk: &Disk, name: &str, kept: bool) {
    if kept {
        page.wait_for("ready");
    } else {
        page.wait_for("start");
        page.scan(disk.path());
    }
    page.choose("#output-name", name);
    let image = page.save(name);
    same_bytes(&[], disk.path(), File::open(&image).expect("the image is there"));
    std::fs::remove_file(image).expect("the image is ours");
}

fn a_page_that_was_left_while_it_saved_and_is_gone_back_to_can_save(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::fragmented("gone-back-to", 512 << 20));
    page.scan(disk.path());
    page.begin_to_save();
    let kept = leave_and_go_back(&page);
    // Firefox keeps no page that asks before it is left.
    assert_eq!(kept, kind == Kind::Chromium);
    if kept {
        page.wait_for("ready");
        assert!(page.browser.text("#remark").contains("this page was left"));
    }
    let told = page.browser.download_as_told(&disk.image());
    assert!(told.is_none_or(|told| told.state != State::Complete), "half an image counts as whole");
    saves(&page, &disk, "after-all.qcow2", kept);
}

fn a_page_that_was_left_with_its_result_and_is_gone_back_to_can_save(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::small("result-kept"));
    page.scan(disk.path());
    let kept = leave_and_go_back(&page);
    assert!(kept, "{kind:?} has not kept the page");
    saves(&page, &disk, "kept-result.qcow2", kept);
}
