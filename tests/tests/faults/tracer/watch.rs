//! The watch over one process and all its threads.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use libc::user_regs_struct;
use nix::sys::ptrace::{self, Event};
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::calls::{About, Length, Shape, is_unknown, shape_of};
use super::process::{Process, children};
use super::tracee::{Tracee, argument};
use super::{Seen, SideOf};
use crate::call::{Call, Class, Sides};
use crate::fault::{Action, Fault};

/// A call under way.
struct Begun {
    registers: user_regs_struct,
    /// Whether anything about it was changed.
    changed: bool,
    /// What it is to return, if not what the kernel says.
    result: Option<i64>,
    /// A word of the memory that was changed: where, and what it was.
    word: Option<(u64, u64)>,
}

/// The watch, and what it has seen so far.
pub(super) struct Watch<'a> {
    leader: Pid,
    side_of: SideOf<'a>,
    fault: Option<&'a Fault>,
    /// Standard output, as `/proc` names it, once the program runs.
    stdout: Option<PathBuf>,
    /// The calls under way, by thread.
    begun: HashMap<Pid, Begun>,
    /// How many calls were like the one that is to fail.
    seen: usize,
    pub(super) calls: Vec<Call>,
    pub(super) hits: usize,
    pub(super) unknown: Vec<u64>,
    pub(super) left: Vec<Process>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(leader: Pid, side_of: SideOf<'a>, fault: Option<&'a Fault>) -> Self {
        Self {
            leader,
            side_of,
            fault,
            stdout: None,
            begun: HashMap::new(),
            seen: 0,
            calls: Vec::new(),
            hits: 0,
            unknown: Vec::new(),
            left: Vec::new(),
        }
    }

    /// Follows the process to its end. Its exit status; none if a signal ended it.
    pub(super) fn follow(&mut self) -> Option<i32> {
        // Those of this thread alone, for other threads have processes of their own.
        let flags = WaitPidFlag::__WALL | WaitPidFlag::__WNOTHREAD;
        loop {
            let (thread, signal) = match waitpid(None, Some(flags)).expect("there is a process") {
                WaitStatus::Exited(thread, code) if thread == self.leader => return Some(code),
                WaitStatus::Signaled(thread, ..) if thread == self.leader => return None,
                WaitStatus::PtraceSyscall(thread) => {
                    self.at_call(thread);
                    (thread, None)
                }
                WaitStatus::PtraceEvent(thread, _, event) => {
                    self.at_event(thread, event);
                    (thread, None)
                }
                WaitStatus::Stopped(thread, signal) => (thread, Some(signal)),
                _ => continue,
            };
            self.resume(thread, signal);
        }
    }

    /// Lets a thread go on, up to its next call if that is of interest. It may have been killed meanwhile.
    fn resume(&self, thread: Pid, signal: Option<Signal>) {
        let over = self.hits > 0 && self.fault.is_some_and(|fault| !fault.lasting);
        let _ = if self.stdout.is_none() || (over && !self.begun.contains_key(&thread)) {
            ptrace::cont(thread, signal)
        } else {
            ptrace::syscall(thread, signal)
        };
    }

    fn at_event(&mut self, thread: Pid, event: i32) {
        if event == Event::PTRACE_EVENT_EXEC as i32 {
            self.stdout = Tracee(thread).descriptor(1).or_else(|| Some(PathBuf::new()));
            // What comes next is the end of that call.
            let registers = Tracee(thread).registers();
            self.begun.extend(registers.map(|registers| (thread, Begun::new(registers))));
        }
        if event == Event::PTRACE_EVENT_EXIT as i32 && thread == self.leader {
            self.left = children(thread);
        }
    }

    fn at_call(&mut self, thread: Pid) {
        let tracee = Tracee(thread);
        if let Some(begun) = self.begun.remove(&thread) {
            return begun.end(tracee);
        }
        let Some(registers) = tracee.registers() else { return };
        let mut begun = Begun::new(registers);
        let number = registers.orig_rax;
        if is_unknown(number) {
            self.unknown.push(number);
        }
        if let Some((call, shape)) = self.call(tracee, &registers) {
            self.calls.push(call);
            if let Some(action) = self.action(&call) {
                self.hits += usize::from(begun.act(tracee, shape, action, self.leader));
            }
        }
        self.begun.insert(thread, begun);
    }

    /// The call that begins, if it is about one of the sides.
    fn call(&self, tracee: Tracee, registers: &user_regs_struct) -> Option<(Call, &'static Shape)> {
        let shape = shape_of(registers.orig_rax)?;
        let sides = self.sides(tracee, shape, registers);
        let divisible =
            shape.length.is_some_and(|length| divide(tracee, length, registers).is_some());
        let call = Call { name: shape.name, class: shape.class, sides, divisible };
        (sides != Sides::NONE).then_some((call, shape))
    }

    fn sides(&self, tracee: Tracee, shape: &Shape, registers: &user_regs_struct) -> Sides {
        let fd = |nth| self.side_of_fd(tracee, argument(registers, nth));
        match shape.about {
            About::Fd(nth) => fd(nth),
            About::Path(nth) => self.side_of_path(tracee, registers, nth),
            About::Both(from, to) => Sides { input: fd(from).input, output: fd(to).output },
            About::Polled => {
                let first = tracee.word(argument(registers, 0));
                first.map_or(Sides::NONE, |first| self.side_of_fd(tracee, first))
            }
            About::New => (self.side_of)(Seen::Nameless),
        }
    }

    fn side_of_fd(&self, tracee: Tracee, fd: u64) -> Sides {
        let Some(path) = tracee.descriptor(fd) else { return Sides::NONE };
        if self.stdout.as_ref() == Some(&path) {
            return (self.side_of)(Seen::Stdout);
        }
        match fd as u32 {
            0 | 2 => Sides::NONE,
            _ if path.is_absolute() => (self.side_of)(Seen::Path(&path)),
            _ => (self.side_of)(Seen::Nameless),
        }
    }

    fn side_of_path(&self, tracee: Tracee, registers: &user_regs_struct, nth: usize) -> Sides {
        let path = tracee.path(argument(registers, nth)).unwrap_or_default();
        let folder = nth.checked_sub(1).map(|before| argument(registers, before));
        match folder {
            Some(fd) if path == Path::new("") => self.side_of_fd(tracee, fd),
            Some(fd) if path.is_relative() && fd as i32 >= 0 => {
                let folder = tracee.descriptor(fd).unwrap_or_default();
                (self.side_of)(Seen::Path(&folder.join(path)))
            }
            _ => (self.side_of)(Seen::Path(&path)),
        }
    }

    /// What is to be done about a call, if anything.
    fn action(&mut self, call: &Call) -> Option<Action> {
        let fault = self.fault?;
        let alike = fault.is_of(call);
        self.seen += usize::from(alike);
        let first = alike && self.seen == fault.nth;
        let again = fault.lasting && self.hits > 0 && fault.spreads_to(call);
        (first || again).then(|| fault.action())
    }
}

impl Begun {
    fn new(registers: user_regs_struct) -> Self {
        Self { registers, changed: false, result: None, word: None }
    }

    /// Does what is to be done as the call begins. Whether it could be done.
    fn act(&mut self, tracee: Tracee, shape: &Shape, action: Action, leader: Pid) -> bool {
        match action {
            Action::Return(result) => {
                // A descriptor is given back even if that is said to have failed.
                if shape.class != Class::Close {
                    tracee.skip();
                }
                (self.result, self.changed) = (Some(result), true);
                true
            }
            Action::MoveLess => self.shorten(tracee, shape),
            Action::KillChildren => {
                let children = children(leader);
                children.iter().for_each(Process::kill);
                !children.is_empty()
            }
        }
    }

    fn shorten(&mut self, tracee: Tracee, shape: &Shape) -> bool {
        let less = shape.length.and_then(|length| divide(tracee, length, &self.registers));
        match less {
            None => return false,
            Some(Less::Argument(nth, value)) => tracee.set_argument(nth, value),
            Some(Less::Word { pieces, at, was, is }) => {
                tracee.set_argument(pieces, 1);
                tracee.set_word(at, is);
                self.word = Some((at, was));
            }
        }
        self.changed = true;
        true
    }

    fn end(self, tracee: Tracee) {
        if let Some((at, was)) = self.word {
            tracee.set_word(at, was);
        }
        if self.changed {
            tracee.end(&self.registers, self.result);
        }
    }
}

/// How a call can be asked to move less than it is.
enum Less {
    /// By an argument: which, and what it is to be.
    Argument(usize, u64),
    /// By taking only one piece, and of that fewer bytes.
    Word { pieces: usize, at: u64, was: u64, is: u64 },
}

/// About half, and never a whole number of sectors or pages.
fn divide(tracee: Tracee, length: Length, registers: &user_regs_struct) -> Option<Less> {
    let half = |bytes: u64| (bytes > 1).then_some((bytes / 2) | 1).filter(|less| *less < bytes);
    match length {
        Length::Bytes(nth) => half(argument(registers, nth)).map(|less| Less::Argument(nth, less)),
        Length::Pieces(nth) => {
            // A piece is an address and a length.
            let at = argument(registers, nth - 1) + 8;
            let was = tracee.word(at)?;
            Some(Less::Word { pieces: nth, at, was, is: half(was)? })
        }
    }
}
