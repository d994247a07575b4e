//! Bytes that go from a server's socket into a pipe, and what they do where that is not to be had.

use std::fs::{self, File};
use std::io::{PipeWriter, Read};
use std::os::unix::net::UnixStream;
use std::process::{Child, Stdio};

use qcow2_stream_tests::command::{NbdServer, Workplace, drain, finish, run, spawn};
use qcow2_stream_tests::corpus::{Fill, Input, Write};
use rustix::fd::OwnedFd;

use crate::FRONT_END;
use crate::pipes::{not_blocking, piped};

/// A disk of 16 MiB, each of whose bytes differs from its neighbours, but for a hole and zeros within the clusters.
fn place() -> Workplace {
    let writes = vec![
        Write::new(0, 9 << 20, Fill::Xorshift64(1)),
        Write::new(1_000_000, 4096, Fill::Byte(0)),
        Write::new((12 << 20) + 5000, 3_000_001, Fill::Xorshift64(2)),
    ];
    Workplace::with_disk(FRONT_END, &Input::new(16 << 20, writes))
}

/// Checks that a command's image is that of the disk.
#[track_caller]
fn same_image(place: &Workplace, child: Child, reader: impl Read) {
    let image = drain(reader);
    finish(child).image();
    assert!(image == fs::read(place.path("expected")).expect("it is there"), "other bytes");
}

/// Servers on both kinds of sockets, with simple replies and with structured ones.
fn servers(place: &Workplace) -> [NbdServer; 3] {
    run(place.command(["-o", "expected", "disk.raw"])).image();
    let options = ["--readonly", "file", "disk.raw"];
    [
        NbdServer::nbdkit_tcp(place, options),
        NbdServer::nbdkit_tcp(place, ["--no-sr"].iter().chain(&options)),
        NbdServer::qemu(place, ["--format=raw", "disk.raw"]),
    ]
}

#[test]
fn a_pipe_gets_the_whole_image_whether_or_not_it_blocks() {
    let place = place();
    for server in servers(&place) {
        for prepare in [|_: &PipeWriter| {}, not_blocking] {
            let (child, reader) = piped(place.command([server.uri()]), prepare);
            same_image(&place, child, reader);
        }
    }
}

#[test]
fn what_is_no_pipe_gets_the_whole_image() {
    let place = place();
    for server in servers(&place) {
        let (reader, writer) = UnixStream::pair().expect("a pair of sockets");
        let mut command = place.command([server.uri()]);
        command.stdout(OwnedFd::from(writer)).stderr(Stdio::piped());
        let child = spawn(command);
        same_image(&place, child, reader);
        let mut command = place.command([server.uri()]);
        command.stdout(File::create(place.path("image")).expect("a file")).stderr(Stdio::piped());
        let child = spawn(command);
        finish(child).image();
        let image = fs::read(place.path("image")).expect("it is there");
        assert!(image == fs::read(place.path("expected")).expect("it is there"), "other bytes");
    }
}

#[test]
fn a_reader_that_goes_away_is_to_blame() {
    let place = place();
    for server in servers(&place) {
        for prepare in [|_: &PipeWriter| {}, not_blocking] {
            let (child, mut reader) = piped(place.command([server.uri()]), prepare);
            reader.read_exact(&mut vec![0; 1 << 20]).expect("the image begins");
            drop(reader);
            finish(child).refused(5, &["standard output at offset ", "reader has closed it"]);
        }
    }
}

#[test]
fn a_server_that_dies_while_a_pipe_is_being_filled_is_to_blame() {
    let place = Workplace::new(FRONT_END);
    // The last bytes are read once in the first pass, and it dies in the middle of the second one.
    let read = "pread=[ ! -e end ] || [ $4 -lt 8388608 ] || kill -KILL $PPID; \
        [ $(($3 + $4)) -lt 16777216 ] || touch end; yes | head -c $3";
    let options = ["--readonly", "--threads=1", "eval", "get_size=echo 16777216", read];
    let server = NbdServer::nbdkit(&place, options);
    let outcome = run(place.command([&server.uri()]));
    outcome.failed(4, &["cannot read nbd+unix:", "closed the connection"]);
    assert!(outcome.stdout.len() > 7 << 20, "what came before went on");
}
