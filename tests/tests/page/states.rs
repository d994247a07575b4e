//! The page in each of its states, held as long as anyone looks.

use std::ops::Deref;
use std::path::Path;
use std::sync::LazyLock;

use qcow2_stream_tests::browser::{Browser, Kind};
use serde_json::json;

use crate::disks::Disk;
use crate::stage::Page;

/// A dialogue that was answered with a place where writing takes for ever.
const NO_END: &str = "
window.showSaveFilePicker = async ({ suggestedName }) => ({
  name: suggestedName,
  createWritable: async () => new WritableStream({ write: () => new Promise(() => {}) }),
  remove: async () => {},
});";

/// Reading a file takes for ever.
const NO_ANSWER: &str = "window.Worker = class { postMessage() {} terminate() {} };";

static SMALL: LazyLock<Disk> = LazyLock::new(|| Disk::small("debian-12"));

/// Begins like a qcow2 image.
static IMAGE: LazyLock<Disk> = LazyLock::new(|| {
    Disk::new("already", |path: &Path| {
        std::fs::write(path, [b"QFI\xfb".as_slice(), &[0; 70_000]].concat())
            .expect("it is written");
    })
});

/// Does something in each state of the page, which it is told the name of.
pub(crate) fn in_each_state(kind: Kind, mut look: impl FnMut(&Browser, &str)) {
    let page = Page::open(kind);
    look(&page.browser, "start");
    page.pick(IMAGE.path());
    page.wait_for_error();
    look(&page.browser, "error");
    page.browser.click("#again");
    page.scan(SMALL.path());
    look(&page.browser, "ready");
    page.save(&SMALL.image());
    look(&page.browser, "done");
    page.browser.click("#again");
    hold_scan(&page);
    look(&page.browser, "scanning");
    if kind == Kind::Chromium {
        let page = Page::open_in(&*page.browser);
        hold_save(&page);
        look(page.browser, "saving");
    }
}

fn hold_scan<B: Deref<Target = Browser>>(page: &Page<B>) {
    page.look(NO_ANSWER);
    page.pick(SMALL.path());
    page.wait_for("scanning");
}

fn hold_save<B: Deref<Target = Browser>>(page: &Page<B>) {
    page.look(NO_END);
    page.tick("#choose-place");
    page.scan(SMALL.path());
    page.browser.click("#save");
    page.wait_for("saving");
}

/// Has Chromium prefer dark or light colours.
pub(crate) fn prefer(browser: &Browser, scheme: &str) {
    let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
    browser.cdp("Emulation.setEmulatedMedia", json!({ "features": [feature] }));
}
