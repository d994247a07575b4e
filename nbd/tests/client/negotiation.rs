//! Servers that cannot, will not, or must not be agreed with.

use qcow2_stream_nbd::{Client, Error, Refusal, Settings};

use crate::answers::{
    ACK, CONTEXT, INFO, TLS_REQUIRED, UNKNOWN, UNSUPPORTED, agreement, block_size, client, context,
    export, fails, greeting, reply, reply_header,
};

#[test]
fn whoever_speaks_another_protocol_is_refused() {
    fails(client(&[b"SSH-2.0-OpenSSH_9.6 whatever"]), &["no NBD server", "NBDMAGIC"]);
    fails(client(&[b"NBDMAGIC\x00\x00\x42\x02\x81\x86\x12\x53\x00\x00"]), &["old protocol"]);
}

#[test]
fn a_server_that_closes_at_any_point_is_an_error() {
    let whole = agreement(1 << 20);
    assert!(client(&[&whole]).is_ok());
    for length in 0..whole.len() {
        let closed = client(&[&whole[..length]]);
        assert!(matches!(closed, Err(Error::Closed)), "{length}: {closed:?}");
    }
}

#[test]
fn a_server_without_extras_is_read_all_the_same() {
    let plain =
        client(&[&greeting(3), &reply(8, UNSUPPORTED, b""), &export(5000), &reply(7, ACK, b"")]);
    let export = plain.expect("simple replies do").export();
    assert_eq!((export.size, export.structured, export.read_only), (5000, false, true));
}

#[test]
fn a_server_that_knows_one_option_only_is_asked_by_that() {
    let tail = [0; 124];
    let size = [&5000_u64.to_be_bytes()[..], &[0, 1]].concat();
    let fixed =
        client(&[&greeting(3), &reply(8, UNSUPPORTED, b""), &reply(7, UNSUPPORTED, b""), &size]);
    assert_eq!(fixed.expect("NBD_OPT_EXPORT_NAME does").export().size, 5000);
    let newstyle = client(&[&greeting(0), &size, &tail]);
    assert_eq!(newstyle.expect("NBD_OPT_EXPORT_NAME does").export().size, 5000);
    assert!(matches!(client(&[&greeting(0), &size, &tail[1..]]), Err(Error::Closed)));
    fails(client(&[&greeting(0)]), &["no export named 'disk'"]);
}

#[test]
fn a_server_without_the_metadata_context_knows_no_holes() {
    for answer in [reply(10, ACK, b""), reply(10, UNSUPPORTED, b"x"), reply(10, UNKNOWN, b"x")] {
        let start = [greeting(3), reply(8, ACK, b""), answer, export(1), reply(7, ACK, b"")];
        assert!(client(&[&start.concat()]).is_ok());
    }
}

#[test]
fn an_unknown_export_is_refused_with_the_names_that_there_are() {
    let name = |name: &str| {
        reply(3, 2, &[&[0, 0, 0, name.len() as u8][..], name.as_bytes(), b"more"].concat())
    };
    let start = [start(), reply(7, UNKNOWN, b"no\n such")].concat();
    let listed = [name("one"), name("\u{1b}[2J"), reply(3, ACK, b"")].concat();
    let words = ["no export named 'disk'", "no\\n such", "it offers 'one', '\\u{1b}[2J'"];
    fails(client(&[&start, &listed]), &words);
    fails(client(&[&start, &reply(3, ACK, b"")]), &["it offers none"]);
    // What goes wrong with the list does not hide what it was for.
    for broken in [
        &b""[..],
        &reply(3, 0x8000_0002, b"policy"),
        &reply(3, 2, b"\xff\xff\xff\xff"),
        &[0xa5; 40],
    ] {
        fails(client(&[&start, broken]), &["no export named 'disk'"]);
    }
    let many: Vec<u8> = (0..9000).flat_map(|_| name("x")).collect();
    fails(client(&[&start, &many, &reply(3, ACK, b"")]), &["it offers 'x', 'x'"]);
}

#[test]
fn a_server_that_requires_tls_is_refused_with_a_way_out() {
    let early = client(&[&greeting(3), &reply(8, TLS_REQUIRED, b"use \x07TLS")]);
    fails(early, &["requires TLS", "tunnel", "use \\u{7}TLS"]);
    fails(client(&[&start(), &reply(7, TLS_REQUIRED, b"")]), &["requires TLS", "ssh -L"]);
}

#[test]
fn other_refusals_say_what_the_server_says() {
    for (error, word) in
        [(2, "policy"), (7, "shutting down"), (8, "block sizes"), (99, "0x80000063")]
    {
        let refused = client(&[&start(), &reply(7, 0x8000_0000 + error, b"because")]);
        fails(refused, &["refuses the export 'disk'", word, "because"]);
    }
}

#[test]
fn replies_to_what_was_not_asked_are_refused() {
    fails(client(&[&greeting(3), &reply(7, ACK, b"")]), &["broke the protocol", "option 7"]);
    fails(client(&[&greeting(3), &reply(8, INFO, b"")]), &["kind Info"]);
    fails(client(&[&greeting(3), &reply(8, 77, b"")]), &["Unknown(77)"]);
    fails(client(&[&greeting(3), &[0xa5; 20]]), &["wrong magic number"]);
}

#[test]
fn an_absurd_length_is_refused_before_its_bytes_are_awaited() {
    for length in [16_385, u32::MAX] {
        let refused = client(&[&greeting(3), &reply_header(8, ACK, length)]);
        fails(refused, &["broke the protocol", &length.to_string()]);
    }
}

#[test]
fn replies_without_end_are_refused() {
    let drip = export(1).repeat(10_001);
    fails(client(&[&start(), &drip]), &["more than 10000 replies"]);
}

#[test]
fn contexts_that_make_no_sense_are_refused() {
    let before = [greeting(3), reply(8, ACK, b"")].concat();
    fails(client(&[&before, &context(1), &context(1)]), &["twice"]);
    fails(client(&[&before, &reply(10, 4, b"\0\0\0\x01qemu:dirty")]), &["not asked for"]);
    fails(client(&[&before, &reply(10, 4, b"\0\0")]), &["without a number"]);
}

#[test]
fn sizes_that_make_no_sense_are_refused() {
    fails(client(&[&agreement(1 << 63)]), &["9223372036854775808", "9223372036854775807"]);
    fails(client(&[&agreement(u64::MAX)]), &["18446744073709551615"]);
    fails(client(&[&start(), &reply(7, ACK, b"")]), &["did not tell the size"]);
    fails(client(&[&start(), &reply(7, INFO, b"\0\0\0")]), &["wrong length"]);
    for sizes in [[0, 4096, 4096], [3, 4096, 4096], [512, 1, 4096], [4096, 4096, 512]] {
        fails(client(&[&start(), &block_size(sizes)]), &["block sizes of"]);
    }
    fails(
        client(&[&start(), &block_size([1 << 31, 1 << 31, u32::MAX])]),
        &["2147483648", "1048576"],
    );
}

#[test]
fn an_empty_export_is_one() {
    assert_eq!(client(&[&agreement(0)]).expect("nothing is wrong").export().size, 0);
}

#[test]
fn a_name_that_is_too_long_is_refused() {
    let refused = Client::new(std::io::empty(), &[b'x'; 5000], Settings::default());
    assert!(matches!(refused, Err(Error::Refused(Refusal::NameTooLong(5000)))), "{refused:?}");
}

/// A negotiation up to the choice of the export.
fn start() -> Vec<u8> {
    [greeting(3), reply(8, ACK, b""), context(CONTEXT), reply(10, ACK, b"")].concat()
}
