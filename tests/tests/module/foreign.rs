//! Objects of other realms and of subclasses, and pages that changed the language's prototypes.

use qcow2_stream_tests::browser::Kind;
use serde_json::json;

use crate::started::tell;

/// What `source` comes to, by each way.
const SIZE: u64 = 131_072 + 5 * 65_536;

#[test]
fn objects_of_a_frame_are_as_good_as_the_page_s_own() {
    let script = "
const body = (options, disk = 'source') => `
  const frame = document.createElement('iframe');
  document.body.append(frame);
  const { File, Uint8Array, AbortController, URL, WritableStream } = frame.contentWindow;
  const file = new File([new Uint8Array(70_000).fill(7)], 'disk');
  const plan = await scan(${disk}, ${options});
  let length = 0;
  await plan.pipeTo(new WritableStream({ write(chunk) { length += chunk.length; } }));
  return length === (await plan.toBlob()).size && length`;
told.file = await fresh(body('{}', 'file'));
told.signal = await fresh(body('{ signal: new AbortController().signal }'));
told.url = await fresh(body(`{ wasmURL: new URL(base + 'qcow2_stream_wasm_bg.wasm'), workerURL: new URL(base + 'worker.js') }`));";
    for kind in Kind::ALL {
        let fates = tell(kind, script);
        assert_eq!(fates.len(), 3);
        for (name, fate) in fates {
            assert_eq!(fate.value, json!(SIZE), "{kind:?}: {name}: {fate:?}");
        }
    }
}

#[test]
fn what_a_subclass_of_blob_overrides_does_not_count() {
    let script = "
const fail = `{ throw new Error('mine'); }`;
for (const [name, body] of Object.entries({
  'slice that throws': `slice() ${fail}`, 'slice of another type': 'slice() { return 5; }',
  'other slice': `slice() { return new Blob(['x']); }`, 'size that throws': `get size() ${fail}`,
  'shorter': 'get size() { return 5; }', 'longer': 'get size() { return 1e9; }',
  'all that reads': `arrayBuffer() ${fail} stream() ${fail} text() ${fail}`,
})) {
  told[name] = await fresh(`
    class Other extends Blob { ${body} }
    const plan = await scan(new Other([source]));
    let length = 0;
    await plan.pipeTo(new WritableStream({ write(chunk) { length += chunk.length; } }));
    return length === (await plan.toBlob()).size && length`);
}
told.empty = await fresh(`
  class Other extends Blob { arrayBuffer() ${fail} slice() ${fail} }
  await scan(new Other([]));
  return (await scan(source)).outputSize`);";
    for kind in Kind::ALL {
        let fates = tell(kind, script);
        assert_eq!(fates.len(), 8);
        for (name, fate) in fates {
            assert_eq!(fate.value, json!(SIZE), "{kind:?}: {name}: {fate:?}");
        }
    }
}

#[test]
fn what_a_page_did_to_the_prototypes_does_not_count() {
    let script = "
for (const name of ['read', 'error', 'ended', 'runs', 'kind', 'module', 'code', 'remedy', 'value']) {
  told[name] = await fresh(`
    Object.prototype.${name} = 1;
    return (await scan(source)).outputSize`);
}
const frozen = 'for (const { prototype } of [Object, Error, Array, Promise]) Object.freeze(prototype);';
told.frozen = await fresh(`${frozen} return (await (await scan(source)).toBlob()).size`);
told.workers = await fresh(`${frozen} await scan(source, { workers: 0 })`);
told.clusterSize = await fresh(`${frozen} await scan(source, { clusterSize: 5 })`);";
    for kind in Kind::ALL {
        let mut fates = tell(kind, script);
        for name in ["workers", "clusterSize"] {
            let fate = fates.remove(name).expect("it was tried");
            assert_eq!(fate.name.as_deref(), Some("Qcow2Error"), "{kind:?}: {name}: {fate:?}");
            assert_eq!(fate.code.as_deref(), Some("bad-option"), "{kind:?}: {name}: {fate:?}");
            assert!(fate.message.is_some_and(|message| message.starts_with(name)));
        }
        assert_eq!(fates.len(), 10);
        for (name, fate) in fates {
            assert_eq!(fate.value, json!(SIZE), "{kind:?}: {name}: {fate:?}");
        }
    }
}

#[test]
fn a_signal_that_has_aborted_ends_a_scan_that_reads_nothing() {
    let script = "
const options = `signal: AbortSignal.abort(new Error('mine'))`;
told.scan = await fresh(`await scan(source, { ${options} })`);
told.raw = await fresh(`await scan(source, { ${options}, dataFile: { name: 'disk', raw: true } })`);";
    for kind in Kind::ALL {
        for (name, fate) in tell(kind, script) {
            assert_eq!(fate.message.as_deref(), Some("mine"), "{kind:?}: {name}: {fate:?}");
        }
    }
}
