//! This program again, for the moment between the start of a process and that of the daemon in it.
//!
//! What only the new process itself can do is done here: ask to be ended when its parent ends, and give up every right
//! that the daemon doesn't need. All of it lasts through `exec`.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{self, Command, ExitCode};

use anyhow::{Context, Result, ensure};
use rustix::fd::{AsRawFd, IntoRawFd};
use rustix::fs::{Mode, OFlags, open};
use rustix::io::{FdFlags, fcntl_dupfd_cloexec, fcntl_setfd};
use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};

use super::{command, descriptors, privileges, sandbox, syscalls};
use crate::stderr;

/// How the program is called to be this. No shell calls it so by accident.
const NAME: &str = "qcow2-to-stdout: start qemu-storage-daemon";

/// The descriptor by which the daemon may open an input whose name JSON can't say.
const INPUT: i32 = 100;

/// The name of that descriptor.
pub(super) const INPUT_NAME: &str = "/proc/self/fd/100";

/// What the daemon is started with, and may reach.
#[derive(Debug)]
pub(super) struct Guard<'a> {
    /// The daemon.
    pub(super) program: &'a Path,
    /// Whether it is to be confined.
    pub(super) confine: bool,
    /// The input as this process has it open: its name could lead to another file by now.
    pub(super) input: &'a Path,
    /// The input, seen from the working directory.
    pub(super) name: &'a OsStr,
    /// What else it may read: files and folders, by absolute paths.
    pub(super) allowed: &'a [PathBuf],
}

impl Guard<'_> {
    /// A command that becomes the daemon.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new("/proc/self/exe");
        command.arg0(NAME).arg(process::id().to_string()).arg(self.confine.to_string());
        command.arg(self.program).arg(self.input).arg(self.name).args(self.allowed);
        command::clean_environment(&mut command);
        command
    }
}

/// Becomes the daemon, if the program was started for that.
pub(crate) fn become_if_asked() -> Option<ExitCode> {
    let mut args = env::args_os();
    if args.next()? != NAME {
        return None;
    }
    descriptors::close_inherited();
    let Err(error) = become_daemon(&args.collect::<Vec<_>>());
    stderr::line(format_args!("cannot start it: {error:#}"));
    Some(ExitCode::FAILURE)
}

fn become_daemon(args: &[OsString]) -> Result<std::convert::Infallible> {
    let [parent, confine, program, input, name, allowed @ ..] = args else {
        anyhow::bail!("it is started by qcow2-to-stdout only");
    };
    end_with(parent)?;
    let input =
        File::from(open(input.as_os_str(), OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?);
    let program = Path::new(program);
    privileges::reduce(program, name, allowed)?;
    if confine == "true" {
        sandbox::confine(program, &input, allowed)?;
    }
    if name.to_str().is_none() {
        pass_on(&input)?;
    }
    // After this, little more than `exec` is left to do.
    if syscalls::is_available() {
        syscalls::confine()?;
    }
    let error = command::complete(&mut Command::new(program)).exec();
    Err(error).with_context(|| format!("{program:?}"))
}

/// Lets this process, whatever program it runs, end with its parent.
fn end_with(parent: &OsStr) -> Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let now = getppid().map_or(0, Pid::as_raw_pid);
    // Otherwise it has ended before it could be asked for.
    ensure!(parent.to_str() == Some(&now.to_string()), "the program that wanted it has ended");
    Ok(())
}

/// Leaves the input open in the daemon, under a number that is agreed upon.
fn pass_on(input: &File) -> Result<()> {
    let passed = fcntl_dupfd_cloexec(input, INPUT)?;
    ensure!(passed.as_raw_fd() == INPUT, "descriptor {INPUT} is in use");
    fcntl_setfd(&passed, FdFlags::empty())?;
    let _ = passed.into_raw_fd();
    Ok(())
}
