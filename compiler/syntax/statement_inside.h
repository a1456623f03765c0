/* SPDX-License-Identifier: MIT */
/* One step being read, for the files of statement.c: the shapes that its words have (statement_shape.c), and the forms that speak of other
 * steps (statement_form.c). */
#ifndef PL_COMPILER_SYNTAX_STATEMENT_INSIDE_H
#define PL_COMPILER_SYNTAX_STATEMENT_INSIDE_H

#include "compiler/syntax/scan.h"

typedef struct PlReading {
    PlSyntax *syntax;
    PlStep *step;
    const char *text, *limit; /* of the step, in the whole source */
    uint32_t start, end;
    bool one_line; /* the head of a block whose body follows on its line */
    bool aside;    /* a bracket stands open before the call: "Reply (using a.b(...))" */
    PlWords words; /* how its words are read */
} PlReading;

uint32_t pl_reading_offset(const PlReading *rd, const char *ptr);
PlSpan pl_reading_span(const PlReading *rd, const char *start, const char *end);
/* Reads [from, limit) for `entry` into the step; a step that cannot be read becomes BAD after its diagnostic. */
void pl_reading_loudly(PlReading *rd, int entry, const char *from);
/* Whether it reads without an error; nothing is kept of it. */
bool pl_reading_reads(PlReading *rd, int entry, const char *from);

/* statement_start.c: where the words of the step at [start, end) begin; what is left out before them is noted. */
uint32_t pl_reading_start(PlSyntax *syntax, uint32_t start, uint32_t end);
/* Behind "Finally," or an emoji, where a statement follows; or NULL. */
const char *pl_reading_behind_adverb(const PlSyntax *syntax, const char *p, const char *limit);
bool pl_reading_is_block(int token);

/* statement_shape.c: whether the step that begins with a block's words is that block and no prose ("Try to log in", "While waiting, ..."). */
bool pl_reading_opens_block(const PlReading *rd, const PlSpelling *row, const char *behind);
/* Whether a loop names its list only, a path such as order.lines, and no item. */
bool pl_reading_is_path(const PlReading *rd, const char *ptr);
/* Whether the words behind a statement's opening promise that statement, so that not being able to read it is an error. */
bool pl_reading_promises(const PlReading *rd, int token, const char *behind);
/* Only white space, a full stop and a comment (perhaps an emoji) up to the end. */
bool pl_reading_ends_here(const PlReading *rd, const char *ptr);
/* Whether words that read as that statement mean it: "Stop now" and "Skip lunch" are prose, and so is "Clear the table". */
bool pl_reading_means(const PlReading *rd, int token, const char *behind);

/* statement_form.c: steps that speak of their neighbours (PlStepForm). True when the step was one and is read. */
bool pl_reading_form(PlReading *rd, const PlSpelling *row, const char *behind);
/* Behind "If any of the posts fail", with the step's form set; or NULL. */
const char *pl_reading_any_fails(PlReading *rd);

/* The grammar's `entry` into the step, beside what it has; false after a diagnostic. */
bool pl_reading_into_step(PlReading *rd, int entry, const char *from);
/* [from, limit) as one expression, quietly; NULL when it is none. */
PlExpr *pl_reading_expr(PlReading *rd, const char *from);
/* statement_several.c: two steps that are said as one become two. False when it is one. */
bool pl_reading_several(PlReading *rd, int token);
/* The place behind the name of the first call in [from, rd->limit), or NULL. */
const char *pl_reading_call_in(const PlReading *rd, const char *from);
/* statement.c: the one sub-step that [body, limit) is, or two where the last words only end the block, the loop or the run. */
void pl_reading_one_line_body(PlReading *rd, const char *body, const char *limit);
/* statement_fail.c: a call and what is done when it fails become two steps. False when the step does not say both. */
bool pl_reading_failure(PlReading *rd);
/* Of an ON_ERROR's words [body, limit): a retry at their beginning becomes a sub-step with that clause alone. False when nothing is left behind it;
 * else *rest is where the other words begin. */
bool pl_reading_fail_body(PlReading *rd, const char *body, const char *limit, const char **rest);
/* statement_poll.c: "Poll it using a.b(...) every 30 seconds until C or 20 minutes have passed". False when the step does not say that. */
bool pl_reading_poll(PlReading *rd);
/* Behind "If the refund fails", where the step before refunds; or NULL. */
const char *pl_reading_noun_fails(const PlReading *rd);
/* "log the error" under "If it fails": Note error.message. */
bool pl_reading_logs_error(PlReading *rd);
/* statement_parts.c: a step with its action, arguments and result on lines of their own. False when it is not told so. */
bool pl_reading_parts(PlReading *rd);
/* statement_call.c: the call whose name stands at `action`, in any of the ways that people write one; the prose before it, or none. False when it
 * is none of them: the step is as it was. */
bool pl_reading_loose_call(PlReading *rd, const char *action, PlStr prose, PlSpan prose_span);
/* The action's name in "Use a.b to ...", or NULL. */
const char *pl_reading_used(const PlReading *rd);

#endif
