//! File names that no option, message or protocol may stumble over.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;

use qcow2_stream_tests::command::run;

use crate::stage::{convert, expected, make, overlay, place, same};

const NAMES: [&[u8]; 14] = [
    b"a,b",
    b"a,,driver=nbd,b",
    b"'a'",
    b"\"a\"",
    b"a b ",
    b"a\nb",
    b"\\",
    b"{\"a\": 1}",
    b"json:{}",
    b"nbd:localhost:1",
    b"fat:rw",
    b"%s%n",
    b"\xc3\xbc\xe2\x80\xae",
    b"not UTF-8: \xff\xfe",
];

#[test]
fn an_image_may_have_any_name() {
    let place = place();
    make(&place, "-O qcow2", "image");
    for name in NAMES.map(OsStr::from_bytes) {
        fs::rename(place.path("image"), place.path(name)).expect("a file may be called so");
        same(&place, "qcow2", &[], name);
        same(&place, "qcow2", &[], place.path(name));
        fs::rename(place.path(name), place.path("image")).expect("it is there");
    }
    // As options, these have to be told from some.
    for name in ["-f", "--"] {
        fs::rename(place.path("image"), place.path(name)).expect("a file may be called so");
        let image = run(place.command(["-f", "qcow2", "--", name])).image();
        assert!(image == expected(&place), "{name}");
        fs::rename(place.path(name), place.path("image")).expect("it is there");
    }
}

#[test]
fn a_folder_may_have_any_name() {
    let place = place();
    make(&place, "-O qcow2", "image");
    overlay(&place, "../disk.raw", "raw", "over");
    for name in NAMES.map(OsStr::from_bytes) {
        fs::create_dir(place.path(name)).expect("a folder may be called so");
        for image in ["image", "over"] {
            fs::copy(place.path(image), place.path(name).join(image)).expect("it is copied");
            same(&place, "qcow2", &["--allow", "disk.raw"], place.path(name).join(image));
        }
        fs::remove_dir_all(place.path(name)).expect("it is there");
    }
}

#[test]
fn an_allowed_file_may_have_any_name() {
    for name in NAMES.map(OsStr::from_bytes) {
        let place = place();
        // QEMU itself would take some for more than a name, so that each gets a folder before it.
        let backing = OsString::from_iter(["./".as_ref(), name]);
        fs::copy(place.disk(), place.path(name)).expect("it is copied");
        let mut command = std::process::Command::new("qemu-img");
        command
            .args(["create", "-q", "-f", "qcow2", "-u", "-F", "raw", "-b"])
            .arg(&backing)
            .args(["over", "9M"]);
        assert!(command.current_dir(place.folder()).status().expect("qemu-img is there").success());
        let mut command = place.command(["-f", "qcow2", "over", "--allow"]);
        command.arg(&backing);
        assert!(run(command).image() == expected(&place), "{name:?}");
        convert(&place, "qcow2", &[], "over").refused(4, &["another file"]);
    }
}

#[test]
fn a_suggested_option_is_none_for_a_name_like_an_option() {
    let place = place();
    fs::copy(place.disk(), place.path("--quiet")).expect("it is copied");
    overlay(&place, "--quiet", "raw", "over");
    convert(&place, "qcow2", &[], "over").refused(4, &["allow it with --allow './--quiet'"]);
    same(&place, "qcow2", &["--allow", "./--quiet"], "over");
}
