//! Every way to save gives the native bytes.

use std::fs::{self, File};
use std::ops::Deref;
use std::process::{Command, Stdio};

use qcow2_stream_tests::browser::{Browser, Kind, State};

use crate::disks::Disk;
use crate::native::{same_bytes, same_file};
use crate::stage::Page;

/// More parts than Chromium saves as one `Blob`.
const FRAGMENTED: u64 = 512 << 20;

/// A disk that is ready to be saved, while the page is watched.
fn ready<B: Deref<Target = Browser>>(page: &Page<B>, disk: &Disk) {
    page.scan(disk.path());
    page.watch_routes();
}

#[test]
fn chromium_saves_a_plain_disk_as_a_blob() {
    let (page, disk) = (Page::open(Kind::Chromium), Disk::dense("as-blob", 32 << 20));
    ready(&page, &disk);
    same_file(&[], disk.path(), &page.save(&disk.image()));
    assert_eq!(page.route(), ["blob"]);
}

#[test]
fn chromium_streams_a_fragmented_disk() {
    let (page, disk) = (Page::open(Kind::Chromium), Disk::fragmented("streamed", FRAGMENTED));
    ready(&page, &disk);
    let image = page.save(&disk.image());
    same_file(&[], disk.path(), &image);
    assert_eq!(page.route(), ["streamed"]);
    fs::remove_file(image).expect("the image is ours");
}

#[test]
fn firefox_stages_every_disk() {
    let page = Page::open(Kind::Firefox);
    for disk in [Disk::small("staged"), Disk::fragmented("staged-parts", FRAGMENTED)] {
        ready(&page, &disk);
        let image = page.save(&disk.image());
        same_file(&[], disk.path(), &image);
        assert_eq!(page.route(), ["staged", "blob"]);
        fs::remove_file(image).expect("the image is ours");
        page.browser.click("#again");
    }
}

#[test]
fn chromium_saves_where_the_person_says() {
    let (page, disk) = (Page::open(Kind::Chromium), Disk::dense("picked", 32 << 20));
    page.tick("#choose-place");
    ready(&page, &disk);
    page.answer_dialogue();
    page.browser.click("#save");
    page.wait_for("done");
    assert_eq!(page.route(), ["picker"]);
    same_file(&[], disk.path(), &page.hand_out(&disk.image()));
}

#[test]
fn chromium_compresses_where_the_person_says() {
    let (page, disk) = (Page::open(Kind::Chromium), Disk::small("packed"));
    page.tick("#gzip");
    ready(&page, &disk);
    page.answer_dialogue();
    page.browser.click("#save");
    page.wait_for("done");
    assert_eq!(page.route(), ["picker"]);
    unpacks_to(&disk, &page.hand_out(&format!("{}.gz", disk.image())));
}

#[test]
fn firefox_compresses_what_it_stages() {
    let (page, disk) = (Page::open(Kind::Firefox), Disk::small("packed"));
    page.tick("#gzip");
    ready(&page, &disk);
    let name = format!("{}.gz", disk.image());
    page.browser.click("#save");
    page.wait_for("done");
    assert_eq!(page.end_of_download(&name).state, State::Complete);
    assert_eq!(page.route(), ["staged", "blob"]);
    unpacks_to(&disk, &page.browser.downloads().join(name));
}

fn unpacks_to(disk: &Disk, packed: &std::path::Path) {
    let mut gunzip = Command::new("gunzip");
    gunzip.stdin(File::open(packed).expect("the file is there")).stdout(Stdio::piped());
    let mut gunzip = gunzip.spawn().expect("gunzip is missing: apt-get install gzip");
    same_bytes(&[], disk.path(), gunzip.stdout.take().expect("a pipe"));
    assert!(gunzip.wait().expect("a child").success());
}
