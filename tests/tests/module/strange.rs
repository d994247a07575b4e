//! Every argument of every function, with values that make no sense.

use std::collections::BTreeMap;

use qcow2_stream_tests::browser::Kind;
use serde::Deserialize;
use serde_json::Value;

use crate::fate::Fate;
use crate::stage::Stage;

/// A call with one argument that is strange.
#[derive(Debug, Deserialize)]
struct Call {
    /// Which argument of which function.
    place: String,
    /// What it was.
    given: String,
    fate: Fate,
}

impl Call {
    /// Success, an error of the package, or a `TypeError` where the readme says so.
    fn is_within_the_contract(&self) -> bool {
        if !self.fate.is_error() {
            return true;
        }
        let code = match &*self.place {
            "scan: source" | "pipeTo: writable" => {
                return self.fate.name.as_deref() == Some("TypeError");
            }
            // What a string may name, or be.
            "scan: workerURL" | "scan: wasmURL" if self.given.starts_with('\'') => "worker",
            "scan: dataFile.name" if self.given == "''" => "refused",
            _ => "bad-option",
        };
        self.fate.has_remedy() && self.fate.code.as_deref() == Some(code)
    }
}

#[test]
fn any_argument_of_any_function_may_be_anything() {
    let script = include_str!("page/strange.js");
    for kind in Kind::ALL {
        let calls: Vec<Call> = Stage::open(kind).tell(script, &Value::Null);
        let (mut places, mut wrong) = (BTreeMap::new(), Vec::new());
        for call in &calls {
            *places.entry(&*call.place).or_insert(0) += usize::from(call.fate.is_error());
            if !call.is_within_the_contract() {
                wrong.push(format!("{call:?}"));
            }
        }
        println!("{kind:?}: {} calls, errors: {places:?}", calls.len());
        assert!(wrong.is_empty(), "{kind:?}: {} of them:\n{}", wrong.len(), wrong.join("\n"));
        assert_eq!(places.len(), 22, "{places:?}");
        let strict = ["scan: workers", "occupancy: cells", "scan: wasmURL", "scan: module"];
        for place in strict {
            assert!(places[place] > 8, "{place}: {places:?}");
        }
    }
}

#[test]
fn a_plan_that_was_freed_says_so_whatever_is_called_even_under_way() {
    let script = "
const told = {};
const plan = await scan(new Blob(['disk']));
const { outputSize } = plan, segments = plan.segments();
plan.free();
told.again = await fate(() => plan.free());
for (const name of ['outputSize', 'summary', 'runs', 'blobParts']) told[name] = await fate(() => plan[name]);
told.occupancy = await fate(() => plan.occupancy(3));
told.segments = await fate(() => [...plan.segments()]);
told.begun = await fate(() => [...segments]);
told.toBlob = await fate(() => plan.toBlob());
told.stream = await fate(() => plan.stream().getReader().read());
told.pipeTo = await fate(() => plan.pipeTo(new WritableStream()));
const busy = await scan(new Blob([noise(9 << 20)]));
let writes = 0;
told['under way'] = await fate(() => busy.pipeTo(new WritableStream({ write() { if (writes++ === 1) busy.free(); } })));
return told;";
    for kind in Kind::ALL {
        let mut fates: BTreeMap<String, Fate> = Stage::open(kind).tell(script, &Value::Null);
        let again = fates.remove("again").expect("it was called");
        assert!(!again.is_error(), "{kind:?}: {again:?}");
        assert_eq!(fates.len(), 11);
        for (name, fate) in fates {
            assert_eq!(fate.code.as_deref(), Some("freed"), "{kind:?}: {name}: {fate:?}");
            assert!(fate.has_remedy(), "{kind:?}: {name}: {fate:?}");
        }
    }
}

#[test]
fn a_name_with_half_a_surrogate_pair_is_refused_and_not_changed() {
    let script = r"
const source = new Blob(['disk']);
const names = ['\ud800', 'a\udc00b', 'disk\ud83d', '\ude00\ud83d'];
const told = await Promise.all(names.map((name) => fate(scan(source, { dataFile: { name } }))));
const whole = await scan(source, { dataFile: { name: '\ud83d\ude00' } });
return [...told, { value: whole.outputSize > 0 }];";
    for kind in Kind::ALL {
        let mut fates: Vec<Fate> = Stage::open(kind).tell(script, &Value::Null);
        assert_eq!(fates.pop().expect("the whole one").value, true, "{kind:?}");
        for fate in fates {
            assert_eq!(fate.code.as_deref(), Some("bad-option"), "{kind:?}: {fate:?}");
        }
    }
}

/// A worker whose allocation of something fails.
const STARVED: &str = "
const Plain = Worker;
const script = (text) => URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
const url = new URL('../qcow2-stream/worker.js', location.href).href;
const out = \"throw new RangeError('out of memory')\";
const told = {};
for (const [what, cause] of Object.entries({
  buffer: `globalThis.ArrayBuffer = class { constructor() { ${out}; } }`,
  module: `WebAssembly.instantiate = async () => { ${out}; }; WebAssembly.Instance = class { constructor() { ${out}; } }`,
})) {
  const first = script(cause);
  globalThis.Worker = class extends Plain {
    constructor(_, options) { super(script(`import '${first}'; import '${url}';`), options); }
  };
  told[what] = await fate(scan(new Blob([noise(1000)])));
}
globalThis.Worker = Plain;
return told;";

#[test]
fn a_worker_without_memory_says_so_and_blames_no_file() {
    for kind in Kind::ALL {
        let fates: BTreeMap<String, Fate> = Stage::open(kind).tell(STARVED, &Value::Null);
        assert_eq!(fates.len(), 2);
        for (what, fate) in fates {
            assert_eq!(fate.code.as_deref(), Some("out-of-memory"), "{kind:?}: {what}: {fate:?}");
            assert!(fate.has_remedy(), "{kind:?}: {what}: {fate:?}");
        }
    }
}
