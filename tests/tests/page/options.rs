//! What the page offers.

use qcow2_stream_tests::browser::Kind;
use serde_json::json;

use crate::stage::Page;

in_both! {
    every_cluster_size_and_refcount_width_can_be_chosen,
}

fn every_cluster_size_and_refcount_width_can_be_chosen(kind: Kind) {
    let page = Page::open(kind);
    let values = |id: &str| {
        let script =
            format!("return [...document.querySelectorAll('{id} option')].map((o) => +o.value)");
        page.look(&script)
    };
    let sizes: Vec<_> = (0..13).map(|power| 512 << power).collect();
    assert_eq!(values("#cluster-size"), json!(sizes));
    assert_eq!(values("#refcount-bits"), json!([1, 2, 4, 8, 16, 32, 64]));
    let chosen = page.look("return [...document.querySelectorAll('select')].map((s) => +s.value)");
    assert_eq!(chosen, json!([65536, 16]));
}
