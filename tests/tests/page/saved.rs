//! What a person saves has the native command's bytes.

use std::fs;

use qcow2_stream_tests::browser::Kind;

use crate::disks::Disk;
use crate::native::{length, same_file};
use crate::stage::Page;

in_both! {
    small_disk_with_its_end_within_a_cluster,
    disk_of_zeros,
    dense_disk,
    options_chosen_before_the_disk,
    options_chosen_after_the_scan,
    second_disk_after_the_first,
    name_as_it_was_typed,
    names_that_browsers_would_change,
}

/// Converts a disk, and judges what is in the download folder.
fn converts(
    page: &Page<impl std::ops::Deref<Target = qcow2_stream_tests::browser::Browser>>,
    disk: &Disk,
) {
    assert_eq!(page.scan(disk.path()), length(&[], disk.path()));
    let image = page.save(&disk.image());
    same_file(&[], disk.path(), &image);
    fs::remove_file(image).expect("the image is ours");
}

fn small_disk_with_its_end_within_a_cluster(kind: Kind) {
    converts(&Page::open(kind), &Disk::small("small"));
}

fn disk_of_zeros(kind: Kind) {
    converts(&Page::open(kind), &Disk::empty("zeros", 100 << 20));
}

fn dense_disk(kind: Kind) {
    converts(&Page::open(kind), &Disk::dense("dense", 64 << 20));
}

fn second_disk_after_the_first(kind: Kind) {
    let page = Page::open(kind);
    for name in ["first", "second"] {
        converts(&page, &Disk::small(name));
        page.browser.click("#again");
        page.wait_for("start");
    }
}

const OPTIONS: [&str; 4] = ["-c", "4096", "-r", "1"];

fn options_chosen_before_the_disk(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::small("before"));
    page.choose("#cluster-size", OPTIONS[1]);
    page.choose("#refcount-bits", OPTIONS[3]);
    assert_eq!(page.scan(disk.path()), length(&OPTIONS, disk.path()));
    same_file(&OPTIONS, disk.path(), &page.save(&disk.image()));
}

fn options_chosen_after_the_scan(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::small("after"));
    page.scan(disk.path());
    for options in [["-c", "512", "-r", "64"], ["-c", "2097152", "-r", "8"]] {
        page.choose("#cluster-size", options[1]);
        page.choose("#refcount-bits", options[3]);
        page.wait_for("ready");
        assert_eq!(page.promised(), length(&options, disk.path()));
        // The browser's list tells them apart by their names.
        let name = format!("after-{}.qcow2", options[1]);
        page.choose("#output-name", &name);
        same_file(&options, disk.path(), &page.save(&name));
        page.browser.click("#again");
        page.scan(disk.path());
    }
}

fn name_as_it_was_typed(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::small("typed"));
    page.scan(disk.path());
    page.choose("#output-name", "größer, neu.qcow2");
    same_file(&[], disk.path(), &page.save("größer, neu.qcow2"));
}

/// Names of disks, and what becomes of them in every browser.
const NAMES: [(&str, &str); 5] = [
    ("100% %TEMP%", "100_ _TEMP_"),
    ("~two  spaces", "_two spaces"),
    (".in front", "in front"),
    ("un\u{200b}seen \u{202e}", "un_seen _"),
    ("a;b&c`d$e'f#g", "a;b&c`d$e'f#g"),
];

fn names_that_browsers_would_change(kind: Kind) {
    let page = Page::open(kind);
    let long = "\u{e4}".repeat(120);
    let shorter = "\u{e4}".repeat(97);
    for (name, wanted) in NAMES.into_iter().chain([(long.as_str(), shorter.as_str())]) {
        let disk = Disk::small(name);
        page.scan(disk.path());
        same_file(&[], disk.path(), &page.save(&format!("{wanted}.qcow2")));
        page.browser.click("#again");
    }
}
