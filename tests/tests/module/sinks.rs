//! Where the image goes, and what happens if it can't.

use qcow2_stream_tests::browser::Kind;
use serde_json::{Value, json};

use crate::fate::Fate;
use crate::stage::Stage;

/// A disk in the page's memory, its plan, and the digest of its image.
const PLAN: &str = "
const source = new Blob([noise(1 << 20), new Uint8Array(3 << 20), noise(20 << 20), new Uint8Array(5)]);
const plan = await scan(source);
const wanted = (await digest(await plan.toBlob())).sha256;
";

/// Runs a script that has a plan in each browser, and gives what it returns to a check.
fn each(script: &str, check: impl Fn(Kind, Value)) {
    for kind in Kind::ALL {
        let stage = Stage::open(kind);
        check(kind, stage.run(&format!("{PLAN}{script}"), &Value::Null));
    }
}

fn fates(value: Value) -> Vec<Fate> {
    serde_json::from_value(value).expect("fates")
}

#[test]
fn a_write_that_fails_is_told_with_its_offset() {
    let script = "
const fates = [];
for (const nth of [0, 1, 3]) {
  let written = 0, left = nth;
  const write = (chunk) => {
    if (left-- === 0) throw new Error('no room');
    written += chunk.length;
  };
  const fate_ = await fate(plan.pipeTo(new WritableStream({ write })));
  fates.push({ ...fate_, value: written });
}
return fates;";
    each(script, |kind, told| {
        for fate in fates(told) {
            assert_eq!(fate.code.as_deref(), Some("sink"), "{kind:?}: {fate:?}");
            assert!(fate.has_remedy(), "{kind:?}: {fate:?}");
            let message = fate.message.as_deref().expect("an error");
            let words = format!("sink: writing at offset {} failed: Error: no room", fate.value);
            assert_eq!(message, words, "{kind:?}");
        }
    });
}

#[test]
fn a_close_that_fails_is_told() {
    let script = "
const close = () => { throw new Error('not kept') };
return [{ ...(await fate(plan.pipeTo(new WritableStream({ close })))), value: plan.outputSize }];";
    each(script, |kind, told| {
        let fate = fates(told).remove(0);
        assert_eq!(fate.code.as_deref(), Some("sink"), "{kind:?}: {fate:?}");
        let message = format!("sink: writing at offset {} failed: Error: not kept", fate.value);
        assert_eq!(fate.message, Some(message), "{kind:?}");
    });
}

#[test]
fn an_image_goes_through_gzip_and_back_and_through_a_stream_that_changes_nothing() {
    let script = "
const through = async (...transforms) => {
  const { sink, blob } = keeper();
  await transforms.reduce((stream, next) => stream.pipeThrough(next), plan.stream()).pipeTo(sink);
  return (await digest(blob())).sha256 === wanted;
};
return [
  await through(new TransformStream()),
  await through(new CompressionStream('gzip'), new DecompressionStream('gzip')),
];";
    each(script, |kind, told| assert_eq!(told, json!([true, true]), "{kind:?}"));
}

#[test]
fn an_image_goes_into_the_private_file_system_where_there_is_one() {
    let script = "
if (!globalThis.FileSystemFileHandle?.prototype.createWritable) return 'none';
const root = await navigator.storage.getDirectory();
const file = await root.getFileHandle('image', { create: true });
await plan.pipeTo(await file.createWritable());
const same = (await digest(await file.getFile())).sha256 === wanted;
await root.removeEntry('image');
return same ? 'same' : 'another';";
    each(script, |kind, told| {
        println!("{kind:?}: {told}");
        let has_it = kind != Kind::WebKit;
        assert_eq!(told, if has_it { "same" } else { "none" }, "{kind:?}");
    });
}

#[test]
fn a_sink_may_want_one_byte_at_a_time_or_none_in_advance() {
    let script = "
const strategies = [
  new ByteLengthQueuingStrategy({ highWaterMark: 1 }),
  new CountQueuingStrategy({ highWaterMark: 0 }),
];
const same = [];
for (const strategy of strategies) {
  const chunks = [];
  const write = async (chunk) => { await after(5); chunks.push(chunk); };
  await plan.pipeTo(new WritableStream({ write }, strategy));
  same.push((await digest(new Blob(chunks))).sha256 === wanted);
}
return same;";
    each(script, |kind, told| assert_eq!(told, json!([true, true]), "{kind:?}"));
}

#[test]
fn a_stream_that_nobody_reads_any_more_reads_nothing_more() {
    let script = "
let bytes = 0;
const reader = plan.stream({ onProgress: (progress) => { bytes = progress.bytes; } }).getReader();
await reader.read();
await reader.read();
await reader.cancel();
await after(100);
const then = bytes;
await after(400);
return { then, now: bytes, total: plan.outputSize };";
    each(script, |kind, told| {
        assert_eq!(told["then"], told["now"], "{kind:?}");
        assert!(told["now"].as_u64() < told["total"].as_u64(), "{kind:?}: {told}");
    });
}

#[test]
fn a_stream_that_is_locked_or_is_none_is_a_type_error() {
    let script = "
const locked = new WritableStream();
locked.getWriter();
return [await fate(plan.pipeTo(locked)), await fate(plan.pipeTo({}))];";
    each(script, |kind, told| {
        for fate in fates(told) {
            assert_eq!(fate.name.as_deref(), Some("TypeError"), "{kind:?}: {fate:?}");
        }
    });
}

#[test]
fn the_same_plan_gives_the_image_again_and_again() {
    let script = "
const all = await Promise.all([plan.toBlob(), plan.toBlob(), new Response(plan.stream()).blob()]);
return Promise.all(all.map(async (blob) => (await digest(blob)).sha256 === wanted));";
    each(script, |kind, told| assert_eq!(told, json!([true, true, true]), "{kind:?}"));
}
