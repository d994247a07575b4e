//! How quick the page is in Chromium, against the quickest that a page can do
//! at all, as medians in one run. A measurement, not a test: on a machine with
//! other work it says little.

use std::fs::{self, File};
use std::io;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use qcow2_stream_tests::browser::{Browser, Kind, Site};
use serde_json::json;

const RUNS: usize = 5;
const SIZE: u64 = 1 << 30;
const DEADLINE: Duration = Duration::from_secs(240);

/// Reads slices of 64 MiB in two workers, into buffers of 4 MiB, and looks at nothing.
const READER: &str = "onmessage = async ({ data }) => {
  const reader = data.stream().getReader({ mode: 'byob' });
  let buffer = new ArrayBuffer(4 << 20);
  for (let left = data.size; left > 0;) {
    const { value } = await reader.read(new Uint8Array(buffer, 0, Math.min(left, 4 << 20)), { min: Math.min(left, 4 << 20) });
    left -= value.byteLength;
    buffer = value.buffer;
  }
  postMessage(0);
};";

const READ: &str = "
const [file] = document.querySelector('input').files;
const begun = performance.now();
let at = 0;
await Promise.all([1, 2].map(async () => {
  const worker = new Worker('speed-reader.js');
  while (at < file.size) {
    const part = file.slice(at, at += 64 << 20);
    await new Promise((done) => { worker.onmessage = done; worker.postMessage(part); });
  }
  worker.terminate();
}));
return performance.now() - begun;";

const SCAN: &str = "
const { scan } = await import('./qcow2-stream/index.js');
const begun = performance.now();
window.plan = await scan(document.querySelector('input').files[0]);
return performance.now() - begun;";

const DOWNLOAD: &str = "
const [file] = document.querySelector('input').files;
const link = document.createElement('a');
link.href = URL.createObjectURL(arguments[1] ? await plan.toBlob() : file);
link.download = arguments[0];
link.click();";

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = folder.path().join("disk.raw");
    write_random(&disk);
    let browser = Browser::start(Kind::Chromium);
    open(&browser, &disk);
    let run = |script: &str| milliseconds(&browser, script);
    // In turns, so that what slows one of them slows both.
    let (reads, scans) = (0..RUNS).map(|_| (run(READ), run(SCAN))).unzip();
    compare("reading it", reads, "scanning it", scans);
    let save = |image| download(&browser, image);
    let (downloads, images) = (0..RUNS).map(|_| (save(false), save(true))).unzip();
    compare("downloading it", downloads, "saving its image", images);
}

fn write_random(disk: &Path) {
    let random = File::open("/dev/urandom").expect("the system has random bytes");
    let mut file = File::create(disk).expect("a file");
    io::copy(&mut random.take(SIZE), &mut file).expect("the disk is written");
}

/// A page of the same origin as the module, with nothing but an input.
fn open(browser: &Browser, disk: &Path) {
    let site = Site::build_and_serve();
    let add = |name: &str, text: &str| fs::write(site.folder().join(name), text).expect("a file");
    add("speed-reader.js", READER);
    add("speed.html", "<!doctype html><meta charset=utf-8><input type=file>");
    browser.go(&format!("{}speed.html", site.url()));
    browser.pick("input", disk);
}

fn milliseconds(browser: &Browser, script: &str) -> f64 {
    browser.run(script, &[]).as_f64().expect("a time is a number")
}

/// How long it takes until the file is whole.
fn download(browser: &Browser, image: bool) -> f64 {
    let begun = Instant::now();
    browser.run(DOWNLOAD, &[json!("speed.bin"), json!(image)]);
    let file = browser.finished_download("speed.bin", DEADLINE);
    let time = begun.elapsed();
    fs::remove_file(file).expect("the download is ours");
    time.as_secs_f64() * 1e3
}

fn compare(plain: &str, plain_times: Vec<f64>, ours: &str, our_times: Vec<f64>) {
    let (plain_time, our_time) = (median(plain_times), median(our_times));
    let ratio = our_time / plain_time;
    println!(
        "{plain}: {plain_time:.0} ms, {ours}: {our_time:.0} ms, ratio {ratio:.2} (limit 1.25)"
    );
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
