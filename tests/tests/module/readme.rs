//! The example in the package's readme is one that works.

use std::fs;

use qcow2_stream_tests::browser::{Browser, Kind, Site, wait_for};

use crate::page::disk_and_image;
use crate::stage::DEADLINE;

const README: &str = include_str!("../../../wasm/README.md");

/// The first block of a language.
fn block(language: &str) -> &'static str {
    let begin = README.split_once(&format!("```{language}\n")).expect("there is an example").1;
    begin.split_once("```").expect("the example ends").0
}

#[test]
fn the_example_of_the_readme_converts_what_is_picked_and_offers_the_image() {
    let site = Site::build_and_serve();
    let map = r#"{ "imports": { "qcow2-stream": "../qcow2-stream/index.js" } }"#;
    let page = format!(
        "<!doctype html><meta charset=utf-8><script type=importmap>{map}</script>\n{}\n\
        <script type=module>{}</script>",
        block("html"),
        block("js")
    );
    let folder = site.folder().join("readme");
    fs::create_dir(&folder).expect("the folder can be written to");
    fs::write(folder.join("index.html"), page).expect("the page is written");
    let (place, image) = disk_and_image();
    // WebKit under automation has no download that can be waited for.
    for kind in [Kind::Chromium, Kind::Firefox] {
        let browser = Browser::shared(kind);
        browser.go(&format!("{}readme/index.html", site.url()));
        let ready = "return Boolean(document.querySelector('#disk').onchange)";
        wait_for("the example", DEADLINE, || (browser.run(ready, &[]) == true).then_some(()));
        browser.pick("#disk", &place.disk());
        browser.click_when_seen("#save", DEADLINE);
        let path = browser.finished_download("disk.qcow2", DEADLINE);
        assert!(fs::read(path).expect("the download can be read") == image, "{kind:?}");
    }
}
