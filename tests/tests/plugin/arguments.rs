//! Arguments that make no sense.

use qcow2_stream_plugin_boundary::Code;

use crate::plugin::{Failure, Options, Plugin, Told, honest};
use crate::vectors::disk;

#[track_caller]
fn assert_failure<T: std::fmt::Debug>(told: Told<T>, code: Code, words: &[&str]) {
    let failure: Failure = told.expect("no trap").expect_err("it makes no sense");
    assert_eq!(failure.code, i64::from(code.number()), "{}", failure.text);
    for word in words {
        assert!(failure.text.contains(word), "{word} is missing: {}", failure.text);
    }
}

fn planned() -> (Plugin, i32) {
    let mut plugin = Plugin::new(disk(), honest());
    let plan = plugin.plan(&Options::small()).expect("no trap").expect("it can be planned");
    (plugin, plan)
}

#[test]
fn options_are_refused_with_the_values_that_they_may_have() {
    let mut plugin = Plugin::new(disk(), honest());
    let mut refused = |options: Options, words: &[&str]| {
        assert_failure(plugin.plan(&options), Code::InvalidOption, words);
    };
    let default = Options::default;
    refused(Options { cluster_size: 1000, ..default() }, &["1000", "power of two", "512"]);
    refused(Options { cluster_size: u32::MAX, ..default() }, &["4294967295"]);
    refused(Options { refcount_bits: 3, ..default() }, &["3", "64"]);
    refused(Options { data_file: 3, ..default() }, &["data file 3"]);
    assert_eq!(plugin.store.data().calls, 0, "nothing was read");
}

#[test]
fn a_name_that_is_none_is_refused() {
    let mut plugin = Plugin::new(disk(), honest());
    let mut refused = |name: &str, words: &[&str]| {
        let options = Options { data_file: 1, name: name.into(), ..Options::small() };
        assert_failure(plugin.plan(&options), Code::Refused, words);
    };
    refused("", &["empty"]);
    refused("a\0b", &["NUL"]);
    refused(&"n".repeat(5000), &["5000"]);
    let name = plugin.block(b"caf\xe9").expect("no trap").expect("there is memory");
    let plan: i32 =
        plugin.call("plan", (0_u32, 0_u32, 0_u32, 1_u32, name, 4_u32)).expect("no trap");
    assert_failure(plugin.told(plan), Code::InvalidOption, &["UTF-8 from byte 3"]);
}

#[test]
fn handles_of_no_plan_are_refused() {
    let (mut plugin, plan) = planned();
    for handle in [0, -1, plan + 1, i32::MAX, i32::MIN] {
        let words = [&*format!("{handle} is the handle of no plan")];
        assert_failure(plugin.length(handle), Code::Argument, &words);
        assert_failure(plugin.run(handle, 0, 1), Code::Argument, &words);
        assert_failure(plugin.read_at(handle, 0, 1), Code::Argument, &words);
        for name in ["release", "summary"] {
            let result: i32 = match name {
                "summary" => plugin.call(name, (handle, 0_u32)).expect("no trap"),
                _ => plugin.call(name, handle).expect("no trap"),
            };
            assert_failure(plugin.told(result), Code::Argument, &words);
        }
    }
}

#[test]
fn memory_that_is_no_block_is_neither_read_nor_written() {
    let (mut plugin, plan) = planned();
    let block = plugin.block(&[7; 100]).expect("no trap").expect("there is memory");
    for (at, length) in [(block, 101), (block + 1, 100), (block - 1, 1), (0, 1), (u32::MAX, 1)] {
        let read: i32 = plugin.call("read_at", (plan, 0_u64, at, length)).expect("no trap");
        let words = [&*format!("{length} bytes at {at} lie in no block")];
        assert_failure(plugin.told(read), Code::Argument, &words);
    }
    let read: i32 = plugin.call("read_at", (plan, 0_u64, block, u32::MAX)).expect("no trap");
    assert_failure(plugin.told(read), Code::Argument, &["2147483647"]);
    assert_eq!(plugin.bytes(block, 100), [7; 100]);
    let read: i32 = plugin.call("read_at", (plan, 0_u64, block + 1, 99_u32)).expect("no trap");
    assert_eq!(read, 99, "a part of a block will do");
}

#[test]
fn a_block_is_freed_once() {
    let (mut plugin, _) = planned();
    let block = plugin.block(&[]).expect("no trap").expect("there is memory");
    let mut free = |at| -> i32 { plugin.call("free", at).expect("no trap") };
    assert_eq!(free(block), 0);
    let code = -i32::from(Code::Argument.number());
    assert_eq!([free(block), free(0), free(u32::MAX)], [code; 3]);
}

#[test]
fn a_range_that_is_reversed_or_behind_the_image_is_refused_before_the_host_is_asked() {
    let (mut plugin, plan) = planned();
    let length = plugin.length(plan).expect("no trap").expect("a plan has one") as u64;
    let before = plugin.store.data().calls;
    assert_failure(plugin.run(plan, 10, 5), Code::Argument, &["10", "5"]);
    for start in [length + 1, length + 512, 1 << 63, u64::MAX] {
        let words = ["argument: range", &*start.to_string(), &*length.to_string()];
        assert_failure(plugin.run(plan, start, u64::MAX), Code::Argument, &words);
        assert_failure(plugin.read_at(plan, start, 9), Code::Argument, &words);
    }
    assert_eq!(plugin.store.data().calls, before);
    assert!(plugin.store.data().image.is_empty());
}

#[test]
fn at_the_end_of_the_image_nothing_is_left_and_all_is_well() {
    let (mut plugin, plan) = planned();
    let length = plugin.length(plan).expect("no trap").expect("a plan has one") as u64;
    assert_eq!(plugin.run(plan, length, u64::MAX).expect("no trap"), Ok(0));
    assert_eq!(plugin.read_at(plan, length, 9).expect("no trap"), Ok(Vec::new()));
    assert!(plugin.store.data().image.is_empty());
}
