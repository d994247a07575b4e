//! URIs that name no server that can be reached.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::net::UnixListener;

use qcow2_stream_tests::command::{Workplace, run};

use crate::{FRONT_END, place};

#[test]
fn what_cannot_be_done_is_refused_before_anything_is_tried() {
    for (uri, words) in [
        ("nbds://host/disk", &["TLS", "tunnel"][..]),
        ("nbds+unix:///disk?socket=/run/s", &["TLS"]),
        ("nbd+vsock://2/disk", &["vsock"]),
        ("nbd://user:secret@host/disk", &["user name or password"]),
        ("nbd://host:99999/", &["port"]),
        ("nbd://host:x/", &["port"]),
        ("nbd://::1/", &["port"]),
        ("nbd://[::1/", &["IPv6"]),
        ("nbd://[fe]/", &["IPv6"]),
        ("nbd+unix:///disk", &["socket", "missing"]),
        ("nbd+unix:///disk?socket=", &["socket", "missing"]),
        ("nbd+unix://host/disk?socket=/run/s", &["no host"]),
        ("nbd+unix:///disk?socket=/run/s&socket=/run/t", &["twice"]),
        ("nbd+unix:///disk?socket=/run/s&tls-certificates=/x", &["tls-certificates", "not known"]),
        ("nbd://host/disk?socket=/run/s", &["'socket' is not known"]),
        ("nbd://host/disk#1", &["%23"]),
        ("nbd://host/100%", &["%25"]),
        ("nbd://host/%00", &["%25"]),
    ] {
        let outcome = run(Workplace::new(FRONT_END).command([uri]));
        outcome.refused(2, &[&["the input's URI: "], words].concat());
        assert!(!outcome.stderr.contains("secret"), "{}", outcome.stderr);
    }
}

#[test]
fn another_format_is_refused_for_now() {
    let outcome = run(Workplace::new(FRONT_END).command(["-f", "qcow2", "nbd://host/disk"]));
    outcome.refused(2, &["qcow2"]);
}

#[test]
fn an_export_cannot_be_a_data_file_unless_it_gets_a_name() {
    for option in ["-d", "-R"] {
        let outcome = run(Workplace::new(FRONT_END).command([option, "nbd://host/disk"]));
        outcome.refused(2, &["NBD export", "--data-file-name"]);
    }
}

#[test]
fn a_file_may_be_named_like_a_uri() {
    let place = place(300_000);
    let expected = run(place.command(["disk.raw"])).image();
    for name in ["nbd:host", "nbd", "nbd+unix:"] {
        std::fs::copy(place.disk(), place.path(name)).expect("the disk is copied");
        assert!(run(place.command([name])).image() == expected, "{name}");
    }
    std::fs::create_dir_all(place.path("nbd:/host")).expect("folders are made");
    std::fs::copy(place.disk(), place.path("nbd:/host/disk")).expect("the disk is copied");
    assert!(run(place.command(["./nbd://host/disk"])).image() == expected);
}

#[test]
fn nobody_there_is_an_error_with_the_address() {
    let place = Workplace::new(FRONT_END);
    let socket = place.path("socket");
    let uri = format!("nbd+unix:///?socket={}", socket.display());
    run(place.command([&uri])).refused(4, &["cannot connect to", "No such file"]);
    drop(UnixListener::bind(&socket).expect("a socket is made"));
    run(place.command([&uri])).refused(4, &["cannot connect to", "refused"]);
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.local_addr());
    let port = port.expect("a free port").port();
    let outcome = run(place.command([format!("nbd://127.0.0.1:{port}/")]));
    outcome.refused(4, &[&format!("cannot connect to 127.0.0.1:{port}"), "refused"]);
    run(place.command(["nbd://no-such-host.invalid/"])).refused(4, &["no-such-host.invalid:10809"]);
}

#[test]
fn a_uri_cannot_steer_the_terminal() {
    let outcome = run(Workplace::new(FRONT_END).command(["nbd+unix:///\u{1b}[31m?socket=/%1b%0a"]));
    outcome.refused(4, &["\\u{1b}[31m", "cannot connect to /\\u{1b}\\n"]);
}
