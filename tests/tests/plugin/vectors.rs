//! Byte for byte what the reference makes, in wasmi: an interpreter, and as such slow.

use qcow2_stream_tests::corpus::{Fill, Input, Write, corpus};
use qcow2_stream_tests::digest::sha256_hex;

use crate::plugin::{Options, Plugin, honest};

/// Vectors whose input has at most 4 MiB.
const SAMPLE: usize = 170;

#[test]
fn each_vector_of_a_small_disk_has_its_digest() {
    let small = corpus().vectors.iter();
    let small = small.filter(|vector| corpus().input(&vector.input).size <= 4 << 20);
    let mut count = 0;
    for vector in small {
        let mut plugin = Plugin::new(corpus().input(&vector.input).to_vec(), honest());
        let options = Options::of(vector);
        let plan = plugin.plan(&options).expect("no trap").expect("it can be planned");
        let length = plugin.length(plan).expect("no trap").expect("a plan has a length");
        assert_eq!(length, vector.length as i64, "{}", vector.label());
        plugin.run(plan, 0, u64::MAX).expect("no trap").expect("it can be written");
        let image = &plugin.store.data().image;
        assert_eq!(sha256_hex(image), vector.sha256, "{}", vector.label());
        count += 1;
    }
    assert_eq!(count, SAMPLE);
}

/// A disk with holes, data, and an end within a cluster.
pub(crate) fn disk() -> Vec<u8> {
    let writes = vec![
        Write::new(0, 1000, Fill::Xorshift64(5)),
        Write::new(10 * 512 - 1, 1, Fill::Byte(1)),
        Write::new(12 * 512, 20 * 512 + 3, Fill::Xorshift64(6)),
        Write::new(60 * 512, 101, Fill::Xorshift64(8)),
    ];
    Input::new(60 * 512 + 101, writes).to_vec()
}

#[test]
fn any_part_is_the_same_bytes_read_or_written() {
    let mut plugin = Plugin::new(disk(), honest());
    let image = plugin.convert(&Options::small()).expect("no trap").expect("it can be converted");
    let plan = plugin.plan(&Options::small()).expect("no trap").expect("it can be planned");
    let end = image.len() as u64;
    for start in (0..end).step_by(611).chain([end]) {
        for length in [1, 511, 513, 9000] {
            let stop = end.min(start + length) as usize;
            let expected = image.get(start as usize..stop).unwrap_or_default();
            let read = plugin.read_at(plan, start, length as u32).expect("no trap");
            assert!(read.expect("it can be read") == expected, "{length} at {start}");
            plugin.run(plan, start, start + length).expect("no trap").expect("it can be written");
            let written = std::mem::take(&mut plugin.store.data_mut().image);
            assert!(written == expected, "{length} at {start}, written");
        }
    }
}

#[test]
fn many_plans_live_in_one_instance() {
    let mut plugin = Plugin::new(disk(), honest());
    let plan = |plugin: &mut Plugin, cluster_size| {
        let options = Options { cluster_size, ..Options::default() };
        plugin.plan(&options).expect("no trap").expect("it can be planned")
    };
    let small = plan(&mut plugin, 512);
    let large = plan(&mut plugin, 65_536);
    let mut length = |plan| plugin.length(plan).expect("no trap");
    assert!(length(small).expect("a plan") < length(large).expect("a plan"));
    let released: i32 = plugin.call("release", small).expect("no trap");
    assert_eq!(released, 0);
    let gone = plugin.length(small).expect("no trap").expect_err("it was released");
    assert_eq!(gone.text, format!("argument: {small} is the handle of no plan"));
    plugin.length(large).expect("no trap").expect("the other one is there");
}

#[test]
fn the_summary_has_the_figures_in_the_order_of_the_header() {
    let mut plugin = Plugin::new(disk(), honest());
    let plan = plugin.plan(&Options::small()).expect("no trap").expect("it can be planned");
    let length = plugin.length(plan).expect("no trap").expect("a plan has a length") as u64;
    let block = plugin.block(&[0xee; 56]).expect("no trap").expect("there is memory");
    let done: i32 = plugin.call("summary", (plan, block)).expect("no trap");
    assert_eq!(done, 0);
    let (figures, _) = plugin.bytes(block, 56).as_chunks::<8>();
    let figures: Vec<_> = figures.iter().map(|figure| u64::from_le_bytes(*figure)).collect();
    let allocated = figures[5];
    assert_eq!(
        figures,
        [length, figures[1], 61 * 512, 512, 16, allocated, length - allocated * 512]
    );
    // Of the zeros between the writes no cluster is allocated.
    assert_eq!(allocated, 2 + 1 + 21 + 1);
    assert!(figures[1] > length);
}
