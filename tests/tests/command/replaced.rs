//! `-o FILE` where FILE is there already: who may open the new one, and what is left alone.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use qcow2_stream_tests::command::{
    Lockstep, Mounted, Outcome, User, Workplace, at_first_line_of, finish, run, wait_until,
    without_proc,
};
use rustix::fs::{XattrFlags, lgetxattr, setxattr};
use rustix::io::Errno;

use crate::{LARGE, place};

/// The user and the group of nobody.
const NOBODY: u32 = 65534;

/// A group that nobody is not in.
const GAMES: u32 = 60;

const ARGS: [&str; 3] = ["-o", "old", "disk.raw"];

const ACCESS: &str = "system.posix_acl_access";
const DEFAULT: &str = "system.posix_acl_default";

/// The owner and nobody may read and write; the owning group and others may not.
const FOR_NOBODY: [(u16, u16, u32); 5] =
    [(USER_OBJ, 6, ANY), (USER, 6, NOBODY), (GROUP_OBJ, 0, ANY), (MASK, 6, ANY), (OTHER, 0, ANY)];

const USER_OBJ: u16 = 0x01;
const USER: u16 = 0x02;
const GROUP_OBJ: u16 = 0x04;
const MASK: u16 = 0x10;
const OTHER: u16 = 0x20;
const ANY: u32 = u32::MAX;

const PRIVATE: &str = "only you may open it (mode 0600)";

#[test]
fn owner_group_and_mode_are_those_of_the_file_that_is_replaced() {
    let place = place(3 << 20);
    for (owner, group, mode) in [(NOBODY, GAMES, 0o660), (0, GAMES, 0o640), (NOBODY, 0, 0o000)] {
        for command in [place.command(ARGS), without_proc(&place.command(ARGS))] {
            old(&place, owner, group, mode);
            run(command).image();
            assert_eq!(seen(&place), (owner, group, mode), "{owner}:{group} {mode:o}");
            assert_image(&place);
        }
    }
}

#[test]
fn no_new_file_runs_as_somebody_else() {
    let place = place(3 << 20);
    share(&place);
    for (owner, mode) in [(NOBODY, 0o6777), (0, 0o4755), (NOBODY, 0o2755), (0, 0o1644)] {
        old(&place, owner, owner, mode);
        run(place.command(ARGS)).image();
        assert_eq!(seen(&place), (owner, owner, mode & 0o777), "{mode:o}");
    }
}

#[test]
fn an_access_control_list_goes_over_to_the_new_file() {
    let (place, list) = (place(3 << 20), list(&FOR_NOBODY));
    for command in [place.command(ARGS), without_proc(&place.command(ARGS))] {
        old(&place, 0, 0, 0o600);
        set(&place.path("old"), ACCESS, &list);
        run(command).image();
        assert_eq!(get(&place.path("old"), ACCESS).as_ref(), Some(&list));
        assert_eq!(seen(&place), (0, 0, 0o660));
        assert_image(&place);
    }
}

#[test]
fn the_default_list_of_a_folder_opens_no_file_that_was_closed() {
    for way in [Command::from, |command| without_proc(&command)] {
        let place = place(3 << 20);
        old(&place, 0, 0, 0o640);
        set(place.folder(), DEFAULT, &list(&FOR_NOBODY));
        run(way(place.command(ARGS))).image();
        assert_eq!((get(&place.path("old"), ACCESS), seen(&place)), (None, (0, 0, 0o640)));
    }
}

#[test]
fn a_new_file_gets_the_default_list_of_its_folder() {
    let place = place(3 << 20);
    set(place.folder(), DEFAULT, &list(&FOR_NOBODY));
    fs::write(place.path("other"), "x").expect("a file is written");
    run(place.command(ARGS)).image();
    let mode = |name| fs::metadata(place.path(name)).expect("it is there").mode();
    assert_eq!(mode("old"), mode("other"));
    assert!(get(&place.path("old"), ACCESS).is_some());
    assert_eq!(get(&place.path("old"), ACCESS), get(&place.path("other"), ACCESS));
}

#[test]
fn a_file_whose_owner_or_group_cannot_be_kept_is_private_and_a_note_says_so() {
    let place = place(3 << 20);
    fs::set_permissions(place.folder(), Permissions::from_mode(0o777)).expect("the mode is set");
    let user = User::new(NOBODY, &place.command(ARGS));
    for (owner, group) in [(0, NOBODY), (NOBODY, GAMES), (0, 0)] {
        old(&place, owner, group, 0o664);
        let outcome = run(user.run(&[], &place.command(ARGS), NO_LIMITS));
        assert_eq!(outcome.status.code(), Some(0), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(PRIVATE), "{}", outcome.stderr);
        assert_eq!(seen(&place), (NOBODY, NOBODY, 0o600), "{owner}:{group}");
        assert_image(&place);
        old(&place, owner, group, 0o664);
        let quiet = place.command(["-q", "-o", "old", "disk.raw"]);
        run(user.run(&[], &quiet, NO_LIMITS)).image();
    }
}

#[test]
fn a_group_that_the_user_is_in_is_kept() {
    let place = place(3 << 20);
    fs::set_permissions(place.folder(), Permissions::from_mode(0o777)).expect("the mode is set");
    let user = User::new(NOBODY, &place.command(ARGS));
    old(&place, NOBODY, GAMES, 0o664);
    run(user.run(&[GAMES], &place.command(ARGS), NO_LIMITS)).image();
    assert_eq!(seen(&place), (NOBODY, GAMES, 0o664));
}

#[test]
fn an_image_is_no_more_open_than_a_file_that_appears_meanwhile() {
    let place = place(LARGE);
    let mut lockstep = Lockstep::start(place.command(ARGS));
    lockstep.hold(&place.disk(), at_first_line_of("emit"));
    old(&place, NOBODY, GAMES, 0o600);
    lockstep.release().image();
    assert_eq!(seen(&place), (NOBODY, GAMES, 0o600));
    assert_image(&place);
}

#[test]
fn a_file_that_disappears_meanwhile_leaves_a_private_one() {
    let place = place(LARGE);
    old(&place, 0, 0, 0o644);
    let mut lockstep = Lockstep::start(place.command(ARGS));
    lockstep.hold(&place.disk(), at_first_line_of("emit"));
    fs::remove_file(place.path("old")).expect("it is there");
    let outcome = lockstep.release();
    assert!(outcome.stderr.contains(PRIVATE), "{}", outcome.stderr);
    assert_eq!(seen(&place), (0, 0, 0o600));
    assert_image(&place);
}

#[test]
fn a_file_that_becomes_a_link_meanwhile_is_not_followed() {
    let place = place(LARGE);
    fs::write(place.path("other"), "other").expect("a file is written");
    old(&place, 0, 0, 0o644);
    let mut lockstep = Lockstep::start(place.command(ARGS));
    lockstep.hold(&place.disk(), at_first_line_of("emit"));
    fs::remove_file(place.path("old")).expect("it is there");
    symlink("other", place.path("old")).expect("a link is made");
    lockstep.release().failed(5, &["cannot write to old", "symbolic link"]);
    assert_eq!(fs::read(place.path("other")).expect("it is there"), b"other");
    assert_eq!(place.names(), ["disk.raw", "old", "other"]);
}

#[test]
fn another_users_link_in_a_folder_for_all_is_not_followed() {
    let place = place(3 << 20);
    share(&place);
    fs::write(place.path("other"), "other").expect("a file is written");
    for target in ["other", "nothing"] {
        symlink(target, place.path("old")).expect("a link is made");
        std::os::unix::fs::lchown(place.path("old"), Some(NOBODY), None).expect("root can");
        run(place.command(ARGS)).refused(5, &["cannot write to old"]);
        assert_eq!(place.names(), ["disk.raw", "old", "other"], "{target}");
        assert_eq!(fs::read(place.path("other")).expect("it is there"), b"other");
        std::os::unix::fs::lchown(place.path("old"), Some(0), None).expect("root can");
        run(place.command(ARGS)).image();
        assert!(fs::read(place.path(target)).expect("it is there").starts_with(b"QFI\xfb"));
        fs::write(place.path("other"), "other").expect("a file is written");
        let _ = fs::remove_file(place.path("nothing"));
        fs::remove_file(place.path("old")).expect("it is there");
    }
}

#[test]
fn what_the_system_does_not_let_be_replaced_is_refused_before_the_disk_is_read() {
    let (place, system) = (place(3 << 20), Mounted::new(&["mkfs.ext4", "-q"], 64 << 20));
    let (fixed, growing) = (system.path("fixed"), system.path("growing"));
    fs::create_dir(&growing).expect("a folder is made");
    for path in [&fixed, &growing.join("old")] {
        fs::write(path, "x").expect("a file is written");
    }
    chattr("+i", &fixed);
    chattr("+a", &growing);
    for path in [&fixed, &growing.join("old")] {
        let outcome = run(into(&place, path));
        outcome.refused(5, &["cannot write to", "does not let it be replaced"]);
        assert_eq!(fs::read(path).expect("it is there"), b"x");
    }
    let names = fs::read_dir(&growing).expect("the folder is there");
    assert_eq!(names.count(), 1, "something was left");
    chattr("-i", &fixed);
    chattr("-a", &growing);
    old(&place, 0, 0, 0o666);
    share(&place);
    let command = into(&place, &place.path("old"));
    let user = User::new(NOBODY, &command);
    run(user.run(&[], &command, NO_LIMITS)).refused(5, &["does not let it be replaced"]);
    assert_eq!(place.names(), ["disk.raw", "old"]);
}

#[test]
fn what_something_is_mounted_on_is_refused_before_the_disk_is_read() {
    let place = place(3 << 20);
    old(&place, 0, 0, 0o644);
    // In a mount namespace of its own, so that nothing stays.
    let script = "mount --bind old old && exec \"$@\"";
    let command = into(&place, Path::new("old"));
    let mut namespace = Command::new("unshare");
    namespace.args(["--mount", "sh", "-c", script, "sh"]).arg(command.get_program());
    namespace.args(command.get_args()).current_dir(place.folder());
    run(namespace).refused(5, &["does not let it be replaced", "mounted on it"]);
    assert_eq!(place.names(), ["disk.raw", "old"]);
}

#[test]
fn a_file_whose_owner_a_container_does_not_know_is_private() {
    let place = place(3 << 20);
    fs::set_permissions(place.folder(), Permissions::from_mode(0o777)).expect("the mode is set");
    let command = place.command(ARGS);
    let user = User::new(0, &command);
    // Root and nobody of the container are these users, and it knows no others. Root is unknown to it.
    for (owner, group) in [(0, 0), (FIRST, 0), (0, FIRST)] {
        old(&place, owner, group, 0o660);
        let outcome = in_container(&user.run(&[], &command, NO_LIMITS));
        assert_eq!(outcome.status.code(), Some(0), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(PRIVATE), "{}", outcome.stderr);
        assert_eq!(seen(&place), (FIRST, FIRST, 0o600), "{owner}:{group}");
        assert_image(&place);
    }
    for id in [FIRST, FIRST + 1] {
        old(&place, id, id, 0o640);
        in_container(&user.run(&[], &command, NO_LIMITS)).image();
        assert_eq!(seen(&place), (id, id, 0o640));
    }
}

/// The user who is root in the container.
const FIRST: u32 = 100_000;

/// What the command does as root of a user namespace that knows as many users as containers mostly do, nobody among
/// them.
fn in_container(command: &Command) -> Outcome {
    let mut unshare = Command::new("unshare");
    let wait = "read mapped && exec \"$@\"";
    unshare.args(["--user", "--keep-caps", "sh", "-c", wait, "sh"]).arg(command.get_program());
    unshare.args(command.get_args()).current_dir(command.get_current_dir().expect("a folder"));
    unshare.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = unshare.spawn().expect("unshare (util-linux)");
    let own = |process: &str| fs::read_link(format!("/proc/{process}/ns/user")).ok();
    let id = child.id().to_string();
    wait_until("it has a user namespace", || own(&id) != own("self"));
    for map in ["uid_map", "gid_map"] {
        let map = format!("/proc/{id}/{map}");
        fs::write(map, format!("0 {FIRST} 65536\n")).expect("root can");
    }
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(b"\n").expect("it waits");
    finish(child)
}

/// A command that would say how far it has got, if it got anywhere.
fn into(place: &Workplace, path: &Path) -> Command {
    let args = ["--progress=json".as_ref(), "-o".as_ref(), path.as_os_str(), "disk.raw".as_ref()];
    place.command(args)
}

fn chattr(change: &str, path: &Path) {
    let done = Command::new("chattr").arg(change).arg(path).status();
    assert!(done.is_ok_and(|status| status.success()), "chattr {change} (e2fsprogs)");
}

#[test]
fn other_names_of_a_file_keep_what_they_had() {
    let place = place(3 << 20);
    old(&place, 0, 0, 0o644);
    fs::hard_link(place.path("old"), place.path("twin")).expect("a name is added");
    run(place.command(ARGS)).image();
    assert_eq!(fs::read(place.path("twin")).expect("it is there"), b"x");
    assert_image(&place);
}

const NO_LIMITS: &[&str] = &[];

/// Makes the file that is to be replaced.
fn old(place: &Workplace, owner: u32, group: u32, mode: u32) {
    let path = place.path("old");
    let _ = fs::remove_file(&path);
    fs::write(&path, "x").expect("a file is written");
    chown(&path, Some(owner), Some(group)).expect("root can");
    fs::set_permissions(&path, Permissions::from_mode(mode)).expect("the mode is set");
}

/// Lets anybody leave files in the folder, as in `/tmp`.
fn share(place: &Workplace) {
    fs::set_permissions(place.folder(), Permissions::from_mode(0o1777)).expect("the mode is set");
    chown(place.folder(), Some(GAMES), None).expect("root can");
}

fn seen(place: &Workplace) -> (u32, u32, u32) {
    let metadata = fs::metadata(place.path("old")).expect("the file is there");
    (metadata.uid(), metadata.gid(), metadata.mode() & 0o7777)
}

#[track_caller]
fn assert_image(place: &Workplace) {
    assert_eq!(place.names().iter().filter(|name| name.ends_with(".partial")).count(), 0);
    let image = fs::read(place.path("old")).expect("the image is there");
    assert!(image == run(place.command(["disk.raw"])).image(), "another image");
}

/// A list as the kernel knows it.
fn list(entries: &[(u16, u16, u32)]) -> Vec<u8> {
    let mut list = 2_u32.to_le_bytes().to_vec();
    for (tag, rights, id) in entries {
        list.extend([tag.to_le_bytes(), rights.to_le_bytes()].concat());
        list.extend(id.to_le_bytes());
    }
    list
}

fn set(path: &Path, name: &str, list: &[u8]) {
    setxattr(path, name, list, XattrFlags::empty()).expect("the file system has lists");
}

fn get(path: &Path, name: &str) -> Option<Vec<u8>> {
    let mut list = vec![0; 1000];
    match lgetxattr(path, name, &mut list[..]) {
        Ok(length) => Some(list[..length].to_vec()),
        Err(Errno::NODATA) => None,
        Err(error) => panic!("{error}"),
    }
}
