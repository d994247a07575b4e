//! What a scan leaves behind: nothing.

use std::fs::{self, DirEntry, File};

use qcow2_stream_tests::browser::{Kind, wait_for};
use serde_json::Value;

use crate::stage::{DEADLINE, Stage};

/// How many workers there are: by the threads that the system shows, or, for Firefox, which keeps threads for the next
/// worker and has some of its own, by those that were started and not ended.
fn workers(stage: &Stage) -> usize {
    let name = match stage.kind() {
        Kind::Chromium => "DedicatedWorker",
        Kind::Firefox => return stage.tell("return running", &Value::Null),
        Kind::WebKit => "WebCore: Worker",
    };
    let tasks = |id| fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    // A thread that has just ended has no name any more.
    let name_of = |task: DirEntry| fs::read_to_string(task.path().join("comm")).unwrap_or_default();
    let names = stage.browser().processes().into_iter().flat_map(tasks).map(name_of);
    names.filter(|found| found.trim_end() == name).count()
}

const COUNT: &str = "
globalThis.running = 0;
globalThis.Worker = class extends Worker {
  constructor(...args) { super(...args); running++; }
  terminate() { super.terminate(); running--; }
};";

/// A scan that takes seconds, and that ends as the test says when it has seen the workers.
const BEGIN: &str = "
const controller = new AbortController();
globalThis.end = 'well';
globalThis.job = fate(async () => {
  await scan(picked(), {
    workers: 3,
    signal: controller.signal,
    onProgress: () => {
      if (end === 'fail') throw new Error('mine');
      if (end === 'abort') controller.abort();
      for (const until = performance.now() + 8; performance.now() < until;);
    },
  });
});";

#[test]
fn no_worker_is_left_by_a_scan_that_ended_in_any_way() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("disk.raw");
    File::create(&path).and_then(|file| file.set_len(2 << 30)).expect("the disk is written");
    for kind in Kind::ALL {
        let stage = Stage::open(kind);
        stage.run(COUNT, &Value::Null);
        stage.pick(&path);
        let count_to = |count| {
            let what = format!("{count} workers of {kind:?}");
            wait_for(&what, DEADLINE, || (workers(&stage) == count).then_some(()));
        };
        for end in ["well", "fail", "abort"] {
            count_to(0);
            stage.run(BEGIN, &Value::Null);
            count_to(3);
            stage.run("globalThis.end = args", &end.into());
            let fate = stage.run("return job", &Value::Null);
            assert_eq!(fate["name"].is_null(), end == "well", "{kind:?}: {fate}");
            count_to(0);
        }
    }
}

#[test]
fn twenty_scans_in_a_row_take_no_more_memory_than_a_few() {
    /// A worker has a buffer of 4 MiB and an engine's heap, which would come forty times.
    const SLACK: u64 = 100 << 20;
    let script = "
globalThis.source ??= new Blob([new Uint8Array(64 << 20)]);
for (let nth = 0; nth < args; nth++) (await scan(source)).free();";
    for kind in Kind::ALL {
        let stage = Stage::open(kind);
        stage.run(script, &5.into());
        let before = stage.browser().memory();
        stage.run(script, &20.into());
        let after = wait_for("memory to be given back", DEADLINE, || {
            let now = stage.browser().memory();
            (now < before + SLACK).then_some(now)
        });
        println!("{kind:?}: {} MiB, then {} MiB", before >> 20, after >> 20);
    }
}
