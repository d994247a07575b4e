//! Limits that a host sets: memory ends in an error value, fuel in the engine's trap.

use qcow2_stream_plugin_boundary::Code;
use wasmi::{StoreLimits, StoreLimitsBuilder, TrapCode};

use crate::host::{Answer, Call};
use crate::plugin::{Options, Plugin, honest};
use crate::vectors::disk;

const PAGE: usize = 64 << 10;

fn image() -> Vec<u8> {
    Plugin::new(disk(), honest()).convert(&Options::small()).expect("no trap").expect("an image")
}

#[test]
fn any_cap_on_memory_gives_the_image_or_says_that_there_is_no_memory() {
    let image = image();
    let (mut refused, mut whole) = (0, 0);
    for pages in 1..40 {
        // With fewer pages than the module begins with, there is no instance.
        let Ok(mut plugin) = Plugin::with_memory(disk(), pages * PAGE) else { continue };
        match plugin.convert(&Options::small()).expect("no trap") {
            Ok(bytes) => whole += usize::from(bytes == image),
            Err(failure) => {
                assert_eq!(failure.code, i64::from(Code::Memory.number()), "{}", failure.text);
                assert!(failure.text.starts_with("out of memory"), "{}", failure.text);
                refused += 1;
            }
        }
    }
    assert!(refused > 5 && whole > 5, "{refused} refused, {whole} whole");
}

/// Data are scattered so thinly that each run of clusters takes its own 32 bytes of the allocation map.
#[test]
fn a_map_that_outgrows_its_memory_is_refused_too() {
    const GAP: u64 = 128 << 20;
    const SIZE: u64 = 20_000 * GAP;
    let scattered = |_, call| match call {
        Call::Size => Answer::Number(SIZE as i64),
        Call::NextData { offset } => {
            let start = offset.next_multiple_of(GAP);
            if start < SIZE { Answer::Range(start, start + 512) } else { Answer::Number(2) }
        }
        Call::Read { .. } => Answer::Fill(7),
        _ => Answer::Honest,
    };
    let (mut refused, mut whole) = (0, 0);
    for pages in (10..80).step_by(8) {
        let limits = StoreLimitsBuilder::new().memory_size(pages * PAGE).build();
        let plugin = Plugin::limited(Vec::new(), Box::new(scattered), limits, None);
        let outcome = plugin.expect("an instance").plan(&Options::default()).expect("no trap");
        match outcome {
            Ok(_) => whole += 1,
            Err(failure) => {
                assert_eq!(failure.code, i64::from(Code::Memory.number()), "{}", failure.text);
                // With less, there is not even a buffer.
                refused += usize::from(failure.text.starts_with("allocation map"));
            }
        }
    }
    assert!(refused > 1 && whole > 1, "{refused} refused, {whole} whole");
}

#[test]
fn a_name_or_a_block_that_does_not_fit_is_refused() {
    let mut plugin = Plugin::with_memory(disk(), 40 * PAGE).expect("an instance");
    let block: u32 = plugin.call("alloc", 3_000_000_u32).expect("no trap");
    assert_eq!(block, 0);
    let block: u32 = plugin.call("alloc", u32::MAX).expect("no trap");
    assert_eq!(block, 0);
    let name = "n".repeat(900_000);
    let options = Options { cluster_size: 2 << 20, data_file: 1, name, ..Options::default() };
    let failure = plugin.plan(&options).expect("no trap").expect_err("it does not fit");
    assert_eq!(failure.code, i64::from(Code::Memory.number()), "{}", failure.text);
}

#[test]
fn memory_does_not_grow_from_image_to_image() {
    let mut plugin = Plugin::new(disk(), honest());
    let mut sizes = Vec::new();
    for _ in 0..50 {
        let plan = plugin.plan(&Options::small()).expect("no trap").expect("it can be planned");
        plugin.run(plan, 0, u64::MAX).expect("no trap").expect("it can be written");
        let released: i32 = plugin.call("release", plan).expect("no trap");
        assert_eq!(released, 0);
        sizes.push(plugin.memory());
    }
    assert_eq!(sizes[2], sizes[49]);
    assert!(sizes[49] < 1 << 20, "{} bytes", sizes[49]);
}

#[test]
fn without_fuel_the_engine_stops_it_and_nothing_else_does() {
    let image = image();
    let (mut stopped, mut whole) = (0, 0);
    for step in 1..60 {
        let fuel = 1 << (step / 2) | (step as u64 % 2) << (step / 2).max(1) >> 1;
        let plugin = Plugin::limited(disk(), honest(), StoreLimits::default(), Some(fuel));
        let outcome = plugin.and_then(|mut plugin| plugin.convert(&Options::small()));
        match outcome {
            Ok(bytes) => {
                assert!(bytes.expect("no failure of its own") == image);
                whole += 1;
            }
            Err(error) => {
                assert_eq!(error.as_trap_code(), Some(TrapCode::OutOfFuel), "{error}");
                stopped += 1;
            }
        }
    }
    assert!(stopped > 5 && whole > 5, "{stopped} stopped, {whole} whole");
}
