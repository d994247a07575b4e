//! Whatever an honest server is like, its bytes arrive.

use proptest::prelude::*;
use qcow2_stream::{Options, ReadAt};
use qcow2_stream_nbd::{Client, Settings};

use crate::server::{Kind, Server};

/// A server, and how large and how many the requests are to be.
pub(crate) fn kinds() -> impl Strategy<Value = (Kind, u32, usize)> {
    let sizes = (0_u32..13, 0_u32..6).prop_map(|(low, more)| (1 << low, 1 << (low + more)));
    let extents = prop_oneof![Just(1), Just(2), Just(1000)];
    (any::<[bool; 2]>(), sizes, extents, any::<u64>(), 1_u32..40_000, 1_usize..9).prop_map(
        |([structured, contexts], (minimum, maximum), extents, seed, request, depth)| {
            (Kind { structured, contexts, minimum, maximum, extents, seed }, request, depth)
        },
    )
}

/// A disk of runs of zeros and of other bytes.
pub(crate) fn disks() -> impl Strategy<Value = Vec<u8>> {
    let run = (prop_oneof![Just(0_u8), any::<u8>()], 1_usize..5000);
    prop::collection::vec(run, 0..20)
        .prop_map(|runs| runs.into_iter().flat_map(|(byte, length)| vec![byte; length]).collect())
}

pub(crate) fn client(kind: Kind, disk: &[u8], request: u32, depth: usize) -> Client<Server> {
    let settings = Settings { request, depth, ..Settings::default() };
    let server = Server::new(kind, disk.to_vec());
    Client::new(server, b"", settings).expect("an honest server agrees")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn an_image_is_that_of_the_same_disk_in_memory((kind, request, depth) in kinds(), disk in disks()) {
        let mut client = client(kind, &disk, request, depth);
        let options = Options { cluster_size: qcow2_stream::ClusterSize::MIN, ..Options::default() };
        let image = convert(&mut client, &options);
        prop_assert!(image == convert(&mut &disk[..], &options));
    }

    #[test]
    fn reads_in_any_order_bring_the_bytes_that_are_there(
        (kind, request, depth) in kinds(),
        disk in disks(),
        reads in prop::collection::vec((any::<prop::sample::Index>(), 1_usize..70_000, any::<bool>()), 0..40),
    ) {
        let mut client = client(kind, &disk, request, depth);
        for (at, length, look) in reads {
            let at = at.index(disk.len() + 1);
            if look {
                let data = client.next_data(at as u64).expect("an honest server tells");
                let start = data.map_or(disk.len(), |data| data.start as usize);
                prop_assert!(disk[at..start].iter().all(|byte| *byte == 0));
            }
            let mut buffer = vec![0xa5; length];
            let read = client.read_at(at as u64, &mut buffer).expect("an honest server answers");
            prop_assert!(read > 0 || at == disk.len());
            prop_assert!(buffer[..read] == disk[at..at + read]);
            prop_assert!(buffer[read..].iter().all(|byte| *byte == 0xa5));
        }
    }
}

fn convert<S: ReadAt<Error: std::fmt::Debug>>(source: &mut S, options: &Options) -> Vec<u8> {
    let mut image = Vec::new();
    let go_on = |_| std::ops::ControlFlow::Continue(());
    qcow2_stream::convert(source, &mut image, options, &mut vec![0; 9000], go_on)
        .expect("nothing is wrong");
    image
}
