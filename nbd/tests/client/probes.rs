//! Looks at the fronts of clusters.

use std::io::{self, Read, Write};
use std::thread::sleep;
use std::time::Duration;

use proptest::prelude::*;
use qcow2_stream::{AllocationMap, ClusterSize, Options, ReadAt};
use qcow2_stream_nbd::{Client, Settings};

use crate::answers::{CONTEXT, Script, agreement, data, error, fails, hole, none, status};
use crate::honest::{disks, kinds};
use crate::server::{Kind, Server};

/// Bytes of the clusters of these tests, and of the large reads.
const STRIDE: u64 = 16 * 1024;
const FRONT: usize = 4096;

/// Few bytes have to be read with these before there are probes: four clusters.
fn settings() -> Settings {
    Settings { request: 16 * 1024, depth: 1, ..Settings::default() }
}

/// The first front that is probed, by the cookie 6. The next ones have 7, 8 and 9.
const FIRST: u64 = 4 * STRIDE;

/// A client that is about to probe the front of the fifth cluster, where the server says this.
fn about_to_probe(answers: &[&[u8]]) -> Client<Script> {
    let mut all = agreement(1 << 20);
    all.extend(status(true, 1, CONTEXT, &[(1 << 20, 0)]));
    for at in 0..4 {
        all.extend(data(true, at + 2, at * STRIDE, &[1; 16 * 1024]));
    }
    all.extend(answers.concat());
    let mut client = Client::new(Script::new(all), b"", settings()).expect("it is agreed");
    assert_eq!(client.next_data(0).expect("it is told"), Some(0..1 << 20));
    assert_eq!(client.read_cached_at(0, STRIDE, &mut [0; FRONT]).expect("nothing is wrong"), 0);
    for at in 0..4 {
        let read = client.read_at(at * STRIDE, &mut [0; 16 * 1024]);
        assert_eq!(read.expect("nothing is wrong"), 16 * 1024);
    }
    client
}

/// What the probe brings.
fn probe(answers: &[&[u8]]) -> Vec<u8> {
    let mut buffer = vec![0xa5; FRONT];
    let read = about_to_probe(answers).read_cached_at(FIRST, STRIDE, &mut buffer);
    buffer.truncate(read.expect("nothing is wrong"));
    buffer
}

#[test]
fn a_front_may_come_in_pieces_and_behind_others() {
    let others =
        [data(true, 8, FIRST + 2 * STRIDE, &[3; FRONT]), hole(false, 7, FIRST + STRIDE, 9)];
    let pieces = [
        data(false, 6, FIRST + 100, &[2; FRONT - 100]),
        data(false, 6, FIRST, &[1; 60]),
        hole(false, 6, FIRST + 60, 40),
        none(6),
    ];
    let expected = [&[1; 60][..], &[0; 40], &[2; FRONT - 100]].concat();
    assert!(probe(&[&others.concat(), &pieces.concat()]) == expected);
}

#[test]
fn a_hole_at_the_front_is_zeros() {
    assert!(probe(&[&hole(true, 6, FIRST, 4096)]) == [0; FRONT]);
}

#[test]
fn a_probe_that_fails_is_neither_zeros_nor_data_and_an_ordinary_read_tells() {
    let front = hole(false, 6, FIRST, 4096);
    for probe in [
        error(true, 6, 5, b"first"),
        [error(false, 6, 5, b"first"), none(6)].concat(),
        [front.clone(), error(true, 6, 5, b"first")].concat(),
        [error(false, 6, 5, b"first"), front, none(6)].concat(),
        // Whatever fails, there are no more probes.
        [error(true, 8, 5, b"first"), hole(true, 7, FIRST + STRIDE, 4096), error(true, 6, 5, b"")]
            .concat(),
    ] {
        let mut client = about_to_probe(&[&probe, &error(true, 10, 5, b"second")]);
        let mut buffer = [0xa5; FRONT];
        assert_eq!(client.read_cached_at(FIRST, STRIDE, &mut buffer).expect("no harm is done"), 0);
        assert!(buffer == [0xa5; FRONT]);
        assert_eq!(client.read_cached_at(FIRST, STRIDE, &mut buffer).expect("there is none"), 0);
        fails(client.read_at(FIRST, &mut buffer), &["16384 bytes at offset 65536", "second"]);
    }
}

#[test]
fn a_reply_to_a_probe_that_makes_no_sense_is_an_error() {
    for (answer, words) in [
        (none(6), "leaves out some of 4096 bytes at offset 65536"),
        (data(true, 6, FIRST + 1, &[1; FRONT]), "not all were asked for"),
        ([data(false, 6, FIRST, &[1; 9]), data(true, 6, FIRST, &[1; 9])].concat(), "twice"),
        (data(true, 11, FIRST, &[1; FRONT]), "cookie 0xb"),
    ] {
        let mut client = about_to_probe(&[&answer]);
        fails(client.read_cached_at(FIRST, STRIDE, &mut [0; FRONT]), &[words]);
        fails(client.read_at(FIRST, &mut [0; FRONT]), &[words]);
    }
}

#[test]
fn errors_that_never_end_are_an_error() {
    let twice = [error(false, 6, 5, b"first"), error(false, 6, 5, b"second")].concat();
    let mut client = about_to_probe(&[&twice]);
    assert_eq!(client.read_cached_at(FIRST, STRIDE, &mut [0; FRONT]).expect("no harm is done"), 0);
    fails(client.read_at(FIRST, &mut [0; FRONT]), &["4096 bytes at offset 65536", "second"]);
}

#[test]
fn there_are_no_probes_where_they_could_spare_little() {
    for (offset, stride) in [(FIRST, 8192), (FIRST + 1, STRIDE), (FIRST, 0), (1 << 20, STRIDE)] {
        let mut client = about_to_probe(&[]);
        let read = client.read_cached_at(offset, stride, &mut [0; FRONT]);
        assert_eq!(read.expect("nothing is asked"), 0, "{offset} {stride}");
    }
}

#[test]
fn probes_are_made_where_they_are_cheap_and_given_up_where_they_are_not() {
    let disk = vec![7; 4 << 20];
    let fronts = disk.len() / 16_384;
    let long = Duration::from_millis(5);
    let cheap = probes(&disk, |length| sleep(if length > FRONT { long } else { Duration::ZERO }));
    assert!(cheap > 8, "{cheap} of {fronts}");
    let dear = probes(&disk, |length| sleep(if length > FRONT { Duration::ZERO } else { long }));
    assert!((1..fronts / 2).contains(&dear), "{dear} of {fronts}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_scan_finds_what_is_there(
        (kind, request, depth) in kinds(),
        disk in disks(),
        times in 1_usize..12,
        bits in 9_u32..18,
        buffer in 4096_usize..100_000,
    ) {
        let disk = disk.repeat(times);
        let cluster_size = ClusterSize::new(1 << bits).expect("a size that there is");
        let server = Server::new(kind, disk.clone());
        let settings = Settings { request: request.min(9000), depth, ..Settings::default() };
        let mut client = Client::new(server, b"", settings).expect("it is agreed");
        let found = scan(&mut client, cluster_size, buffer);
        prop_assert!(found == scan(&mut &disk[..], cluster_size, buffer));
    }
}

/// Which clusters hold data.
fn scan<S>(source: &mut S, cluster_size: ClusterSize, buffer: usize) -> AllocationMap
where
    S: ReadAt<Error: std::fmt::Debug>,
{
    let options = Options { cluster_size, ..Options::default() };
    let go_on = |_| std::ops::ControlFlow::Continue(());
    let layout = qcow2_stream::scan(source, &options, &mut vec![0; buffer], go_on);
    layout.expect("nothing is wrong").allocation().clone()
}

/// Scans a disk over a server that does something at each read, given its length, and returns how many
/// probes there were.
fn probes(mut disk: &[u8], at_read: impl FnMut(usize)) -> usize {
    let kind = Kind {
        structured: true,
        contexts: true,
        minimum: 512,
        maximum: 1 << 20,
        extents: 1000,
        seed: 5,
    };
    let server = Server::new(kind, disk.to_vec());
    let mut watched = Watched { server, sent: Vec::new(), probes: 0, at_read };
    let mut client = Client::new(&mut watched, b"", settings()).expect("it is agreed");
    let cluster_size = ClusterSize::new(STRIDE).expect("a size that there is");
    let found = scan(&mut client, cluster_size, 1 << 16);
    assert!(found == scan(&mut disk, cluster_size, 1 << 16));
    drop(client);
    watched.probes
}

/// A server whose requests somebody sees.
struct Watched<F> {
    server: Server,
    sent: Vec<u8>,
    probes: usize,
    at_read: F,
}

impl<F: FnMut(usize)> Watched<F> {
    fn see(&mut self, byte: u8) {
        self.sent.push(byte);
        let request =
            self.sent.last_chunk::<28>().filter(|last| last[..4] == [0x25, 0x60, 0x95, 0x13]);
        if let Some(request) = request {
            let length =
                request[24..].iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
            if request[7] == 0 {
                self.probes += usize::from(length == FRONT);
                (self.at_read)(length);
            }
            self.sent.clear();
        }
    }
}

impl<F> Read for &mut Watched<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.server.read(buffer)
    }
}

impl<F: FnMut(usize)> Write for &mut Watched<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.server.write(bytes)?;
        bytes[..written].iter().for_each(|byte| self.see(*byte));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
