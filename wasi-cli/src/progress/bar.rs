//! A progress bar.

use indicatif::{ProgressBar, ProgressStyle};

use super::{Event, Phase};
use crate::system::terminal;

/// Phase, bar, bytes, speed, time left, in one line of any width.
const TEMPLATE: &str = "{prefix} [{wide_bar}] {bytes} / {total_bytes}, {bytes_per_sec}, {eta} left";

/// A bar for the phase under way. It is gone once it is dropped, so that a message stands alone.
pub(crate) struct Bar {
    bar: ProgressBar,
    phase: Option<Phase>,
}

impl Bar {
    /// A bar that shows nothing yet.
    pub(crate) fn new() -> Self {
        Self { bar: ProgressBar::hidden(), phase: None }
    }

    /// Shows an event.
    pub(crate) fn report(&mut self, event: Event) {
        if self.phase != Some(event.phase) {
            self.begin(event);
        }
        self.bar.set_length(event.total);
        self.bar.set_position(event.bytes);
    }

    fn begin(&mut self, event: Event) {
        self.bar.finish_and_clear();
        let style = ProgressStyle::with_template(TEMPLATE);
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ");
        let target = terminal::stderr();
        self.bar = ProgressBar::with_draw_target(Some(event.total), target).with_style(style);
        self.bar.set_prefix(match event.phase {
            Phase::Check => "Checking",
            Phase::Scan => "Reading",
            Phase::Emit => "Writing",
        });
        self.phase = Some(event.phase);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
