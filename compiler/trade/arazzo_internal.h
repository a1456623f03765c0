/* SPDX-License-Identifier: MIT */
/* What the files of the Arazzo reader share. */
#ifndef PL_COMPILER_TRADE_ARAZZO_INTERNAL_H
#define PL_COMPILER_TRADE_ARAZZO_INTERNAL_H

#include "compiler/catalog/doc.h"
#include "compiler/trade/arazzo.h"
#include "vm/base/map.h"

typedef struct PlArazzoSource {
    PlStr name, url;
    PlPlugin *plugin; /* NULL: not here, or another Arazzo document */
} PlArazzoSource;

struct PlArazzo {
    PlArena *arena;
    PlDiags *diags;
    PlCatalog *catalog;
    PlTypes *types;
    PlStr path;
    PlNode *root;
    PlNode *workflows;
    PL_VEC(PlArazzoSource) sources;
    PlMap noted; /* losses that were said */
};

typedef struct PlArazzoInput {
    PlStr name; /* as in the document */
    PlStr plan_name;
    const PlNode *schema;
    PlTypeId declared; /* ANY when nothing is said */
    PlTypeId wanted;   /* by what it is given to; PL_TYPE_NONE: nothing yet */
    bool needed;       /* something cannot do without it */
    PlExpr *given;     /* in a workflow that a step runs: what the step gives; no name of the plan then */
    PlTypeId given_type;
} PlArazzoInput;

typedef struct PlArazzoFlow PlArazzoFlow;

typedef struct PlArazzoStep {
    const PlNode *node;
    PlStr id;
    PlStr bind; /* the name of its result */
    uint32_t index;
    PlStr operation; /* as the document calls it, for messages */
    PlArazzoSource *source;
    const PlOperation *op; /* NULL: not found */
    const PlAction *action;
    PlNode *op_node;            /* the operation in the API document */
    PlTypeId result;            /* of the response that the criteria expect */
    const PlResponse *response; /* NULL: the union of the successes */
    bool done;                  /* its place in the plan is behind us */
    PlArazzoFlow *sub;          /* the workflow that it runs, once it is in the plan */
} PlArazzoStep;

struct PlArazzoFlow { /* one workflow on its way to a plan */
    PlArazzo *a;
    const PlNode *node;
    PlPlan *plan;
    PL_VEC(PlArazzoStep *) steps;
    PL_VEC(PlArazzoInput *) inputs;
    PlMap by_id, by_input;
    PlMap *names;          /* of the plan, taken; shared with workflows that steps run */
    PlArazzoStep *current; /* whose $response it is */
    PlArazzoFlow *caller;  /* of a workflow that a step runs */
};

typedef struct PlArazzoValue {
    PlExpr *expr; /* NULL: cannot be said in a plan (reported) */
    PlTypeId type;
    PlArazzoInput *input; /* the whole value is this input */
} PlArazzoValue;

/* arazzo_doc.c */
PlStr pl_arazzo_name(PlArazzoFlow *f, PlStr text);         /* a name of the plan that is not yet taken */
void pl_arazzo_loss(PlArazzo *a, PlSpan span, PlStr what); /* once for each text */
/* A parameter, action or input of components; `node` itself when it is no reference. NULL when it leads nowhere
 * (reported). */
const PlNode *pl_arazzo_component(PlArazzo *a, const PlNode *node, const char *section);

/* arazzo_source.c: places in the API document. The spans may be PL_NO_SPAN. */
void pl_arazzo_find(PlArazzoFlow *f, PlArazzoStep *step);
PlSpan pl_arazzo_op_span(const PlArazzoStep *step);
PlSpan pl_arazzo_param_span(const PlArazzoStep *step, PlStr name);
PlSpan pl_arazzo_body_span(const PlArazzoStep *step);
PlSpan pl_arazzo_responses_span(const PlArazzoStep *step, const PlResponse *response);
/* In which place the operation has a parameter of that name; "" when it has none. Credentials count. */
const char *pl_arazzo_param_place(const PlArazzoStep *step, PlStr name, PlStr place, bool *found);
bool pl_arazzo_takes_media(const PlArazzoStep *step, PlStr type); /* true when the document names none */
bool pl_arazzo_has_header(const PlArazzoStep *step, PlStr name);
bool pl_arazzo_body_required(const PlArazzoStep *step);
bool pl_arazzo_has_body(const PlArazzoStep *step);

/* arazzo_expr.c */
PlArazzoValue pl_arazzo_expression(PlArazzoFlow *f, PlStr text, PlSpan span);
/* `expr` at a JSON pointer ("/a/0/b"); ->expr NULL when the type has no such place. */
PlArazzoValue pl_arazzo_pointer(PlArazzoFlow *f, PlArazzoValue at, PlStr pointer);
/* How long the runtime expression is that begins at text[at]. */
size_t pl_arazzo_expression_end(PlStr text, size_t at);

/* arazzo_value.c: literals, texts with {$expressions}, lists and maps; and conditions. */
PlArazzoValue pl_arazzo_value(PlArazzoFlow *f, const PlNode *node);
PlExpr *pl_arazzo_condition(PlArazzoFlow *f, PlStr text, PlSpan span); /* NULL: cannot be said (reported) */
PlExpr *pl_arazzo_text_expr(PlArazzo *a, PlStr text);
PlExpr *pl_arazzo_int_expr(PlArazzo *a, int64_t n);
PlExpr *pl_arazzo_name_expr(PlArazzo *a, PlStr name);
PlExpr *pl_arazzo_node_expr(PlArazzo *a, PlExprKind kind, PlExpr *left, PlExpr *right);
PlExpr *pl_arazzo_duration_expr(PlArazzo *a, double seconds);

/* arazzo_type.c */
PlTypeId pl_arazzo_schema_type(PlArazzo *a, const PlNode *schema);
PlTypeExpr *pl_arazzo_type_expr(PlArazzo *a, PlTypeId type);
PlStr pl_arazzo_type_words(PlArazzo *a, PlTypeId type);
bool pl_arazzo_is_scalar(const PlArazzo *a, PlTypeId type);    /* of one sort at least: a single value is possible */
bool pl_arazzo_is_structure(const PlArazzo *a, PlTypeId type); /* surely a list or a record */

/* arazzo_fit.c: the first part of a literal that is not of the type, and what is wanted there; NULL when all fits. What an expression gives is not
 * looked at. `loose`: it travels as text. */
const PlNode *pl_arazzo_misfit(PlArazzo *a, PlTypeId type, const PlNode *literal, bool loose, PlTypeId *wanted);

/* arazzo_call.c */
void pl_arazzo_call(PlArazzoFlow *f, PlArazzoStep *step, PlStep *out);

/* arazzo_step.c: before any plan is made: what each step expects, and its outputs checked. */
void pl_arazzo_step_read(PlArazzoFlow *f, PlArazzoStep *step);
void pl_arazzo_step_outputs(PlArazzoFlow *f, PlArazzoStep *step);

/* arazzo_flow.c */
PlStep *pl_arazzo_new_step(PlArazzoFlow *f, const PlNode *node, PlStep *parent, PlStepKind kind);

/* The range of all steps, into a block (NULL: the plan). */
void pl_arazzo_steps(PlArazzoFlow *f, PlStep *parent);

/* arazzo_plan.c: inputs and steps of a workflow, read. */
PlArazzoFlow *pl_arazzo_open(PlArazzo *a, const PlNode *workflow, PlPlan *plan, PlMap *names, PlArazzoFlow *caller);

/* arazzo_sub.c: a step that runs a workflow of the same document: its steps stand in the plan, its inputs are what the
 * step gives. */
void pl_arazzo_run(PlArazzoFlow *f, PlArazzoStep *step, PlStep *parent);
/* An output of the workflow that a step ran; ->expr NULL when it has none of that name (reported). */
PlArazzoValue pl_arazzo_run_output(PlArazzoFlow *f, PlArazzoStep *step, PlStr name, PlSpan span);

#endif
