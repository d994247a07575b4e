//! Programs that serve a disk over NBD.

use std::ffi::OsStr;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::wait::wait_until;
use super::workplace::Workplace;

/// A server that accepts connections, gone afterwards.
#[derive(Debug)]
pub struct NbdServer {
    child: Child,
    address: String,
}

impl NbdServer {
    /// `qemu-nbd` in the workplace, read-only, on a Unix socket.
    ///
    /// # Panics
    ///
    /// If it does not come up.
    pub fn qemu<A: AsRef<OsStr>>(place: &Workplace, args: impl IntoIterator<Item = A>) -> Self {
        let (mut command, socket) = (Command::new("qemu-nbd"), socket(place));
        command.args(["--read-only", "--persistent", "--shared=0", "--socket"]).arg(&socket);
        command.args(args);
        Self::unix(place, command, &socket, "qemu-utils")
    }

    /// The disk of the workplace, served by `qemu-storage-daemon` as an export named `disk`.
    ///
    /// # Panics
    ///
    /// If it does not come up.
    pub fn storage_daemon(place: &Workplace, format: &str, file: &str) -> Self {
        let (mut command, socket) = (Command::new("qemu-storage-daemon"), socket(place));
        let node = format!(
            "driver={format},node-name=disk,file.driver=file,file.filename={file},read-only=on"
        );
        let server = format!("addr.type=unix,addr.path={}", socket.display());
        command.args(["--blockdev", &node, "--nbd-server", &server]);
        command.args(["--export", "type=nbd,id=disk,node-name=disk"]);
        Self::unix(place, command, &socket, "qemu-utils")
    }

    /// `nbdkit` in the workplace on a Unix socket.
    ///
    /// # Panics
    ///
    /// If it does not come up.
    pub fn nbdkit<A: AsRef<OsStr>>(place: &Workplace, args: impl IntoIterator<Item = A>) -> Self {
        let (mut command, socket) = (Command::new("nbdkit"), socket(place));
        command.arg("--foreground").arg("--unix").arg(&socket).args(args);
        Self::unix(place, command, &socket, "nbdkit")
    }

    /// `nbdkit` in the workplace on a TCP port.
    ///
    /// # Panics
    ///
    /// If it does not come up.
    pub fn nbdkit_tcp<A: AsRef<OsStr>>(
        place: &Workplace,
        args: impl IntoIterator<Item = A>,
    ) -> Self {
        let free =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.local_addr());
        let port = free.expect("there is a free port").port();
        let mut command = Command::new("nbdkit");
        command.args(["--foreground", "--ipaddr=127.0.0.1", &format!("--port={port}")]).args(args);
        let (address, ready) = (format!("nbd://127.0.0.1:{port}/"), || {
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
        });
        Self::start(place, command, address, ready, "nbdkit")
    }

    fn unix(place: &Workplace, command: Command, socket: &PathBuf, package: &str) -> Self {
        let address = format!("nbd+unix:///?socket={}", socket.display());
        Self::start(place, command, address, || UnixStream::connect(socket).is_ok(), package)
    }

    fn start(
        place: &Workplace,
        mut command: Command,
        address: String,
        mut ready: impl FnMut() -> bool,
        package: &str,
    ) -> Self {
        // Tests judge what the client says; what a server logs would only stand between.
        command.current_dir(place.folder()).stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(Stdio::null());
        let child = command.spawn();
        let child =
            child.unwrap_or_else(|error| panic!("{command:?}: {error}; apt-get install {package}"));
        let mut server = Self { child, address };
        wait_until(&format!("{command:?} accepts connections"), || {
            let ended = server.child.try_wait().expect("the server is a child");
            assert_eq!(ended, None, "{command:?} has ended");
            ready()
        });
        server
    }

    /// The URI of the default export.
    pub fn uri(&self) -> String {
        self.address.clone()
    }

    /// The URI of an export with a name, percent-encoded where need be.
    pub fn uri_of(&self, export: &str) -> String {
        match self.address.split_once('?') {
            Some((start, query)) => format!("{start}{export}?{query}"),
            None => format!("{}{export}", self.address),
        }
    }
}

/// Where a server listens. The path of a socket must be short, as that of a temporary folder is.
fn socket(place: &Workplace) -> PathBuf {
    place.path("nbd.sock")
}

impl Drop for NbdServer {
    fn drop(&mut self) {
        // It has nothing to lose, and may be in the middle of a delay.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some((_, socket)) = self.address.split_once("socket=") {
            let _ = std::fs::remove_file(socket);
        }
    }
}
