//! The daemon's command line. No name of a file is on it: those are said in QMP, as JSON.

use std::env;
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

/// Where the loader looks for libraries first. A QEMU that is installed in a folder of its own may need it.
const LIBRARIES: &str = "LD_LIBRARY_PATH";

/// Adds what every daemon is started with.
pub(super) fn complete(command: &mut Command) -> &mut Command {
    clean_environment(command.args(ARGUMENTS))
}

/// Gives a command an environment of its own: that of this program may hold secrets.
pub(super) fn clean_environment(command: &mut Command) -> &mut Command {
    // The daemon's messages are looked into.
    command
        .env_clear()
        .env("LC_ALL", "C")
        .envs(env::var_os(LIBRARIES).map(|path| (LIBRARIES, path)))
}
