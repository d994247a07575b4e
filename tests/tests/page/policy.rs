//! The page's Content-Security-Policy: it hinders nothing that the page does, and everything that would leave its host.

use std::io::{ErrorKind, Read};
use std::net::TcpListener;
use std::ops::Deref;

use qcow2_stream_tests::browser::{Browser, Kind, Site, wait_for};
use serde_json::{Value, json};

use crate::disks::Disk;
use crate::native::same_file;
use crate::stage::{DEADLINE, Page};

in_both! {
    a_disk_is_converted_without_a_word_of_the_policy,
    every_request_on_the_wire_is_to_the_page_s_own_host,
    nothing_that_is_put_into_the_page_reaches_another_host,
    a_worker_s_own_policy_keeps_it_on_its_host,
}

/// Notes what the policy forbids from now on.
const WATCH: &str = "window.forbidden = [];
addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
  window.forbidden.push([effectiveDirective, blockedURI]);
});";

/// What was forbidden, as what and where to.
fn forbidden<B: Deref<Target = Browser>>(page: &Page<B>) -> Vec<[String; 2]> {
    serde_json::from_value(page.look("return window.forbidden")).expect("a list of pairs")
}

fn a_disk_is_converted_without_a_word_of_the_policy(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::small("within-the-policy"));
    page.look(WATCH);
    page.scan(disk.path());
    same_file(&[], disk.path(), &page.save(&disk.image()));
    assert_eq!(forbidden(&page), [[""; 2]; 0]);
}

/// As the browser itself notes it, of its workers and service worker, too.
fn every_request_on_the_wire_is_to_the_page_s_own_host(kind: Kind) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there are ports");
    let elsewhere = format!("http://{}/", listener.local_addr().expect("it is bound"));
    // One that the browser has never seen, so that nothing comes from its stores.
    let (site, disk) = (Site::start(), Disk::small("on-the-wire"));
    let page = Page { browser: Browser::shared(kind) };
    page.browser.note_requests();
    page.browser.go(site.url());
    page.wait_for("start");
    page.scan(disk.path());
    page.save(&disk.image());
    page.look("await navigator.serviceWorker.ready");
    // A page without a policy, by which one sees that others would be noted.
    std::fs::write(site.folder().join("open.html"), "").expect("it is written");
    page.browser.go(&format!("{}open.html", site.url()));
    let ask = "fetch(arguments[0], { method: 'POST', mode: 'no-cors' }).catch(() => {});";
    page.browser.run(ask, &[json!(elsewhere)]);
    let (foreign, own): (Vec<_>, Vec<_>) = wait_for("the other request", DEADLINE, || {
        page.look("await fetch('absent', { method: 'POST' })");
        let noted = page.browser.requests().into_iter();
        let noted = noted.filter(|request| site.url().starts_with(&request.by));
        let noted: (Vec<_>, Vec<_>) =
            noted.map(|request| request.url).partition(|url| !url.starts_with(site.url()));
        Some(noted).filter(|(foreign, _)| !foreign.is_empty())
    });
    assert!(foreign.iter().all(|url| *url == elsewhere), "{foreign:?}");
    let asked = |name: &str| own.iter().any(|url| url.ends_with(name));
    // The page's, the scan's workers', and the service worker's.
    assert!(["main.js", "worker.js", "_bg.wasm", "sw.js"].into_iter().all(asked), "{own:?}");
}

/// All ways out that a policy knows, each with the directive that closes it.
const WAYS_OUT: [(&str, &str); 17] = [
    ("connect-src", "fetch(to, { mode: 'no-cors' }).catch(() => {})"),
    (
        "connect-src",
        "fetch(to, { method: 'POST', body: 'a disk', mode: 'no-cors' }).catch(() => {})",
    ),
    ("connect-src", "const ask = new XMLHttpRequest(); ask.open('GET', to); ask.send()"),
    ("connect-src", "new WebSocket(to.replace('http', 'ws'))"),
    ("connect-src", "new EventSource(to)"),
    ("connect-src", "navigator.sendBeacon(to, 'a disk')"),
    ("img-src", "new Image().src = to"),
    ("img-src", "add('img', { src: 'data:image/gif;base64,R0lGODlhAQABAAAAACw=' })"),
    ("script-src-elem", "add('script', { src: to })"),
    ("script-src-elem", "import(to).catch(() => {})"),
    ("script-src-elem", "add('script', { textContent: 'window.ran = true' })"),
    ("style-src-elem", "add('link', { rel: 'stylesheet', href: to })"),
    ("font-src", "new FontFace('foreign', `url(${to})`).load().catch(() => {})"),
    ("media-src", "add('video', { src: to })"),
    ("object-src", "add('object', { data: to })"),
    ("frame-src", "add('iframe', { src: to })"),
    ("form-action", "add('form', { action: to, method: 'post' }).submit()"),
];

/// A script of the page's host, for what runs must be the page's own, and no driver's.
fn ways_out() -> String {
    let ways: Vec<_> = WAYS_OUT.iter().map(|(_, way)| format!("(to) => {{ {way}; }}")).collect();
    format!(
        "const add = (name, has) => {{
          const made = Object.assign(document.createElement(name), has);
          document.body.append(made);
          return made;
        }};
        window.waysOut = [{}];",
        ways.join(",\n")
    )
}

fn nothing_that_is_put_into_the_page_reaches_another_host(kind: Kind) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there are ports");
    let elsewhere = format!("http://{}/", listener.local_addr().expect("it is bound"));
    let page = Page::open(kind);
    let name = format!("ways-out-{kind:?}.js");
    std::fs::write(Site::build_and_serve().folder().join(&name), ways_out())
        .expect("it is written");
    let load =
        "const script = Object.assign(document.createElement('script'), { src: arguments[0] });
        document.head.append(script);
        await new Promise((resolve) => { script.onload = resolve; });";
    page.browser.run(load, &[json!(name)]);
    page.look(WATCH);
    for (n, (directive, way)) in WAYS_OUT.into_iter().enumerate() {
        let script = "window.forbidden = [];
            try { window.waysOut[arguments[0]](arguments[1]); } catch { /* Refused at once. */ }";
        page.browser.run(script, &[json!(n), json!(elsewhere)]);
        let found =
            wait_for(way, DEADLINE, || Some(forbidden(&page)).filter(|found| !found.is_empty()));
        assert!(found[0][0].starts_with(directive), "{kind:?}: {way}: {found:?}");
    }
    assert_eq!(page.look("return window.ran ?? null"), Value::Null);
    nothing_came(&listener);
}

/// The page's own policy does not hold in its workers. This one is of the server that comes with the page.
fn a_worker_s_own_policy_keeps_it_on_its_host(kind: Kind) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there are ports");
    let elsewhere = format!("http://{}/", listener.local_addr().expect("it is bound"));
    let script = "onmessage = async ({ data }) => {
        const fate = (ask) => ask.then(() => 'reached', () => 'refused');
        postMessage([await fate(fetch('sw.js')), await fate(fetch(data, { mode: 'no-cors' }))]);
    };";
    let (site, page) = (Site::build_and_serve(), Page::open(kind));
    let name = format!("injected-{kind:?}.js");
    std::fs::write(site.folder().join(&name), script).expect("it is written");
    let script = "const worker = new Worker(arguments[0]);
        worker.postMessage(arguments[1]);
        return new Promise((resolve, reject) => {
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = reject;
        });";
    let fates = page.browser.run(script, &[json!(name), json!(elsewhere)]);
    assert_eq!(fates, json!(["reached", "refused"]));
    nothing_came(&listener);
}

/// Checks that nobody sent a byte. For a frame and a form Chromium connects ahead, before it asks the policy, and sends nothing.
#[track_caller]
fn nothing_came(listener: &TcpListener) {
    listener.set_nonblocking(true).expect("a listener that does not wait");
    while let Ok((mut connection, _)) = listener.accept() {
        connection.set_nonblocking(true).expect("a connection that does not wait");
        let came = connection.read(&mut [0]).map_err(|error| error.kind());
        assert!(matches!(came, Ok(0) | Err(ErrorKind::WouldBlock)), "{came:?}");
    }
}
