/* SPDX-License-Identifier: MIT */
/* The layout of a module's records in a file, section by section. Internal to vm/code. */
#ifndef PL_CODE_LAYOUT_H
#define PL_CODE_LAYOUT_H

#include "vm/code/codec.h"

typedef enum PlSectionIndex {
#define PL_SECTION(name, holds) PL_SECTION_##name,
#include "vm/code/sections.def"
#undef PL_SECTION
    PL_SECTION_COUNT
} PlSectionIndex;

typedef struct PlSection {
    const char *name, *holds;
    void (*code)(PlCodec *c, PlModule *m);
} PlSection;
extern const PlSection pl_layout_sections[PL_SECTION_COUNT];

/* A file: head, directory, sections without gaps in the order of their ids, hash. */
#define PL_LAYOUT_MAGIC PL_STR("PLPBC\0")
enum {
    PL_LAYOUT_HEAD = 16,  /* magic 6, version u16, size of the file u32, number of sections u32 */
    PL_LAYOUT_ENTRY = 12, /* id u32, offset u32, length u32 */
    PL_LAYOUT_HASH = 32,
    PL_LAYOUT_LEAST = PL_LAYOUT_HEAD + PL_SECTION_COUNT * PL_LAYOUT_ENTRY + PL_LAYOUT_HASH,
};

/* Set module->effect_hash. Types' ids must be in range. `scratch` and `work` are for passing work; the arena may escape. */
PL_MUST_USE PlStatus pl_layout_effect_hash(PlModule *module, PlArena *scratch, PlBuf *work);

#endif
