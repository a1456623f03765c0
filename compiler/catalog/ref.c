/* SPDX-License-Identifier: MIT */
/* Resolving of references. A pointer walks the tree of its file; where a step meets a $ref instead of the key, it goes
 * through it. `hops` counts the references of one resolution and ends the cycles among them. */
#include "compiler/catalog/ref.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAX_HOPS = 100, MAX_FILES = 10000 };

void pl_refs_init(PlRefs *refs, PlDiags *diags, PlDoc *root, bool files)
{
    *refs = (PlRefs){.arena = diags->arena, .diags = diags, .files = files};
    pl_map_init(&refs->by_path, diags->arena);
    pl_map_init(&refs->reported, diags->arena);
    PlStr path = pl_path_normalise(diags->arena, root->path);
    refs->folder = pl_path_folder(path);
    pl_map_put(&refs->by_path, path, NULL)->value.ptr = root;
    pl_vec_push(refs->arena, &refs->docs, root);
}

PlStr pl_ref_of(const PlNode *node)
{
    const PlNode *ref = PL_GET(node, "$ref");
    if (!ref) ref = PL_GET(node, "$dynamicRef");
    return pl_node_text(ref);
}

/* ---- paths ------------------------------------------------------------------------------------------------------ */

PlStr pl_path_folder(PlStr path)
{
    for (size_t i = path.len; i-- > 0;)
        if (path.ptr[i] == '/') return pl_str_slice(path, 0, i ? i : 1);
    return PL_STR("");
}

PlStr pl_path_normalise(PlArena *arena, PlStr path)
{
    char *out = pl_arena_alloc(arena, path.len + 2, 1);
    size_t n = 0, fixed = 0; /* bytes that ".." may not take away */
    bool rooted = path.len && path.ptr[0] == '/';
    if (rooted) out[n++] = '/', fixed = 1;
    for (size_t i = 0; i < path.len;) {
        size_t end = i;
        while (end < path.len && path.ptr[end] != '/' && path.ptr[end] != '\\') end++;
        PlStr part = pl_str_slice(path, i, end);
        i = end + 1;
        if (part.len == 0 || pl_str_eq_z(part, ".")) continue;
        bool up = pl_str_eq_z(part, "..");
        if (up && n > fixed) {
            while (n > fixed && out[n - 1] != '/') n--;
            if (n > fixed) n--;
            continue;
        }
        if (up && rooted) continue;
        if (n && out[n - 1] != '/') out[n++] = '/';
        memcpy(out + n, part.ptr, part.len);
        n += part.len;
        if (up) fixed = n;
    }
    out[n] = 0;
    return pl_str(out, n);
}

static bool is_below(PlStr folder, PlStr path)
{
    if (folder.len == 0) return !pl_str_starts(path, PL_STR("/")) && !pl_str_starts(path, PL_STR(".."));
    if (pl_str_eq_z(folder, "/")) return pl_str_starts(path, folder);
    return pl_str_starts(path, folder) && path.len > folder.len && path.ptr[folder.len] == '/';
}

/* Documents may refer to other documents of their project, not to the rest of the machine: JSON and YAML files
 * below the root document's folder, or below the working directory when the root document is there too. After
 * symbolic links. */
static bool may_read(const PlRefs *refs, PlStr path)
{
    bool named =
        pl_str_ends(path, PL_STR(".json")) || pl_str_ends(path, PL_STR(".yaml")) || pl_str_ends(path, PL_STR(".yml"));
    if (!refs->files || (!named && !is_below(refs->folder, path))) return false;
    char folder[PATH_MAX], project[PATH_MAX], real[PATH_MAX];
    if (!realpath(refs->folder.len ? pl_arena_str(refs->arena, refs->folder).ptr : ".", folder)) return false;
    bool shared =
        realpath(".", project) && (strcmp(folder, project) == 0 || is_below(pl_str_z(project), pl_str_z(folder)));
    if (!realpath(path.ptr, real)) return is_below(refs->folder, path); /* missing: said when it is read */
    return is_below(pl_str_z(folder), pl_str_z(real)) ||
           (shared && named && is_below(pl_str_z(project), pl_str_z(real)));
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static PlStr percent_decode(PlArena *arena, PlStr s)
{
    if (pl_str_find_char(s, '%', 0) == PL_STR_NONE) return s;
    char *out = pl_arena_alloc(arena, s.len + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        int high = s.ptr[i] == '%' && i + 2 < s.len ? hex_value(s.ptr[i + 1]) : -1;
        int low = high >= 0 ? hex_value(s.ptr[i + 2]) : -1;
        if (low >= 0) {
            out[n++] = (char)(high * 16 + low);
            i += 2;
        } else {
            out[n++] = s.ptr[i];
        }
    }
    out[n] = 0;
    return pl_str(out, n);
}

/* ---- faults ----------------------------------------------------------------------------------------------------- */

static bool first_time(PlRefs *refs, const PlNode *node, PlStr ref)
{
    bool added;
    PlStr key = pl_arena_printf(refs->arena, "%u " PL_FMT, node->source, PL_ARG(ref));
    pl_map_put(&refs->reported, key, &added);
    return added;
}

bool pl_ref_once(PlRefs *refs, PlSpan at, const char *tag)
{
    bool added;
    pl_map_put(&refs->reported, pl_arena_printf(refs->arena, "%s %u %u", tag, at.source, at.start), &added);
    return added;
}

static PlSpan ref_span(const PlNode *node)
{
    const PlNode *ref = PL_GET(node, "$ref");
    return pl_node_span(ref ? ref : PL_GET(node, "$dynamicRef"));
}

static PlNode *dangling(PlRefs *refs, const PlNode *node, PlStr ref, const char *why)
{
    if (first_time(refs, node, ref)) PL_REPORT(refs->diags, REF_DANGLING, ref_span(node), PL_ARG(ref), why);
    return NULL;
}

/* ---- files ------------------------------------------------------------------------------------------------------ */

static PlDoc *doc_of(const PlRefs *refs, uint32_t source)
{
    uint32_t low = 0, high = refs->docs.len;
    while (low + 1 < high) {
        uint32_t middle = (low + high) / 2;
        if (refs->docs.items[middle]->source <= source)
            low = middle;
        else
            high = middle;
    }
    return refs->docs.items[low];
}

static PlDoc *read_doc(PlRefs *refs, const PlNode *node, PlStr path)
{
    PlDoc *doc = PL_NEW(refs->arena, PlDoc);
    uint32_t from = refs->diags->all.len;
    bool read = refs->docs.len < MAX_FILES && pl_doc_read(doc, refs->diags, path, ref_span(node));
    pl_doc_soften(refs->diags, from);
    pl_map_put(&refs->by_path, path, NULL)->value.ptr = doc;
    if (!read || doc->source == PL_NO_SOURCE) {
        doc->root = NULL;
        return doc;
    }
    pl_vec_push(refs->arena, &refs->docs, doc);
    if (refs->on_file) refs->on_file(refs->context, refs->diags->sources->all.items[doc->source].text);
    return doc;
}

static PlStr stem(PlStr path)
{
    size_t start = pl_path_folder(path).len;
    while (start < path.len && path.ptr[start] == '/') start++;
    size_t dot = pl_str_find_char(path, '.', start);
    return pl_str_slice(path, start, dot == PL_STR_NONE ? path.len : dot);
}

static bool is_remote(PlStr file)
{
    return pl_str_find(file, PL_STR("://"), 0) != PL_STR_NONE || pl_str_starts(file, PL_STR("//"));
}

/* file:///a/b.yaml, file:b.yaml (RFC 8089) and, by habit, file://b.yaml as a path; another reference as it is. */
static PlStr without_scheme(PlStr file)
{
    if (!pl_str_eq_nocase(pl_str_slice(file, 0, 5), PL_STR("file:"))) return file;
    PlStr path = pl_str_slice(file, 5, file.len);
    if (!pl_str_starts(path, PL_STR("//"))) return path;
    path = pl_str_slice(path, 2, path.len);
    return pl_str_starts(path, PL_STR("localhost/")) ? pl_str_slice(path, 9, path.len) : path;
}

/* What stands at an address of the network: a schema here that has this $id, or the copy that somebody fetched. */
static PlNode *remote_root(PlRefs *refs, const PlNode *node, PlStr ref, PlStr file)
{
    PlDoc *known = pl_map_get(&refs->by_path, file);
    if (known) return known->root;
    PlNode *named = pl_anchor_find(refs, doc_of(refs, node->source), file, node);
    if (named) return named;
    PlStr text;
    if (refs->fetch && refs->docs.len < MAX_FILES && refs->fetch(refs->fetch_context, refs->arena, file, &text)) {
        PlDoc *doc = PL_NEW(refs->arena, PlDoc);
        uint32_t from = refs->diags->all.len;
        pl_doc_parse(doc, refs->diags, file, text);
        pl_doc_soften(refs->diags, from);
        pl_map_put(&refs->by_path, file, NULL)->value.ptr = doc;
        pl_vec_push(refs->arena, &refs->docs, doc);
        if (refs->on_file) refs->on_file(refs->context, text);
        return doc->root;
    }
    if (first_time(refs, node, ref)) PL_REPORT(refs->diags, REF_REMOTE, ref_span(node), PL_ARG(ref));
    return NULL;
}

/* Relative to the file in which the reference stands; beside an address that was fetched, an address. */
PlStr pl_path_join(PlRefs *refs, PlStr base, PlStr file)
{
    PlStr folder = pl_path_folder(base);
    bool rooted = (file.len && file.ptr[0] == '/') || folder.len == 0;
    if (is_remote(file)) return file;
    if (pl_str_find(base, PL_STR("://"), 0) != PL_STR_NONE) {
        size_t host = pl_str_find(base, PL_STR("://"), 0) + 3, end = pl_str_find_char(base, '/', host);
        PlStr origin = pl_str_slice(base, 0, end);
        PlStr below = rooted ? file : pl_arena_printf(refs->arena, PL_FMT "/" PL_FMT, PL_ARG(pl_str_slice(folder, origin.len, folder.len)), PL_ARG(file));
        below = pl_path_normalise(refs->arena, below);
        return pl_arena_printf(refs->arena, PL_FMT "%s" PL_FMT, PL_ARG(origin), pl_str_starts(below, PL_STR("/")) ? "" : "/", PL_ARG(below));
    }
    PlStr joined = rooted ? file : pl_arena_printf(refs->arena, PL_FMT "/" PL_FMT, PL_ARG(folder), PL_ARG(file));
    return pl_path_normalise(refs->arena, joined);
}

/* The schema of this document that a reference means by the $id around it: "/schemas/item" beside https://a.example/schemas/order. */
static PlNode *by_address(PlRefs *refs, PlDoc *here, const PlNode *node, PlStr file)
{
    PlStr base;
    if (!pl_anchor_resource(refs, here, node, &base) || pl_str_find(base, PL_STR("://"), 0) == PL_STR_NONE) return NULL;
    return pl_anchor_find(refs, here, pl_path_join(refs, base, file), node);
}

/* What the part of `ref` before '#' names: a file's root, or a schema by its $id. NULL (reported) when it may not or cannot be read. */
static PlNode *root_for(PlRefs *refs, const PlNode *node, PlStr ref, PlStr file, PlStr *name)
{
    PlDoc *here = doc_of(refs, node->source);
    if (file.len == 0) return here->root;
    file = without_scheme(file);
    if (file.len == 0) return dangling(refs, node, ref, "it names no file");
    if (is_remote(file)) return remote_root(refs, node, ref, file);
    PlNode *meant = by_address(refs, here, node, file);
    if (meant) return meant;
    file = percent_decode(refs->arena, file);
    if (memchr(file.ptr, 0, file.len)) return dangling(refs, node, ref, "the file's name has a zero byte");
    PlStr path = pl_path_join(refs, here->path, file);
    if (name) *name = stem(path);
    if (is_remote(path)) return remote_root(refs, node, ref, path);
    PlDoc *known = pl_map_get(&refs->by_path, path);
    if (known && known->root) return known->root;
    PlNode *named = access(path.ptr, R_OK) == 0 ? NULL : pl_anchor_find(refs, here, file, node);
    if (named || known) return named;
    if (!may_read(refs, path)) {
        if (first_time(refs, node, ref)) PL_REPORT(refs->diags, REF_OUTSIDE, ref_span(node), PL_ARG(ref));
        return NULL;
    }
    return read_doc(refs, node, path)->root;
}

/* ---- pointers --------------------------------------------------------------------------------------------------- */

/* ~1 -> '/', ~0 -> '~' (RFC 6901 section 4) */
static PlStr pointer_step(PlArena *arena, PlStr step)
{
    if (pl_str_find_char(step, '~', 0) == PL_STR_NONE) return step;
    char *out = pl_arena_alloc(arena, step.len + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < step.len; i++) {
        char next = i + 1 < step.len ? step.ptr[i + 1] : 0;
        bool escape = step.ptr[i] == '~' && (next == '0' || next == '1');
        out[n++] = !escape ? step.ptr[i] : next == '0' ? '~' : '/';
        if (escape) i++;
    }
    out[n] = 0;
    return pl_str(out, n);
}

static PlNode *resolve(PlRefs *refs, PlNode *node, PlStr *name);

static PlNode *walk_step(PlRefs *refs, PlNode *at, PlStr step)
{
    for (;;) {
        if (pl_node_is(at, PL_NODE_LIST)) {
            int64_t index;
            bool inside = pl_str_to_int(step, &index) && index >= 0 && index < (int64_t)at->count;
            return inside ? pl_node_item(at, (uint32_t)index) : NULL;
        }
        PlNode *next = pl_node_get(at, step);
        if (next || pl_ref_of(at).len == 0) return next;
        at = resolve(refs, at, NULL);
        if (!at) return NULL;
    }
}

static bool names_its_children(PlStr key)
{
    static const char *const keys[] = {"schemas", "definitions", "$defs", "models"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (pl_str_eq_z(key, keys[i])) return true;
    return false;
}

/* "#Pet": an $anchor, an $id, or (people write it) the name of a schema. */
static PlNode *find_anchor(PlRefs *refs, const PlNode *root, PlStr anchor, const PlNode *from)
{
    PlDoc *doc = doc_of(refs, root->source);
    PlNode *named = pl_anchor_inside(refs, doc, anchor, from);
    if (!named) named = pl_anchor_find(refs, doc, pl_arena_printf(refs->arena, "#" PL_FMT, PL_ARG(anchor)), from);
    const PlNode *homes[] = {PL_GET(PL_GET(doc->root, "components"), "schemas"), PL_GET(doc->root, "definitions"),
                             PL_GET(root, "$defs")};
    for (size_t h = 0; h < 3 && !named; h++) named = pl_node_get(homes[h], anchor);
    bool urn = pl_str_find_char(anchor, ':', 0) != PL_STR_NONE;
    return named || urn ? named : pl_anchor_find(refs, doc, anchor, from);
}

static PlNode *walk_pointer(PlRefs *refs, PlNode *root, PlStr pointer, const PlNode *from, PlStr *name)
{
    if (pointer.len == 0) return root;
    if (pointer.ptr[0] != '/') {
        if (name) *name = pointer;
        return find_anchor(refs, root, pointer, root == doc_of(refs, root->source)->root ? from : root); /* "list#items": of that schema */
    }
    PlNode *at = root;
    PlStr before = PL_STR("");
    for (size_t i = 1; at && i <= pointer.len;) {
        size_t end = pl_str_find_char(pointer, '/', i);
        if (end == PL_STR_NONE) end = pointer.len;
        PlStr step = pointer_step(refs->arena, pl_str_slice(pointer, i, end));
        at = walk_step(refs, at, step);
        bool last = end >= pointer.len;
        if (last && name && names_its_children(before)) *name = step;
        before = step;
        i = end + 1;
    }
    return at;
}

/* "components/schemas/Pet", "/definitions/Pet": a pointer whose '#' was forgotten, and no file. */
static bool lacks_hash(PlStr ref)
{
    if (pl_str_starts(ref, PL_STR("/"))) ref = pl_str_slice(ref, 1, ref.len);
    size_t slash = pl_str_find_char(ref, '/', 0);
    PlStr first = pl_str_slice(ref, 0, slash == PL_STR_NONE ? 0 : slash);
    return (pl_str_eq_z(first, "components") || pl_str_eq_z(first, "definitions")) && pl_str_find_char(ref, '.', 0) == PL_STR_NONE;
}

/* '#' is the schema with an $id around the reference (2020-12 core section 9.2). Many documents have $ids for show and mean the whole document with it: where
 * nothing stands there, that is looked at. */
static PlNode *walk_resource(PlRefs *refs, PlNode *node, PlStr pointer, PlStr *name)
{
    PlStr address;
    PlNode *resource = pl_anchor_resource(refs, doc_of(refs, node->source), node, &address);
    return resource && (pointer.len == 0 || pointer.ptr[0] == '/') ? walk_pointer(refs, resource, pointer, node, name) : NULL;
}

/* One hop. */
static PlNode *resolve(PlRefs *refs, PlNode *node, PlStr *name)
{
    PlStr ref = pl_str_trim(pl_ref_of(node));
    if (++refs->hops > MAX_HOPS) {
        if (first_time(refs, node, ref)) PL_REPORT(refs->diags, REF_CYCLE, ref_span(node), PL_ARG(ref));
        return NULL;
    }
    size_t hash = pl_str_find_char(ref, '#', 0);
    PlStr file = pl_str_slice(ref, 0, hash == PL_STR_NONE ? ref.len : hash);
    PlStr pointer = hash == PL_STR_NONE ? PL_STR("") : pl_str_slice(ref, hash + 1, ref.len);
    /* Swagger 1.2's habit: "Pet" alone means the definition of that name. */
    bool bare = hash == PL_STR_NONE && pl_str_find_char(ref, '.', 0) == PL_STR_NONE &&
                pl_str_find_char(ref, '/', 0) == PL_STR_NONE;
    if (bare) file = PL_STR(""), pointer = ref;
    if (hash == PL_STR_NONE && lacks_hash(ref))
        file = PL_STR(""), pointer = pl_str_starts(ref, PL_STR("/")) ? ref : pl_arena_printf(refs->arena, "/" PL_FMT, PL_ARG(ref));
    PlNode *root = root_for(refs, node, ref, file, pointer.len == 0 ? name : NULL);
    if (!root) return NULL;
    pointer = percent_decode(refs->arena, pointer);
    PlNode *target = hash == 0 ? walk_resource(refs, node, pointer, name) : NULL;
    if (!target) target = walk_pointer(refs, root, pointer, node, name);
    if (!target && pointer.len > 1 && pl_str_ends(pointer, PL_STR("/"))) /* "#/components/schemas/Pet/" */
        target = walk_pointer(refs, root, pl_str_slice(pointer, 0, pointer.len - 1), node, name);
    if (!target && refs->hops > MAX_HOPS) return NULL;
    return target ? target : dangling(refs, node, ref, "nothing stands there");
}

PlNode *pl_ref_follow(PlRefs *refs, PlNode *node, PlStr *name)
{
    refs->hops = 0;
    while (node && pl_ref_of(node).len) node = resolve(refs, node, name);
    return node;
}

PlNode *pl_ref_step(PlRefs *refs, PlNode *node, PlStr *name)
{
    if (!node || pl_ref_of(node).len == 0) return node;
    refs->hops = 0;
    PlNode *target = resolve(refs, node, name);
    bool goes_on = target && pl_ref_of(target).len > 0;
    return goes_on && !pl_ref_follow(refs, target, NULL) ? NULL : target;
}
