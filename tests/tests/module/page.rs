//! A page of another's, which converts what is picked in it.

use std::fs;
use std::path::Path;

use qcow2_stream_tests::browser::{Browser, Kind, Site, wait_for};
use qcow2_stream_tests::command::{FrontEnd, Workplace, run};
use qcow2_stream_tests::corpus::{Fill, Input, Write};
use qcow2_stream_tests::digest::sha256_hex;

use crate::stage::DEADLINE;

/// A folder with a disk of several parts, and the image that the command makes of it.
pub(crate) fn disk_and_image() -> (Workplace, Vec<u8>) {
    let writes = vec![
        Write::new(0, 1 << 20, Fill::Xorshift64(1)),
        Write::new(70 << 20, 5000, Fill::Xorshift64(2)),
        Write::new((90 << 20) - 1, 1, Fill::Byte(1)),
    ];
    let place = Workplace::with_disk(FrontEnd::Native, &Input::new(90 << 20, writes));
    let image = run(place.command(["-q", Workplace::DISK])).image();
    (place, image)
}

/// Serves a folder, picks a disk in its page, and waits for the length and the digest of its image.
#[track_caller]
pub(crate) fn converts_like_the_command(name: &str, folder: &Path) {
    shows_the_image(&served(name, folder));
}

/// Serves a folder: where its page is.
pub(crate) fn served(name: &str, folder: &Path) -> String {
    let site = Site::build_and_serve();
    copy(folder, &site.folder().join(name));
    format!("{}{name}/index.html", site.url())
}

/// Picks a disk in a page, and waits for the length and the digest of its image.
#[track_caller]
pub(crate) fn shows_the_image(url: &str) {
    let (place, image) = disk_and_image();
    let (result, errors) = shown(url, &place.disk());
    assert_eq!(result, format!("{} {}", image.len(), sha256_hex(&image)));
    assert!(errors.is_empty(), "{errors:?}");
}

/// Picks a disk in a page, and waits for what it says. The console's errors, too.
#[track_caller]
pub(crate) fn shown(url: &str, disk: &Path) -> (String, Vec<String>) {
    let browser = Browser::shared(Kind::Chromium);
    browser.go(url);
    browser.console_errors();
    browser.pick("#file", disk);
    let mut errors = Vec::new();
    let result = wait_for("the digest", DEADLINE, || {
        errors.extend(browser.console_errors());
        Some(browser.text("#result")).filter(|result| !result.is_empty())
    });
    (result, errors)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).expect("the folder can be written to");
    for entry in fs::read_dir(from).expect("the folder can be listed") {
        let path = entry.expect("an entry").path();
        let to = to.join(path.file_name().expect("an entry has a name"));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).expect("the file can be copied");
        }
    }
}
