//! Which system calls reading files and answering over sockets takes: what QEMU, GLib and C libraries make, of several
//! versions.

use libc::{self as c, c_int, c_long};

/// Calls that may be made with any arguments. They reach what is open, or what Landlock lets one open; none changes a
/// file, starts a process, or makes a socket.
#[rustfmt::skip] // a line for each would hide what belongs together
pub(super) const ALWAYS: &[c_long] = &[
    // Memory.
    c::SYS_brk, c::SYS_madvise, c::SYS_membarrier, c::SYS_mmap, c::SYS_mprotect, c::SYS_mremap,
    c::SYS_munmap,
    // The process and its threads. `execve` starts the daemon; whatever it starts is confined as well.
    c::SYS_capget, c::SYS_execve, c::SYS_exit, c::SYS_exit_group, c::SYS_futex,
    c::SYS_getcpu, c::SYS_getegid, c::SYS_geteuid, c::SYS_getgid,
    c::SYS_getgroups, c::SYS_getpgid, c::SYS_getpid, c::SYS_getppid, c::SYS_getpriority,
    c::SYS_getresgid, c::SYS_getresuid, c::SYS_getrusage, c::SYS_getsid, c::SYS_gettid,
    c::SYS_getuid, c::SYS_restart_syscall, c::SYS_rseq, c::SYS_sched_getaffinity,
    c::SYS_sched_getattr, c::SYS_sched_getparam, c::SYS_sched_getscheduler, c::SYS_sched_yield,
    c::SYS_set_robust_list, c::SYS_set_tid_address, c::SYS_sysinfo, c::SYS_times, c::SYS_umask,
    c::SYS_uname,
    // Signals, of its own.
    c::SYS_rt_sigaction, c::SYS_rt_sigpending, c::SYS_rt_sigprocmask, c::SYS_rt_sigreturn,
    c::SYS_rt_sigsuspend, c::SYS_rt_sigtimedwait, c::SYS_sigaltstack, c::SYS_signalfd4,
    // Time, and waiting.
    c::SYS_clock_getres, c::SYS_clock_gettime, c::SYS_clock_nanosleep, c::SYS_epoll_create1,
    c::SYS_epoll_ctl, c::SYS_epoll_pwait, c::SYS_eventfd2, c::SYS_gettimeofday,
    c::SYS_nanosleep, c::SYS_pipe2, c::SYS_ppoll, c::SYS_pselect6, c::SYS_timerfd_create,
    c::SYS_timerfd_gettime, c::SYS_timerfd_settime,
    // Files.
    c::SYS_close, c::SYS_close_range, c::SYS_dup, c::SYS_dup3, c::SYS_faccessat,
    c::SYS_faccessat2, c::SYS_fadvise64, c::SYS_fdatasync, c::SYS_fstat, c::SYS_fstatfs,
    c::SYS_fsync, c::SYS_getcwd, c::SYS_getdents64, c::SYS_getrandom, c::SYS_lseek,
    c::SYS_newfstatat, c::SYS_pread64, c::SYS_preadv, c::SYS_preadv2, c::SYS_read,
    c::SYS_readlinkat, c::SYS_readv, c::SYS_statfs, c::SYS_statx, c::SYS_write, c::SYS_writev,
    // The sockets that it has got, and the connections that are made to the listening one.
    c::SYS_accept, c::SYS_accept4, c::SYS_getpeername, c::SYS_getsockname, c::SYS_getsockopt,
    c::SYS_listen, c::SYS_recvfrom, c::SYS_recvmsg, c::SYS_sendmsg, c::SYS_sendto,
    c::SYS_setsockopt, c::SYS_shutdown,
];

/// What newer processors have another call for.
#[cfg(target_arch = "x86_64")]
pub(super) const OLD: &[c_long] = &[
    c::SYS_access,
    c::SYS_arch_prctl,
    c::SYS_dup2,
    c::SYS_epoll_create,
    c::SYS_epoll_wait,
    c::SYS_eventfd,
    c::SYS_getpgrp,
    c::SYS_getrlimit,
    c::SYS_lstat,
    c::SYS_pause,
    c::SYS_pipe,
    c::SYS_poll,
    c::SYS_readlink,
    c::SYS_select,
    c::SYS_signalfd,
    c::SYS_stat,
    c::SYS_time,
];

/// What newer processors have another call for.
#[cfg(not(target_arch = "x86_64"))]
pub(super) const OLD: &[c_long] = &[c::SYS_getrlimit];

/// musl sends a signal to a thread by its number alone. It has no other way, and some builds of QEMU with it need one.
#[cfg(target_env = "musl")]
pub(super) const LIBC: &[c_long] = &[c::SYS_tkill];

/// glibc needs no more.
#[cfg(not(target_env = "musl"))]
pub(super) const LIBC: &[c_long] = &[];

/// What may be done to descriptors: copies, flags, locks. Not: leases, notices, owners, which send signals.
pub(super) const FCNTL: &[c_int] = &[
    c::F_DUPFD,
    c::F_DUPFD_CLOEXEC,
    c::F_GETFD,
    c::F_SETFD,
    c::F_GETFL,
    c::F_SETFL,
    c::F_GETLK,
    c::F_SETLK,
    c::F_SETLKW,
    c::F_OFD_GETLK,
    c::F_OFD_SETLK,
    c::F_OFD_SETLKW,
];

/// What may be asked of a file or a device. Each of these only asks, but for `FIONBIO`, a flag of the descriptor.
pub(super) const IOCTL: &[u32] = &[
    0x5401,      // TCGETS: is it a terminal?
    0x5421,      // FIONBIO
    0x541b,      // FIONREAD
    0x125e,      // BLKROGET
    0x1260,      // BLKGETSIZE
    0x1263,      // BLKRAGET
    0x1267,      // BLKSECTGET
    0x1268,      // BLKSSZGET
    0x1278,      // BLKIOMIN
    0x1279,      // BLKIOOPT
    0x127a,      // BLKALIGNOFF
    0x127b,      // BLKPBSZGET
    0x127e,      // BLKROTATIONAL
    0x8008_1272, // BLKGETSIZE64
    0x800c_581e, // XFS_IOC_DIOINFO: how direct reads have to be aligned
    0x801c_581f, // FS_IOC_FSGETXATTR: QEMU 10 asks for flags
];

/// What may be done to the process itself: names of threads and of memory, the slack of its timers.
pub(super) const PRCTL: &[c_int] = &[
    c::PR_CAPBSET_READ,
    c::PR_GET_DUMPABLE,
    c::PR_GET_NAME,
    c::PR_GET_NO_NEW_PRIVS,
    c::PR_GET_SECCOMP,
    c::PR_GET_TIMERSLACK,
    c::PR_SET_NAME,
    c::PR_SET_TIMERSLACK,
    c::PR_SET_VMA,
];
