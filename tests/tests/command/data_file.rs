//! External data files: which name an image records, and whether it can.

use std::ffi::OsStr;
use std::io::Cursor;

use qcow2_stream_tests::command::{Workplace, run};
use qcow2_stream_tests::reader::{Image, Summary};

use crate::place;

/// How long a name may be with clusters of 512 bytes.
const ROOM: usize = 384;

#[test]
fn the_disk_s_name_is_recorded_as_it_was_given() {
    let place = place(300_000);
    let summary = summary(&place, &["-d", "./disk.raw"]);
    assert_eq!(name(&summary), "./disk.raw");
    let whole = place.disk().into_os_string().into_string().expect("the path is UTF-8");
    assert_eq!(name(&self::summary(&place, &["-R", &whole])), whole);
}

#[test]
fn another_name_can_be_recorded() {
    let place = place(300_000);
    for other in ["other.raw", "a,b", "two words", "two\nlines", "ünï", "/absolute/x"] {
        let options = ["-d", "--data-file-name", other, "disk.raw"];
        assert_eq!(name(&summary(&place, &options)), other);
    }
}

#[test]
fn a_raw_data_file_is_a_data_file() {
    let place = place(300_000);
    let raw = run(place.command(["-R", "disk.raw"])).image();
    assert_eq!(raw, run(place.command(["-d", "-R", "disk.raw"])).image());
    let summary = summary(&place, &["-R", "disk.raw"]);
    assert!(summary.data_file && summary.data_file_raw, "{summary:?}");
    let plain = self::summary(&place, &["-d", "disk.raw"]);
    assert!(plain.data_file && !plain.data_file_raw, "{plain:?}");
}

#[test]
fn a_name_without_a_data_file_is_refused() {
    let outcome = run(place(512).command(["--data-file-name", "x", "disk.raw"]));
    outcome.refused(2, &["--data-file-name needs -d", "-R"]);
}

#[test]
fn an_empty_name_is_refused() {
    let outcome = run(place(512).command(["-d", "--data-file-name", "", "disk.raw"]));
    outcome.refused(3, &["name is empty"]);
}

#[test]
fn a_name_may_fill_its_room_and_no_more() {
    let place = place(300_000);
    let longest = "n".repeat(ROOM);
    let options = |name| ["-c", "512", "-d", "--data-file-name", name, "disk.raw"];
    assert_eq!(name(&summary(&place, &options(&longest))), longest);
    let longer = "n".repeat(ROOM + 1);
    let words = ["385 bytes", "room for 384", "clusters of 512", "1024 would do"];
    run(place.command(options(&longer))).refused(3, &words);
    let larger = ["-c", "1024", "-d", "--data-file-name", &longer, "disk.raw"];
    assert_eq!(name(&summary(&place, &larger)), longer);
}

fn summary<A: AsRef<OsStr>>(place: &Workplace, args: &[A]) -> Summary {
    let image = run(place.command(args)).image();
    let mut image = Image::open(Cursor::new(image)).expect("a good header");
    image.check().expect("a good image")
}

fn name(summary: &Summary) -> &str {
    let name = summary.data_file_name.as_deref().expect("the name is recorded");
    std::str::from_utf8(name).expect("the name is UTF-8")
}
