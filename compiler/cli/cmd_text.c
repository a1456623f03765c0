/* SPDX-License-Identifier: MIT */
/* pilotc fmt and explain: what only prints text. */
#include "compiler/cli/pilotc.h"
#include "compiler/present/diag_json.h"
#include "compiler/present/examples.h"
#include "compiler/syntax/parse.h"
#include "compiler/syntax/print.h"

#include <errno.h>
#include <stdio.h>

typedef struct Tidying {
    bool write, check, changed;
    PlBuf *json; /* where findings and plans go; NULL: as text */
} Tidying;

static void put_json_plan(PlBuf *json, const char *path, bool same, PlStr text)
{
    pl_buf_put_z(json, "{\"type\":\"plan\",\"file\":");
    pl_buf_put_json(json, pl_str_z(path));
    pl_buf_printf(json, ",\"changed\":%s,\"text\":", same ? "false" : "true");
    pl_buf_put_json(json, text);
    pl_buf_put_z(json, "}\n");
}

static int fmt_one(PlArena *arena, const char *path, Tidying *t)
{
    PlStr text;
    PlSources sources;
    PlDiags diags;
    if (!pl_cli_read(arena, path, PL_LIMIT_SOURCE_BYTES, &text)) return 2;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    PlPlan *plan = pl_parse(arena, &diags, pl_sources_add(&sources, pl_str_z(path), text));
    if (diags.errors) {
        pl_diags_sort(&diags);
        if (t->json) pl_diags_json(t->json, &diags);
        else pl_cli_say_diags(&diags);
        return 1;
    }
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_print_plan(&out, plan);
    bool same = out.status == PL_OK && pl_str_eq(pl_buf_str(&out), text);
    if (!same) t->changed = true;
    if (t->json) put_json_plan(t->json, path, same, pl_buf_str(&out));
    else if (t->check && !same) printf("%s\n", path);
    else if (!t->check && !t->write) return pl_cli_put(&out);
    if (!t->write || t->check) {
        PlStatus made = out.status;
        pl_buf_deinit(&out);
        return made == PL_OK ? 0 : pl_cli_fail(made, "%s while printing", pl_status_words(made));
    }
    PlStatus status = same ? PL_OK : out.status != PL_OK ? out.status : pl_buf_write_file(path, pl_buf_str(&out));
    int reason = errno;
    pl_buf_deinit(&out);
    if (status == PL_OK) return 0;
    return pl_cli_cannot_write(path, status, reason);
}

/* The exact plan: what the compiler made of the text. */
static int fmt_exact(PlArena *arena, const PlcOptions *o, const char *path)
{
    PlCompiled compiled = {0};
    PlBuf out, json;
    pl_buf_init(&out, 0);
    pl_buf_init(&json, 0);
    if (o->json) pl_cli_json_begin(&json, "fmt");
    int code = plc_compile(arena, o, path, &compiled, o->json ? &json : NULL);
    if (code != 0) {
        pl_cli_put(&json);
        return code;
    }
    if (o->json) put_json_plan(&json, path, false, compiled.exact);
    else pl_buf_put(&out, compiled.exact);
    return pl_cli_put(o->json ? &json : &out);
}

int plc_cmd_fmt(PlArena *arena, int argc, char **argv)
{
    PlcOptions o = {0};
    Tidying t = {0};
    bool exact = false;
    const PlCliOption options[] = {{"write", 'w', PL_CLI_FLAG, &t.write, NULL, "write the files instead of printing them"},
                                   {"check", 0, PL_CLI_FLAG, &t.check, NULL, "print the names of files that would change; exit code 1 when there are any"},
                                   {"exact", 0, PL_CLI_FLAG, &exact, NULL, "print the exact plan: every name, argument and conversion said"},
                                   PLC_PLUGIN_OPTIONS(o), PLC_CHECK_OPTIONS(o)};
    const PlCliCommand command = {"pilotc fmt FILE.pilot... [options]",
                                  "Prints a plan tidied: numbers renewed, spelling exact, prose and comments kept. Doing it twice changes nothing.", options,
                                  sizeof options / sizeof *options};
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code >= 0) return code;
    if (rest.count == 0) return pl_cli_fail(PL_USAGE, "no file was given\n  = help: usage: %s", command.usage);
    if (exact) return fmt_exact(arena, &o, rest.items[0]);
    PlBuf json;
    int worst = 0;
    pl_buf_init(&json, 0);
    if (o.json) {
        pl_cli_json_begin(&json, "fmt");
        t.json = &json;
    }
    for (uint32_t i = 0; i < rest.count; i++) {
        code = fmt_one(arena, rest.items[i], &t);
        if (code > worst) worst = code;
    }
    code = pl_cli_put(&json);
    return worst ? worst : code ? code : t.check && t.changed ? 1 : 0;
}

static const char *severity_words(PlSeverity severity)
{
    static const char *const words[] = {"note", "warning", "question", "error"};
    return words[severity];
}

/* The format as a reader sees it: what is filled in is "...". */
static void put_format(PlBuf *out, const char *format)
{
    for (const char *p = format; *p; p++) {
        if (*p == '%' && p[1] != '%') {
            pl_buf_put_z(out, "...");
            p += 1 + strspn(p + 1, "-+ #0123456789.*hlzjt");
        } else {
            if (*p == '%') p++;
            pl_buf_put_char(out, *p);
        }
    }
}

/* Lines of prose of at most WIDTH columns; lines that are indented stay. */
static void put_wrapped(PlBuf *out, PlStr text)
{
    enum { WIDTH = 100 };
    size_t column = 0;
    for (size_t at = 0; at < text.len;) {
        bool line_start = at == 0 || text.ptr[at - 1] == '\n';
        size_t line_end = pl_str_find_char(text, '\n', at);
        if (line_end == PL_STR_NONE) line_end = text.len;
        if (line_start && (text.ptr[at] == ' ' || text.ptr[at] == '\n')) {
            pl_buf_put(out, pl_str_slice(text, at, line_end));
            pl_buf_put_char(out, '\n');
            at = line_end + 1, column = 0;
            continue;
        }
        size_t end = pl_str_find_char(text, ' ', at);
        if (end == PL_STR_NONE || end > line_end) end = line_end;
        if (column && column + 1 + end - at > WIDTH) {
            pl_buf_put_char(out, '\n');
            column = 0;
        }
        if (column) pl_buf_put_char(out, ' ');
        pl_buf_put(out, pl_str_slice(text, at, end));
        column += (column ? 1 : 0) + end - at;
        if (end == line_end) {
            pl_buf_put_char(out, '\n');
            column = 0;
        }
        at = end + 1;
    }
}

static void explain(PlBuf *out, const PlDiagInfo *info)
{
    const PlCodeExample *example = pl_code_example(info->code);
    pl_buf_printf(out, "%s[%s]: ", severity_words(info->severity), info->code);
    put_format(out, info->format);
    pl_buf_put_z(out, "\n\n");
    put_wrapped(out, pl_str_z(info->explain));
    if (!example) return;
    pl_buf_put_char(out, '\n');
    pl_code_example_print(out, example);
}

static void put_json_field(PlBuf *out, const char *name, const char *text)
{
    pl_buf_printf(out, ",\"%s\":", name);
    pl_buf_put_json(out, pl_str_z(text));
}

static void explain_json(PlBuf *out, const PlDiagInfo *info)
{
    const PlCodeExample *example = pl_code_example(info->code);
    pl_buf_printf(out, "{\"type\":\"code\",\"code\":\"%s\",\"name\":\"%s\",\"severity\":\"%s\"", info->code, info->name,
                  severity_words(info->severity));
    put_json_field(out, "explain", info->explain);
    if (example) {
        put_json_field(out, "command", example->command);
        put_json_field(out, "example", example->files);
        put_json_field(out, "mend", example->mend);
    }
    pl_buf_put_z(out, "}\n");
}

int plc_cmd_explain(PlArena *arena, int argc, char **argv)
{
    bool list = false, json = false;
    const PlCliOption options[] = {{"list", 'l', PL_CLI_FLAG, &list, NULL, "every code with its name"},
                                   {"json", 0, PL_CLI_FLAG, &json, NULL, "one JSON object a line"}};
    const PlCliCommand command = {"pilotc explain CODE [options]", "What a diagnostic means, and what to do about it.", options, 2};
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code >= 0) return code;
    if (!list && rest.count != 1) return pl_cli_fail(PL_USAGE, "give one code, such as P0401, or --list");
    PlDiagCode only = list ? PL_DIAG_COUNT : pl_diag_by_code(pl_str_z(rest.items[0]));
    if (!list && only == PL_DIAG_COUNT) {
        return pl_cli_fail(PL_USAGE, "there is no code %s\n  = help: `pilotc explain --list` prints them all", rest.items[0]);
    }
    PlBuf out;
    pl_buf_init(&out, 0);
    if (json) pl_cli_json_begin(&out, "explain");
    for (int i = 0; i < PL_DIAG_COUNT; i++) {
        const PlDiagInfo *info = &pl_diag_infos[i];
        if (!list && i != (int)only) continue;
        if (json) {
            explain_json(&out, info);
        } else if (list) {
            pl_buf_printf(&out, "%s  %-8s  %s\n", info->code, severity_words(info->severity), info->name);
        } else {
            explain(&out, info);
        }
    }
    return pl_cli_put(&out);
}
