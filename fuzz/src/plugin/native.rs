//! A case on the boundary, without a sandbox, and what must come of it.

use std::cell::RefCell;
use std::ops::ControlFlow;

use qcow2_stream_plugin_boundary::{
    Choices, Code, Failure, NextData, Plan, Progress, Sink, Source, Text, Trouble, Watch,
};

use super::case::{Action, Case};
use super::host::Host;
use super::{Outcome, Played};

/// Plays a case, and checks each outcome by what the host knows.
pub(super) fn play(case: &Case, answers: &[u8]) -> Played {
    let host = RefCell::new(Host::new(case, answers));
    let mut outcomes = Vec::new();
    let plan = Plan::new(&mut Link(&host), choices(case), &mut Link(&host));
    check(&plan, &host.borrow());
    match plan {
        Err(failure) => outcomes.push(told(&failure)),
        Ok(plan) => {
            outcomes.push(Ok(Vec::new()));
            outcomes.extend(case.actions.iter().map(|action| act(&plan, action, &host)));
        }
    }
    let Host { image, calls, .. } = host.into_inner();
    Played { outcomes, image, calls }
}

fn choices(case: &Case) -> Choices<'_> {
    Choices {
        cluster_size: case.cluster_size.into(),
        refcount_bits: case.refcount_bits.into(),
        data_file: (case.data_file > 0).then_some(&case.name[..]),
        data_file_raw: case.data_file == 2,
    }
}

fn act(plan: &Plan, action: &Action, host: &RefCell<Host>) -> Outcome {
    host.borrow_mut().begin();
    let before = host.borrow().image.len() as u64;
    let done = match *action {
        Action::Length => Ok(plan.length().to_le_bytes().to_vec()),
        Action::Summary => Ok(figures(plan)),
        Action::Run { start, end } => {
            let link = || Link(host);
            plan.run(start..end, &mut link(), &mut link(), &mut link()).map(|()| {
                let length = plan.length();
                assert!(start <= end && start <= length, "no range of the image");
                let written = host.borrow().image.len() as u64 - before;
                assert_eq!(written, end.min(length).saturating_sub(start), "an image cut short");
                Vec::new()
            })
        }
        Action::Read { offset, length } => {
            let mut bytes = vec![0; length as usize];
            plan.read_at(&mut Link(host), offset, &mut bytes).map(|read| {
                assert!(offset <= plan.length(), "behind the image");
                let left = plan.length().saturating_sub(offset);
                assert_eq!(read as u64, left.min(length.into()), "a part cut short");
                bytes.truncate(read);
                bytes
            })
        }
    };
    check(&done, &host.borrow());
    done.or_else(|failure| told(&failure))
}

fn figures(plan: &Plan) -> Vec<u8> {
    let summary = plan.summary();
    let figures = [
        summary.required,
        summary.fully_allocated,
        summary.virtual_size,
        summary.cluster_size,
        summary.refcount_bits,
        summary.allocated_clusters,
        summary.metadata_bytes,
    ];
    figures.map(u64::to_le_bytes).concat()
}

/// A failure of the host ends the action with its code, and nothing else does but the arguments.
fn check<T>(done: &Result<T, Failure>, host: &Host) {
    let code = done.as_ref().err().map(|failure| failure.code);
    if let Some(fault) = host.fault {
        assert_eq!(code, Some(fault), "the host's answer was no good");
        return;
    }
    let allowed = [Code::InvalidOption, Code::Refused, Code::Argument];
    let of_a_lie = [Code::SourceChanged, Code::SourceAnswer];
    if let Some(code) = code {
        let is_allowed = allowed.contains(&code) || host.lied && of_a_lie.contains(&code);
        assert!(is_allowed, "{code:?} though the host did nothing wrong");
    }
}

fn told(failure: &Failure) -> Outcome {
    Err((failure.code.number(), failure.text().to_owned()))
}

/// A host as the boundary knows it, by the numbers that it answers.
struct Link<'a>(&'a RefCell<Host>);

impl Source for Link<'_> {
    fn size(&mut self) -> Result<u64, Trouble> {
        let answer = self.0.borrow_mut().size();
        u64::try_from(answer).map_err(|_| said(answer))
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Trouble> {
        count(self.0.borrow_mut().read_at(offset, buffer))
    }

    fn next_data(&mut self, offset: u64) -> Result<NextData, Trouble> {
        match self.0.borrow_mut().next_data(offset) {
            (0, _) => Ok(NextData::Unknown),
            (1, range) => Ok(NextData::Range(range)),
            (2, _) => Ok(NextData::None),
            (answer, _) => Err(said(answer.into())),
        }
    }
}

impl Sink for Link<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Trouble> {
        count(self.0.borrow_mut().write(bytes))
    }
}

impl Watch for Link<'_> {
    fn progress(&mut self, progress: Progress) -> ControlFlow<()> {
        match self.0.borrow_mut().progress(progress.bytes, progress.total) {
            0 => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        }
    }
}

fn count(answer: i32) -> Result<usize, Trouble> {
    usize::try_from(answer).map_err(|_| said(answer.into()))
}

fn said(answer: i64) -> Trouble {
    Trouble::Said(Text::new(format_args!("the host answered {answer}")))
}
