/* SPDX-License-Identifier: MIT */
/* See cli_args.h. */
#include "vm/cli/cli_args.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void pl_cli_list_add(PlArena *arena, PlCliList *list, const char *item)
{
    list->items = pl_vec_room(arena, list->items, list->count, &list->cap, sizeof *list->items);
    list->items[list->count++] = item;
}

static void help_line(const PlCliOption *o)
{
    char left[64];
    if (o->letter) snprintf(left, sizeof left, "-%c, --%s%s%s", o->letter, o->name, o->value ? " " : "", o->value ? o->value : "");
    else snprintf(left, sizeof left, "    --%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
    printf("  %-30s %s\n", left, o->words);
}

void pl_cli_help(const PlCliCommand *command)
{
    printf("usage: %s\n\n%s\n", command->usage, command->words);
    if (command->option_count) printf("\noptions:\n");
    for (uint32_t i = 0; i < command->option_count; i++) help_line(&command->options[i]);
    printf("  %-30s %s\n", "-h, --help", "this text");
}

static const PlCliOption *by_name(const PlCliCommand *command, const char *name, size_t len)
{
    for (uint32_t i = 0; i < command->option_count; i++) {
        const PlCliOption *o = &command->options[i];
        if (strlen(o->name) == len && memcmp(o->name, name, len) == 0) return o;
    }
    return NULL;
}

static const PlCliOption *by_letter(const PlCliCommand *command, char letter)
{
    for (uint32_t i = 0; i < command->option_count; i++) {
        if (command->options[i].letter == letter) return &command->options[i];
    }
    return NULL;
}

static void unknown_option(const PlCliCommand *command, const char *arg)
{
    const char *best = NULL;
    unsigned nearest = 3;
    PlStr name = pl_str_z(arg + strspn(arg, "-"));
    name.len = strcspn(name.ptr, "=");
    for (uint32_t i = 0; i < command->option_count; i++) {
        unsigned distance = pl_str_distance(name, pl_str_z(command->options[i].name), 2);
        if (distance < nearest) {
            nearest = distance;
            best = command->options[i].name;
        }
    }
    fprintf(stderr, "error: unknown option %s\n", arg);
    if (best) fprintf(stderr, "  = help: did you mean --%s?\n", best);
    else fprintf(stderr, "  = help: usage: %s\n", command->usage);
}

static void store(PlArena *arena, const PlCliOption *o, const char *value)
{
    if (o->kind == PL_CLI_FLAG) *(bool *)o->to = true;
    else if (o->kind == PL_CLI_TEXT) *(const char **)o->to = value;
    else pl_cli_list_add(arena, o->to, value);
}

int pl_cli_parse(PlArena *arena, const PlCliCommand *command, int argc, char **argv, PlCliList *rest)
{
    bool ended = false;
    for (int i = 0; i < argc; i++) {
        const char *arg = argv[i];
        if (ended || arg[0] != '-' || arg[1] == 0) {
            pl_cli_list_add(arena, rest, arg);
            continue;
        }
        if (strcmp(arg, "--") == 0) {
            ended = true;
            continue;
        }
        if (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0) {
            pl_cli_help(command);
            return 0;
        }
        const char *equals = arg[1] == '-' ? strchr(arg, '=') : NULL;
        const PlCliOption *o = arg[1] == '-' ? by_name(command, arg + 2, equals ? (size_t)(equals - arg - 2) : strlen(arg + 2))
                               : arg[2] == 0 ? by_letter(command, arg[1])
                                             : NULL;
        const char *value = equals ? equals + 1 : NULL;
        if (!o) {
            unknown_option(command, arg);
            return 2;
        }
        if (o->kind == PL_CLI_FLAG && value) {
            fprintf(stderr, "error: option --%s takes no value\n", o->name);
            return 2;
        }
        if (o->kind != PL_CLI_FLAG && !value) {
            if (i + 1 >= argc) {
                fprintf(stderr, "error: option --%s wants a value: --%s %s\n", o->name, o->name, o->value);
                return 2;
            }
            value = argv[++i];
        }
        store(arena, o, value);
    }
    return -1;
}

int pl_cli_fail(PlStatus status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("error: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return pl_status_exit_code(status);
}

bool pl_cli_colour(int fd)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return !(no && *no) && isatty(fd) && term && strcmp(term, "dumb") != 0;
}

void pl_cli_json_begin(PlBuf *out, const char *command)
{
    pl_buf_printf(out, "{\"pilot\":\"%s\",\"format\":1,\"command\":\"%s\"}\n", PL_VERSION_TEXT, command);
}

void pl_cli_say(PlBuf *out)
{
    if (out->status != PL_OK) fprintf(stderr, "error: %s while saying what is wrong\n", pl_status_words(out->status));
    else fwrite(pl_buf_str(out).ptr, 1, out->len, stderr);
    pl_buf_deinit(out);
}

int pl_cli_put(PlBuf *out)
{
    PlStatus status = out->status;
    bool written = fwrite(pl_buf_str(out).ptr, 1, out->len, stdout) == out->len && fflush(stdout) == 0;
    int reason = errno;
    pl_buf_deinit(out);
    if (status != PL_OK) return pl_cli_fail(status, "%s while printing", pl_status_words(status));
    if (written || reason == EPIPE) return 0;
    return pl_cli_fail(reason == ENOSPC ? PL_FULL : PL_IO, "cannot write standard output: %s", strerror(reason));
}

/* A plain file goes straight into the arena: inputs may be large. False for anything else, and for one that changes its size meanwhile. */
static bool read_plain(PlArena *arena, const char *path, uint64_t limit, PlStr *out)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool good = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size <= limit;
    if (good) {
        size_t size = (size_t)st.st_size, len = 0;
        char *bytes = pl_arena_alloc(arena, size + 1, 1);
        for (ssize_t n = 1; n > 0 && len < size; len += n > 0 ? (size_t)n : 0) n = read(fd, bytes + len, size - len);
        char more;
        good = len == size && read(fd, &more, 1) == 0;
        bytes[len] = 0;
        *out = pl_str(bytes, len);
    }
    if (fd >= 0) close(fd);
    return good;
}

bool pl_cli_read(PlArena *arena, const char *path, uint64_t limit, PlStr *out)
{
    if (read_plain(arena, path, limit, out)) return true;
    PlBuf buf;
    pl_buf_init(&buf, limit);
    errno = 0;
    PlStatus status = pl_buf_read_file(&buf, path);
    int reason = errno;
    bool good = status == PL_OK;
    if (good) *out = pl_arena_str(arena, pl_buf_str(&buf));
    pl_buf_deinit(&buf);
    if (good) return true;
    if (status == PL_LIMIT) fprintf(stderr, "error[P0002]: %s is larger than %llu bytes\n", path, (unsigned long long)limit);
    else fprintf(stderr, "error[P0001]: cannot read %s: %s\n", path, reason ? strerror(reason) : pl_status_words(status));
    return false;
}
