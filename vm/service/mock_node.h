/* SPDX-License-Identifier: MIT */
/* JSON as the mock handles it: the document's own nodes (compiler/catalog/doc.h), so that bodies, examples, enums and answers are one kind of
 * thing. All memory is an arena's; nothing is changed once made. */
#ifndef PL_SERVICE_MOCK_NODE_H
#define PL_SERVICE_MOCK_NODE_H

#include "compiler/catalog/doc.h"

static inline PlNode pl_node_null(void) { return (PlNode){.kind = PL_NODE_NULL}; }
static inline PlNode pl_node_of_yesno(bool yes) { return (PlNode){.kind = PL_NODE_YESNO, .as.yes = yes}; }
static inline PlNode pl_node_of_int(int64_t n) { return (PlNode){.kind = PL_NODE_INT, .as.integer = n}; }
static inline PlNode pl_node_of_number(double d) { return (PlNode){.kind = PL_NODE_NUMBER, .as.number = d}; }
static inline PlNode pl_node_of_text(PlStr text) /* borrows */
{
    return (PlNode){.kind = PL_NODE_TEXT, .count = (uint32_t)text.len, .as.text = text.ptr};
}

/* Building a map or list: add what it has, in order, then make it. Keys are borrowed and must differ. */
typedef struct PlFields {
    PlArena *arena;
    PL_VEC(PlPair) all;
} PlFields;
void pl_fields_add(PlFields *fields, PlStr key, PlNode value);
bool pl_fields_has(const PlFields *fields, PlStr key); /* linear */
PlNode pl_fields_map(PlFields *fields);
PlNode pl_node_of_items(PlArena *arena, const PlNode *items, uint32_t count);

/* A JSON text as a tree. PL_INVALID with *at and *words (of the arena); a repeated key: the last one counts. */
PL_MUST_USE PlStatus pl_node_read(PlArena *arena, PlStr text, PlNode *out, size_t *at, PlStr *words);
/* Compact JSON. What exceeds a million values (YAML aliases can make a tree endless) is left out as null. */
void pl_node_write(PlBuf *out, const PlNode *node);
PlStr pl_node_written(PlArena *arena, const PlNode *node);
bool pl_node_equal(const PlNode *a, const PlNode *b); /* 1 is 1.0; maps by keys */
/* A scalar as it stands in a URL: text, "12", "1.5", "true", "" for null; lists and maps as JSON. */
PlStr pl_node_show(PlArena *arena, const PlNode *node);
bool pl_node_to_double(const PlNode *node, double *out); /* of numbers */
const char *pl_node_kind_name(const PlNode *node);       /* "text", "integer", "record" ...: for messages */

/* Deterministic mixing: the same texts and numbers give the same result in every process. */
uint64_t pl_mix(uint64_t seed, uint64_t more);
uint64_t pl_mix_str(uint64_t seed, PlStr text);

#endif
