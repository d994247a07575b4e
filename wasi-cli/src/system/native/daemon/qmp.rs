//! What is said to the daemon: QMP, QEMU's protocol of one JSON object a line.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};

use crate::system::signals;

/// How long the daemon may take to start, and to take a command.
const WAIT: Duration = Duration::from_secs(30);

/// How often a signal is looked for meanwhile.
const TICK: Duration = Duration::from_millis(100);

/// How long an answer may be, in bytes. That on a chain of a thousand files has a megabyte.
const LONGEST: u64 = 16 << 20;

/// Why a command was not carried out.
#[derive(Debug)]
pub(super) enum QmpError {
    /// The daemon's own reason.
    Refused(String),
    /// It says nothing more.
    Gone(io::Error),
    /// A signal has asked for the end.
    Stopped,
}

impl From<io::Error> for QmpError {
    fn from(error: io::Error) -> Self {
        Self::Gone(error)
    }
}

/// A line from the daemon. Those with neither field are events. Of an answer only what is asked for is kept: as JSON of any
/// kind it could take thirty times the memory of its text.
#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Answer<T> {
    #[serde(rename = "return")]
    value: Option<T>,
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
        stream.set_read_timeout(Some(TICK))?;
        stream.set_write_timeout(Some(WAIT))?;
        let mut qmp = Self { stream: BufReader::new(stream) };
        qmp.line(WAIT)?;
        qmp.order("qmp_capabilities", &json!({}))?;
        Ok(qmp)
    }

    /// Has a command carried out that answers nothing of interest.
    pub(super) fn order(&mut self, command: &str, arguments: &Value) -> Result<(), QmpError> {
        self.execute::<IgnoredAny>(command, arguments).map(|_| ())
    }

    /// Has a command carried out, and returns what it answers. That may take as long as the daemon lives: it reads an image,
    /// perhaps from a disk that is slow, or has to spin up.
    pub(super) fn execute<T: DeserializeOwned>(
        &mut self,
        command: &str,
        arguments: &Value,
    ) -> Result<T, QmpError> {
        let line = json!({ "execute": command, "arguments": arguments });
        self.stream.get_mut().write_all(format!("{line}\n").as_bytes())?;
        loop {
            let line = self.line(Duration::MAX)?;
            let answer = serde_json::from_slice(&line).map_err(io::Error::from)?;
            match answer {
                Answer { error: Some(refusal), .. } => return Err(QmpError::Refused(refusal.desc)),
                Answer { value: Some(value), .. } => return Ok(value),
                // A daemon that an image has taken over may tell events without end.
                Answer { .. } if signals::received() => return Err(QmpError::Stopped),
                Answer { .. } => {}
            }
        }
    }

    /// Waits for a line.
    fn line(&mut self, most: Duration) -> Result<Vec<u8>, QmpError> {
        let (begun, mut line) = (Instant::now(), Vec::new());
        loop {
            let room = LONGEST.saturating_sub(line.len() as u64);
            match self.stream.by_ref().take(room).read_until(b'\n', &mut line) {
                Ok(_) if line.ends_with(b"\n") => return Ok(line),
                Ok(_) => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error.into()),
            }
            if signals::received() {
                return Err(QmpError::Stopped);
            }
            if begun.elapsed() >= most {
                let text = format!("it did not answer within {} seconds", most.as_secs());
                return Err(io::Error::new(io::ErrorKind::TimedOut, text).into());
            }
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
        assert_eq!(qmp.execute::<Value>("query", &json!({})).unwrap(), json!([1]));
    }

    #[test]
    fn a_refusal_keeps_its_reason() {
        let says =
            format!("{UP}{{\"error\": {{\"class\": \"GenericError\", \"desc\": \"no\"}}}}\n");
        let mut qmp = Qmp::open(daemon(says.leak())).unwrap();
        let error = qmp.order("query", &json!({})).unwrap_err();
        assert!(matches!(error, QmpError::Refused(reason) if reason == "no"));
    }

    #[test]
    fn an_answer_may_come_in_pieces_and_late() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let daemon = thread::spawn(move || {
            theirs.write_all(format!("{UP}{{\"ret").as_bytes()).unwrap();
            thread::sleep(5 * TICK);
            theirs.write_all(b"urn\": 5}\n").unwrap();
            let _ = theirs.read_to_end(&mut Vec::new());
        });
        let mut qmp = Qmp::open(ours).unwrap();
        assert_eq!(qmp.execute::<Value>("query", &json!({})).unwrap(), json!(5));
        drop(qmp);
        daemon.join().unwrap();
    }

    #[test]
    fn an_end_and_nonsense_are_told_from_answers() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        drop(theirs);
        assert!(matches!(Qmp::open(ours), Err(QmpError::Gone(_))));
        assert!(matches!(Qmp::open(daemon("{\"QMP\": {}}\nhello\n")), Err(QmpError::Gone(_))));
    }
}
