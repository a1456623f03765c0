/* SPDX-License-Identifier: MIT */
/* What the files of the checker share while one plan is checked: the tables, the state of the flow at the place that is being checked, and
 * what stands around it. Not part of any interface; check.h is.
 *
 * The flow is one mutable state with a trail of its changes: a branch is checked, its changes are taken off as a PlDelta, and the deltas of
 * all branches are joined. So the cost of a join is that of what the branches changed, however many names there are. */
#ifndef PL_COMPILER_CHECK_CHECKER_H
#define PL_COMPILER_CHECK_CHECKER_H

#include "compiler/check/check.h"
#include "compiler/check/usable.h"
#include "vm/base/map.h"

typedef enum PlBound { PL_BOUND_NO, PL_BOUND_MAYBE, PL_BOUND_YES } PlBound;

typedef struct PlVar { /* a symbol at one place of the flow */
    PlTypeId type;     /* without the "or nothing" of PL_BOUND_MAYBE */
    PlBound bound;
} PlVar;

typedef struct PlVarChange {
    uint32_t symbol;
    PlVar var; /* in the trail: before; in a delta: after */
} PlVarChange;

typedef PL_VEC(PlStr) PlFacts; /* paths known not to be nothing, as narrow.c writes them; "?path": was said to be nothing at times */

typedef struct PlDelta { /* what a stretch of the plan did to the flow */
    PL_VEC(PlVarChange) vars;
    PlFacts facts;
    bool dead; /* its end is not reached */
} PlDelta;
typedef PL_VEC(PlDelta) PlDeltas;

typedef struct PlLoop { /* a loop that is open */
    struct PlLoop *outer;
    PlStep *step;
    uint32_t mark; /* of the trail, where an iteration begins */
    PlDeltas skips, leaves;
} PlLoop;

typedef struct PlItFrame { /* a list clause that is open: `it` and the bare names of its fields */
    struct PlItFrame *outer;
    PlSymbol *symbol;
    PlTypeId type;
    bool named; /* "For each x in LIST where COND": the item goes by the symbol's name instead of `it` */
} PlItFrame;

typedef struct PlNameEntry { /* a name as it is visible; what it hides is behind it */
    PlSymbol *symbol;
    struct PlNameEntry *hidden;
} PlNameEntry;

typedef struct PlSymbolInfo { /* beside PlSymbol, by id */
    uint32_t scatter_depth;   /* loops that run several at a time around it */
    PlStep *left;             /* the block it lived in, when that has ended */
    bool used;
} PlSymbolInfo;

typedef struct PlReported { /* an unknown name, once */
    PlStr name;
    PlDiag *question; /* NULL: it was no question */
} PlReported;

typedef struct PlSetAside { /* a step that words made a Set of, with a name of our own */
    PlStep *step;
    PlStr statement;
} PlSetAside;

typedef struct PlChecker {
    PlArena *arena;
    PlDiags *diags; /* swapped for a scratch one while a loop's body is tried */
    PlCatalog *catalog;
    PlTypes *types;
    PlPlan *plan;
    const PlCheckOptions *options;
    /* names */
    PlMap names;                /* name -> PlNameEntry * or NULL */
    PlMap binders;              /* name -> the first step in the text that binds it */
    PL_VEC(PlSymbol *) symbols; /* by id */
    PL_VEC(PlSymbolInfo) infos; /* by id */
    PL_VEC(PlSymbol *) scoped;  /* declared, in order: what a scope takes away at its end */
    PL_VEC(PlReported) reported; /* unknown names that were reported */
    PlSymbol *now, *today;
    /* flow */
    PL_VEC(PlVar) vars; /* by symbol id */
    PL_VEC(PlVarChange) trail;
    PL_VEC(PlVarChange) touched; /* every value any name got, never taken back: what a handler may find */
    PlFacts facts;
    bool dead;
    /* around */
    PlItFrame *frame;
    PlLoop *loop;
    PlStep *step;    /* being checked */
    PlStep *block;   /* innermost body of several at a time, or branch */
    PlStep *scatter; /* innermost body of several at a time */
    uint32_t scatter_depth;
    uint32_t dry;             /* bodies being tried around this one */
    uint32_t lenient;         /* inside an operand of `??`, `exists`...: absence is fine */
    uint32_t in_bad;     /* inside the sub-steps of a step that could not be read: its names are not known */
    PL_VEC(PlSpan) bads; /* steps that could not be read: a name that stands in one is not reported */
    uint32_t in_text;    /* inside a text */
    const PlExpr *joined; /* the text that "a" + b became last, and the note of it: a longer sum has one note */
    PlDiag *joined_note;
    bool missed;              /* a name that is not bound yet was read in a body being tried */
    PlTypeId empty_list;      /* of a list nothing was added to yet; never in an expression's type */
    PlTypeId error_type;      /* of `error` */
    uint32_t in_phrase; /* checking what a phrase may mean: its names are read as they are */
    PlMap plan_fields;                /* names of fields that the plan reads or writes, as it was written */
    PL_VEC(const PlExpr *) plan_keys; /* its x["key"] */
    PlMap usage;                      /* compiler/prose/usage.c: name -> what the plan reads of it; made when first asked for */
    bool usage_ready;
    PlMap prose_read;                 /* phrases that were read, with the state they were read in -> their senses */
    PlMap prose_words;                /* words of names and phrases as they are compared: text -> PlStr * */
    const struct PlProseTable *prose; /* compiler/prose: made when the first phrase is read */
    PL_VEC(PlTypeId) returns; /* types of Return */
    PL_VEC(PlSetAside) aside;
} PlChecker;

/* ---- words of messages (words.c) ---- */
PlStr pl_words_type(PlChecker *c, PlTypeId type);                                    /* short enough for a line */
PlStr pl_words_expr(PlChecker *c, const PlExpr *x);                                  /* as source, cut */
PlStr pl_words_source(PlChecker *c, PlSpan span);               /* as the plan says it, cut */
PlStr pl_words_list(PlChecker *c, const PlStr *words, uint32_t count, uint32_t max); /* "a, b, c, ..." */
PlStr pl_words_fields(PlChecker *c, PlTypeId record);                                /* the names of its fields */
PlStr pl_words_step(const PlStep *step);                                             /* its number for a message */
/* A sure fix of a note that says "read as": the text at `span`, which must be `was` there, becomes `is`. */
void pl_words_exact(PlChecker *c, PlDiag *d, PlSpan span, PlStr was, PlStr is);
/* The nearest of `words` to `to`, or an empty text when none is near. */
PlStr pl_words_near(PlStr to, const PlStr *words, uint32_t count);
/* The same spelling but for case, '_', '-', ' ', '.', '/'. */
bool pl_words_same(PlStr a, PlStr b);

#endif
