//! Files in memory. All that is built here is small.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Contents by path, from the root of the folder, with `/`. In the order of the paths, so that the same files always
/// give the same result.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// All files in `dir` and its folders, but for those whose names begin with a dot: they are the editor's or the system's.
pub(crate) fn read(dir: &Path) -> Result<Files> {
    let mut files = Files::new();
    read_into(&mut files, dir, "")?;
    Ok(files)
}

fn read_into(files: &mut Files, dir: &Path, prefix: &str) -> Result<()> {
    for entry in std::fs::read_dir(dir).with_context(|| dir.display().to_string())? {
        let path = entry.with_context(|| dir.display().to_string())?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with('.') {
            continue;
        }
        if name.is_empty() || !name.bytes().all(is_plain) {
            bail!(
                "{}: the name must be of letters, digits, '-', '_' and '.' only, to stand in a URL",
                path.display()
            );
        }
        let name = format!("{prefix}{name}");
        if path.is_dir() {
            read_into(files, &path, &format!("{name}/"))?;
        } else {
            files.insert(name, read_file(&path)?);
        }
    }
    Ok(())
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)
}

/// A file's contents; an error names it.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| path.display().to_string())
}

/// Adds `more` below `prefix`. Two files of one name are an error.
pub(crate) fn add(files: &mut Files, prefix: &str, more: Files) -> Result<()> {
    for (name, contents) in more {
        let name = format!("{prefix}{name}");
        if files.contains_key(&name) {
            bail!("{name} is there twice, by hand and generated: rename or remove the one by hand");
        }
        files.insert(name, contents);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_read_without_hidden_files() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("icons")).unwrap();
        for name in ["b.js", "a.js", ".hidden", "icons/x.svg", "icons/.hidden"] {
            std::fs::write(dir.path().join(name), name).unwrap();
        }
        let files = read(dir.path()).unwrap();
        assert_eq!(files.keys().collect::<Vec<_>>(), ["a.js", "b.js", "icons/x.svg"]);
        assert_eq!(files["icons/x.svg"], b"icons/x.svg");
    }

    #[test]
    fn a_name_that_a_url_would_have_to_quote_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a b.js"), "").unwrap();
        let error = read(dir.path()).unwrap_err().to_string();
        assert!(error.contains("a b.js: the name must be of letters"), "{error}");
    }

    #[test]
    fn two_files_of_one_name_are_refused() {
        let mut files = Files::from([("p/a.js".to_owned(), vec![])]);
        let error = add(&mut files, "p/", Files::from([("a.js".to_owned(), vec![])])).unwrap_err();
        assert!(error.to_string().starts_with("p/a.js is there twice"), "{error}");
    }
}
