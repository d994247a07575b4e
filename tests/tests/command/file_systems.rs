//! `-o FILE` on file systems of which something is known.

use std::fs;

use qcow2_stream_tests::command::{Mounted, run};

use crate::{LARGE, place};

#[test]
fn a_file_system_that_can_share_data_keeps_it_once() {
    let place = place(2 * LARGE);
    let system = Mounted::new(&["mkfs.xfs", "-q"], 512 << 20);
    let (disk, image) = (system.path("disk.raw"), system.path("image"));
    fs::copy(place.disk(), &disk).expect("the disk is copied");
    let before = system.free();
    run(place.command(["-o".as_ref(), image.as_os_str(), disk.as_os_str()])).image();
    let taken = before.saturating_sub(system.free());
    assert!(taken < LARGE / 8, "{taken} bytes were taken");
    let expected = run(place.command(["disk.raw"])).image();
    assert!(fs::read(&image).expect("the image is there") == expected, "another image");
}

#[test]
fn an_image_without_room_is_refused_before_its_first_byte() {
    let place = place(LARGE);
    let system = Mounted::new(&["mkfs.ext4", "-q"], LARGE);
    let (image, before) = (system.path("image"), system.free());
    let outcome = run(place.command(["-o".as_ref(), image.as_os_str(), "disk.raw".as_ref()]));
    let words = ["cannot write to", "image", "no room for 17104896 bytes", "No space left"];
    outcome.refused(5, &words);
    assert!(!image.exists() && system.free() == before, "something was left");
}
