/* SPDX-License-Identifier: MIT */
/* JSON to nodes: drives the pull scanner and hands its events to the tree. Texts without escapes point into the
 * document. */
#include "compiler/catalog/doc.h"
#include "vm/base/json_scan.h"

typedef struct Reader {
    PlTree *tree;
    PlJsonScan scan;
} Reader;

static uint32_t offset(const Reader *r, const char *at)
{
    return (uint32_t)(at - r->scan.start);
}

static PlStr keep_text(Reader *r)
{
    PlStr text = r->scan.text;
    bool in_document = text.ptr >= r->scan.start && text.ptr <= r->scan.limit;
    return in_document ? text : pl_arena_str(r->tree->arena, text);
}

static PlNode scalar(Reader *r, PlJsonEvent event)
{
    PlNode node = {.start = offset(r, r->scan.at), .end = offset(r, r->scan.end)};
    switch (event) {
    case PL_JSON_TRUE:
    case PL_JSON_FALSE:
        node.kind = PL_NODE_YESNO;
        node.as.yes = event == PL_JSON_TRUE;
        break;
    case PL_JSON_INT:
        node.kind = PL_NODE_INT;
        node.as.integer = r->scan.integer;
        break;
    case PL_JSON_NUMBER:
        node.kind = PL_NODE_NUMBER;
        node.as.number = r->scan.number;
        break;
    case PL_JSON_STRING: {
        PlStr text = keep_text(r);
        node.kind = PL_NODE_TEXT;
        node.count = (uint32_t)text.len;
        node.as.text = text.ptr;
        break;
    }
    default: node.kind = PL_NODE_NULL; break;
    }
    return node;
}

static PlStatus read_events(Reader *r)
{
    PlTree *tree = r->tree;
    for (;;) {
        PlJsonEvent event = pl_json_scan_next(&r->scan);
        switch (event) {
        case PL_JSON_END:
            if (r->scan.mended) {
                uint32_t half = offset(r, r->scan.mended);
                PL_REPORT(tree->diags, DOC_DAMAGED, ((PlSpan){tree->source, half, half + 6}), "half of a pair of \\u escapes is read as the character U+FFFD");
            }
            return PL_OK;
        case PL_JSON_ERROR: {
            uint32_t at = offset(r, r->scan.at);
            if (r->scan.no_memory) return PL_NOMEM;
            PL_REPORT(tree->diags, DOC_NOT_JSON, ((PlSpan){tree->source, at, at + 1}), r->scan.error);
            return PL_INVALID;
        }
        case PL_JSON_KEY: pl_tree_key(tree, keep_text(r), offset(r, r->scan.at), offset(r, r->scan.end)); break;
        case PL_JSON_OBJECT_BEGIN:
        case PL_JSON_ARRAY_BEGIN:
            if (!pl_tree_begin(tree, event == PL_JSON_OBJECT_BEGIN, offset(r, r->scan.at))) return PL_LIMIT;
            break;
        case PL_JSON_OBJECT_END:
        case PL_JSON_ARRAY_END: pl_tree_end(tree, offset(r, r->scan.end)); break;
        default: pl_tree_value(tree, scalar(r, event)); break;
        }
    }
}

/* The scanner's scratch buffer must not be lost when the arena escapes. */
static PlStatus read_guarded(Reader *r)
{
    PlEscape escape;
    PlEscape *outer = pl_arena_set_escape(r->tree->arena, &escape);
    if (setjmp(escape.at)) {
        pl_json_scan_deinit(&r->scan);
        pl_arena_set_escape(r->tree->arena, outer);
        pl_arena_escape(r->tree->arena, escape.status);
    }
    PlStatus status = read_events(r);
    pl_arena_set_escape(r->tree->arena, outer);
    return status;
}

PlStatus pl_doc_json(PlTree *tree, PlStr text)
{
    Reader r = {.tree = tree};
    pl_json_scan_init(&r.scan, text);
    r.scan.mends = true;
    PlStatus status = read_guarded(&r);
    pl_json_scan_deinit(&r.scan);
    if (status == PL_NOMEM) pl_arena_escape(tree->arena, status);
    return status;
}
