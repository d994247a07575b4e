//! Pipes and sockets: slow readers, and readers that go away.

use std::io::{PipeReader, PipeWriter, Read};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};

use qcow2_stream_tests::command::{Workplace, drain, fill, finish, run, spawn, wait_until_blocked};
use rustix::fd::OwnedFd;
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use crate::{LARGE, place};

#[test]
fn a_reader_that_goes_away_is_a_failure() {
    let place = place(LARGE);
    let (child, mut reader) = piped(place.command(["disk.raw"]), |_| {});
    let mut start = [0; 100];
    reader.read_exact(&mut start).expect("the image begins");
    assert_eq!(start[..4], *b"QFI\xfb");
    drop(reader);
    finish(child).refused(5, &["standard output at offset ", "reader has closed it"]);
}

#[test]
fn a_reader_that_was_never_there_is_a_failure() {
    let place = place(3 << 20);
    for (args, word) in [
        (&["disk.raw"][..], "standard output at offset 0: its reader has closed it"),
        (&["--measure", "disk.raw"], "standard output: "),
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = place.command(args);
        command.stdout(writer).stderr(Stdio::piped());
        finish(spawn(command)).refused(5, &[word]);
    }
}

#[test]
fn a_pipe_that_does_not_block_gets_the_whole_image() {
    let place = place(LARGE);
    let (child, reader) = piped(place.command(["disk.raw"]), not_blocking);
    // By now the pipe is full, and the command has been told so.
    wait_until_blocked(&child, &place.disk());
    same_image(&place, child, reader);
}

#[test]
fn a_pipe_that_is_full_from_the_start_gets_the_whole_image() {
    let place = place(LARGE);
    for prepare in [|_: &PipeWriter| {}, not_blocking] {
        let mut filled = 0;
        let (child, mut reader) = piped(place.command(["disk.raw"]), |writer| {
            filled = fill(&mut writer.try_clone().expect("a descriptor can be copied"));
            prepare(writer);
        });
        wait_until_blocked(&child, &place.disk());
        reader.read_exact(&mut vec![0; filled]).expect("what was there before");
        same_image(&place, child, reader);
    }
}

#[test]
fn a_reader_may_take_a_byte_at_a_time() {
    let place = place(100_000);
    let (child, reader) = piped(place.command(["disk.raw"]), |_| {});
    same_image(&place, child, ByteByByte(reader));
}

#[test]
fn a_reader_may_let_the_command_wait() {
    let place = place(3 << 20);
    let expected = run(place.command(["disk.raw"])).image();
    let (child, mut reader) = piped(place.command(["disk.raw"]), |_| {});
    let mut image = vec![0; 1 << 20];
    // What is left then is more than the pipe holds.
    for part in image.chunks_mut(1 << 16) {
        wait_until_blocked(&child, &place.disk());
        reader.read_exact(part).expect("the image goes on");
    }
    image.extend(drain(reader));
    finish(child).image();
    assert!(image == expected, "the image has other bytes");
}

#[test]
fn a_socket_gets_the_whole_image() {
    let place = place(LARGE);
    let (reader, writer) = UnixStream::pair().expect("a pair of sockets");
    let mut command = place.command(["disk.raw"]);
    command.stdout(OwnedFd::from(writer)).stderr(Stdio::piped());
    same_image(&place, spawn(command), reader);
}

#[test]
fn a_socket_whose_reader_goes_away_is_a_failure() {
    let place = place(LARGE);
    let (mut reader, writer) = UnixStream::pair().expect("a pair of sockets");
    let mut command = place.command(["disk.raw"]);
    command.stdout(OwnedFd::from(writer)).stderr(Stdio::piped());
    let child = spawn(command);
    reader.read_exact(&mut [0; 100]).expect("the image begins");
    drop(reader);
    finish(child).refused(5, &["standard output at offset "]);
}

/// Starts a command that writes into a pipe, prepared before.
pub(crate) fn piped(
    mut command: Command,
    prepare: impl FnOnce(&PipeWriter),
) -> (Child, PipeReader) {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    prepare(&writer);
    command.stdout(writer).stderr(Stdio::piped());
    (spawn(command), reader)
}

/// Makes it an error, not a wait, to write into a full pipe.
pub(crate) fn not_blocking(writer: &PipeWriter) {
    let flags = fcntl_getfl(writer).expect("a pipe has flags");
    fcntl_setfl(writer, flags | OFlags::NONBLOCK).expect("a pipe may be non-blocking");
}

#[track_caller]
fn same_image(place: &Workplace, child: Child, reader: impl Read) {
    let image = drain(reader);
    finish(child).image();
    let expected = run(place.command(["disk.raw"])).image();
    assert!(image == expected, "the image has other bytes");
}

/// A reader that asks for a byte, whatever it is asked for.
struct ByteByByte<R>(R);

impl<R: Read> Read for ByteByByte<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let length = buf.len().min(1);
        self.0.read(&mut buf[..length])
    }
}
