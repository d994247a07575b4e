//! What the browser keeps of the page, and how it comes to another version.

use qcow2_stream_tests::browser::{Browser, Kind, wait_for};
use serde_json::json;

use super::host::{A_DAY, Habits, Host, Trouble};
use super::versions::{Files, versions};
use super::visit::{Fate, comes_to, find, keeps, visit, wait_until_kept};
use crate::disks::Disk;
use crate::stage::{DEADLINE, Page};

in_both! {
    a_page_stays_as_it_is_while_another_is_open,
    a_page_in_use_goes_on_when_the_next_version_takes_over,
    an_installation_that_failed_is_tried_again,
    a_page_without_a_service_worker_is_new_by_the_second_visit,
    the_page_by_its_file_name_is_the_same_without_a_host,
    a_file_that_the_browser_has_dropped_comes_from_the_host,
    a_version_that_a_proxy_has_changed_is_not_kept,
}

fn host(files: &Files) -> Host {
    Host::start(Habits { files: files.clone(), cache_control: A_DAY, page_for_all: false })
}

/// In Chromium it is only sometimes: it may hold the next version back, although that has asked, until all pages are closed.
#[test]
fn a_reload_of_the_only_page_is_enough_for_the_next_version_in_firefox() {
    let (page, disk) = (Page { browser: Browser::shared(Kind::Firefox) }, Disk::small("reloaded"));
    let [old, new] = versions();
    let host = host(&old.files);
    visit(&page, &host.url, &disk);
    wait_until_kept(&page, old);
    host.deploy(new.files.clone());
    assert_eq!(visit(&page, &host.url, &disk), Fate::works(old));
    wait_until_kept(&page, new);
    page.look("setTimeout(() => location.reload())");
    wait_for("the next version", DEADLINE, || {
        let next = page.browser.try_run("return window.isNext ?? null", &[]);
        (next == Ok(json!(true))).then_some(())
    });
    assert_eq!(find(&page, &disk), Fate::works(new));
}

fn a_page_stays_as_it_is_while_another_is_open(kind: Kind) {
    let (page, disk) = (Page { browser: Browser::shared(kind) }, Disk::small("both-open"));
    let [old, new] = versions();
    let host = host(&old.files);
    visit(&page, &host.url, &disk);
    wait_until_kept(&page, old);
    host.deploy(new.files.clone());
    visit(&page, &host.url, &disk);
    wait_until_kept(&page, new);
    // In a frame, which is a page to the browser.
    let frame = "const frame = document.createElement('iframe');
        frame.src = './';
        const loaded = new Promise((loaded) => { frame.onload = loaded; });
        document.body.append(frame);
        await loaded;
        return frame.contentDocument.querySelector('script').src";
    let script = page.look(frame);
    assert!(script.as_str().is_some_and(|src| src.contains(&old.folder)), "{script}");
    assert!(keeps(&page, old));
}

/// It loads parts of itself only when there is a disk.
fn a_page_in_use_goes_on_when_the_next_version_takes_over(kind: Kind) {
    let (page, disk) = (Page { browser: Browser::shared(kind) }, Disk::small("taken-over"));
    let [old, new] = versions();
    let host = host(&old.files);
    visit(&page, &host.url, &disk);
    wait_until_kept(&page, old);
    page.browser.go("about:blank");
    page.browser.go(&host.url);
    // Somebody who clicks may be about to choose a disk.
    page.browser.click("h1");
    host.deploy(new.files.clone());
    page.look("await (await navigator.serviceWorker.getRegistration()).update()");
    wait_until_kept(&page, new);
    // Chromium may hold it back until the page needs more of its files.
    page.look(
        "(await navigator.serviceWorker.getRegistration()).waiting.postMessage({ takeOver: true })",
    );
    assert_eq!(find(&page, &disk), Fate::works(old));
    comes_to(&page, &host.url, &disk, new);
}

fn an_installation_that_failed_is_tried_again(kind: Kind) {
    let (page, disk) = (Page { browser: Browser::shared(kind) }, Disk::small("tried-again"));
    let [old, _] = versions();
    let lacks = format!("{}/saving/feed.js", old.folder);
    let host = host(&old.files);
    host.has(Some(Trouble::OneError(lacks.clone())));
    assert_eq!(visit(&page, &host.url, &disk), Fate::works(old));
    wait_until_kept(&page, old);
    assert!(host.is_well(), "nobody asked for {lacks}");
}

fn a_page_without_a_service_worker_is_new_by_the_second_visit(kind: Kind) {
    let (page, disk) = (Page { browser: Browser::shared(kind) }, Disk::small("no-worker"));
    let [old, new] = versions();
    let without = |files: &Files| {
        let mut files = files.clone();
        files.remove("sw.js");
        files
    };
    let host = host(&without(&old.files));
    assert_eq!(visit(&page, &host.url, &disk), Fate::works(old));
    host.deploy(without(&new.files));
    visit(&page, &host.url, &disk);
    // The visitor stays until the browser has looked for a newer page.
    wait_for("the newer page", DEADLINE, || {
        let text = page.look("return (await fetch('./')).text()");
        text.as_str().is_some_and(|text| text.contains(&new.folder)).then_some(())
    });
    assert_eq!(visit(&page, &host.url, &disk), Fate::works(new));
}

fn the_page_by_its_file_name_is_the_same_without_a_host(kind: Kind) {
    let (page, disk) = (Page { browser: Browser::shared(kind) }, Disk::small("by-its-name"));
    let [old, _] = versions();
    let host = host(&old.files);
    visit(&page, &host.url, &disk);
    wait_until_kept(&page, old);
    host.deploy(Files::new());
    for name in ["", "index.html", "index.html?from=mail#top", "?again"] {
        let found = visit(&page, &format!("{}{name}", host.url), &disk);
        assert_eq!(found, Fate::works(old), "{name}");
    }
}

fn a_file_that_the_browser_has_dropped_comes_from_the_host(kind: Kind) {
    let (page, disk) = (Page { browser: Browser::shared(kind) }, Disk::small("dropped"));
    let [old, new] = versions();
    for nth in 0..2 {
        let host = host(&old.files);
        visit(&page, &host.url, &disk);
        wait_until_kept(&page, old);
        let drop_some = "for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            const kept = await cache.keys();
            await Promise.all(kept.filter((_, n) => n % 2 === arguments[0]).map((request) => cache.delete(request)));
        }";
        page.browser.run(drop_some, &[json!(nth)]);
        assert_eq!(visit(&page, &host.url, &disk), Fate::works(old));
        page.browser.run(drop_some, &[json!(nth)]);
        host.deploy(new.files.clone());
        assert_eq!(visit(&page, &host.url, &disk), Fate::works(new));
        wait_until_kept(&page, new);
        assert_eq!(visit(&page, &host.url, &disk), Fate::works(new));
    }
}

/// Some proxies and hosts put scripts of their own into pages.
fn a_version_that_a_proxy_has_changed_is_not_kept(kind: Kind) {
    let (page, disk) = (Page { browser: Browser::shared(kind) }, Disk::small("changed"));
    let [old, _] = versions();
    let mut changed = old.files.clone();
    changed.get_mut("index.html").expect("it is there").extend(b"<script src=\"ad.js\"></script>");
    let host = host(&changed);
    assert_eq!(visit(&page, &host.url, &disk), Fate::works(old));
    // The registration goes with the worker that could not be installed.
    wait_for("no service worker", DEADLINE, || {
        let script = "return !await navigator.serviceWorker.getRegistration()";
        (page.look(script) == true).then_some(())
    });
    assert!(!keeps(&page, old));
    host.deploy(old.files.clone());
    visit(&page, &host.url, &disk);
    wait_until_kept(&page, old);
}

#[test]
fn without_room_to_keep_it_the_page_works_and_is_kept_when_there_is_room() {
    let page = Page { browser: Browser::shared(Kind::Chromium) };
    let disk = Disk::small("no-room");
    let [old, _] = versions();
    let host = host(&old.files);
    let origin = host.url.trim_end_matches('/');
    page.browser.go(&format!("{}absent", host.url));
    let quota = json!({ "origin": origin, "quotaSize": 1000 });
    page.browser.cdp("Storage.overrideQuotaForOrigin", quota);
    assert_eq!(visit(&page, &host.url, &disk), Fate::works(old));
    wait_for("no service worker", DEADLINE, || {
        let script = "return !await navigator.serviceWorker.getRegistration()";
        (page.look(script) == true).then_some(())
    });
    page.browser.cdp("Storage.overrideQuotaForOrigin", json!({ "origin": origin }));
    assert_eq!(visit(&page, &host.url, &disk), Fate::works(old));
    wait_until_kept(&page, old);
}
