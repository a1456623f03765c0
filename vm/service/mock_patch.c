/* SPDX-License-Identifier: MIT */
/* Both kinds of patch, on trees that are never changed: what a patch touches is made anew, the rest is shared. Depth and number of operations are
 * bounded, since the body is anybody's. */
#include "vm/service/mock_patch.h"

enum { DEPTH = 60, OPERATIONS = 1000 };

/* ---- RFC 7396 ---- */

static PlNode merge(PlArena *arena, const PlNode *old, const PlNode *patch, uint32_t depth)
{
    if (patch->kind != PL_NODE_MAP || depth > DEPTH) return *patch;
    PlFields fields = {.arena = arena};
    for (uint32_t i = 0; old->kind == PL_NODE_MAP && i < old->count; i++) {
        const PlPair *pair = pl_node_at(old, i);
        const PlNode *change = pl_node_get(patch, pl_pair_key(pair));
        if (change && change->kind == PL_NODE_NULL) continue;
        pl_fields_add(&fields, pl_pair_key(pair), change ? merge(arena, &pair->value, change, depth + 1) : pair->value);
    }
    for (uint32_t i = 0; i < patch->count; i++) {
        const PlPair *pair = pl_node_at(patch, i);
        if (pair->value.kind == PL_NODE_NULL || pair->value.flags & PL_NODE_SHADOWED || pl_node_pair(old, pl_pair_key(pair))) continue;
        PlNode none = pl_node_null();
        pl_fields_add(&fields, pl_pair_key(pair), merge(arena, &none, &pair->value, depth + 1));
    }
    return pl_fields_map(&fields);
}

PlNode pl_mock_patch_merge(PlArena *arena, const PlNode *old, const PlNode *patch)
{
    return merge(arena, old, patch, 0);
}

/* ---- RFC 6901: pointers ---- */

/* The first token of a pointer that begins with '/', unescaped; *rest is what is behind it. */
static PlStr take_token(PlArena *arena, PlStr pointer, PlStr *rest)
{
    size_t end = pl_str_find_char(pointer, '/', 1);
    PlStr raw = pl_str_slice(pointer, 1, end == PL_STR_NONE ? pointer.len : end);
    *rest = end == PL_STR_NONE ? PL_STR("") : pl_str_slice(pointer, end, pointer.len);
    char *text = pl_arena_alloc(arena, raw.len + 1, 1);
    size_t len = 0;
    for (size_t i = 0; i < raw.len; i++) {
        bool escaped = raw.ptr[i] == '~' && i + 1 < raw.len && (raw.ptr[i + 1] == '0' || raw.ptr[i + 1] == '1');
        text[len++] = !escaped ? raw.ptr[i] : raw.ptr[++i] == '0' ? '~' : '/';
    }
    return pl_str(text, len);
}

/* An index of a list with `count` items: digits without leading zeros. */
static bool to_index(PlStr token, uint32_t count, uint32_t *out)
{
    int64_t n;
    bool plain = token.len > 0 && token.len < 10 && token.ptr[0] >= '0' && token.ptr[0] <= '9' && (token.len == 1 || token.ptr[0] != '0');
    if (!plain || !pl_str_to_int(token, &n) || n >= (int64_t)count) return false;
    *out = (uint32_t)n;
    return true;
}

static const PlNode *at_pointer(PlArena *arena, const PlNode *node, PlStr pointer)
{
    uint32_t index;
    while (node && pointer.len) {
        if (pointer.ptr[0] != '/') return NULL;
        PlStr token = take_token(arena, pointer, &pointer);
        if (node->kind == PL_NODE_MAP) node = pl_node_get(node, token);
        else if (node->kind == PL_NODE_LIST && to_index(token, node->count, &index)) node = pl_node_item(node, index);
        else return NULL;
    }
    return node;
}

/* ---- RFC 6902: operations ---- */

typedef enum Kind { ADD, REMOVE, REPLACE } Kind;

typedef struct Change {
    PlArena *arena;
    Kind kind;
    const PlNode *value; /* of ADD and REPLACE */
} Change;

static bool change_at(const Change *c, const PlNode *node, PlStr pointer, uint32_t depth, PlNode *out);

/* The map with what the change makes of the entry `key`. */
static bool change_map(const Change *c, const PlNode *map, PlStr key, PlStr rest, uint32_t depth, PlNode *out)
{
    PlFields fields = {.arena = c->arena};
    bool is_last = rest.len == 0, found = false;
    for (uint32_t i = 0; i < map->count; i++) {
        const PlPair *pair = pl_node_at(map, i);
        PlNode value = pair->value;
        if (pair->value.flags & PL_NODE_SHADOWED) continue;
        if (pl_str_eq(pl_pair_key(pair), key)) {
            found = true;
            if (is_last && c->kind == REMOVE) continue;
            if (is_last) value = *c->value;
            else if (!change_at(c, &pair->value, rest, depth + 1, &value)) return false;
        }
        pl_fields_add(&fields, pl_pair_key(pair), value);
    }
    if (!found && is_last && c->kind == ADD) pl_fields_add(&fields, key, *c->value);
    *out = pl_fields_map(&fields);
    return found || (is_last && c->kind == ADD);
}

static bool change_list(const Change *c, const PlNode *list, PlStr token, PlStr rest, uint32_t depth, PlNode *out)
{
    bool is_last = rest.len == 0, adds = is_last && c->kind == ADD, is_end = adds && pl_str_eq_z(token, "-");
    uint32_t at = list->count, count = 0;
    if (!is_end && !to_index(token, list->count + adds, &at)) return false;
    PlNode *items = PL_NEW_N(c->arena, PlNode, list->count + 2u);
    for (uint32_t i = 0; i <= list->count; i++) {
        if (i == at && adds) items[count++] = *c->value;
        if (i == list->count || (i == at && is_last && c->kind == REMOVE)) continue;
        items[count] = *pl_node_item(list, i);
        if (i == at && is_last && c->kind == REPLACE) items[count] = *c->value;
        if (i == at && !is_last && !change_at(c, pl_node_item(list, i), rest, depth + 1, &items[count])) return false;
        count++;
    }
    *out = pl_node_of_items(c->arena, items, count);
    return true;
}

static bool change_at(const Change *c, const PlNode *node, PlStr pointer, uint32_t depth, PlNode *out)
{
    if (pointer.len == 0) {
        *out = c->kind == REMOVE ? pl_node_null() : *c->value;
        return true;
    }
    if (pointer.ptr[0] != '/' || depth > DEPTH) return false;
    PlStr rest, token = take_token(c->arena, pointer, &rest);
    if (node->kind == PL_NODE_MAP) return change_map(c, node, token, rest, depth, out);
    return node->kind == PL_NODE_LIST && change_list(c, node, token, rest, depth, out);
}

static bool do_one(PlArena *arena, const PlNode *op, PlNode *item)
{
    PlStr name = pl_node_text(PL_GET(op, "op")), path = pl_node_text(PL_GET(op, "path")), from = pl_node_text(PL_GET(op, "from"));
    const PlNode *value = PL_GET(op, "value");
    Change change = {.arena = arena, .kind = ADD, .value = value};
    bool moves = pl_str_eq_z(name, "move"), copies = pl_str_eq_z(name, "copy");
    if (!pl_node_is(PL_GET(op, "path"), PL_NODE_TEXT)) return false;
    if (moves || copies) {
        const PlNode *there = pl_node_is(PL_GET(op, "from"), PL_NODE_TEXT) ? at_pointer(arena, item, from) : NULL;
        bool inside = moves && pl_str_starts(path, from) && path.len > from.len && path.ptr[from.len] == '/'; /* into itself */
        if (!there || inside) return false;
        PlNode moved = *there;
        change.value = &moved;
        if (moves && !change_at(&(Change){.arena = arena, .kind = REMOVE}, item, from, 0, item)) return false;
        return change_at(&change, item, path, 0, item);
    }
    if (pl_str_eq_z(name, "test")) {
        const PlNode *there = at_pointer(arena, item, path);
        return there && value && pl_node_equal(there, value);
    }
    if (pl_str_eq_z(name, "remove")) change.kind = REMOVE;
    else if (pl_str_eq_z(name, "replace")) change.kind = REPLACE;
    else if (!pl_str_eq_z(name, "add")) return false;
    return (value || change.kind == REMOVE) && change_at(&change, item, path, 0, item);
}

bool pl_mock_patch_is_list(const PlNode *patch)
{
    for (uint32_t i = 0; patch->kind == PL_NODE_LIST && i < patch->count; i++)
        if (!PL_GET(pl_node_item(patch, i), "op")) return false;
    return patch->kind == PL_NODE_LIST && patch->count > 0;
}

bool pl_mock_patch_apply(PlArena *arena, const PlNode *old, const PlNode *patch, PlNode *out, PlStr *why)
{
    PlNode item = *old;
    for (uint32_t i = 0; i < patch->count; i++) {
        const PlNode *op = pl_node_item(patch, i);
        if (i < OPERATIONS && do_one(arena, op, &item)) continue;
        *why = i == OPERATIONS ? pl_arena_printf(arena, "more than %d operations", OPERATIONS)
                               : pl_arena_printf(arena, "operation %u cannot be done: " PL_FMT, i,
                                                 PL_ARG(pl_str_slice(pl_node_written(arena, op), 0, 200)));
        return false;
    }
    *out = item;
    return true;
}
