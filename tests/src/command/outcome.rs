//! Running a command to its end.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;

use super::wait::holds_in_time;

/// What a command has left behind.
#[derive(Debug)]
pub struct Outcome {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to standard output, if that was a pipe of the test's.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error, if that was a pipe of the test's.
    pub stderr: String,
}

/// Runs a command with nothing to read, and keeps what it writes.
///
/// # Panics
///
/// If it can't be run, or runs for minutes.
pub fn run(mut command: Command) -> Outcome {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    finish(spawn(command))
}

/// Starts a command with nothing to read.
///
/// The command is used up, since it would keep its ends of pipes open.
///
/// # Panics
///
/// If it can't be run.
pub fn spawn(mut command: Command) -> Child {
    let child = command.stdin(Stdio::null()).spawn();
    child.unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// Waits for a command to end, and keeps what it writes into pipes meanwhile.
///
/// # Panics
///
/// If it runs for minutes.
pub fn finish(mut child: Child) -> Outcome {
    let stdout = keep(child.stdout.take());
    let stderr = keep(child.stderr.take());
    let mut status = None;
    let ended = holds_in_time(|| {
        status = child.try_wait().expect("the command is a child");
        status.is_some()
    });
    if !ended {
        // It mustn't outlive the test.
        child.kill().expect("the command is a child");
    }
    let status = status.expect("the command ends within minutes");
    let (stdout, stderr) = (join(stdout), join(stderr));
    let stderr = String::from_utf8_lossy(&stderr).into_owned();
    Outcome { status, stdout, stderr }
}

impl Outcome {
    /// The image of a command that succeeded without a word.
    ///
    /// # Panics
    ///
    /// If it didn't.
    #[track_caller]
    pub fn image(self) -> Vec<u8> {
        assert!(self.status.success(), "{}: {}", self.status, self.stderr);
        assert_eq!(self.stderr, "", "a success says nothing");
        self.stdout
    }

    /// Checks that the command failed with this status and a message that has
    /// all these words in it.
    ///
    /// # Panics
    ///
    /// If it didn't.
    #[track_caller]
    pub fn failed(&self, status: i32, words: &[&str]) {
        let text = &self.stderr;
        assert_eq!(self.status.code(), Some(status), "{}: {text}", self.status);
        for word in words {
            assert!(text.contains(word), "{word:?} is not in: {text}");
        }
        assert!(!text.contains("panicked"), "a failure is no panic: {text}");
    }

    /// As [`Outcome::failed`], before anything went to standard output and
    /// with one line that begins with the command's name.
    ///
    /// # Panics
    ///
    /// If it didn't.
    #[track_caller]
    pub fn refused(&self, status: i32, words: &[&str]) {
        self.failed(status, words);
        let text = &self.stderr;
        assert_eq!(self.stdout.len(), 0, "something went to standard output: {text}");
        assert!(text.starts_with("qcow2-to-stdout: "), "who is speaking? {text}");
        assert_eq!(text.lines().count(), 1, "a message is one line: {text}");
    }
}

/// Reads a pipe to its end, so that the command never waits for the test.
fn keep(stream: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            stream.read_to_end(&mut bytes).expect("a pipe can be read");
        }
        bytes
    })
}

fn join(bytes: JoinHandle<Vec<u8>>) -> Vec<u8> {
    bytes.join().expect("a pipe is read to its end")
}
