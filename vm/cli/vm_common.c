/* SPDX-License-Identifier: MIT */
/* Small things that several commands of pilotvm need. */
#include "vm/cli/vm.h"

#include "vm/base/base64.h"
#include "vm/base/limits.h"
#include "vm/base/utf8.h"
#include "vm/code/hash.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

void plv_print_diags(PlDiags *diags)
{
    pl_cli_say_diags(diags);
}

int plv_project(PlArena *arena, const PlvOptions *o, const char *near, PlProject *project, bool *found)
{
    *found = false;
    PlStr folder = pl_str_z(near ? near : "");
    while (folder.len > 0 && folder.ptr[folder.len - 1] != '/') folder.len--;
    if (folder.len > 1) folder.len--;
    PlStr path = o->project ? pl_str_z(o->project) : pl_project_find(arena, folder);
    if (o->no_project || path.len == 0) return -1;
    PlSources sources;
    PlDiags diags;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    PlStatus status = pl_project_read(arena, &diags, path.ptr, project);
    *found = status == PL_OK;
    if (status == PL_OK) return -1;
    plv_print_diags(&diags);
    return pl_status_exit_code(status);
}

bool plv_json_text(PlArena *arena, PlStr object, const char *key, PlStr *out)
{
    PlStr raw;
    bool found = pl_json_find(object, key, &raw) && raw.len && raw.ptr[0] == '"';
    if (found) *out = pl_json_find_text(arena, object, key);
    return found;
}

static bool is_text_kind(PlTypeKind kind)
{
    return kind == PL_TYPE_TEXT || kind == PL_TYPE_DATETIME || kind == PL_TYPE_DATE || kind == PL_TYPE_DURATION;
}

static void put_value(PlBuf *out, const PlModule *module, PlTypeId type, PlStr value)
{
    PlTypeKind kind = pl_type(&module->types, type)->kind;
    if (kind == PL_TYPE_YESNO && (pl_str_eq_z(value, "yes") || pl_str_eq_z(value, "no"))) {
        pl_buf_put_z(out, pl_str_eq_z(value, "yes") ? "true" : "false");
    } else if (!is_text_kind(kind) && pl_json_is_valid(value)) {
        pl_buf_put(out, value);
    } else {
        pl_buf_put_json(out, value);
    }
}

static bool is_file(const PlModule *module, PlTypeId id)
{
    const PlType *type = pl_type(&module->types, id);
    bool found = type->kind == PL_TYPE_FILE;
    for (uint32_t i = 0; type->kind == PL_TYPE_UNION && i < type->count; i++) found = found || type->members[i] == PL_T_FILE;
    return found;
}

/* As JSON has it (spec/values.md). */
static void put_file(PlBuf *out, PlStr path, PlStr bytes)
{
    size_t name = path.len;
    while (name > 0 && path.ptr[name - 1] != '/') name--;
    pl_buf_put_z(out, "{\"name\":");
    pl_buf_put_json(out, pl_str_slice(path, name, path.len));
    pl_buf_put_z(out, ",\"base64\":\"");
    pl_base64_put(out, bytes, false);
    pl_buf_put_z(out, "\"}");
}

static const PlInput *input_by_name(const PlModule *module, PlStr name)
{
    for (uint32_t i = 0; i < module->input_count; i++) {
        if (pl_str_eq(module->inputs[i].name, name)) return &module->inputs[i];
    }
    return NULL;
}

static void say_unknown_input(const PlModule *module, PlStr name)
{
    fprintf(stderr, "error[P0927]: the plan has no input \"" PL_FMT "\"\n", PL_ARG(name));
    if (module->input_count) fputs("  = help: its inputs are", stderr);
    for (uint32_t i = 0; i < module->input_count; i++) fprintf(stderr, "%s " PL_FMT, i ? "," : "", PL_ARG(module->inputs[i].name));
    if (module->input_count) fputc('\n', stderr);
}

/* One that is too large for the memory goes beside the store. Without a store yet its place stays empty, and *later is set. */
static bool put_large(PlBuf *out, PlStr path, PlFiles *files, bool *later)
{
    PlFileRef file = {.len = 1};
    char hex[65];
    int fd = files ? open(path.ptr, O_RDONLY | O_CLOEXEC) : -1;
    PlStatus status = !files ? PL_OK : fd < 0 ? PL_IO : pl_files_take(files, fd, PL_LIMIT_FILE_BYTES, &file);
    if (fd >= 0) close(fd);
    if (status == PL_LIMIT) pl_cli_fail(PL_LIMIT, PL_FMT " is larger than %llu bytes", PL_ARG(path), (unsigned long long)PL_LIMIT_FILE_BYTES);
    else if (status != PL_OK) pl_cli_fail(status, "cannot keep a copy of " PL_FMT " beside the store: %s", PL_ARG(path), pl_status_words(status));
    *later |= !files;
    size_t name = path.len;
    while (name > 0 && path.ptr[name - 1] != '/') name--;
    pl_hash_hex(file.hash, 32, hex);
    pl_buf_put_z(out, "{\"name\":");
    pl_buf_put_json(out, pl_str_slice(path, name, path.len));
    pl_buf_printf(out, ",\"file\":\"%s\",\"bytes\":%llu}", hex, (unsigned long long)file.len);
    return status == PL_OK;
}

static bool is_large(PlStr path)
{
    struct stat st;
    return stat(path.ptr, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size > PL_LIMIT_FILE_MEMORY;
}

static bool put_input(PlArena *arena, PlBuf *out, const PlModule *module, const char *text, PlFiles *files, bool *later)
{
    const char *equals = strchr(text, '=');
    if (!equals) {
        pl_cli_fail(PL_USAGE, "--input wants NAME=VALUE, NAME=@FILE or @FILE, found %s", text);
        return false;
    }
    PlStr name = pl_str(text, (size_t)(equals - text)), value = pl_str_z(equals + 1);
    const PlInput *input = input_by_name(module, name);
    if (!input) {
        say_unknown_input(module, name);
        return false;
    }
    PlStr path = value.len > 1 && value.ptr[0] == '@' ? pl_str_slice(value, 1, value.len) : PL_STR("");
    bool bytes = path.len && is_file(module, input->type);
    if (bytes && is_large(path)) {
        pl_buf_put_char(out, out->len > 1 ? ',' : ' ');
        pl_buf_put_json(out, name);
        pl_buf_put_char(out, ':');
        return put_large(out, path, files, later);
    }
    if (path.len && !pl_cli_read(arena, path.ptr, PL_LIMIT_DOCUMENT_BYTES, &value)) return false;
    size_t good = pl_utf8_check(value);
    if (good < value.len && !bytes) {
        pl_cli_fail(PL_USAGE, "input " PL_FMT " is not UTF-8 text: byte %zu is 0x%02x", PL_ARG(name), good, (unsigned)(unsigned char)value.ptr[good]);
        return false;
    }
    pl_buf_put_char(out, out->len > 1 ? ',' : ' ');
    pl_buf_put_json(out, name);
    pl_buf_put_char(out, ':');
    if (bytes) put_file(out, path, value);
    else put_value(out, module, input->type, value);
    return true;
}

bool plv_input(PlArena *arena, const PlModule *module, const PlCliList *inputs, PlFiles *files, bool *later, PlStr *out)
{
    *later = false;
    if (inputs->count == 1 && inputs->items[0][0] == '@')
        return pl_cli_read(arena, inputs->items[0] + 1, PL_LIMIT_DOCUMENT_BYTES, out); /* the run checks it against the declared types */
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_buf_put_char(&buf, '{');
    bool good = true;
    for (uint32_t i = 0; good && i < inputs->count; i++) good = put_input(arena, &buf, module, inputs->items[i], files, later);
    pl_buf_put_char(&buf, '}');
    *out = pl_arena_str(arena, pl_buf_str(&buf));
    pl_buf_deinit(&buf);
    return good;
}

static bool uses_plugin(const PlModule *module, PlStr plugin)
{
    for (uint32_t i = 0; i < module->action_count; i++) {
        if (pl_str_eq(module->actions[i].plugin, plugin)) return true;
    }
    return false;
}

bool plv_servers(PlArena *arena, const PlModule *module, const PlCliList *servers, PlServerOverride **out, uint32_t *count)
{
    *out = PL_NEW_N(arena, PlServerOverride, servers->count + 1);
    *count = 0;
    for (uint32_t i = 0; i < servers->count; i++) {
        const char *text = servers->items[i], *equals = strchr(text, '=');
        PlServerOverride server = {PL_STR(""), PL_STR("")};
        if (equals) server = (PlServerOverride){pl_str(text, (size_t)(equals - text)), pl_str_z(equals + 1)};
        while (pl_str_ends(server.url, PL_STR("/"))) server.url.len--;
        PlDoorKind door;
        bool whole = strcspn(server.url.ptr, "?#") >= server.url.len; /* paths are put behind it */
        if (!whole || pl_action_origin(arena, server.url).len == 0 || pl_door_origin(server.url, &door)) {
            pl_cli_fail(PL_USAGE, "--server wants PLUGIN=URL with an http or https URL, without query, found %s", text);
            return false;
        }
        if (!uses_plugin(module, server.plugin)) {
            fprintf(stderr, "warning: the plan does not use the plugin " PL_FMT "\n", PL_ARG(server.plugin));
            continue;
        }
        (*out)[(*count)++] = server;
    }
    return true;
}
