/* SPDX-License-Identifier: MIT */
/* Where a $ref leads: into the same document, or into another file of the project (below the root document's folder, or
 * below the working directory), read once. To the network only through `fetch`. One PlRefs serves one plugin. Faults are reported once
 * per text of a $ref and file; the target is NULL then and the reader goes on with "any". Sources: RFC 6901 (JSON
 * pointer), RFC 3986 (percent encoding), OpenAPI 3.1 (reference object). */
#ifndef PL_COMPILER_CATALOG_REF_H
#define PL_COMPILER_CATALOG_REF_H

#include "compiler/catalog/doc.h"
#include "vm/base/map.h"

typedef struct PlRefs {
    PlArena *arena;
    PlDiags *diags;
    PlStr folder;         /* of the root document, normalised, "" for the working directory */
    bool files;           /* other files may be read */
    PL_VEC(PlDoc *) docs; /* by rising source id; the first is the root */
    PlMap by_path;
    PlMap reported;
    uint32_t twins;                              /* anchor.c: names of several schemas that were looked for */
    uint32_t hops;                               /* of the resolution that is under way */
    void (*on_file)(void *context, PlStr bytes); /* called for each file that was read; may be NULL */
    void *context;
    /* Reads an address of the network; false when it cannot. NULL: such references are not followed. */
    bool (*fetch)(void *context, PlArena *arena, PlStr url, PlStr *text);
    void *fetch_context;
} PlRefs;

void pl_refs_init(PlRefs *refs, PlDiags *diags, PlDoc *root, bool files);

/* The text of $ref (or of $dynamicRef, which for types is the same) when this node is a reference, else "". */
PlStr pl_ref_of(const PlNode *node);
/* Through references until something stands there that is none. A node that is no reference is its own target. NULL
 * when it leads nowhere. *name (may be NULL) gets the schema's name when the last hop led to a named one
 * ("#/components/schemas/Pet"), else stays. */
PlNode *pl_ref_follow(PlRefs *refs, PlNode *node, PlStr *name);

/* One reference only: what it leads to may be a reference that says more beside its $ref. NULL when the way does not end. */
PlNode *pl_ref_step(PlRefs *refs, PlNode *node, PlStr *name);

/* The schema of this document that is called so: "#name" for an $anchor, else an $id or the last part of one. Of several the nearest around
 * `from`, the reference (NULL: then there is none). NULL when there is none. */
PlNode *pl_anchor_find(PlRefs *refs, PlDoc *doc, PlStr name, const PlNode *from);

/* The innermost schema with an $id around `from`, a place of `doc`, and the address of that $id; NULL when there is none. */
PlNode *pl_anchor_resource(PlRefs *refs, PlDoc *doc, const PlNode *from, PlStr *address);
/* The schema of an $anchor that belongs to the same resource as `from`; NULL when there is none, or no resource around it. */
PlNode *pl_anchor_inside(PlRefs *refs, PlDoc *doc, PlStr anchor, const PlNode *from);

/* True the first time it is asked about this place and tag: for faults that many references run into. */
bool pl_ref_once(PlRefs *refs, PlSpan at, const char *tag);

/* "a/b/../c/./d.yaml" -> "a/c/d.yaml"; leading ".." stay. */
PlStr pl_path_normalise(PlArena *arena, PlStr path);
/* A reference's file, relative to the path or the address in which it stands. */
PlStr pl_path_join(PlRefs *refs, PlStr base, PlStr file);
PlStr pl_path_folder(PlStr path); /* without the last '/'; "" when there is none, "/" for the root */

#endif
