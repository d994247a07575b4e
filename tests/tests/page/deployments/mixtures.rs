//! A host that has some files of one version and some of another.

use std::ops::Deref;
use std::time::{SystemTime, UNIX_EPOCH};

use qcow2_stream_tests::browser::{Browser, Kind, wait_for};
use serde_json::json;

use super::host::{A_DAY, Habits, Host};
use super::versions::{Files, versions};
use super::visit::{Fate, comes_to, find, visit, wait_until_kept};
use crate::disks::Disk;
use crate::stage::{DEADLINE, Page};

in_both! {
    a_first_visit_in_the_middle_of_an_update_leaves_nothing_that_stays_broken,
    a_later_visit_in_the_middle_of_an_update_leaves_nothing_that_stays_broken,
}

/// What there is of the versions' folders.
#[derive(Clone, Copy, Debug)]
enum Folders {
    Old,
    Both,
    New,
    /// Every other file of the new one.
    Half,
    /// All files of the new one, each without its second half.
    Cut,
}

/// What a host has in the middle of an update.
#[derive(Clone, Copy, Debug)]
struct Mixture {
    /// Which version the page's start is of, and which the service worker.
    index: usize,
    worker: usize,
    folders: Folders,
}

fn mixtures() -> Vec<Mixture> {
    let mut all = Vec::new();
    for folders in [Folders::Old, Folders::Both, Folders::New, Folders::Half, Folders::Cut] {
        for (index, worker) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            all.push(Mixture { index, worker, folders });
        }
    }
    all
}

/// So many of them, others each time; the seed that is printed brings the same again.
fn some_mixtures(count: usize) -> Vec<Mixture> {
    let seed = std::env::var(SEED).ok().map(|seed| seed.parse().expect("a seed is a number"));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
    let seed: u64 = seed.unwrap_or(now.as_secs());
    println!("{SEED}={seed}");
    let mut all = mixtures();
    let mut state = seed;
    let mut some = Vec::new();
    while some.len() < count {
        // Knuth's generator for 64 bits, whose upper bits are the good ones.
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        some.push(all.swap_remove((state >> 33) as usize % all.len()));
    }
    some
}

/// The variable for a seed that was printed.
const SEED: &str = "QCOW2_TEST_SEED";

impl Mixture {
    fn files(self) -> Files {
        let [old, new] = versions();
        let of = |version: usize, name: &str| versions()[version].files[name].clone();
        let mut files: Files = new.files.clone();
        files.retain(|name, _| !name.contains('/'));
        files.insert("index.html".to_owned(), of(self.index, "index.html"));
        files.insert("sw.js".to_owned(), of(self.worker, "sw.js"));
        let inner = |version: &Files| -> Files {
            let inner = version.iter().filter(|(name, _)| name.contains('/'));
            inner.map(|(name, contents)| (name.clone(), contents.clone())).collect()
        };
        let (old, new) = (inner(&old.files), inner(&new.files));
        match self.folders {
            Folders::Old => files.extend(old),
            Folders::New => files.extend(new),
            Folders::Both => files.extend(old.into_iter().chain(new)),
            Folders::Half => files.extend(new.into_iter().step_by(2)),
            Folders::Cut => files.extend(new.into_iter().map(|(name, mut contents)| {
                contents.truncate(contents.len() / 2);
                (name, contents)
            })),
        }
        files
    }
}

fn a_first_visit_in_the_middle_of_an_update_leaves_nothing_that_stays_broken(kind: Kind) {
    let (page, disk) = (Page { browser: Browser::shared(kind) }, Disk::small("first-visit"));
    for (nth, mixture) in some_mixtures(10).into_iter().enumerate() {
        println!("{kind:?}: {mixture:?}");
        let host = Host::start(habits(nth, mixture.files()));
        let fate = visit(&page, &host.url, &disk);
        println!("{fate:?}");
        is_new_by_the_second_visit(&page, &host, &disk);
    }
}

fn a_later_visit_in_the_middle_of_an_update_leaves_nothing_that_stays_broken(kind: Kind) {
    let (page, disk) = (Page { browser: Browser::shared(kind) }, Disk::small("later-visit"));
    let [old, _] = versions();
    for (nth, mixture) in some_mixtures(5).into_iter().enumerate() {
        println!("{kind:?}: {mixture:?}");
        let host = Host::start(habits(nth, old.files.clone()));
        assert_eq!(visit(&page, &host.url, &disk), Fate::works(old));
        wait_until_kept(&page, old);
        host.deploy(mixture.files());
        // It is there already, and stays as it was unless the host has all of the new one.
        let fate = visit(&page, &host.url, &disk);
        assert!(matches!(fate, Fate::Works(_)), "{fate:?}");
        is_new_by_the_second_visit(&page, &host, &disk);
    }
}

/// Every other host has its files kept for a day; those that ask for no caching answer with their page for all that is absent.
fn habits(nth: usize, files: Files) -> Habits {
    let a_day = nth.is_multiple_of(2);
    Habits { files, cache_control: if a_day { A_DAY } else { "no-cache" }, page_for_all: !a_day }
}

/// As a person reloads with the Shift key: past all that the browser keeps.
fn reload_with_shift<B: Deref<Target = Browser>>(page: &Page<B>) {
    if page.browser.kind() == Kind::Firefox {
        // Its driver does so always.
        page.browser.reload();
        return;
    }
    page.look("window.isOld = true");
    page.browser.cdp("Page.reload", json!({ "ignoreCache": true }));
    let loaded = "return !window.isOld && document.readyState === 'complete'";
    wait_for("the page", DEADLINE, || {
        (page.browser.try_run(loaded, &[]) == Ok(json!(true))).then_some(())
    });
}

/// The update is complete.
#[track_caller]
pub(super) fn is_new_by_the_second_visit<B: Deref<Target = Browser>>(
    page: &Page<B>,
    host: &Host,
    disk: &Disk,
) {
    let [_, new] = versions();
    host.deploy(new.files.clone());
    match visit(page, &host.url, disk) {
        Fate::Works(_) => {
            wait_until_kept(page, new);
            comes_to(page, &host.url, disk, new);
        }
        // It has said to reload, past what the browser keeps.
        Fate::Says(_) => {
            reload_with_shift(page);
            assert_eq!(find(page, disk), Fate::works(new));
        }
    }
    assert_eq!(page.look("return window.isNext ?? null"), true);
}
