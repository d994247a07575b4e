//! Progress on standard error: a bar for people, lines of JSON for programs, nothing in pipes.

mod bar;
mod event;
mod json;

use std::io::IsTerminal;
use std::ops::ControlFlow;

use crate::args::{Args, Report};
use crate::system::signals;
use bar::Bar;
use json::Json;

pub(crate) use event::{Event, Listener, Phase};

/// Somebody who wants to know how far the conversion has got.
pub(crate) enum Reporter {
    /// Nobody.
    Silent,
    /// A person.
    Bar(Bar),
    /// A program.
    Json(Json),
}

impl Reporter {
    /// Whoever the command line asks for.
    pub(crate) fn new(args: &Args) -> Self {
        match args.progress {
            _ if args.quiet => Self::Silent,
            Report::Json => Self::Json(Json::new()),
            Report::Auto if std::io::stderr().is_terminal() => Self::Bar(Bar::new()),
            Report::Auto => Self::Silent,
        }
    }

    /// Passes an event on. Breaks if a signal asks for the end.
    pub(crate) fn report(&mut self, event: Event) -> ControlFlow<()> {
        match self {
            Self::Silent => {}
            Self::Bar(bar) => bar.report(event),
            Self::Json(json) => json.report(event),
        }
        if signals::received() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
