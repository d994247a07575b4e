//! What a daemon is kept from that an image has taken over, and what a user may read all the same.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};

use qcow2_stream_tests::command::{Workplace, finish, in_shell, run};
use rustix::fs::{XattrFlags, setxattr};

use crate::daemon::NAME;
use crate::endings::{Daemon, held, stage};
use crate::stage::{command, expected, make, overlay, place, same};

#[test]
fn a_daemon_that_an_image_has_taken_over_gets_no_further() {
    let place = place();
    make(&place, "-O qcow2", "image");
    fs::write(place.path("secret"), "secret").expect("it is written");
    let _socket = UnixListener::bind(place.path("socket")).expect("a socket");
    for name in ["image", "disk.raw"] {
        setxattr(place.path(name), "user.here", b"x", XattrFlags::empty()).expect("an attribute");
    }
    let before = fs::metadata(place.path("image")).expect("it is there");
    compile(&place, include_str!("intruder.c"));
    let names = place.names();
    let command = command(&place, "qcow2", &[], "image");
    let lines = format!("exec 9<secret; export SECRET=1 PATH='{}'", place.path("bin").display());
    let outcome = run(in_shell(&lines, &command));
    outcome.refused(4, &["has ended (exit status: 0)", "that is all"]);
    assert!(!outcome.stderr.contains("reached"), "{}", outcome.stderr);
    let after = fs::metadata(place.path("image")).expect("it is there");
    assert_eq!(after.permissions(), before.permissions());
    assert_eq!(after.modified().expect("a time"), before.modified().expect("a time"));
    assert_eq!(place.names(), names);
}

/// Makes a program for a daemon.
fn compile(place: &Workplace, source: &str) {
    let bin = place.path("bin");
    fs::create_dir(&bin).expect("a folder is made");
    fs::write(bin.join("daemon.c"), source).expect("it is written");
    let mut cc = Command::new("cc");
    cc.args(["-Wall", "-Werror", "-o", NAME, "daemon.c"]).current_dir(bin);
    assert!(cc.status().expect("Rust links with cc, too").success());
}

#[test]
#[cfg(target_arch = "x86_64")]
fn system_calls_by_the_32_bit_interface_end_the_daemon() {
    let place = place();
    make(&place, "-O qcow2", "image");
    // Number 20 there is getpid; here it is writev, which is allowed.
    compile(
        &place,
        "int main(void) { int n = 20; __asm__ volatile(\"int $0x80\" : \"+a\"(n)); return 7; }\n",
    );
    let mut command = command(&place, "qcow2", &[], "image");
    command.env("PATH", place.path("bin"));
    // SIGSYS, or SIGSEGV where the kernel has no such interface.
    run(command).refused(4, &["has ended (signal: "]);
}

#[test]
fn the_real_daemon_has_no_rights_no_secrets_and_four_descriptors() {
    let place = stage();
    let (child, daemon) = held(&place);
    let of =
        |name: &str| fs::read_to_string(format!("/proc/{}/{name}", daemon.id())).expect("ours");
    let status = of("status");
    let is = |name: &str, value: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        assert_eq!(line.map(str::trim), Some(value), "{name}: {status}");
    };
    for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        is(set, "0000000000000000");
    }
    is("Groups", "");
    is("NoNewPrivs", "1");
    is("Seccomp", "2");
    // Where libraries are is no secret, and a QEMU of one's own may need it.
    let environment = of("environ");
    let is_known = |entry: &str| entry == "LC_ALL=C" || entry.starts_with("LD_LIBRARY_PATH=");
    assert!(environment.trim_end_matches('\0').split('\0').all(is_known), "{environment}");
    let files = files_of(&daemon);
    let open: Vec<_> = files.iter().filter(|name| name.starts_with('/')).collect();
    let image = place.path("image").canonicalize().expect("it is there");
    assert_eq!(open, [image.to_str().expect("UTF-8")], "{files:?}");
    finish(child).image();
}

/// What the descriptors of a daemon lead to.
fn files_of(daemon: &Daemon) -> Vec<String> {
    let entries = fs::read_dir(format!("/proc/{}/fd", daemon.id())).expect("it is our process");
    let links = entries.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    links.map(|link| link.to_string_lossy().into_owned()).collect()
}

/// Someone who isn't root.
const SOMEONE: u32 = 65534;

/// A group that nobody is in by default.
const GROUP: u32 = 4321;

#[test]
fn root_converts_what_only_its_owner_may_read() {
    let place = place();
    make(&place, "-O qcow2", "image");
    fs::create_dir(place.path("home")).expect("a folder is made");
    overlay(&place, "../base/disk.raw", "raw", "home/over");
    fs::rename(place.path("image"), place.path("home/image")).expect("it is moved");
    fs::create_dir(place.path("base")).expect("a folder is made");
    fs::copy(place.disk(), place.path("base/disk.raw")).expect("it is copied");
    for (name, mode) in [
        ("home/image", 0o600),
        ("home/over", 0o600),
        ("base/disk.raw", 0o600),
        ("home", 0o700),
        ("base", 0o700),
    ] {
        chown(place.path(name), Some(SOMEONE), Some(SOMEONE)).expect("root runs these tests");
        fs::set_permissions(place.path(name), Permissions::from_mode(mode)).expect("its mode");
    }
    same(&place, "qcow2", &[], "home/image");
    same(&place, "qcow2", &["--allow", "base/disk.raw"], "home/over");
    same(&place, "qcow2", &["--allow", "base"], "home/over");
    // As in a container, whose root often has this capability alone to do it.
    let mut command = command(&place, "qcow2", &["--allow", "base"], "home/over");
    command = before(&command, &["--bounding-set=-dac_read_search"]);
    assert!(run(command).image() == expected(&place));
}

#[test]
fn a_member_of_a_group_converts_what_only_the_group_may_read() {
    let place = place();
    make(&place, "-O qcow2", "image");
    chown(place.path("image"), Some(SOMEONE - 1), Some(GROUP)).expect("root runs these tests");
    fs::set_permissions(place.path("image"), Permissions::from_mode(0o040)).expect("its mode");
    fs::set_permissions(place.folder(), Permissions::from_mode(0o755)).expect("its mode");
    let member = format!("--groups={GROUP}");
    let someone = format!("--reuid={SOMEONE}");
    let plain = command(&place, "qcow2", &[], "image");
    assert!(run(before(&plain, &[&someone, &member])).image() == expected(&place));
    // Root without the capabilities to read what it likes, but with that to choose its groups.
    let few = "--bounding-set=-dac_read_search,-dac_override";
    assert!(run(before(&plain, &[few, &member])).image() == expected(&place));
}

#[test]
fn a_capability_of_the_environment_of_a_service_is_enough() {
    let place = place();
    make(&place, "-O qcow2", "image");
    fs::set_permissions(place.path("image"), Permissions::from_mode(0o600)).expect("its mode");
    fs::set_permissions(place.folder(), Permissions::from_mode(0o755)).expect("its mode");
    let someone = format!("--reuid={SOMEONE}");
    let service = [
        someone.as_str(),
        "--clear-groups",
        "--inh-caps=+dac_read_search",
        "--ambient-caps=+dac_read_search",
    ];
    let image = run(before(&command(&place, "qcow2", &[], "image"), &service)).image();
    assert!(image == expected(&place));
}

/// The same command with other rights. `setpriv` is part of util-linux.
fn before(command: &Command, options: &[&str]) -> Command {
    let mut with = Command::new("setpriv");
    with.args(options).arg(command.get_program()).args(command.get_args());
    with.current_dir(command.get_current_dir().expect("a folder")).stdin(Stdio::null());
    with
}

#[test]
fn root_s_daemon_keeps_the_right_to_read_only_where_a_file_needs_it() {
    let place = stage();
    chown(place.path("image"), Some(SOMEONE), Some(SOMEONE)).expect("root runs these tests");
    fs::set_permissions(place.path("image"), Permissions::from_mode(0o600)).expect("its mode");
    let (child, daemon) = held(&place);
    let status = fs::read_to_string(format!("/proc/{}/status", daemon.id())).expect("ours");
    for set in ["CapPrm", "CapEff", "CapBnd"] {
        // Reading any file, and nothing else.
        assert!(status.contains(&format!("{set}:\t0000000000000004\n")), "{status}");
    }
    finish(child).image();
}

#[test]
fn a_daemon_that_answers_at_length_takes_little_memory() {
    let place = place();
    make(&place, "-O qcow2", "image");
    // 15 MiB of numbers. As JSON of any kind they would take 300.
    compile(
        &place,
        r#"
        #include <string.h>
        #include <unistd.h>
        static void say(const char *text) { if (write(1, text, strlen(text)) < 0) _exit(9); }
        static void hear(void) { for (char c = 0; c != '\n' && read(1, &c, 1) == 1;) {} }
        int main(void) {
            char numbers[4097] = {0};
            for (int at = 0; at < 4096; at += 2)
                memcpy(numbers + at, "0,", 2);
            say("{\"QMP\": {}}\n");
            hear();
            for (int nth = 0; nth < 2; nth++) {
                say("{\"return\": [");
                for (int piece = 0; piece < 15 * 256; piece++)
                    say(numbers);
                say("0]}\n");
                hear();
            }
            return 0;
        }"#,
    );
    let command = command(&place, "qcow2", &[], "image");
    let lines = format!("ulimit -v 250000; export PATH='{}'", place.path("bin").display());
    run(in_shell(&lines, &command)).refused(4, &["has ended (exit status: 0)"]);
}
