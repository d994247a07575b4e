// In place of qemu-storage-daemon: a program that tries what an image might make QEMU do, and tells on standard error
// what it has reached. The kernel would not let a script's interpreter start.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

extern char **environ;

static void reached(const char *what) { dprintf(2, "reached: %s\n", what); }

/* Tries something that must fail. */
#define TRY(what) do { if ((what) >= 0) reached(#what); } while (0)

static void sockets(void) {
    struct sockaddr_un name = { AF_UNIX, "socket" };
    TRY(socket(AF_INET, SOCK_DGRAM, 0));
    TRY(socket(AF_INET6, SOCK_STREAM, 0));
    TRY(socket(AF_PACKET, SOCK_RAW, 0));
    TRY(socket(AF_NETLINK, SOCK_RAW, 0));
    TRY(socket(AF_VSOCK, SOCK_STREAM, 0));
    int unix_socket = socket(AF_UNIX, SOCK_STREAM, 0);
    TRY(unix_socket);
    TRY(connect(unix_socket, (struct sockaddr *)&name, sizeof name));
    TRY(connect(0, (struct sockaddr *)&name, sizeof name));
    TRY(bind(unix_socket, (struct sockaddr *)&name, sizeof name));
#ifdef __x86_64__
    TRY(syscall(0x40000000 + SYS_socket, AF_INET, SOCK_DGRAM, 0)); /* the ABI called x32 */
#endif
}

static void inherited(void) {
    for (int fd = 3; fd < 1024; fd++)
        TRY(fcntl(fd, F_GETFD));
    for (char **entry = environ; *entry; entry++)
        if (strncmp(*entry, "LC_ALL=", 7) && strncmp(*entry, "LD_LIBRARY_PATH=", 16))
            reached(*entry);
}

static void attributes(const char *path) {
    struct timespec times[2] = { { 1, 0 }, { 1, 0 } };
    TRY(chmod(path, 0666));
    TRY(chown(path, 1, 1));
    TRY(utimensat(AT_FDCWD, path, times, 0));
    TRY(setxattr(path, "user.x", "x", 1, 0));
    TRY(removexattr(path, "user.here"));
    TRY(truncate(path, 0));
    TRY(open(path, O_RDONLY | O_TRUNC));
    TRY(rename(path, "renamed"));
    TRY(link(path, "linked"));
    TRY(symlink(path, "linked"));
    TRY(mkdir("folder", 0700));
    TRY(syscall(SYS_mknodat, AT_FDCWD, "node", S_IFIFO | 0600, 0));
}

static void attributes_of_what_is_open(int fd) {
    struct timespec times[2] = { { 1, 0 }, { 1, 0 } };
    int flags = FS_NODUMP_FL;
    struct f_owner_ex parent = { F_OWNER_PID, getppid() };
    TRY(fchmod(fd, 0666));
    TRY(fchown(fd, 1, 1));
    TRY(futimens(fd, times));
    TRY(fsetxattr(fd, "user.x", "x", 1, 0));
    TRY(ioctl(fd, FS_IOC_SETFLAGS, &flags));
    TRY(fcntl(fd, F_SETLEASE, F_RDLCK));
    TRY(fcntl(fd, F_SETOWN, getppid()));
    TRY(fcntl(fd, F_SETOWN_EX, &parent));
}

static void processes(void) {
    pid_t parent = getppid();
    struct rlimit limit = { 1, 1 };
    char byte;
    struct iovec here = { &byte, 1 }, there = { &limit, 1 };
    TRY(kill(parent, 0));
    TRY(syscall(SYS_tgkill, parent, parent, 0));
    TRY(syscall(SYS_pidfd_open, parent, 0));
    TRY(ptrace(PTRACE_SEIZE, parent, 0, 0));
    TRY(process_vm_readv(parent, &here, 1, &there, 1, 0));
    TRY(syscall(SYS_prlimit64, parent, RLIMIT_CORE, 0, &limit));
    TRY(syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &limit, 0));
    TRY(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
    TRY(setpriority(PRIO_PROCESS, parent, 5));
    TRY(prctl(PR_SET_DUMPABLE, 0));
    TRY(prctl(PR_SET_PDEATHSIG, 0));
    TRY(setsid());
}

static void system_calls(void) {
    static char nothing[256];
    TRY(syscall(SYS_io_uring_setup, 1, nothing));
    TRY(syscall(SYS_memfd_create, "x", 0));
    TRY(syscall(SYS_userfaultfd, 1));
    TRY(syscall(SYS_bpf, 0, nothing, sizeof nothing));
    TRY(syscall(SYS_keyctl, 0, -3, 1));
    TRY(syscall(SYS_inotify_init1, 0));
    TRY(syscall(SYS_shmget, 0, 4096, 01600));
    TRY(syscall(SYS_personality, 0xffffffff));
    TRY(mount("none", ".", "tmpfs", 0, 0));
    TRY(unshare(CLONE_NEWUSER));
    TRY(unshare(CLONE_FILES));
    TRY(chdir("."));
    TRY(setgid(getgid()));
    TRY(setuid(getuid()));
}

static void rights(void) {
    struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct sets[2] = { { 0 } };
    syscall(SYS_capget, &header, sets);
    for (int half = 0; half < 2; half++)
        if (sets[half].effective | sets[half].permitted | sets[half].inheritable)
            reached("capabilities");
    for (int capability = 0; capability < 41; capability++)
        if (getuid() == 0 && prctl(PR_CAPBSET_READ, capability) == 1)
            reached("a capability by exec");
    if (getuid() == 0 && getgroups(0, 0) != 0)
        reached("groups");
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        reached("new privileges");
}

int main(void) {
    inherited();
    rights();
    sockets();
    attributes("image");
    attributes("disk.raw");
    int image = open("image", O_RDONLY);
    if (image < 0)
        dprintf(2, "not reached: the image\n");
    attributes_of_what_is_open(image);
    close(image);
    processes();
    system_calls();
    dprintf(2, "that is all\n");
    return 0;
}
