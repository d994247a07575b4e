//! Images from strangers, which name files that are none of theirs.

use std::fs;
use std::io::Read;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use qcow2_stream_tests::command::{Workplace, wait_until};
use tempfile::TempDir;

use crate::stage::{absolute, convert, disk, empty, overlay, patch, qemu_img};

/// A file with the bytes of the disk that no image should get at.
struct Secret {
    folder: TempDir,
    place: Workplace,
}

impl Secret {
    fn new() -> Self {
        let (folder, place) = (tempfile::tempdir().expect("a folder"), empty());
        disk().write_file(&folder.path().join("secret")).expect("it is written");
        disk().write_file(&place.disk()).expect("it is written");
        Self { folder, place }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("secret")
    }

    fn name(&self) -> String {
        absolute(&self.path())
    }

    /// Checks that an image gets at the secret only if that is allowed.
    #[track_caller]
    fn is_kept(&self, format: &str) {
        let name = self.name();
        let refused = convert(&self.place, format, &[], "image");
        refused.refused(4, &["cannot read image", &name, &format!("--allow '{name}'")]);
        let other = convert(&self.place, format, &["--allow", "."], "image");
        other.refused(4, &[&name]);
        for allowed in [name.as_str(), self.folder.path().to_str().expect("UTF-8")] {
            let image = convert(&self.place, format, &["--allow", allowed], "image").image();
            assert!(image == crate::stage::expected(&self.place), "other bytes with {allowed}");
        }
    }
}

#[test]
fn a_backing_file_of_qcow2_is_read_only_if_allowed() {
    let secret = Secret::new();
    overlay(&secret.place, &secret.name(), "raw", "image");
    secret.is_kept("qcow2");
}

#[test]
fn a_backing_file_of_qed_is_read_only_if_allowed() {
    let secret = Secret::new();
    let name = secret.name();
    qemu_img(&secret.place, ["create", "-q", "-f", "qed", "-b", &name, "-F", "raw", "image"]);
    secret.is_kept("qed");
}

#[test]
fn a_data_file_of_qcow2_is_read_only_if_allowed() {
    let secret = Secret::new();
    let options = format!("data_file={},data_file_raw=on,preallocation=metadata", secret.name());
    qemu_img(&secret.place, ["create", "-q", "-f", "qcow2", "-o", &options, "image", "9M"]);
    // What made the image has emptied it.
    disk().write_file(&secret.path()).expect("it is written");
    secret.is_kept("qcow2");
}

#[test]
fn an_extent_of_vmdk_is_read_only_if_allowed() {
    let secret = Secret::new();
    let descriptor = format!(
        "# Disk DescriptorFile\nversion=1\nCID=12345678\nparentCID=ffffffff\n\
         createType=\"monolithicFlat\"\n\n# Extent description\nRW {} FLAT \"{}\" 0\n\n\
         # The Disk Data Base\n#DDB\n\nddb.virtualHWVersion = \"4\"\nddb.geometry.cylinders = \"18\"\n\
         ddb.geometry.heads = \"16\"\nddb.geometry.sectors = \"63\"\nddb.adapterType = \"ide\"\n",
        (9 << 20) / 512,
        secret.name()
    );
    fs::write(secret.place.path("image"), descriptor).expect("it is written");
    secret.is_kept("vmdk");
}

#[test]
fn a_name_that_leads_out_of_an_allowed_folder_is_refused() {
    let secret = Secret::new();
    fs::create_dir(secret.place.path("base")).expect("a folder is made");
    std::os::unix::fs::symlink(secret.path(), secret.place.path("base/link")).expect("a link");
    for name in ["base/link", "base/../../../../../../etc/passwd", "/proc/self/root/etc/passwd"] {
        overlay(&secret.place, name, "raw", "image");
        convert(&secret.place, "qcow2", &["--allow", "base"], "image").refused(4, &["--allow"]);
    }
}

#[test]
fn a_server_is_not_asked() {
    let secret = Secret::new();
    let socket = secret.folder.path().join("socket");
    let mut server = Command::new("qemu-nbd");
    server.args(["--read-only", "--persistent", "-f", "raw", "--socket"]).arg(&socket);
    let mut server = server
        .arg(secret.path())
        .stdin(Stdio::null())
        .spawn()
        .expect("qemu-nbd is part of qemu-utils");
    let greets = || {
        UnixStream::connect(&socket).is_ok_and(|mut stream| stream.read_exact(&mut [0; 8]).is_ok())
    };
    wait_until("qemu-nbd serves the secret", greets);
    let over_socket = format!("nbd+unix:///?socket={}", socket.display());
    let outcomes = [
        over_socket.as_str(),
        "nbd://127.0.0.1:9/",
        "http://127.0.0.1:9/disk",
        "ssh://127.0.0.1:9/disk",
    ]
    .map(|name| {
        overlay(&secret.place, name, "raw", "image");
        convert(&secret.place, "qcow2", &["--allow", "/"], "image")
    });
    server.kill().and_then(|()| server.wait()).expect("it ends");
    for outcome in &outcomes {
        outcome.refused(4, &["cannot read image"]);
    }
    // The kernel gives the daemon no socket to ask with.
    for outcome in &outcomes[..2] {
        outcome.refused(4, &["Failed to create socket", "only local files are read"]);
    }
}

#[test]
fn a_description_in_json_opens_no_more_than_a_name() {
    let secret = Secret::new();
    let json = format!(
        r#"json:{{"driver":"raw","file":{{"driver":"file","filename":"{}"}}}}"#,
        secret.name()
    );
    overlay(&secret.place, &json, "raw", "image");
    let name = secret.name();
    convert(&secret.place, "qcow2", &[], "image").refused(4, &[&name]);
}

#[test]
fn what_a_message_repeats_of_an_image_cannot_steer_a_terminal() {
    let secret = Secret::new();
    overlay(&secret.place, "/tmp/AAAAAAAA", "raw", "image");
    patch(&secret.place.path("image"), b"/tmp/AAAAAAAA", b"/tmp/\x1b[31m\nB\r");
    let outcome = convert(&secret.place, "qcow2", &[], "image");
    outcome.refused(4, &["/tmp/\\u{1b}[31m\\nB\\r"]);
}
