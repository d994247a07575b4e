//! A visit: what somebody who goes to the page finds there.

use std::ops::Deref;
use std::thread;
use std::time::{Duration, Instant};

use qcow2_stream_tests::browser::{Browser, wait_for};
use serde_json::json;

use super::versions::Version;
use crate::disks::Disk;
use crate::stage::{DEADLINE, Page};

/// What comes of a visit.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// A disk is scanned, by scripts and a module of the version whose folder this is.
    Works(String),
    /// The page says what to do.
    Says(String),
}

impl Fate {
    pub(crate) fn works(version: &Version) -> Self {
        Self::Works(version.folder.clone())
    }
}

/// Goes to the page, and picks a disk.
#[track_caller]
pub(crate) fn visit<B: Deref<Target = Browser>>(page: &Page<B>, url: &str, disk: &Disk) -> Fate {
    page.browser.go("about:blank");
    page.browser.go(url);
    wait_until_settled(page);
    find(page, disk)
}

/// A visit that finds the next version waiting loads the page anew, from that.
fn wait_until_settled<B: Deref<Target = Browser>>(page: &Page<B>) {
    let settled = "const { serviceWorker } = navigator;
        return document.readyState === 'complete'
          && !(serviceWorker.controller && (await serviceWorker.getRegistration())?.waiting)";
    // Where another page is open, the next version goes on waiting.
    let begun = Instant::now();
    while page.browser.try_run(settled, &[]) != Ok(json!(true)) && begun.elapsed() < PATIENCE {
        thread::sleep(Duration::from_millis(50));
    }
}

/// How long to wait for a page that does not change.
const PATIENCE: Duration = Duration::from_secs(10);

/// Picks a disk on the page that is there.
#[track_caller]
pub(crate) fn find<B: Deref<Target = Browser>>(page: &Page<B>, disk: &Disk) -> Fate {
    let loading = page.look(
        "const loading = document.querySelector('#loading');
        return loading.checkVisibility() ? loading.textContent : ''",
    );
    let loading = loading.as_str().expect("a text");
    if !loading.is_empty() {
        assert!(loading.contains("reload it"), "{loading:?}");
        return Fate::Says(loading.to_owned());
    }
    page.pick(disk.path());
    let end = |state: &String| state == "ready" || state == "error";
    if wait_for("an end of the scan", DEADLINE, || Some(page.state()).filter(end)) == "error" {
        let text = page.browser.text("#error-part");
        assert!(text.contains("eload the page"), "{text:?}");
        return Fate::Says(text);
    }
    Fate::Works(only_version(page))
}

/// The folder that all scripts, styles and modules of the page came from.
#[track_caller]
fn only_version<B: Deref<Target = Browser>>(page: &Page<B>) -> String {
    let folders = page.look(
        "const own = document.querySelector('script[type=module]').src;
        const all = [own, ...performance.getEntriesByType('resource').map(({ name }) => name)];
        const folder = (url) => new URL(url).pathname.match(/^\\/(\\w+)\\/\\w[\\w-]*\\//)?.[1];
        return [...new Set(all.map(folder).filter(Boolean))]",
    );
    let folders: Vec<String> = serde_json::from_value(folders).expect("a list of folders");
    assert_eq!(folders.len(), 1, "{folders:?}");
    folders.into_iter().next().expect("there is one")
}

/// Waits until the browser keeps a version of the page: the visitor stays as long as that takes.
#[track_caller]
pub(crate) fn wait_until_kept<B: Deref<Target = Browser>>(page: &Page<B>, version: &Version) {
    wait_for("a page that is kept", DEADLINE, || keeps(page, version).then_some(()));
}

/// Whether the browser keeps a version of the page, all of it.
pub(crate) fn keeps<B: Deref<Target = Browser>>(page: &Page<B>, version: &Version) -> bool {
    let script = "const registration = await navigator.serviceWorker.getRegistration();
        const name = (await caches.keys()).find((name) => name.endsWith(` ${arguments[0]}`));
        const kept = name ? (await (await caches.open(name)).keys()).length : 0;
        return kept >= arguments[1] && !registration?.installing";
    page.browser.run(script, &[json!(version.folder), json!(version.kept)]) == true
}
