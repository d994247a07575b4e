//! The system calls that the daemon may make: those that reading files and answering over its sockets takes.
//!
//! Anything else fails with `ENOSYS`, as on a kernel without the call. For calls that are newer than this list, C libraries
//! and QEMU then do as they do on older kernels.

use std::collections::BTreeMap;
use std::env::consts::ARCH;
use std::thread;

use anyhow::{Context, Result};
use libc::c_long;
use rustix::process::getpid;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch, apply_filter,
};

use super::allowed_calls::{ALWAYS, FCNTL, IOCTL, LIBC, OLD, PRCTL};

/// Whether this kernel can do it, and the calls of this processor are known here. A kernel may have seccomp without filters,
/// so it is tried, in a thread that ends with it.
pub(super) fn is_available() -> bool {
    let Ok(arch) = TargetArch::try_from(ARCH) else { return false };
    let tried = thread::Builder::new().spawn(move || confines_nothing(arch).is_ok());
    // Without a thread nobody knows. Where it can't be done, the daemon says so then.
    tried.map_or(true, |tried| tried.join().unwrap_or(false))
}

/// Confines this thread to all system calls.
fn confines_nothing(arch: TargetArch) -> Result<()> {
    let (allow, deny) = (SeccompAction::Allow, SeccompAction::Errno(libc::ENOSYS.cast_unsigned()));
    let program: BpfProgram = SeccompFilter::new(Rules::new(), allow, deny, arch)?.try_into()?;
    Ok(apply_filter(&program)?)
}

/// Confines this process, and whatever it becomes, to these calls.
///
/// # Errors
///
/// The kernel doesn't do it.
pub(super) fn confine() -> Result<()> {
    apply_filter(&program()?).context("cannot confine its system calls")
}

fn program() -> Result<BpfProgram> {
    let always = [ALWAYS, OLD, LIBC].concat();
    let mut rules: Rules = always.into_iter().map(|call| (call, Vec::new())).collect();
    let own = u64::try_from(getpid().as_raw_pid())?;
    rules.insert(libc::SYS_tgkill, one_of(0, [own])?);
    rules.insert(
        libc::SYS_fcntl,
        one_of(1, FCNTL.iter().map(|command| u64::from(command.cast_unsigned())))?,
    );
    rules.insert(libc::SYS_ioctl, one_of(1, IOCTL.iter().map(|request| u64::from(*request)))?);
    rules.insert(
        libc::SYS_prctl,
        one_of(0, PRCTL.iter().map(|option| u64::from(option.cast_unsigned())))?,
    );
    // Threads, but no processes.
    let thread = libc::CLONE_THREAD.cast_unsigned().into();
    rules.insert(libc::SYS_clone, only(&[masked(0, thread, thread)?])?);
    // Nothing is created or cut, which old kernels let one do that opens a file to read it.
    let changes = (libc::O_CREAT | libc::O_TRUNC).cast_unsigned().into();
    rules.insert(libc::SYS_openat, only(&[masked(2, changes, 0)?])?);
    #[cfg(target_arch = "x86_64")]
    rules.insert(libc::SYS_open, only(&[masked(1, changes, 0)?])?);
    // Limits are asked for, and this process's only.
    let limits = [equal(0, 0)?, equal_wide(2, 0)?];
    rules.insert(libc::SYS_prlimit64, only(&limits)?);
    let (deny, allow) = (SeccompAction::Errno(libc::ENOSYS.cast_unsigned()), SeccompAction::Allow);
    let filter = SeccompFilter::new(rules, deny, allow, TargetArch::try_from(ARCH)?)?;
    Ok(filter.try_into()?)
}

type Rules = BTreeMap<c_long, Vec<SeccompRule>>;

/// A call whose argument is one of some numbers.
fn one_of(
    argument: u8,
    values: impl IntoIterator<Item = u64>,
) -> Result<Vec<SeccompRule>, BackendError> {
    values.into_iter().map(|value| SeccompRule::new(vec![equal(argument, value)?])).collect()
}

/// A call whose arguments meet all of some conditions.
fn only(conditions: &[SeccompCondition]) -> Result<Vec<SeccompRule>, BackendError> {
    Ok(vec![SeccompRule::new(conditions.to_vec())?])
}

/// An argument of 32 bits, of which the kernel ignores the rest.
fn equal(argument: u8, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)
}

/// An argument of 64 bits.
fn equal_wide(argument: u8, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Qword, SeccompCmpOp::Eq, value)
}

/// An argument of 32 bits, some of which have to be as given.
fn masked(argument: u8, mask: u64, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(mask), value)
}
