/* SPDX-License-Identifier: MIT */
/* Text in the files of the workspace: a regular expression or plain words, line by line, in the order of paths. Folders and files whose names begin
 * with a dot are left out unless they are asked for, and so are files that are no text. Where ripgrep is installed it says which files have plain words at
 * all, and the others are not read: what is found in a file is always found here, so the answer is the same with and without it. */
#include "stdlib/tools/tool.h"

#include "vm/base/map.h"
#include "vm/base/utf8.h"
#include "vm/value/regex.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MATCHES = 1000, FILES = 100000, DEPTH = 64, FILE_BYTES = 67108864, LINE = 500 };

typedef struct Search {
    PlToolCall *call;
    PlValues *values;
    PlStr pattern, glob, words; /* words: the pattern as it was given, when it is no expression */
    bool hidden, names_only, ignore_case;
    int64_t most, found;
    uint32_t files;
    PlBuf error, bytes;
    bool is_cut;
    PlMap with_words; /* paths that ripgrep found; when it was asked */
    bool was_asked;
} Search;

static PlStr quoted(PlArena *arena, PlStr words)
{
    char *out = pl_arena_alloc(arena, words.len * 2 + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < words.len; i++) {
        unsigned char c = (unsigned char)words.ptr[i];
        bool plain = c >= 0x80 || c == '_' || c == ' ' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c < ' ';
        if (!plain) out[n++] = '\\';
        out[n++] = (char)c;
    }
    return pl_str(out, n);
}

static void put_match(Search *s, PlStr path, uint32_t number, PlStr line, size_t at)
{
    PlBuf *out = s->call->out;
    pl_buf_put_z(out, s->found++ ? ",{\"path\":" : "{\"path\":");
    pl_tool_put_text(out, path);
    pl_buf_printf(out, ",\"line\":%u,\"column\":%zu,\"text\":", number, pl_utf8_length(pl_str_slice(line, 0, at)) + 1);
    pl_tool_put_text(out, line.len > LINE ? pl_str_slice(line, 0, LINE) : line);
    pl_buf_put_char(out, '}');
}

/* False: the pattern is wrong. */
static bool search_text(Search *s, PlStr path, PlStr text)
{
    uint32_t number = 0;
    while (text.len && !s->is_cut) {
        size_t end = pl_str_find_char(text, '\n', 0);
        PlStr line = pl_str_slice(text, 0, end == PL_STR_NONE ? text.len : end);
        text = pl_str_slice(text, end == PL_STR_NONE ? text.len : end + 1, text.len);
        number++;
        if (line.len && line.ptr[line.len - 1] == '\r') line.len--;
        PlRegexMatch match;
        if (pl_regex_find(s->values, s->pattern, line, 0, &match, &s->error) != PL_OK) return false;
        if (!match.count) continue;
        if (s->found == s->most) s->is_cut = true;
        else put_match(s, path, number, line, match.group[0].start);
    }
    return true;
}

/* ---- ripgrep: which files have the words ---- */

/* "./a.txt\0./d/b.txt\0" */
static void take_paths(Search *s, PlStr out)
{
    pl_map_init(&s->with_words, s->call->arena);
    while (out.len) {
        size_t end = pl_str_find_char(out, 0, 0);
        PlStr path = pl_str_slice(out, 0, end == PL_STR_NONE ? out.len : end);
        out = pl_str_slice(out, end == PL_STR_NONE ? out.len : end + 1, out.len);
        if (pl_str_starts(path, PL_STR("./"))) path = pl_str_slice(path, 2, path.len);
        pl_map_put(&s->with_words, pl_arena_str(s->call->arena, path), NULL);
    }
    s->was_asked = true;
}

static bool is_ascii(PlStr s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] >= 0x80) return false;
    return true;
}

/* Everything that makes it leave files out on its own account is off. Whatever goes wrong, all files are read. */
static void ask_ripgrep(Search *s, PlStr words, bool ignore_case, PlStr folder)
{
    PlArena *arena = s->call->arena;
    const char *argv[] = {PL_TOOL_RIPGREP,
                          "--no-config", "--no-ignore", "--no-follow", "--no-messages", "--no-mmap", "--threads=4", "--text", "--encoding=none",
                          "--max-filesize=65M", "--files-with-matches", "--null", "--fixed-strings",
                          ignore_case ? "--ignore-case" : "--case-sensitive",
                          s->hidden ? "--hidden" : "--no-hidden",
                          "-e", pl_arena_str(arena, words).ptr,
                          "--", pl_arena_printf(arena, "./" PL_FMT, PL_ARG(folder)).ptr, NULL};
    PlToolRun run = {.argv = argv, .most = 64u << 20};
    bool same_path = pl_str_find(folder, PL_STR("//"), 0) == PL_STR_NONE && pl_str_find(folder, PL_STR("./"), 0) == PL_STR_NONE; /* it writes it as we do */
    bool fits = same_path && !memchr(words.ptr, 0, words.len) && (!ignore_case || is_ascii(words));
    if (!fits || !pl_tool_has_ripgrep(s->call)) return;
    if (pl_tool_run(s->call, &run) && !run.timed_out && !run.out_cut && !run.signal && (run.code == 0 || run.code == 1)) take_paths(s, pl_buf_str(&run.out));
    pl_tool_run_end(&run);
}

static bool read_file(Search *s, int folder, const char *name)
{
    char bytes[65536];
    struct stat info;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t got = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size <= FILE_BYTES ? 1 : -1;
    pl_buf_clear(&s->bytes);
    while (got > 0 && (got = read(fd, bytes, sizeof bytes)) > 0) pl_buf_put(&s->bytes, pl_str(bytes, (size_t)got));
    close(fd);
    PlStr text = pl_buf_str(&s->bytes);
    return got == 0 && s->bytes.status == PL_OK && !memchr(text.ptr, 0, text.len) && pl_utf8_check(text) == text.len;
}

static bool file(Search *s, int folder, const char *name, PlStr path)
{
    PlArenaMark mark = pl_arena_mark(s->call->arena);
    const char *glob = pl_arena_str(s->call->arena, s->glob).ptr;
    bool whole = pl_str_find_char(s->glob, '/', 0) != PL_STR_NONE;
    bool wanted = !s->glob.len || fnmatch(glob, whole ? pl_arena_str(s->call->arena, path).ptr : name, FNM_PATHNAME) == 0;
    pl_arena_rewind(s->call->arena, mark);
    if (!wanted) return true;
    if (++s->files > FILES) s->is_cut = true;
    if (s->names_only) {
        if (s->found == s->most) s->is_cut = true;
        if (s->is_cut) return true;
        if (s->found++) pl_buf_put_char(s->call->out, ',');
        pl_tool_put_text(s->call->out, path);
        return true;
    }
    if (s->was_asked && !pl_map_find(&s->with_words, path)) return true;
    return s->is_cut || !read_file(s, folder, name) || search_text(s, path, pl_buf_str(&s->bytes));
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int no_dots(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static bool walk(Search *s, int folder, PlStr path, unsigned depth)
{
    struct dirent **names = NULL;
    bool good = true;
    int count = scandirat(folder, ".", &names, no_dots, by_name);
    for (int i = 0; i < count; i++) {
        const char *name = names[i]->d_name;
        struct stat info;
        bool wanted = good && !s->is_cut && (s->hidden || name[0] != '.') && fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
        if (wanted) {
            PlStr below = path.len ? pl_arena_printf(s->call->arena, PL_FMT "/%s", PL_ARG(path), name) : pl_arena_str(s->call->arena, pl_str_z(name));
            int inner = S_ISDIR(info.st_mode) && depth < DEPTH ? openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
            if (inner >= 0) {
                good = walk(s, inner, below, depth + 1);
                close(inner);
            } else if (S_ISREG(info.st_mode)) {
                good = file(s, folder, name, below);
            }
        }
        free(names[i]);
    }
    free(names);
    return good;
}

static unsigned run(PlToolCall *call, Search *s, const char *list)
{
    PlStr path = pl_tool_text(call, "path", "");
    if (pl_str_eq_z(path, ".")) path = PL_STR("");
    while (path.len && path.ptr[path.len - 1] == '/') path.len--;
    int folder = pl_tool_open(call, path, O_RDONLY | O_DIRECTORY, 0);
    if (folder < 0) return pl_tool_fail_errno(call, errno, path);
    s->glob = pl_tool_text(call, "glob", "");
    s->hidden = pl_tool_yes(call, "hidden", false);
    s->most = pl_tool_int(call, "max", 200);
    if (s->most < 1) s->most = 1;
    if (s->most > MATCHES * 10) s->most = MATCHES * 10;
    pl_buf_init(&s->error, 1024);
    pl_buf_init(&s->bytes, FILE_BYTES);
    pl_buf_printf(call->out, "{\"%s\":[", list);
    if (s->words.len) ask_ripgrep(s, s->words, s->ignore_case, path);
    bool good = walk(s, folder, path, 0);
    if (good) pl_buf_printf(call->out, "],\"complete\":%s}", s->is_cut ? "false" : "true");
    unsigned status = good ? 200 : pl_tool_fail(call, 400, PL_FMT, PL_ARG(pl_buf_str(&s->error)));
    pl_buf_deinit(&s->error);
    pl_buf_deinit(&s->bytes);
    close(folder);
    return status;
}

static unsigned search_words(PlToolCall *call)
{
    Search s = {.call = call};
    PlEscape escape;
    PlHeap *heap = pl_heap_new(&escape, 0);
    if (heap && setjmp(escape.at) == 0) s.values = pl_values_new(heap);
    if (!s.values) {
        pl_heap_free(heap);
        return pl_tool_fail(call, 500, "out of memory");
    }
    PlStr pattern = pl_tool_text(call, "pattern", "");
    bool is_regex = pl_tool_yes(call, "regex", false);
    s.pattern = is_regex ? pattern : quoted(call->arena, pattern);
    if (!is_regex) s.words = pattern;
    s.ignore_case = pl_tool_yes(call, "ignore_case", false);
    if (s.ignore_case) s.pattern = pl_arena_printf(call->arena, "(?i)" PL_FMT, PL_ARG(s.pattern));
    unsigned status = run(call, &s, "matches");
    pl_values_free(s.values);
    pl_heap_free(heap);
    return status;
}

static unsigned search_files(PlToolCall *call)
{
    Search s = {.call = call, .names_only = true};
    return run(call, &s, "paths");
}

const PlToolEntry pl_tools_search[] = {
    {"search", "text", search_words, PL_TOOL_SEARCHES},
    {"search", "files", search_files, PL_TOOL_READS},
    {NULL, NULL, NULL, PL_TOOL_READS},
};
