/* SPDX-License-Identifier: MIT */
/* See cli_args.h. */
#include "vm/cli/cli_args.h"

#include "vm/base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* --json of the one command that a process runs. */
static struct {
    bool wanted, printed; /* printed: something went to standard output */
    char code[8], reason[1000];
} json_mode;

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
    if (best) pl_cli_fail(PL_USAGE, "unknown option %s\n  = help: did you mean --%s?", arg, best);
    else pl_cli_fail(PL_USAGE, "unknown option %s\n  = help: usage: %s", arg, command->usage);
}

static void store(PlArena *arena, const PlCliOption *o, const char *value)
{
    if (o->kind == PL_CLI_FLAG) *(bool *)o->to = true;
    else if (o->kind == PL_CLI_TEXT) *(const char **)o->to = value;
    else pl_cli_list_add(arena, o->to, value);
}

/* Known before the first option is read, so that a wrong one is told as JSON too. */
static bool wants_json(const PlCliCommand *command, int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0) return by_name(command, "json", strlen("json")) != NULL;
    return false;
}

int pl_cli_parse(PlArena *arena, const PlCliCommand *command, int argc, char **argv, PlCliList *rest)
{
    bool ended = false;
    json_mode.wanted = wants_json(command, argc, argv);
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
            json_mode.wanted = false;
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
        if (o->kind == PL_CLI_FLAG && value) return pl_cli_fail(PL_USAGE, "option --%s takes no value", o->name);
        if (o->kind != PL_CLI_FLAG && !value) {
            if (i + 1 >= argc) return pl_cli_fail(PL_USAGE, "option --%s wants a value: --%s %s", o->name, o->name, o->value);
            value = argv[++i];
        }
        store(arena, o, value);
    }
    return -1;
}

void pl_cli_json_reason(const char *code, PlStr message)
{
    if (json_mode.reason[0]) return;
    snprintf(json_mode.code, sizeof json_mode.code, "%s", code ? code : "");
    snprintf(json_mode.reason, sizeof json_mode.reason, PL_FMT, PL_ARG(message));
}

/* What may not be shown on a terminal becomes blanks, in place: no memory may be the reason of the message. */
static void blank_hidden(char *text)
{
    PlStr all = pl_str_z(text);
    for (size_t pos = 0, from = 0; pos < all.len; from = pos) {
        int32_t c = pl_utf8_next(all, &pos);
        if (c != '\n' && !pl_utf8_is_shown(c)) memset(text + from, ' ', pos - from);
    }
}

/* An error in the layout of diagnostics. */
__attribute__((format(printf, 2, 0))) static void say(const char *code, const char *format, va_list args)
{
    char text[8192]; /* no memory may be the reason */
    vsnprintf(text, sizeof text, format, args);
    pl_cli_json_reason(code, pl_str_z(text));
    blank_hidden(text);
    if (code) fprintf(stderr, "error[%s]: %s\n", code, text);
    else fprintf(stderr, "error: %s\n", text);
}

int pl_cli_fail(PlStatus status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(NULL, format, args);
    va_end(args);
    return pl_status_exit_code(status);
}

__attribute__((format(printf, 2, 3))) static void fail_with_code(const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(code, format, args);
    va_end(args);
}

int pl_cli_cannot_write(const char *path, PlStatus status, int reason)
{
    fail_with_code("P0004", "cannot write %s: %s", path, reason ? strerror(reason) : pl_status_words(status));
    return pl_status_exit_code(status);
}

void pl_cli_json_end(const char *command, int exit_code)
{
    if (!json_mode.wanted || exit_code == 0 || (json_mode.printed && !json_mode.reason[0])) return;
    const PlStr sign = PL_STR("\n  = help: ");
    PlStr reason = pl_str_z(json_mode.reason[0] ? json_mode.reason : "standard error says why");
    size_t help = pl_str_find(reason, sign, 0);
    PlBuf out;
    pl_buf_init(&out, 0);
    if (!json_mode.printed) pl_cli_json_begin(&out, command);
    pl_buf_put_z(&out, "{\"type\":\"error\"");
    if (json_mode.code[0]) pl_buf_printf(&out, ",\"code\":\"%s\"", json_mode.code);
    pl_buf_put_z(&out, ",\"message\":");
    pl_buf_put_json(&out, help == PL_STR_NONE ? reason : pl_str_slice(reason, 0, help));
    if (help != PL_STR_NONE) {
        pl_buf_put_z(&out, ",\"help\":");
        pl_buf_put_json(&out, pl_str_slice(reason, help + sign.len, reason.len));
    }
    pl_buf_printf(&out, ",\"exit\":%d}\n", exit_code);
    pl_cli_put(&out);
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

void pl_cli_say_diags(PlDiags *diags)
{
    PlBuf out;
    pl_buf_init(&out, 0);
    for (uint32_t i = 0; i < diags->all.len; i++) {
        const PlDiag *d = diags->all.items[i];
        if (d->severity == PL_SEV_ERROR) pl_cli_json_reason(pl_diag_infos[d->code].code, d->message);
    }
    pl_diags_print(&out, diags, pl_cli_colour(2));
    pl_cli_say(&out);
}

/* A terminal is not told what to do by what a plan, a document or an answer says. */
static void keep_shown(PlBuf *out)
{
    PlBuf shown;
    pl_buf_init(&shown, 0);
    pl_utf8_put_lines(&shown, pl_buf_str(out));
    if (out->status != PL_OK) shown.status = out->status;
    pl_buf_deinit(out);
    *out = shown;
}

int pl_cli_put_shown(PlBuf *out)
{
    keep_shown(out);
    return pl_cli_put(out);
}

int pl_cli_put(PlBuf *out)
{
    if (isatty(1)) keep_shown(out);
    PlStatus status = out->status;
    bool written = fwrite(pl_buf_str(out).ptr, 1, out->len, stdout) == out->len && fflush(stdout) == 0;
    int reason = errno;
    if (out->len) json_mode.printed = true;
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
    if (status == PL_LIMIT) fail_with_code("P0002", "%s is larger than %llu bytes", path, (unsigned long long)limit);
    else fail_with_code("P0001", "cannot read %s: %s", path, reason ? strerror(reason) : pl_status_words(status));
    return false;
}
