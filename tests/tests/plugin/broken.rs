//! What is left after the engine has unwound the plugin: an instance that refuses every call, and says why.

use qcow2_stream_plugin_boundary::Code;
use wasmi::{StoreLimits, TrapCode};

use crate::host::{Answer, THROWN};
use crate::plugin::{Options, Plugin, honest};
use crate::vectors::disk;

/// What every export comes to that can fail.
fn results(plugin: &mut Plugin) -> [i64; 8] {
    let small = |result: Result<i32, wasmi::Error>| i64::from(result.expect("no trap"));
    [
        small(plugin.call("alloc", 9_u32)),
        small(plugin.call("free", 9_u32)),
        small(plugin.call("plan", (0_u32, 0_u32, 0_u32, 0_u32, 0_u32, 0_u32))),
        plugin.call("length", 1_i32).expect("no trap"),
        small(plugin.call("summary", (1_i32, 9_u32))),
        small(plugin.call("run", (1_i32, 0_u32, 0_u64, u64::MAX))),
        small(plugin.call("read_at", (1_i32, 0_u64, 9_u32, 9_u32))),
        small(plugin.call("release", 1_i32)),
    ]
}

/// Every call is refused, with the text that says what to do, and no host is called.
#[track_caller]
fn assert_broken(plugin: &mut Plugin) {
    let calls = plugin.store.data().calls;
    let refused = -i64::from(Code::Busy.number());
    let mut expected = [refused; 8];
    expected[0] = 0;
    assert_eq!(results(plugin), expected);
    let failure = plugin.told(refused).expect("no trap").expect_err("it is negative");
    assert!(failure.text.ends_with("or discard this instance"), "{}", failure.text);
    assert_eq!(plugin.call::<_, i32>("abi_version", ()).expect("no trap"), 1);
    assert_eq!(plugin.store.data().calls, calls);
}

#[test]
fn after_an_import_that_threw_every_call_says_to_discard_the_instance() {
    let mut thrown = 0;
    for at in 0.. {
        let script = move |number, _| if number == at { Answer::Throw } else { Answer::Honest };
        let mut plugin = Plugin::new(disk(), Box::new(script));
        match plugin.convert(&Options::small()) {
            Err(error) => assert!(error.to_string().contains(THROWN), "{error}"),
            Ok(done) => {
                done.expect("an honest host gets an image");
                break;
            }
        }
        assert_broken(&mut plugin);
        thrown += 1;
    }
    assert!(thrown > 12, "only {thrown} calls");
}

#[test]
fn after_fuel_ran_out_every_call_says_to_discard_the_instance_or_all_is_as_it_was() {
    const FUEL: u64 = 1 << 40;
    let mut plugin =
        Plugin::limited(disk(), honest(), StoreLimits::default(), Some(FUEL)).expect("fuel");
    let image = plugin.convert(&Options::small()).expect("no trap").expect("an image");
    let taken = FUEL - plugin.store.get_fuel().expect("fuel is on");
    let (mut broken, mut whole) = (0, 0);
    for step in 0..200 {
        let fuel = taken * step / 200;
        let plugin = Plugin::limited(disk(), honest(), StoreLimits::default(), Some(fuel));
        let Ok(mut plugin) = plugin else { continue };
        let error = plugin.convert(&Options::small()).expect_err("it takes more");
        assert_eq!(error.as_trap_code(), Some(TrapCode::OutOfFuel), "{error}");
        plugin.store.set_fuel(FUEL).expect("fuel is on");
        if plugin.call::<_, i32>("alloc", 9_u32).expect("no trap") == 0 {
            assert_broken(&mut plugin);
            broken += 1;
            continue;
        }
        plugin.store.data_mut().image.clear();
        let again = plugin.convert(&Options::small()).expect("no trap").expect("no failure");
        assert!(again == image, "fuel for {fuel}");
        whole += 1;
    }
    println!("{broken} broken, {whole} as before");
    assert!(broken > 150, "{broken} broken, {whole} as before");
}
