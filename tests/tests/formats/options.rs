//! What the command line asks for, and is not to be had.

use qcow2_stream_tests::command::run;

use crate::stage::{convert, make, place};

#[test]
fn a_format_that_is_not_one_is_refused_with_what_would_do() {
    let place = place();
    for (format, words) in [
        ("luks", "decrypt it first"),
        ("vhd", "vpc"),
        ("QCOW2", "qcow2"),
        ("nbd", "where a disk is"),
        ("file", "where a disk is"),
        ("host_device", "where a disk is"),
        ("copy-on-read", "known are raw, bochs"),
        ("x\u{1b}", "'x\\u{1b}'"),
        ("", "known are raw, bochs"),
    ] {
        convert(&place, format, &[], "disk.raw").refused(2, &["input format", words]);
    }
}

#[test]
fn a_raw_disk_needs_no_daemon() {
    let place = place();
    for options in [&["disk.raw"][..], &["-f", "raw", "disk.raw"]] {
        let mut command = place.command(options);
        command.env("PATH", "");
        run(command).image();
    }
}

#[test]
fn an_option_that_would_do_nothing_is_refused() {
    let place = place();
    make(&place, "-O qcow2", "image");
    for options in [&["--allow", "."][..], &["--allow", ".", "-f", "raw"]] {
        run(place.command([options, &["disk.raw"]].concat())).refused(2, &["--allow", "-f FORMAT"]);
    }
    for option in ["-d", "-R"] {
        convert(&place, "qcow2", &[option], "image")
            .refused(2, &["data file", "qcow2", "-d and -R"]);
    }
}

#[test]
fn a_raw_disk_that_looks_like_an_image_gets_a_note_with_the_option() {
    let place = place();
    make(&place, "-O qcow2", "image");
    let outcome = run(place.command(["image"]));
    assert!(outcome.status.success(), "{}", outcome.stderr);
    for words in ["image: it begins like a qcow2 image", "-f qcow2", "-f raw"] {
        assert!(outcome.stderr.contains(words), "{}", outcome.stderr);
    }
}
