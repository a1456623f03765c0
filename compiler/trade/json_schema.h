/* SPDX-License-Identifier: MIT */
/* A type as JSON Schema (2020-12). What is inside itself stands there once and is anything from then on. */
#ifndef PL_COMPILER_TRADE_JSON_SCHEMA_H
#define PL_COMPILER_TRADE_JSON_SCHEMA_H

#include "compiler/trade/json_out.h"
#include "vm/code/type.h"

/* `key` as in PlJsonOut; `doc` and `value` (a default, finished JSON) may be empty. `request`: fields that are only in
 * answers are left out, else those that are only in requests. */
void pl_json_schema(PlJsonOut *out, PlStr key, const PlTypes *types, PlTypeId type, PlStr doc, PlStr value,
                    bool request);

/* The schema alone, on one line: what a server is told of the type that a step wants. In the arena. */
PlStr pl_json_schema_line(PlArena *arena, const PlTypes *types, PlTypeId type);

#endif
