//! One JSON object a line.

use std::time::{Duration, Instant};

use serde::Serialize;

use super::{Event, Phase};
use crate::stderr;

/// The shortest time between two lines, except for the first and last of a phase.
const INTERVAL: Duration = Duration::from_millis(100);

/// A line.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Line {
    #[serde(flatten)]
    event: Event,
    bytes_per_second: u64,
    /// `null` as long as it cannot be told.
    seconds_left: Option<f64>,
}

/// Writes lines, not too often.
pub(crate) struct Json {
    phase: Option<Phase>,
    begun: Instant,
    last_line: Instant,
    complete: bool,
}

impl Json {
    /// Nothing has happened yet.
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        Self { phase: None, begun: now, last_line: now, complete: false }
    }

    /// Writes a line, if it is time for one.
    pub(crate) fn report(&mut self, event: Event) {
        let now = Instant::now();
        let first = self.phase != Some(event.phase);
        if first {
            *self = Self { phase: Some(event.phase), begun: now, last_line: now, complete: false };
        }
        let last = event.bytes == event.total && !self.complete;
        if first || last || now - self.last_line >= INTERVAL {
            self.last_line = now;
            self.complete = event.bytes == event.total;
            write(&line(event, now - self.begun));
        }
    }
}

fn line(event: Event, time: Duration) -> Line {
    let seconds = time.as_secs_f64();
    let speed = if seconds > 0.0 { event.bytes as f64 / seconds } else { 0.0 };
    let left = (event.total - event.bytes) as f64 / speed;
    let left = left.is_finite().then_some((left * 1000.0).round() / 1000.0);
    Line { event, bytes_per_second: speed as u64, seconds_left: left }
}

fn write(line: &Line) {
    if let Ok(text) = serde_json::to_string(line) {
        stderr::line(text);
    }
}
