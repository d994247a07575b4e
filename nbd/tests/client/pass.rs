//! Bytes that are passed on.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use proptest::prelude::*;
use qcow2_stream::ReadAt;
use qcow2_stream_nbd::{Client, Error, Onward, Settings};

use crate::answers::{
    ACK, UNSUPPORTED, agreed, agreement, client, data, error, export, fails, greeting, hole, none,
    reply, simple,
};
use crate::honest::{self, disks, kinds};

/// Bytes of a read.
const ALL: usize = 512 * 1024;

/// A place for bytes, which knows where they came from.
#[derive(Debug)]
struct Taker {
    bytes: Vec<u8>,
    /// How many came from the transport itself.
    moved: usize,
    /// How many it will still take, and at most at once.
    room: usize,
    mouthful: usize,
}

impl Taker {
    fn new(room: usize, mouthful: usize) -> Self {
        Self { bytes: Vec::new(), moved: 0, room, mouthful }
    }

    /// One that takes whatever it is offered.
    fn greedy() -> Self {
        Self::new(usize::MAX, usize::MAX)
    }
}

impl<T: Read> Onward<T> for Taker {
    fn is_ready(&mut self, _: &mut T) -> bool {
        true
    }

    fn take_from(&mut self, transport: &mut T, most: usize) -> usize {
        let mut buffer = vec![0; most.min(self.room).min(self.mouthful)];
        if buffer.is_empty() {
            return 0;
        }
        let taken =
            transport.read(&mut buffer).expect("a script and a test's server have no errors");
        self.moved += taken;
        self.take_all(&buffer[..taken])
    }

    fn take(&mut self, bytes: &[u8]) -> usize {
        self.take_all(&bytes[..bytes.len().min(self.room).min(self.mouthful)])
    }
}

impl Taker {
    fn take_all(&mut self, bytes: &[u8]) -> usize {
        self.bytes.extend_from_slice(bytes);
        self.room -= bytes.len();
        bytes.len()
    }
}

/// Passes everything on that a taker takes.
fn pass<T: Read + Write>(
    client: &mut Client<T>,
    range: std::ops::Range<u64>,
    taker: &mut Taker,
) -> Result<(), Error> {
    let mut at = range.start;
    loop {
        let before = taker.bytes.len();
        let passed = client.pass_on(at..range.end, taker)?;
        assert_eq!(taker.bytes.len() - before, passed as usize, "no more is told than was");
        if passed == 0 {
            return Ok(());
        }
        at += passed;
    }
}

/// Checks what becomes of a reply, and how much of it is moved.
#[track_caller]
fn passed(answers: &[&[u8]], expected: &[u8], moved: usize) {
    let mut taker = Taker::greedy();
    pass(&mut agreed(answers), 0..ALL as u64, &mut taker).expect("nothing is wrong");
    assert!(taker.bytes == expected);
    assert_eq!(taker.moved, moved);
}

/// Checks that a reply is an error.
#[track_caller]
fn refused(answers: &[&[u8]], words: &[&str]) {
    fails(pass(&mut agreed(answers), 0..ALL as u64, &mut Taker::greedy()), words);
}

/// Bytes that differ from their neighbours.
fn bytes() -> Vec<u8> {
    (0..ALL).map(|at| (at / 7) as u8 | 1).collect()
}

#[test]
fn a_reply_in_one_piece_is_moved() {
    let all = bytes();
    passed(&[&data(true, 1, 0, &all)], &all, ALL);
    passed(&[&data(false, 1, 0, &all), &none(1)], &all, ALL);
}

#[test]
fn a_simple_reply_is_moved() {
    let answers = [greeting(3), reply(8, UNSUPPORTED, b""), export(ALL as u64), reply(7, ACK, b"")];
    let all = bytes();
    let answer = [&simple(0, 1)[..], &all].concat();
    let mut client = client(&[&answers.concat(), &answer]).expect("it is agreed");
    let mut taker = Taker::greedy();
    pass(&mut client, 0..u64::MAX, &mut taker).expect("nothing is wrong");
    assert!(taker.bytes == all && taker.moved == ALL);
}

#[test]
fn pieces_in_order_are_moved() {
    let all = bytes();
    let (a, rest) = all.split_at(1000);
    let (b, c) = rest.split_at(1);
    passed(&[&data(false, 1, 0, a), &data(false, 1, 1000, b), &data(true, 1, 1001, c)], &all, ALL);
}

#[test]
fn pieces_out_of_order_wait_for_one_another() {
    let all = bytes();
    let (front, back) = all.split_at(1000);
    passed(&[&data(false, 1, 1000, back), &data(true, 1, 0, front)], &all, 0);
    let (a, b) = back.split_at(50);
    let answers =
        [&data(false, 1, 0, front)[..], &data(false, 1, 1050, b), &data(true, 1, 1000, a)];
    passed(&answers, &all, 1000);
}

#[test]
fn holes_are_zeros() {
    let mut all = bytes();
    all[1000..3000].fill(0);
    let (front, back) = (&all[..1000], &all[3000..]);
    let hole = hole(false, 1, 1000, 2000);
    passed(&[&data(false, 1, 0, front), &hole, &data(true, 1, 3000, back)], &all, 1000);
    passed(&[&hole, &data(false, 1, 0, front), &data(true, 1, 3000, back)], &all, 0);
}

#[test]
fn what_is_not_taken_is_there_to_be_read() {
    let all = bytes();
    for room in [0, 1, 1000, ALL - 1] {
        let mut client = agreed(&[&data(true, 1, 0, &all)]);
        let mut taker = Taker::new(room, 600);
        pass(&mut client, 0..ALL as u64, &mut taker).expect("nothing is wrong");
        assert!(taker.bytes == all[..room]);
        let mut rest = vec![0; ALL];
        let read = client.read_at(room as u64, &mut rest).expect("nothing is wrong");
        assert!(rest[..read] == all[room..]);
    }
}

#[test]
fn no_byte_after_the_range_is_passed_on() {
    let all = bytes();
    let mut client = agreed(&[&data(true, 1, 0, &all)]);
    let mut taker = Taker::greedy();
    pass(&mut client, 0..1000, &mut taker).expect("nothing is wrong");
    assert!(taker.bytes == all[..1000]);
    pass(&mut client, 1000..ALL as u64, &mut taker).expect("nothing is wrong");
    assert!(taker.bytes == all && taker.moved == 1000);
}

#[test]
fn bytes_that_were_passed_on_must_not_come_again() {
    let all = bytes();
    let first = data(false, 1, 0, &all[..1000]);
    refused(&[&first, &data(true, 1, 999, &all[999..])], &["not all were asked for"]);
    refused(&[&first, &hole(true, 1, 0, 1)], &["not all were asked for"]);
    refused(&[&data(false, 1, 0, &all), &data(true, 1, 0, &all)], &["asked for"]);
}

#[test]
fn a_reply_that_leaves_bytes_out_or_fails_in_the_middle_is_an_error() {
    let first = data(false, 1, 0, &[1; 1000]);
    refused(&[&first, &none(1)], &["leaves out some of 523288 bytes at offset 1000"]);
    refused(&[&first, &error(true, 1, 5, b"")], &["EIO"]);
    refused(&[&data(false, 1, 0, &[1; ALL]), &error(true, 1, 5, b"")], &["EIO"]);
    refused(&[&data(true, 1, 1, &[1; ALL])], &["not all were asked for"]);
    refused(&[&data(true, 1, 0, &[1; ALL + 1])], &["not all were asked for"]);
}

#[test]
fn a_close_in_the_middle_is_an_error() {
    let whole = data(true, 1, 0, &[1; ALL]);
    for length in [0, 3, 28, 29, 1000, ALL] {
        let mut client = agreed(&[&whole[..length]]);
        let closed = pass(&mut client, 0..ALL as u64, &mut Taker::greedy());
        assert!(matches!(closed, Err(Error::Closed)), "{length}: {closed:?}");
    }
}

/// Takes a byte now and then.
#[derive(Debug)]
struct Sipper;

impl<T> Onward<T> for Sipper {
    fn is_ready(&mut self, _: &mut T) -> bool {
        std::thread::sleep(Duration::from_millis(5));
        true
    }

    fn take_from(&mut self, _: &mut T, _: usize) -> usize {
        1
    }

    fn take(&mut self, _: &[u8]) -> usize {
        0
    }
}

/// Whoever never finds the connection ready.
#[derive(Debug)]
struct Waiter;

impl<T> Onward<T> for Waiter {
    fn is_ready(&mut self, _: &mut T) -> bool {
        std::thread::sleep(Duration::from_millis(1));
        false
    }

    fn take_from(&mut self, _: &mut T, _: usize) -> usize {
        panic!("nothing is ready")
    }

    fn take(&mut self, _: &[u8]) -> usize {
        0
    }
}

/// A client whose server begins a reply and says no more, and the server's end.
fn stalled(settings: Settings) -> (Client<UnixStream>, UnixStream) {
    let (near, mut far) = UnixStream::pair().expect("a pair of sockets");
    far.write_all(&agreement(1 << 20)).expect("there is room");
    far.write_all(&data(true, 1, 0, &[1; ALL])[..100]).expect("there is room");
    (Client::new(near, b"", settings).expect("it is agreed"), far)
}

#[test]
fn a_server_that_stalls_in_the_middle_is_given_up() {
    let timeout = Duration::from_millis(50);
    let (mut client, _far) = stalled(Settings { timeout, ..Settings::default() });
    let given_up = client.pass_on(0..ALL as u64, &mut Waiter);
    assert!(matches!(given_up, Err(Error::Stalled(_))), "{given_up:?}");
    fails(client.read_at(0, &mut [0; 512]), &["sent nothing"]);
}

#[test]
fn a_server_that_drips_is_given_up() {
    let timeout = Duration::from_millis(50);
    let (mut client, _far) = stalled(Settings { timeout, ..Settings::default() });
    let given_up = client.pass_on(0..ALL as u64, &mut Sipper);
    assert!(matches!(given_up, Err(Error::Stalled(_))), "{given_up:?}");
}

#[test]
fn a_caller_may_stop_while_bytes_are_awaited() {
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let stop = Box::new(move || asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 5);
    let (mut client, _far) = stalled(Settings { stop, ..Settings::default() });
    let stopped = client.pass_on(0..ALL as u64, &mut Waiter);
    assert!(matches!(stopped, Err(Error::Stopped)), "{stopped:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn whatever_is_taken_and_whatever_is_read_the_bytes_are_those_that_are_there(
        (kind, request, depth) in kinds(),
        disk in disks(),
        steps in prop::collection::vec(
            (any::<Option<prop::sample::Index>>(), 1_usize..70_000, 0_usize..70_000, 1_usize..9000), 0..40),
    ) {
        let mut client = honest::client(kind, &disk, request, depth);
        let mut at = 0;
        for (jump, length, room, mouthful) in steps {
            // Most often where the last step ended, as a conversion goes on.
            at = jump.filter(|_| length % 4 == 0).map_or(at, |jump| jump.index(disk.len() + 1));
            let end = (at + length).min(disk.len());
            let mut taker = Taker::new(room, mouthful);
            pass(&mut client, at as u64..(at + length) as u64, &mut taker).expect("an honest server answers");
            let taken = at + taker.bytes.len();
            prop_assert!(taker.bytes == disk[at..taken]);
            prop_assert!(taken == end || room == taker.bytes.len());
            let mut rest = vec![0; length];
            let read = client.read_at(taken as u64, &mut rest).expect("an honest server answers");
            prop_assert!(rest[..read] == disk[taken..taken + read]);
            at = taken + read;
        }
    }
}
