//! Pictures of the page, for people to look at.

use std::fs;
use std::path::PathBuf;

use qcow2_stream_tests::browser::{Browser, Kind};
use serde_json::json;

use crate::states::{in_each_state, look_at_staging, prefer};

/// Where the pictures go, if anywhere.
const FOLDER: &str = "QCOW2_STREAM_SCREENSHOTS";

/// What the pictures are taken of: a name, the colours, the size, and how many pixels a pixel of the page has.
const VIEWS: [(&str, &str, u64, u64, u64); 4] = [
    ("light", "light", 820, 1010, 1),
    ("dark", "dark", 820, 1010, 1),
    ("380-wide", "light", 380, 740, 1),
    ("zoom-200", "light", 500, 450, 2),
];

#[test]
fn each_state_can_be_pictured_in_both_colours_narrow_and_twice_as_large() {
    let mut pictures = Vec::new();
    in_each_state(Kind::Chromium, |browser, state| {
        for (view, scheme, width, height, scale) in VIEWS {
            let picture = picture(browser, scheme, (width, height, scale));
            keep(&format!("{state}-{view}"), &picture);
            pictures.push(picture);
        }
        prefer(browser, "light");
        browser.resize(1000, 700);
    });
    let number = pictures.len();
    pictures.sort();
    pictures.dedup();
    assert_eq!(pictures.len(), number, "some states look alike, or dark like light");
}

#[test]
fn firefox_can_be_pictured_while_it_stages_an_image() {
    let mut pictures = Vec::new();
    look_at_staging(|browser, state| {
        for (view, width, height) in [("light", 820, 1010), ("narrow", 500, 740)] {
            browser.resize(width, height);
            let picture = browser.screenshot();
            keep(&format!("{state}-{view}"), &picture);
            pictures.push(picture);
        }
        browser.resize(1000, 700);
    });
    pictures.sort();
    pictures.dedup();
    assert_eq!(pictures.len(), 4, "some pictures are alike");
}

/// Keeps a picture for people to look at, if they have named a folder.
fn keep(name: &str, picture: &[u8]) {
    if let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) {
        fs::create_dir_all(&folder).expect("the folder can be made");
        fs::write(folder.join(format!("{name}.png")), picture).expect("the picture is written");
    }
}

fn picture(browser: &Browser, scheme: &str, (width, height, scale): (u64, u64, u64)) -> Vec<u8> {
    prefer(browser, scheme);
    let size =
        json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": false });
    browser.cdp("Emulation.setDeviceMetricsOverride", size);
    browser.cdp("Emulation.setScrollbarsHidden", json!({ "hidden": true }));
    browser.screenshot()
}
