/* SPDX-License-Identifier: MIT */
/* What the files of the emitter share: the module under construction, the function under construction, and the ways to add to them. Not part of
 * any interface. */
#ifndef PL_COMPILER_EMIT_INTERNAL_H
#define PL_COMPILER_EMIT_INTERNAL_H

#include "compiler/emit/emit.h"

typedef struct PlEmitFn PlEmitFn;

typedef PL_VEC(uint32_t) PlEmitJumps; /* instructions whose target is not known yet */

typedef struct PlEmitLoop { /* a sequential loop that is open in the function */
    uint16_t counter;
    uint32_t site;
    PlEmitJumps skips, leaves;
    struct PlEmitLoop *outer;
} PlEmitLoop;

/* How a function sees a symbol that lives outside of it. */
typedef enum PlEmitShare { PL_SHARE_NONE, PL_SHARE_CAPTURE, PL_SHARE_APPEND, PL_SHARE_COUNT, PL_SHARE_SET } PlEmitShare;

typedef struct PlEmitShared {
    PlSymbol *symbol;
    PlEmitShare share;
    bool read, set, added, counted; /* what the body does with it */
} PlEmitShared;

/* A call that is made under the condition that what `read` read is as it was: its argument number `arg` is the tag of that. */
typedef struct PlEmitTag {
    uint32_t read, call, arg;
} PlEmitTag;

struct PlEmitFn {
    PlEmitFn *outer;
    const PlStep *root;     /* EACH or a branch; NULL for main */
    uint32_t index;         /* in the module's functions */
    PlStr name;
    PL_VEC(PlInsn) code;
    PL_VEC(uint32_t) positions;
    PL_VEC(PlHandler) handlers;
    PL_VEC(PlEmitShared) shared; /* in order of first mention */
    uint32_t *regs;         /* by symbol id: register + 1; 0: none here */
    uint32_t top, max;      /* registers in use, and at most */
    uint16_t params, returns;
    uint32_t position;      /* source offset of what is being emitted */
    uint32_t site;
    PlEmitLoop *loop;
    PL_VEC(uint32_t) reads; /* call sites that read, in order */
    PL_VEC(PlEmitTag) tags;
    uint32_t moments[3];    /* now, today, what is drawn (pl_emit_draw): register + 1 where it was read ahead of a list clause; 0: not */
};

typedef struct PlEmit {
    PlArena *arena;
    PlDiags *diags;
    PlCatalog *catalog;
    const PlPlan *plan;
    PlModule *module;
    PlEmitFn *fn;
    bool failed;
    PlTypeCopy types;
    PlMap constant_ids; /* literal bytes -> index + 1 */
    PlMap builtin_ids;  /* name -> index + 1 */
    PL_VEC(PlLiteral) constants;
    PL_VEC(PlShape) shapes;
    PL_VEC(PlStr) builtins;
    PL_VEC(PlFunction) functions;
    PL_VEC(PlSite) sites;
    PL_VEC(PlCallSite) calls;
    PL_VEC(PlScatter) scatters;
    PL_VEC(PlTogether) togethers;
    PL_VEC(PlAskSite) asks;
    PL_VEC(PlWaitSite) waits;
    PL_VEC(const PlAction *) actions;
    PL_VEC(uint64_t) calls_at_most; /* by action */
    uint64_t times;                 /* iterations of all loops around, at most; UINT64_MAX: unknown */
} PlEmit;

/* ---- emit_code.c: instructions, registers, jumps, tables ---- */
uint32_t pl_emit_op(PlEmit *e, PlOpcode op, uint8_t x, uint32_t a, uint32_t b, uint32_t c); /* its index */
uint32_t pl_emit_here(const PlEmit *e);
/* A jump in b:c (J32) or c (J) of an instruction; PL_EMIT_LATER as target: patched later. */
uint32_t pl_emit_jump(PlEmit *e, PlOpcode op, uint32_t a, uint32_t b);
void pl_emit_patch(PlEmit *e, uint32_t insn, uint32_t target);
void pl_emit_patch_all(PlEmit *e, const PlEmitJumps *jumps, uint32_t target);
uint16_t pl_emit_temp(PlEmit *e, uint32_t count); /* first of `count` neighbours; freed by pl_emit_release */
static inline uint32_t pl_emit_mark(const PlEmit *e)
{
    return e->fn->top;
}
void pl_emit_release(PlEmit *e, uint32_t mark);
uint16_t pl_emit_reg(PlEmit *e, const PlSymbol *symbol); /* of a symbol that the function knows */
void pl_emit_give_reg(PlEmit *e, const PlSymbol *symbol, uint16_t reg);
uint16_t pl_emit_constant(PlEmit *e, const PlLiteral *literal);
uint16_t pl_emit_text(PlEmit *e, PlStr text); /* a text constant */
uint16_t pl_emit_shape(PlEmit *e, const PlRecordField *fields, uint32_t count);
void pl_emit_builtin(PlEmit *e, const char *name, uint16_t dst, uint16_t args, uint8_t count);
PlTypeId pl_emit_type(PlEmit *e, PlTypeId of_checker);
void pl_emit_too_large(PlEmit *e, const char *what, uint64_t limit); /* reports once, sets failed */

/* ---- emit_expr.c, emit_cond.c, emit_list.c ---- */
void pl_emit_expr(PlEmit *e, const PlExpr *x, uint16_t dst);
uint16_t pl_emit_value(PlEmit *e, const PlExpr *x); /* in any register: the name's own, or a temporary */
void pl_emit_cond(PlEmit *e, const PlExpr *x, bool jump_when, PlEmitJumps *jumps); /* falls through otherwise */
void pl_emit_clause(PlEmit *e, const PlExpr *x, uint16_t dst);
/* uuid() and random(): builtins that get two random numbers of the run, and how many were drawn since those were read. */
bool pl_emit_is_draw(const PlExpr *x);
void pl_emit_draw(PlEmit *e, const PlExpr *x, uint16_t dst);
/* Read `now`, `today` and random numbers once, where x mentions them, for all items of the loop that follows: one row of the journal, one moment. `outer`
 * keeps what held before; pl_emit_moments_end gives it back. */
void pl_emit_moments_begin(PlEmit *e, const PlExpr *x, uint32_t outer[3]);
void pl_emit_moments_end(PlEmit *e, const uint32_t outer[3]);
/* Loop over the list in register `list`: *head is where to go on for the next item, the item is in the register returned (the third of
 * three temporaries); close with pl_emit_each_end. */
uint16_t pl_emit_each_begin(PlEmit *e, uint16_t list, uint32_t *head);
void pl_emit_each_end(PlEmit *e, uint32_t head);

/* ---- emit_step.c, emit_flow.c, emit_call.c ---- */
void pl_emit_steps(PlEmit *e, PlStep *const *steps, uint32_t count);
uint32_t pl_emit_site_begin(PlEmit *e, const PlStep *step, uint32_t *outer);
void pl_emit_site_end(PlEmit *e, uint32_t site, uint32_t outer);
void pl_emit_step(PlEmit *e, const PlStep *step);
void pl_emit_call(PlEmit *e, const PlStep *step);
void pl_emit_each(PlEmit *e, const PlStep *step);
void pl_emit_repeat(PlEmit *e, const PlStep *step);
void pl_emit_together(PlEmit *e, const PlStep *step);
void pl_emit_scatter(PlEmit *e, const PlStep *step);
/* A guarded stretch: what begin..end may fail goes on at a handler that starts here; gives the error's register. */
void pl_emit_handler(PlEmit *e, uint32_t begin, uint32_t end, uint16_t error, uint16_t status);

void pl_emit_tags(PlEmit *e); /* at the end of a function: gives the tags their registers */

/* ---- emit_share.c: functions and what they share ---- */
PlEmitFn *pl_emit_fn_begin(PlEmit *e, const PlStep *root, PlStr name); /* collects what is shared; does not give registers */
void pl_emit_fn_end(PlEmit *e);
/* Registers for captures, then `more` further parameters (first returned), then accumulators and own names. */
uint16_t pl_emit_fn_params(PlEmit *e, uint32_t more);
void pl_emit_returns(PlEmit *e);
/* For the spawner, after fn_end: registers of the outer function that go in, and gathers. */
void pl_emit_fn_links(PlEmit *e, const PlEmitFn *inner, uint16_t **captures, uint16_t *capture_count, PlGather **gathers,
                      uint16_t *gather_count);

/* ---- emit_manifest.c ---- */
void pl_emit_manifest(PlEmit *e);
uint64_t pl_emit_times(uint64_t a, uint64_t b); /* saturating product, UINT64_MAX is unknown */

#endif
