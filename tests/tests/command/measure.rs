//! `--measure`: the length of the image, without the image.

use std::fs::OpenOptions;
use std::process::Stdio;

use qcow2_stream_tests::command::{Terminal, Workplace, finish, run, spawn, sweep};
use qcow2_stream_tests::corpus::Vector;
use qcow2_stream_tests::qemu;
use serde_json::Value;

use crate::{FRONT_END, place};

#[test]
fn the_length_of_every_image_is_known_before() {
    let count = sweep(FRONT_END, |place, vector| {
        let printed = measure(place, "--measure", &vector.args());
        assert_eq!(printed, format!("{}\n", vector.length), "{}", vector.label());
    });
    assert_eq!(count, 213);
}

#[test]
fn the_figures_of_every_image_are_its_own() {
    assert_eq!(sweep(FRONT_END, has_its_figures), 213);
}

fn has_its_figures(place: &Workplace, vector: &Vector) {
    let report = report(place, &vector.args());
    let figure = |name: &str| report[name].as_u64().unwrap_or_else(|| panic!("{name}: {report}"));
    let size = std::fs::metadata(place.disk()).expect("the disk is there").len();
    assert_eq!(figure("required"), vector.length, "{}", vector.label());
    assert_eq!(figure("virtual-size"), size.next_multiple_of(512), "{}", vector.label());
    assert_eq!(figure("cluster-size"), vector.cluster_size, "{}", vector.label());
    assert_eq!(figure("refcount-bits"), u64::from(vector.refcount_bits), "{}", vector.label());
    let data = match vector.data_file {
        None => figure("allocated-clusters") * vector.cluster_size,
        Some(_) => 0,
    };
    assert_eq!(figure("metadata-bytes") + data, vector.length, "{}", vector.label());
    assert!(figure("fully-allocated") >= vector.length, "{}", vector.label());
}

#[test]
fn the_object_has_these_figures_and_no_others() {
    let report = report(&place(100_000), &["disk.raw"]);
    let mut keys: Vec<_> = report.as_object().expect("an object").keys().cloned().collect();
    keys.sort();
    let expected = [
        "allocated-clusters",
        "cluster-size",
        "fully-allocated",
        "metadata-bytes",
        "refcount-bits",
        "required",
        "virtual-size",
    ];
    assert_eq!(keys, expected);
}

#[test]
fn the_length_when_full_is_the_one_that_qemu_measures() {
    let count = sweep(FRONT_END, |place, vector| {
        if vector.data_file.is_none() {
            let Vector { cluster_size, refcount_bits, .. } = vector;
            let options = format!("cluster_size={cluster_size},refcount_bits={refcount_bits}");
            let theirs = qemu::measure(&place.disk(), &options).fully_allocated;
            let ours = report(place, &vector.args())["fully-allocated"].as_u64();
            assert_eq!(ours, Some(theirs), "{}", vector.label());
        }
    });
    assert_eq!(count, 213);
}

#[test]
fn mapped_clusters_are_counted_with_a_data_file_too() {
    let place = place(10 * 65_536);
    for (option, required) in [("-d", 5 * 65_536), ("-R", 5 * 65_536)] {
        let report = report(&place, &[option, "disk.raw"]);
        assert_eq!(report["allocated-clusters"], 10, "{option}");
        assert_eq!(report["required"], required, "{option}");
    }
}

#[test]
fn nothing_but_the_length_is_written() {
    let place = place(3 << 20);
    measure(&place, "--measure", &["disk.raw"]);
    measure(&place, "--measure=json", &["disk.raw"]);
    assert_eq!(place.names(), ["disk.raw"]);
}

#[test]
fn a_terminal_may_show_the_length() {
    let (place, terminal) = (place(3 << 20), Terminal::open());
    let mut command = place.command(["--measure", "disk.raw"]);
    command.stdout(terminal.stdio()).stderr(Stdio::piped());
    finish(spawn(command)).image();
    assert_eq!(terminal.seen(), "3473408\r\n");
}

#[test]
fn a_length_that_cannot_be_written_is_a_failure() {
    let place = place(3 << 20);
    let mut command = place.command(["--measure", "disk.raw"]);
    let full = OpenOptions::new().write(true).open("/dev/full").expect("a full device");
    command.stdout(full).stderr(Stdio::piped());
    finish(spawn(command)).refused(5, &["cannot write to standard output"]);
}

fn report(place: &Workplace, args: &[impl AsRef<str>]) -> Value {
    let printed = measure(place, "--measure=json", args);
    assert!(printed.ends_with("}\n"), "{printed}");
    serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"))
}

fn measure(place: &Workplace, how: &str, args: &[impl AsRef<str>]) -> String {
    let mut all = vec![how];
    all.extend(args.iter().map(AsRef::as_ref));
    let outcome = run(place.command(all));
    String::from_utf8(outcome.image()).expect("the figures are text")
}
