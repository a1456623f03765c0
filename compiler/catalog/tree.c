/* SPDX-License-Identifier: MIT */
/* Building and reading the node tree of doc.h. Children wait on one stack until their list or map ends and are then
 * copied side by side, so a finished tree has no holes. Large maps get a hash index when they end; duplicate keys are
 * found there too. */
#include "compiler/catalog/doc.h"
#include "vm/base/map.h"

enum { SMALL_MAP = 16, MAX_MERGED = 1000000 };

void pl_tree_init(PlTree *tree, PlDiags *diags, uint32_t source, bool lenient)
{
    *tree = (PlTree){.diags = diags, .arena = diags->arena, .source = (uint16_t)source, .lenient = lenient};
}

void pl_tree_key(PlTree *tree, PlStr key, uint32_t start, uint32_t end)
{
    tree->next = (PlPair){.key = key.ptr, .key_len = (uint32_t)key.len, .key_start = start, .key_end = end};
}

void pl_tree_value(PlTree *tree, PlNode node)
{
    node.source = tree->source;
    if (tree->frames.len == 0) {
        tree->root = node;
        tree->has_root = true;
        return;
    }
    tree->next.value = node;
    pl_vec_push(tree->arena, &tree->pending, tree->next);
}

bool pl_tree_begin(PlTree *tree, bool is_map, uint32_t start)
{
    if (tree->frames.len >= PL_LIMIT_JSON_DEPTH) {
        PL_REPORT(tree->diags, DOC_TOO_DEEP, ((PlSpan){tree->source, start, start + 1}), (unsigned)PL_LIMIT_JSON_DEPTH);
        return false;
    }
    /* The key that waits for this value stays on the stack below the frame; its value is set when the frame ends. */
    if (tree->frames.len) pl_vec_push(tree->arena, &tree->pending, tree->next);
    pl_vec_push(tree->arena, &tree->frames, (PlTreeFrame){tree->pending.len, start, is_map});
    return true;
}

static bool key_eq(const PlPair *a, const PlPair *b)
{
    return a->key_len == b->key_len && (a->key_len == 0 || memcmp(a->key, b->key, a->key_len) == 0);
}

static void shadow(PlTree *tree, PlPair *older, const PlPair *newer)
{
    if (older->value.flags & PL_NODE_SHADOWED) return;
    older->value.flags |= PL_NODE_SHADOWED;
    PlDiag *d = PL_REPORT(tree->diags, DOC_DUPLICATE_KEY, pl_pair_span(newer), PL_ARG(pl_pair_key(newer)));
    pl_diag_related(tree->diags, d, pl_pair_span(older), "the first one");
}

static uint32_t hash_key(const char *key, uint32_t len)
{
    uint64_t h = pl_str_hash(pl_str(key, len));
    return (uint32_t)(h ^ h >> 32);
}

static void index_pairs(PlTree *tree, PlMapping *map, uint32_t count)
{
    uint32_t size = 32;
    while (size < count * 2 && size < 1u << 31) size *= 2;
    map->slots = PL_NEW_N(tree->arena, uint32_t, size);
    map->slot_mask = size - 1;
    for (uint32_t i = 0; i < count; i++) {
        PlPair *pair = &map->pairs[i];
        pair->hash = hash_key(pair->key, pair->key_len);
        uint32_t at = pair->hash & map->slot_mask;
        while (map->slots[at]) {
            PlPair *old = &map->pairs[map->slots[at] - 1];
            if (old->hash == pair->hash && key_eq(old, pair)) {
                shadow(tree, old, pair);
                break;
            }
            at = (at + 1) & map->slot_mask;
        }
        map->slots[at] = i + 1;
    }
}

static void find_doubles(PlTree *tree, PlMapping *map, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        for (uint32_t k = 0; k < i; k++)
            if (key_eq(&map->pairs[i], &map->pairs[k])) shadow(tree, &map->pairs[k], &map->pairs[i]);
}

/* ---- merge keys: `<<: *base`, `<<: [*a, *b]` (yaml.org/type/merge.html) ---------------------------------------- */

static bool is_merge(const PlPair *pair)
{
    return pair->key_len == 2 && pair->key[0] == '<' && pair->key[1] == '<' && pl_node_count(&pair->value) > 0;
}

static void merge_map(PlTree *tree, PlMap *keys, const PlNode *from)
{
    if (from->kind != PL_NODE_MAP) return;
    for (uint32_t i = 0; i < from->count; i++) {
        const PlPair *pair = pl_node_at(from, i);
        bool added;
        if (tree->merged > MAX_MERGED) return;
        tree->merged++;
        if (pair->value.flags & PL_NODE_SHADOWED) continue;
        pl_map_put(keys, pl_pair_key(pair), &added);
        if (added) pl_vec_push(tree->arena, &tree->pending, *pair);
    }
}

static void merge_keys(PlTree *tree, uint32_t base)
{
    uint32_t own = tree->pending.len;
    PlMap keys;
    pl_map_init(&keys, tree->arena);
    for (uint32_t i = base; i < own; i++) pl_map_put(&keys, pl_pair_key(&tree->pending.items[i]), NULL);
    for (uint32_t i = base; i < own; i++) {
        if (!is_merge(&tree->pending.items[i])) continue;
        PlNode from = tree->pending.items[i].value;
        if (from.kind == PL_NODE_MAP) merge_map(tree, &keys, &from);
        for (uint32_t k = 0; from.kind == PL_NODE_LIST && k < from.count; k++)
            merge_map(tree, &keys, pl_node_item(&from, k));
        if (tree->merged == MAX_MERGED + 1) { /* once */
            tree->merged++;
            PL_REPORT(tree->diags, DOC_MERGE_LIMIT, pl_node_span(&from), (unsigned)MAX_MERGED);
        }
    }
    uint32_t kept = base;
    for (uint32_t i = base; i < tree->pending.len; i++) {
        if (i < own && is_merge(&tree->pending.items[i])) continue;
        tree->pending.items[kept++] = tree->pending.items[i];
    }
    tree->pending.len = kept;
}

static bool has_merge(const PlTree *tree, uint32_t base)
{
    for (uint32_t i = base; i < tree->pending.len; i++)
        if (is_merge(&tree->pending.items[i])) return true;
    return false;
}

/* ---- ends ------------------------------------------------------------------------------------------------------- */

static PlNode make_map(PlTree *tree, uint32_t base)
{
    if (tree->lenient && has_merge(tree, base)) merge_keys(tree, base);
    uint32_t count = tree->pending.len - base;
    size_t size = sizeof(PlMapping) + pl_arena_size_mul(tree->arena, sizeof(PlPair), count);
    PlMapping *map = pl_arena_alloc(tree->arena, size, _Alignof(PlMapping));
    *map = (PlMapping){0};
    if (count) memcpy(map->pairs, tree->pending.items + base, count * sizeof(PlPair));
    if (count > SMALL_MAP)
        index_pairs(tree, map, count);
    else
        find_doubles(tree, map, count);
    return (PlNode){.kind = PL_NODE_MAP, .count = count, .as.map = map};
}

static PlNode make_list(PlTree *tree, uint32_t base)
{
    uint32_t count = tree->pending.len - base;
    PlNode *items =
        pl_arena_alloc(tree->arena, pl_arena_size_mul(tree->arena, sizeof(PlNode), count), _Alignof(PlNode));
    for (uint32_t i = 0; i < count; i++) items[i] = tree->pending.items[base + i].value;
    return (PlNode){.kind = PL_NODE_LIST, .count = count, .as.items = items};
}

PlNode pl_tree_end(PlTree *tree, uint32_t end)
{
    PlTreeFrame frame = pl_vec_last(&tree->frames);
    PlNode node = frame.is_map ? make_map(tree, frame.base) : make_list(tree, frame.base);
    node.start = frame.start;
    node.end = end;
    node.source = tree->source;
    tree->pending.len = frame.base;
    tree->frames.len--;
    if (tree->frames.len) {
        pl_vec_last(&tree->pending).value = node;
    } else {
        tree->root = node;
        tree->has_root = true;
    }
    return node;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

PlPair *pl_node_pair(const PlNode *node, PlStr key)
{
    if (!node || node->kind != PL_NODE_MAP) return NULL;
    PlMapping *map = node->as.map;
    if (map->slots) {
        uint32_t hash = hash_key(key.ptr, (uint32_t)key.len);
        for (uint32_t at = hash & map->slot_mask; map->slots[at]; at = (at + 1) & map->slot_mask) {
            PlPair *pair = &map->pairs[map->slots[at] - 1];
            if (pair->hash == hash && pl_str_eq(pl_pair_key(pair), key)) return pair;
        }
        return NULL;
    }
    for (uint32_t i = node->count; i-- > 0;)
        if (map->pairs[i].key_len == key.len && pl_str_eq(pl_pair_key(&map->pairs[i]), key)) return &map->pairs[i];
    return NULL;
}

PlNode *pl_node_get(const PlNode *node, PlStr key)
{
    PlPair *pair = pl_node_pair(node, key);
    return pair ? &pair->value : NULL;
}

PlStr pl_node_text(const PlNode *node)
{
    return pl_node_is(node, PL_NODE_TEXT) ? pl_str(node->as.text, node->count) : PL_STR("");
}

bool pl_node_says(const PlNode *node, bool *yes)
{
    PlStr word = pl_node_text(node);
    *yes = pl_node_is(node, PL_NODE_YESNO) ? node->as.yes : pl_str_eq_z(word, "yes");
    return pl_node_is(node, PL_NODE_YESNO) || *yes || pl_str_eq_z(word, "no");
}

bool pl_node_yes(const PlNode *node)
{
    if (pl_node_is(node, PL_NODE_YESNO)) return node->as.yes;
    return pl_str_eq_nocase(pl_node_text(node), PL_STR("true"));
}

PlStr pl_node_raw(const PlNode *node, const PlSources *sources)
{
    if (!node || node->kind >= PL_NODE_LIST) return PL_STR("");
    if (node->kind == PL_NODE_TEXT) return pl_node_text(node);
    return pl_str_slice(sources->all.items[node->source].text, node->start, node->end);
}
