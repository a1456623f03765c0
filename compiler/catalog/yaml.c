/* SPDX-License-Identifier: MIT */
/* YAML to nodes, from libyaml's events, read by the core schema of YAML 1.2 (yes, no, on and off are texts; 010 is
 * ten). Kinder than the standard where that loses nothing: merge keys are resolved, unknown tags ignored, a further
 * document in the file is left out with a note. Aliases share the children of their anchor. libyaml counts characters;
 * `cursor` turns its marks into bytes. */
#include "compiler/catalog/doc.h"
#include "compiler/catalog/scalar.h"
#include "vm/base/map.h"

#include <yaml.h>

typedef struct Anchor {
    PlNode node;
    bool open; /* its list or map has not ended: an alias to it would be a cycle */
} Anchor;

typedef struct Level {
    uint32_t anchor; /* index + 1 of the anchor that names this list or map */
    bool is_map, want_key;
} Level;

typedef struct Reader {
    PlTree *tree;
    PlStr text; /* the document */
    yaml_parser_t parser;
    yaml_event_t event;
    bool has_event;
    bool ascii;
    size_t chars, bytes; /* a mark and its byte offset, to count on from */
    PlMap names;         /* anchor name -> index + 1 */
    PL_VEC(Anchor) anchors;
    PL_VEC(Level) levels;
    uint32_t skip;   /* open collections of a key or value that is left out */
    bool skip_value; /* a key was left out, and now its value */
} Reader;

static bool is_ascii(PlStr text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] >= 0x80) return false;
    return true;
}

static bool starts_char(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

static uint32_t offset_of(Reader *r, yaml_mark_t mark)
{
    if (r->ascii) return (uint32_t)(mark.index < r->text.len ? mark.index : r->text.len);
    while (r->chars < mark.index && r->bytes < r->text.len) {
        do r->bytes++;
        while (r->bytes < r->text.len && !starts_char(r->text.ptr[r->bytes]));
        r->chars++;
    }
    while (r->chars > mark.index && r->bytes > 0) {
        do r->bytes--;
        while (r->bytes > 0 && !starts_char(r->text.ptr[r->bytes]));
        r->chars--;
    }
    return (uint32_t)r->bytes;
}

static PlSpan event_span(Reader *r)
{
    uint32_t start = offset_of(r, r->event.start_mark);
    return (PlSpan){r->tree->source, start, offset_of(r, r->event.end_mark)};
}

/* The scalar's text: in the document when it stands there as it is, else a copy. */
static PlStr scalar_text(Reader *r, PlSpan span)
{
    PlStr value = pl_str((const char *)r->event.data.scalar.value, r->event.data.scalar.length);
    uint32_t quote = r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? 0 : 1;
    PlStr there = pl_str_slice(r->text, span.start + quote, span.start + quote + value.len);
    bool one_line = quote == 0 && span.end - span.start == value.len && pl_str_find_char(there, '\n', 0) == PL_STR_NONE;
    return one_line || pl_str_eq(value, there) ? there : pl_arena_str(r->tree->arena, value);
}

static PlNode scalar_node(Reader *r, PlSpan span)
{
    PlStr text = scalar_text(r, span);
    PlStr tag = pl_str_z((const char *)r->event.data.scalar.tag);
    bool plain = r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    PlStr core = PL_STR("tag:yaml.org,2002:");
    bool said = pl_str_starts(tag, core) && !pl_str_ends(tag, PL_STR(":str")) && !pl_str_ends(tag, PL_STR(":binary"));
    bool resolve = pl_str_starts(tag, core) ? said : plain && !pl_str_eq_z(tag, "!");
    PlNode node = resolve ? pl_scalar_core(text) : pl_scalar_text(text);
    if (plain) node.flags |= PL_NODE_PLAIN;
    node.start = span.start;
    node.end = span.end;
    return node;
}

/* ---- anchors ---------------------------------------------------------------------------------------------------- */

static uint32_t name_anchor(Reader *r, const yaml_char_t *name, PlNode node, bool open)
{
    if (!name) return 0;
    pl_vec_push(r->tree->arena, &r->anchors, (Anchor){node, open});
    PlStr key = pl_arena_str(r->tree->arena, pl_str_z((const char *)name));
    pl_map_put(&r->names, key, NULL)->value.num = r->anchors.len;
    return r->anchors.len;
}

static PlNode alias_node(Reader *r, PlSpan span)
{
    PlStr name = pl_str_z((const char *)r->event.data.alias.anchor);
    const PlMapEntry *entry = pl_map_find(&r->names, name);
    PlNode null = {.kind = PL_NODE_NULL, .start = span.start, .end = span.end};
    if (!entry) {
        PL_REPORT(r->tree->diags, DOC_UNKNOWN_ALIAS, span, PL_ARG(name));
        return null;
    }
    const Anchor *anchor = &r->anchors.items[entry->value.num - 1];
    if (anchor->open) {
        PL_REPORT(r->tree->diags, DOC_ALIAS_CYCLE, span, PL_ARG(name));
        return null;
    }
    return anchor->node;
}

/* ---- events ----------------------------------------------------------------------------------------------------- */

static bool wants_key(const Reader *r)
{
    return r->levels.len && pl_vec_last(&r->levels).is_map && pl_vec_last(&r->levels).want_key;
}

/* A key or value was read: in a map the other one comes next. */
static void turn(Reader *r)
{
    if (r->levels.len && pl_vec_last(&r->levels).is_map) pl_vec_last(&r->levels).want_key ^= true;
}

static void take_scalar(Reader *r, PlNode node)
{
    if (wants_key(r)) {
        PlStr key =
            node.kind == PL_NODE_TEXT ? pl_str(node.as.text, node.count) : pl_str_slice(r->text, node.start, node.end);
        pl_tree_key(r->tree, key, node.start, node.end);
    } else {
        pl_tree_value(r->tree, node);
    }
    turn(r);
}

/* A list or map as a key means nothing here: it is left out together with its value. */
static bool skip_event(Reader *r)
{
    bool begins = r->event.type == YAML_MAPPING_START_EVENT || r->event.type == YAML_SEQUENCE_START_EVENT;
    bool ends = r->event.type == YAML_MAPPING_END_EVENT || r->event.type == YAML_SEQUENCE_END_EVENT;
    if (r->skip == 0 && !r->skip_value) {
        bool alias =
            r->event.type == YAML_ALIAS_EVENT && wants_key(r) && alias_node(r, event_span(r)).kind >= PL_NODE_LIST;
        if (!(begins && wants_key(r)) && !alias) return false;
        PL_REPORT0(r->tree->diags, DOC_COMPLEX_KEY, event_span(r));
        r->skip_value = true;
        r->skip = begins;
        return true;
    }
    if (r->skip == 0) r->skip_value = false; /* this event is, or begins, the value */
    if (begins) r->skip++;
    if (ends) r->skip--;
    return true;
}

static bool begin(Reader *r, bool is_map, const yaml_char_t *anchor)
{
    uint32_t start = event_span(r).start;
    uint32_t named = name_anchor(r, anchor, (PlNode){0}, true);
    if (!pl_tree_begin(r->tree, is_map, start)) return false;
    pl_vec_push(r->tree->arena, &r->levels, (Level){named, is_map, true});
    return true;
}

static void end(Reader *r)
{
    Level level = pl_vec_last(&r->levels);
    r->levels.len--;
    PlNode node = pl_tree_end(r->tree, event_span(r).end);
    if (level.anchor) r->anchors.items[level.anchor - 1] = (Anchor){node, false};
    turn(r);
}

static PlStatus take_event(Reader *r)
{
    if (skip_event(r)) return PL_OK;
    switch (r->event.type) {
    case YAML_SCALAR_EVENT: {
        PlNode node = scalar_node(r, event_span(r));
        node.source = r->tree->source;
        name_anchor(r, r->event.data.scalar.anchor, node, false);
        take_scalar(r, node);
        return PL_OK;
    }
    case YAML_ALIAS_EVENT: take_scalar(r, alias_node(r, event_span(r))); return PL_OK;
    case YAML_MAPPING_START_EVENT: return begin(r, true, r->event.data.mapping_start.anchor) ? PL_OK : PL_LIMIT;
    case YAML_SEQUENCE_START_EVENT: return begin(r, false, r->event.data.sequence_start.anchor) ? PL_OK : PL_LIMIT;
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT: end(r); return PL_OK;
    default: return PL_OK;
    }
}

static PlStatus syntax_fault(Reader *r)
{
    if (r->parser.error == YAML_MEMORY_ERROR) return PL_NOMEM;
    if (r->tree->has_root && r->tree->root.kind >= PL_NODE_LIST) return PL_OK; /* the fault stands behind the first document */
    uint32_t at = r->parser.error == YAML_READER_ERROR ? (uint32_t)r->parser.problem_offset
                                                       : offset_of(r, r->parser.problem_mark);
    const char *problem = r->parser.problem ? r->parser.problem : "not YAML";
    PlDiag *d = PL_REPORT(r->tree->diags, DOC_NOT_YAML, ((PlSpan){r->tree->source, at, at + 1}), problem);
    if (r->parser.context) {
        uint32_t from = offset_of(r, r->parser.context_mark);
        pl_diag_related(r->tree->diags, d, (PlSpan){r->tree->source, from, from + 1}, "%s", r->parser.context);
    }
    return PL_INVALID;
}

static PlStatus read_events(Reader *r)
{
    for (;;) {
        if (!yaml_parser_parse(&r->parser, &r->event)) return syntax_fault(r);
        r->has_event = true;
        PlStatus status = PL_OK;
        if (r->event.type == YAML_DOCUMENT_START_EVENT && r->tree->has_root) {
            PL_REPORT0(r->tree->diags, DOC_SECOND, event_span(r));
            return PL_OK;
        }
        bool last = r->event.type == YAML_STREAM_END_EVENT;
        if (!last) status = take_event(r);
        yaml_event_delete(&r->event);
        r->has_event = false;
        if (last || status != PL_OK) return status;
    }
}

/* libyaml's memory must not be lost when the arena escapes. */
static PlStatus read_guarded(Reader *r)
{
    PlEscape escape = {.status = PL_OK};
    PlEscape *outer = pl_arena_set_escape(r->tree->arena, &escape);
    volatile PlStatus status = PL_NOMEM;
    if (setjmp(escape.at) == 0) status = read_events(r);
    if (r->has_event) yaml_event_delete(&r->event);
    yaml_parser_delete(&r->parser);
    pl_arena_set_escape(r->tree->arena, outer);
    if (escape.status != PL_OK) pl_arena_escape(r->tree->arena, escape.status);
    return status;
}

PlStatus pl_yaml_parse(PlTree *tree, PlStr text, PlStr document)
{
    Reader r = {.tree = tree, .text = document, .ascii = is_ascii(document)};
    pl_map_init(&r.names, tree->arena);
    if (!yaml_parser_initialize(&r.parser)) pl_arena_escape(tree->arena, PL_NOMEM);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.ptr, text.len);
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    PlStatus status = read_guarded(&r);
    if (status == PL_NOMEM) pl_arena_escape(tree->arena, PL_NOMEM);
    return status;
}
