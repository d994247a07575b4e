//! Reading goes on while something is being written: not far ahead, and not for a sink that takes nothing more.

use qcow2_stream_tests::browser::Kind;
use serde_json::{Value, json};

use crate::fate::Fate;
use crate::stage::Stage;

/// A disk of six pieces, and its plan. `asked` counts the reads of it; the third one brings nothing before the gate is opened.
const RECORDED: &str = "
const PIECE = 4 << 20, PIECES = 6;
const source = new Blob([new Uint8Array(PIECES * PIECE).fill(1)]);
const plan = await scan(source);
const gate = Promise.withResolvers(), brought = Promise.withResolvers();
const waiting = [];
let asked = 0;
const { arrayBuffer } = Blob.prototype;
const bringWhenOpen = async (part) => {
  await gate.promise;
  const bytes = await arrayBuffer.call(part);
  brought.resolve();
  return bytes;
};
Blob.prototype.arrayBuffer = function () {
  if (this.size !== PIECE) return arrayBuffer.call(this);
  asked += 1;
  const isThird = asked === 3;
  waiting.forEach((look) => look());
  return isThird ? bringWhenOpen(this) : arrayBuffer.call(this);
};
/** Resolves when so many reads have been asked for. */
const reading = async (count) => {
  const { promise, resolve } = Promise.withResolvers();
  const look = () => { if (asked >= count) resolve('asked'); };
  waiting.push(look);
  look();
  if (await Promise.race([promise, after(60_000)]) !== 'asked') throw new Error(`read ${count} was not asked for`);
};
/** What is asked for when the third read has brought its bytes, and whoever waited for them has had the time to act. */
const askedInTheEnd = async () => {
  gate.resolve();
  await brought.promise;
  await after(0);
  await after(0);
  return asked;
};
/** A sink that does `work` for each piece of the source. Metadata are shorter. */
const sinkOf = (work) => new WritableStream({ write: ({ length }) => (length === PIECE ? work() : undefined) });
";

/// Runs a script that records reads in each browser, and gives what it returns to a check.
fn each(script: &str, check: impl Fn(Kind, Value)) {
    for kind in Kind::ALL {
        let stage = Stage::open(kind);
        check(kind, stage.run(&format!("{RECORDED}{script}"), &Value::Null));
    }
}

#[test]
fn a_piece_is_read_while_the_one_before_is_being_written() {
    let script = "
gate.resolve();
let nth = 0;
await plan.pipeTo(sinkOf(() => reading(Math.min(nth += 1, PIECES - 1) + 1)));
return nth;";
    each(script, |kind, pieces| assert_eq!(pieces, 6, "{kind:?}"));
}

#[test]
fn while_a_write_hangs_two_pieces_are_read_and_no_more() {
    let script = "
gate.resolve();
plan.pipeTo(sinkOf(() => new Promise(() => {})));
await reading(3);
await after(300);
return asked;";
    each(script, |kind, asked| assert_eq!(asked, 3, "{kind:?}"));
}

#[test]
fn after_an_abort_a_failed_write_or_a_cancelled_stream_nothing_more_is_read() {
    let aborted = "
const controller = new AbortController();
const job = fate(plan.pipeTo(sinkOf(() => new Promise(() => {})), { signal: controller.signal }));
await reading(3);
controller.abort(new RangeError('enough'));
const { name } = await job;
return [name, await askedInTheEnd()];";
    let failed = "
const { promise, reject } = Promise.withResolvers();
const job = fate(plan.pipeTo(sinkOf(() => promise)));
await reading(3);
reject(new Error('no room'));
await after(0);
const last = await askedInTheEnd();
return [(await job).code, last];";
    let cancelled = "
const reader = plan.stream().getReader();
while ((await reader.read()).value.length !== PIECE);
await reading(3);
await reader.cancel();
return ['cancelled', await askedInTheEnd()];";
    for (script, name) in [(aborted, "RangeError"), (failed, "sink"), (cancelled, "cancelled")] {
        each(script, |kind, told| assert_eq!(told, json!([name, 3]), "{kind:?}"));
    }
}

#[test]
fn a_read_that_fails_during_a_write_is_told_unless_the_write_fails_too() {
    for (end, code) in [("resolve()", "source-unreadable"), ("reject('no room')", "sink")] {
        let script = format!(
            "
const {{ promise, resolve, reject }} = Promise.withResolvers();
const job = fate(plan.pipeTo(sinkOf(() => promise)));
await reading(3);
gate.reject(new DOMException('gone', 'NotReadableError'));
await after(0);
{end};
return job;"
        );
        each(&script, |kind, told| {
            let fate: Fate = serde_json::from_value(told).expect("a fate");
            assert_eq!(fate.code.as_deref(), Some(code), "{kind:?}: {fate:?}");
            let says = |words| fate.message.as_ref().is_some_and(|text| text.contains(words));
            assert_eq!(says("source: reading at offset 8388608"), end == "resolve()", "{kind:?}");
        });
    }
}
