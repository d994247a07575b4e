//! The page and what a person does with it.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::MutexGuard;
use std::time::Duration;

use qcow2_stream_tests::browser::{Browser, Kind, Site, State, Told, wait_for};
use serde_json::{Value, json};

/// Far more than anything here takes, on the slowest machine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(240);

/// The page in a browser.
pub(crate) struct Page<B> {
    pub(crate) browser: B,
}

impl Page<MutexGuard<'static, Browser>> {
    /// The page in the browser that the tests share.
    pub(crate) fn open(kind: Kind) -> Self {
        Self::open_in(Browser::shared(kind))
    }
}

impl<B: Deref<Target = Browser>> Page<B> {
    /// The page in a browser.
    pub(crate) fn open_in(browser: B) -> Self {
        browser.go(Site::build_and_serve().url());
        let page = Self { browser };
        page.wait_for("start");
        page
    }

    /// Which state the page is in.
    pub(crate) fn state(&self) -> String {
        self.look("return document.querySelector('main').dataset.state").as_str().unwrap().into()
    }

    /// Waits for a state, or for an error that comes in its place.
    #[track_caller]
    pub(crate) fn wait_for(&self, state: &str) {
        let found = wait_for(state, DEADLINE, || {
            Some(self.state()).filter(|found| found == state || found == "error")
        });
        assert_eq!(found, state, "{:?}: {}", self.browser.kind(), self.browser.text("main"));
    }

    /// Waits for an error, or for a success that comes in its place.
    #[track_caller]
    pub(crate) fn wait_for_error(&self) {
        let end = |state: &String| state == "error" || state == "done";
        let found = wait_for("an error", DEADLINE, || Some(self.state()).filter(end));
        assert_eq!(found, "error", "{:?}: {}", self.browser.kind(), self.browser.text("main"));
    }

    /// Picks a disk.
    #[track_caller]
    pub(crate) fn pick(&self, disk: &Path) {
        self.browser.pick("#file", disk);
    }

    /// Picks a disk, and returns the length that the page tells of its image.
    #[track_caller]
    pub(crate) fn scan(&self, disk: &Path) -> u64 {
        self.pick(disk);
        self.wait_for("ready");
        self.promised()
    }

    /// The length that the page tells.
    #[track_caller]
    pub(crate) fn promised(&self) -> u64 {
        let bytes =
            self.look("return Number(document.querySelector('#output-size').dataset.bytes)");
        bytes.as_u64().expect("a length is a number")
    }

    /// Saves the image, and returns where it is when the browser calls it complete.
    #[track_caller]
    pub(crate) fn save(&self, name: &str) -> PathBuf {
        self.browser.click("#save");
        self.wait_for("done");
        self.whole(name)
    }

    /// Where a download is when the browser calls it complete.
    #[track_caller]
    pub(crate) fn whole(&self, name: &str) -> PathBuf {
        let told = self.end_of_download(name);
        assert_eq!(told.state, State::Complete, "{:?}: {name}", self.browser.kind());
        self.browser.downloads().join(name)
    }

    /// What the browser tells of a download once that is over.
    #[track_caller]
    pub(crate) fn end_of_download(&self, name: &str) -> Told {
        wait_for(name, DEADLINE, || {
            let told = self.browser.download_as_told(name);
            told.filter(|told| told.state != State::InProgress)
        })
    }

    /// Sets a control to a value, as a change by hand does.
    #[track_caller]
    pub(crate) fn choose(&self, selector: &str, value: &str) {
        let script = "const control = document.querySelector(arguments[0]);
            control.value = arguments[1];
            if (control.value !== arguments[1]) throw new Error(`no ${arguments[1]}`);
            control.dispatchEvent(new Event('change', { bubbles: true }));";
        self.browser.run(script, &[json!(selector), json!(value)]);
    }

    /// Ticks a box, wherever it is folded in.
    #[track_caller]
    pub(crate) fn tick(&self, selector: &str) {
        // Drivers don't see that the buttons at the lower edge may lie over it.
        let script = "const box = document.querySelector(arguments[0]);
            box.closest('details').open = true;
            box.scrollIntoView({ block: 'center' });";
        self.browser.run(script, &[json!(selector)]);
        self.browser.click(selector);
    }

    /// What a script of the page's comes to.
    #[track_caller]
    pub(crate) fn look(&self, script: &str) -> Value {
        self.browser.run(script, &[])
    }

    /// What is to be typed in a terminal, which is folded in at first.
    #[track_caller]
    pub(crate) fn steps(&self) -> String {
        self.browser.click("#verify summary");
        self.browser.text("#verify-steps")
    }

    /// Drops a file of this name and content on the page, as a script can.
    #[track_caller]
    pub(crate) fn drop(&self, name: &str, content: &str) {
        let script = "const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([arguments[1]], arguments[0]));
            document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));";
        self.browser.run(script, &[json!(name), json!(content)]);
    }

    /// Waits until a script of the page's comes to `true`.
    #[track_caller]
    pub(crate) fn wait_until(&self, script: &str) {
        let script = format!("return ({script}) === true");
        wait_for(&script, DEADLINE, || (self.look(&script) == true).then_some(()));
    }

    /// Begins to save, and waits until some of the image is written.
    #[track_caller]
    pub(crate) fn begin_to_save(&self) {
        self.browser.click("#save");
        wait_for("progress", DEADLINE, || {
            let script = "return document.querySelector('#progress').value > 0.02";
            let on_its_way = self.look(script) == true && self.state() == "saving";
            assert_ne!(self.state(), "done", "the test came too late");
            on_its_way.then_some(())
        });
    }

    /// Checks that the page says that something failed, and what to do.
    #[track_caller]
    pub(crate) fn says_error(&self) -> String {
        self.wait_for_error();
        let message = self.browser.text("#error-message");
        let remedy = self.browser.text("#error-remedy");
        assert!(
            !message.is_empty() && !remedy.is_empty(),
            "message {message:?}, remedy {remedy:?}"
        );
        format!("{message} {remedy}")
    }
}
