//! The command itself: open both ends, scan, plan, emit.

use std::io::Write;

use qcow2_stream::{Error, Layout, Options, Progress};
use rustix::fd::AsFd;

use crate::args::{Args, Measure};
use crate::buffer;
use crate::failure::Failure;
use crate::input::Input;
use crate::notes;
use crate::output::{Kept, Output};
use crate::progress::Reporter;
use crate::shown::shown;
use crate::sink::{FdSink, SinkError};
use crate::source::SourceError;
use crate::stdout;
use crate::system::{activity, scan, signals};

/// Does what the command line asks for.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let options = args.options()?;
    signals::report_size_limit_as_error().map_err(Failure::other)?;
    // A reporter of its own, so that no bar is in the way of the notes.
    let mut opening = Reporter::new(args);
    let mut source = Input::open(args, &mut |event| opening.report(event))?;
    drop(opening);
    let size = source.set_size(args.size);
    size.map_err(|error| Failure::usage(format_args!("{}: {error}", shown(&args.input))))?;
    if !args.quiet {
        notes::say(args, &mut source);
    }
    let reporter = Reporter::new(args);
    let buffer = buffer::new().map_err(Failure::other)?;
    let conversion = Conversion { args, options, source, buffer, reporter };
    match args.measure {
        Some(measure) => conversion.measure(measure),
        None => conversion.convert(),
    }
}

/// A conversion under way.
struct Conversion<'a> {
    args: &'a Args,
    options: Options,
    source: Input,
    buffer: Vec<u8>,
    reporter: Reporter,
}

impl Conversion<'_> {
    fn measure(mut self, measure: Measure) -> Result<(), Failure> {
        stdout::check_open()?;
        let layout = self.scan()?;
        drop(self.reporter);
        print(&layout, measure).map_err(|error| Failure::sink(stdout::NAME, error))
    }

    fn convert(mut self) -> Result<(), Failure> {
        let path = self.args.output.as_deref();
        if path.is_some() {
            // There will be a file to remove. Without one, a signal may end the program at once.
            signals::note().map_err(Failure::other)?;
        }
        let output = Output::open(path, &self.source, &self.args.input)?;
        let layout = self.scan()?;
        output.reserve(layout.image_size())?;
        self.emit(&layout, &output)?;
        if signals::received() {
            // Since the last report of progress.
            return Err(Failure::other(Error::<SourceError, SinkError>::Cancelled));
        }
        let kept = output.complete()?;
        if let (Some(path), Kept::Nothing, false) = (path, kept, self.args.quiet) {
            drop(self.reporter);
            notes::say_private(path);
        }
        Ok(())
    }

    fn scan(&mut self) -> Result<Layout, Failure> {
        let Self { source, options, buffer, reporter, .. } = self;
        let layout = scan::scan(source, options, buffer, |event| reporter.report(event.into()));
        let layout = layout.map_err(Error::with_sink);
        layout
            .and_then(|layout| self.verify(0).map(|()| layout))
            .map_err(|error| self.failure("", error))
    }

    fn emit(&mut self, layout: &Layout, output: &Output) -> Result<(), Failure> {
        let Self { source, buffer, reporter, .. } = self;
        let mut sink = FdSink::new(output.as_fd(), layout.image_size());
        let report = |event: Progress| reporter.report(event.into());
        let done = qcow2_stream::emit(layout, source, &mut sink, buffer, report);
        let closed =
            |()| sink.finish().map_err(|error| Error::Sink { offset: layout.image_size(), error });
        done.and_then(closed)
            .and_then(|()| self.verify(layout.source_size()))
            .map_err(|error| self.failure(&output.name(), error))
    }

    /// Makes sure that the source is still what it was, after its bytes up to `offset` were used.
    fn verify(&self, offset: u64) -> Result<(), Error<SourceError, SinkError>> {
        self.source.files().into_iter().for_each(activity::write_out);
        self.source.verify().map_err(|error| Error::Source { offset, error })
    }

    fn failure(&self, output: &str, error: Error<SourceError, SinkError>) -> Failure {
        Failure::of_conversion(&self.args.input, output, error)
    }
}

/// Prints what the image comes to.
fn print(layout: &Layout, measure: Measure) -> std::io::Result<()> {
    let mut line = match measure {
        Measure::Bytes => layout.image_size().to_string(),
        Measure::Json => serde_json::to_string_pretty(&layout.summary())?,
    };
    line.push('\n');
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(line.as_bytes())?;
    stdout.flush()
}
