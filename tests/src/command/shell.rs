//! A command that finds something prepared by another program.

use std::process::Command;

/// The same command with no signal ignored.
///
/// Whoever runs the tests may ignore some, as nohup does, and a command would
/// inherit that. Only another program can undo it.
pub fn with_default_signals(command: &Command) -> Command {
    let mut env = Command::new("env");
    env.arg("--default-signal");
    with_command_of(env, command)
}

/// The same command where `/proc` is not mounted. It takes root.
///
/// There, a file can't be given a name after it was made, as on file systems that know no files without one.
pub fn without_proc(command: &Command) -> Command {
    let mut unshare = Command::new("unshare");
    let hide = "mount -t tmpfs none /proc && exec \"$@\"";
    unshare.args(["--mount", "sh", "-c", hide, "sh"]);
    with_command_of(unshare, command)
}

/// The same command after some lines of shell, for instance `umask 077`.
///
/// The shell becomes the command, so that the process stays the same.
pub fn in_shell(lines: &str, command: &Command) -> Command {
    redirected(lines, command, "")
}

/// As [`in_shell`], but with a redirection of the shell's, for instance `>&-`.
pub fn redirected(lines: &str, command: &Command, redirection: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{lines}\nexec \"$@\" {redirection}")).arg("sh");
    with_command_of(shell, command)
}

/// A program that is to become the command.
fn with_command_of(mut program: Command, command: &Command) -> Command {
    program.arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        program.current_dir(folder);
    }
    program
}
