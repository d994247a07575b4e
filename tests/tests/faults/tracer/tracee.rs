//! A thread that has stopped at a system call: its arguments, and what lies behind them.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use libc::user_regs_struct;
use nix::sys::ptrace::{getregs, setregs};
use nix::unistd::Pid;

/// The longest path that is read of a process.
const LONGEST: usize = 4096;

/// A number that no system call has: the kernel then does nothing.
const NO_CALL: u64 = u64::MAX;

/// A thread, stopped where a call begins or ends.
#[derive(Clone, Copy)]
pub(crate) struct Tracee(pub(crate) Pid);

impl Tracee {
    /// The registers. There are none if it has been killed meanwhile.
    pub(crate) fn registers(self) -> Option<user_regs_struct> {
        getregs(self.0).ok()
    }

    /// Changes registers. A thread that has been killed doesn't mind.
    fn change(self, change: impl FnOnce(&mut user_regs_struct)) {
        if let Some(mut registers) = self.registers() {
            change(&mut registers);
            let _ = setregs(self.0, registers);
        }
    }

    /// Lets the call that begins not be made.
    pub(crate) fn skip(self) {
        self.change(|registers| registers.orig_rax = NO_CALL);
    }

    /// Replaces an argument of the call that begins.
    pub(crate) fn set_argument(self, nth: usize, value: u64) {
        self.change(|registers| *argument_mut(registers, nth) = value);
    }

    /// Ends the call with a result, if one is given, and with the arguments that it began with, which a program may
    /// rely on.
    pub(crate) fn end(self, begun: &user_regs_struct, result: Option<i64>) {
        self.change(|registers| {
            for nth in 0..6 {
                *argument_mut(registers, nth) = argument(begun, nth);
            }
            if let Some(result) = result {
                registers.rax = result.cast_unsigned();
            }
        });
    }

    /// What a descriptor is, as `/proc` names it.
    pub(crate) fn descriptor(self, fd: u64) -> Option<PathBuf> {
        let fd = fd as u32; // The rest of the register doesn't count.
        fs::read_link(format!("/proc/{}/fd/{fd}", self.0)).ok()
    }

    /// The path that lies in the memory.
    pub(crate) fn path(self, address: u64) -> Option<PathBuf> {
        let mut bytes = vec![0; LONGEST];
        let read = self.memory().read_at(&mut bytes, address).ok()?;
        let end = bytes[..read].iter().position(|byte| *byte == 0)?;
        Some(PathBuf::from(OsStr::from_bytes(&bytes[..end])))
    }

    /// Eight bytes of the memory, as a number.
    pub(crate) fn word(self, address: u64) -> Option<u64> {
        let mut bytes = [0; 8];
        self.memory().read_exact_at(&mut bytes, address).ok()?;
        Some(u64::from_ne_bytes(bytes))
    }

    /// Replaces eight bytes of the memory.
    pub(crate) fn set_word(self, address: u64, word: u64) {
        let written = self.memory().write_all_at(&word.to_ne_bytes(), address);
        written.expect("the memory can be written to");
    }

    fn memory(self) -> File {
        let path = format!("/proc/{}/mem", self.0);
        File::options().read(true).write(true).open(path).expect("the memory can be opened")
    }
}

/// An argument of a call.
pub(crate) fn argument(registers: &user_regs_struct, nth: usize) -> u64 {
    let user_regs_struct { rdi, rsi, rdx, r10, r8, r9, .. } = *registers;
    [rdi, rsi, rdx, r10, r8, r9][nth]
}

fn argument_mut(registers: &mut user_regs_struct, nth: usize) -> &mut u64 {
    let user_regs_struct { rdi, rsi, rdx, r10, r8, r9, .. } = registers;
    [rdi, rsi, rdx, r10, r8, r9].into_iter().nth(nth).expect("there are six")
}
