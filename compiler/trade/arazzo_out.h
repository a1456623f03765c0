/* SPDX-License-Identifier: MIT */
/* What the files of the Arazzo writer share: the steps in one line, and the jumps between them. */
#ifndef PL_COMPILER_TRADE_ARAZZO_OUT_H
#define PL_COMPILER_TRADE_ARAZZO_OUT_H

#include "compiler/trade/arazzo_write.h"
#include "compiler/trade/json_out.h"
#include "vm/base/map.h"

typedef struct PlOutLabel { /* a place in the line: before step `at`; the end when there is no such step */
    uint32_t at;
} PlOutLabel;

typedef struct PlOutJump {
    PlStr criterion; /* "" always */
    PlOutLabel *to;  /* NULL: end */
} PlOutJump;

typedef struct PlOutOutput {
    PlStr name, pointer;
} PlOutOutput;

typedef struct PlOutStep {
    const PlStep *step;
    PlStr id;
    PL_VEC(PlStr) criteria;  /* beside the status */
    PL_VEC(PlOutJump) jumps; /* onSuccess */
    PL_VEC(PlOutOutput) outputs;
    const PlExpr *poll_every; /* tried again until the criteria hold */
    int64_t poll_limit;       /* 0: not */
} PlOutStep;

typedef struct PlOutName { /* what a name of the plan stands for */
    PlOutStep *step;       /* a result */
    const PlExpr *value;   /* or a value set once */
    PlStr input;           /* or an input */
    unsigned count;        /* how often it is bound */
} PlOutName;

typedef struct PlOutComputed { /* a part of an argument that is an input of the workflow instead */
    const PlExpr *value;
    PlStr name, source; /* of the input; the expression as the plan says it */
    bool again;         /* one before it has that name */
} PlOutComputed;

typedef struct PlOut {
    PlArena *arena;
    PlDiags *diags;
    const PlCatalog *catalog;
    const PlPlan *plan;
    PlJsonOut json;
    PL_VEC(PlOutStep *) steps;
    PL_VEC(PlOutComputed) computed;
    PlMap names; /* PlOutName */
    PlMap ids;
    bool several; /* sources */
} PlOut;

/* arazzo_out_expr.c */
/* The runtime expression of a path, "" when it is none. `own`: the step whose $response it may be. */
PlStr pl_out_path(PlOut *o, const PlExpr *e, const PlOutStep *own);
/* The value as JSON, written behind a key. False when Arazzo cannot say it; nothing is written then. */
bool pl_out_value(PlOut *o, PlStr key, const PlExpr *e);
bool pl_out_can(PlOut *o, const PlExpr *e);
/* A simple condition; "" when Arazzo cannot say it. */
PlStr pl_out_condition(PlOut *o, const PlExpr *e, const PlOutStep *own);
/* Register every path of the plan as an output of its step, before anything is written. */
void pl_out_collect(PlOut *o);
/* Without conversions that change nothing that is sent. */
const PlExpr *pl_out_bare(const PlExpr *e);
/* What a name was set to, once; NULL when it is no such name. */
const PlExpr *pl_out_set_value(PlOut *o, const PlExpr *e);

/* arazzo_out_input.c */
/* Finds what arguments compute, before outputs are collected; each becomes an input, with a warning. */
void pl_out_computed(PlOut *o);
PlStr pl_out_input_of(const PlOut *o, const PlExpr *e); /* its name, or "" */

/* arazzo_out_step.c */
void pl_out_step(PlOut *o, uint32_t index);
PlDiag *pl_out_lost(PlOut *o, PlSpan span, const char *what);

#endif
