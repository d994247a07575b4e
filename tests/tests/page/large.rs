//! Large disks: the bytes, and the memory that it takes.

use std::fs;
use std::sync::{Mutex, PoisonError};

use qcow2_stream_tests::browser::{Browser, Kind};

use crate::disks::Disk;
use crate::native::{length, same_file};
use crate::stage::{DEADLINE, Page};

in_both! {
    half_full_file_system,
    tens_of_thousands_of_pieces,
    zeros_and_a_little_at_the_end,
}

/// Far less than the disk has. What browsers take for themselves, and when they collect what was thrown away, varies by 100 MiB
/// from run to run; the figures are printed.
const LIMIT: u64 = 1 << 30;

const SIZE: u64 = 4 << 30;

/// Held while there are large files, so that they are few at a time.
static ROOM: Mutex<()> = Mutex::new(());

fn half_full_file_system(kind: Kind) {
    let _room = ROOM.lock().unwrap_or_else(PoisonError::into_inner);
    converts_in_little_memory(kind, &Disk::ext4("ext4", SIZE));
}

fn tens_of_thousands_of_pieces(kind: Kind) {
    let _room = ROOM.lock().unwrap_or_else(PoisonError::into_inner);
    converts_in_little_memory(kind, &Disk::fragmented("pieces", SIZE));
}

/// Browsers don't tell holes, and read them all.
fn zeros_and_a_little_at_the_end(kind: Kind) {
    let disk = Disk::new("sparse", |path| {
        let disk = fs::File::create(path).expect("a file");
        std::os::unix::fs::FileExt::write_all_at(&disk, b"end", (6 << 30) - 3)
            .expect("it is written");
    });
    converts_in_little_memory(kind, &disk);
}

/// Saves without the list of downloads, which in Chromium is a page, with memory of its own.
fn save_without_a_look(page: &Page<&Browser>, disk: &Disk) {
    page.browser.click("#save");
    page.wait_for("done");
    page.browser.finished_download(&disk.image(), DEADLINE);
}

/// In a browser of its own, whose memory is that of nothing else.
fn converts_in_little_memory(kind: Kind, disk: &Disk) {
    let browser = Browser::start(kind);
    let page = Page::open_in(&browser);
    let idle = browser.memory();
    let (promised, scanning) = browser.peak_memory(|| page.scan(disk.path()));
    let (_, saving) = browser.peak_memory(|| save_without_a_look(&page, disk));
    let image = page.whole(&disk.image());
    let more = [scanning, saving].map(|peak| peak.saturating_sub(idle) >> 20);
    println!(
        "{kind:?}, {}: {} MiB idle, more to scan and to save: {more:?} MiB",
        disk.image(),
        idle >> 20
    );
    assert_eq!(promised, length(&[], disk.path()));
    same_file(&[], disk.path(), &image);
    assert!(
        scanning.max(saving) <= idle + LIMIT,
        "{kind:?}: {more:?} MiB more than the {idle} idle"
    );
}
