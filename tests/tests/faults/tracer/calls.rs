//! The system calls that reach outside of the process: which descriptor or path they are about, and what they move.

use libc::c_long;

use crate::call::Class;

/// Which argument says what the call is about, counted from 0.
#[derive(Clone, Copy, Debug)]
pub(crate) enum About {
    /// A descriptor.
    Fd(usize),
    /// A path.
    Path(usize),
    /// Two descriptors: where the bytes come from, and where they go.
    Both(usize, usize),
    /// The first descriptor of an array for `poll`.
    Polled,
    /// Nothing yet: it makes a descriptor.
    New,
}

/// How much is moved.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Length {
    /// An argument says it, in bytes.
    Bytes(usize),
    /// So many pieces, in the argument after the array of them.
    Pieces(usize),
}

/// A system call.
#[derive(Debug)]
pub(crate) struct Shape {
    number: c_long,
    pub(crate) name: &'static str,
    pub(crate) class: Class,
    pub(crate) about: About,
    pub(crate) length: Option<Length>,
}

/// The call with this number, if it reaches outside.
pub(crate) fn shape_of(number: u64) -> Option<&'static Shape> {
    SHAPES.iter().find(|shape| u64::try_from(shape.number) == Ok(number))
}

const fn shape(number: c_long, name: &'static str, class: Class, about: About) -> Shape {
    Shape { number, name, class, about, length: None }
}

const fn moving(
    number: c_long,
    name: &'static str,
    class: Class,
    about: About,
    length: Length,
) -> Shape {
    Shape { number, name, class, about, length: Some(length) }
}

use About::{Both, Fd, New, Path, Polled};
use Class::{Close, Move, Other, Read, Wait, Write};
use Length::{Bytes, Pieces};

const SHAPES: [Shape; 78] = [
    moving(libc::SYS_read, "read", Read, Fd(0), Bytes(2)),
    moving(libc::SYS_pread64, "pread64", Read, Fd(0), Bytes(2)),
    moving(libc::SYS_readv, "readv", Read, Fd(0), Pieces(2)),
    moving(libc::SYS_preadv, "preadv", Read, Fd(0), Pieces(2)),
    moving(libc::SYS_preadv2, "preadv2", Read, Fd(0), Pieces(2)),
    moving(libc::SYS_recvfrom, "recvfrom", Read, Fd(0), Bytes(2)),
    shape(libc::SYS_recvmsg, "recvmsg", Read, Fd(0)),
    moving(libc::SYS_write, "write", Write, Fd(0), Bytes(2)),
    moving(libc::SYS_pwrite64, "pwrite64", Write, Fd(0), Bytes(2)),
    moving(libc::SYS_writev, "writev", Write, Fd(0), Pieces(2)),
    moving(libc::SYS_pwritev, "pwritev", Write, Fd(0), Pieces(2)),
    moving(libc::SYS_pwritev2, "pwritev2", Write, Fd(0), Pieces(2)),
    moving(libc::SYS_vmsplice, "vmsplice", Write, Fd(0), Pieces(2)),
    moving(libc::SYS_sendto, "sendto", Write, Fd(0), Bytes(2)),
    shape(libc::SYS_sendmsg, "sendmsg", Write, Fd(0)),
    moving(libc::SYS_splice, "splice", Move, Both(0, 2), Bytes(4)),
    moving(libc::SYS_tee, "tee", Move, Both(0, 1), Bytes(2)),
    moving(libc::SYS_sendfile, "sendfile", Move, Both(1, 0), Bytes(3)),
    moving(libc::SYS_copy_file_range, "copy_file_range", Move, Both(0, 2), Bytes(4)),
    shape(libc::SYS_poll, "poll", Wait, Polled),
    shape(libc::SYS_ppoll, "ppoll", Wait, Polled),
    shape(libc::SYS_close, "close", Close, Fd(0)),
    shape(libc::SYS_open, "open", Other, Path(0)),
    shape(libc::SYS_openat, "openat", Other, Path(1)),
    shape(libc::SYS_openat2, "openat2", Other, Path(1)),
    shape(libc::SYS_creat, "creat", Other, Path(0)),
    shape(libc::SYS_stat, "stat", Other, Path(0)),
    shape(libc::SYS_lstat, "lstat", Other, Path(0)),
    shape(libc::SYS_fstat, "fstat", Other, Fd(0)),
    shape(libc::SYS_newfstatat, "newfstatat", Other, Path(1)),
    shape(libc::SYS_statx, "statx", Other, Path(1)),
    shape(libc::SYS_statfs, "statfs", Other, Path(0)),
    shape(libc::SYS_fstatfs, "fstatfs", Other, Fd(0)),
    shape(libc::SYS_access, "access", Other, Path(0)),
    shape(libc::SYS_faccessat, "faccessat", Other, Path(1)),
    shape(libc::SYS_faccessat2, "faccessat2", Other, Path(1)),
    shape(libc::SYS_readlink, "readlink", Other, Path(0)),
    shape(libc::SYS_readlinkat, "readlinkat", Other, Path(1)),
    shape(libc::SYS_lseek, "lseek", Other, Fd(0)),
    shape(libc::SYS_ioctl, "ioctl", Other, Fd(0)),
    shape(libc::SYS_fcntl, "fcntl", Other, Fd(0)),
    shape(libc::SYS_flock, "flock", Other, Fd(0)),
    shape(libc::SYS_dup, "dup", Other, Fd(0)),
    shape(libc::SYS_dup2, "dup2", Other, Fd(0)),
    shape(libc::SYS_dup3, "dup3", Other, Fd(0)),
    shape(libc::SYS_fsync, "fsync", Other, Fd(0)),
    shape(libc::SYS_fdatasync, "fdatasync", Other, Fd(0)),
    shape(libc::SYS_sync_file_range, "sync_file_range", Other, Fd(0)),
    shape(libc::SYS_ftruncate, "ftruncate", Other, Fd(0)),
    shape(libc::SYS_fallocate, "fallocate", Other, Fd(0)),
    shape(libc::SYS_fadvise64, "fadvise64", Other, Fd(0)),
    shape(libc::SYS_readahead, "readahead", Other, Fd(0)),
    shape(libc::SYS_fchmod, "fchmod", Other, Fd(0)),
    shape(libc::SYS_chmod, "chmod", Other, Path(0)),
    shape(libc::SYS_fchmodat, "fchmodat", Other, Path(1)),
    shape(libc::SYS_fchown, "fchown", Other, Fd(0)),
    shape(libc::SYS_lgetxattr, "lgetxattr", Other, Path(0)),
    shape(libc::SYS_fgetxattr, "fgetxattr", Other, Fd(0)),
    shape(libc::SYS_fsetxattr, "fsetxattr", Other, Fd(0)),
    shape(libc::SYS_fremovexattr, "fremovexattr", Other, Fd(0)),
    shape(libc::SYS_getdents64, "getdents64", Other, Fd(0)),
    shape(libc::SYS_mkdir, "mkdir", Other, Path(0)),
    shape(libc::SYS_mkdirat, "mkdirat", Other, Path(1)),
    shape(libc::SYS_rmdir, "rmdir", Other, Path(0)),
    shape(libc::SYS_unlink, "unlink", Other, Path(0)),
    shape(libc::SYS_unlinkat, "unlinkat", Other, Path(1)),
    shape(libc::SYS_linkat, "linkat", Other, Path(3)),
    shape(libc::SYS_rename, "rename", Other, Path(1)),
    shape(libc::SYS_renameat, "renameat", Other, Path(3)),
    shape(libc::SYS_renameat2, "renameat2", Other, Path(3)),
    shape(libc::SYS_socket, "socket", Other, New),
    shape(libc::SYS_socketpair, "socketpair", Other, New),
    shape(libc::SYS_pipe2, "pipe2", Other, New),
    shape(libc::SYS_bind, "bind", Other, Fd(0)),
    shape(libc::SYS_listen, "listen", Other, Fd(0)),
    shape(libc::SYS_connect, "connect", Other, Fd(0)),
    shape(libc::SYS_setsockopt, "setsockopt", Other, Fd(0)),
    shape(libc::SYS_getsockopt, "getsockopt", Other, Fd(0)),
];

/// Calls that stay within the process, or start and end others: no faults of input or output.
const WITHIN: [c_long; 61] = [
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_rt_sigsuspend,
    libc::SYS_sigaltstack,
    libc::SYS_tgkill,
    libc::SYS_kill,
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_gettid,
    libc::SYS_getpgid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_getcwd,
    libc::SYS_getrandom,
    libc::SYS_getrlimit,
    libc::SYS_prlimit64,
    libc::SYS_getrusage,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    libc::SYS_umask,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_setaffinity,
    libc::SYS_getcpu,
    libc::SYS_rseq,
    libc::SYS_arch_prctl,
    libc::SYS_prctl,
    libc::SYS_set_tid_address,
    libc::SYS_set_robust_list,
    libc::SYS_get_robust_list,
    libc::SYS_membarrier,
    libc::SYS_restart_syscall,
    libc::SYS_clone,
    libc::SYS_clone3,
    libc::SYS_vfork,
    libc::SYS_fork,
    libc::SYS_execve,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_wait4,
    libc::SYS_waitid,
    libc::SYS_eventfd2,
    libc::SYS_timerfd_create,
    libc::SYS_memfd_create,
    libc::SYS_landlock_create_ruleset,
    libc::SYS_seccomp,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_send_signal,
];

/// Whether the call with this number is in neither list: a test of faults would overlook it.
pub(crate) fn is_unknown(number: u64) -> bool {
    shape_of(number).is_none() && !WITHIN.iter().any(|known| u64::try_from(*known) == Ok(number))
}
