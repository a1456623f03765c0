/* SPDX-License-Identifier: MIT */
/* The layers but the last (sandbox_calls.c). Order: namespaces, capabilities, no new privileges, limits, Landlock, seccomp: each later one would keep the
 * earlier ones from being made. Sources: user_namespaces(7), landlock(7), capabilities(7), prctl(2). */
#include "stdlib/tools/sandbox.h"

#include "stdlib/tools/sandbox_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return false;
    size_t len = strlen(text);
    bool good = write(fd, text, len) == (ssize_t)len;
    return close(fd) == 0 && good;
}

/* A user namespace gives the right to make the others; in it we are who we were. */
static bool enter_namespaces(const PlSandbox *s)
{
    char map[64];
    unsigned uid = (unsigned)getuid(), gid = (unsigned)getgid();
    int flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | (s->network ? 0 : CLONE_NEWNET);
    if (s->programs || s->own_processes) flags |= CLONE_NEWPID;
    prctl(PR_SET_DUMPABLE, 1); /* /proc/self belongs to us */
    if (unshare(flags) != 0) return false;
    snprintf(map, sizeof map, "%u %u 1", uid, uid);
    if (!write_file("/proc/self/setgroups", "deny") || !write_file("/proc/self/uid_map", map)) return false;
    snprintf(map, sizeof map, "%u %u 1", gid, gid);
    return write_file("/proc/self/gid_map", map);
}

/* Each becomes a mount of its own, which is not opened again and which nobody can rename or remove. One that is not there, or is a link, is let be. */
static bool mount_kept(const PlSandbox *s)
{
    char path[PATH_MAX];
    struct stat info;
    for (const char *const *name = s->kept; name && *name; name++) {
        if (snprintf(path, sizeof path, "%s/%s", s->workspace, *name) >= PATH_MAX) return false;
        if (lstat(path, &info) != 0 || S_ISLNK(info.st_mode)) continue;
        if (mount(path, path, NULL, MS_BIND | MS_REC, NULL) != 0) return false;
    }
    return true;
}

/* Landlock says nothing of modes, owners and times: everything but the workspace is mounted to be read alone. */
static bool mount_read_only(const PlSandbox *s)
{
    struct mount_attr closed = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID}, open_again = {.attr_clr = MOUNT_ATTR_RDONLY};
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return false;
    if (s->workspace && mount(s->workspace, s->workspace, NULL, MS_BIND | MS_REC, NULL) != 0) return false;
    if (s->workspace && !s->read_only && !mount_kept(s)) return false;
    if (syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &closed, sizeof closed) != 0) return false;
    if (!s->workspace) return true;
    if (!s->read_only && syscall(SYS_mount_setattr, AT_FDCWD, s->workspace, 0, &open_again, sizeof open_again) != 0) return false;
    return chdir(s->workspace) == 0;
}

static bool drop_capabilities(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0}};
    for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
        if (prctl(PR_CAPBSET_DROP, cap) != 0) return false;
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    return syscall(SYS_capset, &head, none) == 0;
}

static bool limit(__rlimit_resource_t resource, uint64_t most)
{
    struct rlimit now;
    if (getrlimit(resource, &now) != 0) return false;
    if (now.rlim_max != RLIM_INFINITY && now.rlim_max < most) most = now.rlim_max;
    struct rlimit want = {most, most};
    return setrlimit(resource, &want) == 0;
}

static bool set_limits(const PlSandbox *s)
{
    bool good = limit(RLIMIT_CORE, 0);
    if (s->cpu_seconds) good = limit(RLIMIT_CPU, s->cpu_seconds) && good;
#ifndef __SANITIZE_ADDRESS__
    if (s->memory_bytes) good = limit(RLIMIT_AS, s->memory_bytes) && good;
#endif
    if (s->file_bytes) good = limit(RLIMIT_FSIZE, s->file_bytes) && good;
    if (s->processes) good = limit(RLIMIT_NPROC, s->processes) && good;
    if (s->files) good = limit(RLIMIT_NOFILE, s->files) && good;
    return good;
}

/* ---- Landlock ---- */

enum {
    READ = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
    RUN = READ | LANDLOCK_ACCESS_FS_EXECUTE,
    CHANGE = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
             LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO,
    REFER = 1 << 13,    /* ABI 2: rename between folders */
    TRUNCATE = 1 << 14, /* ABI 3 */
    OF_FILES = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_EXECUTE | TRUNCATE
};

#ifndef LANDLOCK_ACCESS_NET_CONNECT_TCP
#define LANDLOCK_ACCESS_NET_BIND_TCP    (1ull << 0)
#define LANDLOCK_ACCESS_NET_CONNECT_TCP (1ull << 1)
#endif

enum { NET_PORT_RULE = 2, NET_ABI = 4 };

typedef struct Ruleset { /* landlock_ruleset_attr of ABI 4 */
    uint64_t files, net;
} Ruleset;

typedef struct PortRule { /* landlock_net_port_attr */
    uint64_t access, port;
} PortRule;

/* What is not there needs no rule. */
static bool allow(int ruleset, const char *path, uint64_t access)
{
    struct stat info;
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0) return true;
    if (fstat(fd, &info) == 0 && !S_ISDIR(info.st_mode)) access &= OF_FILES;
    struct landlock_path_beneath_attr rule = {access, fd};
    bool good = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
    close(fd);
    return good;
}

static bool allow_system(int ruleset, const char *const *runnable)
{
    static const char *const folders[] = {"/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32"};
    static const char *const files[] = {"/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/localtime", "/etc/alternatives", "/etc/ssl/certs", "/etc/passwd",
                                        "/etc/group", "/etc/nsswitch.conf", "/etc/mime.types", "/dev/urandom", "/dev/random", "/dev/zero", "/etc/fonts"};
    bool good = allow(ruleset, "/dev/null", READ | LANDLOCK_ACCESS_FS_WRITE_FILE);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) good = allow(ruleset, folders[i], runnable ? READ : RUN) && good;
    for (const char *const *path = runnable; path && *path; path++) good = allow(ruleset, *path, RUN) && good;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) good = allow(ruleset, files[i], READ) && good;
    return good;
}

static bool lock_files(const PlSandbox *s)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1) return false;
    uint64_t handled = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1; /* all of ABI 1 */
    if (abi >= 2) handled |= REFER;
    if (abi >= 3) handled |= TRUNCATE;
    bool one_port = s->network && s->port && abi >= NET_ABI;
    Ruleset attr = {handled, one_port ? LANDLOCK_ACCESS_NET_BIND_TCP | LANDLOCK_ACCESS_NET_CONNECT_TCP : 0};
    PortRule out = {LANDLOCK_ACCESS_NET_CONNECT_TCP, s->port};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, one_port ? sizeof attr : sizeof attr.files, 0);
    if (ruleset < 0) return false;
    bool good = !s->programs || allow_system(ruleset, s->runnable);
    if (one_port) good = syscall(SYS_landlock_add_rule, ruleset, NET_PORT_RULE, &out, 0) == 0 && good;
    uint64_t within = READ | (s->programs && !s->runnable ? LANDLOCK_ACCESS_FS_EXECUTE : 0);
    if (!s->read_only) within |= CHANGE | REFER | TRUNCATE;
    if (s->workspace) good = allow(ruleset, s->workspace, within & handled) && good;
    for (const char *const *path = s->readable; path && *path; path++) good = allow(ruleset, *path, READ) && good;
    good = good && syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    close(ruleset);
    return good;
}

/* The first process of the new process namespace goes on. Its parent, without rights of its own, only waits. */
static bool become_first(const PlSandbox *s)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (pid <= 0) return pid == 0;
    if (!drop_capabilities() || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !pl_sandbox_calls(s->programs, s->network)) kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 70);
}

PlStatus pl_sandbox_enter(const PlSandbox *sandbox, const char **layer)
{
    *layer = "user namespaces";
    if (!enter_namespaces(sandbox)) return PL_REFUSED;
    *layer = "mounts of our own";
    if (!mount_read_only(sandbox)) return PL_REFUSED;
    *layer = "processes of our own";
    if ((sandbox->programs || sandbox->own_processes) && !become_first(sandbox)) return PL_REFUSED;
    *layer = "dropping capabilities";
    if (!drop_capabilities()) return PL_REFUSED;
    *layer = "no_new_privs";
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return PL_REFUSED;
    *layer = "resource limits";
    if (!set_limits(sandbox)) return PL_REFUSED;
    *layer = "Landlock";
    if (!lock_files(sandbox)) return PL_REFUSED;
    *layer = "seccomp";
    if (!pl_sandbox_calls(sandbox->programs, sandbox->network)) return PL_REFUSED;
    *layer = "";
    return PL_OK;
}
