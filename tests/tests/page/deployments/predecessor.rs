//! The page as it was before its files had their version in their addresses. Some browsers still keep it, whole or mixed.

use qcow2_stream_tests::browser::{Browser, Kind, wait_for};
use serde_json::json;

use super::host::{A_DAY, Habits, Host};
use super::versions::{Files, Version, versions};
use super::visit::{Fate, visit, wait_until_kept};
use crate::disks::Disk;
use crate::stage::{DEADLINE, Page};

in_both! {
    a_page_of_the_time_before_gives_way_by_the_second_visit,
    a_mixed_page_of_the_time_before_gives_way_by_the_second_visit,
}

/// Its service worker.
const WORKER: &str = "importScripts('files.js');
const PREFIX = `qcow2-stream ${registration.scope} `;
const CACHE = PREFIX + SITE.version;
addEventListener('install', (event) => {
  const requests = SITE.files.map((file) => new Request(file, { cache: 'reload' }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
});
addEventListener('activate', (event) => {
  const others = (names) => names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  event.waitUntil(caches.keys().then((names) => Promise.all(others(names).map((name) => caches.delete(name)))));
});
addEventListener('fetch', (event) => {
  const kept = caches.open(CACHE).then((cache) => cache.match(event.request, { ignoreSearch: true }));
  event.respondWith(kept.then((kept) => kept ?? fetch(event.request)));
});";

/// The same files, without a version in their addresses.
fn predecessor(version: &Version) -> Files {
    let prefix = format!("{}/", version.folder);
    let mut files = Files::new();
    for (name, contents) in &version.files {
        files.insert(name.trim_start_matches(&prefix).to_owned(), contents.clone());
    }
    let index = String::from_utf8(files["index.html"].clone()).expect("UTF-8");
    files.insert("index.html".to_owned(), index.replace(&prefix, "").into_bytes());
    let is_kept = |name: &&String| *name != "sw.js" && *name != "index.html";
    let urls: Vec<_> = files.keys().filter(is_kept).collect();
    let list = json!({ "version": "0123456789abcdef", "files": urls }).to_string();
    let list = list.replacen('[', "[\"./\",", 1);
    files.insert("sw.js".to_owned(), WORKER.into());
    files.insert("files.js".to_owned(), format!("self.SITE = {list};\n").into_bytes());
    files
}

fn a_page_of_the_time_before_gives_way_by_the_second_visit(kind: Kind) {
    gives_way(kind, &predecessor(&versions()[0]));
}

fn a_mixed_page_of_the_time_before_gives_way_by_the_second_visit(kind: Kind) {
    let mut files = predecessor(&versions()[0]);
    let broken = b"import { absent } from './elements.js';".to_vec();
    files.insert("app/main.js".to_owned(), broken);
    gives_way(kind, &files);
}

fn gives_way(kind: Kind, before: &Files) {
    let (page, disk) = (Page { browser: Browser::shared(kind) }, Disk::small("predecessor"));
    let [_, new] = versions();
    let habits = Habits { files: before.clone(), cache_control: A_DAY, page_for_all: false };
    let host = Host::start(habits);
    page.browser.go(&host.url);
    page.look(
        "await navigator.serviceWorker.register('sw.js'); await navigator.serviceWorker.ready",
    );
    page.browser.go("about:blank");
    host.deploy(new.files.clone());
    page.browser.go(&host.url);
    wait_for("the service worker of before", DEADLINE, || {
        let script = "return Boolean(navigator.serviceWorker.controller)";
        (page.look(script) == true).then_some(())
    });
    wait_until_kept(&page, new);
    // A broken page can't ask for the next version. The browser goes over to that some time after it has closed the page.
    wait_for("the new version", DEADLINE, || {
        (visit(&page, &host.url, &disk) == Fate::works(new)).then_some(())
    });
}
