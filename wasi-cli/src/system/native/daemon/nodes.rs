//! QEMU's block nodes: those that it is to make, and those that it has made.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::system::formats;

/// The name of the node that is the disk, and of its export.
pub(crate) const DISK: &str = "disk";

/// The name of the node that is the input.
pub(super) const FILE: &str = "file";

/// The input's node. `driver` is `file` or `host_device`.
pub(super) fn file(driver: &str, name: &str) -> Value {
    json!({
        "driver": driver,
        "node-name": FILE,
        "filename": name,
        "read-only": true,
        "auto-read-only": false,
    })
}

/// The disk's node, above the input's.
pub(super) fn disk(format: &str) -> Value {
    json!({ "driver": format, "node-name": DISK, "file": FILE, "read-only": true })
}

/// The disk's export.
pub(super) fn export() -> Value {
    json!({ "type": "nbd", "id": DISK, "node-name": DISK, "name": DISK, "writable": false })
}

/// A node that QEMU has made, for itself where a file names another one.
#[derive(Debug, Deserialize)]
pub(super) struct Node {
    /// What QEMU calls the node.
    #[serde(rename = "node-name")]
    pub(super) name: String,
    /// What reads it.
    #[serde(rename = "drv")]
    pub(super) driver: String,
    /// The file, or what else it is; relative to the daemon's working directory.
    pub(super) file: String,
    /// What QEMU knows of it.
    image: Image,
    /// The nodes below it. [`graph::connect`](super::graph::connect) finds them.
    #[serde(skip)]
    pub(super) children: Vec<Child>,
}

/// A node below another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Child {
    /// What it is to the node above: `file`, `backing`, `data-file`, `extents.0`.
    pub(super) role: String,
    /// What QEMU calls it.
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Image {
    backing_filename: Option<String>,
    full_backing_filename: Option<String>,
    backing_filename_format: Option<String>,
}

/// Where a disk's bytes come from.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Origin<'a> {
    /// A local file, or a block device.
    File(&'a str),
    /// A format, above other nodes.
    Format,
    /// Something else: a network protocol, a device of another kind.
    Elsewhere,
}

impl Node {
    /// The node below it with a role.
    pub(super) fn child(&self, role: &str) -> Option<&str> {
        let child = self.children.iter().find(|child| child.role == role);
        child.map(|child| child.name.as_str())
    }

    /// Where its bytes come from.
    pub(super) fn origin(&self) -> Origin<'_> {
        match self.driver.as_str() {
            "file" | "host_device" => Origin::File(&self.file),
            "raw" => Origin::Format,
            driver if formats::is_readable(driver) => Origin::Format,
            _ => Origin::Elsewhere,
        }
    }

    /// The backing file, if the image names one but not its format: QEMU has guessed it then.
    pub(super) fn guessed_backing(&self) -> Option<&str> {
        let Image { backing_filename, full_backing_filename, backing_filename_format } =
            &self.image;
        let name = full_backing_filename.as_deref().or(backing_filename.as_deref());
        name.filter(|_| backing_filename_format.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_only_a_name() {
        let name = "./a,b=\"c\" driver=nbd\n'\\{}:\u{fc}";
        assert_eq!(
            file("file", name).to_string(),
            r#"{"auto-read-only":false,"driver":"file","filename":"./a,b=\"c\" driver=nbd\n'\\{}:ü","node-name":"file","read-only":true}"#
        );
    }

    #[test]
    fn nothing_is_writable() {
        assert_eq!(
            disk("vmdk").to_string(),
            r#"{"driver":"vmdk","file":"file","node-name":"disk","read-only":true}"#
        );
        assert_eq!(
            export().to_string(),
            r#"{"id":"disk","name":"disk","node-name":"disk","type":"nbd","writable":false}"#
        );
    }

    fn node(json: &str) -> Node {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_guessed_format_is_told_from_a_recorded_one() {
        let node = |more: &str| {
            node(&format!(
                r#"{{"node-name": "a", "drv": "qcow2", "file": "x", "image": {{"a": 1{more}}}}}"#
            ))
        };
        assert_eq!(node("").guessed_backing(), None);
        let backing = r#", "backing-filename": "b", "full-backing-filename": "./b""#;
        assert_eq!(node(backing).guessed_backing(), Some("./b"));
        assert_eq!(node(r#", "backing-filename": "b""#).guessed_backing(), Some("b"));
        let recorded = format!("{backing}, \"backing-filename-format\": \"raw\"");
        assert_eq!(node(&recorded).guessed_backing(), None);
    }

    #[test]
    fn only_local_files_and_disk_formats_are_known_origins() {
        let origin = |driver: &str| {
            let node =
                format!(r#"{{"node-name": "a", "drv": "{driver}", "file": "x", "image": {{}}}}"#);
            match self::node(&node).origin() {
                Origin::File(name) => name.to_owned(),
                other => format!("{other:?}"),
            }
        };
        for (driver, is) in
            [("file", "x"), ("host_device", "x"), ("raw", "Format"), ("vmdk", "Format")]
        {
            assert_eq!(origin(driver), is);
        }
        for driver in ["nbd", "https", "ssh", "vvfat", "host_cdrom", "null-co", "blkdebug", "luks"]
        {
            assert_eq!(origin(driver), "Elsewhere", "{driver}");
        }
    }
}
