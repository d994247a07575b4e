//! Pictures of the page, for people to look at.

use std::fs;
use std::path::PathBuf;

use qcow2_stream_tests::browser::{Browser, Kind};

use crate::states::{in_each_state, prefer};

/// Where the pictures go, if anywhere.
const FOLDER: &str = "QCOW2_STREAM_SCREENSHOTS";

#[test]
fn each_state_can_be_pictured_in_both_colours_and_two_widths() {
    let folder = std::env::var_os(FOLDER).map(PathBuf::from);
    if let Some(folder) = &folder {
        fs::create_dir_all(folder).expect("the folder can be made");
    }
    let mut pictures = Vec::new();
    in_each_state(Kind::Chromium, |browser, state| {
        for (width, height) in [(1000, 900), (360, 740)] {
            for scheme in ["light", "dark"] {
                let picture = picture(browser, scheme, (width, height));
                if let Some(folder) = &folder {
                    let path = folder.join(format!("{state}-{scheme}-{width}.png"));
                    fs::write(path, &picture).expect("the picture is written");
                }
                pictures.push(picture);
            }
        }
        prefer(browser, "light");
    });
    let number = pictures.len();
    pictures.sort();
    pictures.dedup();
    assert_eq!(pictures.len(), number, "some states look alike, or dark like light");
}

fn picture(browser: &Browser, scheme: &str, (width, height): (u64, u64)) -> Vec<u8> {
    prefer(browser, scheme);
    assert_eq!(browser.resize(width, height), (width, height));
    browser.screenshot()
}
