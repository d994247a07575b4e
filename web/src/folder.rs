//! The folder that a build leaves.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::files::Files;

/// A file by which a folder of an earlier build is known, and a text that it holds.
pub(crate) struct Mark {
    pub(crate) file: &'static str,
    pub(crate) holds: &'static [u8],
}

/// Refuses a folder that holds something and has not all the `marks`: nothing may be removed from it.
pub(crate) fn check(dir: &Path, marks: &[Mark]) -> Result<()> {
    let ours = || marks.iter().all(|mark| holds(dir, mark));
    if dir.exists() && !names(dir).with_context(|| dir.display().to_string())?.is_empty() && !ours()
    {
        bail!(
            "{}: not emptied, since no earlier build left it: name a folder that is new or empty",
            dir.display()
        );
    }
    Ok(())
}

/// Makes `dir` hold `files` and nothing else, but for what begins with a dot: that may be a repository's.
pub(crate) fn replace(dir: &Path, files: &Files, marks: &[Mark]) -> Result<()> {
    check(dir, marks)?;
    write(dir, files, marks).with_context(|| dir.display().to_string())
}

fn write(dir: &Path, files: &Files, marks: &[Mark]) -> Result<()> {
    std::fs::create_dir_all(dir)?;
    empty(dir, marks)?;
    // Marks go last and come first, so that a build that was interrupted can be repeated.
    let (first, last): (Vec<_>, Vec<_>) = files.iter().partition(|(name, _)| is_mark(name, marks));
    for (name, contents) in first.into_iter().chain(last) {
        let path = dir.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(dir))?;
        std::fs::write(path, contents).with_context(|| name.clone())?;
    }
    Ok(())
}

fn empty(dir: &Path, marks: &[Mark]) -> Result<()> {
    let mut names = names(dir)?;
    names.sort_by_key(|name| is_mark(name, marks));
    for name in names {
        remove(&dir.join(&name)).context(name)?;
    }
    Ok(())
}

fn names(dir: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let name = entry?.file_name();
        let name =
            name.to_str().with_context(|| format!("{} is no name in UTF-8", name.display()))?;
        if !name.starts_with('.') {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

fn is_mark(name: &str, marks: &[Mark]) -> bool {
    marks.iter().any(|mark| mark.file == name)
}

fn holds(dir: &Path, mark: &Mark) -> bool {
    std::fs::read(dir.join(mark.file))
        .is_ok_and(|bytes| bytes.windows(mark.holds.len()).any(|text| text == mark.holds))
}

/// Removes a file or a folder; of a symbolic link, the link.
fn remove(path: &Path) -> std::io::Result<()> {
    if path.symlink_metadata()?.is_dir() {
        std::fs::remove_dir_all(path)
    } else {
        std::fs::remove_file(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKS: [Mark; 1] = [Mark { file: "mark", holds: b"ours" }];

    fn files(names: &[&str]) -> Files {
        names
            .iter()
            .map(|name| ((*name).to_owned(), format!("{name} of ours").into_bytes()))
            .collect()
    }

    fn list(dir: &Path) -> Vec<String> {
        crate::files::read(dir).unwrap().into_keys().collect()
    }

    #[test]
    fn nothing_of_an_earlier_build_remains() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("new/site");
        replace(&dir, &files(&["a", "mark", "old/b", "c"]), &MARKS).unwrap();
        replace(&dir, &files(&["a", "mark", "new/b", "c/d"]), &MARKS).unwrap();
        assert_eq!(list(&dir), ["a", "c/d", "mark", "new/b"]);
        assert!(!dir.join("old").exists());
    }

    #[test]
    fn a_folder_that_no_build_left_is_not_emptied() {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in [("letter", "dear"), ("mark", "of another's")] {
            std::fs::write(dir.path().join(name), text).unwrap();
            let error =
                format!("{:#}", replace(dir.path(), &files(&["mark"]), &MARKS).unwrap_err());
            assert!(error.ends_with("name a folder that is new or empty"), "{error}");
            assert_eq!(std::fs::read(dir.path().join("letter")).unwrap(), b"dear");
        }
    }

    #[test]
    fn hidden_files_stay() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(".git"), "gitdir: elsewhere").unwrap();
        replace(dir.path(), &files(&["mark"]), &MARKS).unwrap();
        replace(dir.path(), &files(&["mark"]), &MARKS).unwrap();
        assert_eq!(std::fs::read(dir.path().join(".git")).unwrap(), b"gitdir: elsewhere");
    }

    #[test]
    fn a_file_in_place_of_the_folder_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        replace(file.path(), &files(&["mark"]), &MARKS).unwrap_err();
        assert!(file.path().is_file());
    }
}
