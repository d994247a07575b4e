// Runs a program on a kernel that seems to lack what its first argument says: landlock, seccomp, filters (of
// seccomp) or both.
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define UNLESS(kind, value, skipped) BPF_JUMP(BPF_JMP | kind | BPF_K, value, 0, skipped)
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)

static struct sock_filter landlock[] = {
    LOAD(nr),
    UNLESS(BPF_JGE, 444, 2), /* landlock_create_ruleset */
    BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 446, 1, 0), /* landlock_restrict_self */
    RETURN(SECCOMP_RET_ERRNO | ENOSYS),
    RETURN(SECCOMP_RET_ALLOW),
};

static struct sock_filter seccomp[] = {
    LOAD(nr),
    UNLESS(BPF_JEQ, SYS_seccomp, 1),
    RETURN(SECCOMP_RET_ERRNO | ENOSYS),
    UNLESS(BPF_JEQ, SYS_prctl, 3),
    LOAD(args[0]),
    UNLESS(BPF_JEQ, PR_GET_SECCOMP, 1),
    RETURN(SECCOMP_RET_ERRNO | EINVAL),
    RETURN(SECCOMP_RET_ALLOW),
};

/* As a kernel that was built without CONFIG_SECCOMP_FILTER. */
static struct sock_filter filters[] = {
    LOAD(nr),
    UNLESS(BPF_JEQ, SYS_seccomp, 1),
    RETURN(SECCOMP_RET_ERRNO | EINVAL),
    RETURN(SECCOMP_RET_ALLOW),
};

static int lack(struct sock_filter *filter, size_t size) {
    struct sock_fprog program = { size / sizeof *filter, filter };
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int main(int argc, char **argv) {
    if (argc < 3 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return 97;
    int is_both = !strcmp(argv[1], "both");
    if ((is_both || !strcmp(argv[1], "landlock")) && lack(landlock, sizeof landlock))
        return 98;
    if ((is_both || !strcmp(argv[1], "seccomp")) && lack(seccomp, sizeof seccomp))
        return 99;
    if (!strcmp(argv[1], "filters") && lack(filters, sizeof filters))
        return 95;
    execv(argv[2], argv + 2);
    return 96;
}
