//! Images with something missing, or wrong: never zeros in its place.

use std::fs::{self, File};

use qcow2_stream_tests::command::{FrontEnd, Workplace};
use qcow2_stream_tests::corpus::{Fill, Input, Write};

use crate::stage::{convert, expected, make, overlay, same};

/// A folder with a disk whose end, like its beginning, has data that no compression makes much smaller.
fn place() -> Workplace {
    let end = Write::new(6 << 20, 3 << 20, Fill::Xorshift64(3));
    let disk = Input::new(9 << 20, vec![Write::new(0, 3 << 20, Fill::Xorshift64(4)), end]);
    Workplace::with_disk(FrontEnd::Native, &disk)
}

#[test]
fn an_image_that_has_been_cut_off_is_refused_wherever_that_was() {
    let place = place();
    for (format, how) in [
        ("qcow2", ""),
        ("qcow2", "-c"),
        ("qcow2", "-o compat=0.10"),
        ("qcow2", "-o extended_l2=on"),
        ("qcow", ""),
        ("qed", ""),
        ("vdi", ""),
        ("vdi", "-o static=on"),
        ("vhdx", ""),
        ("vpc", "-o force_size=on"),
        ("vmdk", ""),
        ("vmdk", "-o subformat=streamOptimized"),
        ("parallels", ""),
    ] {
        make(&place, &format!("-O {format} {how}"), "image");
        same(&place, format, &[], "image");
        let length = fs::metadata(place.path("image")).expect("it is there").len();
        for part in [8, 5, 3, 1] {
            let file = File::options().write(true).open(place.path("image")).expect("it is there");
            file.set_len(length * part / 10).expect("it can be cut");
            drop(file);
            let outcome = convert(&place, format, &[], "image");
            // A block of vhdx may end after the disk, and nothing is missing then.
            if (format, part) == ("vhdx", 8) {
                assert!(outcome.image() == expected(&place), "{format} {how}: other bytes");
            } else {
                println!("{format} {how}, {part} tenths");
                outcome.failed(4, &["cannot read image"]);
            }
        }
    }
}

#[test]
fn a_backing_file_that_has_been_cut_off_is_refused_and_named() {
    let place = place();
    make(&place, "-O qcow2", "base");
    overlay(&place, "base", "qcow2", "over");
    let file = File::options().write(true).open(place.path("base")).expect("it is there");
    file.set_len(3 << 20).expect("it can be cut");
    let outcome = convert(&place, "qcow2", &["--allow", "base"], "over");
    outcome.refused(4, &["cannot read over", "base has been cut off", "3145728"]);
}

#[test]
fn a_cluster_that_cannot_be_decoded_is_an_error_and_not_zeros() {
    let place = Workplace::with_disk(FrontEnd::Native, &Input::dense(9 << 20));
    make(&place, "-O qcow2 -c", "image");
    let mut bytes = fs::read(place.path("image")).expect("it is there");
    // Its compressed clusters come last.
    let end = bytes.iter().rposition(|byte| *byte != 0).expect("there is data");
    bytes[end - 2000..end].fill(0xff);
    fs::write(place.path("image"), bytes).expect("it is written");
    convert(&place, "qcow2", &[], "image")
        .failed(4, &["cannot read image at offset", "Input/output error"]);
}
