//! Servers whose queue for new connections is full, as it is when they hang.

use std::io::{self, ErrorKind};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use qcow2_stream_nbd::{Address, Error, Settings, Socket};
use tempfile::TempDir;

/// How long these clients wait.
const SHORT: Duration = Duration::from_millis(300);

fn connect(address: &Address, timeout: Duration) -> Result<Socket, Error> {
    Socket::connect(address, &Settings { timeout, ..Settings::default() })
}

/// Fills the queue of a server that accepts nothing.
#[track_caller]
fn fill(address: &Address) -> Vec<Socket> {
    let mut waiting = Vec::new();
    loop {
        match connect(address, SHORT) {
            Ok(socket) => waiting.push(socket),
            Err(Error::Connect(name, error)) => {
                assert_eq!((name, error.kind()), (address.to_string(), ErrorKind::TimedOut));
                return waiting;
            }
            Err(error) => panic!("{error}"),
        }
        assert!(waiting.len() < 100, "its queue has no end");
    }
}

/// A server behind a Unix socket, with a short queue.
fn unix() -> io::Result<(UnixListener, Address, TempDir)> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("socket");
    let listener = UnixListener::bind(&path)?;
    rustix::net::listen(&listener, 0)?;
    Ok((listener, Address::Unix(path), folder))
}

/// A server behind TCP, with a short queue.
fn tcp() -> io::Result<(TcpListener, Address)> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    rustix::net::listen(&listener, 0)?;
    let port = listener.local_addr()?.port();
    Ok((listener, Address::Tcp { host: "127.0.0.1".to_owned(), port }))
}

/// Checks that a client that waits in vain heeds the wish to stop.
#[track_caller]
fn assert_stops(address: &Address) {
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    let settings = Settings {
        timeout: Duration::from_secs(3600),
        stop: Box::new(move || asked.swap(true, Ordering::Relaxed)),
        ..Settings::default()
    };
    let begun = Instant::now();
    let stopped = Socket::connect(address, &settings);
    assert!(matches!(stopped, Err(Error::Stopped)), "{stopped:?}");
    assert!(stop.load(Ordering::Relaxed) && begun.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_unix_socket_with_a_full_queue_is_given_up() {
    let (_listener, address, _folder) = unix().expect("a socket");
    let _waiting = fill(&address);
    assert_stops(&address);
}

#[test]
fn a_tcp_server_with_a_full_queue_is_given_up() {
    let (_listener, address) = tcp().expect("a socket");
    let _waiting = fill(&address);
    assert_stops(&address);
}

#[test]
fn a_queue_that_gets_shorter_is_waited_for() {
    let (listener, address, _folder) = unix().expect("a socket");
    let _waiting = fill(&address);
    thread::scope(|scope| {
        let late = scope.spawn(|| connect(&address, Duration::from_secs(60)));
        listener.accept().expect("somebody waits");
        late.join().expect("no panic").expect("it is its turn");
    });
}

#[test]
fn a_socket_where_nobody_listens_is_an_error_at_once() {
    let (listener, address, _folder) = unix().expect("a socket");
    drop(listener);
    let refused = connect(&address, Duration::from_secs(3600));
    assert!(
        matches!(&refused, Err(Error::Connect(_, error)) if error.kind() == ErrorKind::ConnectionRefused),
        "{refused:?}"
    );
}
