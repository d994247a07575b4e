//! A disk that changes.

use std::fs::{self, OpenOptions};
use std::ops::Deref;
use std::os::unix::fs::FileExt;
use std::path::Path;

use qcow2_stream_tests::browser::{Browser, Kind, State, wait_for};

use super::no_download;
use crate::disks::Disk;
use crate::stage::{DEADLINE, Page};

in_both! {
    change_between_scan_and_save_is_an_error,
    change_while_it_is_scanned_is_an_error,
}

/// What can happen to a disk, the worst at the end.
const CHANGES: [Change; 3] = [Change::Rewritten, Change::Truncated, Change::Deleted];

/// What of that a browser notices by itself.
fn noticed(kind: Kind) -> &'static [Change] {
    // Firefox compares no times.
    if kind == Kind::Firefox { &CHANGES[1..] } else { &CHANGES }
}

#[derive(Clone, Copy, Debug)]
enum Change {
    /// Some of the last bytes become others, in two clusters of which one holds data.
    Rewritten,
    /// The second half is gone.
    Truncated,
    Deleted,
}

impl Change {
    fn happen(&self, disk: &Path) {
        let length = fs::metadata(disk).expect("the disk is there").len();
        let file = OpenOptions::new().write(true).open(disk).expect("the disk can be changed");
        match self {
            Self::Rewritten => {
                file.write_all_at(b"changed", length - 7).expect("a write");
                file.write_all_at(b"changed", length - 7 - 65_536).expect("a write");
            }
            Self::Truncated => file.set_len(length / 2).expect("a new length"),
            Self::Deleted => fs::remove_file(disk).expect("the disk is ours"),
        }
    }
}

fn change_between_scan_and_save_is_an_error(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::dense("between", 32 << 20));
    for change in CHANGES {
        page.scan(disk.path());
        change.happen(disk.path());
        println!("{kind:?}: {change:?}");
        page.browser.click("#save");
        page.says_error();
        no_download(&page, &disk.image());
        page.browser.click("#again");
    }
}

fn change_while_it_is_scanned_is_an_error(kind: Kind) {
    // Quicker written than scanned.
    let (page, disk) = (Page::open(kind), Disk::empty("scanned", 8 << 30));
    for change in noticed(kind) {
        page.pick(disk.path());
        wait_for("progress", DEADLINE, || {
            let moves = page.look("return document.querySelector('#progress').value > 0.02");
            (moves == true && page.state() == "scanning").then_some(())
        });
        change.happen(disk.path());
        println!("{kind:?}: {change:?}");
        page.says_error();
        page.browser.click("#again");
    }
}

/// The page writes the image, and sees what it reads.
fn change_during_save_is_an_error(kind: Kind, name: &str) {
    let (page, disk) = (Page::open(kind), Disk::fragmented(name, 1 << 30));
    for change in CHANGES {
        page.scan(disk.path());
        page.begin_to_save();
        change.happen(disk.path());
        println!("{kind:?}: {change:?}");
        page.says_error();
        no_download(&page, &disk.image());
        page.browser.click("#again");
    }
}

#[test]
fn change_during_a_streamed_download_is_an_error() {
    change_during_save_is_an_error(Kind::Chromium, "changed-streamed");
}

#[test]
fn change_during_staging_is_an_error() {
    change_during_save_is_an_error(Kind::Firefox, "changed-staged");
}

/// Chromium copies from disk to disk by itself; the page has no part in it.
#[test]
fn change_while_chromium_copies_a_blob_fails_the_download() {
    let (page, disk) = (Page::open(Kind::Chromium), Disk::dense("copied", 1 << 30));
    for change in CHANGES {
        page.scan(disk.path());
        page.browser.click("#save");
        wait_until_it_copies(&page);
        change.happen(disk.path());
        let told = page.end_of_download(&disk.image());
        assert!(matches!(told.state, State::Failed(_)), "{change:?}: {told:?}");
        no_download(&page, &disk.image());
        page.browser.click("#again");
    }
}

/// Until there are some bytes of it, under whatever name.
fn wait_until_it_copies<B: Deref<Target = Browser>>(page: &Page<B>) {
    wait_for("a download that grows", DEADLINE, || {
        let files = fs::read_dir(page.browser.downloads()).expect("the folder can be listed");
        let mut lengths = files.filter_map(|file| {
            let file =
                file.ok().filter(|file| file.path().extension() == Some("crdownload".as_ref()));
            Some(file?.metadata().ok()?.len())
        });
        lengths.any(|length| length > 1 << 20).then_some(())
    });
}
