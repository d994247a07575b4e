//! The page is served as a test needs it.

use std::fs;

use qcow2_stream_tests::browser::{Browser, Kind, Site};

#[test]
fn site_serves_the_page_and_what_a_test_adds() {
    let site = Site::build_and_serve();
    let added = "<!doctype html><meta charset=utf-8><p id=added>added</p>";
    fs::write(site.folder().join("added.html"), added).expect("the folder can be written to");
    let browser = Browser::shared(Kind::Chromium);
    browser.go(site.url());
    assert_ne!(browser.text("body"), "");
    browser.go(&format!("{}added.html", site.url()));
    assert_eq!(browser.text("#added"), "added");
}
