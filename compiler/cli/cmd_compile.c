/* SPDX-License-Identifier: MIT */
/* pilotc FILE, check, review: what comes out of one compile. */
#include "compiler/cli/pilotc.h"
#include "compiler/present/diag_json.h"
#include "vm/code/hash.h"
#include "vm/code/review.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

static int one_file(const PlCliCommand *command, const PlCliList *rest)
{
    if (rest->count == 1) return -1;
    return pl_cli_fail(PL_USAGE, "%s\n  = help: usage: %s", rest->count ? "one file at a time" : "no file was given", command->usage);
}

/* "plan.pilot" -> "plan.pbc"; anything else gets ".pbc" behind it. */
static const char *output_path(PlArena *arena, const char *path)
{
    PlStr name = pl_str_z(strcmp(path, "-") == 0 ? "plan" : path);
    if (pl_str_ends(name, PL_STR(".pilot"))) name.len -= 6;
    return pl_arena_printf(arena, PL_FMT ".pbc", PL_ARG(name)).ptr;
}

static void json_summary(PlBuf *json, const PlCompiled *c, const char *output)
{
    char hash[65], effect[65];
    pl_hash_hex(c->module.hash, 32, hash);
    pl_hash_hex(c->module.effect_hash, 32, effect);
    pl_buf_printf(json, "{\"type\":\"summary\",\"ok\":%s,\"errors\":%u,\"questions\":%u,\"warnings\":%u,\"notes\":%u",
                  c->ok ? "true" : "false", c->diags.errors, c->diags.questions, c->diags.warnings, c->diags.notes);
    if (c->ok) pl_buf_printf(json, ",\"module_hash\":\"%s\",\"approval_hash\":\"%s\"", hash, effect);
    if (output) {
        pl_buf_put_z(json, ",\"output\":");
        pl_buf_put_json(json, pl_str_z(output));
    }
    pl_buf_put_z(json, "}\n");
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat one, other;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino && S_ISREG(one.st_mode);
}

/* A file that is there and was made by somebody else: a document by a slip, `-o shop.yaml`. */
static bool is_somebody_elses(const char *output)
{
    static const char sign[] = "PLPBC";
    struct stat st;
    char begin[sizeof sign];
    if (pl_str_ends(pl_str_z(output), PL_STR(".pbc")) || stat(output, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0) return false;
    FILE *file = fopen(output, "rb");
    if (!file) return false; /* writing says why */
    bool ours = fread(begin, 1, sizeof begin, file) == sizeof begin && memcmp(begin, sign, sizeof begin) == 0;
    fclose(file);
    return !ours;
}

static int write_output(const char *output, PlStr bytes)
{
    if (strcmp(output, "-") == 0) return fwrite(bytes.ptr, 1, bytes.len, stdout) == bytes.len ? 0 : 2;
    errno = 0;
    PlStatus status = pl_buf_write_file(output, bytes);
    if (status == PL_OK) return 0;
    return pl_cli_cannot_write(output, status, errno);
}

int plc_cmd_compile(PlArena *arena, int argc, char **argv)
{
    PlcOptions o = {.may_ask = true};
    const char *output = NULL;
    const PlCliOption options[] = {{"output", 'o', PL_CLI_TEXT, &output, "FILE", "where the bytecode goes (default: FILE.pbc, \"-\": standard output)"},
                                   PLC_PLUGIN_OPTIONS(o), PLC_CHECK_OPTIONS(o)};
    const PlCliCommand command = {"pilotc FILE.pilot [-o FILE.pbc] [options]",
                                  "Checks a plan against the API documents it uses and writes its bytecode.", options,
                                  sizeof options / sizeof *options};
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code < 0) code = one_file(&command, &rest);
    if (code >= 0) return code;
    if (!output) output = output_path(arena, rest.items[0]);
    if (is_same_file(output, rest.items[0]))
        return pl_cli_fail(PL_USAGE, "the bytecode would replace the plan %s\n  = help: give another file with -o", rest.items[0]);
    if (is_somebody_elses(output))
        return pl_cli_fail(PL_USAGE, "the bytecode would replace %s, which is no bytecode\n  = help: give another file with -o, or remove it", output);
    PlCompiled compiled = {0};
    PlBuf json;
    pl_buf_init(&json, 0);
    if (o.json) pl_cli_json_begin(&json, "compile");
    code = plc_compile(arena, &o, rest.items[0], &compiled, o.json ? &json : NULL);
    if (code == 0) code = write_output(output, compiled.bytes);
    if (o.json && strcmp(output, "-") != 0) json_summary(&json, &compiled, code == 0 ? output : NULL);
    int put = pl_cli_put(&json);
    return code ? code : put;
}

/* The module of a .pbc or of a plan compiled here. The module of a file is freed by the caller (*owned). `json`: where findings go, else NULL. */
static int module_of(PlArena *arena, const PlcOptions *o, const char *path, PlBuf *json, PlCompiled *compiled, const PlModule **out,
                     PlModule **owned)
{
    *owned = NULL;
    if (!pl_str_ends(pl_str_z(path), PL_STR(".pbc"))) {
        int code = plc_compile(arena, o, path, compiled, json);
        *out = &compiled->module;
        return code;
    }
    PlStr bytes;
    PlSources sources;
    PlDiags diags;
    if (!pl_cli_read(arena, path, PL_LIMIT_MODULE_BYTES, &bytes)) return 2;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    PlStatus status = pl_module_read(bytes, &diags, owned);
    *out = *owned;
    if (status == PL_OK) return 0;
    PlBuf text;
    pl_buf_init(&text, 0);
    if (json) pl_diags_json(json, &diags);
    else pl_diags_print(&text, &diags, pl_cli_colour(2));
    pl_cli_say(&text);
    return pl_status_exit_code(status);
}

static int check_against(PlArena *arena, const PlcOptions *o, const char *path, const PlCliList *against)
{
    PlCompiled compiled = {0};
    const PlModule *module;
    PlModule *owned;
    PlcOptions plain = *o;
    plain.json = false;
    int code = module_of(arena, &plain, path, NULL, &compiled, &module, &owned);
    if (code == 0) code = plc_check_against(arena, module, against, o->json);
    pl_module_free(owned);
    return code;
}

int plc_cmd_check(PlArena *arena, int argc, char **argv)
{
    PlcOptions o = {.may_ask = true};
    PlCliList against = {0};
    const PlCliOption options[] = {{"against", 0, PL_CLI_LIST, &against, "[NAME=]DOC", "a changed API document: say what it breaks; FILE may be a .pbc"},
                                   PLC_PLUGIN_OPTIONS(o), PLC_CHECK_OPTIONS(o)};
    const PlCliCommand command = {"pilotc check FILE.pilot [options]",
                                  "Says everything that is wrong (exit code 1), open (5) or assumed. At a terminal it asks the\n"
                                  "open questions; answers are written into the plan, and nothing else is.", options,
                                  sizeof options / sizeof *options};
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code < 0) code = one_file(&command, &rest);
    if (code >= 0) return code;
    PlCompiled compiled = {0};
    if (against.count) return check_against(arena, &o, rest.items[0], &against);
    PlBuf json;
    pl_buf_init(&json, 0);
    if (o.json) pl_cli_json_begin(&json, "check");
    code = plc_compile(arena, &o, rest.items[0], &compiled, o.json ? &json : NULL);
    if (o.json) json_summary(&json, &compiled, NULL);
    int put = pl_cli_put(&json);
    return code ? code : put;
}

int plc_cmd_review(PlArena *arena, int argc, char **argv)
{
    PlcOptions o = {0};
    const PlCliOption options[] = {PLC_PLUGIN_OPTIONS(o), PLC_CHECK_OPTIONS(o)};
    const PlCliCommand command = {"pilotc review FILE.pilot|FILE.pbc [options]",
                                  "Shows every effect the plan can have: operations with method, host and path, the most calls, what it writes and\n"
                                  "deletes, credentials by name, which data goes where, what outside data decides, and the hash to approve.",
                                  options, sizeof options / sizeof *options};
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code < 0) code = one_file(&command, &rest);
    if (code >= 0) return code;
    PlCompiled compiled = {0};
    const PlModule *module;
    PlModule *owned;
    PlBuf out;
    pl_buf_init(&out, 0);
    if (o.json) pl_cli_json_begin(&out, "review");
    code = module_of(arena, &o, rest.items[0], o.json ? &out : NULL, &compiled, &module, &owned);
    if (code == 0 && o.json) {
        pl_review_json(&out, arena, module, NULL);
        pl_buf_put_char(&out, '\n');
    } else if (code == 0) {
        pl_review_print(&out, arena, module, NULL);
    }
    pl_module_free(owned);
    int put = pl_cli_put(&out);
    return code ? code : put;
}

int plc_cmd_dump(PlArena *arena, int argc, char **argv)
{
    PlcOptions o = {0};
    const PlCliOption options[] = {PLC_PLUGIN_OPTIONS(o), PLC_CHECK_OPTIONS(o)};
    const PlCliCommand command = {"pilotc dump FILE.pilot|FILE.pbc [options]", "Prints the bytecode: every section as text.", options,
                                  sizeof options / sizeof *options};
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code < 0) code = one_file(&command, &rest);
    if (code >= 0) return code;
    PlCompiled compiled = {0};
    const PlModule *module;
    PlModule *owned;
    PlBuf text, json;
    pl_buf_init(&text, 0);
    pl_buf_init(&json, 0);
    if (o.json) pl_cli_json_begin(&json, "dump");
    code = module_of(arena, &o, rest.items[0], o.json ? &json : NULL, &compiled, &module, &owned);
    if (code == 0) pl_module_dump(&text, module);
    pl_module_free(owned);
    if (code == 0) return plc_put_text(&text, o.json ? &json : NULL);
    pl_buf_deinit(&text);
    pl_cli_put(&json);
    return code;
}
