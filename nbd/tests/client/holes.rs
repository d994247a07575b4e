//! Replies about holes. The first request of all has the cookie 1.

use qcow2_stream::ReadAt;

use crate::answers::{CONTEXT, agreed, chunk, chunk_header, error, fails, none, simple, status};

const ZERO: u32 = 2;
const HOLE: u32 = 1;
const SIZE: u32 = 1 << 20;

#[test]
fn data_is_what_does_not_read_as_zeros() {
    let extents = [(4096, HOLE | ZERO), (4096, 0), (4096, HOLE), (8192, ZERO), (SIZE - 20_480, 0)];
    let mut client = agreed(&[&status(true, 1, CONTEXT, &extents)]);
    assert_eq!(client.next_data(0).expect("it is told"), Some(4096..12_288));
    assert_eq!(client.next_data(12_288).expect("it is told"), Some(20_480..1 << 20));
    assert_eq!(client.next_data(1 << 20).expect("it is told"), None);
    // What is known to be zero is not asked for.
    let mut buffer = [1; 5000];
    assert_eq!(client.read_at(12_288, &mut buffer).expect("nothing is asked"), 5000);
    assert_eq!(buffer, [0; 5000]);
}

#[test]
fn answers_may_come_in_parts() {
    let mut client = agreed(&[
        &status(true, 1, CONTEXT, &[(512, ZERO)]),
        &status(true, 2, CONTEXT, &[(512, ZERO)]),
        &status(false, 3, CONTEXT, &[(1024, 0), (SIZE - 2048, ZERO)]),
        &none(3),
    ]);
    assert_eq!(client.next_data(0).expect("it is told"), Some(1024..2048));
    assert_eq!(client.next_data(2048).expect("it is told"), None);
}

#[test]
fn the_last_extent_may_be_longer_than_the_export() {
    let mut client = agreed(&[&status(true, 1, CONTEXT, &[(u32::MAX, 0)])]);
    assert_eq!(client.next_data(5).expect("it is told"), Some(5..1 << 20));
}

#[test]
fn a_server_that_cannot_tell_has_data_everywhere() {
    for answer in
        [error(true, 1, 95, b"no"), simple(22, 1), [error(false, 1, 5, b""), none(1)].concat()]
    {
        let mut client = agreed(&[&answer]);
        assert_eq!(client.next_data(512).expect("it need not be told"), Some(512..1 << 20));
        assert_eq!(client.next_data(1024).expect("it is not asked again"), Some(1024..1 << 20));
    }
}

#[test]
fn answers_that_make_no_sense_are_errors() {
    refused(&status(true, 1, CONTEXT, &[]), &["block status of 4 bytes"]);
    refused(&status(true, 1, CONTEXT, &[(0, 0)]), &["extent of 0 bytes at offset 0"]);
    refused(&status(true, 1, CONTEXT, &[(SIZE, 0), (1, 0)]), &["1 bytes at offset 1048576"]);
    refused(&status(true, 1, CONTEXT, &[(512, 0), (0, 0)]), &["0 bytes at offset 512"]);
    refused(&status(true, 1, CONTEXT + 1, &[(512, 0)]), &["context 8"]);
    refused(&none(1), &["without an extent"]);
    refused(&simple(0, 1), &["simple reply"]);
    refused(&chunk(true, 5, 1, &[0; 11]), &["block status of 11 bytes"]);
    refused(&chunk(true, 5, 1, &[0; 3]), &["block status of 3 bytes"]);
    refused(&chunk(true, 1, 1, &[0; 600]), &["fits no request"]);
    let twice = status(false, 1, CONTEXT, &[(512, 0)]);
    refused(&[twice.clone(), twice].concat(), &["a second one"]);
    let errors = error(false, 1, 5, b"");
    refused(&[errors.clone(), errors].concat(), &["a second error"]);
}

#[test]
fn an_answer_of_any_length_takes_little_memory_and_ends_with_what_was_asked() {
    let endless = [chunk_header(true, 5, 1, u32::MAX - 3), CONTEXT.to_be_bytes().to_vec()].concat();
    let extents: Vec<u8> = (0..SIZE + 1).flat_map(|_| [0, 0, 0, 1, 0, 0, 0, 0]).collect();
    refused(&[endless, extents].concat(), &["1 bytes at offset 1048576"]);
}

#[test]
fn more_extents_than_are_kept_are_asked_for_again() {
    // Every other byte: 2 to the 19 ranges with data, of which 65,536 are kept at a time.
    let extents: Vec<(u32, u32)> =
        (0..SIZE).map(|at| (1, if at % 2 == 0 { ZERO } else { 0 })).collect();
    let mut answers = status(true, 1, CONTEXT, &extents);
    let (mut cookie, mut offset) = (1, 0_usize);
    while offset + 131_072 < extents.len() {
        offset = (offset + 131_072) / 512 * 512;
        cookie += 1;
        answers.extend(status(true, cookie, CONTEXT, &extents[offset..]));
    }
    let mut client = agreed(&[&answers]);
    let mut at = 0;
    let mut last = 0;
    while let Some(data) = client.next_data(at).unwrap_or_else(|error| panic!("{at}: {error}")) {
        assert!(data.start <= last + 1 && data.end > data.start, "{data:?} after {last}");
        (at, last) = (data.end, data.end);
    }
    assert_eq!(at, 1 << 20);
}

#[track_caller]
fn refused(answer: &[u8], words: &[&str]) {
    fails(agreed(&[answer]).next_data(0), words);
}
