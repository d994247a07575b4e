//! The ways from a disk to an image, each with a folder in which it is gone again and again.

use std::fmt;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::JoinHandle;

use qcow2_stream_tests::command::{FrontEnd, NbdServer, Workplace, drain, run};
use qcow2_stream_tests::corpus::{Fill, Input, Write};
use qcow2_stream_tests::qemu;
use rustix::fd::OwnedFd;

use crate::call::{Call, Sides};
use crate::fault::Fault;
use crate::judge::{Ended, Image};
use crate::tracer::{Process, Seen, stopped, trace};

/// Where the disk comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Source {
    /// A raw file, large enough for several threads, of which most is holes.
    Raw,
    /// A raw file of so much data that the kernel may move it into a stream.
    Large,
    /// A qcow2 file, which the daemon reads.
    Image,
    /// An NBD server behind a Unix socket.
    Nbd,
}

/// Where the image goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Output {
    Pipe,
    Socket,
    /// Standard output is a file.
    Redirected,
    /// `-o` names a file that isn't there yet.
    NewFile,
    /// `-o` names a file that is to be replaced.
    OldFile,
}

/// A way from a disk to an image.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Way {
    pub(crate) front_end: FrontEnd,
    pub(crate) source: Source,
    pub(crate) output: Output,
}

impl Way {
    /// Whether the disk is a raw file.
    pub(crate) fn is_raw(self) -> bool {
        matches!(self.source, Source::Raw | Source::Large)
    }

    /// Whether the image goes into a file.
    pub(crate) fn is_to_file(self) -> bool {
        !matches!(self.output, Output::Pipe | Output::Socket)
    }

    /// Whether `-o` names the output.
    pub(crate) fn has_name(self) -> bool {
        matches!(self.output, Output::NewFile | Output::OldFile)
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { front_end, source, output } = self;
        write!(f, "{front_end:?}, {source:?} to {output:?}")
    }
}

/// What a file that is to be replaced has before.
const OLD: &[u8] = b"something else";

/// Options for a large disk: fewer fronts of clusters to look at.
const LARGE: &[&str] = &["-c", "2M"];

const IMAGE: &str = "disk.qcow2";
/// What the output is called where it is a file.
pub(crate) const OUT: &str = "out";

const TMP: &str = "tmp";

/// Data that begin and end where clusters don't, zeros that are really written, holes, a lone byte in a cluster of
/// zeros, and data in the last byte.
fn disk(way: Way) -> Input {
    let (size, run) = match (way.front_end, way.source, way.output) {
        (_, Source::Large, _) => (40 << 20, 19 << 20),
        (FrontEnd::Native, Source::Raw, _) => (20 << 20, 700_000),
        // Where holes are read, and where each stretch of 64 KiB is a call of its own.
        _ => (5 << 20, 250_000),
    };
    let end = size + 777;
    let writes = vec![
        Write::new(0, run, Fill::Xorshift64(1)),
        Write::new(end - (4 << 20), 1 << 20, Fill::Byte(0)),
        Write::new(end - (2 << 20), 250_000, Fill::Xorshift64(2)),
        Write::new(end - (1 << 20) + 5, 1, Fill::Byte(7)),
        Write::new(end - 1, 1, Fill::Byte(1)),
    ];
    Input::new(end, writes)
}

/// A folder in which a way is gone.
pub(crate) struct Stage {
    way: Way,
    place: Workplace,
    folder: PathBuf,
    server: Option<NbdServer>,
    right: Vec<u8>,
}

/// A conversion that was watched.
pub(crate) struct Ran {
    pub(crate) ended: Ended,
    pub(crate) calls: Vec<Call>,
    /// Numbers of calls of which nobody knows what they do.
    pub(crate) unknown: Vec<u64>,
}

impl Stage {
    pub(crate) fn new(way: Way) -> Self {
        let place = Workplace::with_disk(way.front_end, &disk(way));
        fs::create_dir(place.path(TMP)).expect("a folder is made");
        if way.source == Source::Image {
            let mut command = Command::new("qemu-img");
            command.args(["convert", "-f", "raw", "-O", "qcow2", Workplace::DISK, IMAGE]);
            let output = qemu::run(command.current_dir(place.folder()));
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        let server = (way.source == Source::Nbd)
            .then(|| NbdServer::qemu(&place, ["--format=raw", Workplace::DISK]));
        let folder = place.folder().canonicalize().expect("the folder is there");
        let mut stage = Self { way, place, folder, server, right: Vec::new() };
        stage.right = stage.image();
        stage
    }

    /// The right image, from a conversion of the raw disk that nobody watches.
    fn image(&self) -> Vec<u8> {
        let mut command = FrontEnd::Native.command(&self.folder);
        if self.way.source == Source::Large {
            command.args(LARGE);
        }
        command.arg(Workplace::DISK);
        run(command).image()
    }

    pub(crate) fn way(&self) -> Way {
        self.way
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Converts.
    pub(crate) fn run(&self, fault: Option<&Fault>) -> Ran {
        self.reset();
        let before = self.names();
        let mut command = stopped(&self.command());
        command.env("TMPDIR", self.folder.join(TMP)).stderr(Stdio::piped());
        let image = self.connect(&mut command);
        let traced = trace(command, &|seen| self.side_of(seen), fault);
        let image = match image {
            Some(image) => Some(image.join().expect("a stream can be read")),
            None => fs::read(self.place.path(OUT)).ok(),
        };
        traced.left.iter().for_each(Process::wait);
        let mut left = self.names();
        left.retain(|name| name != OUT && !before.contains(name));
        // So that they are this conversion's alone.
        left.iter().for_each(|name| self.remove(name));
        let (code, stderr, hung, hits) = (traced.code, traced.stderr, traced.hung, traced.hits);
        let ended = Ended { code, stderr, hung, hits, left, image: self.kept(image) };
        Ran { ended, calls: traced.calls, unknown: traced.unknown }
    }

    fn remove(&self, name: &str) {
        let path = self.folder.join(name);
        let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        removed.expect("what was left can be removed");
    }

    /// What the output has, beside the right image.
    pub(crate) fn kept(&self, image: Option<Vec<u8>>) -> Image {
        match image {
            None => Image::None,
            Some(image) if image == self.right => Image::Whole,
            Some(image) if self.right.starts_with(&image) => Image::Begins,
            Some(image) if image == OLD => Image::Old,
            Some(_) => Image::Other,
        }
    }

    fn reset(&self) {
        let out = self.place.path(OUT);
        if self.way.output == Output::OldFile {
            fs::write(out, OLD).expect("a file is written");
        } else {
            // It may not be there.
            let _ = fs::remove_file(out);
        }
    }

    fn command(&self) -> Command {
        self.place.command(self.args())
    }

    /// What the command line asks for.
    pub(crate) fn args(&self) -> Vec<String> {
        let uri = self.server.as_ref().map(NbdServer::uri);
        let input = match (self.way.source, &uri) {
            (Source::Image, _) => vec!["-f", "qcow2", IMAGE],
            (Source::Nbd, Some(uri)) => vec![uri.as_str()],
            (Source::Large, _) => [LARGE, &[Workplace::DISK]].concat(),
            _ => vec![Workplace::DISK],
        };
        let named: &[_] = if self.way.has_name() { &["-o", OUT] } else { &[] };
        [named, &input].concat().into_iter().map(str::to_owned).collect()
    }

    /// Gives a command its standard output. If that is a stream, what comes out of it.
    fn connect(&self, command: &mut Command) -> Option<JoinHandle<Vec<u8>>> {
        fn keep(reader: impl Read + Send + 'static) -> Option<JoinHandle<Vec<u8>>> {
            Some(std::thread::spawn(|| drain(reader)))
        }
        match self.way.output {
            Output::Pipe => {
                let (reader, writer) = std::io::pipe().expect("a pipe");
                command.stdout(writer);
                keep(reader)
            }
            Output::Socket => {
                let (reader, writer) = UnixStream::pair().expect("a pair of sockets");
                command.stdout(OwnedFd::from(writer));
                keep(reader)
            }
            Output::Redirected => {
                command.stdout(File::create(self.place.path(OUT)).expect("a file is made"));
                None
            }
            Output::NewFile | Output::OldFile => {
                command.stdout(Stdio::null());
                None
            }
        }
    }

    /// All that is in the folder, and in that for temporary files.
    fn names(&self) -> Vec<String> {
        let temporary = fs::read_dir(self.place.path(TMP)).expect("the folder can be listed");
        let temporary = temporary.map(|entry| entry.expect("an entry").path());
        let temporary = temporary.map(|path| path.display().to_string());
        self.place.names().into_iter().chain(temporary).collect()
    }

    fn side_of(&self, seen: Seen<'_>) -> Sides {
        let way = self.way;
        match seen {
            Seen::Stdout if way.has_name() => Sides::NONE,
            Seen::Stdout => Sides::OUTPUT,
            // An engine has some of its own.
            Seen::Nameless if way.front_end != FrontEnd::Native => Sides::NONE,
            Seen::Nameless => Sides::INPUT,
            Seen::Path(path) => self.side_of_path(path),
        }
    }

    fn side_of_path(&self, path: &Path) -> Sides {
        let path = self.folder.join(path);
        let Ok(name) = path.strip_prefix(&self.folder) else {
            let is_daemon = path.ends_with("qemu-storage-daemon");
            return if is_daemon { Sides::INPUT } else { Sides::NONE };
        };
        let inputs = [Workplace::DISK, IMAGE, TMP, "nbd.sock"];
        if inputs.iter().any(|input| name.starts_with(input)) {
            return Sides::INPUT;
        }
        // An engine opens the folder before it knows what for.
        let is_engines = name == Path::new("") && self.way.front_end != FrontEnd::Native;
        if is_engines { Sides::NONE } else { Sides::OUTPUT }
    }
}
