/* SPDX-License-Identifier: MIT */
/* The table of grammar/prose.def: its patterns taken apart once for a compile, and the search for its words in a
 * phrase. */
#include "compiler/prose/prose_internal.h"

#include "pilot.h"

static const struct {
    PlRowPlace place;
    const char *pattern, *exact, *name;
} rows[] = {
#define PL_PROSE(place, pattern, exact, name) {PL_ROW_##place, pattern, exact, name},
#define PL_PROSE_VALUE(pattern, exact)        {PL_ROW_VALUE, pattern, exact, ""},
#define PL_PROSE_COND(pattern, exact)         {PL_ROW_COND, pattern, exact, ""},
#define PL_PROSE_TEST(pattern, exact)         {PL_ROW_TEST, pattern, exact, ""},
#include "grammar/prose.def"
#undef PL_PROSE
#undef PL_PROSE_VALUE
#undef PL_PROSE_COND
#undef PL_PROSE_TEST
};

static const struct {
    const char *words, *op;
} comparisons[] = {
#define PL_PROSE_CMP(words, op) {words, op},
#include "grammar/prose.def"
#undef PL_PROSE_CMP
};

enum { UP = 0, DOWN = 1 };

static const PlOrder mosts[] = {
#define PL_PROSE_MOST(words, direction, field) {PL_STR_INIT(words), direction, PL_STR_INIT(field)},
#include "grammar/prose.def"
#undef PL_PROSE_MOST
};

static const PlOrder orders[] = {
#define PL_PROSE_ORDER(words, direction, field) {PL_STR_INIT(words), direction, PL_STR_INIT(field)},
#include "grammar/prose.def"
#undef PL_PROSE_ORDER
};

static const struct {
    const char *words, *first, *behind;
} periods[] = {
#define PL_PROSE_PERIOD(words, first, behind) {words, first, behind},
#include "grammar/prose.def"
#undef PL_PROSE_PERIOD
};

/* ---- patterns ---- */

static const struct {
    const char *name;
    PlSlot slot;
} slots[] = {{"LIST", PL_SLOT_LIST},       {"ITEM", PL_SLOT_LIST},       {"MANY", PL_SLOT_LIST},
             {"BASE", PL_SLOT_LIST},       {"SOME", PL_SLOT_LIST},       {"LITERAL", PL_SLOT_LITERAL},
             {"LEAVES", PL_SLOT_LEAVES},   {"LISTS", PL_SLOT_LISTS},     {"COND", PL_SLOT_COND},
             {"KEYS", PL_SLOT_KEYS},       {"FIELD", PL_SLOT_FIELD},     {"FIELDS", PL_SLOT_FIELDS},
             {"EACH", PL_SLOT_EACH},       {"VALUE", PL_SLOT_VALUE},     {"VALUES", PL_SLOT_VALUES},
             {"N", PL_SLOT_COUNT},         {"TEXT", PL_SLOT_TEXT},       {"NAME", PL_SLOT_NAME},
             {"NOUN", PL_SLOT_NOUN},       {"MOST", PL_SLOT_MOST},       {"CMP", PL_SLOT_CMP},
             {"PAIRS", PL_SLOT_PAIRS},     {"DUR", PL_SLOT_DURATION},    {"PERIOD", PL_SLOT_PERIOD},
             {"ADJ", PL_SLOT_ADJECTIVE},   {"AGED", PL_SLOT_AGED},       {"TEST", PL_SLOT_TEST},
             {"COLUMNS", PL_SLOT_COLUMNS}, {"ENDINGS", PL_SLOT_ENDINGS}, {"STATE", PL_SLOT_STATE},
             {"TOP", PL_SLOT_TOP}};

static PlSlot slot_of(PlStr word)
{
    size_t len = word.len;
    while (len && word.ptr[len - 1] >= '2' && word.ptr[len - 1] <= '9') len--;
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++)
        if (pl_str_eq_z(pl_str(word.ptr, len), slots[i].name)) return slots[i].slot;
    return PL_SLOT_NONE;
}

static bool has_noun(PlStr alternatives)
{
    for (size_t i = 0, end; i < alternatives.len; i = end + 1) {
        end = pl_str_find_char(alternatives, '|', i);
        if (end == PL_STR_NONE) end = alternatives.len;
        if (pl_str_eq_z(pl_str_slice(alternatives, i, end), "NOUN")) return true;
    }
    return false;
}

/* "[the] first N LIST": words, slots and brackets. */
static void take_apart(PlArena *arena, PlRow *row)
{
    PL_VEC(PlPart) parts = {0};
    uint32_t open[8] = {0}, depth = 0;
    for (size_t i = 0; i < row->pattern.len;) {
        char at = row->pattern.ptr[i];
        if (at == ' ') {
            i++;
            continue;
        }
        PlPart part = {.kind = at == '[' ? PL_PART_OPEN : PL_PART_CLOSE};
        if (at == '[') {
            open[depth++] = parts.len;
            i++;
        } else if (at == ']') {
            parts.items[open[--depth]].close = parts.len;
            i++;
        } else {
            size_t end = i;
            while (end < row->pattern.len && !strchr(" []", row->pattern.ptr[end])) end++;
            part.text = pl_str_slice(row->pattern, i, end);
            part.slot = slot_of(part.text);
            part.kind = part.slot ? PL_PART_SLOT : PL_PART_WORDS;
            part.one = pl_str_eq_z(part.text, "ITEM");
            part.many = pl_str_eq_z(part.text, "MANY");
            part.base = pl_str_eq_z(part.text, "BASE");
            part.some = pl_str_eq_z(part.text, "SOME");
            if (part.one || part.many || part.base || part.some) part.text = PL_STR("LIST");
            if (part.kind == PL_PART_WORDS && has_noun(part.text)) /* "[NOUN|one]": any noun is fine */
                part = (PlPart){.kind = PL_PART_SLOT, .slot = PL_SLOT_NOUN, .text = PL_STR("NOUN")};
            i = end;
        }
        pl_vec_push(arena, &parts, part);
    }
    row->parts = parts.items;
    row->count = parts.len;
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static void set_bit(PlWordSet *set, PlStr word)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < word.len; i++) hash = (hash ^ (unsigned char)lower(word.ptr[i])) * 16777619u;
    hash ^= hash >> 16;
    set->bits[hash >> 6 & 3] |= (uint64_t)1 << (hash & 63);
}

/* The first words of the alternatives of each part that must be there. */
static void find_needs(PlArena *arena, PlRow *row)
{
    PL_VEC(PlWordSet) needs = {0};
    uint32_t depth = 0;
    for (uint32_t i = 0; i < row->count; i++) {
        const PlPart *part = &row->parts[i];
        depth += part->kind == PL_PART_OPEN;
        depth -= part->kind == PL_PART_CLOSE;
        if (part->kind != PL_PART_WORDS || depth) continue;
        PlWordSet set = {{0}};
        for (size_t at = 0; at < part->text.len; at++) {
            size_t end = at;
            while (end < part->text.len && part->text.ptr[end] != '|' && part->text.ptr[end] != '_') end++;
            set_bit(&set, pl_str_slice(part->text, at, end));
            while (end < part->text.len && part->text.ptr[end] != '|') end++;
            at = end;
        }
        pl_vec_push(arena, &needs, set);
    }
    row->needs = needs.items;
    row->need_count = needs.len;
}

const PlProseTable *pl_row_table(PlArena *arena)
{
    PlProseTable *table = PL_NEW(arena, PlProseTable);
    table->count = sizeof rows / sizeof *rows;
    table->rows = PL_NEW_N(arena, PlRow, table->count);
    table->phrases = pl_phrases_new(arena);
    for (uint32_t i = 0; i < table->count; i++) {
        PlRow *row = &table->rows[i];
        *row = (PlRow){.place = rows[i].place,
                       .pattern = pl_str_z(rows[i].pattern),
                       .exact = pl_str_z(rows[i].exact),
                       .name = pl_str_z(rows[i].name)};
        take_apart(arena, row);
        find_needs(arena, row);
    }
    return table;
}

/* ---- words in a phrase ---- */

PlWordSet pl_row_set(const PlReader *r, PlRange range)
{
    PlWordSet set = {{0}};
    for (uint32_t i = range.from; i < range.to; i++) set_bit(&set, r->words[i].text);
    return set;
}

bool pl_row_may_fit(const PlRow *row, const PlWordSet *set)
{
    for (uint32_t i = 0; i < row->need_count; i++) {
        uint64_t common = 0;
        for (int k = 0; k < 4; k++) common |= row->needs[i].bits[k] & set->bits[k];
        if (!common) return false;
    }
    return true;
}

/* A curly apostrophe was made a straight one by lexis.c. */
static uint32_t words_at(const PlReader *r, PlStr phrase, char space, uint32_t at, uint32_t to)
{
    uint32_t n = 0;
    for (size_t i = 0; i < phrase.len; i++, n++) { /* most fail at their first letter */
        if (at + n >= to) return 0;
        PlStr word = r->words[at + n].text;
        size_t k = 0;
        while (k < word.len && i < phrase.len && lower(word.ptr[k]) == lower(phrase.ptr[i])) i++, k++;
        if (k < word.len || (i < phrase.len && phrase.ptr[i] != space)) return 0;
    }
    return n;
}

uint32_t pl_row_phrase(const PlReader *r, PlStr phrase, uint32_t at, uint32_t to)
{
    return words_at(r, phrase, ' ', at, to);
}

uint32_t pl_row_words(const PlReader *r, PlStr alternatives, uint32_t *next, uint32_t at, uint32_t to)
{
    while (*next < alternatives.len) {
        size_t end = pl_str_find_char(alternatives, '|', *next);
        if (end == PL_STR_NONE) end = alternatives.len;
        PlStr one = pl_str_slice(alternatives, *next, end);
        *next = (uint32_t)end + 1;
        uint32_t n = words_at(r, one, '_', at, to);
        if (n) return n;
    }
    return 0;
}

static PlStr operator_of(int kind)
{
    static const int kinds[] = {PL_TK_IS,     PL_TK_IS_NOT,   PL_TK_LT,           PL_TK_LE, PL_TK_GT,
                                PL_TK_GE,     PL_TK_CONTAINS, PL_TK_NOT_CONTAINS, PL_TK_IN, PL_TK_NOT_IN,
                                PL_TK_STARTS, PL_TK_ENDS,     PL_TK_ASSIGN};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i] == kind) return kind == PL_TK_ASSIGN ? PL_STR("is") : pl_phrase_exact(kind);
    return PL_STR("");
}

static uint32_t comparison_at(const PlReader *r, uint32_t at, uint32_t to, PlStr *op)
{
    uint32_t best = 0;
    for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons; i++) {
        uint32_t n = words_at(r, pl_str_z(comparisons[i].words), ' ', at, to);
        if (n <= best) continue;
        best = n;
        *op = pl_str_z(comparisons[i].op);
    }
    if (at >= to) return 0;
    const char *start = r->words[at].text.ptr, *end, *limit = r->words[to - 1].text.ptr + r->words[to - 1].text.len;
    const PlSpelling *row = pl_phrase_match(r->table->phrases, PL_AT_INFIX, start, limit, &end);
    PlStr known = row ? operator_of(row->kind) : PL_STR("");
    if (!known.len) return best;
    uint32_t n = 0;
    while (at + n < to && r->words[at + n].text.ptr < end) n++;
    if (n < best) return best;
    *op = known;
    return n;
}

uint32_t pl_row_comparison(PlReader *r, uint32_t at, uint32_t to, PlStr *op)
{
    if (at >= to) return 0;
    if (!r->comparisons) r->comparisons = PL_NEW_N(r->c->arena, PlComparison, r->count + 1);
    PlComparison *known = &r->comparisons[at];
    if (!known->looked) {
        known->count = comparison_at(r, at, r->count, &known->op);
        known->looked = true;
    }
    if (at + known->count > to) return comparison_at(r, at, to, op);
    if (known->count) *op = known->op;
    return known->count;
}

const PlOrder *pl_row_most(const PlReader *r, PlRange range)
{
    for (size_t i = 0; i < sizeof mosts / sizeof *mosts; i++)
        if (words_at(r, mosts[i].words, ' ', range.from, range.to) == range.to - range.from) return &mosts[i];
    return NULL;
}

const PlOrder *pl_row_order_at_end(const PlReader *r, PlRange *range)
{
    const PlOrder *best = NULL;
    uint32_t longest = 0;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        for (uint32_t n = 1; n <= range->to - range->from && n <= 5; n++) {
            if (n <= longest || words_at(r, orders[i].words, ' ', range->to - n, range->to) != n) continue;
            best = &orders[i];
            longest = n;
        }
    range->to -= longest;
    return best;
}

const PlOrder *pl_row_order_at_start(const PlReader *r, PlRange *range)
{
    const PlOrder *best = NULL;
    uint32_t longest = 0;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        uint32_t n = words_at(r, orders[i].words, ' ', range->from, range->to);
        if (n <= longest) continue;
        best = &orders[i];
        longest = n;
    }
    range->from += longest;
    return best;
}

bool pl_row_period(const PlReader *r, PlRange range, PlStr *first, PlStr *behind)
{
    for (size_t i = 0; i < sizeof periods / sizeof *periods; i++) {
        if (range.from == range.to ||
            words_at(r, pl_str_z(periods[i].words), ' ', range.from, range.to) != range.to - range.from)
            continue;
        *first = pl_str_z(periods[i].first);
        *behind = pl_str_z(periods[i].behind);
        return true;
    }
    return false;
}
