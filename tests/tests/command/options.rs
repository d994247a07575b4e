//! The command line: what it offers, and what it refuses.

use qcow2_stream_tests::command::{Workplace, run};

use crate::{FRONT_END, place};

/// Every option, short and long.
const OPTIONS: [&str; 20] = [
    "-f",
    "--format",
    "--allow",
    "--verbose",
    "--size",
    "-c",
    "--cluster-size",
    "-r",
    "--refcount-bits",
    "-d",
    "--data-file",
    "-R",
    "--data-file-raw",
    "--data-file-name",
    "-o",
    "--output",
    "--measure",
    "--progress",
    "-q",
    "--quiet",
];

#[test]
fn the_help_tells_of_every_option_and_exit_status() {
    for option in ["-h", "--help"] {
        let help = text_of(&[option]);
        let words: Vec<_> = help.split([' ', ',', '\n', '[', '=']).collect();
        for name in OPTIONS.iter().chain(&["-h", "--help", "-V", "--version"]) {
            assert!(words.contains(name), "{option} says nothing of {name}:\n{help}");
        }
        for status in 0..=5 {
            let line = format!("\n  {status}  ");
            assert!(help.contains(&line), "{option} says nothing of status {status}:\n{help}");
        }
    }
}

#[test]
fn the_version_is_the_name_and_a_number() {
    for option in ["-V", "--version"] {
        let version = text_of(&[option]);
        let number = version.strip_prefix("qcow2-to-stdout ").expect("the name comes first");
        let parts = number.trim_end().split('.').map(str::parse::<u32>);
        assert_eq!(parts.filter(Result::is_ok).count(), 3, "{version}");
    }
}

#[test]
fn short_and_long_names_ask_for_the_same() {
    let place = place(300_000);
    for (short, long) in [
        (&["-c", "4096"][..], &["--cluster-size", "4096"][..]),
        (&["-c4096"], &["--cluster-size=4096"]),
        (&["-r", "1"], &["--refcount-bits", "1"]),
        (&["-d"], &["--data-file"]),
        (&["-R"], &["--data-file-raw"]),
        (&["-f", "raw"], &["--format", "raw"]),
        (&["-q"], &["--quiet"]),
        (&["-dc512"], &["--data-file", "--cluster-size", "512"]),
    ] {
        assert_eq!(image(&place, short), image(&place, long), "{short:?} and {long:?}");
    }
}

#[test]
fn options_make_a_difference() {
    let place = place(300_000);
    let plain = image(&place, &[]);
    for options in [&["-c", "4096"][..], &["-r", "1"], &["-d"], &["-R"]] {
        assert_ne!(image(&place, options), plain, "{options:?}");
    }
}

#[test]
fn options_may_follow_the_disk() {
    let place = place(300_000);
    let after = run(place.command(["disk.raw", "-c", "4K"])).image();
    assert_eq!(after, image(&place, &["-c", "4K"]));
}

#[test]
fn sizes_are_understood_as_people_write_them() {
    let place = place(300_000);
    for (sizes, number) in
        [(&["64K", "64k", "65536", "64KiB"][..], "65536"), (&["2M", "2m"], "2097152")]
    {
        for size in sizes {
            assert_eq!(image(&place, &["-c", size]), image(&place, &["-c", number]), "{size}");
        }
    }
}

#[test]
fn the_defaults_are_64k_clusters_and_refcounts_of_16_bits() {
    let place = place(300_000);
    assert_eq!(image(&place, &[]), image(&place, &["-c", "64K", "-r", "16", "-f", "raw"]));
}

#[test]
fn a_bad_cluster_size_is_refused_with_the_limits() {
    for (size, bytes) in [
        ("0", "0"),
        ("1000", "1000"),
        ("256", "256"),
        ("4M", "4194304"),
        ("17E", "18446744073709551615"),
    ] {
        refused(&["-c", size], &[&format!("'{size}'"), bytes]);
    }
    refused(&["-c", "1000"], &["power of two from 512 to 2097152"]);
    refused(&["-c", "4M"], &["power of two from 512 to 2097152"]);
}

#[test]
fn what_is_no_size_is_refused_with_an_example() {
    for size in ["abc", "64KB", "1.5K", "0x200"] {
        refused(&["-c", size], &[&format!("'{size}'"), "64K"]);
    }
    refused(&["--cluster-size=-1"], &["'-1'", "64K"]);
    refused(&["-c", "-1"], &["'-1'"]);
}

#[test]
fn a_bad_refcount_width_is_refused_with_the_good_ones() {
    for bits in ["0", "3", "128", "abc", "99999999999999999999"] {
        refused(&["-r", bits], &[&format!("'{bits}'"), "1, 2, 4, 8, 16, 32 or 64"]);
    }
}

#[test]
fn a_format_that_nothing_reads_is_refused_with_those_that_are_read() {
    let words = ["'ntfs'", "known are raw", "vmdk"];
    refused(&["-f", "ntfs"], &words);
    refused(&["--format=ntfs"], &words);
}

#[test]
fn what_looks_like_another_format_is_converted_with_a_note() {
    let place = Workplace::new(FRONT_END);
    let mut disk = b"QFI\xfb".to_vec();
    disk.resize(1000, 1);
    std::fs::write(place.disk(), disk).expect("the disk is written");
    let noted = run(place.command(["disk.raw"]));
    assert!(noted.status.success(), "{}: {}", noted.status, noted.stderr);
    for words in ["note: disk.raw: it begins like a qcow2 image", "-f raw"] {
        assert!(noted.stderr.contains(words), "{words} is not in {}", noted.stderr);
    }
    assert_eq!(image(&place, &["-f", "raw"]), noted.stdout);
    assert_eq!(image(&place, &["-q"]), noted.stdout);
}

#[test]
fn a_measurement_has_no_output_file() {
    for options in [["-o", "image", "--measure"], ["--measure=json", "--output", "image"]] {
        refused(&options, &["--output", "--measure"]);
    }
}

#[test]
fn an_unknown_word_is_refused() {
    refused(&["--bogus"], &["--bogus"]);
    refused(&["--measure=xml"], &["xml", "bytes", "json"]);
    refused(&["--progress=loud"], &["loud", "auto", "json"]);
    refused(&["another.raw"], &["disk.raw"]);
}

#[test]
fn a_disk_must_be_named() {
    let place = Workplace::new(FRONT_END);
    let outcome = run(place.command::<&str>([]));
    outcome.failed(2, &["INPUT"]);
    assert_eq!(outcome.stdout, b"");
}

fn text_of(args: &[&str]) -> String {
    let image = run(Workplace::new(FRONT_END).command(args)).image();
    String::from_utf8(image).expect("the text is UTF-8")
}

fn image(place: &Workplace, options: &[&str]) -> Vec<u8> {
    run(place.command(options.iter().chain(&["disk.raw"]))).image()
}

/// The command line is refused, and nothing is made.
#[track_caller]
fn refused(options: &[&str], words: &[&str]) {
    let place = place(300_000);
    let outcome = run(place.command(options.iter().chain(&["disk.raw"])));
    outcome.failed(2, words);
    assert_eq!(outcome.stdout, b"", "something went to standard output");
    assert_eq!(place.names(), ["disk.raw"], "something was made");
}
