//! `--size`: a disk that goes on after its file.

use std::fs::OpenOptions;

use qcow2_stream_tests::command::run;

use crate::{native, place};

#[test]
fn a_file_may_be_extended_with_zeros() {
    let place = place(300_001);
    let extended = run(place.command(["--size", "1M", "disk.raw"])).image();
    assert!(extended == native(&place, &["--size", "1M", "disk.raw"]), "native has other bytes");
    let disk = OpenOptions::new().write(true).open(place.disk()).expect("the disk can be opened");
    disk.set_len(1 << 20).expect("the size is set");
    // A note would tell that somebody has it open.
    drop(disk);
    assert!(extended == native(&place, &["disk.raw"]), "a longer file has other bytes");
}

#[test]
fn a_size_may_agree() {
    let place = place(300_001);
    assert_eq!(
        run(place.command(["--size", "300001", "disk.raw"])).image(),
        native(&place, &["disk.raw"])
    );
}

#[test]
fn a_size_that_would_lose_data_is_refused() {
    let place = place(300_001);
    let outcome = run(place.command(["--size", "300000", "disk.raw"]));
    outcome.refused(2, &["disk.raw", "300001", "300000", "lost"]);
}
