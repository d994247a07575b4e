//! The daemon: which one, and what if there is none, or a bad one.

use std::process::Command;

use qcow2_stream_tests::command::{Workplace, run};

use crate::stage::{command, empty, make, path_with, place};

#[test]
fn a_missing_daemon_is_named_with_its_package() {
    let place = place();
    make(&place, "-O qcow2", "image");
    for path in ["", ".", "/nowhere:relative"] {
        let mut command = command(&place, "qcow2", &[], "image");
        command.env("PATH", path);
        run(command)
            .refused(4, &["qemu-storage-daemon", "PATH", "qemu-utils", "qemu-img (Fedora)"]);
    }
}

#[test]
fn the_version_of_the_daemon_is_told_on_request() {
    let place = empty();
    let real = Command::new("qemu-storage-daemon")
        .arg("--version")
        .output()
        .expect("qemu-utils is installed");
    let real = String::from_utf8(real.stdout).expect("UTF-8");
    let real = real.lines().next().expect("a line");
    for options in [["--version", "--verbose"], ["--verbose", "-V"]] {
        let text = text(run(place.command(options)).image());
        let [ours, theirs] = text.lines().collect::<Vec<_>>()[..] else { panic!("{text}") };
        assert!(ours.starts_with("qcow2-to-stdout ") && theirs.starts_with(real), "{text}");
        assert!(theirs.contains("/qemu-storage-daemon)"), "{text}");
    }
    assert_eq!(text(run(place.command(["--version"])).image()).lines().count(), 1);
    let mut missing = place.command(["--version", "--verbose"]);
    missing.env("PATH", "");
    assert!(text(run(missing).image()).contains("qemu-utils"));
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("UTF-8")
}

/// The command with a shell script for a daemon. The sandbox wouldn't let it run anything but a shell's own commands.
fn with_daemon(place: &Workplace, script: &str) -> Command {
    make(place, "-O qcow2", "image");
    std::fs::create_dir(place.path("bin")).expect("a folder is made");
    let path = path_with(&place.path("bin"), "qemu-storage-daemon", script);
    let mut command = command(place, "qcow2", &["--allow", "/bin"], "image");
    command.env("PATH", path);
    command
}

#[test]
fn a_daemon_that_fails_at_once_is_quoted() {
    let place = place();
    let command = with_daemon(&place, "echo 'qemu-storage-daemon: no \x1b such luck' >&2; exit 7");
    let words = ["has ended (exit status: 7)", "no \\u{1b} such luck"];
    run(command).refused(4, &words);
}

#[test]
fn a_daemon_that_says_nothing_is_given_up_and_ended() {
    let place = place();
    let marker = format!("marker-{}", std::process::id());
    let command = with_daemon(&place, &format!(": {marker}; read line <&1"));
    run(command).refused(4, &["did not answer within 30 seconds", "signal: 9"]);
    let left = std::fs::read_dir("/proc")
        .expect("there is /proc")
        .filter_map(|entry| std::fs::read(entry.ok()?.path().join("cmdline")).ok());
    let left = left.filter(|line| {
        String::from_utf8_lossy(line).contains(&*place.path("bin").to_string_lossy())
    });
    assert_eq!(left.count(), 0, "it still runs");
}

#[test]
fn a_daemon_that_talks_nonsense_is_given_up() {
    let place = place();
    let command = with_daemon(&place, "echo 'HTTP/1.1 200 OK'; echo; exit 0");
    run(command).refused(4, &["qemu-storage-daemon"]);
}
