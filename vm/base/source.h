/* SPDX-License-Identifier: MIT */
/* The texts that diagnostics point into. Positions are byte offsets until somebody prints. */
#ifndef PL_BASE_SOURCE_H
#define PL_BASE_SOURCE_H

#include "vm/base/vec.h"

typedef struct PlSpan {
    uint32_t source;     /* id in PlSources; PL_NO_SOURCE when the thing has no text */
    uint32_t start, end; /* bytes, end exclusive */
} PlSpan;

#define PL_NO_SOURCE UINT32_MAX
#define PL_NO_SPAN ((PlSpan){PL_NO_SOURCE, 0, 0})

typedef struct PlSource {
    PlStr name; /* as the user wrote the path; "<input>" for standard input */
    PlStr text;
    uint32_t *lines; /* offset of each line's start; built at the first question */
    uint32_t line_count;
} PlSource;

typedef struct PlSources {
    PlArena *arena;
    PL_VEC(PlSource) all;
} PlSources;

typedef struct PlPosition {
    uint32_t line, column; /* from 1; column counts code points */
} PlPosition;

void pl_sources_init(PlSources *sources, PlArena *arena);
uint32_t pl_sources_add(PlSources *sources, PlStr name, PlStr text); /* borrows both */
PlPosition pl_sources_position(PlSources *sources, uint32_t source, uint32_t offset);
PlStr pl_sources_line(PlSources *sources, uint32_t source, uint32_t line); /* without the newline */

#endif
