//! What is compared with what.

use crate::disks::Disk;
use crate::tools::Tool;

/// Where a contender's output goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Route {
    /// A pipe, which `cat > /dev/null` reads.
    Pipe,
    /// A Unix socket, read likewise.
    UnixSocket,
    /// A TCP connection of this machine to itself, read likewise.
    TcpSocket,
    /// A file beside the disk, which the contender makes.
    File,
}

/// A contender beside the command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rival {
    pub(crate) tool: Tool,
    /// How much of its time the command may take.
    pub(crate) at_most: Option<f64>,
}

/// A disk, a way for its image, and who converts it.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) disk: Disk,
    pub(crate) route: Route,
    /// Whether the cache has nothing of the disk when a contender begins.
    pub(crate) cold: bool,
    /// The command, as one of the ways to run it.
    pub(crate) ours: Tool,
    pub(crate) rivals: Vec<Rival>,
    /// The most seconds that the command may take, whatever others do.
    pub(crate) seconds: Option<f64>,
    /// The most MiB that it may take. A WASI host's memory is not the command's.
    pub(crate) mebibytes: Option<u64>,
}

impl Case {
    fn new(name: &'static str, what: &'static str, disk: Disk, route: Route) -> Self {
        let (cold, ours, rivals) = (false, Tool::Native, Vec::new());
        Self { name, what, disk, route, cold, ours, rivals, seconds: None, mebibytes: Some(16) }
    }

    fn within(mut self, at_most: f64, tool: Tool) -> Self {
        self.rivals.push(Rival { tool, at_most: Some(at_most) });
        self
    }

    fn beside(mut self, tool: Tool) -> Self {
        self.rivals.push(Rival { tool, at_most: None });
        self
    }

    fn by(mut self, ours: Tool) -> Self {
        self.ours = ours;
        self.mebibytes = None;
        self
    }
}

/// All cases. Those of one disk follow one another, for a disk is removed after the last.
pub(crate) fn cases(cores: usize) -> Vec<Case> {
    let zeros = if cores > 1 { 0.6 } else { 1.0 };
    let empty = Case::new("empty", "1 TiB, empty, to a pipe", Disk::Empty, Route::Pipe);
    let mut cases = vec![Case { seconds: Some(0.010), ..empty }.beside(Tool::Script)];
    cases.extend(random());
    cases.extend([
        Case::new(
            "reflink",
            "1 GiB of random bytes to a file, XFS with reflink",
            Disk::OnXfs,
            Route::File,
        )
        .within(0.1, Tool::QemuImgPlain),
        Case::new("half", "4 GiB ext4, half full, to a pipe", Disk::HalfFull, Route::Pipe)
            .within(0.25, Tool::Script)
            .beside(Tool::Cat),
        Case::new(
            "qcow2",
            "the same as qcow2 (`-f qcow2`) to a pipe",
            Disk::HalfFullQcow2,
            Route::Pipe,
        )
        .beside(Tool::Script)
        .beside(Tool::QemuImg),
        Case::new(
            "sparse",
            "64 GiB, 512 MiB of data in 64 places, to a pipe",
            Disk::Sparse,
            Route::Pipe,
        )
        .within(0.2, Tool::Script),
        Case::new("zeros", "4 GiB of stored zeros to a pipe", Disk::Zeros, Route::Pipe)
            .within(zeros, Tool::CatToNull)
            .beside(Tool::Script),
    ]);
    cases
}

/// Those of 1 GiB of random bytes.
fn random() -> [Case; 8] {
    let case = |name, what, route| Case::new(name, what, Disk::Random, route);
    let cold = case("cold", "1 GiB of random bytes, cold cache, to a pipe", Route::Pipe);
    let file = "1 GiB of random bytes to a file";
    [
        case("pipe", "1 GiB of random bytes to a pipe", Route::Pipe)
            .within(0.2, Tool::Script)
            .within(0.4, Tool::Cat),
        case("unix-socket", "1 GiB of random bytes to a Unix socket", Route::UnixSocket)
            .beside(Tool::Cat),
        case("tcp-socket", "1 GiB of random bytes to a TCP socket", Route::TcpSocket)
            .beside(Tool::Cat),
        case("file", file, Route::File).within(1.0, Tool::QemuImg),
        Case { cold: true, ..cold }.within(1.25, Tool::Cat).beside(Tool::Script),
        case("wasmtime", "wasmtime, 1 GiB of random bytes to a pipe", Route::Pipe)
            .by(Tool::Wasmtime)
            .beside(Tool::Native)
            .beside(Tool::Script)
            .beside(Tool::Cat),
        case("wasmtime-file", "wasmtime, 1 GiB of random bytes to a file", Route::File)
            .by(Tool::Wasmtime)
            .beside(Tool::Native)
            .beside(Tool::QemuImg),
        case("node", "Node, 1 GiB of random bytes to a pipe", Route::Pipe)
            .by(Tool::Node)
            .beside(Tool::Native)
            .beside(Tool::Script)
            .beside(Tool::Cat),
    ]
}
