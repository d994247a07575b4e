//! A second engine: Node's own WASI.

use std::fs::OpenOptions;
use std::process::Stdio;

use qcow2_stream_tests::command::{
    FrontEnd, Workplace, drain, finish, run, same_as_reference, spawn,
};
use qcow2_stream_tests::corpus::{Input, corpus};

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use crate::{LARGE, LEFT_OUT, native};

#[test]
fn node_makes_the_reference_s_images_too() {
    let mut inputs = 0;
    for (name, input) in &corpus().inputs {
        if LEFT_OUT.contains(&name.as_str()) {
            continue;
        }
        let place = Workplace::with_disk(FrontEnd::Node, input);
        let mut vectors = corpus().vectors.iter().filter(|vector| vector.input == *name);
        same_as_reference(&place, vectors.next().expect("each input has a vector"));
        inputs += 1;
    }
    assert_eq!(inputs, 90);
}

#[test]
fn node_gets_the_right_exit_status() {
    let place = Workplace::new(FrontEnd::Node);
    run(place.command(["missing.raw"])).refused(4, &["cannot read missing.raw", "No such file"]);
}

#[test]
fn a_disk_is_not_overwritten_by_its_own_image_where_the_host_tells_what_standard_output_is() {
    let place = Workplace::with_disk(FrontEnd::Node, &Input::dense(LARGE));
    let before = std::fs::read(place.disk()).expect("the disk can be read");
    for append in [true, false] {
        let disk = OpenOptions::new().append(append).write(true).open(place.disk());
        let mut command = place.command(["disk.raw"]);
        command.stdout(disk.expect("the disk can be opened")).stderr(Stdio::piped());
        finish(spawn(command)).refused(2, &["standard output is the input"]);
        assert!(std::fs::read(place.disk()).expect("the disk can be read") == before);
    }
}

#[test]
fn node_waits_for_a_pipe_that_does_not_block() {
    let place = Workplace::with_disk(FrontEnd::Node, &Input::dense(LARGE));
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let flags = fcntl_getfl(&writer).expect("a pipe has flags");
    fcntl_setfl(&writer, flags | OFlags::NONBLOCK).expect("a pipe may be non-blocking");
    let mut command = place.command(["disk.raw"]);
    command.stdout(writer).stderr(Stdio::piped());
    let child = spawn(command);
    let image = drain(reader);
    finish(child).image();
    assert!(image == native(&place, &["disk.raw"]), "the image has other bytes");
}
