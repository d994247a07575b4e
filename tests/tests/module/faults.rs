//! Every single read and write fails in turn.

use std::collections::BTreeMap;

use qcow2_stream_tests::browser::Kind;
use serde::Deserialize;
use serde_json::Value;

use crate::fate::Fate;
use crate::stage::Stage;

/// A disk in the page's memory, the digest of its image, and the ways from one to the other. Each gets the number of the
/// call that meets a fault, and which.
const WAYS: &str = "
const source = new Blob([noise(1 << 19), new Uint8Array(9 << 20), noise(1 << 20), new Uint8Array(9 << 20), noise(5)]);
const plan = await scan(source);
const wanted = (await digest(await plan.toBlob())).sha256;
const isWanted = async (image) => (await digest(await image)).sha256 === wanted;
const reading = (meet, work) => async (nth, how) => {
  let image;
  const told = await meet(nth, how, () => fate(async () => { image = await work(); }));
  // It is looked at without faults.
  return { ...told, value: image ? await isWanted(image()) : null };
};
const writing = async (nth, how) => {
  const { sink, blob, state } = sinkThatFails(nth, how);
  const told = await fate(plan.pipeTo(sink));
  return { ...told, calls: state.calls, value: told.name ? null : await isWanted(blob()) };
};
const ways = {
  scan: reading(inWorkers, async () => {
    const plan = await scan(source, { workers: 1 });
    return () => plan.toBlob();
  }),
  toBlob: reading(inPage, async () => {
    const blob = await plan.toBlob();
    return () => blob;
  }),
  pipeTo: reading(inPage, async () => {
    const { sink, blob } = keeper();
    await plan.pipeTo(sink);
    return blob;
  }),
  stream: reading(inPage, async () => {
    const { sink, blob } = keeper();
    await plan.stream().pipeTo(sink);
    return blob;
  }),
  write: writing,
};
";

/// Goes each way without a fault, and then with each fault of each call.
const STEPS: &str = "
const steps = [];
for (const [way, go] of Object.entries(ways)) {
  const step = async (nth, kind) => {
    const { calls, ...fate } = await go(nth, kind);
    steps.push({ way, kind, nth, calls, fate });
    return calls;
  };
  const calls = await step(0, 'none');
  const kinds = way === 'write' ? ['write error', 'full disk', 'closed pipe'] : ['read error', 'short read', 'early end'];
  for (const kind of kinds) {
    for (let nth = 1; nth <= calls; nth++) await step(nth, kind);
  }
}
return steps;";

/// A conversion in which a call meets a fault, or none.
#[derive(Debug, Deserialize)]
struct Step {
    way: String,
    kind: String,
    /// Which call, counted from 1.
    nth: u64,
    /// How many calls were made.
    calls: u64,
    /// The value is whether the image is the right one.
    fate: Fate,
}

impl Step {
    /// What is wrong, if anything is. Whether the fault was absorbed.
    fn judge(&self) -> Result<bool, &'static str> {
        let fate = &self.fate;
        if self.nth > self.calls {
            return Err("the call was not made");
        }
        if !fate.is_error() {
            let may_be_absorbed = self.kind == "none"
                || self.kind == "short read"
                // What is read back of the metadata there, nobody uses.
                || (self.kind == "early end" && self.way == "toBlob");
            return match fate.value {
                Value::Bool(true) if may_be_absorbed => Ok(true),
                Value::Bool(true) => Err("it should have been told"),
                _ => Err("a wrong image"),
            };
        }
        let code = fate.code.as_deref().unwrap_or_default();
        let is_blamed = match &self.way[..] {
            "write" => code == "sink",
            // Metadata that the browser can't keep are nobody's file.
            "toBlob" if code == "out-of-memory" => true,
            _ => code.starts_with("source-"),
        };
        match () {
            () if self.kind == "none" => Err("it failed without a fault"),
            () if !is_blamed => Err("the wrong side is blamed"),
            () if !fate.has_remedy() => Err("it does not say what to do"),
            () => Ok(false),
        }
    }
}

#[test]
fn any_read_and_any_write_may_fail() {
    let script = format!("{}{WAYS}{STEPS}", include_str!("page/faults.js"));
    for kind in Kind::ALL {
        let steps: Vec<Step> = Stage::open(kind).tell(&script, &Value::Null);
        let (mut kinds, mut absorbed, mut wrong) = (BTreeMap::new(), 0, Vec::new());
        for step in &steps {
            match step.judge() {
                Ok(is_absorbed) => absorbed += usize::from(is_absorbed && step.nth > 0),
                Err(what) => wrong.push(format!("{what}: {step:?}")),
            }
            if step.nth > 0 {
                *kinds.entry((&step.way[..], &step.kind[..])).or_insert(0) += 1;
            }
        }
        let faults: usize = kinds.values().sum();
        println!(
            "{kind:?}: {faults} faults {kinds:?}, {absorbed} absorbed, {} told",
            faults - absorbed
        );
        assert!(wrong.is_empty(), "{kind:?}: {} of them:\n{}", wrong.len(), wrong.join("\n"));
        assert_eq!(kinds.len(), 4 * 3 + 3, "{kind:?}: a way without calls");
    }
}
