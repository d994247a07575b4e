//! Replies to reads. The first request of all has the cookie 1.

use qcow2_stream::ReadAt;
use qcow2_stream_nbd::Error;

use crate::answers::{
    ACK, UNSUPPORTED, agreed, chunk, chunk_header, client, data, error, export, fails, greeting,
    hole, none, reply, simple, status,
};

/// Bytes of a read: those that the export of these tests has.
const ALL: usize = 512 * 1024;

#[test]
fn pieces_in_any_order_make_the_bytes() {
    let (front, back) = ([1; 1000], [2; 2000]);
    let rest = (ALL - 5000) as u32;
    let mut client = agreed(&[
        &data(false, 1, 3000, &back),
        &hole(false, 1, 5000, rest),
        &data(false, 1, 0, &front),
        &hole(false, 1, 1000, 2000),
        &none(1),
    ]);
    let mut buffer = vec![0xa5; ALL];
    assert_eq!(client.read_at(0, &mut buffer).expect("nothing is wrong"), ALL);
    let expected = [&front[..], &[0; 2000], &back, &[0; ALL - 5000]].concat();
    assert!(buffer == expected);
}

#[test]
fn the_end_of_the_export_is_the_end() {
    let mut client = agreed(&[]);
    assert_eq!(client.read_at(1 << 20, &mut [0; 10]).expect("nothing is read"), 0);
    assert_eq!(client.read_at(u64::MAX, &mut [0; 10]).expect("nothing is read"), 0);
    assert_eq!(client.read_at(0, &mut []).expect("nothing is read"), 0);
}

#[test]
fn bytes_that_are_missing_are_an_error_and_no_zeros() {
    refused(&[&none(1)], &["leaves out some of 524288 bytes at offset 0"]);
    refused(&[&data(true, 1, 0, &[1; 10])], &["leaves out"]);
    let first = data(false, 1, 0, &[1; ALL / 2]);
    let last = data(true, 1, ALL as u64 / 2 + 1, &[1; ALL / 2 - 1]);
    refused(&[&first, &last], &["leaves out"]);
}

#[test]
fn bytes_that_come_twice_are_an_error() {
    let whole = data(false, 1, 0, &[1; ALL]);
    refused(&[&whole, &hole(true, 1, 5, 1)], &["at offset 5 twice"]);
    refused(&[&data(false, 1, 0, &[1; 10]), &data(true, 1, 9, &[1; ALL - 9])], &["offset 9 twice"]);
    refused(&[&hole(false, 1, 9, 5), &data(true, 1, 0, &[1; ALL])], &["offset 0 twice"]);
}

#[test]
fn bytes_that_nobody_asked_for_are_an_error() {
    refused(&[&data(true, 1, 1, &[1; ALL])], &["of which not all were asked for"]);
    refused(&[&data(true, 1, ALL as u64, &[1])], &["asked for"]);
    refused(&[&data(true, 1, u64::MAX, &[1])], &["asked for"]);
    refused(&[&hole(true, 1, 0, ALL as u32 + 1)], &["asked for"]);
    refused(&[&hole(true, 1, 0, 0)], &["asked for"]);
    refused(&[&hole(true, 1, u64::MAX, u32::MAX)], &["asked for"]);
    refused(&[&data(true, 1, 0, b"")], &["data without data"]);
    refused(&[&chunk(true, 1, 1, &[0; 7])], &["data without data"]);
}

#[test]
fn an_absurd_length_is_refused_before_its_bytes_are_awaited() {
    let start = |kind, length| [&chunk_header(true, kind, 1, length)[..], &[0; 8]].concat();
    refused(&[&start(1, u32::MAX)], &["4294967287 bytes at offset 0"]);
    refused(&[&start(2, u32::MAX)], &["a hole with 4294967295 bytes"]);
    refused(&[&start(0x8001, u32::MAX)], &["an error of 4294967295 bytes"]);
    refused(&[&start(0, u32::MAX)], &["chunk None of 4294967295 bytes"]);
    refused(&[&start(5, u32::MAX)], &["chunk BlockStatus of 4294967295 bytes"]);
    refused(&[&start(77, u32::MAX)], &["chunk Unknown(77) of 4294967295 bytes"]);
}

#[test]
fn a_reply_to_nothing_is_an_error() {
    refused(&[&data(true, 2, 0, &[1; ALL])], &["cookie 0x2"]);
    refused(&[&none(0)], &["cookie 0x0"]);
    refused(&[&error(true, u64::MAX, 5, b"")], &["cookie 0xffffffffffffffff"]);
    refused(&[&simple(0, 2)], &["cookie 0x2"]);
    refused(&[&status(true, 1, 7, &[(512, 0)])], &["fits no request"]);
}

#[test]
fn a_second_reply_to_the_same_request_is_an_error() {
    let mut client = agreed(&[&hole(true, 1, 0, ALL as u32), &hole(true, 1, 0, ALL as u32)]);
    let mut buffer = vec![0; ALL];
    assert_eq!(client.read_at(0, &mut buffer).expect("the first is fine"), ALL);
    fails(client.read_at(ALL as u64, &mut buffer), &["cookie 0x1"]);
}

#[test]
fn chunks_that_never_end_are_an_error() {
    // One that says nothing must be the last one.
    refused(&[&chunk(false, 0, 1, b"")], &["fits no request"]);
    let pieces: Vec<u8> = (0..1100).flat_map(|at| data(false, 1, at * 2, &[1])).collect();
    refused(&[&pieces], &["too many pieces"]);
}

#[test]
fn a_wrong_magic_number_is_an_error() {
    refused(&[&[0xa5; 32]], &["wrong magic number"]);
    refused(&[b"IHAVEOPT"], &["wrong magic number"]);
}

#[test]
fn a_close_in_the_middle_is_an_error() {
    let whole = data(true, 1, 0, &[1; ALL]);
    for length in [0, 3, 4, 19, 20, 27, 28, 1000, ALL] {
        let mut client = agreed(&[&whole[..length]]);
        let closed = client.read_at(0, &mut vec![0; ALL]);
        assert!(matches!(closed, Err(Error::Closed)), "{length}: {closed:?}");
    }
}

#[test]
fn an_error_of_the_server_is_told_in_its_words_without_their_poison() {
    let words = ["524288 bytes at offset 0", "input/output error (EIO)", "bad\\n\\u{1b}sector"];
    refused(&[&error(true, 1, 5, b"bad\n\x1bsector")], &words);
    refused(&[&data(false, 1, 0, &[1; 512]), &error(true, 1, 5, b"")], &["EIO"]);
    // What comes behind an error does not make it undone.
    refused(&[&error(false, 1, 5, b""), &data(true, 1, 0, &[1; ALL])], &["EIO"]);
    let at =
        chunk(true, 0x8002, 1, &[&[0, 0, 0, 5, 0, 2][..], b"at", &512_u64.to_be_bytes()].concat());
    refused(&[&at], &["EIO", "it says: at"]);
    refused(&[&chunk(true, 0xffff, 1, &[0, 0, 0, 108, 0, 0])], &["ESHUTDOWN"]);
    refused(&[&error(true, 1, 0, b"")], &["error 0"]);
    refused(&[&chunk(true, 0x8001, 1, &[0, 0, 0, 5, 0, 9])], &["cut short"]);
    refused(&[&simple(5, 1)], &["EIO"]);
}

#[test]
fn after_an_error_the_same_is_said_again() {
    let mut client = agreed(&[&error(true, 1, 5, b"first"), &hole(true, 2, 0, ALL as u32)]);
    fails(client.read_at(0, &mut [0; 512]), &["first"]);
    fails(client.read_at(0, &mut [0; 512]), &["first"]);
    fails(client.next_data(0), &["first"]);
}

#[test]
fn a_simple_reply_has_its_data_behind_it() {
    let start = [greeting(3), reply(8, UNSUPPORTED, b""), export(5), reply(7, ACK, b"")].concat();
    let mut fine = client(&[&start, &simple(0, 1), b"bytes"]).expect("it is agreed");
    let mut buffer = [0; 10];
    assert_eq!(fine.read_at(0, &mut buffer).expect("nothing is wrong"), 5);
    assert_eq!(&buffer, b"bytes\0\0\0\0\0");
    let mut bad = client(&[&start, &simple(5, 1)]).expect("it is agreed");
    fails(bad.read_at(0, &mut buffer), &["EIO"]);
    let mut structured = client(&[&start, &data(true, 1, 0, b"bytes")]).expect("it is agreed");
    fails(structured.read_at(0, &mut buffer), &["none were agreed on"]);
}

#[test]
fn a_simple_reply_with_data_is_refused_where_structured_ones_were_agreed_on() {
    refused(&[&simple(0, 1), &[0; ALL]], &["only a structured one"]);
}

/// A read of the whole export fails like this.
#[track_caller]
fn refused(answers: &[&[u8]], words: &[&str]) {
    let mut client = agreed(answers);
    fails(client.read_at(0, &mut vec![0; 1 << 20]), words);
    // And into a buffer that the reply does not fit in.
    fails(agreed(answers).read_at(0, &mut [0; 600]), words);
}
