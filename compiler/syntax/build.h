/* SPDX-License-Identifier: MIT */
/* What the grammar's actions call: each makes a node of the tree (normalised to the few kinds of ast.def) or fills the step that is being
 * read. Everything is in the compile arena; NULL is never returned. Nodes know their depth, so that no walk can overflow the stack. */
#ifndef PL_COMPILER_SYNTAX_BUILD_H
#define PL_COMPILER_SYNTAX_BUILD_H

#include "compiler/syntax/scan.h"

#include "pilot.h"

/* One run of the automaton: a step, an expression, a type or a header line. */
typedef struct PlRun {
    PlSyntax *syntax;
    PlScan *scan;
    PlStep *step;     /* S_*, E_ACTION, E_PROSE: what is filled */
    PlExpr *expr;     /* E_EXPR: the result */
    PlTypeExpr *type; /* E_TYPE: the result */
    PlToken last;     /* the token before the one at hand; for carets */
    bool one_line;    /* the step's body stands behind its head: no colon is missed */
    bool parallel;    /* `in parallel` was read: the number that follows counts branches */
    bool failed;      /* a diagnostic was given */
} PlRun;

typedef struct PlItems {
    PL_VEC(PlExpr *) all;
    uint32_t descending;
} PlItems; /* descending: a bit for each sort key */
typedef struct PlArgs {
    PL_VEC(PlArgument) all;
} PlArgs;
typedef struct PlFields {
    PL_VEC(PlRecordField) all;
} PlFields;
typedef struct PlTypeFields {
    PL_VEC(PlTypeField) all;
} PlTypeFields;
typedef struct PlKey {
    PlExpr *expr;
    bool descending;
} PlKey;
typedef struct PlPath {
    PlExpr *expr;
    PlStr name;
    PlSpan name_span, span;
} PlPath;

/* Reads scan to its end; false after a diagnostic. In grammar/pilot.y. */
bool pl_grammar_run(PlRun *r, int entry);

/* errors.c */
void pl_run_unexpected(PlRun *r, const PlToken *found, const bool *expected,
                       int count); /* expected[kind]: would have been read */
void pl_run_refused(PlRun *r, PlToken token);
void pl_run_too_deep(PlRun *r);
void pl_run_no_colon(PlRun *r);

/* build.c: expressions */
PlSpan pl_build_join(PlSpan a, PlSpan b);
PlExpr *pl_build_int(PlRun *r, PlSpan span, int64_t n);
PlExpr *pl_build_text(PlRun *r, PlSpan span, PlStr text);
PlExpr *pl_build_yes_no(PlRun *r, PlSpan span, bool yes);
PlExpr *pl_build_second(PlRun *r, PlSpan span); /* 1 second, with a note: the words name no time */
PlExpr *pl_build_nothing(PlRun *r, PlSpan span);
PlExpr *pl_build_it(PlRun *r, PlSpan span);
PlExpr *pl_build_name(PlRun *r, const PlToken *name);
PlExpr *pl_build_step_ref(PlRun *r, const PlToken *token);
PlExpr *pl_build_field(PlRun *r, PlExpr *of, const PlToken *name);
PlExpr *pl_build_project(PlRun *r, PlExpr *of, const PlToken *name);
PlExpr *pl_build_index(PlRun *r, PlExpr *of, PlExpr *index, const PlToken *close);
PlExpr *pl_build_slice(PlRun *r, PlExpr *of, PlExpr *from, PlExpr *to, const PlToken *close); /* from, to may be NULL */
PlExpr *pl_build_unary(PlRun *r, PlOperator op, PlExpr *operand, PlSpan sign);
PlExpr *pl_build_negative(PlRun *r, PlExpr *operand, PlSpan sign); /* folds a literal */
PlExpr *pl_build_postfix(PlRun *r, PlOperator op, PlExpr *operand, const PlToken *words);
PlExpr *pl_build_binary(PlRun *r, PlOperator op, PlExpr *left, PlExpr *right);
PlExpr *pl_build_negated(PlRun *r, PlOperator op, PlExpr *left, PlExpr *right); /* not (left op right) */
PlExpr *pl_build_choice(PlRun *r, PlExpr *yes, PlExpr *cond, PlExpr *no);
PlExpr *pl_build_copy(PlRun *r, const PlExpr *e); /* a second tree of the same kind */
PlExpr *pl_build_or(PlRun *r, PlExpr *left, PlExpr *right);                     /* x is 5 or 6 */
PlExpr *pl_build_kept(PlRun *r, PlExpr *left, const PlToken *comma, PlExpr *right, PlOperator joiner); /* LIST where a, b and c; else it is refused */
PlExpr *pl_build_comma(PlRun *r, PlExpr *left, PlExpr *right, PlOperator joiner); /* of a condition: x is 5, 6 or 7; a > 5, b > 5 */
PlExpr *pl_build_coalesce(PlRun *r, PlExpr *left, PlExpr *right);
PlExpr *pl_build_parens(PlRun *r, PlExpr *inner, PlSpan open, PlSpan close);
PlExpr *pl_build_list(PlRun *r, PlItems *items, PlSpan open, PlSpan close);
PlExpr *pl_build_record(PlRun *r, PlFields *fields, PlSpan open, PlSpan close);
PlExpr *pl_build_call(PlRun *r, const PlToken *name, PlExpr *self, PlArgs *args,
                      const PlToken *close);                              /* self: of a method, or NULL */
PlExpr *pl_build_call2(PlRun *r, const char *name, PlExpr *a, PlExpr *b); /* b may be NULL */
PlExpr *pl_build_joined(PlRun *r, PlExpr *list, PlExpr *with); /* `xs joined by ", " + "."`: the mark is what stands first, the rest follows */
PlItems *pl_build_item(PlRun *r, PlItems *items, PlExpr *item);
PlItems *pl_build_item_first(PlRun *r, PlExpr *first, PlItems *rest);
PlArgs *pl_build_argument(PlRun *r, PlArgs *args, PlArgument arg);
PlFields *pl_build_record_field(PlRun *r, PlFields *fields, PlRecordField field);

/* build_phrase.c: expressions that English says in its own way */
PlExpr *pl_build_list_clause(PlRun *r, PlExprKind kind, PlExpr *list,
                             PlExpr *what); /* what: NULL for a bare `distinct` */
PlItems *pl_build_key(PlRun *r, PlItems *keys, PlKey key);
PlExpr *pl_build_sorted(PlRun *r, PlExpr *list, PlItems *keys);
PlExpr *pl_build_of(PlRun *r, const PlToken *words, PlExpr *list); /* number of x: count(x) */
PlExpr *pl_build_first_n(PlRun *r, const PlToken *words,
                         PlExpr *list); /* first 10 of x: x take 10; last 3 of x: x[-3:] */
PlExpr *pl_build_units(PlRun *r, PlExpr *count, const PlToken *unit); /* n days: n * 1 day */
PlExpr *pl_build_ago(PlRun *r, PlOperator op, PlExpr *duration, const PlToken *word);
PlExpr *pl_build_ordered(PlRun *r, PlOperator op, PlExpr *left, PlExpr *right,
                         const PlToken *words);                           /* "more than 3 days ago" is before */
PlExpr *pl_build_age(PlRun *r, PlOperator op, PlExpr *left, PlExpr *age); /* older than 10 days: left < now - age */
PlExpr *pl_build_has(PlRun *r, PlExpr *list, const PlToken *words, PlExpr *number); /* batch has fewer than 100 items */
PlExpr *pl_build_has_any(PlRun *r, PlExpr *whole, const PlToken *words, PlExpr *parts); /* text contains any of words */
PlExpr *pl_build_since(PlRun *r, const PlToken *words, PlExpr *time); /* days since x: days_between(x, today) */
PlExpr *pl_build_row(PlRun *r, PlExpr *first, PlItems *rest); /* Add a.x, a.y and z to rows: {x: a.x, y: a.y, z} */
void pl_build_each_of(PlRun *r, PlExpr *list); /* Loop over order.lines: For each line in order.lines */
PlExpr *pl_build_plural(PlRun *r, const PlToken *name); /* For each ticket, ...: tickets */
PlExpr *pl_build_or_more(PlRun *r, PlExpr *left, const PlToken *words, PlExpr *number); /* x is 3 or more */
PlExpr *pl_build_between(PlRun *r, PlExpr *value, PlExpr *from, PlExpr *to);           /* x between 1 and 5, both included */
PlExpr *pl_build_separator(PlRun *r, const PlToken *words);                            /* newlines: "\n" */
PlExpr *pl_build_as_call(PlRun *r, const PlToken *words, PlExpr *value);               /* x formatted as a bulleted list: bullets(x) */
PlExpr *pl_build_then(PlRun *r, const PlToken *words, PlExpr *left, PlExpr *right);    /* a plus b, times c: (a + b) * c */
/* x.map(r => r.a), x.filter(...), x.some(...): list clauses; NULL when no function is given that way. */
PlExpr *pl_build_lambda_call(PlRun *r, const PlToken *name, PlExpr *self, PlArgs *args, const PlToken *close);
/* Every `name` in e becomes `it`. */
void pl_build_becomes_it(PlExpr *e, PlStr name);
/* [x.a for x in list]: list select it.a */
PlExpr *pl_build_comprehension(PlRun *r, PlExpr *what, const PlToken *name, PlExpr *list, PlSpan open, PlSpan close);
/* yesterday, Monday of last week, the last day of this month: what the row's exact column says. */
PlExpr *pl_build_moment(PlSyntax *syntax, const PlSpelling *row, PlSpan span);
/* Source that stands nowhere (a row's exact column, words put in quotes) as an expression whose every part stands at `at`; BAD when it is none. */
PlExpr *pl_build_aside(const PlSyntax *syntax, PlStr source, PlSpan at);
PlExpr *pl_build_assign_read_as_is(PlRun *r, PlExpr *left, PlExpr *right, const PlToken *sign);
/* Adds `number` of `unit` (its exact spelling) to a duration literal; false when it does not fit. */
bool pl_build_add_duration(PlLiteral *duration, double number, PlStr unit);
bool pl_build_is_duration(const PlExpr *expr);

/* build_step.c: the step at hand, types and header lines */
PlPath pl_build_path(PlRun *r, const PlToken *name);
PlPath pl_build_path_step(PlRun *r, PlPath path, PlExpr *longer);
void pl_build_target(PlRun *r, PlPath path);
void pl_build_role(PlRun *r, const PlToken *role); /* who is asked; "the manager for approval" is asked yes or no */
void pl_build_change(PlRun *r, PlPath path, PlOperator op, PlExpr *by); /* n += 2: Increase, or Set n to n + e */
void pl_build_each(PlRun *r, const PlToken *name, const PlToken *name2, PlExpr *list);
void pl_build_call_step(PlRun *r, const PlToken *action, PlArgs *args);
void pl_build_more_args(PlRun *r, PlArgs *args); /* behind those that the step has */
void pl_build_as(PlRun *r, const PlToken *word, PlTypeExpr *type);
void pl_build_bind(PlRun *r, const PlToken *arrow, const PlToken *name);
PlClause *pl_build_clause(PlRun *r, PlClauseKind kind, const PlToken *word); /* valid until the next clause */
void pl_build_within(PlRun *r, const PlToken *word, PlExpr *duration);
void pl_build_every(PlRun *r, const PlToken *word, PlExpr *duration);
void pl_build_up_to(PlRun *r, const PlToken *word, PlExpr *count,
                    int unit); /* unit: PL_TK_ITEMS, AT_A_TIME, TIMES or 0 */
void pl_build_parallel(PlRun *r, const PlToken *word);
void pl_build_fails(PlRun *r, const PlToken *word, PlExpr *status);
void pl_build_fail_do(PlRun *r, PlFailDo what, const PlToken *word, PlExpr *value);
void pl_build_fail_action(PlRun *r, const PlToken *prose, const PlToken *action, PlArgs *args);
PlTypeExpr *pl_build_type_name(PlRun *r, const PlToken *name);
PlTypeExpr *pl_build_type_any(PlRun *r, PlSpan span);
PlTypeExpr *pl_build_type_list(PlRun *r, const PlToken *word, PlTypeExpr *of);
PlTypeExpr *pl_build_type_record(PlRun *r, PlTypeFields *fields, const PlToken *open, const PlToken *close);
PlTypeExpr *pl_build_type_one_of(PlRun *r, const PlToken *word, PlItems *values);
PlTypeExpr *pl_build_type_or(PlRun *r, PlTypeExpr *left, PlTypeExpr *right);
PlTypeFields *pl_build_type_field(PlRun *r, PlTypeFields *fields, PlTypeField field);
void pl_build_limit(PlRun *r, PlExpr *value, bool calls);
void pl_build_input(PlRun *r, const PlToken *name, PlTypeExpr *type, PlExpr *value);

#endif
