//! The page without a network, and what it does with one.

use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;

use qcow2_stream_tests::browser::{Browser, Kind, Site, wait_for};
use serde_json::json;

use crate::disks::Disk;
use crate::native::same_file;
use crate::stage::{DEADLINE, Page};

in_both! {
    page_works_after_the_first_visit_when_its_server_is_gone,
    every_request_is_to_the_page_s_own_origin,
    page_cannot_send_anything_elsewhere,
}

fn page_works_after_the_first_visit_when_its_server_is_gone(kind: Kind) {
    let (site, disk) = (Site::start(), Disk::small("offline"));
    let page = Page { browser: Browser::shared(kind) };
    page.browser.go(site.url());
    page.look("await navigator.serviceWorker.ready");
    let url = site.url().to_owned();
    drop(site);
    let reached = page.browser.try_run("await fetch('absent')", &[]);
    assert!(reached.is_err(), "the server is still there");
    // As reloading is, but past Firefox's driver, which goes around the worker for that.
    page.browser.go(&url);
    page.wait_for("start");
    page.scan(disk.path());
    let image = page.save(&disk.image());
    same_file(&[], disk.path(), &image);
    fs::remove_file(image).expect("the image is ours");
}

fn every_request_is_to_the_page_s_own_origin(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::small("requests"));
    page.scan(disk.path());
    page.save(&disk.image());
    let urls = page.look(
        "return performance.getEntries().map((entry) => entry.name)
        .filter((name) => /^\\w+:\\/\\//.test(name))",
    );
    let urls: Vec<String> = serde_json::from_value(urls).expect("a list of addresses");
    let foreign = |url: &&String| !url.starts_with(Site::build_and_serve().url());
    assert_eq!(urls.iter().filter(foreign).collect::<Vec<_>>(), [""; 0]);
    // The page, its styles, its scripts and its module.
    assert!(urls.len() > 20, "{urls:?}");
}

fn page_cannot_send_anything_elsewhere(kind: Kind) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there are ports");
    let elsewhere = format!("http://{}/", listener.local_addr().expect("it is bound"));
    let page = Page::open(kind);
    let script = "navigator.sendBeacon(arguments[0], 'a disk');
        await fetch(arguments[0], { mode: 'no-cors' })";
    let refused =
        wait_for("an answer", DEADLINE, || Some(page.browser.try_run(script, &[json!(elsewhere)])));
    assert!(refused.is_err(), "the page has reached {elsewhere}");
    listener.set_nonblocking(true).expect("a listener that does not wait");
    let came = listener.accept().map_err(|error| error.kind());
    assert!(matches!(came, Err(ErrorKind::WouldBlock)), "{came:?}");
}
