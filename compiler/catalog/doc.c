/* SPDX-License-Identifier: MIT */
/* From bytes to a tree: encoding, JSON or YAML, and the repairs of YAML that lose nothing. A repair keeps every byte's
 * position, so diagnostics still point into the text as it is. */
#include "compiler/catalog/doc.h"
#include "vm/base/utf8.h"

#include <errno.h>
#include <sys/stat.h>

enum { MAX_SOURCES = 65535, MAX_MENDS = 300, MAX_MEND_BYTES = 32 << 20 };

/* ---- encoding --------------------------------------------------------------------------------------------------- */

/* Bytes that are no UTF-8 are taken for Latin-1, which accepts anything. */
static void from_latin1(PlBuf *out, PlStr bytes)
{
    for (size_t i = 0; i < bytes.len; i++) pl_utf8_put(out, (unsigned char)bytes.ptr[i]);
}

/* What is done to the text so that it can be read at all. */
typedef struct Decoded {
    bool latin1;
    bool cut; /* UTF-16 with an odd byte at its end, which is left out */
} Decoded;

static PlStr decode(PlDiags *diags, PlBuf *buf, PlStr bytes, Decoded *how)
{
    if (bytes.len >= 4 && (bytes.ptr[0] == 0) != (bytes.ptr[1] == 0)) { /* UTF-16 without a mark: ASCII comes first */
        pl_buf_put(buf, bytes.ptr[0] ? PL_STR("\xff\xfe") : PL_STR("\xfe\xff"));
        pl_buf_put(buf, bytes);
        if (buf->status != PL_OK) pl_arena_escape(diags->arena, buf->status);
        bytes = pl_arena_str(diags->arena, pl_buf_str(buf));
        pl_buf_clear(buf);
    }
    bool marked = bytes.len && strchr("\xef\xfe\xff", bytes.ptr[0]);
    bool wide = pl_str_starts(bytes, PL_STR("\xff\xfe")) || pl_str_starts(bytes, PL_STR("\xfe\xff"));
    how->cut = wide && bytes.len % 2 == 1;
    if (how->cut) bytes.len--;
    if (!marked && pl_utf8_check(bytes) == bytes.len) return bytes;
    if (!pl_utf8_from_any(buf, bytes)) {
        pl_buf_clear(buf);
        from_latin1(buf, bytes);
        how->latin1 = true;
    }
    if (buf->status != PL_OK) pl_arena_escape(diags->arena, buf->status);
    return pl_arena_str(diags->arena, pl_buf_str(buf));
}

/* As decode; the buffer is not lost when the arena escapes. */
static PlStr decode_guarded(PlDiags *diags, PlStr bytes, Decoded *how)
{
    PlBuf buf;
    pl_buf_init(&buf, PL_LIMIT_DOCUMENT_BYTES * 2);
    PlEscape escape = {.status = PL_OK};
    PlEscape *outer = pl_arena_set_escape(diags->arena, &escape);
    PlStr text = PL_STR("");
    PlStr *volatile result = &text;
    if (setjmp(escape.at) == 0) *result = decode(diags, &buf, bytes, how);
    pl_buf_deinit(&buf);
    pl_arena_set_escape(diags->arena, outer);
    if (escape.status != PL_OK) pl_arena_escape(diags->arena, escape.status);
    return *result;
}

/* ---- repairs ---------------------------------------------------------------------------------------------------- */

static bool is_control(PlStr text, size_t i)
{
    unsigned char c = (unsigned char)text.ptr[i];
    return (c < 0x20 && c != '\n' && c != '\r') || c == 0x7f;
}

/* Tabs and control characters become one space each. NULL when there are none. */
static char *without_controls(PlArena *arena, PlStr text, uint32_t *first)
{
    size_t at = 0;
    while (at < text.len && !is_control(text, at)) at++;
    if (at == text.len) return NULL;
    *first = (uint32_t)at;
    char *copy = (char *)(uintptr_t)pl_arena_str(arena, text).ptr;
    for (; at < text.len; at++)
        if (is_control(text, at)) copy[at] = ' ';
    return copy;
}

/* A trial's diagnostics, kept only when the trial counts. */
static void adopt(PlDiags *diags, const PlDiags *trial)
{
    for (uint32_t i = 0; i < trial->all.len; i++) pl_vec_push(diags->arena, &diags->all, trial->all.items[i]);
    diags->errors += trial->errors;
    diags->warnings += trial->warnings;
    diags->notes += trial->notes;
}

/* Behind a text's opening quote: the place behind its closing one. */
static size_t skip_text(PlStr text, size_t at)
{
    while (at < text.len && text.ptr[at] != '"') at += text.ptr[at] == '\\' ? 2 : 1;
    return at < text.len ? at + 1 : text.len;
}

/* Comments as of JavaScript become spaces. NULL when there are none. */
static char *without_comments(PlArena *arena, PlStr text)
{
    char *copy = NULL;
    for (size_t at = 0; at + 1 < text.len;) {
        bool line = text.ptr[at] == '/' && text.ptr[at + 1] == '/',
             block = text.ptr[at] == '/' && text.ptr[at + 1] == '*';
        if (!line && !block) {
            at = text.ptr[at] == '"' ? skip_text(text, at + 1) : at + 1;
            continue;
        }
        size_t end = line ? pl_str_find_char(text, '\n', at) : pl_str_find(text, PL_STR("*/"), at + 2);
        end = end == PL_STR_NONE ? text.len : line ? end : end + 2;
        if (!copy) copy = (char *)(uintptr_t)pl_arena_str(arena, text).ptr;
        for (; at < end; at++)
            if (copy[at] != '\n') copy[at] = ' ';
    }
    return copy;
}

/* Also behind comments. */
static bool looks_like_json(PlStr text)
{
    PlStr trimmed = pl_str_trim(text);
    while (pl_str_starts(trimmed, PL_STR("//")) || pl_str_starts(trimmed, PL_STR("/*"))) {
        bool line = trimmed.ptr[1] == '/';
        size_t end = line ? pl_str_find_char(trimmed, '\n', 0) : pl_str_find(trimmed, PL_STR("*/"), 2);
        if (end == PL_STR_NONE) return false;
        trimmed = pl_str_trim(pl_str_slice(trimmed, end + (line ? 1 : 2), trimmed.len));
    }
    return trimmed.len && (trimmed.ptr[0] == '{' || trimmed.ptr[0] == '[');
}

static PlStatus try_yaml(PlDoc *doc, PlDiags *trial, PlStr text, PlStr document)
{
    PlTree tree;
    pl_tree_init(&tree, trial, doc->source, true);
    PlStatus status = pl_yaml_parse(&tree, text, document);
    if (status != PL_OK) return status;
    doc->root = PL_NEW(trial->arena, PlNode);
    *doc->root = tree.root;
    return PL_OK;
}

/* Line by line, as long as each change brings the fault further down. */
static PlStatus mend_yaml(PlDoc *doc, PlDiags *mended, PlStr text, PlStr document, const PlDiags *first)
{
    char *copy = (char *)(uintptr_t)pl_arena_str(mended->arena, text).ptr;
    char *bytes = (char *)(uintptr_t)pl_arena_str(mended->arena, document).ptr;
    PlDiags trial, done;
    pl_diags_init(&done, mended->arena, mended->sources);
    const PlDiag *fault = first->all.items[first->all.len - 1];
    if (first->all.items[0]->code == PL_D_DOC_CONTROL) pl_vec_push(mended->arena, &done.all, first->all.items[0]);
    done.notes = done.all.len;
    uint64_t work = 0;
    for (uint32_t i = 0; i < MAX_MENDS && work < MAX_MEND_BYTES; i++) {
        if (fault->code != PL_D_DOC_NOT_YAML || !pl_mend_yaml(&done, copy, bytes, text.len, fault)) return PL_INVALID;
        pl_diags_init(&trial, mended->arena, mended->sources);
        PlStatus status = try_yaml(doc, &trial, pl_str(copy, text.len), pl_str(bytes, text.len));
        work += text.len;
        if (status == PL_OK && doc->root->kind >= PL_NODE_LIST) {
            pl_diags_init(mended, mended->arena, mended->sources);
            adopt(mended, &done);
            adopt(mended, &trial);
            return PL_OK;
        }
        if (status != PL_INVALID) return PL_INVALID;
        fault = trial.all.items[trial.all.len - 1];
    }
    return PL_INVALID;
}

static PlStatus parse_yaml(PlDoc *doc, PlDiags *diags, PlStr text)
{
    PlDiags first, second;
    pl_diags_init(&first, diags->arena, diags->sources);
    pl_diags_init(&second, diags->arena, diags->sources);
    PlStatus status = try_yaml(doc, &first, text, text);
    uint32_t at = 0;
    char *repaired = status == PL_INVALID ? without_controls(diags->arena, text, &at) : NULL;
    if (repaired) {
        PL_REPORT0(&second, DOC_CONTROL, ((PlSpan){doc->source, at, at + 1}));
        status = try_yaml(doc, &second, pl_str(repaired, text.len), pl_str(repaired, text.len));
    }
    if (status == PL_INVALID && !looks_like_json(text)) {
        PlStatus mended = mend_yaml(doc, &second, repaired ? pl_str(repaired, text.len) : text, text, repaired ? &second : &first);
        if (mended == PL_OK) repaired = "", status = PL_OK;
    }
    adopt(diags, repaired && status == PL_OK ? &second : &first);
    return status;
}

static PlStatus parse_json(PlDoc *doc, PlDiags *diags, PlStr text)
{
    PlTree tree;
    pl_tree_init(&tree, diags, doc->source, false);
    PlStatus status = pl_doc_json(&tree, text);
    if (status != PL_OK) return status;
    doc->root = PL_NEW(diags->arena, PlNode);
    *doc->root = tree.root;
    return PL_OK;
}

/* Comma by comma, strictly JSON otherwise. */
static bool mend_json(PlDoc *doc, PlDiags *mended, PlStr text, const PlDiags *first)
{
    char *copy = (char *)(uintptr_t)pl_arena_str(mended->arena, text).ptr;
    PlDiags trial = *first;
    uint64_t work = 0;
    for (uint32_t i = 0; i < MAX_MENDS && work < MAX_MEND_BYTES; i++, work += text.len) {
        const PlDiag *fault = trial.all.items[trial.all.len - 1];
        if (fault->code != PL_D_DOC_NOT_JSON || !pl_mend_json(mended, copy, text, fault)) return false;
        pl_diags_init(&trial, mended->arena, mended->sources);
        PlStatus status = parse_json(doc, &trial, pl_str(copy, text.len));
        if (status == PL_OK) adopt(mended, &trial);
        if (status != PL_INVALID) return status == PL_OK;
    }
    return false;
}

/* Text that begins like JSON but is none, as YAML; then once more without comments. */
static bool parse_loose(PlDoc *doc, PlDiags *yaml, PlStr text)
{
    pl_diags_init(yaml, yaml->arena, yaml->sources);
    if (parse_yaml(doc, yaml, text) == PL_OK && doc->root->kind >= PL_NODE_LIST) return true;
    char *bare = without_comments(yaml->arena, text);
    if (!bare) return false;
    pl_diags_init(yaml, yaml->arena, yaml->sources);
    return parse_yaml(doc, yaml, pl_str(bare, text.len)) == PL_OK && doc->root->kind >= PL_NODE_LIST;
}

/* JSON first where it begins like JSON. If that fails, YAML (of which flow style is a looser JSON); if both fail, the
 * JSON fault is the one that helps. */
static void parse_text(PlDoc *doc, PlDiags *diags, PlStr text)
{
    if (!looks_like_json(text)) {
        (void)!parse_yaml(doc, diags, text);
        return;
    }
    PlDiags json, yaml;
    pl_diags_init(&json, diags->arena, diags->sources);
    pl_diags_init(&yaml, diags->arena, diags->sources);
    PlStatus status = parse_json(doc, &json, text);
    if (status == PL_INVALID && mend_json(doc, &yaml, text, &json)) {
        adopt(diags, &yaml);
        return;
    }
    if (status == PL_INVALID && parse_loose(doc, &yaml, text)) {
        const PlDiag *fault = json.all.items[json.all.len - 1];
        PL_REPORT(diags, DOC_JSON_AS_YAML, fault->span, PL_ARG(fault->message));
        adopt(diags, &yaml);
        return;
    }
    if (status != PL_OK) doc->root = NULL;
    adopt(diags, &json);
}

void pl_doc_parse(PlDoc *doc, PlDiags *diags, PlStr path, PlStr bytes)
{
    Decoded how = {0};
    *doc = (PlDoc){.path = path};
    PlStr text = decode_guarded(diags, bytes, &how);
    if (diags->sources->all.len >= MAX_SOURCES || text.len > PL_LIMIT_DOCUMENT_BYTES) {
        PL_REPORT(diags, DOC_TOO_LARGE, PL_NO_SPAN, PL_ARG(path), (unsigned long long)PL_LIMIT_DOCUMENT_BYTES);
        return;
    }
    doc->source = pl_sources_add(diags->sources, path, text);
    if (how.latin1) PL_REPORT0(diags, DOC_LATIN1, ((PlSpan){doc->source, 0, 1}));
    uint32_t last = text.len ? (uint32_t)text.len - 1 : 0;
    if (how.cut && !how.latin1)
        PL_REPORT(diags, DOC_DAMAGED, ((PlSpan){doc->source, last, last + 1}), "the last byte, half of a character of UTF-16, is left out");
    parse_text(doc, diags, text);
}

/* ---- files ------------------------------------------------------------------------------------------------------ */

static void report_unreadable(PlDiags *diags, PlSpan from, PlStr path, const char *why)
{
    if (from.source == PL_NO_SOURCE)
        PL_REPORT(diags, DOC_UNREADABLE, from, PL_ARG(path), why);
    else
        PL_REPORT(diags, REF_UNREADABLE, from, PL_ARG(path), why);
}

static bool read_bytes(PlDiags *diags, PlBuf *buf, PlStr path, PlSpan from, PlStr *out)
{
    const char *name = pl_arena_str(diags->arena, path).ptr;
    struct stat st;
    if (stat(name, &st) != 0) {
        report_unreadable(diags, from, path, strerror(errno));
        return false;
    }
    if (!S_ISREG(st.st_mode)) {
        report_unreadable(diags, from, path, "not a regular file");
        return false;
    }
    if ((uint64_t)st.st_size > PL_LIMIT_DOCUMENT_BYTES) {
        PL_REPORT(diags, DOC_TOO_LARGE, from, PL_ARG(path), (unsigned long long)PL_LIMIT_DOCUMENT_BYTES);
        return false;
    }
    PlStatus status = pl_buf_read_file(buf, name);
    if (status == PL_NOMEM) pl_arena_escape(diags->arena, PL_NOMEM);
    if (status != PL_OK) {
        report_unreadable(diags, from, path, status == PL_IO ? strerror(errno) : pl_status_words(status));
        return false;
    }
    *out = pl_arena_str(diags->arena, pl_buf_str(buf));
    return true;
}

static bool read_guarded(PlDiags *diags, PlStr path, PlSpan from, PlStr *out)
{
    PlBuf buf;
    pl_buf_init(&buf, PL_LIMIT_DOCUMENT_BYTES);
    PlEscape escape = {.status = PL_OK};
    PlEscape *outer = pl_arena_set_escape(diags->arena, &escape);
    volatile bool done = false;
    if (setjmp(escape.at) == 0) done = read_bytes(diags, &buf, path, from, out);
    pl_buf_deinit(&buf);
    pl_arena_set_escape(diags->arena, outer);
    if (escape.status != PL_OK) pl_arena_escape(diags->arena, escape.status);
    return done;
}

bool pl_doc_read(PlDoc *doc, PlDiags *diags, PlStr path, PlSpan from)
{
    PlStr bytes;
    *doc = (PlDoc){.path = path, .source = PL_NO_SOURCE};
    if (!read_guarded(diags, path, from, &bytes)) return false;
    pl_doc_parse(doc, diags, path, bytes);
    return true;
}

void pl_doc_soften(PlDiags *diags, uint32_t from)
{
    for (uint32_t i = from; i < diags->all.len; i++) {
        if (diags->all.items[i]->severity != PL_SEV_ERROR) continue;
        diags->all.items[i]->severity = PL_SEV_WARNING;
        diags->errors--;
        diags->warnings++;
    }
}
