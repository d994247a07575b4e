//! Why the daemon could not open a disk, in words that say what to do.

use std::path::{Component, Path, PathBuf};

use rustix::fs::{Access, access};

use super::program;
use crate::shown::{self, shown};

/// What QEMU says before the name of a file that it was not let open, and after it.
const DENIED: [&str; 2] = ["Could not open '", "': Permission denied"];

/// What to say where the daemon opens another file than the input that was looked at, or may not open it for that.
pub(super) const REPLACED: &str = "it was replaced while it was opened; convert it again";

/// The reason for a refusal of QEMU's. Its working directory was `folder`, and there `input` is the image's name.
pub(super) fn explain(reason: &str, format: &str, folder: &Path, input: &str) -> String {
    let name = denied(reason);
    if let Some(path) = name.map(|name| seen_from_here(folder, name)) {
        let is_readable = access(&path, Access::READ_OK).is_ok();
        // Landlock lets the daemon open the file that was looked at.
        if is_readable && name == Some(input) {
            return REPLACED.to_owned();
        }
        // Where JSON could not say the name, it leads nowhere.
        if is_readable || reason.contains(char::REPLACEMENT_CHARACTER) {
            return not_allowed(&path);
        }
    }
    let reason = shown::text(reason);
    if reason.contains("key-secret") {
        return format!(
            "{reason}: it is encrypted, and there is no way to give the secret here; decrypt it first"
        );
    }
    if reason.contains(" lock") {
        return format!(
            "{reason}: another program writes to it, perhaps a running virtual machine; convert it when that has ended"
        );
    }
    if reason.starts_with("Parameter 'driver'") || reason.starts_with("Unknown driver") {
        return format!("the installed {} does not read {format} ({reason})", program::NAME);
    }
    if reason.ends_with("Function not implemented") {
        return format!(
            "{reason}: it may not do that here; perhaps the image names a server, and only local files are read, or a way to \
             read them, such as aio"
        );
    }
    reason
}

/// What to say where an image names a file that its user has not.
pub(super) fn not_allowed(path: &Path) -> String {
    let name = shown(path);
    // A name that a shell would take for more, or that isn't what it looks like, is no part of a command to copy.
    let with = shown::quoted(path)
        .map_or("--allow and its name".to_owned(), |word| format!("--allow {word}"));
    format!(
        "it names another file, {name}, whose contents would become part of the image; \
         if they should, allow it with {with}, or all files of a folder with --allow FOLDER"
    )
}

/// What to say where an image names a backing file, but not its format.
pub(super) fn guessed(path: &Path) -> String {
    format!(
        "the format of its backing file {} is not recorded in it, and a guess could be wrong; \
         record it with qemu-img rebase -u -F FORMAT -b BACKING-FILE IMAGE",
        shown(path)
    )
}

/// The file that the daemon was not let open.
fn denied(reason: &str) -> Option<&str> {
    let [before, after] = DENIED;
    let (_, name) = reason.split_once(before)?;
    name.strip_suffix(after)
}

/// A file that QEMU names, which it sees from its working directory.
pub(super) fn seen_from_here(folder: &Path, name: &str) -> PathBuf {
    let parts = Path::new(name).components();
    folder.join(parts.filter(|part| *part != Component::CurDir).collect::<PathBuf>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explain(reason: &str) -> String {
        super::explain(reason, "qcow2", Path::new("/"), "./dev/zero")
    }

    #[test]
    fn a_file_that_is_there_but_not_allowed_is_named_with_the_option() {
        let says =
            explain("Could not open backing file: Could not open './dev/null': Permission denied");
        assert!(
            says.contains("another file, /dev/null, ") && says.contains("--allow '/dev/null'"),
            "{says}"
        );
    }

    #[test]
    fn an_input_that_leads_elsewhere_now_is_no_file_to_allow() {
        let says = explain("Could not open './dev/zero': Permission denied");
        assert_eq!(says, REPLACED);
    }

    #[test]
    fn a_file_that_is_not_there_is_qemus_to_tell() {
        let reason = "Could not open backing file: Could not open '/no': No such file or directory";
        assert_eq!(explain(reason), reason);
        assert_eq!(
            explain("Could not open '/no': Permission denied"),
            "Could not open '/no': Permission denied"
        );
    }

    #[test]
    fn the_rest_says_what_to_do() {
        for (reason, says) in [
            ("Failed to get shared \"write\" lock", "running virtual machine"),
            ("Parameter 'encrypt.key-secret' is required for cipher", "decrypt it first"),
            ("Parameter 'driver' does not accept value 'qed'", "does not read qcow2"),
            ("Failed to create socket: Function not implemented", "only local files"),
            ("Image not in \u{1b} format", "Image not in \\u{1b} format"),
        ] {
            assert!(explain(reason).contains(says), "{}", explain(reason));
        }
    }

    #[test]
    fn a_name_is_seen_from_the_folder_of_the_image() {
        let seen = |name| seen_from_here(Path::new("a/b"), name).to_str().unwrap().to_owned();
        assert_eq!(seen("./c"), "a/b/c");
        assert_eq!(seen("./d/../c"), "a/b/d/../c");
        assert_eq!(seen("/c"), "/c");
    }
}
