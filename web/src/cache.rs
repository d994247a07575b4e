//! Tools that are installed once, in the user's cache.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folder of the tool `name`. Where it is not there yet, `install` is called with a folder to fill.
pub(crate) fn tool(name: &str, install: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    tool_in(&folder()?, name, install)
}

fn folder() -> Result<PathBuf> {
    let cache =
        std::env::var_os("XDG_CACHE_HOME").filter(|path| !path.is_empty()).map(PathBuf::from);
    let cache = cache.or_else(|| Some(std::env::home_dir()?.join(".cache")));
    let cache = cache.context("no folder for caches: set XDG_CACHE_HOME to one")?;
    Ok(cache.join("qcow2-stream"))
}

fn tool_in(
    folder: &Path,
    name: &str,
    install: impl FnOnce(&Path) -> Result<()>,
) -> Result<PathBuf> {
    let tool = folder.join(name);
    if tool.is_dir() {
        return Ok(tool);
    }
    eprintln!("installing {name} into {}, once", folder.display());
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    // Renamed when complete, so that what an interrupted installation leaves is never taken for the tool.
    let partial = tempfile::Builder::new().prefix(".partial-").tempdir_in(folder);
    let partial = partial.with_context(|| folder.display().to_string())?;
    install(partial.path())?;
    match std::fs::rename(partial.path(), &tool) {
        // Another process may have been quicker.
        Err(e) if !tool.is_dir() => Err(e).with_context(|| tool.display().to_string()),
        _ => Ok(tool),
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    fn fill(dir: &Path) -> Result<()> {
        Ok(std::fs::write(dir.join("file"), "contents")?)
    }

    #[test]
    fn a_tool_is_installed_once() {
        let cache = tempfile::tempdir().unwrap();
        let tool = tool_in(cache.path(), "tool", fill).unwrap();
        assert_eq!(std::fs::read(tool.join("file")).unwrap(), b"contents");
        assert_eq!(tool_in(cache.path(), "tool", |_| bail!("again")).unwrap(), tool);
    }

    #[test]
    fn an_installation_that_failed_is_not_taken_for_the_tool() {
        let cache = tempfile::tempdir().unwrap();
        tool_in(cache.path(), "tool", |dir| fill(dir).and_then(|()| bail!("interrupted")))
            .unwrap_err();
        assert_eq!(std::fs::read_dir(cache.path()).unwrap().count(), 0);
        tool_in(cache.path(), "tool", fill).unwrap();
    }

    #[test]
    fn a_tool_that_another_process_installed_meanwhile_is_used() {
        let cache = tempfile::tempdir().unwrap();
        let quicker = |dir: &Path| tool_in(cache.path(), "tool", fill).and_then(|_| fill(dir));
        let tool = tool_in(cache.path(), "tool", quicker).unwrap();
        assert!(tool.join("file").is_file());
        assert_eq!(std::fs::read_dir(cache.path()).unwrap().count(), 1);
    }
}
