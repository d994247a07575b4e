//! What waits in a pipe or a socket when the disk changes: a pipe gets pages of the file, not copies.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::process::Stdio;

use qcow2_stream_tests::command::{Workplace, finish, run, spawn, wait_for_bytes};
use rustix::fd::{AsFd, OwnedFd};
use rustix::net::sockopt;

use crate::place;

/// More than the end of an image that is copied into a pipe.
const SIZE: u64 = 80 << 20;

/// More than the image, in bytes.
const ROOM: usize = 256 << 20;

#[test]
fn a_change_to_pages_that_wait_in_a_pipe_is_noticed() {
    let place = place(SIZE);
    let mut command = place.command(["disk.raw"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = spawn(command);
    wait_for_bytes(child.stdout.as_ref().expect("a pipe"));
    overwrite(&place, 1 << 20);
    let outcome = finish(child);
    assert_eq!(outcome.status.code(), Some(4), "{}: {}", outcome.status, outcome.stderr);
    assert!(outcome.stderr.contains("disk.raw changed while it was read"), "{}", outcome.stderr);
}

#[test]
fn what_waits_in_a_pipe_at_the_end_is_the_disk_s_no_more() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    unchanged_afterwards(OwnedFd::from(reader), writer.into(), 512 << 10);
}

#[test]
fn what_waits_in_a_socket_at_the_end_is_the_disk_s_no_more() {
    let (near, far) = UnixStream::pair().expect("a pair of sockets");
    hold_all(&near, &far);
    unchanged_afterwards(near.into(), far.into(), usize::MAX);
}

#[test]
fn what_waits_in_a_connection_at_the_end_is_the_disk_s_no_more() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let far = TcpStream::connect(listener.local_addr().expect("it has one")).expect("it connects");
    let (near, _) = listener.accept().expect("it has connected");
    hold_all(&near, &far);
    unchanged_afterwards(near.into(), far.into(), usize::MAX);
}

/// Lets the two ends of a connection hold a whole image, as root may.
fn hold_all(near: impl AsFd, far: impl AsFd) {
    sockopt::set_socket_recv_buffer_size_force(near, ROOM).expect("root may");
    sockopt::set_socket_send_buffer_size_force(far, ROOM).expect("root may");
}

/// Lets the command end while `waiting` bytes, or all, have not been read, and overwrites the whole disk before they are.
#[track_caller]
fn unchanged_afterwards(reader: OwnedFd, writer: OwnedFd, waiting: usize) {
    let place = place(SIZE);
    let expected = run(place.command(["disk.raw"])).image();
    let mut command = place.command(["disk.raw"]);
    command.stdout(writer).stderr(Stdio::piped());
    let mut reader = File::from(reader);
    let child = spawn(command);
    let mut image = vec![0; expected.len().saturating_sub(waiting)];
    reader.read_exact(&mut image).expect("the image comes");
    wait_for_bytes(reader.as_fd());
    finish(child).image();
    overwrite(&place, SIZE as usize);
    reader.read_to_end(&mut image).expect("the rest comes");
    assert!(image == expected, "the change came through");
}

/// Writes over the beginning of the disk.
fn overwrite(place: &Workplace, length: usize) {
    let disk = OpenOptions::new().write(true).open(place.disk());
    disk.and_then(|mut disk| disk.write_all(&vec![0xa5; length])).expect("it can be overwritten");
}
