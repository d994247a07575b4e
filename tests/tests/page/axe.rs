//! axe, which knows what people with other senses and hands need of a page.

use std::fs;
use std::sync::LazyLock;

use qcow2_stream_tests::browser::{Browser, Kind};
use qcow2_stream_tests::installed::npm_package;
use serde_json::Value;

use crate::states::{in_each_state, prefer};

/// Its script.
static AXE: LazyLock<String> = LazyLock::new(|| {
    let script = npm_package("axe-core").join("node_modules/axe-core/axe.min.js");
    fs::read_to_string(script).expect("axe is there")
});

#[test]
fn axe_finds_nothing_in_any_state_in_either_colours() {
    in_each_state(Kind::Chromium, |browser, state| {
        for scheme in ["light", "dark"] {
            prefer(browser, scheme);
            let (rules, faults) = findings(browser);
            assert!(rules > 10, "axe has looked at {rules} things only");
            assert!(faults.is_empty(), "{state}, {scheme}: {faults:#?}");
        }
        prefer(browser, "light");
    });
}

/// How many rules the page keeps, and which it breaks and where.
fn findings(browser: &Browser) -> (u64, Vec<String>) {
    let script = format!(
        "if (!window.axe) {{ {} }}
        const {{ passes, violations }} = await axe.run();
        const where = (nodes) => nodes.map((node) => node.target.join(' ')).join(', ');
        return [passes.length, violations.map(({{ id, help, nodes }}) => `${{id}}: ${{help}}: ${{where(nodes)}}`)];",
        *AXE
    );
    let found: Value = browser.run(&script, &[]);
    serde_json::from_value(found).expect("a number and a list")
}
