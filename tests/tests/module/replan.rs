//! A plan with other options, without another scan.

use qcow2_stream_tests::browser::Kind;
use serde_json::{Value, json};

use crate::stage::Stage;

/// Every way from one plan to another, and the bytes that a scan with the same options gives.
const EACH: &str = "
const source = new Blob([noise(100_000), new Uint8Array(3 << 20), noise(500_320)]);
const dataFile = { name: 'disk.raw' };
const options = [{}, { refcountBits: 1 }, { refcountBits: 64 }, { dataFile }, { refcountBits: 8, dataFile: { ...dataFile, raw: true } }];
const bytes = async (plan) => {
  const { sink, blob } = keeper();
  await plan.pipeTo(sink);
  return (await digest(blob())).sha256 + (await digest(await plan.toBlob())).sha256;
};
const told = [];
for (const clusterSize of [512, 65536]) {
  for (const before of options.slice(0, 4)) {
    const plan = await scan(source, { clusterSize, ...before });
    for (const after of options) {
      const other = plan.replan(after);
      told.push(await bytes(other) === await bytes(await scan(source, { clusterSize, ...after })));
      other.free();
    }
    plan.free();
  }
}
return told;";

#[test]
fn a_plan_with_other_options_is_that_of_a_scan_with_them() {
    for kind in Kind::ALL {
        let told = Stage::open(kind).run(EACH, &Value::Null);
        assert_eq!(told, json!(vec![true; 40]), "{kind:?}");
    }
}

const REFUSED: &str = "
const dataFile = { name: 'disk.raw', raw: true };
const plan = await scan(new Blob([noise(1000)]), { dataFile });
const codes = [];
for (const options of [undefined, { dataFile: { name: 'other' } }, { refcountBits: 3, dataFile }, { dataFile: {} }]) {
  codes.push((await fate(() => plan.replan(options))).code);
}
return [codes, plan.replan({ dataFile: { name: 'other.raw', raw: true } }).outputSize === plan.outputSize];";

#[test]
fn what_a_plan_does_not_know_it_does_not_make_up() {
    for kind in Kind::ALL {
        let told = Stage::open(kind).run(REFUSED, &Value::Null);
        assert_eq!(told, json!([vec!["bad-option"; 4], true]), "{kind:?}");
    }
}
