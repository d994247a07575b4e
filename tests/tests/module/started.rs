//! Where the module and the worker come from, and what is said if they do not come.

use std::collections::BTreeMap;

use qcow2_stream_tests::browser::Kind;
use serde_json::{Value, json};

use crate::fate::Fate;
use crate::stage::Stage;

/// Each in a realm of its own: a module is loaded once only.
const FRESH: &str = "
/** What `body` comes to in a new document, which has `scan`, `fate` and `source`. */
const fresh = async (body, head = '') => {
  const frame = document.createElement('iframe');
  const base = new URL('../qcow2-stream/', location.href).href;
  const script = `import { scan } from '${base}index.js';
    const base = '${base}';
    const fate = ${fate};
    const source = new Blob([new Uint8Array(70_000).fill(7)]);
    const told = await fate(async () => { ${body} });
    parent.postMessage(told, '*');`;
  const url = URL.createObjectURL(new Blob([`<!doctype html>${head}<script type=module>${script}</` + 'script>'], { type: 'text/html' }));
  const told = new Promise((next) => addEventListener('message', ({ data }) => next(data), { once: true }));
  frame.src = url;
  document.body.append(frame);
  try {
    return await told;
  } finally {
    frame.remove();
  }
};
";

/// What a script tells that calls `fresh`.
pub(crate) fn tell(kind: Kind, script: &str) -> BTreeMap<String, Fate> {
    Stage::open(kind).tell(&format!("{FRESH}const told = {{}};{script} return told;"), &Value::Null)
}

#[test]
fn what_is_there_in_place_of_the_module_is_named_with_what_to_configure() {
    let script = "
for (const [what, url] of Object.entries({ page: '/index.html', nothing: '/no/such/file.wasm' })) {
  told[what] = await fresh(`return (await scan(source, { wasmURL: new URL('${url}', base) })).outputSize`);
}
// What failed once goes well the next time.
told.again = await fresh(`
  await scan(source, { wasmURL: base + 'none.wasm' }).catch(() => {});
  return (await scan(source)).outputSize`);
// Nor does it harm another that is under way.
told['at once'] = await fresh(`
  const wrong = scan(source, { wasmURL: base + 'none.wasm' }).catch(() => {});
  const { outputSize } = await scan(source);
  await wrong;
  return outputSize`);
const empty = 'WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))';
told.other = await fresh(`return scan(source, { module: await ${empty} })`);
told['after the other'] = await fresh(`
  await scan(source, { module: await ${empty} }).catch(() => {});
  return (await scan(source)).outputSize`);";
    for kind in Kind::ALL {
        let mut fates = tell(kind, script);
        for name in ["again", "at once", "after the other"] {
            let fate = fates.remove(name).expect("it was tried");
            assert!(!fate.is_error() && fate.value.is_number(), "{kind:?}: {name}: {fate:?}");
        }
        for (name, words) in [
            ("page", ["/index.html", "<!doctype html", "wasmURL"]),
            ("nothing", ["/no/such/file.wasm", "404", "workerURL"]),
            ("other", ["module", "not that of this version", "wasmURL"]),
        ] {
            let fate = &fates[name];
            assert_eq!(fate.code.as_deref(), Some("worker"), "{kind:?}: {name}: {fate:?}");
            let text = format!("{:?} {:?}", fate.message, fate.remedy).to_lowercase();
            for word in words {
                assert!(text.contains(&word.to_lowercase()), "{kind:?}: {name}: {word}: {fate:?}");
            }
        }
    }
}

#[test]
fn urls_and_a_compiled_module_are_taken_from_where_the_caller_says() {
    let script = "
const body = (options) => `
  const module = await WebAssembly.compileStreaming(fetch(base + 'qcow2_stream_wasm_bg.wasm')).catch(() => null);
  return (await scan(source, ${options})).outputSize`;
told.module = await fresh(body('{ module }'));
told.text = await fresh(body(`{ wasmURL: base + 'qcow2_stream_wasm_bg.wasm', workerURL: base + 'worker.js' }`));
told.url = await fresh(body(`{ wasmURL: new URL(base + 'qcow2_stream_wasm_bg.wasm'), workerURL: new URL(base + 'worker.js') }`));";
    for kind in Kind::ALL {
        for (name, fate) in tell(kind, script) {
            assert_eq!(fate.value, json!(131_072 + 5 * 65_536), "{kind:?}: {name}: {fate:?}");
        }
    }
}

#[test]
fn a_worker_that_cannot_be_started_is_an_error_of_the_package() {
    let script = "
const scanned = (options) => `return (await scan(source, ${options})).outputSize`;
told['another origin'] = await fresh(scanned(`{ workerURL: 'http://127.0.0.2:9/worker.js' }`));
told['no script'] = await fresh(scanned(`{ workerURL: base + 'none.js' }`));
told['a page'] = await fresh(scanned(`{ workerURL: new URL('/index.html', base) }`));
const policy = `<meta http-equiv=Content-Security-Policy content=\"worker-src 'none'\">`;
told['a policy'] = await fresh(scanned('{}'), policy);";
    for kind in Kind::ALL {
        let fates = tell(kind, script);
        assert_eq!(fates.len(), 4);
        for (name, fate) in fates {
            assert_eq!(fate.code.as_deref(), Some("worker"), "{kind:?}: {name}: {fate:?}");
            assert!(fate.has_remedy(), "{kind:?}: {name}: {fate:?}");
            let remedy = fate.remedy.unwrap_or_default();
            assert!(remedy.contains("workerURL"), "{kind:?}: {name}: {remedy}");
        }
    }
}

#[test]
fn scans_that_start_at_once_share_one_module() {
    let script = "
told.plans = await fresh(`
  const url = base + 'qcow2_stream_wasm_bg.wasm';
  const [module, other] = await Promise.all([1, 2].map(() => WebAssembly.compileStreaming(fetch(url))));
  const sizes = [70_000, 1_070_000, 2_070_000, 3_070_000];
  const ways = [{ module }, { module: other }, { wasmURL: url }, {}];
  const plans = await Promise.all(ways.map((way, nth) => scan(new Blob([new Uint8Array(sizes[nth]).fill(7)]), way)));
  return plans.every((plan, nth) => plan.summary.virtualSize === Math.ceil(sizes[nth] / 512) * 512
    && plan.summary.allocatedClusters === Math.ceil(sizes[nth] / 65_536));`);";
    for kind in Kind::ALL {
        let fates = tell(kind, script);
        assert_eq!(fates["plans"].value, true, "{kind:?}: {fates:?}");
    }
}

#[test]
fn a_worker_of_another_script_is_an_error_that_names_the_option() {
    let script = "
const scripts = {
  silent: '', closes: 'close()', nothing: 'postMessage(null)', chatty: 'onmessage = () => postMessage(5)',
  before: 'onmessage = ({ data }) => { if (data.part) postMessage({ runs: new Uint32Array([0, 2]), checksum: 1n }); }',
  rejects: 'onmessage = async () => { throw new Error(1); }',
};
for (const [name, text] of Object.entries(scripts)) {
  told[name] = await fresh(`
    const { setInterval } = globalThis;
    globalThis.setInterval = (act, time) => setInterval(act, time / 100);
    const workerURL = URL.createObjectURL(new Blob([\"${text}\"], { type: 'text/javascript' }));
    return (await scan(source, { workerURL })).outputSize`);
}";
    for kind in Kind::ALL {
        let fates = tell(kind, script);
        assert_eq!(fates.len(), 6);
        for (name, fate) in fates {
            assert_eq!(fate.code.as_deref(), Some("worker"), "{kind:?}: {name}: {fate:?}");
            let remedy = fate.remedy.unwrap_or_default();
            assert!(remedy.contains("workerURL"), "{kind:?}: {name}: {remedy}");
        }
    }
}

#[test]
fn a_policy_that_asks_for_trusted_types_is_kept() {
    let script = "
const meta = (policy) => `<meta http-equiv=Content-Security-Policy content=\"${policy}\">`;
const body = 'return (await scan(source)).outputSize';
const asked = `require-trusted-types-for 'script'`;
told.asked = await fresh(body, meta(asked));
told.named = await fresh(body, meta(`${asked}; trusted-types qcow2-stream`));
told.twice = await fresh(`await scan(source); ${body}`, meta(`${asked}; trusted-types qcow2-stream`));
const refused = meta(`${asked}; trusted-types another`);
told.refused = await fresh(body, refused);
told.known = globalThis.trustedTypes ? await fresh(`
  const trusted = trustedTypes.createPolicy('mine', { createScriptURL: (url) => url }).createScriptURL(base + 'worker.js');
  return (await scan(source, { workerURL: trusted })).outputSize`, meta(`${asked}; trusted-types mine`)) : told.asked;";
    for kind in Kind::ALL {
        let has = Stage::open(kind).run("return Boolean(globalThis.trustedTypes)", &Value::Null);
        println!("{kind:?} has trusted types: {has}");
        let mut fates = tell(kind, script);
        let refused = fates.remove("refused").expect("it was tried");
        if has == true {
            assert_eq!(refused.code.as_deref(), Some("worker"), "{kind:?}: {refused:?}");
        }
        for (name, fate) in fates {
            assert!(fate.value.is_number(), "{kind:?}: {name}: {fate:?}");
        }
    }
}
