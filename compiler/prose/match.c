/* SPDX-License-Identifier: MIT */
/* A pattern against words: every way in which it fits, by going back where it does not. The fuel of the phrase bounds
 * the search. */
#include "compiler/prose/prose_internal.h"

typedef struct Search {
    PlReader *r;
    const PlRow *row;
    uint32_t to;
    bool elided; /* LIST may be left out: it is what was made so far */
    PlMatch match;
    PlMatched matched;
    void *context;
} Search;

static void search(Search *s, uint32_t part, uint32_t at);

/* Words that no slot takes in: they part a phrase. */
static bool parts_phrase(const PlReader *r, uint32_t at)
{
    static const char *const words[] = {",", ";", "where", "whose", "then", "->", ":"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (pl_lexis_is(r, at, words[i])) return true;
    return false;
}

static bool plain_noun(const PlReader *r, PlRange range)
{
    static const char *const others[] = {"of",  "from", "in",  "and",  "or",  "with", "by",  "to",
                                         "for", "as",   "per", "that", "the", "each", "all", "not",
                                         "unique", "distinct", "different", "duplicate"}; /* these say something */
    for (uint32_t i = range.from; i < range.to; i++) {
        if (r->words[i].kind != PL_WORD_WORD || parts_phrase(r, i)) return false;
        for (size_t k = 0; k < sizeof others / sizeof *others; k++)
            if (pl_lexis_is(r, i, others[k])) return false;
    }
    return true;
}

/* Whether the words can be that slot at all; what they mean is looked for when the whole pattern fits. */
static bool plausible(PlReader *r, PlSlot slot, PlRange range)
{
    PlStr unused;
    uint32_t n = range.to - range.from;
    const PlWord *first = &r->words[range.from];
    switch (slot) {
    case PL_SLOT_COUNT:
        return pl_lexis_count(r, range).len > 0 ||
               (n == 1 && first->kind == PL_WORD_WORD && pl_lexis_is_name(first->text));
    case PL_SLOT_TEXT: return first->kind == PL_WORD_QUOTE;
    case PL_SLOT_NAME: return n <= 3 && plain_noun(r, range);
    case PL_SLOT_NOUN: return n <= 3 && plain_noun(r, range);
    case PL_SLOT_MOST: return n <= 2 && (pl_row_most(r, range) != NULL || pl_rank_is_most(r, range));
    case PL_SLOT_TOP: return pl_rank_is_top(r, range);
    case PL_SLOT_CMP: return pl_row_comparison(r, range.from, range.to, &unused) == n;
    case PL_SLOT_DURATION: return pl_lexis_duration(r, range).len > 0;
    case PL_SLOT_PERIOD: return n <= 6;
    case PL_SLOT_AGED: return n == 1 && first->kind == PL_WORD_WORD;
    case PL_SLOT_ADJECTIVE: return n <= 2 && plain_noun(r, range);
    case PL_SLOT_FIELD:
        return n <= 5 && !parts_phrase(r, range.from) && first->kind != PL_WORD_NUMBER && first->kind != PL_WORD_QUOTE;
    case PL_SLOT_LIST:
        return first->kind != PL_WORD_NUMBER && first->kind != PL_WORD_QUOTE && first->kind != PL_WORD_SIGN;
    default: return first->text.len != 1 || !strchr(",;:", first->text.ptr[0]);
    }
}

static void search_slot(Search *s, uint32_t part, uint32_t at)
{
    PlPart *p = &s->row->parts[part];
    if (s->match.count == PL_PROSE_SLOTS) return;
    for (uint32_t end = at + 1; end <= s->to; end++) {
        PlRange range = {at, end};
        if (!plausible(s->r, p->slot, range)) continue;
        s->match.slots[s->match.count++] = (PlCapture){p, range};
        search(s, part + 1, end);
        s->match.count--;
    }
    if (s->elided && !s->r->bracketed && p->slot == PL_SLOT_LIST && p->text.len == 4) search(s, part + 1, at);
}

static void search(Search *s, uint32_t part, uint32_t at)
{
    if (s->r->fuel == 0) return;
    s->r->fuel--;
    if (part == s->row->count) {
        if (at == s->to) s->matched(s->r, &s->match, s->context);
        return;
    }
    const PlPart *p = &s->row->parts[part];
    uint32_t next = 0, n;
    switch (p->kind) {
    case PL_PART_SLOT: search_slot(s, part, at); break;
    case PL_PART_CLOSE: search(s, part + 1, at); break;
    case PL_PART_OPEN:
        search(s, part + 1, at);
        search(s, p->close + 1, at);
        break;
    case PL_PART_WORDS:
        while ((n = pl_row_words(s->r, p->text, &next, at, s->to))) {
            s->match.weight += n;
            search(s, part + 1, at + n);
            s->match.weight -= n;
        }
        break;
    }
}

void pl_match_row(PlReader *r, const PlRow *row, PlRange range, bool elided, PlMatched matched, void *context)
{
    Search s = {.r = r,
                .row = row,
                .to = range.to,
                .elided = elided,
                .match = {.row = row},
                .matched = matched,
                .context = context};
    search(&s, 0, range.from);
}
