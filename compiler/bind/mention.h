/* SPDX-License-Identifier: MIT */
/* Names of the plan that a step's prose mentions: `order.total`, "the request's employee_id", "the id of the order", "the report". What they are worth for a
 * parameter is judged by said.c. spec/binding.md, "Arguments in prose". */
#ifndef PL_COMPILER_BIND_MENTION_H
#define PL_COMPILER_BIND_MENTION_H

#include "compiler/check/checker.h"

typedef struct PlMention {
    PlStr expr;       /* as a plan writes it: `request.employee_id` */
    PlStr last;       /* its last name: "employee_id" */
    PlSymbol *symbol; /* of its first name */
    PlTypeId type;    /* what it is here, as far as the flow knows */
    size_t at, end;   /* where it stands in the prose */
    bool is_path;
} PlMention;

typedef PL_VEC(PlMention) PlMentions;

/* Those that hold a value here, in the order of the prose, none of what is quoted. */
void pl_mention_read(PlChecker *c, PlStr prose, PlMentions *out);
/* The plugin whose answer the name's value is, or is an item of; empty: not known. */
PlStr pl_mention_plugin(const PlChecker *c, const PlSymbol *symbol);

#endif
