//! A name that means one file to the command and another one to the daemon: only what the daemon has opened counts.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use qcow2_stream_tests::command::{Outcome, Workplace, run};
use qcow2_stream_tests::corpus::{Fill, Input, Write};

use crate::daemon::compile_without;
use crate::stage::{expected, make, overlay, place};

/// Converts where the kernel can't confine the daemon, so that nothing but the command's own check is left.
fn unconfined(place: &Workplace, path: Option<&str>, args: &[&str]) -> Outcome {
    let program = place.command::<&str>([]);
    let mut command = Command::new(place.path("without"));
    command.arg("both").arg(program.get_program()).args(args).current_dir(place.folder());
    if let Some(path) = path {
        command.env("PATH", path);
    }
    run(command)
}

/// A folder with a disk called `base.raw`, and another one of that name in the folder `deep`.
fn two_of_a_name() -> Workplace {
    let place = place();
    compile_without(&place);
    fs::copy(place.disk(), place.path("base.raw")).expect("it is copied");
    fs::create_dir(place.path("deep")).expect("a folder is made");
    let secret = Input::new(9 << 20, vec![Write::new(0, 9 << 20, Fill::Byte(b'S'))]);
    secret.write_file(&place.path("deep/base.raw")).expect("it is written");
    place
}

#[test]
fn a_name_that_leads_the_daemon_to_a_file_that_is_not_allowed_is_refused_without_landlock() {
    let place = two_of_a_name();
    for name in [
        "/proc/self/cwd/base.raw",
        "/proc/thread-self/cwd/base.raw",
        "/proc/self/task/../cwd/base.raw",
        "/dev/fd/../cwd/base.raw",
        r#"json:{"driver":"raw","file":{"driver":"file","filename":"/proc/self/cwd/base.raw"}}"#,
    ] {
        overlay(&place, name, "raw", "deep/over");
        let outcome =
            unconfined(&place, None, &["-q", "-f", "qcow2", "--allow", "base.raw", "deep/over"]);
        outcome.refused(4, &["cannot read deep/over", "cwd/base.raw"]);
    }
}

#[test]
fn a_descriptor_of_the_daemon_itself_is_no_way_to_a_file_without_landlock() {
    let place = two_of_a_name();
    for name in ["/proc/self/fd/100", "/dev/fd/3", "/proc/self/exe", "/proc/self/environ"] {
        overlay(&place, name, "raw", "over");
        for allowed in ["base.raw", "deep"] {
            let outcome =
                unconfined(&place, None, &["-q", "-f", "qcow2", "--allow", allowed, "over"]);
            outcome.refused(4, &["cannot read over"]);
        }
    }
}

/// A folder with `image`, a link to `whole`, which the daemon finds leading to `cut` when it opens it.
fn swapped(how: &str) -> (Workplace, String) {
    let place = place();
    compile_without(&place);
    make(&place, how, "whole");
    let whole = fs::read(place.path("whole")).expect("it is there");
    fs::write(place.path("cut"), &whole[..whole.len() / 2]).expect("it is written");
    symlink("whole", place.path("image")).expect("a link is made");
    let bin = place.path("bin");
    fs::create_dir(&bin).expect("a folder is made");
    let path = std::env::var("PATH").expect("there is one");
    let script = format!(
        "#!/bin/sh\nPATH='{path}'\nln -sfn cut '{}'\nexec qemu-storage-daemon \"$@\"\n",
        place.path("image").display()
    );
    let program = bin.join("qemu-storage-daemon");
    fs::write(&program, script).expect("it is written");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("a mode is set");
    let path = format!("{}:{path}", bin.display());
    (place, path)
}

#[test]
fn an_input_that_is_replaced_before_the_daemon_opens_it_is_refused() {
    let (place, path) = swapped("-O qcow2");
    let outcome = unconfined(&place, Some(&path), &["-q", "-f", "qcow2", "image"]);
    outcome.refused(4, &["cannot read image", "replaced while it was opened"]);
    // The link does lead elsewhere now, so the stand-in has run.
    assert_eq!(fs::read_link(place.path("image")).expect("a link").as_os_str(), "cut");
    // What it leads to before and after is the same file: it is read.
    fs::copy(place.path("whole"), place.path("cut")).expect("it is copied");
    let again = unconfined(&place, Some(&path), &["-q", "-f", "qcow2", "image"]);
    assert!(again.image() == expected(&place));
}
