//! A command that finds something prepared by the shell.

use std::process::Command;

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
    shell.arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        shell.current_dir(folder);
    }
    shell
}
