//! The daemon: which one, and what if there is none, or a bad one.

use std::fs;
use std::process::Command;

use qcow2_stream_tests::command::{Workplace, run};

use crate::stage::{command, empty, expected, make, overlay, place};

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

/// The command with a program of one line of C for a daemon. The kernel would not let a script's shell start.
pub(crate) fn with_daemon(place: &Workplace, line: &str) -> Command {
    make(place, "-O qcow2", "image");
    let bin = place.path("bin");
    fs::create_dir(&bin).expect("a folder is made");
    fs::write(
        bin.join("daemon.c"),
        format!("#include <fcntl.h>\n#include <unistd.h>\nint main(void) {{ {line} }}\n"),
    )
    .expect("it is written");
    let cc = Command::new("cc").args(["-o", NAME, "daemon.c"]).current_dir(&bin).status();
    assert!(cc.expect("Rust links with cc, too").success());
    let mut command = command(place, "qcow2", &[], "image");
    command.env("PATH", bin);
    command
}

/// What a daemon is called.
pub(crate) const NAME: &str = "qemu-storage-daemon";

#[test]
fn a_daemon_that_fails_at_once_is_quoted() {
    let place = place();
    let says = "qemu-storage-daemon: no \\033 such luck\\n";
    let command = with_daemon(&place, &format!("write(2, \"{says}\", 36); return 7;"));
    run(command).refused(4, &["has ended (exit status: 7): no \\u{1b} such luck"]);
}

#[test]
fn a_daemon_that_says_nothing_is_given_up_and_ended() {
    let place = place();
    let command = with_daemon(&place, "for (;;) pause();");
    run(command).refused(4, &["did not answer within 30 seconds", "signal: 9"]);
    let program = place.path("bin").join(NAME);
    let runs = |entry: fs::DirEntry| {
        fs::read_link(entry.path().join("exe")).is_ok_and(|exe| exe == program)
    };
    let processes = fs::read_dir("/proc").expect("there is /proc");
    assert!(!processes.flatten().any(runs), "it still runs");
}

#[test]
fn a_daemon_that_speaks_another_protocol_is_given_up() {
    let place = place();
    let command = with_daemon(&place, "write(1, \"HTTP/1.1 200 OK\\n\\n\", 17); for (;;) pause();");
    run(command).refused(4, &["qemu-storage-daemon", "signal: 9"]);
}

#[test]
fn a_daemon_that_does_what_it_likes_reaches_the_input_alone() {
    let place = place();
    let line = r#"
        int reached = open("image", O_RDONLY) < 0 ? 1 : 0;
        reached |= open("image", O_RDWR) < 0 ? 0 : 2;
        reached |= open("disk.raw", O_RDONLY) < 0 ? 0 : 4;
        reached |= open("new", O_CREAT | O_RDWR, 0600) < 0 ? 0 : 8;
        reached |= open(".", O_RDONLY | O_DIRECTORY) < 0 ? 0 : 16;
        reached |= open("/etc/passwd", O_RDONLY) < 0 ? 0 : 32;
        reached |= unlink("image") < 0 ? 0 : 64;
        execl("/bin/sh", "sh", "-c", "exit 99", (char *)0);
        return reached;"#;
    run(with_daemon(&place, line)).refused(4, &["has ended (exit status: 0)"]);
    assert_eq!(place.names(), ["bin", "disk.raw", "image"]);
}

#[test]
fn where_the_kernel_cannot_confine_it_a_note_says_so_and_images_are_checked_all_the_same() {
    let place = place();
    make(&place, "-O qcow2", "image");
    overlay(&place, "disk.raw", "raw", "over");
    compile_without(&place);
    for (lacking, noted) in [
        ("landlock", "lacks Landlock to confine"),
        ("seccomp", "lacks seccomp filters to confine"),
        ("filters", "lacks seccomp filters to confine"),
        ("both", "lacks Landlock and seccomp filters to confine"),
    ] {
        let run = |args: &[&str]| {
            let program = place.command::<&str>([]);
            let mut command = Command::new(place.path("without"));
            command.arg(lacking).arg(program.get_program()).args(args);
            command.current_dir(place.folder());
            run(command)
        };
        let outcome = run(&["-f", "qcow2", "image"]);
        let says = &outcome.stderr;
        assert!(outcome.status.success() && outcome.stdout == expected(&place), "{says}");
        assert!(says.starts_with("qcow2-to-stdout: note: image: "), "{says}");
        assert!(says.contains(noted) && says.lines().count() == 1, "{says}");
        assert!(run(&["-q", "-f", "qcow2", "image"]).image() == outcome.stdout);
        let allowed = run(&["-q", "-f", "qcow2", "--allow", "disk.raw", "over"]);
        assert!(allowed.image() == outcome.stdout);
        run(&["-q", "-f", "qcow2", "over"])
            .refused(4, &["another file, disk.raw", "--allow 'disk.raw'"]);
    }
}

/// Makes a program that runs another one on a kernel that seems to lack `landlock`, `seccomp`, its `filters`, or `both`.
pub(crate) fn compile_without(place: &Workplace) {
    fs::write(place.path("without.c"), include_str!("without.c")).expect("it is written");
    let cc = Command::new("cc")
        .args(["-Wall", "-Werror", "-o", "without", "without.c"])
        .current_dir(place.folder())
        .status();
    assert!(cc.expect("Rust links with cc, too").success());
}
