//! A visit: what somebody who goes to the page finds there.

use std::ops::Deref;
use std::thread;
use std::time::{Duration, Instant};

use qcow2_stream_tests::browser::{Browser, Kind, wait_for};
use serde_json::{Value, json};

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

/// The next visit finds this version. In Chromium it may be one of those after that, since it may hold back a version that has
/// asked to take over; each visit finds a page that works.
#[track_caller]
pub(crate) fn comes_to<B: Deref<Target = Browser>>(
    page: &Page<B>,
    url: &str,
    disk: &Disk,
    version: &Version,
) {
    let visits = if page.browser.kind() == Kind::Chromium { 4 } else { 1 };
    let fates: Vec<Fate> = (0..visits)
        .map(|_| visit(page, url, disk))
        .take_while(|fate| *fate != Fate::works(version))
        .collect();
    assert!(fates.len() < visits, "{fates:?}, and not {version:?}");
    assert!(fates.iter().all(|fate| matches!(fate, Fate::Works(_))), "{fates:?}");
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

/// Picks a disk on the page that is there. A page that has nothing to lose may give way to its next version meanwhile.
#[track_caller]
pub(crate) fn find<B: Deref<Target = Browser>>(page: &Page<B>, disk: &Disk) -> Fate {
    wait_for("a page that stays until a disk is scanned", DEADLINE, || {
        page.browser.try_run("window.isFound = true", &[]).ok()?;
        let fate = fate(page, disk);
        let stayed = page.browser.try_run("return window.isFound ?? false", &[]) == Ok(json!(true));
        fate.filter(|_| stayed)
    })
}

/// What comes of picking a disk, if the page stays as long as that takes.
#[track_caller]
fn fate<B: Deref<Target = Browser>>(page: &Page<B>, disk: &Disk) -> Option<Fate> {
    let loading = "const loading = document.querySelector('#loading');
        if (document.readyState !== 'complete') throw new Error('it is on its way');
        return loading.checkVisibility() ? loading.textContent : ''";
    let loading = page.browser.try_run(loading, &[]).ok()?;
    // Firefox's driver answers with nothing if the page goes meanwhile.
    let loading = loading.as_str()?;
    if !loading.is_empty() {
        assert!(loading.contains("reload it"), "{loading:?}");
        return Some(Fate::Says(loading.to_owned()));
    }
    page.browser.try_pick("#file", disk.path()).ok()?;
    let state = "return window.isFound ? document.querySelector('main').dataset.state : 'gone'";
    let state = wait_for("an end of the scan", DEADLINE, || {
        let state = page.browser.try_run(state, &[]).ok()?;
        let state = state.as_str()?.to_owned();
        ["ready", "error", "gone"].contains(&state.as_str()).then_some(state)
    });
    match state.as_str() {
        "gone" => None,
        "error" => {
            let text = page.look("return document.querySelector('#error-part').innerText");
            let text = text.as_str()?.to_owned();
            assert!(text.contains("eload the page"), "{text:?}");
            Some(Fate::Says(text))
        }
        _ => Some(Fate::Works(only_version(page))),
    }
}

/// The folder that all scripts, styles and modules of the page came from.
#[track_caller]
fn only_version<B: Deref<Target = Browser>>(page: &Page<B>) -> String {
    let folders = page.look(
        "const own = document.querySelector('script[type=module]').src;
        const all = [own, ...performance.getEntriesByType('resource').map(({ name }) => name)];
        const folder = (url) => new URL(url).pathname.match(/\\/([0-9a-f]{16})\\//)?.[1];
        return [...new Set(all.map(folder).filter(Boolean))]",
    );
    let folders: Vec<String> = serde_json::from_value(folders).expect("a list of folders");
    assert_eq!(folders.len(), 1, "{folders:?}");
    folders.into_iter().next().expect("there is one")
}

/// How long a visitor stays at most until the browser keeps the page.
const STAY: Duration = Duration::from_secs(60);

/// Waits until the browser keeps a version of the page: the visitor stays as long as that takes.
#[track_caller]
pub(crate) fn wait_until_kept<B: Deref<Target = Browser>>(page: &Page<B>, version: &Version) {
    let begun = Instant::now();
    while !keeps(page, version) {
        let waited = begun.elapsed();
        assert!(waited < STAY, "not kept after {waited:?}: {}, of {version:?}", kept(page));
        thread::sleep(Duration::from_millis(50));
    }
}

/// Whether the browser keeps a version of the page, all of it.
pub(crate) fn keeps<B: Deref<Target = Browser>>(page: &Page<B>, version: &Version) -> bool {
    let kept = kept(page);
    let files = &kept["caches"][&version.folder];
    files.as_u64().is_some_and(|files| files >= version.kept as u64) && kept["installing"].is_null()
}

/// What the browser keeps: how many files of which version, and the states of the service workers.
fn kept<B: Deref<Target = Browser>>(page: &Page<B>) -> Value {
    page.look(
        "const registration = await navigator.serviceWorker.getRegistration();
        const { installing, waiting, active } = registration ?? {};
        const state = (worker) => worker?.state ?? null;
        const found = { page: location.href, controlled: Boolean(navigator.serviceWorker.controller),
            registered: Boolean(registration), installing: state(installing), waiting: state(waiting), active: state(active), caches: {} };
        for (const name of await caches.keys()) {
            const files = await (await caches.open(name)).keys();
            found.caches[name.split(' ').at(-1)] = files.length;
        }
        return found",
    )
}
