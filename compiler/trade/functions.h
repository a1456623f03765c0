/* SPDX-License-Identifier: MIT */
/* Actions and plans as functions that a model calls, in the forms of OpenAI, Anthropic and MCP; a plan as an OpenAPI
 * operation. spec/functions.md. */
#ifndef PL_COMPILER_TRADE_FUNCTIONS_H
#define PL_COMPILER_TRADE_FUNCTIONS_H

#include "compiler/catalog/catalog.h"
#include "compiler/syntax/ast.h"

typedef enum PlFunctionForm {
    PL_FUNCTIONS_OPENAI,
    PL_FUNCTIONS_ANTHROPIC,
    PL_FUNCTIONS_MCP,
    PL_FUNCTION_FORMS
} PlFunctionForm;

bool pl_function_form_by_name(PlStr name, PlFunctionForm *out);

/* Every action that can be called, or those that `search` finds ("" all), as one list. Names are unique and have the
 * characters that all three accept. */
void pl_functions_of_catalog(PlArena *arena, PlBuf *out, PlCatalog *catalog, PlStr search, PlFunctionForm form);
/* These actions, each under the name that plans know it by, on one line: what a model is told of an agent's tools. A list of {action, name, description,
 * parameters}; `name` has the characters that providers take. In the arena. */
PlStr pl_functions_of_tools(PlArena *arena, const PlTypes *types, const PlAction *const *actions, const PlStr *names, uint32_t count);
/* The plan as one function. `plan` was checked against `types`; `effect` is the greatest of its actions. */
void pl_functions_of_plan(PlArena *arena, PlBuf *out, const PlTypes *types, const PlPlan *plan, PlEffect effect,
                          PlFunctionForm form);
/* The plan as an OpenAPI 3.1 document with one operation, POST /plans/NAME: inputs in, output out. */
void pl_functions_openapi(PlArena *arena, PlBuf *out, const PlTypes *types, const PlPlan *plan, PlEffect effect);

#endif
