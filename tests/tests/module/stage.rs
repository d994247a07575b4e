//! A page of the site that has the module, and a browser that shows it.

use std::fs;
use std::path::Path;
use std::sync::{MutexGuard, OnceLock};
use std::time::Duration;

use qcow2_stream_tests::browser::{Browser, Kind, Site, wait_for};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Far more than anything here takes, on the slowest machine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(120);

/// A browser in which scripts use the module.
pub(crate) struct Stage {
    browser: MutexGuard<'static, Browser>,
}

impl Stage {
    /// Opens the page in a browser of this kind, alone among the tests.
    pub(crate) fn open(kind: Kind) -> Self {
        let url = url();
        let browser = Browser::shared(kind);
        browser.go(url);
        // WebKit takes a page for loaded before its modules are.
        let ready = "return typeof window.evaluate === 'function'";
        wait_for("the page's script", DEADLINE, || (browser.run(ready, &[]) == true).then_some(()));
        Self { browser }
    }

    pub(crate) fn browser(&self) -> &Browser {
        &self.browser
    }

    pub(crate) fn kind(&self) -> Kind {
        self.browser.kind()
    }

    /// Picks the file that scripts get by `picked()`.
    #[track_caller]
    pub(crate) fn pick(&self, file: &Path) {
        self.browser.pick("#file", file);
    }

    /// Runs the body of an asynchronous function, which has what `page/kit.js` gives it, and `args`.
    #[track_caller]
    pub(crate) fn run(&self, script: &str, args: &Value) -> Value {
        let call = "return JSON.parse(await window.evaluate(arguments[0], arguments[1]))";
        self.browser.run(call, &[json!(script), json!(args.to_string())])
    }

    /// As [`Stage::run`], for what a test has a type for.
    #[track_caller]
    pub(crate) fn tell<T: DeserializeOwned>(&self, script: &str, args: &Value) -> T {
        let value = self.run(script, args);
        let told = serde_json::from_value(value.clone());
        told.unwrap_or_else(|error| panic!("{:?}: {error}: {value}", self.kind()))
    }
}

/// Where the page is.
fn url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| {
        let site = Site::build_and_serve();
        let folder = site.folder().join("module-test");
        fs::create_dir(&folder).expect("the folder can be written to");
        for (name, text) in FILES {
            fs::write(folder.join(name), text).expect("the folder can be written to");
        }
        format!("{}module-test/index.html", site.url())
    })
}

const FILES: [(&str, &str); 2] =
    [("index.html", include_str!("page/index.html")), ("kit.js", include_str!("page/kit.js"))];
