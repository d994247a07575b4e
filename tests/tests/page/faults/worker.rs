//! A download that comes through the service worker, and what may happen to
//! that.

use qcow2_stream_tests::browser::{Kind, State};
use serde_json::json;

use super::no_download;
use crate::disks::Disk;
use crate::stage::Page;

/// More than is written until the test acts.
const SIZE: u64 = 1 << 30;

#[test]
fn stopped_worker_fails_the_download_and_the_page_says_so() {
    let (page, disk) = (Page::open(Kind::Chromium), Disk::fragmented("stopped", SIZE));
    page.scan(disk.path());
    page.browser.cdp("ServiceWorker.enable", json!({}));
    page.begin_to_save();
    page.browser.cdp("ServiceWorker.stopAllWorkers", json!({}));
    let told = page.end_of_download(&disk.image());
    assert!(matches!(told.state, State::Failed(_)), "{told:?}");
    page.says_error();
    no_download(&page, &disk.image());
}

#[test]
fn closed_page_fails_the_download() {
    let (page, disk) = (Page::open(Kind::Chromium), Disk::fragmented("closed", SIZE));
    page.scan(disk.path());
    page.begin_to_save();
    page.browser.close_page();
    let told = page.end_of_download(&disk.image());
    assert!(matches!(told.state, State::Failed(_)), "{told:?}");
    no_download(&page, &disk.image());
}
