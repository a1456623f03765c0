/* SPDX-License-Identifier: MIT */
/* Diagnostics as JSON: one object a line, from the same record as the text. docs/json.md. */
#ifndef PL_COMPILER_PRESENT_DIAG_JSON_H
#define PL_COMPILER_PRESENT_DIAG_JSON_H

#include "vm/base/diag.h"

/* {"type":"diagnostic","code":"P0401","name":...,"severity":"error","message":...,"file":...,"line":...,"column":...,"end_line":...,"end_column":...,
 * "offset":...,"end_offset":...,"label":...,"help":...,"fix":{...},"related":[...],"question":{...}} */
void pl_diag_json(PlBuf *out, PlDiags *diags, const PlDiag *d);
void pl_diags_json(PlBuf *out, PlDiags *diags);

/* The findings that are shown: without notes and warnings on API documents unless verbose. `out` shares the records. */
void pl_diags_shown(PlArena *arena, const PlDiags *all, bool verbose, PlDiags *out);

#endif
