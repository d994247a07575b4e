//! What a person does with a page.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::running::Browser;
use super::wait::wait_for;

/// The name under which WebDriver hands over an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

impl Browser {
    /// Goes to a page, and waits until it is loaded.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[track_caller]
    pub fn go(&self, url: &str) {
        self.try_go(url).unwrap_or_else(|error| panic!("{:?}: {error}", self.kind()));
    }

    /// As [`Browser::go`], or why there is no page.
    ///
    /// # Errors
    ///
    /// If the page can't be loaded.
    pub fn try_go(&self, url: &str) -> Result<(), String> {
        let gone = self.wire.post("/url", &json!({ "url": url }));
        gone.map(drop).map_err(|error| error.to_string())
    }

    /// Loads the page again.
    ///
    /// # Panics
    ///
    /// If it can't be loaded.
    #[track_caller]
    pub fn reload(&self) {
        self.post("/refresh", json!({}));
    }

    /// Goes back to the page before, which the browser may have kept as it was.
    ///
    /// # Panics
    ///
    /// If the browser refuses to.
    #[track_caller]
    pub fn go_back(&self) {
        self.post("/back", json!({}));
    }

    /// Closes the page, and goes on in another tab, which is empty.
    ///
    /// # Panics
    ///
    /// If the browser refuses to.
    #[track_caller]
    pub fn close_page(&self) {
        // The browser ends with its last page, so that the other comes first.
        let other = self.post("/window/new", json!({ "type": "tab" }));
        self.fine(self.wire.delete("/window"));
        self.switch_to(&other["handle"]);
    }

    /// Picks a file in the input that this CSS selector finds.
    ///
    /// # Panics
    ///
    /// If there is no such file or input.
    #[track_caller]
    pub fn pick(&self, selector: &str, file: &Path) {
        self.try_pick(selector, file).unwrap_or_else(|error| panic!("{:?}: {error}", self.kind()));
    }

    /// As [`Browser::pick`], or why it can't be: a page may be loaded anew at any time.
    ///
    /// # Errors
    ///
    /// If there is no such input, or its page is gone.
    ///
    /// # Panics
    ///
    /// If there is no such file.
    pub fn try_pick(&self, selector: &str, file: &Path) -> Result<(), String> {
        let file = file.canonicalize().expect("the file is there");
        let query = json!({ "using": "css selector", "value": selector });
        let element = self.wire.post("/element", &query).map_err(|error| error.to_string())?;
        let element = element[ELEMENT].as_str().expect("an element has a name");
        let picked = self.wire.post(&format!("/element/{element}/value"), &json!({ "text": file }));
        picked.map(drop).map_err(|error| format!("{selector}: {error}"))
    }

    /// Picks files in the input that this CSS selector finds, which takes many. They come on top of those picked before.
    ///
    /// # Panics
    ///
    /// If there is no such file or input.
    #[track_caller]
    pub fn pick_all(&self, selector: &str, files: &[impl AsRef<Path>]) {
        let path = |file: &Path| file.canonicalize().expect("the file is there");
        let files: Vec<_> = files
            .iter()
            .map(|file| path(file.as_ref()).to_str().expect("the name is UTF-8").to_owned())
            .collect();
        // So WebDriver has it.
        let path = format!("/element/{}/value", self.element(selector));
        self.post(&path, json!({ "text": files.join("\n") }));
    }

    /// Clicks on what this CSS selector finds.
    ///
    /// # Panics
    ///
    /// If there is nothing, or nothing that can be clicked on.
    #[track_caller]
    pub fn click(&self, selector: &str) {
        let path = format!("/element/{}/click", self.element(selector));
        self.post(&path, json!({}));
    }

    /// Clicks on what this CSS selector finds as soon as it can be seen.
    ///
    /// # Panics
    ///
    /// If it can't be seen in time.
    #[track_caller]
    pub fn click_when_seen(&self, selector: &str, timeout: Duration) {
        let seen = "const found = document.querySelector(arguments[0]);
            return Boolean(found?.checkVisibility());";
        wait_for(selector, timeout, || (self.run(seen, &[json!(selector)]) == true).then_some(()));
        self.click(selector);
    }

    /// The text to be seen in what this CSS selector finds.
    ///
    /// # Panics
    ///
    /// If there is nothing.
    #[track_caller]
    pub fn text(&self, selector: &str) -> String {
        let text = self.get(&format!("/element/{}/text", self.element(selector)));
        text.as_str().expect("a text is a string").into()
    }

    #[track_caller]
    fn element(&self, selector: &str) -> String {
        let query = json!({ "using": "css selector", "value": selector });
        let element = self.wire.post("/element", &query);
        let element = element.unwrap_or_else(|error| panic!("{selector}: {error}"));
        element[ELEMENT].as_str().expect("an element has a name").into()
    }

    /// What the page has reported as errors since it was last asked: the
    /// script's, and resources that can't be loaded.
    ///
    /// # Panics
    ///
    /// If this is not Chromium.
    pub fn console_errors(&self) -> Vec<String> {
        let entries = self.post("/se/log", json!({ "type": "browser" }));
        let entries = entries.as_array().expect("a log is a list");
        let severe = entries.iter().filter(|entry| entry["level"] == "SEVERE");
        severe.filter_map(|entry| entry["message"].as_str()).map(String::from).collect()
    }

    /// Has the driver go on with another window.
    #[track_caller]
    pub(crate) fn switch_to(&self, window: &Value) {
        self.post("/window", json!({ "handle": window }));
    }
}
