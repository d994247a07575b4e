//! Servers that say nothing, or hardly anything, and callers who want to stop.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use qcow2_stream::ReadAt;
use qcow2_stream_nbd::{Client, Error, Settings, Socket};

use crate::answers::{agreement, fails};

#[test]
fn a_server_that_never_speaks_is_given_up() {
    let (near, _far) = UnixStream::pair().expect("a pair of sockets");
    let settings = Settings { timeout: Duration::from_millis(50), ..Settings::default() };
    let stalled = Client::new(Socket::from_unix(near).expect("a socket"), b"", settings);
    assert!(matches!(stalled, Err(Error::Stalled(_))), "{stalled:?}");
}

#[test]
fn a_server_that_stops_in_the_middle_is_given_up() {
    let (near, mut far) = UnixStream::pair().expect("a pair of sockets");
    far.write_all(&agreement(1 << 20)).expect("there is room");
    far.write_all(b"\x66\x8e\x33").expect("there is room");
    let settings = Settings { timeout: Duration::from_millis(50), ..Settings::default() };
    let client = Client::new(Socket::from_unix(near).expect("a socket"), b"", settings);
    let stalled = client.expect("it is agreed").read_at(0, &mut [0; 512]);
    assert!(matches!(stalled, Err(Error::Stalled(_))), "{stalled:?}");
}

#[test]
fn a_server_that_drips_is_given_up() {
    // A byte now and then is no progress: all that is told of the export must come within the timeout.
    let (near, mut far) = UnixStream::pair().expect("a pair of sockets");
    let drip = std::thread::spawn(move || {
        let bytes = agreement(1 << 20);
        bytes.iter().cycle().try_for_each(|byte| {
            std::thread::sleep(Duration::from_millis(20));
            far.write_all(&[*byte])
        })
    });
    let settings = Settings { timeout: Duration::from_millis(200), ..Settings::default() };
    let begin = Instant::now();
    let stalled = Client::new(Socket::from_unix(near).expect("a socket"), b"", settings);
    assert!(matches!(stalled, Err(Error::Stalled(_))), "{stalled:?}");
    assert!(begin.elapsed() < Duration::from_secs(60));
    assert!(drip.join().expect("the thread ends").is_err(), "the connection was closed");
}

#[test]
fn a_caller_who_wants_to_stop_need_not_wait_for_the_timeout() {
    let (near, mut far) = UnixStream::pair().expect("a pair of sockets");
    far.write_all(&agreement(1 << 20)).expect("there is room");
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    let settings = Settings {
        timeout: Duration::from_secs(3600),
        stop: Box::new(move || asked.load(Ordering::Relaxed)),
        ..Settings::default()
    };
    let client = Client::new(Socket::from_unix(near).expect("a socket"), b"", settings);
    let mut client = client.expect("it is agreed");
    let reader = std::thread::spawn(move || client.read_at(0, &mut [0; 512]));
    // The request is there, so the client waits for the reply, or is about to.
    read_past(&mut far, 0x2560_9513);
    stop.store(true, Ordering::Relaxed);
    let stopped = reader.join().expect("no panic");
    assert!(matches!(stopped, Err(Error::Stopped)), "{stopped:?}");
}

#[test]
fn a_server_is_told_that_the_client_goes() {
    let (near, mut far) = UnixStream::pair().expect("a pair of sockets");
    far.write_all(&agreement(1 << 20)).expect("there is room");
    let client = Client::new(Socket::from_unix(near).expect("a socket"), b"", Settings::default());
    drop(client.expect("it is agreed"));
    read_past(&mut far, 0x2560_9513);
    let mut rest = Vec::new();
    far.read_to_end(&mut rest).expect("the client is gone");
    assert_eq!((rest.len(), &rest[..4]), (24, &[0, 0, 0, 2][..]), "NBD_CMD_DISC and no more");
}

#[test]
fn nobody_at_the_address_is_an_error_that_names_it() {
    let folder = std::env::temp_dir().join("no-such-folder-for-nbd");
    let uri = format!("nbd+unix:///?socket={}/socket", folder.display());
    let uri = qcow2_stream_nbd::Uri::parse(uri.as_bytes()).expect("a URI");
    fails(
        Client::open(&uri, Settings::default()),
        &["cannot connect to", "no-such-folder-for-nbd/socket"],
    );
}

/// Reads up to and including a number.
fn read_past(stream: &mut UnixStream, number: u32) {
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
    let (mut last, mut byte) = ([0; 4], [0]);
    while u32::from_be_bytes(last) != number {
        stream.read_exact(&mut byte).expect("the client sends");
        last.rotate_left(1);
        last[3] = byte[0];
    }
}
