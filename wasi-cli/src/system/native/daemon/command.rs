//! The daemon's command line. No name of a file is on it: those are said in QMP, as JSON.

use std::process::Command;

/// Where the daemon finds what it is started with: the listening socket as its standard input, QMP as its
/// standard output.
pub(super) const ARGUMENTS: [&str; 6] = [
    "--chardev",
    "socket,id=qmp,fd=1",
    "--monitor",
    "chardev=qmp",
    "--nbd-server",
    r#"{"addr": {"type": "fd", "str": "0"}}"#,
];

/// Adds what every daemon is started with.
pub(super) fn complete(command: &mut Command) -> &mut Command {
    // Its messages are looked into.
    command.args(ARGUMENTS).env("LC_ALL", "C")
}
