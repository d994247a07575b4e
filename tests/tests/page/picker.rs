//! The dialogue for saving, which nobody can answer in a browser without a
//! screen: the page finds another function in its place, that answers at once
//! with a file of the browser's own file system. The handle is of the same
//! class as that of a file that a person has named.

use std::ops::Deref;
use std::path::PathBuf;

use qcow2_stream_tests::browser::Browser;
use serde_json::json;

use crate::stage::{DEADLINE, Page};

const ANSWER: &str = "
const files = await navigator.storage.getDirectory();
window.showSaveFilePicker = async ({ suggestedName }) => {
  seen.push('picker');
  return files.getFileHandle(suggestedName, { create: true });
};";

/// What it does has to be seen, too.
const WATCH: &str = "
if (window.seen) return seen.splice(0);
window.seen = [];
const watch = (prototype, name, what) => {
  const before = prototype[name];
  prototype[name] = function (...args) {
    seen.push(what);
    return before.apply(this, args);
  };
};
watch(Response.prototype, 'blob', 'staged');
watch(ServiceWorker.prototype, 'postMessage', 'streamed');
watch(URL, 'createObjectURL', 'blob');";

const NAMES: &str = "
const names = [];
for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name);
return names;";

/// Hands a file of the browser's own to the download folder.
const HAND_OUT: &str = "
const files = await navigator.storage.getDirectory();
const handle = await files.getFileHandle(arguments[0]);
const link = document.createElement('a');
link.href = URL.createObjectURL(await handle.getFile());
link.download = arguments[0];
link.click();";

impl<B: Deref<Target = Browser>> Page<B> {
    /// Has the dialogue answered, with the name that the page suggests.
    pub(crate) fn answer_dialogue(&self) {
        self.look(ANSWER);
    }

    /// Begins to watch how the page saves, or begins anew.
    pub(crate) fn watch_routes(&self) {
        self.look(WATCH);
    }

    /// How the page has saved: `blob`, `staged`, `streamed`, or `picker`. What is
    /// staged ends as a blob of one part.
    pub(crate) fn route(&self) -> Vec<String> {
        serde_json::from_value(self.look("return seen")).expect("a list of names")
    }

    /// Which files the dialogue has made.
    pub(crate) fn picked(&self) -> Vec<String> {
        serde_json::from_value(self.look(NAMES)).expect("a list of names")
    }

    /// Removes a file that the dialogue has made.
    pub(crate) fn throw_away(&self, name: &str) {
        let script = "const files = await navigator.storage.getDirectory();
            await files.removeEntry(arguments[0]);";
        self.browser.run(script, &[json!(name)]);
    }

    /// The file that the dialogue has made, in the download folder.
    #[track_caller]
    pub(crate) fn hand_out(&self, name: &str) -> PathBuf {
        self.browser.run(HAND_OUT, &[json!(name)]);
        self.browser.finished_download(name, DEADLINE)
    }
}
