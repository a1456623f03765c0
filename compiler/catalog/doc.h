/* SPDX-License-Identifier: MIT */
/* An API document as a tree of nodes, the same for JSON and YAML, each node with its place in the text. Not here: what
 * the nodes mean (openapi.c, schema.c) and where a $ref leads (ref.c). Invariant: a tree is finite and no deeper than
 * PL_LIMIT_JSON_DEPTH; YAML aliases share the children of what they name, so memory is linear in the text, but whoever
 * walks a whole tree must bound the walk himself (an alias fan-out of 10^9 fits a page). spec/catalog.md section 2. */
#ifndef PL_COMPILER_CATALOG_DOC_H
#define PL_COMPILER_CATALOG_DOC_H

#include "vm/base/diag.h"
#include "vm/base/limits.h"

typedef enum PlNodeKind {
    PL_NODE_NULL,
    PL_NODE_YESNO,
    PL_NODE_INT,
    PL_NODE_NUMBER,
    PL_NODE_TEXT,
    PL_NODE_LIST,
    PL_NODE_MAP
} PlNodeKind;

enum {
    PL_NODE_SHADOWED = 1, /* a value of a map whose key comes again further down: lookups give the later one */
    PL_NODE_PLAIN = 2,    /* a YAML scalar without quotes */
    PL_NODE_READ = 4      /* compiler/trade: somebody asked for it */
};

typedef struct PlMapping PlMapping;

typedef struct PlNode {
    uint8_t kind; /* PlNodeKind */
    uint8_t flags;
    uint16_t source;     /* id in PlSources */
    uint32_t start, end; /* bytes of that source */
    uint32_t count;      /* bytes of a text, items of a list, pairs of a map */
    union {
        bool yes;
        int64_t integer;
        double number;
        const char *text;
        struct PlNode *items;
        PlMapping *map;
    } as;
} PlNode;

typedef struct PlPair {
    const char *key;
    uint32_t key_len;
    uint32_t hash; /* kept for maps with slots only */
    uint32_t key_start, key_end;
    PlNode value;
} PlPair;

struct PlMapping {
    uint32_t *slots; /* NULL for small maps; pair index + 1, open addressing */
    uint32_t slot_mask;
    uint32_t memo; /* schema.c: what type this map was read as */
    PlPair pairs[];
};

typedef struct PlDoc {
    PlStr path; /* as the user or the $ref wrote it, below the root document's folder */
    uint32_t source;
    PlNode *root; /* NULL when it could not be read; the reason was reported */
    void *names;  /* anchor.c: schemas by $anchor and $id, once somebody asked */
    bool looked, has_ids; /* anchor.c: whether the word $id stands anywhere, once somebody asked */
} PlDoc;

/* Parse `bytes` (borrowed: they must outlive the arena, as the tree points into them) under the name `path`. Tries JSON
 * where the text starts like JSON, then YAML. Any fault is a diagnostic with its position; doc->root is NULL then. */
void pl_doc_parse(PlDoc *doc, PlDiags *diags, PlStr path, PlStr bytes);
/* Read a file and parse it. False when it cannot be read (reported: an error, or a warning at `from`, the $ref, if that
 * has a source). */
PL_MUST_USE bool pl_doc_read(PlDoc *doc, PlDiags *diags, PlStr path, PlSpan from);

static inline PlSpan pl_node_span(const PlNode *node)
{
    return (PlSpan){node->source, node->start, node->end};
}
static inline PlSpan pl_pair_span(const PlPair *pair)
{
    return (PlSpan){pair->value.source, pair->key_start, pair->key_end};
}
static inline PlStr pl_pair_key(const PlPair *pair)
{
    return (PlStr){pair->key, pair->key_len};
}
static inline bool pl_node_is(const PlNode *node, PlNodeKind kind)
{
    return node && node->kind == kind;
}
/* All of these take NULL and nodes of the wrong kind, and give nothing for them. */
PlNode *pl_node_get(const PlNode *map, PlStr key); /* NULL when absent */
PlPair *pl_node_pair(const PlNode *map, PlStr key);
PlStr pl_node_text(const PlNode *node); /* of a text, else "" */
/* True and false, also as `yes` and `no`, which YAML 1.2 takes for texts. False: it is neither. */
bool pl_node_says(const PlNode *node, bool *yes);
bool pl_node_yes(const PlNode *node);   /* true, or the text "true" */
/* The scalar as it stands in the document: "3.0" for the number, "yes" for the text; "" for lists and maps. */
PlStr pl_node_raw(const PlNode *node, const PlSources *sources);
static inline uint32_t pl_node_count(const PlNode *node)
{
    return node && node->kind >= PL_NODE_LIST ? node->count : 0;
}
static inline PlNode *pl_node_item(const PlNode *node, uint32_t i)
{
    return &node->as.items[i];
}
static inline PlPair *pl_node_at(const PlNode *node, uint32_t i)
{
    return &node->as.map->pairs[i];
}
/* Compact JSON of a node; "" when it has more than 100,000 values (aliases can make a tree endless) or `limit` bytes. */
PlStr pl_node_json(PlArena *arena, const PlNode *node, size_t limit);
#define PL_GET(map, key) pl_node_get((map), PL_STR(key))

/* Make warnings of the errors from record `from` on: of a file that only some operations need. */
void pl_doc_soften(PlDiags *diags, uint32_t from);

/* Building, for the two readers. Values come in document order; begin and end nest. */
typedef struct PlTreeFrame {
    uint32_t base, start;
    bool is_map;
} PlTreeFrame;

typedef struct PlTree {
    PlDiags *diags;
    PlArena *arena;
    uint16_t source;
    bool lenient;           /* YAML: merge keys are resolved */
    PL_VEC(PlPair) pending; /* finished children of the open frames */
    PL_VEC(PlTreeFrame) frames;
    PlPair next; /* its key is set when the open frame is a map */
    PlNode root;
    bool has_root;
    uint32_t merged; /* pairs that merge keys made, over the whole document */
} PlTree;

void pl_tree_init(PlTree *tree, PlDiags *diags, uint32_t source, bool lenient);
void pl_tree_key(PlTree *tree, PlStr key, uint32_t start, uint32_t end);
void pl_tree_value(PlTree *tree, PlNode node);
bool pl_tree_begin(PlTree *tree, bool is_map, uint32_t start); /* false: nested too deeply (reported) */
PlNode pl_tree_end(PlTree *tree, uint32_t end);                /* the finished list or map, already in its place */

/* The readers. They report faults; PL_INVALID when the text is not what they read. */
PL_MUST_USE PlStatus pl_doc_json(PlTree *tree, PlStr text);
/* `text` may differ from the document in bytes that were changed to make it readable; of a plain scalar on one line the document's own bytes count. */
PL_MUST_USE PlStatus pl_yaml_parse(PlTree *tree, PlStr text, PlStr document);

/* mend.c: change one place of `copy` so that the fault goes away; what was done is reported. False when nothing is known. A line that is moved is moved
 * in the document's `bytes` too. */
bool pl_mend_yaml(PlDiags *diags, char *copy, char *bytes, size_t len, const PlDiag *fault);
bool pl_mend_json(PlDiags *diags, char *copy, PlStr document, const PlDiag *fault);

#endif
