/* SPDX-License-Identifier: MIT */
/* See mock_node.h. */
#include "vm/service/mock_node.h"

#include <math.h>

enum { MAX_VALUES = 1000000 };

/* ---- building ----------------------------------------------------------------------------------------------------- */

void pl_fields_add(PlFields *fields, PlStr key, PlNode value)
{
    PlPair pair = {.key = key.ptr, .key_len = (uint32_t)key.len, .value = value};
    pair.value.flags = 0;
    pl_vec_push(fields->arena, &fields->all, pair);
}

bool pl_fields_has(const PlFields *fields, PlStr key)
{
    for (uint32_t i = 0; i < fields->all.len; i++)
        if (pl_str_eq(pl_pair_key(&fields->all.items[i]), key)) return true;
    return false;
}

/* The tree builder makes the index of a large map. */
PlNode pl_fields_map(PlFields *fields)
{
    PlDiags diags;
    PlSources sources;
    PlTree tree;
    pl_sources_init(&sources, fields->arena);
    pl_diags_init(&diags, fields->arena, &sources);
    pl_tree_init(&tree, &diags, 0, false);
    pl_tree_begin(&tree, true, 0);
    for (uint32_t i = 0; i < fields->all.len; i++) {
        const PlPair *pair = &fields->all.items[i];
        pl_tree_key(&tree, pl_pair_key(pair), 0, 0);
        pl_tree_value(&tree, pair->value);
    }
    return pl_tree_end(&tree, 0);
}

PlNode pl_node_of_items(PlArena *arena, const PlNode *items, uint32_t count)
{
    PlNode *copy = PL_NEW_N(arena, PlNode, count + 1u);
    if (count) memcpy(copy, items, count * sizeof *copy);
    return (PlNode){.kind = PL_NODE_LIST, .count = count, .as.items = copy};
}

PlStatus pl_node_read(PlArena *arena, PlStr text, PlNode *out, size_t *at, PlStr *words)
{
    PlDiags diags;
    PlSources sources;
    PlTree tree;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    pl_tree_init(&tree, &diags, 0, false);
    *at = 0;
    *words = PL_STR("nothing stands here");
    PlStatus status = text.len < UINT32_MAX ? pl_doc_json(&tree, text) : PL_LIMIT;
    if (status == PL_OK && tree.has_root) {
        *out = tree.root;
        return PL_OK;
    }
    for (uint32_t i = 0; i < diags.all.len; i++) {
        const PlDiag *d = diags.all.items[i];
        if (d->severity != PL_SEV_ERROR) continue;
        *at = d->span.start;
        *words = d->message;
    }
    return status == PL_OK ? PL_INVALID : status;
}

/* ---- writing ------------------------------------------------------------------------------------------------------ */

static void put(PlBuf *out, const PlNode *node, uint32_t *budget);

static void put_map(PlBuf *out, const PlNode *node, uint32_t *budget)
{
    bool first = true;
    pl_buf_put_char(out, '{');
    for (uint32_t i = 0; i < node->count && *budget; i++) {
        const PlPair *pair = pl_node_at(node, i);
        if (pair->value.flags & PL_NODE_SHADOWED) continue;
        if (!first) pl_buf_put_char(out, ',');
        first = false;
        pl_buf_put_json(out, pl_pair_key(pair));
        pl_buf_put_char(out, ':');
        put(out, &pair->value, budget);
    }
    pl_buf_put_char(out, '}');
}

static void put(PlBuf *out, const PlNode *node, uint32_t *budget)
{
    if (*budget == 0) {
        pl_buf_put_z(out, "null");
        return;
    }
    --*budget;
    switch ((PlNodeKind)node->kind) {
    case PL_NODE_NULL: pl_buf_put_z(out, "null"); break;
    case PL_NODE_YESNO: pl_buf_put_z(out, node->as.yes ? "true" : "false"); break;
    case PL_NODE_INT: pl_buf_put_int(out, node->as.integer); break;
    case PL_NODE_NUMBER: pl_buf_put_double(out, node->as.number); break;
    case PL_NODE_TEXT: pl_buf_put_json(out, pl_node_text(node)); break;
    case PL_NODE_LIST:
        pl_buf_put_char(out, '[');
        for (uint32_t i = 0; i < node->count && *budget; i++) {
            if (i) pl_buf_put_char(out, ',');
            put(out, pl_node_item(node, i), budget);
        }
        pl_buf_put_char(out, ']');
        break;
    case PL_NODE_MAP: put_map(out, node, budget); break;
    }
}

void pl_node_write(PlBuf *out, const PlNode *node)
{
    uint32_t budget = MAX_VALUES;
    put(out, node, &budget);
}

PlStr pl_node_written(PlArena *arena, const PlNode *node)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_node_write(&buf, node);
    PlEscape escape = {.status = buf.status};
    PlEscape *outer = pl_arena_set_escape(arena, &escape);
    PlStr text = PL_STR("");
    PlStr *volatile result = &text;
    if (buf.status == PL_OK && setjmp(escape.at) == 0) *result = pl_arena_str(arena, pl_buf_str(&buf));
    pl_buf_deinit(&buf);
    pl_arena_set_escape(arena, outer);
    if (escape.status != PL_OK) pl_arena_escape(arena, escape.status);
    return *result;
}

PlStr pl_node_show(PlArena *arena, const PlNode *node)
{
    if (node->kind == PL_NODE_TEXT) return pl_node_text(node);
    if (node->kind == PL_NODE_NULL) return PL_STR("");
    return pl_node_written(arena, node);
}

/* ---- comparing ---------------------------------------------------------------------------------------------------- */

bool pl_node_to_double(const PlNode *node, double *out)
{
    if (node->kind == PL_NODE_INT) *out = (double)node->as.integer;
    else if (node->kind == PL_NODE_NUMBER) *out = node->as.number;
    else return false;
    return true;
}

static bool equal(const PlNode *a, const PlNode *b, uint32_t *budget);

static bool equal_maps(const PlNode *a, const PlNode *b, uint32_t *budget)
{
    if (a->count != b->count) return false;
    for (uint32_t i = 0; i < a->count; i++) {
        const PlPair *pair = pl_node_at(a, i);
        const PlNode *other = pl_node_get(b, pl_pair_key(pair));
        if (!other || !equal(&pair->value, other, budget)) return false;
    }
    return true;
}

static bool equal(const PlNode *a, const PlNode *b, uint32_t *budget)
{
    double x, y;
    if (*budget == 0) return false;
    --*budget;
    if (a->kind == PL_NODE_INT && b->kind == PL_NODE_INT) return a->as.integer == b->as.integer;
    if (pl_node_to_double(a, &x) && pl_node_to_double(b, &y)) return !(x < y) && !(x > y);
    if (a->kind != b->kind) return false;
    switch ((PlNodeKind)a->kind) {
    case PL_NODE_YESNO: return a->as.yes == b->as.yes;
    case PL_NODE_TEXT: return pl_str_eq(pl_node_text(a), pl_node_text(b));
    case PL_NODE_MAP: return equal_maps(a, b, budget);
    case PL_NODE_LIST:
        if (a->count != b->count) return false;
        for (uint32_t i = 0; i < a->count; i++)
            if (!equal(pl_node_item(a, i), pl_node_item(b, i), budget)) return false;
        return true;
    default: return true;
    }
}

bool pl_node_equal(const PlNode *a, const PlNode *b)
{
    uint32_t budget = MAX_VALUES;
    return equal(a, b, &budget);
}

const char *pl_node_kind_name(const PlNode *node)
{
    static const char *const names[] = {"null", "true or false", "an integer", "a number", "a text", "a list", "a record"};
    return names[node->kind];
}

/* ---- mixing: FNV-1a over bytes, the finish of splitmix64 over words ------------------------------------------------- */

uint64_t pl_mix(uint64_t seed, uint64_t more)
{
    uint64_t z = (seed ^ more * 0x9e3779b97f4a7c15u) + 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

uint64_t pl_mix_str(uint64_t seed, PlStr text)
{
    uint64_t h = 0xcbf29ce484222325u ^ seed;
    for (size_t i = 0; i < text.len; i++) h = (h ^ (unsigned char)text.ptr[i]) * 0x100000001b3u;
    return pl_mix(h, text.len);
}
