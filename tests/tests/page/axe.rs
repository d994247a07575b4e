//! axe, which knows what people with other senses and hands need of a page.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use qcow2_stream_tests::browser::{Browser, Kind};
use serde_json::Value;

use crate::states::{in_each_state, prefer};

const VERSION: &str = "4.14.1";

/// Its script; from npm once, and kept in the user's cache.
static AXE: LazyLock<String> = LazyLock::new(|| {
    let folder = cache().join(format!("axe-core-{VERSION}"));
    let script = folder.join("node_modules/axe-core/axe.min.js");
    if !script.exists() {
        let mut npm = Command::new("npm");
        npm.args(["install", "--silent", "--no-save", "--ignore-scripts", "--prefix"]).arg(&folder);
        let done = npm.arg(format!("axe-core@{VERSION}")).output();
        let done = done.expect("npm is missing: apt-get install npm");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    fs::read_to_string(script).expect("axe is there")
});

fn cache() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").expect("a home")).join(".cache");
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    cache.unwrap_or_else(home).join("qcow2-stream")
}

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
