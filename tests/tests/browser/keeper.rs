//! Nothing that a test starts outlives it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use qcow2_stream_tests::browser::{Browser, Kind, below};
use qcow2_stream_tests::command::wait_until;

/// Two processes that the shell leaves, one of them with another session.
const FAMILY: &str = "setsid sleep 1000 & (sleep 1000 &) ; echo started; ";

fn keep(folder: &Path, script: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keeper"));
    command.arg(folder).args(["sh", "-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
    command.spawn().expect("the keeper runs")
}

fn wait_for_line(keeper: &mut Child) {
    let stdout = keeper.stdout.take().expect("a pipe");
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).expect("the pipe can be read");
    assert_eq!(line, "started\n");
}

fn gone(processes: &[u32]) -> bool {
    processes.iter().all(|id| !Path::new(&format!("/proc/{id}")).exists())
}

#[test]
fn keeper_ends_all_processes_when_its_input_does() {
    let folder = tempfile::tempdir().expect("a folder").keep();
    let mut keeper = keep(&folder, &format!("{FAMILY} sleep 1000"));
    wait_for_line(&mut keeper);
    wait_until("the family is complete", || below(keeper.id()).len() == 4);
    let processes = below(keeper.id());
    drop(keeper.stdin.take());
    assert!(keeper.wait().expect("a child").success());
    assert!(gone(&processes), "{processes:?}");
    assert!(!folder.exists(), "{} is still there", folder.display());
}

#[test]
fn keeper_ends_all_processes_when_the_program_does() {
    let folder = tempfile::tempdir().expect("a folder").keep();
    let mut keeper = keep(&folder, &format!("{FAMILY} exit 3"));
    // Its input is open all the while.
    assert!(keeper.wait().is_ok_and(|status| status.success()));
    assert!(!folder.exists(), "{} is still there", folder.display());
}

#[test]
fn keeper_ends_processes_that_will_not() {
    let folder = tempfile::tempdir().expect("a folder").keep();
    let mut keeper = keep(&folder, "trap '' TERM; echo started; while :; do sleep 1; done");
    wait_for_line(&mut keeper);
    drop(keeper.stdin.take());
    assert!(keeper.wait().expect("a child").success());
    assert!(!folder.exists(), "{} is still there", folder.display());
}

#[test]
fn nothing_is_left_of_a_browser_that_is_dropped() {
    for kind in Kind::ALL {
        let browser = Browser::start(kind);
        let (processes, downloads) = (browser.processes(), browser.downloads());
        assert!(processes.len() > 1, "{kind:?}: {processes:?}");
        drop(browser);
        assert!(gone(&processes), "{kind:?}: {processes:?}");
        assert!(!downloads.parent().expect("a folder").exists(), "{kind:?}");
        assert!(!locks_of(&processes), "{kind:?}: the display has left its lock");
    }
}

/// Whether X servers among these have left a lock, which has their number in it.
fn locks_of(processes: &[u32]) -> bool {
    let entries = fs::read_dir("/tmp").expect("the folder can be listed");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut locks = paths.filter(|path| path.to_string_lossy().starts_with("/tmp/.X"));
    locks.any(|path| {
        let owner = fs::read_to_string(path).ok().and_then(|text| text.trim().parse().ok());
        owner.is_some_and(|owner| processes.contains(&owner))
    })
}
