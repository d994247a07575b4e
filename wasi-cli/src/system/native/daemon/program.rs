//! The daemon's program: where it is, and which version.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use rustix::fs::{Access, access};

use crate::shown::{self, shown};

/// What it is called.
pub(super) const NAME: &str = "qemu-storage-daemon";

/// Where it is to be had.
const PACKAGES: &str = "\
install it, with the package qemu-utils (Debian 13, Ubuntu 24.04, or later), qemu-system-common (before those) \
or qemu-img (Fedora)";

/// Finds the daemon as a shell would, but never in the working directory.
pub(super) fn find() -> Result<PathBuf> {
    let found = find_in(&env::var_os("PATH").unwrap_or_default());
    found.with_context(|| format!("{NAME}, which reads this format, is not in PATH; {PACKAGES}"))
}

fn find_in(path: &OsStr) -> Option<PathBuf> {
    let folders = env::split_paths(path).filter(|folder| folder.is_absolute());
    folders.map(|folder| folder.join(NAME)).find(|program| is_program(program))
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
        && access(path, Access::EXEC_OK).is_ok()
}

/// The version and the path of the daemon, in one line.
pub(crate) fn version() -> Result<String> {
    let program = find()?;
    let name = shown(&program);
    let output = Command::new(&program).arg("--version").stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("cannot start {name}"))?;
    ensure!(output.status.success(), "{name} --version failed: {}", output.status);
    match String::from_utf8_lossy(&output.stdout).lines().next() {
        Some(line) => Ok(format!("{} ({name})", shown::text(line))),
        None => bail!("{name} does not tell its version"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_program_in_an_absolute_folder_is_found() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let [data, there] = ["data", "there"].map(|name| folder.path().join(name));
        for folder in [&data, &there] {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join(NAME), "").unwrap();
            fs::set_permissions(folder.join(NAME), fs::Permissions::from_mode(0o644)).unwrap();
        }
        let path = env::join_paths([Path::new(""), Path::new("."), &data, &there]).unwrap();
        assert_eq!(find_in(&path), None);
        fs::set_permissions(there.join(NAME), fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(find_in(&path), Some(there.join(NAME)));
        assert_eq!(find_in(OsStr::new("")), None);
    }
}
