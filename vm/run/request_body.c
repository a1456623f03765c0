/* SPDX-License-Identifier: MIT */
/* Bodies: JSON, form, multipart, text, bytes. An argument that is nothing is not sent (but for one that is required and may be null);
 * null inside a value is. A body is the one argument that stands for the whole of it, or is put together from those that stand for its properties. */
#include "vm/run/request.h"

#include "vm/base/base64.h"
#include "vm/base/limits.h"
#include "vm/code/hash.h"

typedef struct Builder {
    PlRun *run;
    const PlArgs *args;
    PlRequest *out;
    const PlParam *bad;
    const char *why;
} Builder;

static const char NO_BYTES[] = "is a file whose bytes are not at hand", TOO_LARGE[] = "is a file too large to stand within a text";

static bool is_elsewhere(const PlFile *file)
{
    return !file->bytes && file->len;
}

static const PlFileRef *ref_of(PlRun *run, const PlFile *file)
{
    PlFileRef *ref = PL_NEW(run->sending, PlFileRef);
    ref->len = file->len;
    memcpy(ref->hash, file->hash, 32);
    return ref;
}

bool pl_request_takes_null(const PlRun *run, const PlAction *action, const PlParam *param)
{
    if (!param->required || param->place != PL_IN_BODY || param->whole_body || action->body != PL_BODY_JSON) return false;
    const PlTypes *types = &run->module->types;
    return pl_type(types, param->type)->kind != PL_TYPE_ANY && pl_type_has_nothing(types, param->type);
}

/* Properties are looked at in the order of the action. */
static bool is_property(const Builder *b, uint32_t i)
{
    const PlParam *p = &b->args->action->params[i];
    bool is_there = b->args->values[i].tag != PL_NOTHING || pl_request_takes_null(b->run, b->args->action, p);
    return p->place == PL_IN_BODY && !p->whole_body && is_there;
}

static const PlParam *whole_of(const Builder *b, PlValue *v)
{
    for (uint32_t i = 0; i < b->args->action->param_count; i++) {
        const PlParam *p = &b->args->action->params[i];
        if (p->place != PL_IN_BODY || !p->whole_body || b->args->values[i].tag == PL_NOTHING) continue;
        *v = b->args->values[i];
        return p;
    }
    return NULL;
}

static bool has_property(const Builder *b)
{
    for (uint32_t i = 0; i < b->args->action->param_count; i++)
        if (is_property(b, i)) return true;
    return false;
}

static bool refuse(Builder *b, const PlParam *param, const char *why)
{
    b->bad = param;
    b->why = why;
    return false;
}

static bool put_json(Builder *b, PlBuf *text, const PlParam *param, PlValue v)
{
    if (v.tag != PL_FILE) {
        pl_json_write(text, v);
        return true;
    }
    const PlFile *file = v.as.file;
    const PlFilesPort *files = &b->run->ports.files;
    PlBuf *bytes = pl_run_scratch(b->run);
    if (is_elsewhere(file) && (!files->self || file->len > PL_LIMIT_BODY_BYTES)) {
        pl_run_give(b->run, bytes);
        return refuse(b, param, files->self ? TOO_LARGE : NO_BYTES);
    }
    const PlFileRef *ref = is_elsewhere(file) ? ref_of(b->run, file) : NULL;
    PlStatus status = ref ? files->read(files->self, ref, bytes) : PL_OK;
    if (status == PL_OK) {
        pl_buf_put_char(text, '"');
        pl_base64_put(text, ref ? pl_buf_str(bytes) : pl_str((const char *)file->bytes, file->len), false);
        pl_buf_put_char(text, '"');
    }
    pl_run_give(b->run, bytes);
    return status == PL_OK || refuse(b, param, NO_BYTES);
}

static bool json_body(Builder *b, PlBuf *text)
{
    PlValue v;
    const PlParam *whole = whole_of(b, &v);
    bool first = true;
    if (whole) return put_json(b, text, whole, v);
    pl_buf_put_char(text, '{');
    for (uint32_t i = 0; i < b->args->action->param_count; i++) {
        if (!is_property(b, i)) continue;
        if (!first) pl_buf_put_char(text, ',');
        first = false;
        pl_buf_put_json(text, b->args->action->params[i].wire);
        pl_buf_put_char(text, ':');
        if (!put_json(b, text, &b->args->action->params[i], b->args->values[i])) return false;
    }
    pl_buf_put_char(text, '}');
    return true;
}

static bool form_body(Builder *b, PlBuf *text)
{
    PlValue v;
    const PlParam *whole = whole_of(b, &v);
    bool first = true;
    for (uint32_t i = 0; !whole && i < b->args->action->param_count; i++)
        if (is_property(b, i)) pl_request_query(text, &b->args->action->params[i], b->args->values[i], &first);
    for (uint32_t i = 0; whole && v.tag == PL_RECORD && i < pl_record_len(v); i++) {
        PlParam field = {.wire = pl_record_name(v, i), .style = PL_STYLE_FORM, .explode = true};
        if (pl_record_at(v, i).tag == PL_RECORD) field.style = PL_STYLE_DEEP;
        if (pl_record_at(v, i).tag != PL_NOTHING) pl_request_query(text, &field, pl_record_at(v, i), &first);
    }
    return !whole || v.tag == PL_RECORD || refuse(b, whole, "should be a record, which a form is made of");
}

/* The body as it is: a text, or the bytes of a file. */
static bool plain_body(Builder *b, PlBuf *text)
{
    PlValue v;
    const PlParam *whole = whole_of(b, &v);
    if (!whole) return true;
    if (v.tag != PL_FILE) {
        pl_request_wire(text, v);
        return true;
    }
    if (is_elsewhere(v.as.file)) b->out->body_file = ref_of(b->run, v.as.file);
    else pl_buf_put(text, pl_str((const char *)v.as.file->bytes, v.as.file->len));
    return !b->out->body_file || b->run->ports.files.self || refuse(b, whole, NO_BYTES);
}

/* ---- multipart/form-data ---- */

static PlStr text_of(const PlText *text)
{
    return text ? (PlStr){text->bytes, text->len} : PL_STR("");
}

static bool has_control(PlStr s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7f) return true;
    return false;
}

static bool put_part(Builder *b, const PlParam *param, PlStr name, PlStr type, PlValue v)
{
    PlRun *run = b->run;
    PlPart part = {.name = pl_arena_str(run->sending, name), .content_type = pl_arena_str(run->sending, type)};
    if (v.tag == PL_FILE) {
        const PlFile *file = v.as.file;
        if (is_elsewhere(file) && !run->ports.files.self) return refuse(b, param, NO_BYTES);
        if (is_elsewhere(file)) part.file = ref_of(run, file);
        else part.bytes = pl_arena_str(run->sending, pl_str((const char *)file->bytes, file->len));
        part.filename = pl_arena_str(run->sending, file->name && file->name->len ? text_of(file->name) : PL_STR("file"));
        if (type.len == 0) part.content_type = pl_arena_str(run->sending, text_of(file->media_type));
        if (part.content_type.len == 0) part.content_type = PL_STR("application/octet-stream");
    } else {
        PlBuf *text = pl_run_scratch(run);
        bool is_json = v.tag == PL_RECORD || v.tag == PL_LIST;
        pl_request_wire(text, v);
        pl_run_check_buf(run, text);
        part.bytes = pl_arena_str(run->sending, pl_buf_str(text));
        pl_run_give(run, text);
        if (is_json && type.len == 0) part.content_type = PL_STR("application/json");
    }
    if (has_control(part.name) || has_control(part.filename) || has_control(part.content_type))
        return refuse(b, param, "has a line break in its name or type");
    b->out->parts[b->out->part_count++] = part;
    return true;
}

/* A list is one part for each item, all of the same name. */
static bool put_parts(Builder *b, const PlParam *param, PlStr name, PlStr type, PlValue v)
{
    if (v.tag != PL_LIST) return put_part(b, param, name, type, v);
    for (uint32_t i = 0; i < pl_list_len(v); i++)
        if (!put_part(b, param, name, type, pl_list_at(v, i))) return false;
    return true;
}

static uint64_t parts_of(PlValue v)
{
    return v.tag == PL_LIST ? pl_list_len(v) : 1;
}

static bool multipart_body(Builder *b)
{
    const PlAction *action = b->args->action;
    PlValue v;
    const PlParam *whole = whole_of(b, &v);
    uint64_t count = 0;
    if (whole && v.tag != PL_RECORD) return refuse(b, whole, "should be a record, which a multipart body is made of");
    for (uint32_t i = 0; whole && i < pl_record_len(v); i++) count += parts_of(pl_record_at(v, i));
    for (uint32_t i = 0; !whole && i < action->param_count; i++)
        if (is_property(b, i)) count += parts_of(b->args->values[i]);
    b->out->parts = PL_NEW_N(b->run->sending, PlPart, count + 1);
    for (uint32_t i = 0; whole && i < pl_record_len(v); i++) {
        if (pl_record_at(v, i).tag == PL_NOTHING) continue;
        if (!put_parts(b, whole, pl_record_name(v, i), PL_STR(""), pl_record_at(v, i))) return false;
    }
    for (uint32_t i = 0; !whole && i < action->param_count; i++) {
        if (!is_property(b, i)) continue;
        const PlParam *p = &action->params[i];
        if (!put_parts(b, p, p->wire, p->content_type, b->args->values[i])) return false;
    }
    return true;
}

static void check_file(PlRun *run, PlStr path, const PlFileRef *file)
{
    const PlFilesPort *files = &run->ports.files;
    PlStatus status = file ? files->check(files->self, file) : PL_OK;
    if (status == PL_OK) return;
    const char *why = status == PL_INVALID ? "is gone" : status == PL_CORRUPT ? "was changed" : "cannot be read";
    char hex[65];
    pl_hash_hex(file->hash, 32, hex);
    PL_BREAK(run, PL_CORRUPT, RUN_FILE, path, hex, path.ptr, why);
}

void pl_request_check_files(PlRun *run, PlStr path, const PlRequest *request)
{
    check_file(run, path, request->body_file);
    for (uint32_t i = 0; i < request->part_count; i++) check_file(run, path, request->parts[i].file);
}

bool pl_request_body(PlRun *run, const PlArgs *args, PlRequest *out, const PlParam **bad, const char **why)
{
    Builder b = {run, args, out, NULL, ""};
    PlValue v;
    bool good = true;
    out->has_body = args->action->body != PL_BODY_NONE && (args->action->body_required || whole_of(&b, &v) || has_property(&b));
    if (!out->has_body) return true;
    PlBuf *text = pl_run_scratch(run);
    switch (args->action->body) {
    case PL_BODY_JSON: good = json_body(&b, text); break;
    case PL_BODY_FORM: good = form_body(&b, text); break;
    case PL_BODY_MULTIPART: good = multipart_body(&b); break;
    default: good = plain_body(&b, text);
    }
    pl_run_check_buf(run, text);
    out->body = pl_arena_str(run->sending, pl_buf_str(text));
    pl_run_give(run, text);
    *bad = b.bad;
    *why = b.why;
    return good;
}
