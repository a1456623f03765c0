/* SPDX-License-Identifier: MIT */
/* Files of the workspace. A write is a new file beside the old one, synced, then renamed over it: a reader sees the one or the other. */
#include "stdlib/tools/tool.h"

#include "vm/base/base64.h"
#include "vm/base/fd.h"
#include "vm/base/limits.h"
#include "vm/base/utf8.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define READ_MOST 16777216

static unsigned put_done(PlToolCall *call, PlStr path, int64_t size)
{
    pl_buf_put_z(call->out, "{\"path\":");
    pl_tool_put_text(call->out, path);
    if (size >= 0) pl_buf_printf(call->out, ",\"size\":%lld", (long long)size);
    pl_buf_put_char(call->out, '}');
    return 200;
}

static bool read_all(int fd, PlBuf *out)
{
    char bytes[65536];
    ssize_t got;
    while ((got = read(fd, bytes, sizeof bytes)) > 0 && out->status == PL_OK) pl_buf_put(out, pl_str(bytes, (size_t)got));
    return got == 0 && out->status == PL_OK;
}

static unsigned fs_read(PlToolCall *call)
{
    PlStr path = pl_tool_text(call, "path", "");
    int fd = pl_tool_open(call, path, O_RDONLY | O_NONBLOCK, 0);
    struct stat info;
    if (fd < 0) return pl_tool_fail_errno(call, errno, path);
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        close(fd);
        return pl_tool_fail(call, 400, PL_FMT " is no file", PL_ARG(path));
    }
    PlBuf bytes, text;
    pl_buf_init(&bytes, READ_MOST);
    pl_buf_init(&text, 0);
    unsigned status = 200;
    if (!read_all(fd, &bytes)) status = pl_tool_fail(call, 413, PL_FMT " is larger than %d bytes", PL_ARG(path), READ_MOST);
    else if (!pl_utf8_from_any(&text, pl_buf_str(&bytes))) status = pl_tool_fail(call, 415, PL_FMT " is no text", PL_ARG(path));
    if (status == 200) {
        pl_buf_put_z(call->out, "{\"path\":");
        pl_tool_put_text(call->out, path);
        pl_buf_put_z(call->out, ",\"text\":");
        pl_tool_put_text(call->out, pl_buf_str(&text));
        pl_buf_printf(call->out, ",\"size\":%lld}", (long long)info.st_size);
    }
    pl_buf_deinit(&text);
    pl_buf_deinit(&bytes);
    close(fd);
    return status;
}

/* What decides what later runs may do, and what git would run: no plan changes it. */
static bool is_guarded(PlStr path)
{
    bool found = false;
    for (size_t at = 0; at <= path.len && !found;) {
        size_t end = pl_str_find_char(path, '/', at);
        if (end == PL_STR_NONE) end = path.len;
        PlStr name = pl_str_slice(path, at, end);
        found = pl_str_eq_nocase(name, PL_STR(".git")) || pl_str_eq_nocase(name, PL_STR("pilot.yaml")) || pl_str_ends(name, PL_STR(".mcp.json")) ||
                pl_str_ends(name, PL_STR(".pbc"));
        at = end + 1;
    }
    return found;
}

static unsigned guarded(PlToolCall *call, PlStr path)
{
    return pl_tool_fail(call, 403, PL_FMT " decides what may be run: it is not a plan's to change", PL_ARG(path));
}

/* In the folder `dir`: a name of its own first, then the real one. */
static int write_atomic(int dir, const char *name, PlStr text, bool create_only)
{
    char fresh[64];
    snprintf(fresh, sizeof fresh, ".pilot-%ld.part", (long)getpid());
    int fd = openat(dir, fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644), error = 0;
    struct stat old;
    if (fd < 0) return errno;
    if (fstatat(dir, name, &old, AT_SYMLINK_NOFOLLOW) == 0) {
        if (S_ISDIR(old.st_mode)) error = EISDIR;
        else if (S_ISREG(old.st_mode) && fchmod(fd, old.st_mode & 0777) != 0) error = errno;
    }
    if (!error && !pl_fd_write_synced(fd, text)) error = errno ? errno : EIO;
    if (close(fd) != 0 && !error) error = errno;
    if (!error && renameat2(dir, fresh, dir, name, create_only ? RENAME_NOREPLACE : 0) != 0) error = errno;
    if (error) unlinkat(dir, fresh, 0);
    else if (dir >= 0) error = fsync(dir) == 0 || errno == EBADF || errno == EINVAL ? 0 : errno; /* the name, too; an O_PATH folder cannot */
    return error;
}

static unsigned fs_write(PlToolCall *call)
{
    PlStr path = pl_tool_text(call, "path", ""), text = pl_tool_text(call, "text", ""), name;
    PlBuf bytes;
    if (is_guarded(path)) return guarded(call, path);
    pl_buf_init(&bytes, 0);
    bool is_coded = pl_str_eq_z(pl_tool_text(call, "encoding", "text"), "base64"), good = !is_coded || pl_base64_read(&bytes, text);
    if (is_coded && good) text = pl_arena_str(call->arena, pl_buf_str(&bytes));
    pl_buf_deinit(&bytes);
    if (!good) return pl_tool_fail(call, 400, "the text is not base64");
    int dir = pl_tool_open_parent(call, path, &name);
    if (dir < 0) return pl_tool_fail_errno(call, errno, path);
    int folder = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* one that can be synced */
    int error = folder < 0 ? errno : write_atomic(folder, name.ptr, text, pl_tool_yes(call, "create_only", false));
    if (folder >= 0) close(folder);
    close(dir);
    return error ? pl_tool_fail_errno(call, error, path) : put_done(call, path, (int64_t)text.len);
}

static unsigned fs_append(PlToolCall *call)
{
    PlStr path = pl_tool_text(call, "path", ""), text = pl_tool_text(call, "text", "");
    if (is_guarded(path)) return guarded(call, path);
    int fd = pl_tool_open(call, path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK, 0644);
    struct stat info = {0};
    if (fd < 0) return pl_tool_fail_errno(call, errno, path);
    bool is_file = fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    int error = !is_file ? EISDIR : pl_fd_write_synced(fd, text) && fstat(fd, &info) == 0 ? 0 : errno;
    close(fd);
    return error ? pl_tool_fail_errno(call, error, path) : put_done(call, path, info.st_size);
}

/* ---- what is there ---- */

static const char *kind_of(mode_t mode)
{
    return S_ISREG(mode) ? "file" : S_ISDIR(mode) ? "folder" : S_ISLNK(mode) ? "link" : "other";
}

static void put_entry(PlBuf *out, PlStr path, PlStr name, const struct stat *info)
{
    pl_buf_put_z(out, "{\"path\":");
    pl_tool_put_text(out, path);
    pl_buf_put_z(out, ",\"name\":");
    pl_tool_put_text(out, name);
    pl_buf_printf(out, ",\"kind\":\"%s\",\"size\":%lld,\"modified\":", kind_of(info->st_mode), S_ISREG(info->st_mode) ? (long long)info->st_size : 0LL);
    pl_tool_put_time(out, info->st_mtime);
    pl_buf_put_char(out, '}');
}

enum { LIST_MOST = 10000, LIST_DEPTH = 32 };

typedef struct Listing {
    PlToolCall *call;
    bool deep, any;
    uint32_t count;
} Listing;

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int no_dots(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* Errors below the top are left out: a folder that may not be read is listed without what is in it. */
static int list_folder(Listing *l, PlStr path, unsigned depth)
{
    struct dirent **names = NULL;
    int fd = pl_tool_open(l->call, path, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0) return errno;
    int count = scandirat(fd, ".", &names, no_dots, by_name), error = count < 0 ? errno : 0;
    for (int i = 0; i < count; i++) {
        struct stat info;
        PlStr name = pl_arena_str(l->call->arena, pl_str_z(names[i]->d_name));
        PlStr below = path.len ? pl_arena_printf(l->call->arena, PL_FMT "/" PL_FMT, PL_ARG(path), PL_ARG(name)) : name;
        bool seen = l->count < LIST_MOST && fstatat(fd, name.ptr, &info, AT_SYMLINK_NOFOLLOW) == 0;
        free(names[i]);
        if (!seen) continue;
        if (l->any) pl_buf_put_char(l->call->out, ',');
        l->any = true;
        l->count++;
        put_entry(l->call->out, below, name, &info);
        if (l->deep && S_ISDIR(info.st_mode) && depth < LIST_DEPTH) (void)list_folder(l, below, depth + 1);
    }
    free(names);
    close(fd);
    return error;
}

static unsigned fs_list(PlToolCall *call)
{
    PlStr path = pl_tool_text(call, "path", "");
    if (pl_str_eq_z(path, ".")) path = PL_STR("");
    while (path.len && path.ptr[path.len - 1] == '/') path.len--;
    Listing l = {.call = call, .deep = pl_tool_yes(call, "recursive", false)};
    pl_buf_put_z(call->out, "{\"entries\":[");
    int error = list_folder(&l, path, 0);
    if (error) return pl_tool_fail_errno(call, error, path);
    pl_buf_printf(call->out, "],\"complete\":%s}", l.count < LIST_MOST ? "true" : "false");
    return 200;
}

static unsigned fs_stat(PlToolCall *call)
{
    PlStr path = pl_tool_text(call, "path", ""), name = path;
    struct stat info;
    int fd = pl_tool_open(call, path, O_PATH, 0);
    if (fd < 0 && errno == ENOENT) {
        pl_buf_put_z(call->out, "{\"exists\":false}");
        return 200;
    }
    if (fd < 0) return pl_tool_fail_errno(call, errno, path);
    int error = fstat(fd, &info) == 0 ? 0 : errno;
    close(fd);
    if (error) return pl_tool_fail_errno(call, error, path);
    for (size_t i = path.len; i-- > 0 && path.ptr[i] != '/';) name = pl_str_slice(path, i, path.len);
    pl_buf_put_z(call->out, "{\"exists\":true,\"entry\":");
    put_entry(call->out, path, name, &info);
    pl_buf_put_char(call->out, '}');
    return 200;
}

/* ---- moving and removing ---- */

static unsigned fs_move(PlToolCall *call)
{
    PlStr from = pl_tool_text(call, "from", ""), to = pl_tool_text(call, "to", ""), old_name, new_name;
    if (is_guarded(from) || is_guarded(to)) return guarded(call, is_guarded(from) ? from : to);
    int old_dir = pl_tool_open_parent(call, from, &old_name), new_dir = -1;
    if (old_dir < 0) return pl_tool_fail_errno(call, errno, from);
    new_dir = pl_tool_open_parent(call, to, &new_name);
    int error = new_dir < 0 ? errno : 0;
    bool over = pl_tool_yes(call, "overwrite", false);
    PlStr whose = to;
    if (!error && renameat2(old_dir, old_name.ptr, new_dir, new_name.ptr, over ? 0 : RENAME_NOREPLACE) != 0) {
        error = errno;
        if (error == ENOENT) whose = from;
    }
    if (new_dir >= 0) close(new_dir);
    close(old_dir);
    return error ? pl_tool_fail_errno(call, error, whose) : put_done(call, to, -1);
}

/* Links are removed, not followed: each step down is an openat of a name that is a folder itself. */
static int remove_tree(int dir, const char *name, unsigned depth)
{
    if (unlinkat(dir, name, 0) == 0) return 0;
    if (errno != EISDIR && errno != EPERM) return errno;
    if (unlinkat(dir, name, AT_REMOVEDIR) == 0) return 0;
    if (errno != ENOTEMPTY && errno != EEXIST) return errno;
    if (depth > LIST_DEPTH) return ELOOP;
    struct dirent **names = NULL;
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), error = 0;
    if (fd < 0) return errno;
    int count = scandirat(fd, ".", &names, no_dots, by_name);
    for (int i = 0; i < count; i++) {
        if (!error) error = remove_tree(fd, names[i]->d_name, depth + 1);
        free(names[i]);
    }
    free(names);
    close(fd);
    if (error || count < 0) return error ? error : EIO;
    return unlinkat(dir, name, AT_REMOVEDIR) == 0 ? 0 : errno;
}

static unsigned fs_delete(PlToolCall *call)
{
    PlStr path = pl_tool_text(call, "path", ""), name;
    struct stat info;
    if (is_guarded(path)) return guarded(call, path);
    int dir = pl_tool_open_parent(call, path, &name);
    if (dir < 0) return pl_tool_fail_errno(call, errno, path);
    int error = fstatat(dir, name.ptr, &info, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : errno;
    if (!error && pl_tool_yes(call, "recursive", false)) error = remove_tree(dir, name.ptr, 0);
    else if (!error && unlinkat(dir, name.ptr, S_ISDIR(info.st_mode) ? AT_REMOVEDIR : 0) != 0) error = errno;
    close(dir);
    return error ? pl_tool_fail_errno(call, error, path) : put_done(call, path, -1);
}

static unsigned fs_make_folder(PlToolCall *call)
{
    PlStr path = pl_tool_text(call, "path", "");
    if (is_guarded(path)) return guarded(call, path);
    for (size_t i = 1; i <= path.len; i++) { /* each folder on the way */
        if (i < path.len && path.ptr[i] != '/') continue;
        PlStr part = pl_str_slice(path, 0, i), name;
        if (part.ptr[part.len - 1] == '/') continue;
        int dir = pl_tool_open_parent(call, part, &name);
        if (dir < 0) return pl_tool_fail_errno(call, errno, part);
        struct stat info;
        int error = mkdirat(dir, name.ptr, 0755) == 0 ? 0 : errno;
        if (error == EEXIST && fstatat(dir, name.ptr, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode)) error = 0;
        close(dir);
        if (error) return pl_tool_fail_errno(call, error, part);
    }
    return put_done(call, path, -1);
}

const PlToolEntry pl_tools_fs[] = {
    {"fs", "read", fs_read, PL_TOOL_READS},       {"fs", "list", fs_list, PL_TOOL_READS},
    {"fs", "stat", fs_stat, PL_TOOL_READS},       {"fs", "write", fs_write, PL_TOOL_CHANGES},
    {"fs", "append", fs_append, PL_TOOL_CHANGES}, {"fs", "move", fs_move, PL_TOOL_CHANGES},
    {"fs", "delete", fs_delete, PL_TOOL_CHANGES}, {"fs", "make_folder", fs_make_folder, PL_TOOL_CHANGES},
    {NULL, NULL, NULL, PL_TOOL_READS},
};
