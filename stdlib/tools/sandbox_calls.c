/* SPDX-License-Identifier: MIT */
/* A seccomp filter from two tables: what no worker may do, and what only one may that starts programs. Calls of another architecture end the process,
 * as does the x32 interface: their numbers mean other calls. Sources: seccomp(2), linux/audit.h. */
#include "stdlib/tools/sandbox_calls.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

/* Ways out of the walls, into other processes, or into the kernel's rarely tested corners. */
static const int never[] = {
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_kexec_load,
    SYS_kexec_file_load,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_move_mount,
    SYS_fsopen,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_open_tree,
    SYS_unshare,
    SYS_setns,
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_adjtimex,
    SYS_acct,
    SYS_quotactl,
    SYS_syslog,
    SYS_personality,
    SYS_open_by_handle_at,
    SYS_name_to_handle_at,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_pidfd_getfd,
    SYS_kcmp,
    SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo,
    SYS_pidfd_open,
    SYS_pidfd_send_signal,
    SYS_process_madvise,
    SYS_process_mrelease,
    SYS_move_pages,
    SYS_migrate_pages,
    SYS_lookup_dcookie,
    SYS_vhangup,
    SYS_sethostname,
    SYS_setdomainname,
};

static const int programs_only[] = {
    SYS_execve, SYS_execveat, SYS_bind, SYS_listen, SYS_kill, SYS_tkill, SYS_tgkill, SYS_clone, SYS_prlimit64, SYS_setpriority,
#ifdef SYS_fork
    SYS_fork,   SYS_vfork,
#endif
};

static const int connections[] = {SYS_socket, SYS_socketpair, SYS_connect};

#define NEW_NAMESPACES (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)

enum { NEVER = sizeof never / sizeof *never, ONLY = sizeof programs_only / sizeof *programs_only };
enum { OUT = sizeof connections / sizeof *connections, ROOM = 2 * (NEVER + ONLY + OUT) + 24 };

typedef struct Filter {
    struct sock_filter code[ROOM];
    unsigned short len;
} Filter;

static void put(Filter *f, unsigned short op, uint32_t k, unsigned char yes, unsigned char no)
{
    f->code[f->len++] = (struct sock_filter)BPF_JUMP(op, k, yes, no);
}

static void load(Filter *f, size_t offset)
{
    put(f, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void answer(Filter *f, uint32_t what)
{
    put(f, BPF_RET | BPF_K, what, 0, 0);
}

/* When the number in the accumulator is this one. */
static void refuse(Filter *f, int number, int error)
{
    put(f, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 1);
    answer(f, SECCOMP_RET_ERRNO | ((uint32_t)error & SECCOMP_RET_DATA));
}

bool pl_sandbox_calls(bool programs, bool network)
{
#ifndef ARCH
    (void)programs, (void)network;
    errno = ENOSYS;
    return false;
#else
    Filter f = {.len = 0};
    load(&f, offsetof(struct seccomp_data, arch));
    put(&f, BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
    answer(&f, SECCOMP_RET_KILL_PROCESS);
    load(&f, offsetof(struct seccomp_data, nr));
    put(&f, BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1); /* x32 */
    answer(&f, SECCOMP_RET_KILL_PROCESS);
    for (int i = 0; i < NEVER; i++) refuse(&f, never[i], EPERM);
    refuse(&f, SYS_clone3, ENOSYS); /* its flags cannot be seen; libc falls back to clone */
    for (int i = 0; i < ONLY && !programs; i++) refuse(&f, programs_only[i], EPERM);
    for (int i = 0; i < OUT && !programs && !network; i++) refuse(&f, connections[i], EPERM);
    put(&f, BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 4); /* sockets with a path lead to other processes, past every namespace */
    load(&f, offsetof(struct seccomp_data, args[0]));
    put(&f, BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 0, 1);
    answer(&f, SECCOMP_RET_ERRNO | EACCES);
    answer(&f, SECCOMP_RET_ALLOW);
    put(&f, BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3);
    load(&f, offsetof(struct seccomp_data, args[0]));
    put(&f, BPF_JMP | BPF_JSET | BPF_K, NEW_NAMESPACES, 0, 1);
    answer(&f, SECCOMP_RET_ERRNO | EPERM);
    answer(&f, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {f.len, f.code};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
#endif
}
