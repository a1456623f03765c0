/* SPDX-License-Identifier: MIT */
/* The scanner: one token of a step, an expression or a type at a time. It owns the modes, since an LALR parser has read one token too
 * many to steer it: what a word means depends on whether a value or an operator is expected there, on the bracket it stands in, and on
 * whether the call of the step is finished. Not here: where steps begin and end (lines.c), what a step's first words say (statement.c).
 * Works on a copy of its range that ends in NUL; spans are in the source. */
#ifndef PL_COMPILER_SYNTAX_SCAN_H
#define PL_COMPILER_SYNTAX_SCAN_H

#include "compiler/syntax/ast.h"
#include "compiler/syntax/phrase.h"

typedef struct PlToken {
    int kind; /* PL_TK_*; 0 is the end */
    PlSpan span;
    PlStr text;                 /* as written; a key: the name alone */
    PlExpr *expr;               /* TEXT, NUMBER, DURATION, TIME */
    const PlSpelling *spelling; /* of a word or sign of the language */
    bool optional;              /* KEY: `name?:` */
} PlToken;

/* What one compile's syntax stage shares. */
typedef struct PlSyntax {
    PlArena *arena;
    PlDiags *diags;
    uint32_t source;
    PlStr text; /* the whole source, NUL behind it */
    char *bytes; /* the same, for the few signs of code that are written over in their places (lines.c, tidy.c); NULL where nothing may be */
    PlPhrases *phrases;
    PlPlan *plan;
    unsigned texts; /* texts inside texts, now */
    bool quiet;     /* only whether it reads is asked: no words for what does not */
    size_t beyond;  /* bytes that looking for the end of braces behind a text's first quote may still cost */
} PlSyntax;

enum { PL_SCAN_BRACKETS = 100 };

/* A step that does not read as it stands is read again: with words that stand side by side as one name ("company size is over 500"); and, a
 * condition, with all its words as one name ("the run is still not finished"). Is there no such name, the checker asks. */
typedef enum PlWords { PL_WORDS_NAMES, PL_WORDS_JOINED, PL_WORDS_ALL } PlWords;

typedef struct PlScan {
    PlSyntax *syntax;
    const char *start, *cursor, *limit; /* *limit is NUL */
    uint32_t base;                      /* offset of `start` in the source */
    int entry;                          /* the first token: what is being read */
    int prev;                           /* the token before; `entry` at first */
    char brackets
        [PL_SCAN_BRACKETS]; /* open ones: '(' call, 'g' grouping, '[' list, 'i' index, '{' record, 'd' double brace */
    const char *opened[PL_SCAN_BRACKETS];
    unsigned depth;
    bool value; /* a value is expected next */
    bool tail;  /* the call, name or question is finished: only clauses follow */
    bool type;  /* inside a type that began at `type_depth` */
    unsigned type_depth;
    bool one_of;      /* inside `one of "a", "b"` */
    bool counting;    /* inside a clause: the words of place COUNT count */
    bool has;        /* behind `has fewer than`: a noun may follow its number */
    bool failing;     /* behind `if it fails`, before its comma */
    bool fail_do;     /* behind that comma */
    int sorting;      /* depth of the `sorted by` whose keys are being read, -1 when none */
    bool action;      /* an action's name is next */
    bool call;        /* the arguments of an action are next, or open */
    bool aside;       /* inside `(in parallel, max 5)`: clauses in brackets */
    PlStr bound;      /* behind the ARROW of a result named in words: the name, and where the scanner goes on */
    const char *bound_end;
    const char *tick; /* the closing back-tick around a name, to be skipped */
    PlWords words;    /* how far words make names */
    bool quantity;    /* the last name was a word such as "any": no field of what follows `of` */
    bool valued;      /* S_SET: behind `to`: `--` is two signs there */
    bool nothing;     /* `??` was read for "(leave empty if none)": NOTHING is next */
    bool head;        /* For each: its names are being read, before `in` */
    bool newline;     /* a line ended before the current token */
    bool bad;         /* a diagnostic was given: the rest is not worth more */
    PL_VEC(PlComment) comments;
} PlScan;

/* Over white space and ends of lines, up to a NUL at the latest. */
static inline const char *pl_scan_blanks(const char *p)
{
    while (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r') p++;
    return p;
}

/* Scan source bytes [start, end) for `entry`, a PL_TK_ of the grammar's first token. */
void pl_scan_init(PlScan *scan, PlSyntax *syntax, int entry, uint32_t start, uint32_t end);
PlToken pl_scan_next(PlScan *scan);
PlSpan pl_scan_span(const PlScan *scan, const char *start, const char *end);

/* scan.c, for the files beside it: the token in [start, end), the scanner behind it; BAD after a diagnostic. */
PlToken pl_scan_emit(PlScan *scan, int kind, const char *start, const char *end);
PlToken pl_scan_bad(PlScan *scan, const char *start, const char *end);
/* scan_number.c: the tokens whose raw token is [start, end); a number takes the units behind it along. */
PlToken pl_scan_number(PlScan *scan, const char *start, const char *end);
bool pl_scan_money(PlScan *scan, const char *at, PlToken *token); /* "$1,000": the amount */
PlToken pl_scan_step_name(PlScan *scan, const char *start, const char *end); /* `step3` behind an arrow: the name step_3 */
PlToken pl_scan_first_n(PlScan *scan, const char *start, const char *end);
PlToken pl_scan_date(PlScan *scan, const char *start, const char *end);
PlToken pl_scan_time(PlScan *scan, const char *start, const char *end);

/* scan.re: the longest raw token at `ptr`; `limit` points at a NUL. */
typedef enum PlRaw {
    PL_RAW_END,
    PL_RAW_SPACE,
    PL_RAW_NEWLINE,
    PL_RAW_COMMENT,
    PL_RAW_WORD,
    PL_RAW_NUMBER,
    PL_RAW_TIME,
    PL_RAW_DATE,
    PL_RAW_STEP,
    PL_RAW_FIRST_N,
    PL_RAW_QUOTE,
    PL_RAW_OPEN,
    PL_RAW_CLOSE,
    PL_RAW_COMMA,
    PL_RAW_DOT,
    PL_RAW_COLON,
    PL_RAW_SEMICOLON,
    PL_RAW_SIGN,
    PL_RAW_BOLD,
    PL_RAW_ACTION,
    PL_RAW_USING,
    PL_RAW_CALLED,
    PL_RAW_OTHER,
    PL_RAW_NUMBERED,
    PL_RAW_DOTTED,
    PL_RAW_STEP_MARK,
    PL_RAW_LETTER,
    PL_RAW_ROMAN,
    PL_RAW_BULLET,
    PL_RAW_NO_MARK
} PlRaw;
typedef enum PlRawMode { PL_MODE_EXPR, PL_MODE_PROSE, PL_MODE_ACTION, PL_MODE_MARK } PlRawMode;
PlRaw pl_raw_scan(PlRawMode mode, const char *ptr, const char *limit, const char **end);

/* scan_text.c: the text that begins at the cursor (its quote, perhaps with an `f` before); steps over it. A LITERAL or a TEXT. */
PlExpr *pl_text_scan(PlScan *scan);
/* The bytes of a text where `quote` opens it: the place behind the closing quote, or NULL when it is not closed before limit. */
const char *pl_text_end(const char *ptr, const char *limit);
/* Bytes of the quote at ptr and what closes it ('"', '\'', '`'; '"' for curly ones as well); 0 when there is none. */
unsigned pl_text_quote(const char *ptr, const char *limit, char *closer);

/* scan_prose.c: prose up to a `using` that opens a call, an arrow, a clause or the end. */
typedef enum PlProseEnd {
    PL_PROSE_END,
    PL_PROSE_USING,  /* the cursor stands at the action's name */
    PL_PROSE_CALLED, /* the same: a call without `using` before it */
    PL_PROSE_ARROW,
    PL_PROSE_CLAUSE
} PlProseEnd;
PlProseEnd pl_prose_scan(PlScan *scan, PlStr *prose, PlSpan *span, PlSpan *using);

#endif
