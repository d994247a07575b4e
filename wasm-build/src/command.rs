//! Other programs.

use std::io::ErrorKind;
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};

/// Runs it to its end and gives what it wrote to standard output; its messages go to ours.
/// Where there is no such program, the error says `missing`.
///
/// # Errors
/// If it is missing or fails.
pub fn output(command: &mut Command, missing: &str) -> Result<Vec<u8>> {
    let name = command.get_program().to_string_lossy().into_owned();
    match command.stdin(Stdio::null()).stderr(Stdio::inherit()).output() {
        Ok(Output { status, stdout, .. }) if status.success() => Ok(stdout),
        Ok(Output { status, .. }) => bail!("{name} failed ({status}); its messages are above"),
        Err(e) if e.kind() == ErrorKind::NotFound => bail!("{name} is missing: {missing}"),
        Err(e) => Err(e).context(name),
    }
}

/// Runs it to its end. All it says goes to standard error, since ours of standard output are for programs.
///
/// # Errors
/// If it is missing or fails.
pub fn run(command: &mut Command, missing: &str) -> Result<()> {
    output(command.stdout(std::io::stderr()), missing).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_missing_is_named_with_what_brings_it() {
        let error =
            run(&mut Command::new("no-such-program"), "install the package nothing").unwrap_err();
        assert_eq!(error.to_string(), "no-such-program is missing: install the package nothing");
    }

    #[test]
    fn a_program_that_fails_is_an_error() {
        let error = run(Command::new("rustc").arg("--no-such-option"), "").unwrap_err();
        assert!(error.to_string().starts_with("rustc failed ("), "{error}");
    }
}
