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

/// A worker that greets, reads two fifths of a file, and takes for ever for the rest.
const NO_ANSWER: &str = "window.Worker = class {
  postMessage({ part }) {
    if (!part) return;
    const answers = [{ kind: 'qcow2-stream 1' }, { kind: 'read', read: part.size * 0.4 }];
    setTimeout(() => answers.forEach((data) => this.onmessage({ data })));
  }
  terminate() {}
};";

/// So much of a disk is read, and the rest takes for ever.
const STALL: &str = "
let left = 100 << 20;
const slowed = (read, length) => (left -= length) < 0 ? new Promise(() => {}) : read();
const { read } = ReadableStreamBYOBReader.prototype;
ReadableStreamBYOBReader.prototype.read = function (view, options) { return slowed(() => read.call(this, view, options), view.byteLength); };
const { arrayBuffer } = Blob.prototype;
Blob.prototype.arrayBuffer = function () { return slowed(() => arrayBuffer.call(this), this.size); };";

/// A file is held over the page.
const DRAG: &str = "
const dataTransfer = new DataTransfer();
dataTransfer.items.add(new File(['disk'], 'disk.raw'));
const over = () => document.body.dispatchEvent(new DragEvent('dragover', { dataTransfer, bubbles: true, cancelable: true }));
over();
window.drag = setInterval(over, 100);";

static SMALL: LazyLock<Disk> = LazyLock::new(|| Disk::ext4("debian-12", 256 << 20));

/// Begins like a qcow2 image.
static IMAGE: LazyLock<Disk> = LazyLock::new(|| {
    Disk::new("already", |path: &Path| {
        std::fs::write(path, [b"QFI\xfb".as_slice(), &[0; 70_000]].concat())
            .expect("it is written");
    })
});

/// Data all over.
static FULL: LazyLock<Disk> = LazyLock::new(|| Disk::dense("database", 4 << 20));

/// Data in so many pieces that Chromium streams its image.
static FRAGMENTED: LazyLock<Disk> = LazyLock::new(|| Disk::fragmented("fragments", 512 << 20));

/// Does something in each state of the page, which it is told the name of.
pub(crate) fn in_each_state(kind: Kind, mut look: impl FnMut(&Browser, &str)) {
    let page = Page::open(kind);
    look(&page.browser, "start");
    page.look(DRAG);
    look(&page.browser, "start-drag-over");
    page.look("clearInterval(drag)");
    page.wait_until("document.querySelector('#drop-hint').hidden");
    page.pick(IMAGE.path());
    page.wait_for_error();
    look(&page.browser, "error-foreign-format");
    page.browser.click("#again");
    page.scan(FULL.path());
    look(&page.browser, "ready-full-disk");
    page.browser.click("#again");
    page.scan(SMALL.path());
    look(&page.browser, "ready");
    page.save(&SMALL.image());
    look(&page.browser, "done-download");
    page.look("document.querySelector('#verify').open = true; document.querySelector('#verify').scrollIntoView()");
    look(&page.browser, "done-download-commands");
    page.browser.click("#back");
    page.look("document.querySelector('#options').open = true; document.querySelector('#options').scrollIntoView()");
    look(&page.browser, "ready-options");
    page.look("document.querySelector('#options').open = false");
    page.look(NO_ANSWER);
    page.choose("#cluster-size", "512");
    page.browser.click_when_seen("#cancel", crate::stage::DEADLINE);
    look(&page.browser, "ready-rescan-cancelled");
    page.browser.click("#again");
    page.pick(SMALL.path());
    page.wait_for("scanning");
    page.wait_until("document.querySelector('#progress').value > 0.1");
    look(&page.browser, "scanning");
    look_at_failure(&Page::open_in(&*page.browser), &mut look);
    if kind == Kind::Chromium {
        look_at_stream(&Page::open_in(&*page.browser), &mut look);
        look_at_dialogue(&Page::open_in(&*page.browser), &mut look);
    }
}

/// Of a disk in many pieces the image goes through the service worker. What the page reads of it from now on takes for ever.
fn look_at_stream<B: Deref<Target = Browser>>(
    page: &Page<B>,
    look: &mut impl FnMut(&Browser, &str),
) {
    page.scan(FRAGMENTED.path());
    page.look(STALL);
    page.browser.click("#save");
    page.wait_for("saving");
    page.wait_until("document.querySelector('#progress').value > 0.1");
    look(&page.browser, "saving-streamed");
}

/// The image goes into a temporary file of Firefox's first, and from there into a download.
pub(crate) fn look_at_staging(mut look: impl FnMut(&Browser, &str)) {
    let page = Page::open(Kind::Firefox);
    page.scan(FRAGMENTED.path());
    look(&page.browser, "staged-ready");
    page.look(STALL);
    page.browser.click("#save");
    page.wait_for("saving");
    page.wait_until("document.querySelector('#progress').value > 0.1");
    look(&page.browser, "staged-saving");
}

/// A disk that was cut since it was scanned.
fn look_at_failure<B: Deref<Target = Browser>>(
    page: &Page<B>,
    look: &mut impl FnMut(&Browser, &str),
) {
    let disk = Disk::dense("changed", 4 << 20);
    page.scan(disk.path());
    let file = std::fs::OpenOptions::new().write(true).open(disk.path());
    file.and_then(|file| file.set_len(1 << 20)).expect("the disk can be cut");
    page.browser.click("#save");
    page.wait_for_error();
    look(&page.browser, "error-saving-failed");
}

/// Where the person says where to save.
fn look_at_dialogue<B: Deref<Target = Browser>>(
    page: &Page<B>,
    look: &mut impl FnMut(&Browser, &str),
) {
    page.tick("#choose-place");
    page.watch_routes();
    page.answer_dialogue();
    page.scan(SMALL.path());
    page.browser.click("#save");
    page.wait_for("done");
    look(&page.browser, "done-place-chosen");
    page.browser.click("#again");
    page.look(NO_END);
    page.scan(SMALL.path());
    page.browser.click("#save");
    page.wait_for("saving");
    look(&page.browser, "saving-place-chosen");
    page.look(DRAG);
    look(&page.browser, "saving-drag-over");
    page.look("clearInterval(drag)");
}

/// Has Chromium prefer dark or light colours.
pub(crate) fn prefer(browser: &Browser, scheme: &str) {
    let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
    browser.cdp("Emulation.setEmulatedMedia", json!({ "features": [feature] }));
}
