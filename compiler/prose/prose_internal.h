/* SPDX-License-Identifier: MIT */
/* What the files of compiler/prose share while one phrase is read. A reading is exact text; it counts only when it
 * parses and checks without a fault in the state of the flow where it stands (try.c), so the types decide what the
 * grammar leaves open. */
#ifndef PL_COMPILER_PROSE_PROSE_INTERNAL_H
#define PL_COMPILER_PROSE_PROSE_INTERNAL_H

#include "compiler/prose/prose.h"
#include "compiler/syntax/scan.h"

enum {
    PL_PROSE_WORDS = 120,  /* of a phrase; longer ones are not read */
    PL_PROSE_SENSES = 6,   /* kept of one place */
    PL_PROSE_SLOTS = 10,   /* of one pattern */
    PL_PROSE_FUEL = 60000, /* steps of the matcher for one phrase */
    PL_PROSE_TRIES = 600,  /* expressions checked for one phrase */
    PL_PROSE_DEPTH = 12    /* phrases in phrases */
};

typedef enum PlWordKind { PL_WORD_WORD, PL_WORD_NUMBER, PL_WORD_QUOTE, PL_WORD_SIGN, PL_WORD_GROUP } PlWordKind;
typedef struct PlWord {
    PlStr text;
    PlWordKind kind;
} PlWord;

typedef struct PlRange { /* words [from, to) */
    uint32_t from, to;
} PlRange;

typedef enum PlSlot {
    PL_SLOT_NONE,
    PL_SLOT_LIST,
    PL_SLOT_LISTS,
    PL_SLOT_COND,
    PL_SLOT_KEYS,
    PL_SLOT_FIELD,
    PL_SLOT_FIELDS,
    PL_SLOT_EACH,
    PL_SLOT_VALUE,
    PL_SLOT_VALUES,
    PL_SLOT_COUNT,
    PL_SLOT_TEXT,
    PL_SLOT_NAME,
    PL_SLOT_NOUN,
    PL_SLOT_MOST,
    PL_SLOT_CMP,
    PL_SLOT_PAIRS,
    PL_SLOT_DURATION,
    PL_SLOT_PERIOD,
    PL_SLOT_ADJECTIVE,
    PL_SLOT_AGED,
    PL_SLOT_TEST,
    PL_SLOT_COLUMNS,
    PL_SLOT_ENDINGS,
    PL_SLOT_LITERAL,
    PL_SLOT_LEAVES,
    PL_SLOT_STATE,
    PL_SLOT_TOP
} PlSlot;

typedef enum PlRowPlace { PL_ROW_STEP, PL_ROW_MAYBE, PL_ROW_VALUE, PL_ROW_COND, PL_ROW_TEST, PL_ROW_EARLY } PlRowPlace;

typedef enum PlPartKind { PL_PART_WORDS, PL_PART_SLOT, PL_PART_OPEN, PL_PART_CLOSE } PlPartKind;
typedef struct PlPart {
    PlPartKind kind;
    PlStr text; /* WORDS: the alternatives; SLOT: its name */
    PlSlot slot;
    uint32_t close;  /* OPEN: the index of its CLOSE */
    bool one, many;  /* LIST: said in the singular (ITEM), not in the singular (MANY) */
    bool base, some; /* LIST: nothing narrows it down (BASE), something does (SOME) */
} PlPart;

typedef struct PlWordSet { /* which words may be there: by a hash */
    uint64_t bits[4];
} PlWordSet;

typedef struct PlComparison { /* that begins at a word */
    bool looked;
    uint32_t count;
    PlStr op;
} PlComparison;

typedef struct PlRow {
    PlRowPlace place;
    PlStr pattern, exact, name;
    PlPart *parts;
    uint32_t count;
    PlWordSet *needs;
    uint32_t need_count;
} PlRow;

typedef struct PlOrder { /* of a sort */
    PlStr words;
    bool down;
    PlStr field; /* parts of names */
} PlOrder;

typedef struct PlProseTable { /* made once for a compile */
    PlRow *rows;
    uint32_t count;
    PlPhrases *phrases;
} PlProseTable;

typedef struct PlItem { /* of the list that is spoken of */
    PlStr list;         /* exact text */
    PlTypeId type;      /* of an item */
} PlItem;

typedef struct PlSense {
    PlStr text;
    PlStr name;      /* of a list: the name it goes back to; of a step: what to call the result */
    PlTypeId type;   /* of a list: its items'; else its own */
    bool doubt;      /* possible, not stated: never taken without asking */
    bool ready;      /* of a step: a statement, not a value */
    bool narrowed;   /* of a list: it is less than what its name holds */
    PlStr alias;     /* of a narrowed list: "paid_orders"; may be empty */
    bool of_current; /* of a step: what was made so far is its list */
    uint32_t weight; /* words of the pattern that it fits */
} PlSense;
typedef PL_VEC(PlSense) PlSenses;

typedef struct PlTried { /* what became of an exact text: the flow does not change while a phrase is read */
    bool fits;
    PlTypeId type;
    PlStr exact;
} PlTried;

typedef struct PlReader {
    PlChecker *c;
    PlMap values, lists, called; /* text -> PlTried *; words -> PlSenses *: what was looked at before */
    PlComparison *comparisons;   /* by word; NULL until asked for */
    PlStr *names[2];             /* in scope: all, those that may be lists; NULL until asked for */
    PlStr *normal_names[2];      /* the same as they are compared */
    PlTypeId *name_types;        /* of all of them, without nothing */
    uint32_t name_counts[2];
    const PlProseTable *table;
    PlStr text; /* cleaned; words point into it */
    PlWord *words;
    uint32_t count;
    PlStr bind; /* what the step's result is called; empty: it does not say */
    uint32_t fuel, tries, depth;
    bool bracketed;  /* LIST is left out only where the pattern says so */
    bool of_many;    /* a field is said of many items: "the emails of the users" */
    bool stated;     /* no guesses: the words may be no phrase at all */
    PlStr subject;   /* the field that the condition before `and` was about */
    PlStr noun_lost; /* a noun that no list in scope is called by, for the question */
} PlReader;

typedef struct PlCapture {
    PlPart *part;
    PlRange range;
} PlCapture;

typedef struct PlMatch { /* a pattern that fits */
    const PlRow *row;
    PlCapture slots[PL_PROSE_SLOTS];
    uint32_t count, weight;
} PlMatch;

/* prose.c */
bool pl_prose_reader(PlReader *r, PlChecker *c, PlStr prose); /* false when it is too long */
bool pl_prose_become(PlReader *r, PlStep *step, PlStr statement);

/* row.c: the table, with its patterns taken apart. */
const PlProseTable *pl_row_table(PlArena *arena);
/* The words of `alternatives` ("a|b_c") that stand at word `at`: how many, 0 when none do; *next is the place to go on
 * looking. */
uint32_t pl_row_words(const PlReader *r, PlStr alternatives, uint32_t *next, uint32_t at, uint32_t to);
/* "higher than" at word `at`: how many words, or 0. */
uint32_t pl_row_phrase(const PlReader *r, PlStr phrase, uint32_t at, uint32_t to);
/* The comparison at word `at`: words, and its operator. */
uint32_t pl_row_comparison(PlReader *r, uint32_t at, uint32_t to, PlStr *op);
/* The words of a range as a set, and whether a row finds there one of each group of words that it must have: most rows do not. */
PlWordSet pl_row_set(const PlReader *r, PlRange range);
bool pl_row_may_fit(const PlRow *row, const PlWordSet *set);
const PlOrder *pl_row_most(const PlReader *r, PlRange range);          /* the whole range is one */
const PlOrder *pl_row_order_at_end(const PlReader *r, PlRange *range); /* and takes it off */
const PlOrder *pl_row_order_at_start(const PlReader *r, PlRange *range);
bool pl_row_period(const PlReader *r, PlRange range, PlStr *first, PlStr *behind);

/* lexis.c: words. False when it is too long to be controlled English. */
bool pl_lexis_split(PlReader *r, PlStr prose);
PlStr pl_lexis_text(const PlReader *r, PlRange range); /* as written */
PlStr pl_lexis_bare(const PlReader *r, PlRange range); /* joined with '_', small letters */
PlRange pl_lexis_without_article(const PlReader *r, PlRange range);
bool pl_lexis_is(const PlReader *r, uint32_t at, const char *word);
bool pl_lexis_is_plain(const PlReader *r,
                       PlRange range); /* one to three words that may be a name: none that parts a phrase */
bool pl_lexis_is_name(PlStr s);
PlStr pl_lexis_date(const PlReader *r,
                    PlRange range); /* 2026-01-31, January 31, 2026: "2026-01-31" in quotes; empty: no date */
PlStr pl_lexis_singular(PlReader *r, PlStr word);
PlStr pl_lexis_normal(PlReader *r, PlStr s);              /* as these compare names */
bool pl_lexis_same(PlReader *r, PlStr a, PlStr b);        /* but for case, '_' and number (jobs, job) */
bool pl_lexis_ends(PlReader *r, PlStr name, PlStr words); /* the last words of a name are these */
bool pl_lexis_has(PlReader *r, PlStr name, PlStr words);  /* they stand in it, as whole words */
PlStr pl_lexis_count(const PlReader *r, PlRange range);   /* "5", "five"; empty: no count */
PlStr pl_lexis_duration(const PlReader *r, PlRange range);
PlStr pl_lexis_number(const PlReader *r, PlRange range); /* "$1,200", "10 %"; empty: no number */

/* try.c: exact text in the state of the flow. NULL when it does not parse, or has a fault. The text may come back
 * longer (found.items). */
PlExpr *pl_try_parse(PlReader *r, PlStr text);
bool pl_try_value(PlReader *r, PlStr text, PlTypeId *type, PlStr *exact);
bool pl_try_list(PlReader *r, PlStr text, PlTypeId *item, PlStr *exact);
PlTypeId pl_try_item_type(PlReader *r, const PlItem *item, PlStr text); /* of `text` about `it` */
void pl_try_add(PlReader *r, PlSenses *out, PlSense reading);           /* unless it is there */

/* What was read of a range before, in `out`, or false: then *keep is where the caller leaves what it finds. Only for an empty `out`. */
bool pl_try_known(PlReader *r, char kind, PlRange range, PlStr about, PlSenses *out, PlSenses **keep);
void pl_try_keep(PlReader *r, PlSenses *keep, const PlSenses *out);

/* match.c: every way in which a row of these places fits the range. */
typedef void (*PlMatched)(PlReader *r, const PlMatch *match, void *context);
void pl_match_row(PlReader *r, const PlRow *row, PlRange range, bool elided, PlMatched matched, void *context);

/* fill.c: the readings of a place: of the patterns that fit, those with the most words. `current`: what was made so
 * far, or NULL. */
void pl_fill_rows(PlReader *r, PlRowPlace place, PlRange range, const PlItem *item, const PlSense *current,
                  PlSenses *out);

/* The readers of slots. */
void pl_called_list(PlReader *r, PlRange range, PlSenses *out);
void pl_called_base(PlReader *r, PlRange range, PlSenses *out); /* the same without anything that narrows it down */
void pl_called_value(PlReader *r, PlRange range, PlSenses *out);
void pl_called_any(PlReader *r, PlSenses *out);              /* what the step above made, if it is a list; else every list in scope */
bool pl_called_is_generic(const PlReader *r, PlRange range); /* "results", "items", "them" */
void pl_field_read(PlReader *r, const PlItem *item, PlRange range, PlSenses *out);
void pl_field_named(PlReader *r, const PlItem *item, PlStr parts,
                    PlSenses *out); /* "price cost": the fields so called */
typedef enum PlFieldsAs { PL_FIELDS_RECORD, PL_FIELDS_COLUMNS, PL_FIELDS_NAMES } PlFieldsAs;
void pl_field_list(PlReader *r, const PlItem *item, PlRange range, PlFieldsAs as, PlSenses *out);
void pl_field_each(PlReader *r, const PlItem *item, PlRange range, PlSenses *out);
PlType pl_field_shape(PlReader *r, PlTypeId type); /* without nothing; records of several shapes as one */
PlStr pl_field_leaf(PlStr text);                   /* it.a.b: b */
void pl_keys_read(PlReader *r, const PlItem *item, PlRange range, PlSenses *out);
void pl_keys_most(PlReader *r, const PlItem *item, const PlOrder *most, PlSenses *out);
void pl_value_read(PlReader *r, PlRange range, PlSenses *out);
void pl_value_of_field(PlReader *r, const PlItem *item, PlStr field, PlRange range, PlSenses *out);
void pl_value_literal(PlReader *r, const PlItem *item, PlStr field, PlRange range, PlSenses *out);
/* `field`: of `item`, what they are compared with; item NULL: nothing. */
void pl_value_several(PlReader *r, const PlItem *item, PlStr field, PlRange range, PlSenses *out);
void pl_cond_read(PlReader *r, const PlItem *item, PlRange range, PlSenses *out);
void pl_cond_adjective(PlReader *r, const PlItem *item, PlRange range, PlSenses *out);
void pl_cond_test(PlReader *r, PlRange range, PlSenses *out);
PlStr pl_cond_period(PlReader *r, const PlItem *item, PlStr field, PlRange period);

/* outcome.c: how something ended, in other words than its fields have. */
void pl_outcome_read(PlReader *r, const PlItem *item, const PlType *record, PlStr word, PlSenses *out);
void pl_outcome_test(PlReader *r, PlRange range, PlSenses *out); /* of nothing in particular: "if approved", "it failed" */

/* rank.c: the keys that "highest", "best" mean of a list that was sorted, false where they mean none; what "top" is taken of: the list as it is, or
 * turned round. */
bool pl_rank_is_most(const PlReader *r, PlRange range); /* "highest" */
bool pl_rank_is_top(const PlReader *r, PlRange range);  /* "top", "best" */
bool pl_rank_most(PlReader *r, const PlItem *item, PlRange range, PlSenses *out);
void pl_rank_top(PlReader *r, const PlItem *item, PlRange range, PlSenses *out);

/* usage.c: what the rest of the plan reads of a name: field names of it (or of its items), whether it is indexed with
 * texts. */
typedef PL_VEC(PlStr) PlUsed;
void pl_usage_fields(PlReader *r, PlStr name, PlUsed *out);
bool pl_usage_by_key(PlReader *r, PlStr name);
bool pl_usage_adds_lists(PlReader *r, PlStr name);
void pl_usage_prepare(PlChecker *c);           /* once, before the check */
void pl_usage_learn(PlChecker *c, PlStep *step); /* of words that became a statement */
bool pl_usage_reads(PlReader *r, PlStr field); /* anywhere */
const PlExpr *pl_usage_keyed(PlReader *r, PlStr words);

#endif
