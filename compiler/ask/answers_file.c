/* SPDX-License-Identifier: MIT */
/* See answers_file.h. Values other than texts are written as the plan spells them. */
#include "compiler/ask/answers_file.h"

#include "compiler/catalog/doc.h"

enum { NESTED = 32 };

static const char *kind_words(const PlNode *node)
{
    static const char *const words[] = {"nothing", "yes or no", "a number", "a number", "a text", "a list", "a map"};
    return node ? words[node->kind] : "nothing";
}

static void wrong_form(PlDiags *diags, const PlNode *node, const char *wanted)
{
    PL_REPORT(diags, ANSWERS_FORM, pl_node_span(node), wanted, kind_words(node));
}

/* ---- values --------------------------------------------------------------------------------------------------------------- */

static bool is_name(PlStr s)
{
    for (size_t i = 0; i < s.len; i++) {
        char ch = s.ptr[i];
        bool letter = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '_';
        if (!letter && !(i > 0 && ch >= '0' && ch <= '9')) return false;
    }
    return s.len > 0;
}

static void put_text(PlBuf *out, PlStr text)
{
    pl_buf_put_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\n') {
            pl_buf_put_z(out, "\\n");
            continue;
        }
        if (strchr("\"\\{", text.ptr[i])) pl_buf_put_char(out, '\\');
        pl_buf_put_char(out, text.ptr[i]);
    }
    pl_buf_put_char(out, '"');
}

/* The digits of a number as the file has them, where a plan would write it so: more than a double holds, and "1.50". Empty: by its value. */
static PlStr digits_of(const PlSources *sources, const PlNode *node)
{
    PlSpan span = pl_node_span(node);
    PlStr text = pl_str_slice(sources->all.items[span.source].text, span.start, span.end);
    size_t at = text.len && text.ptr[0] == '-', whole = at;
    while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9') at++;
    bool good = at > whole && (text.ptr[whole] != '0' || at == whole + 1);
    size_t point = at;
    if (at < text.len && text.ptr[at] == '.') at++;
    while (at > point && at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9') at++;
    return good && at == text.len && at != point + 1 ? text : PL_STR("");
}

static void put_number(PlBuf *out, const PlSources *sources, const PlNode *node)
{
    PlStr digits = digits_of(sources, node);
    if (digits.len) pl_buf_put(out, digits);
    else pl_buf_put_double(out, node->as.number);
}

static void put_value(PlBuf *out, const PlSources *sources, const PlNode *node, unsigned depth)
{
    if (depth > NESTED) {
        out->status = PL_LIMIT;
        return;
    }
    switch (node->kind) {
    case PL_NODE_NULL: pl_buf_put_z(out, "nothing"); return;
    case PL_NODE_YESNO: pl_buf_put_z(out, node->as.yes ? "yes" : "no"); return;
    case PL_NODE_INT: pl_buf_put_int(out, node->as.integer); return;
    case PL_NODE_NUMBER: put_number(out, sources, node); return;
    case PL_NODE_TEXT: put_text(out, pl_node_text(node)); return;
    default: break;
    }
    bool map = node->kind == PL_NODE_MAP;
    pl_buf_put_char(out, map ? '{' : '[');
    for (uint32_t i = 0; i < node->count; i++) {
        if (i) pl_buf_put_z(out, ", ");
        if (map) {
            PlStr key = pl_pair_key(pl_node_at(node, i));
            if (is_name(key)) pl_buf_put(out, key);
            else put_text(out, key);
            pl_buf_put_z(out, ": ");
        }
        put_value(out, sources, map ? &pl_node_at(node, i)->value : pl_node_item(node, i), depth + 1);
    }
    pl_buf_put_char(out, map ? '}' : ']');
}

static void add(PlDiags *diags, PlStr key, PlSpan key_span, const PlNode *value, PlAnswers *out)
{
    PlAnswer a = {.key = pl_arena_str(diags->arena, key), .key_span = key_span, .value_span = pl_node_span(value)};
    a.literal = value->kind != PL_NODE_TEXT;
    a.value = pl_node_text(value);
    if (a.literal) {
        PlBuf buf;
        pl_buf_init(&buf, 64 * 1024);
        put_value(&buf, diags->sources, value, 0);
        char *copy = pl_arena_alloc(diags->arena, buf.len + 1, 1);
        memcpy(copy, buf.len ? buf.ptr : "", buf.len + 1);
        a.value = pl_str(copy, buf.len);
        bool good = buf.status == PL_OK;
        pl_buf_deinit(&buf);
        if (!good) {
            wrong_form(diags, value, "values of one line");
            return;
        }
    }
    pl_vec_push(diags->arena, &out->all, a);
}

/* ---- the file ------------------------------------------------------------------------------------------------------------- */

/* "2", "2.1", "step 2": a map below it has the parts of that step. */
static bool is_step(PlStr key)
{
    if (key.len > 5 && pl_str_eq_nocase(pl_str_slice(key, 0, 5), PL_STR("step "))) key = pl_str_slice(key, 5, key.len);
    for (size_t i = 0; i < key.len; i++)
        if (!strchr("0123456789.", key.ptr[i])) return false;
    return key.len > 0;
}

static void add_pair(PlDiags *diags, PlPair *pair, PlAnswers *out)
{
    PlStr key = pl_pair_key(pair);
    if (pair->value.kind != PL_NODE_MAP || !is_step(key)) {
        add(diags, key, pl_pair_span(pair), &pair->value, out);
        return;
    }
    for (uint32_t i = 0; i < pair->value.count; i++) {
        PlPair *part = pl_node_at(&pair->value, i);
        PlStr whole = pl_arena_printf(diags->arena, PL_FMT "/" PL_FMT, PL_ARG(key), PL_ARG(pl_pair_key(part)));
        add(diags, whole, pl_pair_span(part), &part->value, out);
    }
}

/* {id, value}, as a program makes it of a question. */
static void add_item(PlDiags *diags, PlNode *item, PlAnswers *out)
{
    PlNode *id = PL_GET(item, "id"), *value = PL_GET(item, "value");
    if (!value) value = PL_GET(item, "answer");
    if (pl_node_is(id, PL_NODE_TEXT) && value) add(diags, pl_node_text(id), pl_node_span(id), value, out);
    else wrong_form(diags, item, "a list of {id, value}");
}

bool pl_answers_read(PlDiags *diags, PlStr path, PlStr bytes, PlAnswers *out)
{
    PlDoc doc;
    uint32_t errors = diags->errors;
    pl_doc_parse(&doc, diags, path, bytes);
    if (!doc.root) return false;
    bool map = doc.root->kind == PL_NODE_MAP, list = doc.root->kind == PL_NODE_LIST;
    if (!map && !list) {
        wrong_form(diags, doc.root, "a map of question ids to values");
        return false;
    }
    for (uint32_t i = 0; i < doc.root->count; i++) {
        if (map) add_pair(diags, pl_node_at(doc.root, i), out);
        else add_item(diags, pl_node_item(doc.root, i), out);
    }
    return diags->errors == errors;
}
