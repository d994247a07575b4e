//! A file that is not what it was when it was picked, or scanned: which browser notices what, and when.
//!
//! What a browser does not notice stands in the name of a test. That is what the documentation must say.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use qcow2_stream_tests::browser::{Kind, wait_for};
use qcow2_stream_tests::corpus::Input;
use serde_json::{Value, json};

use crate::fate::Fate;
use crate::stage::{DEADLINE, Stage};

const MIB: u64 = 1 << 20;

/// More than `pipeTo` has read when its first write hangs.
const SIZE: u64 = 24 * MIB;

/// How much later than the file's old modification time the new one is.
#[derive(Clone, Copy, Debug)]
enum Time {
    Seconds,
    WithinTheSecond,
    SetBack,
}

#[derive(Clone, Copy, Debug)]
enum Change {
    Write,
    Touch,
    Cut,
    CutByOne,
    Empty,
    Grow,
    Replace,
    Delete,
}

use Change::{Cut, CutByOne, Delete, Empty, Grow, Replace, Touch, Write as Overwrite};

/// The changes that leave a file of at least the length that it had.
const LONG: [Change; 3] = [Overwrite, Grow, Replace];

/// When the change comes: the next step after it is named.
const MOMENTS: [&str; 5] = ["scan", "toBlob", "save", "pipeTo", "next write"];

impl Change {
    fn make(self, path: &Path, time: Time) {
        match self {
            Overwrite => overwrite(path),
            Touch => {}
            Cut => open(path).set_len(SIZE / 2 + 5).expect("the file can be cut"),
            CutByOne => open(path).set_len(SIZE - 1).expect("the file can be cut"),
            Empty => open(path).set_len(0).expect("the file can be cut"),
            Grow => open(path).set_len(SIZE + MIB).expect("the file can grow"),
            Replace => replace(path),
            Delete => return fs::remove_file(path).expect("the file can be removed"),
        }
        stamp(path, time);
    }
}

fn open(path: &Path) -> File {
    File::options().write(true).open(path).expect("the file can be opened")
}

/// Changes some bytes everywhere.
fn overwrite(path: &Path) {
    let mut file = open(path);
    for at in (0..SIZE).step_by(MIB as usize) {
        file.seek(SeekFrom::Start(at)).expect("the file has a position");
        file.write_all(b"another").expect("the file can be written to");
    }
}

fn replace(path: &Path) {
    let other = path.with_extension("other");
    fs::write(&other, vec![1; SIZE as usize]).expect("the file can be written");
    fs::rename(&other, path).expect("the file can be replaced");
}

fn stamp(path: &Path, time: Time) {
    let milliseconds = match time {
        Time::Seconds => 5000,
        Time::WithinTheSecond => 500,
        Time::SetBack => 0,
    };
    let first = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let time = first + Duration::from_millis(milliseconds);
    open(path).set_modified(time).expect("the file has times");
}

/// What must have been done before a moment comes.
fn before(moment: &str) -> &'static str {
    match moment {
        "scan" => "",
        "save" => "globalThis.blob = await (await scan(picked())).toBlob();",
        "next write" => {
            // Nothing is read while the file is changed: what had been asked for is there.
            "let last;
            const read = Blob.prototype.arrayBuffer;
            Blob.prototype.arrayBuffer = function () { return last = read.call(this); };
            const plan = await scan(picked()), gate = new Promise((open) => { globalThis.open = open; });
            await new Promise((begun) => {
              const write = () => { begun(); return gate; };
              globalThis.job = fate(plan.pipeTo(new WritableStream({ write })));
            });
            for (let before; before !== last; await after(20)) { before = last; await last; }
            Blob.prototype.arrayBuffer = read;"
        }
        _ => "globalThis.plan = await scan(picked());",
    }
}

/// Takes the step, and tells how long the image was if nothing was noticed.
fn step(moment: &str) -> &'static str {
    match moment {
        "scan" => "return fate(async () => (await scan(picked())).summary.virtualSize)",
        "toBlob" => "return fate(async () => { await plan.toBlob() })",
        "save" => "return fate(async () => (await blob.arrayBuffer()).byteLength - blob.size)",
        "pipeTo" => "return fate(plan.pipeTo(keeper().sink))",
        _ => "globalThis.open(); return job",
    }
}

/// Makes the change at a moment.
fn fate(stage: &Stage, path: &Path, moment: &str, change: impl FnOnce(&Path)) -> Fate {
    Input::dense(SIZE).write_file(path).expect("the disk is written");
    stamp(path, Time::SetBack);
    stage.pick(path);
    stage.run(before(moment), &Value::Null);
    change(path);
    stage.tell(step(moment), &Value::Null)
}

/// At which moments the browser notices the change. What it notices has a code and a remedy.
fn noticed(stage: &Stage, change: Change, time: Time) -> Vec<&'static str> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("disk.raw");
    let mut noticed = Vec::new();
    for moment in MOMENTS {
        let fate = fate(stage, &path, moment, |path| change.make(path, time));
        // A blob is read without this package, so that the browser's own words must do.
        let is_told = fate.code.as_deref().is_some_and(|code| code.starts_with("source-"));
        if is_told || (moment == "save" && fate.is_error()) {
            noticed.push(moment);
            assert!(moment == "save" || fate.has_remedy(), "{moment}: {fate:?}");
        } else {
            assert!(!fate.is_error(), "{moment}: {fate:?}");
        }
    }
    noticed
}

#[track_caller]
fn check(kinds: &[Kind], changes: &[Change], time: Time, expected: &[&str]) {
    for &kind in kinds {
        let stage = Stage::open(kind);
        for &change in changes {
            let noticed = noticed(&stage, change, time);
            // WebKit looks at a file some time after it was picked, so before the scan either may be.
            let sure = |moment: &&&str| kind != Kind::WebKit || **moment != "scan";
            let [noticed, expected] = [&noticed[..], expected]
                .map(|moments| moments.iter().filter(sure).collect::<Vec<_>>());
            assert_eq!(noticed, expected, "{kind:?}: {change:?}, {time:?}");
        }
    }
}

#[test]
fn chromium_and_webkit_notice_another_modification_time_at_each_step() {
    let changes = [Overwrite, Touch, Cut, Grow, Replace];
    check(&[Kind::Chromium, Kind::WebKit], &changes, Time::Seconds, &MOMENTS);
}

#[test]
fn chromium_notices_another_modification_time_within_the_second_too() {
    check(&[Kind::Chromium], &LONG, Time::WithinTheSecond, &MOMENTS);
}

/// When the data goes through this package, which compares it with what was scanned.
const COMPARED: [&str; 2] = ["pipeTo", "next write"];

#[test]
fn other_bytes_than_were_scanned_are_noticed_in_every_browser_when_the_image_is_a_stream() {
    check(&Kind::ALL, &[Overwrite, Replace], Time::SetBack, &COMPARED);
    check(&[Kind::Firefox], &[Overwrite, Replace], Time::Seconds, &COMPARED);
    // Of what is cut off, WebKit has zeros.
    check(&[Kind::WebKit], &[Overwrite, Replace, Cut, Empty], Time::WithinTheSecond, &COMPARED);
}

#[test]
fn webkit_within_the_second_and_firefox_do_not_notice_a_file_that_has_grown() {
    check(&[Kind::WebKit], &[Grow], Time::WithinTheSecond, &[]);
    check(&[Kind::Firefox], &[Grow], Time::Seconds, &[]);
}

#[test]
fn chromium_notices_a_file_cut_after_the_scan_whatever_its_time() {
    // Before, nobody has asked for the length, and the image is that of the shorter file.
    check(&[Kind::Chromium], &[Cut, CutByOne, Empty], Time::SetBack, &MOMENTS[1..]);
}

#[test]
fn firefox_notices_a_cut_file_whatever_its_time_but_saves_a_blob_that_is_too_short() {
    let but_save = ["scan", "toBlob", "pipeTo", "next write"];
    check(&[Kind::Firefox], &[Cut, CutByOne, Empty], Time::Seconds, &but_save);
    let (stage, folder) = (Stage::open(Kind::Firefox), tempfile::tempdir().expect("a folder"));
    let path = folder.path().join("disk.raw");
    let fate = fate(&stage, &path, "save", |path| CutByOne.make(path, Time::Seconds));
    assert!(fate.value.as_i64().is_some_and(|more| more < 0), "{fate:?}");
}

#[test]
fn a_deleted_file_is_noticed_at_each_step() {
    check(&Kind::ALL, &[Delete], Time::Seconds, &MOMENTS);
}

/// How large a disk of which a scan takes seconds is, if each report of progress takes its time.
const LONG_SCAN: u64 = 1 << 30;

const SLOW_SCAN: &str = "
globalThis.seen = 0;
const onProgress = ({ bytes }) => {
  globalThis.seen = bytes;
  for (const end = performance.now() + 5; performance.now() < end;);
};
globalThis.job = fate(scan(picked(), { onProgress }));";

/// Changes the file when some of it has been scanned.
fn while_scanned(stage: &Stage, change: Change) -> Fate {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("disk.raw");
    File::create(&path).and_then(|file| file.set_len(LONG_SCAN)).expect("the disk is written");
    stamp(&path, Time::SetBack);
    stage.pick(&path);
    stage.run(SLOW_SCAN, &json!(null));
    let seen = || stage.run("return globalThis.seen", &Value::Null);
    wait_for("some progress", DEADLINE, || seen().as_u64().filter(|bytes| *bytes > 0));
    change.make(&path, Time::Seconds);
    assert!(seen().as_u64() < Some(LONG_SCAN), "the change came too late");
    stage.tell("return job", &Value::Null)
}

#[test]
fn what_a_browser_notices_it_notices_in_the_middle_of_a_scan_too() {
    for kind in Kind::ALL {
        let stage = Stage::open(kind);
        let written = (kind != Kind::Firefox).then_some(Overwrite);
        for change in [Cut, Delete].into_iter().chain(written) {
            let fate = while_scanned(&stage, change);
            let is_told = fate.code.as_deref().is_some_and(|code| code.starts_with("source-"));
            assert!(is_told && fate.has_remedy(), "{kind:?}, {change:?}: {fate:?}");
        }
    }
}
