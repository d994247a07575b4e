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

/// How much more memory than idle a conversion may take, in bytes.
const LIMIT: u64 = 150 << 20;

/// What browsers take for themselves varies, and only ever adds.
const TRIES: u32 = 3;

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

fn converts_in_little_memory(kind: Kind, disk: &Disk) {
    let mut tries = (0..TRIES).map(|_| memory_to_convert(kind, disk));
    assert!(
        tries.any(|more| more <= LIMIT),
        "{kind:?}, {}: more than {LIMIT} each time",
        disk.image()
    );
}

/// In a browser of its own, whose memory is that of nothing else: how much more than idle it takes, in bytes.
fn memory_to_convert(kind: Kind, disk: &Disk) -> u64 {
    let browser = Browser::start(kind);
    let page = Page::open_in(&browser);
    let idle = browser.memory();
    let (promised, scanning) = browser.peak_memory(|| page.scan(disk.path()));
    let (_, saving) = browser.peak_memory(|| save_without_a_look(&page, disk));
    let image = page.whole(&disk.image());
    let more = [scanning, saving].map(|peak| peak.saturating_sub(idle));
    println!(
        "{kind:?}, {}: {} MiB idle, more to scan and to save: {:?} MiB",
        disk.image(),
        idle >> 20,
        more.map(|bytes| bytes >> 20)
    );
    assert_eq!(promised, length(&[], disk.path()));
    same_file(&[], disk.path(), &image);
    more[0].max(more[1])
}
