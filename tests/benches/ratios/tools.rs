//! The contenders as commands.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use qcow2_stream_tests::command::FrontEnd;

use crate::cases::Route;

/// The name of the image, where a contender makes a file.
pub(crate) const IMAGE: &str = "image.qcow2";

/// A program that does the job, or part of it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Tool {
    Native,
    Wasmtime,
    Node,
    /// QEMU's script.
    Script,
    /// To the same output as the command: no conversion at all.
    Cat,
    /// Straight to /dev/null: only reading.
    CatToNull,
    /// With what makes it quicker. It can't write to a pipe, so that it always makes a file.
    QemuImg,
    QemuImgPlain,
}

impl Tool {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Wasmtime => "wasmtime",
            Self::Node => "Node",
            Self::Script => "script",
            Self::Cat => "`cat`",
            Self::CatToNull => "`cat > /dev/null`",
            Self::QemuImg => "`qemu-img convert -W -m 16`",
            Self::QemuImgPlain => "`qemu-img convert`",
        }
    }

    /// The command line for a disk, in its folder.
    ///
    /// # Errors
    /// The package or argument that is missing.
    pub(crate) fn command(self, job: &Job<'_>) -> Result<Command, String> {
        let args: &[&str] = match self {
            Self::Native | Self::Wasmtime | Self::Node => return self.ours(job),
            Self::Script => return script(job),
            Self::Cat | Self::CatToNull => return Ok(in_folder("cat", job, &[job.name()])),
            Self::QemuImg => &["convert", "-W", "-m", "16"],
            Self::QemuImgPlain => &["convert"],
        };
        needs("qemu-img", "qemu-utils")?;
        let mut command = in_folder("qemu-img", job, args);
        command.args(["-f", job.format, "-O", "qcow2"]).arg(job.name()).arg(IMAGE);
        Ok(command)
    }

    fn ours(self, job: &Job<'_>) -> Result<Command, String> {
        let front_end = match self {
            Self::Wasmtime => FrontEnd::Wasmtime,
            Self::Node => FrontEnd::Node,
            _ => FrontEnd::Native,
        };
        if front_end != FrontEnd::Native {
            has_target("wasm32-wasip1")?;
        }
        if front_end == FrontEnd::Node {
            needs("node", "nodejs")?;
        }
        if job.format != "raw" {
            needs("qemu-storage-daemon", "qemu-utils")?;
        }
        let mut command = front_end.command(job.folder());
        command.args(["-f", job.format]).arg(job.name());
        if job.route == Route::File {
            command.args(["-o", IMAGE]);
        }
        Ok(command)
    }
}

/// What is to be converted.
#[derive(Debug)]
pub(crate) struct Job<'a> {
    pub(crate) disk: PathBuf,
    pub(crate) format: &'a str,
    pub(crate) route: Route,
    pub(crate) script: Option<&'a Path>,
}

impl Job<'_> {
    pub(crate) fn folder(&self) -> &Path {
        self.disk.parent().expect("a disk lies in a folder")
    }

    fn name(&self) -> &OsStr {
        self.disk.file_name().expect("a disk has a name")
    }
}

fn script(job: &Job<'_>) -> Result<Command, String> {
    needs("python3", "python3")?;
    let script = job.script.ok_or("--script PATH says where it is")?;
    let mut command = in_folder(python(), job, &[script.as_os_str()]);
    command.args(["-f", job.format]).arg(job.name());
    Ok(command)
}

/// Python itself: a wrapper in PATH that picks a version would count as the script's time.
fn python() -> &'static str {
    static PYTHON: OnceLock<String> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let output =
            Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
        let path = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        path.ok().filter(|path| !path.is_empty()).unwrap_or_else(|| "python3".into())
    })
}

fn in_folder<A: AsRef<OsStr>>(program: &str, job: &Job<'_>, args: &[A]) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(job.folder());
    command
}

/// Says which Debian package brings a program that is missing.
pub(crate) fn needs(program: &str, package: &str) -> Result<(), String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let there = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    if there { Ok(()) } else { Err(format!("{program} is missing: apt-get install {package}")) }
}

/// Says how to get a target of the compiler that is missing.
pub(crate) fn has_target(triple: &str) -> Result<(), String> {
    let mut rustc = Command::new("rustc");
    let output = rustc.args(["--print", "target-libdir", "--target", triple]).output();
    let folder = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let there = folder.is_ok_and(|folder| Path::new(&folder).is_dir());
    if there { Ok(()) } else { Err(format!("{triple} is missing: rustup target add {triple}")) }
}
