/* SPDX-License-Identifier: MIT */
/* The grammar of one step, one expression, one type or one header line: the first token says which (E_*, S_*), so every step is parsed by
 * a parser of its own and a bad step never hides another. Nesting of steps comes from their numbers (compiler/syntax/steps.c), chains of
 * If and Otherwise from compiler/syntax/link.c. The tree is built by compiler/syntax/build.h; spec/grammar.md is this file for readers. */
%name PlGrammar
%token_prefix PL_TK_
%token_type {PlToken}
%default_type {PlExpr *}
%extra_context {PlRun *r}
%stack_size 1200
%start_symbol start

%include {
#include "compiler/syntax/build.h"
#define PlGrammar_ENGINEALWAYSONSTACK 1
#define YYNOERRORRECOVERY 1
}

%syntax_error { (void)yymajor; pl_run_refused(r, TOKEN); }
%stack_overflow { pl_run_too_deep(r); }

%token E_EXPR E_ARGS E_TYPE E_INPUTS E_LIMIT E_ACTION E_PROSE.
%token S_IF S_ELSE_IF S_ELSE S_EACH S_REPEAT_UNTIL S_REPEAT_WHILE S_REPEAT S_TOGETHER S_TRY S_ON_ERROR S_SET S_INCREASE S_DECREASE
       S_CLEAR S_ADD S_KEEP S_STOP S_FAIL S_RETURN S_SKIP S_LEAVE S_WAIT S_WAIT_UNTIL S_WAIT_EVENT S_ASK S_APPROVE S_CHECK S_NOTE S_END S_PASS S_GOTO S_EACH_OF.
%token H_WORKFLOW H_GOAL H_USE H_INPUT H_OUTPUT H_SCHEDULE H_LIMIT H_ALLOW H_NEVER.
%token BAD B_VERB B_CALL B_THING B_IN B_NOUN B_KEY A_ACTION A_ARGS A_BIND A_PROSE A_FAIL.

%type args {PlArgs *}
%type args1 {PlArgs *}
%type arg {PlArgument}
%type items {PlItems *}
%type keys {PlItems *}
%type key {PlKey}
%type fields {PlFields *}
%type field {PlRecordField}
%type type {PlTypeExpr *}
%type type_atom {PlTypeExpr *}
%type values {PlItems *}
%type type_fields {PlTypeFields *}
%type type_field {PlTypeField}
%type path {PlPath}
%type clause_word {PlToken}

/* ---- what can be read alone ---- */
start ::= E_EXPR expr(A). { r->expr = A; }
start ::= E_TYPE type(A). { r->type = A; }
start ::= E_ARGS args(A). { pl_build_more_args(r, A); }
start ::= E_INPUTS inputs.
start ::= E_LIMIT limits.

/* ---- steps ---- */
start ::= E_ACTION call tail.
start ::= E_PROSE tail.
start ::= S_IF cond(C) colon. { r->step->cond = C; }
start ::= S_ELSE_IF cond(C) colon. { r->step->cond = C; }
start ::= S_ELSE colon.
start ::= S_EACH NAME(N) IN expr(L) tail colon. { pl_build_each(r, &N, NULL, L); }
start ::= S_EACH NAME(N) IN sum(A) RANGE_TO sum(B) tail colon. { pl_build_each(r, &N, NULL, pl_build_call2(r, "range", A, B)); }
start ::= S_EACH_OF expr(L) tail colon. { pl_build_each_of(r, L); }
start ::= S_EACH NAME(N) tail colon. { pl_build_each(r, &N, NULL, pl_build_plural(r, &N)); }
start ::= S_EACH NAME(N) COMMA NAME(M) IN expr(L) tail colon. { pl_build_each(r, &N, &M, L); }
start ::= S_REPEAT_UNTIL expr(C) tail colon. { r->step->cond = C; }
start ::= S_REPEAT_WHILE expr(C) tail colon. { r->step->cond = C; r->step->is_while = true; }
start ::= S_REPEAT sum(N) TIMES tail colon. { r->step->count = N; }
start ::= S_REPEAT sum(N) TIMES(W) OR_UNTIL expr(C) tail colon. { r->step->cond = C; pl_build_up_to(r, &W, N, PL_TK_TIMES); }
start ::= S_TOGETHER tail colon.
start ::= S_TRY colon.
start ::= S_ON_ERROR colon.
start ::= S_ON_ERROR WITH sum(A) colon. { r->step->status = A; }
start ::= S_SET path(P) set_to expr(V). { pl_build_target(r, P); r->step->value = V; }
start ::= S_SET path(P) ASSIGN_ADD expr(V). { pl_build_change(r, P, PL_OPR_ADD, V); }
start ::= S_SET path(P) ASSIGN_SUB expr(V). { pl_build_change(r, P, PL_OPR_SUB, V); }
start ::= S_SET path(P) STEP_UP. { pl_build_change(r, P, PL_OPR_ADD, pl_build_int(r, P.span, 1)); }
start ::= S_SET path(P) STEP_DOWN. { pl_build_change(r, P, PL_OPR_SUB, pl_build_int(r, P.span, 1)); }
start ::= S_INCREASE path(P). { pl_build_target(r, P); r->step->value = pl_build_int(r, P.span, 1); }
start ::= S_INCREASE path(P) BY expr(V). { pl_build_target(r, P); r->step->value = V; }
start ::= S_DECREASE path(P). { pl_build_target(r, P); r->step->value = pl_build_int(r, P.span, -1); }
start ::= S_DECREASE path(P) BY expr(V). { pl_build_target(r, P); r->step->value = pl_build_negative(r, V, V->span); }
start ::= S_CLEAR path(P). { pl_build_target(r, P); }
start ::= S_ADD expr(V) TO path(P). { pl_build_target(r, P); r->step->value = V; }
start ::= S_ADD expr(V) COMMA items(I) TO path(P). { pl_build_target(r, P); r->step->value = pl_build_row(r, V, I); }
start ::= S_KEEP kept(V) tail. { r->step->value = V; }
start ::= S_STOP.
start ::= S_STOP expr(V). { r->step->value = V; }
start ::= S_FAIL.
start ::= S_FAIL expr(V). { r->step->value = V; }
start ::= S_RETURN expr(V). { r->step->value = V; }
start ::= S_SKIP.
start ::= S_LEAVE.
start ::= S_WAIT expr(V). { r->step->value = V; }
start ::= S_WAIT_UNTIL expr(V). { r->step->value = V; }
start ::= S_WAIT_EVENT TEXT(V) tail. { r->step->value = V.expr; }
start ::= S_ASK TEXT(V) tail. { r->step->value = V.expr; }
start ::= S_ASK ROLE(R) TEXT(V) tail. { r->step->value = V.expr; pl_build_role(r, &R); }
start ::= S_APPROVE TEXT(V) tail. { r->step->value = V.expr; }
start ::= S_CHECK expr(C). { r->step->cond = C; }
start ::= S_CHECK expr(C) ELSE_FAIL TEXT(V). { r->step->cond = C; r->step->value = V.expr; }
start ::= S_NOTE expr(V). { r->step->value = V; }

cond(A) ::= expr(A).
cond(A) ::= cond(L) COMMA expr(R). { A = pl_build_comma(r, L, R, PL_OPR_AND); }
cond(A) ::= cond(L) COMMA OR expr(R). { A = pl_build_comma(r, L, R, PL_OPR_OR); }
cond(A) ::= cond(L) COMMA AND expr(R). { A = pl_build_comma(r, L, R, PL_OPR_AND); }
kept(A) ::= expr(A).
kept(A) ::= kept(L) COMMA(C) expr(R). { A = pl_build_kept(r, L, &C, R, PL_OPR_AND); }
kept(A) ::= kept(L) COMMA(C) OR expr(R). { A = pl_build_kept(r, L, &C, R, PL_OPR_OR); }
kept(A) ::= kept(L) COMMA(C) AND expr(R). { A = pl_build_kept(r, L, &C, R, PL_OPR_AND); }
colon ::= COLON.
colon ::= . { pl_run_no_colon(r); }
set_to ::= TO.
set_to ::= ASSIGN.
set_to ::= AS.
set_to ::= BE.

path(P) ::= NAME(N). { P = pl_build_path(r, &N); }
path(P) ::= path(A) DOT NAME(N). { P = pl_build_path_step(r, A, pl_build_field(r, A.expr, &N)); }
path(P) ::= path(A) LBRACKET expr(I) RBRACKET(Z). { P = pl_build_path_step(r, A, pl_build_index(r, A.expr, I, &Z)); }

call ::= ACTION(A). { pl_build_call_step(r, &A, NULL); }
call ::= ACTION(A) LPAREN args(B) RPAREN. { pl_build_call_step(r, &A, B); }

/* ---- what may follow, in any order ---- */
tail ::= .
tail ::= tail tail_item.
tail_item ::= AS(W) type(T). { pl_build_as(r, &W, T); }
tail_item ::= ARROW(W) NAME(N). { pl_build_bind(r, &W, &N); }
tail_item ::= RETRY(W) sum(N) TIMES. { pl_build_clause(r, PL_CLAUSE_RETRY, &W)->count = N; }
tail_item ::= RETRY(W) sum(N) TIMES DOUBLING(D).
    { PlClause *c = pl_build_clause(r, PL_CLAUSE_RETRY, &W); c->count = N; c->duration = pl_build_second(r, D.span); c->doubling = true; }
tail_item ::= RETRY(W) sum(N) TIMES WAITING sum(D) doubling(X).
    { PlClause *c = pl_build_clause(r, PL_CLAUSE_RETRY, &W); c->count = N; c->duration = D; c->doubling = X != NULL; }
tail_item ::= WITHIN(W) sum(D). { pl_build_within(r, &W, D); }
tail_item ::= ALL_PAGES(W). { pl_build_clause(r, PL_CLAUSE_ALL_PAGES, &W); }
tail_item ::= UP_TO(W) sum(N). { pl_build_up_to(r, &W, N, 0); }
tail_item ::= UP_TO(W) sum(N) ITEMS. { pl_build_up_to(r, &W, N, PL_TK_ITEMS); }
tail_item ::= UP_TO(W) sum(N) AT_A_TIME. { pl_build_up_to(r, &W, N, PL_TK_AT_A_TIME); }
tail_item ::= UP_TO(W) sum(N) TIMES. { pl_build_up_to(r, &W, N, PL_TK_TIMES); }
tail_item ::= AT_MOST(W) sum(N). { pl_build_up_to(r, &W, N, 0); }
tail_item ::= AT_MOST(W) sum(N) TIMES. { pl_build_up_to(r, &W, N, PL_TK_TIMES); }
tail_item ::= AT_MOST(W) sum(N) ITEMS. { pl_build_up_to(r, &W, N, PL_TK_ITEMS); }
tail_item ::= AT_MOST(W) sum(N) AT_A_TIME. { pl_build_up_to(r, &W, N, PL_TK_AT_A_TIME); }
tail_item ::= PARALLEL(W). { pl_build_parallel(r, &W); }
tail_item ::= CONCURRENCY(W) sum(N). { pl_build_up_to(r, &W, N, PL_TK_AT_A_TIME); }
tail_item ::= EVERY(W) sum(D). { pl_build_every(r, &W, D); }
tail_item ::= FOR_UP_TO(W) sum(D). { pl_build_within(r, &W, D); }
tail_item ::= ASK_FIRST(W). { pl_build_clause(r, PL_CLAUSE_ASK_FIRST, &W); }
tail_item ::= IN_ORDER(W). { pl_build_clause(r, PL_CLAUSE_IN_ORDER, &W); }
tail_item ::= KEY_WORD(W) choice(V). { pl_build_clause(r, PL_CLAUSE_KEY, &W)->value = V; }
tail_item ::= TOLERATING(W) sum(N). { pl_build_clause(r, PL_CLAUSE_TOLERATING, &W)->count = N; }
tail_item ::= TOLERATING(W) sum(N) FAILURES. { pl_build_clause(r, PL_CLAUSE_TOLERATING, &W)->count = N; }
tail_item ::= TOLERATING(W) sum(N) PER_CENT.
    { PlClause *c = pl_build_clause(r, PL_CLAUSE_TOLERATING, &W); c->count = N; c->percent = true; }
tail_item ::= GO_ON(W). { pl_build_clause(r, PL_CLAUSE_GO_ON, &W); }
tail_item ::= fails comma fail_do.
doubling(X) ::= . { X = NULL; }
doubling(X) ::= DOUBLING(D). { X = pl_build_int(r, D.span, 1); }
fails ::= IF_FAILS(W). { pl_build_fails(r, &W, NULL); }
fails ::= IF_FAILS(W) WITH sum(S). { pl_build_fails(r, &W, S); }
comma ::= COMMA.
comma ::= COLON.
fail_do ::= DO_CONTINUE(D). { pl_build_fail_do(r, PL_FAIL_CONTINUE, &D, NULL); }
fail_do ::= DO_STOP(D). { pl_build_fail_do(r, PL_FAIL_STOP, &D, NULL); }
fail_do ::= DO_STOP(D) TEXT(V). { pl_build_fail_do(r, PL_FAIL_STOP, &D, V.expr); }
fail_do ::= DO_FAIL(D). { pl_build_fail_do(r, PL_FAIL_FAIL, &D, NULL); }
fail_do ::= DO_FAIL(D) TEXT(V). { pl_build_fail_do(r, PL_FAIL_FAIL, &D, V.expr); }
fail_do ::= DO_USE(D) choice(V). { pl_build_fail_do(r, PL_FAIL_USE, &D, V); }
fail_do ::= PROSE(P) ACTION(A). { pl_build_fail_action(r, &P, &A, NULL); }
fail_do ::= PROSE(P) ACTION(A) LPAREN args(B) RPAREN. { pl_build_fail_action(r, &P, &A, B); }

/* ---- expressions, from the loosest binding to the tightest ---- */
expr(A) ::= choice(A).
expr(A) ::= expr(L) WHERE choice(R). { A = pl_build_list_clause(r, PL_EXPR_WHERE, L, R); }
expr(A) ::= expr(L) SORTED keys(K). { A = pl_build_sorted(r, L, K); }
expr(A) ::= expr(L) GROUPED choice(R). { A = pl_build_list_clause(r, PL_EXPR_GROUPED, L, R); }
expr(A) ::= expr(L) SELECT choice(R). { A = pl_build_list_clause(r, PL_EXPR_SELECT, L, R); }
expr(A) ::= expr(L) TAKE choice(R). { A = pl_build_list_clause(r, PL_EXPR_TAKE, L, R); }
expr(A) ::= expr(L) DISTINCT_BY choice(R). { A = pl_build_list_clause(r, PL_EXPR_DISTINCT, L, R); }
expr(A) ::= expr(L) DISTINCT. { A = pl_build_list_clause(r, PL_EXPR_DISTINCT, L, NULL); }
expr(A) ::= expr(L) LINES(T). { A = pl_build_call2(r, "join", L, pl_build_separator(r, &T)); }
expr(A) ::= expr(L) AS_CALL(T). { A = pl_build_as_call(r, &T, L); }
expr(A) ::= expr(L) THEN_OP(T) choice(R). { A = pl_build_then(r, &T, L, R); }
expr(A) ::= expr(L) ASIDE sum(X) IF or(C) RPAREN. { A = pl_build_choice(r, X, C, L); }
expr(A) ::= expr(L) JOINED choice(R). { A = pl_build_joined(r, L, R); }
keys(K) ::= key(A). { K = pl_build_key(r, NULL, A); }
keys(K) ::= keys(L) KEY_COMMA key(A). { K = pl_build_key(r, L, A); }
key(K) ::= choice(A). { K = (PlKey){A, false}; }
key(K) ::= choice(A) ASCENDING. { K = (PlKey){A, false}; }
key(K) ::= choice(A) DESCENDING. { K = (PlKey){A, true}; }

choice(A) ::= or(A).
choice(A) ::= or(C) QUESTION choice(X) COLON choice(Y). { A = pl_build_choice(r, X, C, Y); }
choice(A) ::= or(X) IF or(C) OTHERWISE choice(Y). { A = pl_build_choice(r, X, C, Y); }
or(A) ::= and(A).
or(A) ::= or(L) OR and(R). { A = pl_build_or(r, L, R); }
and(A) ::= not(A).
and(A) ::= and(L) AND not(R). { A = pl_build_binary(r, PL_OPR_AND, L, R); }
not(A) ::= compare(A).
not(A) ::= NOT(T) not(R). { A = pl_build_unary(r, PL_OPR_NOT, R, T.span); }

compare(A) ::= coalesce(A).
compare(A) ::= coalesce(L) IS coalesce(R). { A = pl_build_binary(r, PL_OPR_IS, L, R); }
compare(A) ::= coalesce(L) ASSIGN(T) coalesce(R). { A = pl_build_assign_read_as_is(r, L, R, &T); }
compare(A) ::= coalesce(L) IS_NOT coalesce(R). { A = pl_build_binary(r, PL_OPR_IS_NOT, L, R); }
compare(A) ::= coalesce(L) LT(T) coalesce(R). { A = pl_build_ordered(r, PL_OPR_LT, L, R, &T); }
compare(A) ::= coalesce(L) LE(T) coalesce(R). { A = pl_build_ordered(r, PL_OPR_LE, L, R, &T); }
compare(A) ::= coalesce(L) GT(T) coalesce(R). { A = pl_build_ordered(r, PL_OPR_GT, L, R, &T); }
compare(A) ::= coalesce(L) GE(T) coalesce(R). { A = pl_build_ordered(r, PL_OPR_GE, L, R, &T); }
compare(A) ::= coalesce(L) OLDER coalesce(R). { A = pl_build_age(r, PL_OPR_LT, L, R); }
compare(A) ::= coalesce(L) NEWER coalesce(R). { A = pl_build_age(r, PL_OPR_GT, L, R); }
compare(A) ::= coalesce(L) CONTAINS coalesce(R). { A = pl_build_binary(r, PL_OPR_CONTAINS, L, R); }
compare(A) ::= coalesce(L) NOT_CONTAINS coalesce(R). { A = pl_build_binary(r, PL_OPR_NOT_CONTAINS, L, R); }
compare(A) ::= coalesce(L) IN coalesce(R). { A = pl_build_binary(r, PL_OPR_IN, L, R); }
compare(A) ::= coalesce(L) NOT_IN coalesce(R). { A = pl_build_binary(r, PL_OPR_NOT_IN, L, R); }
compare(A) ::= coalesce(L) STARTS coalesce(R). { A = pl_build_binary(r, PL_OPR_STARTS, L, R); }
compare(A) ::= coalesce(L) ENDS coalesce(R). { A = pl_build_binary(r, PL_OPR_ENDS, L, R); }
compare(A) ::= coalesce(L) MATCHES coalesce(R). { A = pl_build_binary(r, PL_OPR_MATCHES, L, R); }
compare(A) ::= coalesce(L) NOT_STARTS coalesce(R). { A = pl_build_negated(r, PL_OPR_STARTS, L, R); }
compare(A) ::= coalesce(L) NOT_ENDS coalesce(R). { A = pl_build_negated(r, PL_OPR_ENDS, L, R); }
compare(A) ::= coalesce(L) NOT_MATCHES coalesce(R). { A = pl_build_negated(r, PL_OPR_MATCHES, L, R); }
compare(A) ::= coalesce(L) EMPTY(T). { A = pl_build_postfix(r, PL_OPR_EMPTY, L, &T); }
compare(A) ::= coalesce(L) NOT_EMPTY(T). { A = pl_build_postfix(r, PL_OPR_NOT_EMPTY, L, &T); }
compare(A) ::= coalesce(L) EXISTS(T). { A = pl_build_postfix(r, PL_OPR_EXISTS, L, &T); }
compare(A) ::= coalesce(L) MISSING(T). { A = pl_build_postfix(r, PL_OPR_MISSING, L, &T); }

compare(A) ::= coalesce(L) HAS(T) coalesce(R). { A = pl_build_has(r, L, &T, R); }
compare(A) ::= coalesce(L) HAS(T) coalesce(R) ITEMS. { A = pl_build_has(r, L, &T, R); }
compare(A) ::= coalesce(L) HAVE coalesce(R). { A = pl_build_binary(r, PL_OPR_IS, pl_build_call2(r, "count", L, NULL), R); }
compare(A) ::= coalesce(L) HAVE coalesce(R) ITEMS. { A = pl_build_binary(r, PL_OPR_IS, pl_build_call2(r, "count", L, NULL), R); }
compare(A) ::= coalesce(L) HAVE coalesce(R) OR_MORE(T). { A = pl_build_has(r, L, &T, R); }
compare(A) ::= coalesce(L) HAVE coalesce(R) OR_MORE(T) ITEMS. { A = pl_build_has(r, L, &T, R); }
compare(A) ::= coalesce(L) IS coalesce(R) OR_MORE(T). { A = pl_build_or_more(r, L, &T, R); }
compare(A) ::= coalesce(L) HAS_ANY(T) coalesce(R). { A = pl_build_has_any(r, L, &T, R); }
compare(A) ::= coalesce(L) BETWEEN coalesce(B) AND coalesce(E). { A = pl_build_between(r, L, B, E); }
compare(A) ::= coalesce(L) FOUND(T). { A = pl_build_postfix(r, PL_OPR_NOT_EMPTY, L, &T); }
compare(A) ::= NO NAME(N) FOUND(T). { A = pl_build_postfix(r, PL_OPR_EMPTY, pl_build_name(r, &N), &T); }
compare(A) ::= NONE_OF(T) postfix(L). { A = pl_build_postfix(r, PL_OPR_EMPTY, L, &T); }

compare(A) ::= SOME_OF postfix(L). { PlToken t = {.span = L->span}; A = pl_build_postfix(r, PL_OPR_NOT_EMPTY, L, &t); }

coalesce(A) ::= sum(A).
coalesce(A) ::= sum(L) COALESCE coalesce(R). { A = pl_build_coalesce(r, L, R); }
sum(A) ::= product(A).
sum(A) ::= sum(L) PLUS product(R). { A = pl_build_binary(r, PL_OPR_ADD, L, R); }
sum(A) ::= sum(L) MINUS product(R). { A = pl_build_binary(r, PL_OPR_SUB, L, R); }
product(A) ::= unary(A).
product(A) ::= product(L) STAR unary(R). { A = pl_build_binary(r, PL_OPR_MUL, L, R); }
product(A) ::= product(L) SLASH unary(R). { A = pl_build_binary(r, PL_OPR_DIV, L, R); }
product(A) ::= product(L) SLASH SLASH unary(R). { A = pl_build_call2(r, "floor", pl_build_binary(r, PL_OPR_DIV, L, R), NULL); }
product(A) ::= product(L) PERCENT unary(R). { A = pl_build_binary(r, PL_OPR_MOD, L, R); }
product(A) ::= product(L) PERCENT_OF unary(R).
    { A = pl_build_binary(r, PL_OPR_DIV, pl_build_binary(r, PL_OPR_MUL, L, R), pl_build_int(r, L->span, 100)); }
unary(A) ::= postfix(A).
unary(A) ::= MINUS(T) unary(R). { A = pl_build_negative(r, R, T.span); }
unary(A) ::= DAYS_BETWEEN unary(F) AND unary(T). { A = pl_build_call2(r, "days_between", F, T); }
unary(A) ::= SINCE(T) unary(R). { A = pl_build_since(r, &T, R); }
unary(A) ::= NAME(N) OF_WORD unary(L). { A = pl_build_field(r, L, &N); }
unary(A) ::= OF(T) unary(R). { A = pl_build_of(r, &T, R); }
unary(A) ::= FIRST_N(T) unary(R). { A = pl_build_first_n(r, &T, R); }

postfix(A) ::= primary(A).
postfix(A) ::= postfix(L) DOT NAME(N). { A = pl_build_field(r, L, &N); }
postfix(A) ::= postfix(L) DOT NAME(N) LPAREN args(B) RPAREN(Z). { A = pl_build_call(r, &N, L, B, &Z); }
postfix(A) ::= postfix(L) LBRACKET expr(I) RBRACKET(Z). { A = pl_build_index(r, L, I, &Z); }
postfix(A) ::= postfix(L) LBRACKET STAR RBRACKET DOT NAME(N). { A = pl_build_project(r, L, &N); }
postfix(A) ::= postfix(L) LBRACKET expr(I) COLON expr(J) RBRACKET(Z). { A = pl_build_slice(r, L, I, J, &Z); }
postfix(A) ::= postfix(L) LBRACKET COLON expr(J) RBRACKET(Z). { A = pl_build_slice(r, L, NULL, J, &Z); }
postfix(A) ::= postfix(L) LBRACKET expr(I) COLON RBRACKET(Z). { A = pl_build_slice(r, L, I, NULL, &Z); }
postfix(A) ::= postfix(L) UNIT(U). { A = pl_build_units(r, L, &U); }
postfix(A) ::= postfix(L) AGO(T). { A = pl_build_ago(r, PL_OPR_SUB, L, &T); }
postfix(A) ::= postfix(L) FROM_NOW(T). { A = pl_build_ago(r, PL_OPR_ADD, L, &T); }

primary(A) ::= NAME(N). { A = pl_build_name(r, &N); }
primary(A) ::= NAME(N) LPAREN args(B) RPAREN(Z). { A = pl_build_call(r, &N, NULL, B, &Z); }
primary(A) ::= NUMBER(T). { A = T.expr; }
primary(A) ::= DURATION(T). { A = T.expr; }
primary(A) ::= TIME(T). { A = T.expr; }
primary(A) ::= TEXT(T). { A = T.expr; }
primary(A) ::= YES(T). { A = pl_build_yes_no(r, T.span, true); }
primary(A) ::= NO(T). { A = pl_build_yes_no(r, T.span, false); }
primary(A) ::= NOTHING(T). { A = pl_build_nothing(r, T.span); }
primary(A) ::= IT(T). { A = pl_build_it(r, T.span); }
primary(A) ::= STEP(T). { A = pl_build_step_ref(r, &T); }
primary(A) ::= MOMENT(T). { A = T.expr; }
primary(A) ::= EMPTY_LIST(T). { A = pl_build_list(r, NULL, T.span, T.span); }
primary(A) ::= EMPTY_RECORD(T). { A = pl_build_record(r, NULL, T.span, T.span); }
primary(A) ::= LPAREN(T) expr(E) RPAREN(Z). { A = pl_build_parens(r, E, T.span, Z.span); }
primary(A) ::= LPAREN(T) expr(E) COMMA items(I) RPAREN(Z). { A = pl_build_list(r, pl_build_item_first(r, E, I), T.span, Z.span); }
primary(A) ::= LBRACKET(T) expr(E) FOR NAME(N) IN expr(L) RBRACKET(Z). { A = pl_build_comprehension(r, E, &N, L, T.span, Z.span); }
primary(A) ::= LBRACKET(T) expr(E) FOR NAME(N) IN or(L) IF or(C) RBRACKET(Z).
    { A = pl_build_comprehension(r, E, &N, pl_build_list_clause(r, PL_EXPR_WHERE, L, C), T.span, Z.span); }
primary(A) ::= SEPARATOR(T). { A = pl_build_separator(r, &T); }
primary(A) ::= LBRACE2 expr(E) RBRACE2. { A = E; }
primary(A) ::= LBRACKET(T) RBRACKET(Z). { A = pl_build_list(r, NULL, T.span, Z.span); }
primary(A) ::= LBRACKET(T) items(I) more RBRACKET(Z). { A = pl_build_list(r, I, T.span, Z.span); }
primary(A) ::= LBRACE(T) RBRACE(Z). { A = pl_build_record(r, NULL, T.span, Z.span); }
primary(A) ::= LBRACE(T) fields(F) more RBRACE(Z). { A = pl_build_record(r, F, T.span, Z.span); }
more ::= .
more ::= COMMA.
items(I) ::= expr(A). { I = pl_build_item(r, NULL, A); }
items(I) ::= items(L) COMMA expr(A). { I = pl_build_item(r, L, A); }
fields(F) ::= field(A). { F = pl_build_record_field(r, NULL, A); }
fields(F) ::= fields(L) COMMA field(A). { F = pl_build_record_field(r, L, A); }
field(F) ::= KEY(K) expr(A). { F = (PlRecordField){K.text, K.span, A}; }
field(F) ::= SPREAD(S) postfix(A). { F = (PlRecordField){(PlStr){0}, S.span, A}; /* no name at all: pl_build_record */ }
field(F) ::= NAME(N). { F = (PlRecordField){N.text, N.span, pl_build_name(r, &N)}; }

args(A) ::= . { A = NULL; }
args(A) ::= args1(A) more.
args1(A) ::= arg(X). { A = pl_build_argument(r, NULL, X); }
args1(A) ::= args1(L) COMMA arg(X). { A = pl_build_argument(r, L, X); }
arg(A) ::= KEY(K) expr(E). { A = (PlArgument){.name = K.text, .span = K.span, .value = E}; }
arg(A) ::= expr(E) FOR NAME(N) IN expr(L).
    { E = pl_build_comprehension(r, E, &N, L, E->span, L->span); A = (PlArgument){.span = E->span, .value = E}; }
arg(A) ::= expr(E) FOR NAME(N) IN or(L) IF or(C).
    {
        E = pl_build_comprehension(r, E, &N, pl_build_list_clause(r, PL_EXPR_WHERE, L, C), E->span, C->span);
        A = (PlArgument){.span = E->span, .value = E};
    }
arg(A) ::= KEY(K) LAMBDA(N) expr(E). { A = (PlArgument){.name = K.text, .span = K.span, .value = E, .lambda = N.text}; }
arg(A) ::= LAMBDA(N) expr(E). { A = (PlArgument){.span = N.span, .value = E, .lambda = N.text}; }
arg(A) ::= expr(E). { A = (PlArgument){.span = E->span, .value = E}; }

/* ---- types ---- */
type(T) ::= type_atom(T).
type(T) ::= type(L) OR type_atom(R). { T = pl_build_type_or(r, L, R); }
type_atom(T) ::= NAME(N). { T = pl_build_type_name(r, &N); }
type_atom(T) ::= TYPE_NAME(N). { T = pl_build_type_name(r, &N); }
type_atom(T) ::= LIST_OF(W) type_atom(E). { T = pl_build_type_list(r, &W, E); }
type_atom(T) ::= LBRACE(W) RBRACE(Z). { T = pl_build_type_record(r, NULL, &W, &Z); }
type_atom(T) ::= LBRACE(W) type_fields(F) more RBRACE(Z). { T = pl_build_type_record(r, F, &W, &Z); }
type_atom(T) ::= ONE_OF(W) values(V). { T = pl_build_type_one_of(r, &W, V); }
type_atom(T) ::= LPAREN type(E) RPAREN. { T = E; }
values(V) ::= TEXT(A). { V = pl_build_item(r, NULL, A.expr); }
values(V) ::= NUMBER(A). { V = pl_build_item(r, NULL, A.expr); }
values(V) ::= values(L) ONE_COMMA TEXT(A). { V = pl_build_item(r, L, A.expr); }
values(V) ::= values(L) ONE_COMMA NUMBER(A). { V = pl_build_item(r, L, A.expr); }
type_fields(F) ::= type_field(A). { F = pl_build_type_field(r, NULL, A); }
type_fields(F) ::= type_fields(L) COMMA type_field(A). { F = pl_build_type_field(r, L, A); }
type_field(F) ::= KEY(K) type(T). { F = (PlTypeField){K.text, K.span, T, K.optional}; }
type_field(F) ::= NAME(N). { F = (PlTypeField){N.text, N.span, pl_build_type_any(r, N.span), false}; }

/* ---- header lines ---- */
inputs ::= input.
inputs ::= inputs COMMA input.
input ::= KEY(K) type(T). { pl_build_input(r, &K, T, NULL); }
input ::= KEY(K) type(T) ASSIGN expr(V). { pl_build_input(r, &K, T, V); }
input ::= NAME(N). { pl_build_input(r, &N, NULL, NULL); }
input ::= NAME(N) ASSIGN expr(V). { pl_build_input(r, &N, NULL, V); }
limits ::= limit.
limits ::= limits COMMA limit.
limit ::= sum(N) CALLS. { pl_build_limit(r, N, true); }
limit ::= sum(D). { pl_build_limit(r, D, false); }

%code {
/* What the automaton would do with `token` now: on a copy of its states, since it reduces before it complains. */
static bool accepts(const yyParser *parser, int token, YYACTIONTYPE *states)
{
    long top = parser->yytos - parser->yystack;
    for (long i = 0; i <= top; i++) states[i] = parser->yystack[i].stateno;
    for (;;) {
        YYACTIONTYPE act = states[top];
        if (act <= YY_MAX_SHIFT) act = yy_find_shift_action((YYCODETYPE)token, act);
        if (act <= YY_MAX_SHIFTREDUCE || act == YY_ACCEPT_ACTION) return true;
        if (act < YY_MIN_REDUCE) return false;
        int rule = act - YY_MIN_REDUCE;
        top += yyRuleInfoNRhs[rule];
        YYACTIONTYPE next = yy_find_reduce_action(states[top], (YYCODETYPE)yyRuleInfoLhs[rule]);
        if (next == YY_ACCEPT_ACTION) return true;
        if (top + 1 >= YYSTACKDEPTH) return false;
        states[++top] = next;
    }
}

bool pl_grammar_run(PlRun *r, int entry)
{
    yyParser parser;
    YYACTIONTYPE states[YYSTACKDEPTH + 1];
    PlGrammarInit(&parser, r);
    PlToken token = {.kind = entry, .span = r->scan->syntax ? pl_scan_span(r->scan, r->scan->start, r->scan->start) : PL_NO_SPAN};
    for (;;) {
        if (!r->syntax->quiet && !accepts(&parser, token.kind, states)) {
            bool *expected = PL_NEW_N(r->syntax->arena, bool, YYNTOKEN);
            for (int k = 0; k < YYNTOKEN; k++) expected[k] = accepts(&parser, k, states);
            pl_run_unexpected(r, &token, expected, YYNTOKEN);
            return false;
        }
        PlGrammar(&parser, token.kind, token);
        if (r->failed) return false;
        if (token.kind == 0) return true;
        r->last = token;
        token = pl_scan_next(r->scan);
        if (token.kind == PL_TK_BAD || r->scan->bad) return r->failed = true, false;
    }
}
}
