//! Options, summary and events as data: the names that other programs rely on.

use qcow2_stream::{LayoutSummary, Options, Phase, Progress};
use qcow2_stream_tests::kit::options;
use serde_json::{from_value, json, to_value};

#[test]
fn options_are_read_by_their_names_and_default_to_the_script_s() {
    let given = json!({
        "cluster-size": 4096,
        "refcount-bits": 1,
        "data-file": { "name": "disk.raw", "raw": true },
    });
    let parsed: Options = from_value(given.clone()).expect("good options");
    assert_eq!((parsed.cluster_size.bytes(), parsed.refcount_bits.bits()), (4096, 1));
    assert_eq!(to_value(&parsed).expect("options are data"), given);
    assert_eq!(from_value::<Options>(json!({})).expect("no options"), options(65_536, 16));
}

#[test]
fn options_that_no_image_has_are_refused() {
    for wrong in [
        json!({ "cluster-size": 1000 }),
        json!({ "refcount-bits": 3 }),
        json!({ "data-file": { "raw": true } }),
        json!({ "cluster_size": 4096 }),
    ] {
        assert!(from_value::<Options>(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn events_and_figures_have_the_names_of_the_command_s_json() {
    let event = Progress { phase: Phase::Emit, bytes: 1, total: 2 };
    let event = to_value(event).expect("events are data");
    assert_eq!(event, json!({ "phase": "emit", "bytes": 1, "total": 2 }));
    let figures = json!({
        "required": 1, "fully-allocated": 2, "virtual-size": 3, "cluster-size": 4,
        "refcount-bits": 5, "allocated-clusters": 6, "metadata-bytes": 7,
    });
    let summary: LayoutSummary = from_value(figures.clone()).expect("good figures");
    assert_eq!(to_value(summary).expect("figures are data"), figures);
}
