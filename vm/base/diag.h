/* SPDX-License-Identifier: MIT */
/* Diagnostics: one record, printed as text (diag_text.c) or JSON (compiler/present, vm/cli) from the same fields.
 * Codes, severities and texts stand in diagnostics.def. Messages: lower case, no full stop, what was found and
 * what was expected; the help line is something that can be typed. */
#ifndef PL_BASE_DIAG_H
#define PL_BASE_DIAG_H

#include "vm/base/buf.h"
#include "vm/base/source.h"

typedef enum PlSeverity { PL_SEV_NOTE, PL_SEV_WARNING, PL_SEV_QUESTION, PL_SEV_ERROR } PlSeverity;

typedef enum PlDiagCode {
#define PL_DIAG(name, code, severity, format, explain) PL_D_##name,
#include "vm/base/diagnostics.def"
#undef PL_DIAG
    PL_DIAG_COUNT
} PlDiagCode;

#define PL_DIAG(name, code, severity, format, explain) static const char PL_DF_##name[] __attribute__((unused)) = format;
#include "vm/base/diagnostics.def"
#undef PL_DIAG

typedef struct PlDiagInfo {
    const char *name;    /* "UNKNOWN_FIELD" */
    const char *code;    /* "P0401" */
    PlSeverity severity;
    const char *format;
    const char *explain; /* a paragraph or more, with an example; what `pilotc explain CODE` prints */
} PlDiagInfo;
extern const PlDiagInfo pl_diag_infos[PL_DIAG_COUNT];

typedef struct PlRelated {
    PlSpan span;
    PlStr text;
} PlRelated;

typedef struct PlEdit { /* a change of a source: `span` is replaced by `text`; an empty span inserts */
    PlSpan span;
    PlStr text;
} PlEdit;
typedef PL_VEC(PlEdit) PlEdits;

typedef struct PlCandidate { /* of a question */
    PlStr value;   /* what a person chooses, and what is written into the source where `edits` is empty */
    PlStr why;     /* may be empty */
    PlEdits edits; /* when choosing it changes more than one place: all of it, instead of the question's own place */
} PlCandidate;

/* What a question asks for; decides how a free answer is read (compiler/ask). spec/questions.md */
typedef enum PlQuestionKind {
    PL_QUESTION_NONE,    /* no question */
    PL_QUESTION_ACTION,  /* an action: plugin.name */
    PL_QUESTION_PLUGIN,  /* the path of an API document */
    PL_QUESTION_VALUE,   /* an expression, or plain text where a text is wanted */
    PL_QUESTION_NAME,    /* the same, for a name that nobody bound */
    PL_QUESTION_LIST,    /* an expression that is a list */
    PL_QUESTION_READING, /* a statement: one of the candidates */
    PL_QUESTION_KINDS
} PlQuestionKind;

typedef struct PlDiagAsk {
    PlQuestionKind kind;
    PlStr id;            /* stable while the step keeps its number: "2.1/action", "2.1/arg:to", "plugin:gmail" */
    PlStr wanted;        /* the type of the value, as the plan spells types; empty when any will do */
    PlStr param;         /* the parameter or name that is asked about; may be empty */
    PlSpan at;           /* an answer is written here as before + answer + after; PL_NO_SPAN: by choosing a candidate only */
    PlStr before, after;
    PL_VEC(PlSpan) also; /* further places that the answer replaces */
    bool in_text;        /* one of the places stands inside of a text, where only a name or a path can be put */
    PlSpan input_at;     /* of a name: where a line `Input: NAME: TYPE = VALUE` goes when the answer is a constant and stands at several places */
    PlStr input_before, input_after;
} PlDiagAsk;

typedef struct PlDiag {
    PlDiagCode code;
    PlSeverity severity;
    PlSpan span;
    PlStr message;
    PlStr label;    /* under the caret; may be empty */
    PlStr help;     /* may be empty */
    PlEdits fix;    /* made together; empty when there is no fix */
    bool fix_sure;  /* machine-applicable: keeps what the plan means; else a guess that a person looks at */
    bool told;          /* of a document, and shown also where such are not: it cost the whole of it */
    PlDiagAsk ask;      /* of a question */
    PL_VEC(PlRelated) related;
    PL_VEC(PlCandidate) candidates;
} PlDiag;

typedef struct PlDiags {
    PlArena *arena;
    PlSources *sources;
    PL_VEC(PlDiag *) all;
    uint32_t errors, questions, warnings, notes;
    bool strict; /* notes of elaboration count as errors */
} PlDiags;

void pl_diags_init(PlDiags *diags, PlArena *arena, PlSources *sources);

/* Add one:  PlDiag *d = PL_REPORT(diags, UNKNOWN_FIELD, span, PL_ARG(name), PL_ARG(type));
 * Format and arguments are checked by the compiler. Past PL_LIMIT_DIAGS errors the record is returned but not kept. */
#define PL_REPORT(diags, name, span, ...) pl_diag_add((diags), PL_D_##name, (span), PL_DF_##name, __VA_ARGS__)
#define PL_REPORT0(diags, name, span) pl_diag_add((diags), PL_D_##name, (span), "%s", PL_DF_##name)
PlDiag *pl_diag_add(PlDiags *diags, PlDiagCode code, PlSpan span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void pl_diag_label(PlDiags *diags, PlDiag *d, const char *format, ...) __attribute__((format(printf, 3, 4)));
void pl_diag_help(PlDiags *diags, PlDiag *d, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A fix is one edit or several (call it again): sure only when all are. */
void pl_diag_fix(PlDiags *diags, PlDiag *d, PlSpan span, PlStr text, bool sure);
void pl_diag_related(PlDiags *diags, PlDiag *d, PlSpan span, const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Make d, whose severity is QUESTION, one that can be answered: `at` is replaced by before + answer + after. `param` may be empty. */
void pl_diag_ask(PlDiags *diags, PlDiag *d, PlQuestionKind kind, PlStr id, PlStr param, PlSpan at);
void pl_diag_candidate(PlDiags *diags, PlDiag *d, PlStr value, PlStr why);
/* An edit of the candidate that was added last: with edits it is written as these say. */
void pl_diag_candidate_edit(PlDiags *diags, PlDiag *d, PlSpan span, PlStr text);
const char *pl_question_kind_name(PlQuestionKind kind); /* "action", "plugin", "value", "name", "list", "reading" */

/* Add a record of another list (it is shared, not copied). */
void pl_diags_keep(PlDiags *diags, PlDiag *d);

/* Order by source, position, code: what every printer starts with. Stable. */
void pl_diags_sort(PlDiags *diags);
/* rustc's layout: "error[P0401]: ...", " --> file:line:col", the line, the caret, notes, help. */
void pl_diag_print(PlBuf *out, PlDiags *diags, const PlDiag *d, bool colour);
void pl_diags_print(PlBuf *out, PlDiags *diags, bool colour); /* all, and a last line that counts them */
/* The code's index by its text ("P0401", any case) or PL_DIAG_COUNT. */
PlDiagCode pl_diag_by_code(PlStr code);

#endif
