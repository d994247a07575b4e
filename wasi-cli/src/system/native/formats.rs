//! Inputs that are not raw: the formats that the daemon is asked to read.

use crate::shown;

/// Those of QEMU's that are images of disks. An older daemon, or one built with fewer, refuses what it lacks.
pub(crate) const READABLE: [&str; 11] =
    ["bochs", "cloop", "dmg", "parallels", "qcow", "qcow2", "qed", "vdi", "vhdx", "vmdk", "vpc"];

/// Names that people use for formats, and what to do.
const HINTS: [(&str, &str); 14] = [
    (
        "luks",
        "it is encrypted, and there is no way to give the secret here; decrypt it first: \
              qemu-img convert --object secret,id=s,file=SECRET --image-opts driver=luks,key-secret=s,file.filename=INPUT \
              -O raw disk.raw",
    ),
    ("vhd", "QEMU's name for it is vpc"),
    ("vpx", "QEMU's name for it is vpc"),
    ("hyper-v", "QEMU's names for it are vhdx and vpc"),
    ("img", "an .img file may hold any format; most are raw"),
    ("bin", "a .bin file is most often raw"),
    ("iso", "a CD image is raw"),
    ("dd", "QEMU's name for it is raw"),
    ("hdd", "QEMU's name for it is parallels"),
    ("hds", "QEMU's name for it is parallels"),
    ("qcow3", "QEMU's name for it is qcow2"),
    ("ova", "it is an archive (tar) with a vmdk in it; unpack it first"),
    ("ovf", "it describes a machine whose disk is another file, most often vmdk"),
    ("vma", "it is Proxmox's archive; extract it first with vma"),
];

/// Of QEMU's drivers, those that fetch from elsewhere or look at what is not a file.
const PROTOCOLS: [&str; 21] = [
    "blkio",
    "file",
    "ftp",
    "ftps",
    "gluster",
    "host_cdrom",
    "host_device",
    "http",
    "https",
    "io_uring",
    "iscsi",
    "nbd",
    "nfs",
    "null-aio",
    "null-co",
    "nvme",
    "rbd",
    "sheepdog",
    "ssh",
    "vvfat",
    "vxhs",
];

/// Whether a driver reads a format of disk images.
pub(crate) fn is_readable(driver: &str) -> bool {
    READABLE.contains(&driver)
}

/// Makes sure that a format other than raw is one. What is wrong, if it is not.
pub(crate) fn check(format: &str) -> Result<(), String> {
    if is_readable(format) {
        return Ok(());
    }
    Err(format!("input format '{}' cannot be read: {}", shown::text(format), reason(format)))
}

/// What is wrong with a format, and what would do.
fn reason(format: &str) -> String {
    let lower = format.to_ascii_lowercase();
    if is_readable(&lower) || lower == "raw" {
        return format!("QEMU's name for it is {lower}");
    }
    if let Some((_, hint)) = HINTS.iter().find(|(name, _)| *name == lower) {
        return (*hint).to_owned();
    }
    let list = READABLE.join(", ");
    if PROTOCOLS.contains(&lower.as_str()) {
        return format!("it says where a disk is, not its format, which is one of raw, {list}");
    }
    format!("known are raw, {list}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_known_by_qemus_name() {
        for format in READABLE {
            assert_eq!(check(format), Ok(()));
        }
    }

    #[test]
    fn another_name_is_refused_with_what_to_do() {
        for (format, says) in [
            ("vhd", "vpc"),
            ("VMDK", "vmdk"),
            ("RAW", "raw"),
            ("luks", "decrypt it first"),
            ("nbd", "where a disk is"),
            ("https", "where a disk is"),
            ("file", "where a disk is"),
            ("blkdebug", "known are raw, bochs"),
            ("", "known are raw, bochs"),
            ("qcow2\n", "known are raw, bochs"),
        ] {
            let reason = check(format).unwrap_err();
            assert!(reason.contains(says), "{format}: {reason}");
        }
    }
}
