//! Disks that the module can't have.

use std::fs;

use qcow2_stream_tests::command::{Workplace, run};
use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::{FRONT_END, place};

#[test]
fn a_disk_that_is_not_there_is_refused() {
    let place = Workplace::new(FRONT_END);
    run(place.command(["missing.raw"])).refused(4, &["cannot read missing.raw", "No such file"]);
    run(place.command(["no/such.raw"])).refused(4, &["cannot read no/such.raw", "No such file"]);
}

#[test]
fn a_folder_is_refused() {
    let place = Workplace::new(FRONT_END);
    fs::create_dir(place.path("folder")).expect("a folder is made");
    run(place.command(["folder"])).refused(4, &["cannot read folder", "a directory"]);
    run(place.command(["."])).refused(4, &["a directory"]);
}

#[test]
fn what_lies_outside_the_folder_is_out_of_reach() {
    let outside = place(3 << 20);
    let path = outside.disk();
    let path = path.to_str().expect("the path is UTF-8");
    let place = Workplace::new(FRONT_END);
    run(place.command([path])).refused(4, &["cannot read", path, "--dir"]);
    run(place.command(["../disk.raw"])).refused(4, &["cannot read ../disk.raw"]);
    std::os::unix::fs::symlink(path, place.path("link")).expect("a link is made");
    run(place.command(["link"])).refused(4, &["cannot read link"]);
}

#[test]
fn a_pipe_is_refused_without_waiting_for_a_writer() {
    let place = Workplace::new(FRONT_END);
    let mode = Mode::from_raw_mode(0o600);
    mknodat(CWD, place.path("pipe"), FileType::Fifo, mode, 0).expect("a pipe is made");
    run(place.command(["pipe"])).refused(4, &["cannot read pipe", "not a regular file"]);
}

#[test]
fn a_disk_that_is_too_large_for_its_clusters_is_refused_with_the_way_out() {
    let place = Workplace::new(FRONT_END);
    let disk = fs::File::create(place.disk()).expect("a file is made");
    disk.set_len(1 << 40).expect("the file system has sparse files");
    let outcome = run(place.command(["-c", "512", "disk.raw"]));
    outcome.refused(3, &["1099511627776", "33554432", "of 2048 would do"]);
}

#[test]
fn another_format_is_refused_with_the_way_to_show_it_as_raw() {
    let outcome = run(place(512).command(["-f", "vmdk", "disk.raw"]));
    let words = ["'vmdk'", "qemu-storage-daemon", "driver=vmdk", "type=fuse", "--dir view"];
    outcome.failed(2, &words);
    assert_eq!(outcome.stdout, b"");
}

#[test]
fn an_nbd_server_is_out_of_reach() {
    let place = Workplace::new(FRONT_END);
    for uri in ["nbd://host/disk", "nbd+unix:///?socket=s", "NBDS://host/"] {
        run(place.command([uri])).refused(2, &["no sockets", "native command"]);
    }
}
