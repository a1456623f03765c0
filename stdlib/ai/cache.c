/* SPDX-License-Identifier: MIT */
/* A file is a line "pilot-ai-1 MICROSECONDS" and the result behind it. */
#include "stdlib/ai/cache.h"

#include "vm/base/limits.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH = 4096, HASH = 64 };

static bool path_of(const char *folder, const char *name, char path[PATH])
{
    int n = snprintf(path, PATH, "%s/ai%s%s", folder, *name ? "/" : "", name);
    return n > 0 && n < PATH;
}

/* The time on the first line; *start is where the result begins. */
static bool read_head(PlStr file, int64_t *at_us, size_t *start)
{
    PlStr magic = PL_STR("pilot-ai-1 ");
    size_t end = pl_str_find_char(file, '\n', 0);
    if (end == PL_STR_NONE || !pl_str_starts(file, magic)) return false;
    *start = end + 1;
    return pl_str_to_int(pl_str_slice(file, magic.len, end), at_us);
}

bool pl_ai_cache_find(const char *folder, const char *hash, int64_t now_us, int64_t ttl_us, PlBuf *out)
{
    char path[PATH];
    PlBuf file;
    int64_t at_us;
    size_t start;
    if (!folder || ttl_us <= 0 || !path_of(folder, hash, path)) return false;
    pl_buf_init(&file, PL_LIMIT_BODY_BYTES);
    bool found = pl_buf_read_file(&file, path) == PL_OK && read_head(pl_buf_str(&file), &at_us, &start);
    found = found && at_us <= now_us && now_us - at_us < ttl_us;
    if (found) pl_buf_put(out, pl_str_slice(pl_buf_str(&file), start, file.len));
    pl_buf_deinit(&file);
    return found;
}

static bool make_folder(const char *folder)
{
    char path[PATH];
    if (!path_of(folder, "", path)) return false;
    for (char *p = path + 1; *p; p++) {
        if (*p != '/') continue;
        *p = 0;
        (void)mkdir(path, 0700);
        *p = '/';
    }
    return mkdir(path, 0700) == 0 || access(path, W_OK) == 0;
}

void pl_ai_cache_keep(const char *folder, const char *hash, int64_t now_us, PlStr result)
{
    char path[PATH];
    PlBuf file;
    if (!folder || !path_of(folder, hash, path) || !make_folder(folder)) return;
    pl_buf_init(&file, PL_LIMIT_BODY_BYTES);
    pl_buf_printf(&file, "pilot-ai-1 %lld\n", (long long)now_us);
    pl_buf_put(&file, result);
    if (file.status == PL_OK && pl_buf_write_file(path, pl_buf_str(&file)) == PL_OK) (void)chmod(path, 0600);
    pl_buf_deinit(&file);
}

/* By the file's own time, which is good enough to forget it. */
void pl_ai_cache_sweep(const char *folder, int64_t now_us, int64_t ttl_us)
{
    char path[PATH];
    struct stat info;
    DIR *dir = folder && path_of(folder, "", path) ? opendir(path) : NULL;
    if (!dir) return;
    for (const struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.' || strlen(entry->d_name) < HASH || !path_of(folder, entry->d_name, path)) continue;
        if (stat(path, &info) == 0 && S_ISREG(info.st_mode) && (int64_t)info.st_mtime < (now_us - ttl_us) / 1000000) (void)unlink(path);
    }
    closedir(dir);
}
