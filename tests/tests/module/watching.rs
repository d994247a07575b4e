//! Progress, and the signal that ends the work.

use qcow2_stream_tests::browser::Kind;
use serde_json::{Value, json};

use crate::stage::Stage;

/// A disk of several parts, its plan, and each phase with its options.
const PHASES: &str = "
const source = new Blob([noise(1 << 20), new Uint8Array(200 << 20), noise(20 << 20)]);
const plan = await scan(source);
const drain = async (stream) => { for (const reader = stream.getReader(); !(await reader.read()).done;); };
const phases = {
  scan: (options) => scan(source, options),
  toBlob: (options) => plan.toBlob(options),
  stream: (options) => drain(plan.stream(options)),
  pipeTo: (options) => plan.pipeTo(new WritableStream(), options),
};
const told = {};
const same = async (promise, reason) => promise.then(() => 'resolved', (error) => error === reason || String(error));
for (const [name, phase] of Object.entries(phases)) {";

fn each(script: &str, expected: &Value) {
    for kind in Kind::ALL {
        let stage = Stage::open(kind);
        let told = stage.run(&format!("{PHASES}{script}}} return told;"), &Value::Null);
        assert_eq!(told, *expected, "{kind:?}");
    }
}

fn all() -> Value {
    json!({ "scan": true, "toBlob": true, "stream": true, "pipeTo": true })
}

#[test]
fn progress_never_goes_back_and_ends_at_its_total() {
    let script = "
const reports = [];
await phase({ onProgress: (progress) => { reports.push(progress); } });
const [total, wanted] = name === 'scan' ? [source.size, 'scan'] : [plan.outputSize, 'emit'];
told[name] = reports.length > 1 && reports.at(-1).bytes === total
  && reports.every((report, at) => report.total === total && report.phase === wanted
    && report.bytes >= (reports[at - 1]?.bytes ?? 0));";
    each(script, &all());
}

#[test]
fn a_scan_reports_within_a_part_that_it_reads_for_long() {
    let script = "
if (name !== 'scan') continue;
const part = new Blob([new Uint8Array(60 << 20)]), seen = [];
await scan(part, { onProgress: ({ bytes }) => { seen.push(bytes / part.size); } });
told[name] = seen.filter((share) => share > 0 && share < 1).length > 4;";
    each(script, &json!({ "scan": true }));
}

#[test]
fn what_onprogress_throws_comes_through() {
    let script = "
const mine = new RangeError('mine');
told[name] = await same(phase({ onProgress: () => { throw mine; } }), mine);";
    each(script, &all());
}

#[test]
fn a_signal_that_aborts_ends_each_phase_with_its_reason() {
    let script = "
const controller = new AbortController(), reason = { no: 'error' };
const onProgress = () => controller.abort(reason);
told[name] = await same(phase({ onProgress, signal: controller.signal }), reason);";
    each(script, &all());
}

#[test]
fn a_signal_that_aborts_from_outside_is_heard_at_once() {
    let script = "
const controller = new AbortController(), reason = new Error('enough');
let begun;
const going = new Promise((go) => { begun = go; });
const job = phase({ onProgress: begun, signal: controller.signal });
going.then(() => controller.abort(reason));
told[name] = await same(job, reason);";
    each(script, &all());
}

#[test]
fn a_signal_that_had_aborted_before_ends_each_phase() {
    let script = "
const reason = new Error('before');
told[name] = await same(phase({ signal: AbortSignal.abort(reason) }), reason);";
    each(script, &all());
}

#[test]
fn a_sink_that_hangs_does_not_hold_up_the_signal() {
    let script = "
if (name !== 'pipeTo') continue;
for (const hangs of ['start', 'write', 'close']) {
  const controller = new AbortController(), reason = new Error('enough');
  const sink = new WritableStream({ [hangs]: () => new Promise(() => {}) });
  const small = await scan(new Blob([noise(1000)]));
  const job = small.pipeTo(sink, { signal: controller.signal });
  await after(300);
  const begun = performance.now();
  controller.abort(reason);
  told[hangs] = [await same(job, reason), performance.now() - begun < 1000];
}";
    let ended = json!([true, true]);
    each(script, &json!({ "start": ended, "write": ended, "close": ended }));
}
