/* SPDX-License-Identifier: MIT */
/* What the files of the writer share, and those of the reader. Internal to dsl_*.c. */
#ifndef PL_COMPILER_TRADE_DSL_INTERNAL_H
#define PL_COMPILER_TRADE_DSL_INTERNAL_H

#include "compiler/catalog/doc.h"
#include "compiler/trade/dsl.h"
#include "compiler/trade/json_out.h"
#include "vm/base/map.h"

/* ---- writing ---- */

typedef struct PlDslWriter {
    PlJsonOut out;
    PlArena *arena;
    PlPlan *plan;
} PlDslWriter;

/* dsl_names.c: in every expression `found.x` becomes `step1.data.x` where step 1 alone binds it, and an input
 * `input.x`. */
void pl_dsl_names(PlArena *arena, PlPlan *plan);
/* "step2_1_1" */
PlStr pl_dsl_step_id(PlArena *arena, const PlStep *step);

/* dsl_value.c: a value as JSON where JSON can say it, else as a template; an expression as its text. */
void pl_dsl_value(PlDslWriter *w, PlStr key, const PlExpr *value); /* key.ptr NULL: an item */
void pl_dsl_words(PlDslWriter *w, const char *key,
                  const PlExpr *expr); /* a condition, a count, a duration; NULL writes nothing */
void pl_dsl_type(PlDslWriter *w, const char *key, const PlTypeExpr *type); /* likewise */

/* dsl_write.c */
void pl_dsl_steps(PlDslWriter *w, const char *key, PlStep *const *steps, uint32_t count);
void pl_dsl_comments(PlDslWriter *w, const char *key, const PlComment *comments, uint32_t count);

/* ---- reading ---- */

typedef struct PlDslStep { /* a step by its id */
    PlStr id;
    PlStr name;   /* the name its result has, or would get */
    bool used;    /* something refers to it */
    PlStep *step; /* whose result it is; NULL before it was read */
    const PlNode *node;
    bool placed;  /* it was read, or is being read */
} PlDslStep;

typedef struct PlDslItem { /* the loops around, innermost last */
    PlStr name;
} PlDslItem;

typedef struct PlDslReader {
    PlArena *arena;
    PlDiags *diags;
    PlPlan *plan;
    PlNode *root;
    PlMap ids;    /* PlDslStep, by id */
    PlMap names;  /* what the file itself binds: these are never references to steps or inputs */
    PlMap inputs; /* declared ones */
    PL_VEC(PlDslStep *) in_order;
    PL_VEC(PlDslItem) items;
    uint32_t made; /* steps so far */
    PlStr follows;  /* the id of the step behind the one that is read, in its list; "" for none */
} PlDslReader;

/* A member under one of several names, separated by `|`; a null only when no other is there. NULL when none is. It counts as read. */
PlNode *pl_dsl_member(const PlNode *map, const char *names);
PlNode *pl_dsl_given(const PlNode *map, const char *names); /* likewise, and NULL for null */
PlStr pl_dsl_member_text(const PlNode *map, const char *names);
/* A name that a plan can have, made of any text; "" when nothing is left. */
PlStr pl_dsl_name(PlArena *arena, PlStr text);
PlStr pl_dsl_one_line(PlArena *arena, PlStr text);

/* dsl_template.c */
PlExpr *pl_dsl_read_value(PlDslReader *r, const PlNode *node); /* texts with templates, lists, maps */
PlExpr *pl_dsl_read_words(PlDslReader *r, const PlNode *node); /* an expression's text; NULL when node is */
PlExpr *pl_dsl_read_text_as_words(PlDslReader *r, PlStr text, PlSpan span);
PlTypeExpr *pl_dsl_read_type(PlDslReader *r, const PlNode *node); /* words or a JSON Schema type; NULL when node is */
PlExpr *pl_dsl_literal_text(PlDslReader *r, PlStr text, PlSpan span);
PlExpr *pl_dsl_literal_int(PlDslReader *r, int64_t n);
PlExpr *pl_dsl_name_expr(PlDslReader *r, PlStr name);

/* dsl_condition.c: a condition as text, or as {field, operator, value}, or as lists of them. */
PlExpr *pl_dsl_read_condition(PlDslReader *r, const PlNode *node);

/* dsl_read.c */
PlStep *pl_dsl_new_step(PlDslReader *r, const PlNode *node, PlStep *parent, PlStepKind kind);
void pl_dsl_read_steps(PlDslReader *r, const PlNode *list, PlStep *parent);

/* dsl_step.c: one step, with what is below it. */
void pl_dsl_read_step(PlDslReader *r, const PlNode *node, PlStep *parent);
/* dsl_flow.c: a step that runs for each item of a list says so in a member: the loop to read it into, or NULL. */
PlStep *pl_dsl_read_around(PlDslReader *r, const PlNode *node, PlStep *parent);
/* Steps of `parent` from `first` on were made of `node`: members that say when they run become a block around them, with a note; what was not read is
 * told, and is an error, with a block that asks, where it could change what runs. */
void pl_dsl_read_rest(PlDslReader *r, const PlNode *node, PlStep *parent, uint32_t first);
/* dsl_action.c: params and clauses. */
void pl_dsl_read_action(PlDslReader *r, const PlNode *node, PlStep *step);
void pl_dsl_read_clauses(PlDslReader *r, const PlNode *node, PlStep *step);

#endif
