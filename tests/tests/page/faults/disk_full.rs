//! No room.

use std::path::{Path, PathBuf};
use std::process::Command;

use qcow2_stream_tests::browser::{Browser, Kind, State, wait_for};

use crate::disks::Disk;
use crate::stage::{DEADLINE, Page};

in_both! {
    full_download_folder_fails_the_download,
}

/// A disk of 20 MB over a folder, as long as this lives.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn over(folder: &Path) -> Self {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=20m,mode=777", "tmpfs"]).arg(folder);
        let mounted = mount.output().expect("mount is missing: apt-get install mount");
        let said = String::from_utf8_lossy(&mounted.stderr);
        assert!(mounted.status.success(), "mounting takes root: {said}");
        Self(folder.into())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // The browser may still have files open on it; the rest goes with them.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

fn full_download_folder_fails_the_download(kind: Kind) {
    let (browser, disk) = (Browser::start(kind), Disk::dense("no-room", 64 << 20));
    let _full = SmallDisk::over(&browser.downloads());
    let page = Page::open_in(&browser);
    page.scan(disk.path());
    page.browser.click("#save");
    let told = wait_for("an end", DEADLINE, || {
        let told = browser.downloads_as_told().pop();
        told.filter(|told| told.state != State::InProgress)
    });
    assert!(matches!(told.state, State::Failed(_)), "{told:?}");
}

#[test]
fn full_folder_for_temporary_files_is_an_error() {
    let (browser, disk) = (Browser::start(Kind::Firefox), Disk::dense("no-room", 64 << 20));
    let _full = SmallDisk::over(&browser.temporary());
    let page = Page::open_in(&browser);
    page.scan(disk.path());
    page.browser.click("#save");
    page.says_error();
    assert_eq!(browser.downloads_as_told(), []);
}
