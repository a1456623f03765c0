/* SPDX-License-Identifier: MIT */
/* Names of the kinds of rows, as dumps, audits and the service show them. */
#include "vm/port/journal.h"

const char *pl_row_kind_name(PlRowKind kind)
{
    static const char *const names[PL_ROW_KIND_END] = {
        [PL_ROW_START] = "START",     [PL_ROW_INTENT] = "INTENT", [PL_ROW_RESULT] = "RESULT", [PL_ROW_FAIL] = "FAIL",
        [PL_ROW_INDOUBT] = "INDOUBT", [PL_ROW_PARK] = "PARK",     [PL_ROW_RESOLVE] = "RESOLVE", [PL_ROW_ASK] = "ASK",
        [PL_ROW_ANSWER] = "ANSWER",   [PL_ROW_TIME] = "TIME",     [PL_ROW_RANDOM] = "RANDOM", [PL_ROW_TIMER] = "TIMER",
        [PL_ROW_FIRED] = "FIRED",     [PL_ROW_NOTE] = "NOTE",     [PL_ROW_CANCEL] = "CANCEL", [PL_ROW_VETO] = "VETO",
        [PL_ROW_RESUME] = "RESUME",   [PL_ROW_END] = "END",     [PL_ROW_FORKED] = "FORKED",
        [PL_ROW_REDACT] = "REDACT",
    };
    unsigned i = (unsigned)kind;
    return i > 0 && i < PL_ROW_KIND_END ? names[i] : "?";
}
