//! Whatever bytes a server sends: no panic, no endless work, and never more bytes than there is room for.

use proptest::prelude::*;
use qcow2_stream::ReadAt;
use qcow2_stream_nbd::{Client, Error};

use crate::answers::{
    CONTEXT, Script, agreement, block_size, chunk, client, data, error, hole, none, reply, simple,
    status,
};

/// Something that a server could say in the transmission, right or wrong.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let cookie = prop_oneof![0_u64..6, any::<u64>()];
    let offset = prop_oneof![Just(0_u64), Just(4096), Just(524_288), any::<u64>()];
    let length = prop_oneof![0_u32..20, Just(4096), Just(524_288), any::<u32>()];
    let extents = prop::collection::vec((length.clone(), 0_u32..4), 0..5);
    prop_oneof![
        (any::<bool>(), cookie.clone(), offset.clone(), 0_usize..5000).prop_map(
            |(done, cookie, offset, length)| data(done, cookie, offset, &vec![7; length])
        ),
        (any::<bool>(), cookie.clone(), offset, length)
            .prop_map(|(done, cookie, offset, length)| hole(done, cookie, offset, length)),
        (any::<bool>(), cookie.clone(), extents)
            .prop_map(|(done, cookie, extents)| status(done, cookie, CONTEXT, &extents)),
        (any::<bool>(), cookie.clone(), any::<u32>(), any::<Vec<u8>>())
            .prop_map(|(done, cookie, number, message)| error(done, cookie, number, &message)),
        (any::<bool>(), any::<u16>(), cookie.clone(), any::<Vec<u8>>())
            .prop_map(|(done, kind, cookie, data)| chunk(done, kind, cookie, &data)),
        (any::<u32>(), cookie.clone()).prop_map(|(error, cookie)| simple(error, cookie)),
        cookie.prop_map(none),
        any::<Vec<u8>>(),
    ]
}

/// Something that a server could say before that.
fn option_reply() -> impl Strategy<Value = Vec<u8>> {
    let kind = prop_oneof![1_u32..5, 0x8000_0001_u32..0x8000_000b, any::<u32>()];
    let option = prop_oneof![Just(3_u32), Just(7), Just(8), Just(10), any::<u32>()];
    prop_oneof![
        (option, kind, any::<Vec<u8>>())
            .prop_map(|(option, kind, data)| reply(option, kind, &data)),
        any::<[u32; 3]>().prop_map(block_size),
        any::<Vec<u8>>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_negotiation_ends(replies in prop::collection::vec(option_reply(), 0..10), cut in any::<prop::sample::Index>()) {
        let whole = agreement(1 << 20);
        let start = &whole[..cut.index(whole.len())];
        // All that matters is that this returns.
        if let Ok(mut client) = client(&[start, &replies.concat()]) {
            use_up(&mut client)?;
        }
    }

    #[test]
    fn any_transmission_ends(
        size in prop_oneof![Just(1_u64 << 20), Just(i64::MAX as u64), 0_u64..10_000],
        messages in prop::collection::vec(message(), 0..20),
    ) {
        let mut client = client(&[&agreement(size), &messages.concat()]).expect("it is agreed");
        use_up(&mut client)?;
    }
}

/// Reads like a conversion, until it fails or there is no more.
fn use_up(client: &mut Client<Script>) -> Result<(), TestCaseError> {
    let size = client.size().expect("it is known");
    let mut at = 0;
    let mut buffer = vec![0; 100_000];
    for _ in 0..1000 {
        match client.next_data(at) {
            Ok(Some(data)) => {
                prop_assert!(data.start >= at && data.end <= size && !data.is_empty());
                at = data.start;
            }
            Ok(None) => return Ok(()),
            Err(error) => return check(&error),
        }
        match client.read_at(at, &mut buffer) {
            Ok(read) => {
                prop_assert!(read > 0 && read <= buffer.len());
                at += read as u64;
            }
            Err(error) => return check(&error),
        }
    }
    // The script is too short for so many answers.
    Err(TestCaseError::fail("reading goes on for ever"))
}

fn check(error: &Error) -> Result<(), TestCaseError> {
    let text = error.to_string();
    prop_assert!(text.chars().all(|c| !c.is_control()) && text.len() < 10_000, "{}", text);
    Ok(())
}
