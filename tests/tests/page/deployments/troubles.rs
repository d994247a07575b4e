//! Hosts that are worse than one of an update in progress, and what lies on the way there.

use qcow2_stream_tests::browser::{Browser, Kind, wait_for};

use super::host::{A_DAY, FOR_EVER, Habits, Host, Trouble};
use super::mixtures::is_new_by_the_second_visit;
use super::versions::{Files, versions};
use super::visit::{Fate, comes_to, find, visit, wait_until_kept};
use crate::disks::Disk;
use crate::stage::{DEADLINE, Page};

in_both! {
    a_page_that_is_kept_works_in_any_trouble_and_is_new_after_it,
    a_first_visit_in_trouble_leaves_nothing_that_stays_broken,
    files_that_browsers_may_keep_for_ever_give_way_to_the_next_version,
    a_page_that_is_there_by_its_file_name_only_is_kept,
    a_page_in_a_folder_of_its_host_is_kept,
    a_page_whose_storage_is_cleared_while_it_is_open_works_and_is_kept_again,
    a_save_goes_on_while_the_next_version_comes,
}

fn host(files: &Files, cache_control: &'static str) -> Host {
    Host::start(Habits { files: files.clone(), cache_control, page_for_all: false })
}

/// What can be wrong while a version is replaced by the next.
fn troubles() -> [Trouble; 5] {
    let [_, new] = versions();
    [
        Trouble::Portal,
        Trouble::Errors,
        Trouble::Edges(new.files.clone()),
        Trouble::Gone { after: 0 },
        Trouble::Gone { after: 20 },
    ]
}

fn what(trouble: &Trouble) -> String {
    format!("{trouble:?}").chars().take(40).collect()
}

fn a_page_that_is_kept_works_in_any_trouble_and_is_new_after_it(kind: Kind) {
    let (page, disk) = (Page { browser: Browser::shared(kind) }, Disk::small("kept-in-trouble"));
    let [old, _] = versions();
    for trouble in troubles() {
        println!("{kind:?}: {}", what(&trouble));
        let host = host(&old.files, A_DAY);
        assert_eq!(visit(&page, &host.url, &disk), Fate::works(old));
        wait_until_kept(&page, old);
        let edges = matches!(trouble, Trouble::Edges(_));
        host.has(Some(trouble));
        let fate = visit(&page, &host.url, &disk);
        // Both edges may by chance have been new where it counts.
        assert!(fate == Fate::works(old) || edges && matches!(fate, Fate::Works(_)), "{fate:?}");
        host.has(None);
        is_new_by_the_second_visit(&page, &host, &disk);
    }
}

fn a_first_visit_in_trouble_leaves_nothing_that_stays_broken(kind: Kind) {
    let (page, disk) = (Page { browser: Browser::shared(kind) }, Disk::small("first-in-trouble"));
    let [old, _] = versions();
    for trouble in troubles() {
        println!("{kind:?}: {}", what(&trouble));
        let host = host(&old.files, A_DAY);
        let shows_the_page = matches!(trouble, Trouble::Edges(_));
        host.has(Some(trouble));
        if shows_the_page {
            println!("{:?}", visit(&page, &host.url, &disk));
        } else {
            // A driver takes a page that can't be loaded for a failure of its own.
            page.browser.try_go(&host.url).ok();
        }
        host.has(None);
        is_new_by_the_second_visit(&page, &host, &disk);
    }
}

fn files_that_browsers_may_keep_for_ever_give_way_to_the_next_version(kind: Kind) {
    let (page, disk) = (Page { browser: Browser::shared(kind) }, Disk::small("for-ever"));
    let [old, _] = versions();
    let host = host(&old.files, FOR_EVER);
    assert_eq!(visit(&page, &host.url, &disk), Fate::works(old));
    wait_until_kept(&page, old);
    is_new_by_the_second_visit(&page, &host, &disk);
}

fn a_page_that_is_there_by_its_file_name_only_is_kept(kind: Kind) {
    let (page, disk) = (Page { browser: Browser::shared(kind) }, Disk::small("redirected"));
    let [old, new] = versions();
    let host = host(&old.files, A_DAY);
    host.has(Some(Trouble::Redirect));
    assert_eq!(visit(&page, &host.url, &disk), Fate::works(old));
    wait_until_kept(&page, old);
    assert_eq!(visit(&page, &host.url, &disk), Fate::works(old));
    host.deploy(new.files.clone());
    visit(&page, &host.url, &disk);
    wait_until_kept(&page, new);
    comes_to(&page, &host.url, &disk, new);
}

fn a_page_in_a_folder_of_its_host_is_kept(kind: Kind) {
    let (page, disk) = (Page { browser: Browser::shared(kind) }, Disk::small("in-a-folder"));
    let [old, new] = versions();
    let inside = |files: &Files| -> Files {
        files.iter().map(|(name, body)| (format!("a/b/{name}"), body.clone())).collect()
    };
    let host = host(&inside(&old.files), A_DAY);
    let url = format!("{}a/b/", host.url);
    assert_eq!(visit(&page, &url, &disk), Fate::works(old));
    wait_until_kept(&page, old);
    host.deploy(inside(&new.files));
    visit(&page, &url, &disk);
    wait_until_kept(&page, new);
    comes_to(&page, &url, &disk, new);
    host.deploy(Files::new());
    assert_eq!(visit(&page, &url, &disk), Fate::works(new));
}

fn a_page_whose_storage_is_cleared_while_it_is_open_works_and_is_kept_again(kind: Kind) {
    let (page, disk) = (Page { browser: Browser::shared(kind) }, Disk::small("cleared"));
    let [old, _] = versions();
    let host = host(&old.files, A_DAY);
    visit(&page, &host.url, &disk);
    wait_until_kept(&page, old);
    page.browser.go("about:blank");
    page.browser.go(&host.url);
    page.look(
        "for (const name of await caches.keys()) await caches.delete(name);
        await (await navigator.serviceWorker.getRegistration())?.unregister()",
    );
    assert_eq!(find(&page, &disk), Fate::works(old));
    assert_eq!(visit(&page, &host.url, &disk), Fate::works(old));
    wait_until_kept(&page, old);
}

fn a_save_goes_on_while_the_next_version_comes(kind: Kind) {
    let page = Page { browser: Browser::shared(kind) };
    let disk = Disk::dense(&format!("saved-meanwhile-{kind:?}"), 64 << 20);
    let [old, new] = versions();
    let host = host(&old.files, A_DAY);
    let first = Disk::small("before-it");
    visit(&page, &host.url, &first);
    wait_until_kept(&page, old);
    assert_eq!(visit(&page, &host.url, &disk), Fate::works(old));
    host.deploy(new.files.clone());
    page.browser.click("#save");
    page.look("await (await navigator.serviceWorker.getRegistration()).update()");
    page.wait_for("done");
    let image = page.whole(&disk.image());
    crate::native::same_file(&[], disk.path(), &image);
    wait_until_kept(&page, new);
    wait_for("the next version", DEADLINE, || {
        (visit(&page, &host.url, &first) == Fate::works(new)).then_some(())
    });
}
