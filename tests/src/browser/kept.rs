//! A program that can't outlive the test.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::tree::below;
use super::wait::look_for;

/// A program that runs in the care of the keeper, with a folder of its own.
///
/// Its processes and its folder are gone when this is dropped, and also when
/// the test process ends without that, as it does with what is static.
#[derive(Debug)]
pub(crate) struct Kept {
    keeper: Child,
    folder: PathBuf,
    said: File,
}

impl Kept {
    /// Starts a command. What it says is kept in a file without a name.
    pub(crate) fn start(folder: TempDir, command: &Command) -> Self {
        let folder = folder.keep();
        let said = tempfile::tempfile().expect("a file");
        let mut keeper = Command::new(keeper());
        keeper.arg(&folder).arg(command.get_program()).args(command.get_args());
        keeper.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        keeper.current_dir(command.get_current_dir().unwrap_or(&folder));
        keeper.stdin(Stdio::piped()).stdout(copy(&said)).stderr(copy(&said));
        // A Ctrl-C is for the test process; the keeper has to put things in order after it.
        keeper.process_group(0);
        let keeper = keeper.spawn().unwrap_or_else(|error| panic!("{keeper:?}: {error}"));
        Self { keeper, folder, said }
    }

    /// Where the program may leave things.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The process below which those of the program are.
    pub(crate) fn keeper(&self) -> u32 {
        self.keeper.id()
    }

    /// The processes of the program.
    pub(crate) fn processes(&self) -> Vec<u32> {
        below(self.keeper())
    }

    /// Waits for what the program is expected to do, as long as it runs.
    pub(crate) fn wait_for<T>(
        &mut self,
        what: &str,
        timeout: Duration,
        mut look: impl FnMut(&Self) -> Option<T>,
    ) -> T {
        let mut said = String::new();
        let found = look_for(timeout, || {
            let ended = self.keeper.try_wait().expect("the keeper is a child").is_some();
            said = self.said();
            if ended { Some(None) } else { look(self).map(Some) }
        });
        found.flatten().unwrap_or_else(|| panic!("waited in vain for {what}:\n{said}"))
    }

    /// What the program has said.
    pub(crate) fn said(&self) -> String {
        let length = self.said.metadata().expect("a file has a length").len() as usize;
        let mut bytes = vec![0; length];
        // The program writes at the file's own position, which stays as it is.
        self.said.read_exact_at(&mut bytes, 0).expect("the file can be read");
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // That it fails would be seen by the test that looks for what is left.
        let _ = self.keeper.wait();
    }
}

fn copy(file: &File) -> File {
    file.try_clone().expect("a descriptor can be copied")
}

/// Where the keeper is. Cargo builds it for the suites in `tests/tests`, and says where.
fn keeper() -> PathBuf {
    let path = std::env::var_os("CARGO_BIN_EXE_keeper").map(PathBuf::from);
    path.unwrap_or_else(|| beside_the_suite().expect("a suite runs in cargo's folder"))
}

/// Where it is for a suite that is run without cargo, as debuggers do.
fn beside_the_suite() -> io::Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name("../keeper"))
}
