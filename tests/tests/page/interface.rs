//! Going on and going back: saving again, cancelling, options after the scan, keys, and errors in words.

use std::fs::{self, File, OpenOptions};
use std::ops::Deref;

use qcow2_stream_tests::browser::{Browser, Key, Kind, State, wait_for};

use crate::disks::Disk;
use crate::native::{length, same_bytes};
use crate::stage::{DEADLINE, Page};

in_both! {
    an_image_can_be_saved_again_and_another_disk_be_dropped_when_it_is_done,
    done_says_no_more_than_the_page_knows,
    a_cancelled_rescan_goes_back_to_the_result_before,
    a_disk_that_is_given_up_leaves_the_result_of_the_one_before,
    refcount_width_and_data_file_need_no_scan,
    a_data_file_name_that_was_typed_is_saved_by_one_click,
    enter_does_what_the_state_is_for_and_escape_goes_back,
    an_error_is_a_sentence_with_the_program_s_words_under_details,
    progress_shows_the_last_figures_without_another_report,
}

/// Reading a file takes for ever.
const NO_ANSWER: &str = "window.Worker = class { postMessage() {} terminate() {} };";

/// The names of the downloads that are whole.
fn whole(page: &Page<impl Deref<Target = Browser>>, stem: &str) -> Vec<String> {
    let told = page.browser.downloads_as_told().into_iter();
    told.filter(|told| told.name.starts_with(stem) && told.state == State::Complete)
        .map(|told| told.name)
        .collect()
}

fn an_image_can_be_saved_again_and_another_disk_be_dropped_when_it_is_done(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::small("once-more"));
    page.scan(disk.path());
    page.save(&disk.image());
    page.browser.click("#resave");
    let names = wait_for("two downloads", DEADLINE, || {
        Some(whole(&page, "once-more")).filter(|names| names.len() == 2)
    });
    page.wait_for("done");
    assert!(names[0] != names[1], "{names:?}");
    for name in names {
        let image = File::open(page.browser.downloads().join(name)).expect("it is there");
        same_bytes(&[], disk.path(), image);
    }
    page.drop("dropped.raw", "data\0");
    page.wait_for("ready");
    assert_eq!(page.browser.text("#ready-name"), "dropped.raw");
}

fn done_says_no_more_than_the_page_knows(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::small("known"));
    page.scan(disk.path());
    page.save(&disk.image());
    let text = page.browser.text("#done-part");
    assert!(text.contains("has been asked to save") && text.contains("can’t see"), "{text}");
    assert!(!text.contains("qemu-img"), "the terminal is unfolded: {text}");
    let steps = page.steps();
    assert!(steps.contains("qemu-img check known.qcow2"), "{steps}");
    assert!(page.browser.text("#verify").contains("disk (1).qcow2"));
    assert_eq!(page.look("return document.querySelectorAll('#verify-steps .copy').length"), 3);
}

fn a_cancelled_rescan_goes_back_to_the_result_before(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::small("given-up"));
    let before = page.scan(disk.path());
    page.look(NO_ANSWER);
    page.choose("#cluster-size", "512");
    page.browser.click_when_seen("#cancel", DEADLINE);
    page.wait_for("ready");
    assert_eq!(page.promised(), before);
    assert_eq!(page.look("return document.querySelector('#cluster-size').value"), "65536");
    let image = page.save(&disk.image());
    same_bytes(&[], disk.path(), File::open(image).expect("the image is there"));
}

fn a_disk_that_is_given_up_leaves_the_result_of_the_one_before(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::small("kept"));
    let before = page.scan(disk.path());
    page.choose("#output-name", "mine.qcow2");
    let back = || {
        page.browser.press(Key::Escape);
        page.wait_for("ready");
        assert_eq!(page.promised(), before);
        assert_eq!(page.browser.text("#ready-name"), "kept.raw");
        assert_eq!(page.look("return document.querySelector('#output-name').value"), "mine.qcow2");
    };
    page.drop("archive.img", "PK\u{3}\u{4}");
    page.wait_for_error();
    back();
    page.look(NO_ANSWER);
    page.drop("another.raw", "data\0");
    page.wait_for("scanning");
    back();
}

fn refcount_width_and_data_file_need_no_scan(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::small("laid-out"));
    page.scan(disk.path());
    page.look(NO_ANSWER);
    page.choose("#refcount-bits", "1");
    assert_eq!(
        (page.state().as_str(), page.promised()),
        ("ready", length(&["-r", "1"], disk.path()))
    );
    page.tick("#data-file");
    let options = ["-r", "1", "-d"];
    assert_eq!((page.state().as_str(), page.promised()), ("ready", length(&options, disk.path())));
    page.tick("#data-file");
    let image = page.save(&disk.image());
    same_bytes(&["-r", "1"], disk.path(), File::open(image).expect("the image is there"));
}

fn a_data_file_name_that_was_typed_is_saved_by_one_click(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::small("one-click"));
    page.scan(disk.path());
    page.tick("#data-file");
    page.look("document.querySelector('#data-file-name').value = ''");
    // Types the path.
    page.browser.pick("#data-file-name", disk.path());
    let image = page.save(&disk.image());
    let path = disk.path().canonicalize().expect("the disk is there");
    let options = ["-d", "--data-file-name", path.to_str().expect("the name is UTF-8")];
    same_bytes(&options, disk.path(), File::open(image).expect("the image is there"));
}

fn enter_does_what_the_state_is_for_and_escape_goes_back(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::small("by-keys"));
    page.look(
        "document.querySelector('#file').addEventListener('click', (event) => {
            document.body.dataset.asked = 'for a file';
            event.preventDefault();
        });",
    );
    page.browser.press(Key::Enter);
    page.wait_until("document.body.dataset.asked === 'for a file'");
    page.scan(disk.path());
    page.browser.press(Key::Escape);
    assert_eq!(page.state(), "ready", "nothing is lost by Esc");
    page.look("document.querySelector('#output-name').focus()");
    page.browser.press(Key::Enter);
    page.wait_for("done");
    page.whole(&disk.image());
    page.browser.press(Key::Enter);
    assert_eq!(page.state(), "done");
    page.browser.press(Key::Escape);
    page.wait_for("ready");
    page.browser.click("#again");
    page.look(NO_ANSWER);
    page.pick(disk.path());
    page.wait_for("scanning");
    page.browser.press(Key::Escape);
    page.wait_for("start");
}

fn an_error_is_a_sentence_with_the_program_s_words_under_details(kind: Kind) {
    let (page, disk) = (Page::open(kind), Disk::dense("worded", 4 << 20));
    page.scan(disk.path());
    let file = OpenOptions::new().write(true).open(disk.path()).expect("it can be changed");
    file.set_len(1 << 20).expect("a new length");
    page.browser.click("#save");
    let said = page.says_error();
    assert!(!said.contains("Error") && !said.contains("offset"), "{said}");
    assert!(page.look("return document.querySelector('#retry').checkVisibility()") == true);
    let detail = page.look("return document.querySelector('#error-detail').textContent");
    assert!(detail.as_str().is_some_and(|text| text.starts_with("source: ")), "{detail}");
    assert!(!page.browser.text("#error-part").contains("source: "), "the details are unfolded");
    fs::remove_file(disk.path()).expect("the disk is ours");
    page.browser.click("#retry");
    page.wait_until("document.querySelector('main').dataset.state === 'error'");
    assert!(!page.says_error().contains("Error"));
}

fn progress_shows_the_last_figures_without_another_report(kind: Kind) {
    let page = Page::open(kind);
    let script = "const module = new URL('progress.js', document.querySelector('script').src);
        const tell = (await import(module.href)).begin('Scanning', 'disk.raw');
        for (const bytes of [1e6, 2e6, 3e6]) tell({ bytes, total: 4e6 });
        return document.querySelector('#progress').value;";
    let first = page.look(script);
    assert_eq!(first, 0.25, "figures that change at once can't be read");
    page.wait_until("document.querySelector('#progress').value === 0.75");
}
