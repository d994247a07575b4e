//! The NBD client against servers of every kind: no panic, no endless work, little memory, and no byte that the server
//! did not say.
//!
//! A server is an honest one, or one that has faults in its messages, or one that sends any bytes at all.

mod client;
mod disk;
mod message;
mod raw;
mod replies;
mod server;

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;

use arbitrary::Unstructured;
use qcow2_stream_nbd::{Client, Error, Settings};
use qcow2_stream_tests::kit::heap::peak_of;

use crate::choice::{skewed, within};
use client::User;
use disk::Disk;
use raw::Raw;
use server::{Faults, Server};

/// The most memory that a client and its server take, in bytes: 64 probes, 24 reads and the extents.
const MOST_MEMORY: u64 = 64 << 20;

/// What a server has said that is not so.
#[derive(Debug, Default)]
pub struct Said {
    /// Whether it did anything that an honest server doesn't. Then the client may fail.
    is_faulty: bool,
    /// Whether its bytes are out of step, so that nobody knows what it says.
    is_garbled: bool,
    /// Where it said that there are zeros, in bytes of the export.
    zeros: Vec<Range<u64>>,
}

/// Runs a case. The binary's allocator has to be `CountingHeap`.
pub fn run(data: &[u8]) {
    let ((), peak) = peak_of(|| any_server(data));
    assert!(peak <= MOST_MEMORY, "{peak} bytes of memory");
}

fn any_server(data: &[u8]) {
    let u = &mut Unstructured::new(data);
    let way = within(u, 0..=4) as usize;
    let settings = settings(u);
    let share = within(u, 0..=u.len() as u64 / 2) as usize;
    let actions = Unstructured::new(u.bytes(share).unwrap_or_default());
    let said = Rc::new(RefCell::new(Said::default()));
    if way == 4 {
        said.borrow_mut().is_faulty = true;
        said.borrow_mut().is_garbled = true;
        let disk = Disk::of(skewed(u, 63));
        let client = Client::new(Raw::new(u, disk.size), b"disk", settings);
        return talk(client, disk, &said, actions);
    }
    let disk = Disk::draw(u);
    let rest = Unstructured::new(u.bytes(u.len()).unwrap_or_default());
    let faults = [Faults::None, Faults::InReplies, Faults::InReplies, Faults::Anywhere][way];
    let server = Server::new(rest, disk.clone(), faults, Rc::clone(&said));
    talk(Client::new(server, b"disk", settings), disk, &said, actions);
}

fn settings(u: &mut Unstructured<'_>) -> Settings {
    // The server's patience ends, so that no clock has a say.
    let timeout = Duration::from_secs(3600);
    let (request, depth) = (1 + skewed(u, 16) as u32, within(u, 1..=8) as usize);
    Settings { request, depth, timeout, ..Settings::default() }
}

fn talk<T: std::io::Read + std::io::Write>(
    client: Result<Client<T>, Error>,
    disk: Disk,
    said: &Rc<RefCell<Said>>,
    actions: Unstructured<'_>,
) {
    match client {
        Ok(client) => User::new(client, disk, said, actions).use_up(),
        Err(error) => check(&error, said),
    }
}

/// An error is one of a server with faults, and can be shown to people.
fn check(error: &Error, said: &Rc<RefCell<Said>>) {
    let text = error.to_string();
    assert!(said.borrow().is_faulty, "an honest server is refused: {text}");
    assert!(text.chars().all(|c| !c.is_control()) && text.len() < 30_000, "{text}");
}
