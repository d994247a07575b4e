//! What is said to the daemon: QMP, QEMU's protocol of one JSON object a line.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

/// How long an answer may take. Opening an image reads its tables, perhaps from a disk that has to spin up.
const WAIT: Duration = Duration::from_secs(30);

/// How long an answer may be, in bytes. That on a chain of a thousand files has a megabyte.
const LONGEST: u64 = 64 << 20;

/// Why a command was not carried out.
#[derive(Debug)]
pub(super) enum QmpError {
    /// The daemon's own reason.
    Refused(String),
    /// It says nothing more.
    Gone(io::Error),
}

impl From<io::Error> for QmpError {
    fn from(error: io::Error) -> Self {
        Self::Gone(error)
    }
}

/// A line from the daemon. Those with neither field are events.
#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "return")]
    value: Option<Value>,
    error: Option<Refusal>,
}

#[derive(Deserialize)]
struct Refusal {
    desc: String,
}

/// A conversation in QMP.
#[derive(Debug)]
pub(super) struct Qmp {
    stream: BufReader<UnixStream>,
}

impl Qmp {
    /// Waits for the daemon's greeting: it is up then.
    pub(super) fn open(stream: UnixStream) -> Result<Self, QmpError> {
        stream.set_read_timeout(Some(WAIT))?;
        stream.set_write_timeout(Some(WAIT))?;
        let mut qmp = Self { stream: BufReader::new(stream) };
        qmp.line()?;
        qmp.execute("qmp_capabilities", &json!({}))?;
        Ok(qmp)
    }

    /// Has a command carried out.
    pub(super) fn execute(&mut self, command: &str, arguments: &Value) -> Result<Value, QmpError> {
        let line = json!({ "execute": command, "arguments": arguments });
        self.stream.get_mut().write_all(format!("{line}\n").as_bytes())?;
        loop {
            let line = self.line()?;
            let answer = serde_json::from_slice(&line).map_err(io::Error::from)?;
            match answer {
                Answer { error: Some(refusal), .. } => return Err(QmpError::Refused(refusal.desc)),
                Answer { value: Some(value), .. } => return Ok(value),
                Answer { .. } => {}
            }
        }
    }

    fn line(&mut self) -> Result<Vec<u8>, QmpError> {
        let mut line = Vec::new();
        let read = self.stream.by_ref().take(LONGEST).read_until(b'\n', &mut line);
        match read {
            Ok(_) if line.ends_with(b"\n") => Ok(line),
            Ok(_) => Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                let text = format!("it did not answer within {} seconds", WAIT.as_secs());
                Err(io::Error::new(io::ErrorKind::TimedOut, text).into())
            }
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    /// A daemon that says what is given, whatever it is asked.
    fn daemon(says: &'static str) -> UnixStream {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        thread::spawn(move || {
            theirs.write_all(says.as_bytes()).unwrap();
            // Until the other end closes, so that this one's questions find a reader.
            let _ = theirs.read_to_end(&mut Vec::new());
        });
        ours
    }

    const UP: &str = "{\"QMP\": {}}\n{\"return\": {}}\n";

    #[test]
    fn an_answer_is_found_among_events() {
        let mut qmp = Qmp::open(daemon(
            "{\"QMP\": {}}\n{\"event\": \"A\"}\n{\"return\": {}}\n{\"event\": \"B\", \"data\": {}}\n{\"return\": [1]}\n",
        ))
        .unwrap();
        assert_eq!(qmp.execute("query", &json!({})).unwrap(), json!([1]));
    }

    #[test]
    fn a_refusal_keeps_its_reason() {
        let says =
            format!("{UP}{{\"error\": {{\"class\": \"GenericError\", \"desc\": \"no\"}}}}\n");
        let mut qmp = Qmp::open(daemon(says.leak())).unwrap();
        let error = qmp.execute("query", &json!({})).unwrap_err();
        assert!(matches!(error, QmpError::Refused(reason) if reason == "no"));
    }

    #[test]
    fn an_end_and_nonsense_are_told_from_answers() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        drop(theirs);
        assert!(matches!(Qmp::open(ours), Err(QmpError::Gone(_))));
        assert!(matches!(Qmp::open(daemon("{\"QMP\": {}}\nhello\n")), Err(QmpError::Gone(_))));
    }
}
