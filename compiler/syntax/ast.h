/* SPDX-License-Identifier: MIT */
/* The syntax tree of a plan: what the parser builds, the checker annotates and elaborates, the formatter prints and the emitter reads. All
 * in the compile arena; spans are in the plan's source. The tree follows the source: steps in order with their own numbers and comments, so that
 * the formatter loses nothing. Fields below "set by the checker" are zero until then. Forms: ast.def; meaning: spec/language.md. */
#ifndef PL_COMPILER_SYNTAX_AST_H
#define PL_COMPILER_SYNTAX_AST_H

#include "vm/base/diag.h"
#include "vm/code/action.h"

typedef enum PlStepKind {
#define PL_STEP(name, text, form) PL_STEP_##name,
#include "compiler/syntax/ast.def"
#undef PL_STEP
    PL_STEP_COUNT
} PlStepKind;

typedef enum PlClauseKind {
#define PL_CLAUSE(name, text, form) PL_CLAUSE_##name,
#include "compiler/syntax/ast.def"
#undef PL_CLAUSE
    PL_CLAUSE_COUNT
} PlClauseKind;

typedef enum PlExprKind {
#define PL_EXPR(name, text, form) PL_EXPR_##name,
#include "compiler/syntax/ast.def"
#undef PL_EXPR
    PL_EXPR_COUNT
} PlExprKind;

/* Operators by their exact spelling; grammar/spellings.def has the accepted ones. */
typedef enum PlOperator {
    PL_OPR_NONE,
    PL_OPR_OR, PL_OPR_AND, PL_OPR_NOT,
    PL_OPR_IS, PL_OPR_IS_NOT, PL_OPR_LT, PL_OPR_LE, PL_OPR_GT, PL_OPR_GE,
    PL_OPR_CONTAINS, PL_OPR_NOT_CONTAINS, PL_OPR_IN, PL_OPR_NOT_IN,
    PL_OPR_STARTS, PL_OPR_ENDS, PL_OPR_MATCHES,
    PL_OPR_EMPTY, PL_OPR_NOT_EMPTY, PL_OPR_EXISTS, PL_OPR_MISSING, /* unary, behind the operand */
    PL_OPR_ADD, PL_OPR_SUB, PL_OPR_MUL, PL_OPR_DIV, PL_OPR_MOD, PL_OPR_NEG,
    PL_OPR_COUNT
} PlOperator;

typedef struct PlExpr PlExpr;
typedef struct PlStep PlStep;
typedef struct PlTypeExpr PlTypeExpr;

/* A name of the plan: an input, a result, a variable, a loop's item. Made by the checker. */
typedef enum PlSymbolKind { PL_SYM_INPUT, PL_SYM_VALUE, PL_SYM_ITEM, PL_SYM_ERROR, PL_SYM_NOW } PlSymbolKind;
typedef struct PlSymbol {
    PlStr name;
    PlSymbolKind kind;
    PlTypeId type;      /* at its last binding; each use has its own in PlExpr.type */
    PlSpan span;        /* where first bound */
    PlStep *block;      /* the block it belongs to (NULL: the plan); in a scatter's body: that EACH step */
    PlStep *step;       /* the step that bound it first */
    uint32_t id;        /* dense, from 0: the emitter's key */
    bool dropped;       /* nothing binds it any more: not in the plan's symbols */
    bool gathered;      /* target of Add or Increase inside a scatter */
} PlSymbol;

typedef struct PlRecordField {
    PlStr name;
    PlSpan span;
    PlExpr *value;
} PlRecordField;

struct PlExpr {
    PlExprKind kind;
    PlOperator op;        /* UNARY, BINARY */
    uint32_t flags;       /* SORTED: bit n: key n descending. PL_EXPR_* below */
    uint32_t depth;       /* levels below and with this one, at most PL_LIMIT_EXPR_DEPTH: bounds every walk of the parser's tree */
    PlSpan span;
    PlStr text;           /* NAME, FIELD, PROJECT: the name; CALL: the function; STEP_REF: "3.1" */
    PlSpan text_span;     /* of that name alone */
    PlLiteral literal;    /* LITERAL */
    PlExpr *left, *right, *cond;
    PL_VEC(PlExpr *) items;         /* TEXT, LIST, CALL's arguments, SORTED's keys */
    PL_VEC(PlRecordField) fields;   /* RECORD; CALL's named arguments */
    /* set by the checker */
    PlTypeId type;
    PlSymbol *symbol;     /* NAME, IT */
    uint32_t builtin;     /* CALL: index in pl_builtins */
    bool optional;        /* FIELD, INDEX, PROJECT: absent gives nothing instead of a failure */
    bool check;           /* only at run time of type `type`: emit a CHECK */
    bool present;         /* with check: all that is in doubt is whether it is there; what is inside was judged before */
};
enum {
    PL_EXPR_PARENS = 1u << 30 /* was in parentheses */,
    PL_EXPR_WORDS = 1u << 29 /* NAME: of several words, as `literal` has them */,
    PL_EXPR_COMMA = 1u << 28 /* AND, OR of a condition: a comma says it */,
    PL_EXPR_PERCENT = 1u << 27 /* LITERAL: `5%` is written: 5, or 0.05 */,
    PL_EXPR_MONEY = 1u << 26 /* LITERAL: a currency is written with it */,
    PL_EXPR_SORT_KEYS = 24 /* keys of one SORTED at most */
};

typedef enum PlTypeExprKind {
    PL_TE_NAME,    /* text, number, integer, yes/no, date, datetime, duration, file, any, nothing, email, url, ... */
    PL_TE_LIST,    /* list of `left` */
    PL_TE_RECORD,  /* {a: T, b?: T} */
    PL_TE_OR,      /* left or right; "or nothing" */
    PL_TE_ONE_OF   /* one of "a", "b" */
} PlTypeExprKind;

typedef struct PlTypeField {
    PlStr name;
    PlSpan span;
    PlTypeExpr *type;
    bool optional;
} PlTypeField;

struct PlTypeExpr {
    PlTypeExprKind kind;
    PlSpan span;
    PlStr name;
    PlTypeExpr *left, *right;
    PL_VEC(PlTypeField) fields;
    PL_VEC(PlExpr *) values;
};

typedef struct PlArgument {
    PlStr name;      /* empty: positional */
    PlSpan span;     /* of the name; of the value when positional */
    PlExpr *value;
    PlStr lambda;    /* the parser's own: the name before `=>`; gone when the call is built */
    /* set by the checker */
    uint32_t param;  /* index in the action's params */
} PlArgument;

typedef enum PlFailDo { PL_FAIL_CONTINUE, PL_FAIL_STOP, PL_FAIL_FAIL, PL_FAIL_USE, PL_FAIL_ACTION } PlFailDo;

typedef struct PlClause {
    PlClauseKind kind;
    PlSpan span;
    PlExpr *count;      /* RETRY, UP_TO, AT_A_TIME, TOLERATING; IF_FAILS: the status */
    PlExpr *duration;   /* RETRY: waiting; WITHIN */
    bool doubling, percent;
    PlExpr *value;      /* KEY; IF_FAILS: text of fail or stop, value of use */
    PlFailDo fail_do;
    PlStep *step;       /* IF_FAILS with an action: an ACTION step without a number */
} PlClause;

typedef struct PlComment {
    PlSpan span;
    PlStr text;         /* with its '#' */
} PlComment;

/* What a step says about its neighbours; compiler/syntax/shape.c makes the tree say it, and no form is left behind the parser. */
typedef enum PlStepForm {
    PL_FORM_NONE,
    PL_FORM_END,       /* "End if", "End for": the block of the steps before it ends */
    PL_FORM_PASS,      /* "Do nothing" */
    PL_FORM_AGAIN,     /* a REPEAT: "Repeat steps 2-3 until ...": the steps `from` to `to` are its body */
    PL_FORM_BROKEN,    /* a call that the text breaks off in: a question */
    PL_FORM_ANY_FAILS, /* an ON_ERROR: "If any step fails": of all the steps before it */
    PL_FORM_ONE_FAILS  /* an ON_ERROR: "If any of the posts fail": of the step just before it */
} PlStepForm;

struct PlStep {
    PlStepKind kind;
    PlStepKind announced; /* BAD: the kind that its first words announced, PL_STEP_PROSE when none */
    PlSpan span;          /* from the marker to the end of its own text, without sub-steps */
    PlSpan marker;        /* "2.1." */
    PlSpan keyword;       /* "For each", "If"; of an action step: "using" */
    uint32_t *number;     /* its place in the tree: 2, 1 (what fmt prints, whatever the marker said) */
    uint32_t depth;       /* how many of these */
    PlStr label;          /* the same as text: "2.1" */
    PlStr written;        /* the marker's own number as written, "" when it has none (bullets) */
    PlStr prose;          /* ACTION, PROSE, BAD: trimmed */
    PlSpan prose_span;
    PL_VEC(PlComment) comments;     /* whole lines before it */
    PlComment trailing;             /* on its line; text empty when none */
    PlStep *parent;       /* NULL at the top */
    PL_VEC(PlStep *) steps;         /* sub-steps */
    PL_VEC(PlClause) clauses;
    PlStr bind;           /* "-> name"; empty: none */
    PlSpan bind_span;
    PlTypeExpr *as_type;  /* ACTION, ASK, WAIT_EVENT */
    /* ACTION */
    PlStr plugin, action; /* `plugin.action`: both may contain what a plan writes ("issues/create"); plugin empty for a bare name */
    PlSpan action_span;
    PL_VEC(PlArgument) args;
    /* by kind */
    PlExpr *cond;         /* IF, ELSE_IF, CHECK, REPEAT's until/while, EACH's where */
    bool is_while;        /* REPEAT: while instead of until */
    PlExpr *value;        /* EACH: the list; SET, INCREASE, ADD, KEEP, RETURN; STOP, FAIL, NOTE, ASK, APPROVE, CHECK: the text; WAIT: the time or event */
    PlExpr *count;        /* REPEAT: times, at most */
    bool at_most;         /* REPEAT: count is a bound, not the number of times */
    PlExpr *every;        /* REPEAT: pause between */
    PlExpr *within;       /* REPEAT: "for up to DURATION"; ASK: within; WAIT_EVENT: up to */
    PlExpr *status;       /* ON_ERROR: with 404 */
    PlStr name, name2;    /* EACH: x (and v of "k, v"); SET, INCREASE, CLEAR, ADD: the target's name */
    PlSpan name_span, name2_span;
    PlExpr *target;       /* SET, ADD when the target is no plain name: a path such as x.y */
    PlStr role;           /* ASK */
    PlStepForm form;      /* the parser's own */
    PlStr from, to;       /* PL_FORM_AGAIN: numbers as written */
    /* set by the parser's last pass */
    PlStep *chain;        /* ELSE_IF, ELSE: the IF or ELSE_IF before it; ON_ERROR: the TRY (or the ON_ERROR before it) */
    /* set by the checker */
    const PlAction *bound;
    PlSymbol *symbol;     /* of bind or name */
    PlSymbol *symbol2;    /* of name2 */
    PlTypeId type;        /* ACTION, ASK, WAIT_EVENT: of what it gives */
    bool scatter;         /* EACH: several at a time */
    uint64_t at_most_times; /* loops: static bound of iterations of one execution; UINT64_MAX: by a list whose length is unknown */
};

typedef struct PlUse {
    PlStr name, path;    /* `Use: name from "path"`; path empty: from the project */
    PlStr door;          /* `Use: name from mcp "command"`: "mcp" (vm/code/doors.def); "" : the path is of a document */
    PlSpan span, name_span, path_span;
} PlUse;

typedef struct PlInputDecl {
    PlStr name;
    PlSpan span, name_span;
    PlTypeExpr *type;    /* NULL: text */
    PlExpr *value;       /* default; NULL: none */
    PlSymbol *symbol;    /* set by the checker */
} PlInputDecl;

typedef struct PlRule {  /* Allow: / Never: an action, a plugin, a host or an effect, as written */
    PlStr text;
    PlSpan span;
} PlRule;

typedef struct PlMoved { /* a step that stands in the tidied text, and where a person wrote it */
    PlSpan tidied, written;
} PlMoved;

typedef struct PlPlan {
    uint32_t source;
    uint32_t tidied; /* where steps stand that say what they say only once they are tidied (steady.c); 0: there are none */
    PL_VEC(PlMoved) moved;
    PlStr workflow, goal, schedule;
    PlSpan workflow_span, goal_span, schedule_span;
    PL_VEC(PlUse) uses;
    PL_VEC(PlInputDecl) inputs;
    PL_VEC(PlRule) allow, never;
    PlExpr *limit_calls, *limit_time; /* Limit: 500 calls, 10 minutes, 2 dollars, 100000 tokens */
    uint64_t limit_tokens, limit_money; /* 0: none; money in millionths of a dollar */
    PlSpan limit_span;
    PlExpr *output;
    PlSpan output_span;
    PL_VEC(PlComment) header_comments;   /* before and among the header lines, in order */
    PL_VEC(PlComment) last_comments;     /* behind the last step */
    PL_VEC(PlStep *) steps;
    uint32_t step_count;                 /* of the whole tree */
    /* set by the checker */
    PL_VEC(PlSymbol *) symbols;
    PlTypeId output_type;
} PlPlan;

const char *pl_step_kind_name(PlStepKind kind);
const char *pl_step_kind_form(PlStepKind kind); /* exact form: "Wait DURATION" */
const char *pl_clause_kind_name(PlClauseKind kind);
const char *pl_expr_kind_name(PlExprKind kind);
const char *pl_operator_text(PlOperator op); /* exact spelling: "is not" */

/* A clause of that kind or NULL. */
PlClause *pl_step_clause(PlStep *step, PlClauseKind kind);
PlExpr *pl_expr_new(PlArena *arena, PlExprKind kind, PlSpan span);
/* Of a DOUBLE literal: how it was written goes into `text`, where its value alone is printed otherwise (digits that no double holds, 1.50). It is what
 * is printed, and what a text gets that the number is given to. */
void pl_expr_keep_digits(PlArena *arena, PlExpr *e, PlStr written);

/* The tree as indented text, every field that is set; for goldens. */
void pl_ast_dump(PlBuf *out, const PlPlan *plan);
void pl_ast_dump_head(PlBuf *out, const PlPlan *plan); /* the header lines alone */
void pl_ast_dump_step(PlBuf *out, const PlStep *step); /* a step alone, without number and sub-steps */

#endif
