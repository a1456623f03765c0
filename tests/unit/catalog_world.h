/* SPDX-License-Identifier: MIT */
/* What the tests of the catalog and of the mock stand on: an arena with sources, diagnostics, types and a catalog, and one document in it. A test
 * is one Bed, opened with a text and closed. Running out of memory ends the program: only test_catalog_fault.c wants that, and has its own. */
#ifndef TESTS_UNIT_CATALOG_WORLD_H
#define TESTS_UNIT_CATALOG_WORLD_H

#include "tests/unit/unit.h"

#include "compiler/catalog/catalog.h"

#include <stdlib.h>

typedef struct Bed {
    PlEscape escape;
    PlArena *arena;
    PlSources sources;
    PlDiags diags;
    PlTypes types;
    PlCatalog *catalog;
    PlPlugin *plugin; /* of the document; NULL when it is refused */
    PlStatus status;  /* of loading it */
    PlBuf out;
} Bed;

static inline void bed_init(Bed *bed)
{
    *bed = (Bed){.status = PL_OK};
    bed->arena = pl_arena_new(&bed->escape, 0);
    if (!bed->arena || setjmp(bed->escape.at)) abort();
    pl_sources_init(&bed->sources, bed->arena);
    pl_diags_init(&bed->diags, bed->arena, &bed->sources);
    pl_types_init(&bed->types, bed->arena);
    bed->catalog = pl_catalog_new(bed->arena, &bed->sources, &bed->diags, &bed->types);
    pl_buf_init(&bed->out, 0);
}

static inline void bed_add(Bed *bed, const char *name, PlStr text, const PlPluginOptions *options)
{
    bed->status = pl_catalog_add_text(bed->catalog, pl_str_z(name), PL_STR("t.yaml"), text, options, &bed->plugin);
}

static inline void bed_open(Bed *bed, PlStr text)
{
    bed_init(bed);
    bed_add(bed, "t", text, NULL);
}

static inline void bed_close(Bed *bed)
{
    pl_buf_deinit(&bed->out);
    pl_arena_free(bed->arena);
}

static inline unsigned bed_count(const Bed *bed, PlDiagCode code)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < bed->diags.all.len; i++) n += bed->diags.all.items[i]->code == code;
    return n;
}

static inline bool bed_has(const Bed *bed, PlDiagCode code)
{
    return bed_count(bed, code) > 0;
}

/* A type as it is printed; in the arena. */
static inline PlStr bed_type(Bed *bed, PlTypeId id)
{
    pl_buf_clear(&bed->out);
    pl_type_print(&bed->out, &bed->types, id, 0);
    return pl_arena_str(bed->arena, pl_buf_str(&bed->out));
}

/* The action that a plan would find by this name; NULL when there is none. */
static inline const PlAction *bed_action(Bed *bed, const char *name)
{
    bool ambiguous;
    const PlOperation *op = bed->plugin ? pl_catalog_find(bed->catalog, bed->plugin, pl_str_z(name), &ambiguous) : NULL;
    return op ? pl_catalog_action(bed->catalog, op) : NULL;
}

#endif
