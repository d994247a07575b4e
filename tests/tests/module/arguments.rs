//! What is asked for and can't be had.

use std::fs::File;

use qcow2_stream_tests::browser::Kind;
use serde_json::{Value, json};

use crate::fate::Fate;
use crate::stage::Stage;

const BAD: &str = "
const options = [
  ...[1000, 0, -1, 1.5, '64k', NaN].map((clusterSize) => ({ clusterSize })),
  ...[3, 0, 128, '16'].map((refcountBits) => ({ refcountBits })),
  { dataFile: {} }, { dataFile: { name: 7 } },
  ...[0, -1, 1.5, 'two', NaN].map((workers) => ({ workers })),
  { onProgress: 1 }, { signal: {} },
];
return Promise.all(options.map(async (option) => ({
  ...(await fate(scan(new Blob(['disk']), option))), value: Object.keys(option)[0],
})));";

#[test]
fn an_option_of_no_meaning_is_a_bad_option_by_its_name() {
    for kind in Kind::ALL {
        let fates: Vec<Fate> = Stage::open(kind).tell(BAD, &Value::Null);
        assert_eq!(fates.len(), 19);
        for fate in fates {
            assert_eq!(fate.code.as_deref(), Some("bad-option"), "{kind:?}: {fate:?}");
            assert!(fate.has_remedy(), "{kind:?}: {fate:?}");
            let (name, message) = (fate.value.as_str(), fate.message.as_deref());
            let begins = message.zip(name).is_some_and(|(message, name)| message.starts_with(name));
            assert!(begins, "{kind:?}: {fate:?}");
        }
    }
}

#[test]
fn methods_of_a_plan_refuse_what_is_no_function_and_no_signal() {
    let script = "
const plan = await scan(new Blob(['disk'])), told = [];
for (const option of [{ onProgress: 1 }, { signal: {} }]) {
  told.push(await fate(plan.toBlob(option)), await fate(plan.pipeTo(new WritableStream(), option)));
  told.push(await fate(plan.stream(option).getReader().read()));
}
return told;";
    for kind in Kind::ALL {
        let fates: Vec<Fate> = Stage::open(kind).tell(script, &Value::Null);
        assert_eq!(fates.len(), 6);
        for fate in fates {
            assert_eq!(fate.code.as_deref(), Some("bad-option"), "{kind:?}: {fate:?}");
        }
    }
}

#[test]
fn a_disk_that_no_image_can_hold_is_refused_before_it_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("disk.raw");
    File::create(&path).and_then(|file| file.set_len(1 << 40)).expect("the disk is written");
    let script = "
const before = Worker;
let workers = 0;
globalThis.Worker = class extends before { constructor(...args) { super(...args); workers++; } };
const told = await fate(scan(picked(), { clusterSize: 512 }));
globalThis.Worker = before;
return { ...told, value: workers };";
    for kind in Kind::ALL {
        let stage = Stage::open(kind);
        stage.pick(&path);
        let fate: Fate = stage.tell(script, &Value::Null);
        assert_eq!(fate.code.as_deref(), Some("refused"), "{kind:?}: {fate:?}");
        assert!(fate.has_remedy(), "{kind:?}: {fate:?}");
        assert_eq!(fate.value, 0, "{kind:?}: workers were started");
    }
}

#[test]
fn what_is_no_blob_is_a_type_error() {
    let script = "
const sources = [undefined, null, 'disk', new Uint8Array(4), { size: 4 }];
return Promise.all(sources.map((source) => fate(scan(source))));";
    for kind in Kind::ALL {
        let fates: Vec<Fate> = Stage::open(kind).tell(script, &Value::Null);
        for fate in fates {
            assert_eq!(fate.name.as_deref(), Some("TypeError"), "{kind:?}: {fate:?}");
            assert!(fate.code.is_none(), "{kind:?}: {fate:?}");
        }
    }
}

#[test]
fn a_blob_that_is_no_file_is_converted_even_if_it_is_empty() {
    let script = "
const told = [];
for (const parts of [[], ['disk'], [new Uint8Array(100_000)]]) {
  const plan = await scan(new Blob(parts));
  const bytes = new Uint8Array(await (await plan.toBlob()).arrayBuffer());
  const magic = String.fromCharCode(...bytes.subarray(0, 3));
  told.push([plan.summary.virtualSize, bytes.length === plan.outputSize, magic, plan.summary.allocatedClusters]);
}
return told;";
    for kind in Kind::ALL {
        let told = Stage::open(kind).run(script, &Value::Null);
        let expected =
            json!([[0, true, "QFI", 0], [512, true, "QFI", 1], [100_352, true, "QFI", 0],]);
        assert_eq!(told, expected, "{kind:?}");
    }
}
