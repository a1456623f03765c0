/* SPDX-License-Identifier: MIT */
/* Changes that people and models make to plans: lines that go, come twice or trade places, words said in another of their accepted spellings, markers of
 * another style, lines broken and joined, quotes and bold marks. Bytes changed at random (libFuzzer's own way) make garbage, which tests the way to an
 * error; these make plans that often still compile, which tests what a plan means. Included by the targets that read plans; the seed decides all. */
#ifndef PL_TESTS_FUZZ_PLAN_MUTATOR_H
#define PL_TESTS_FUZZ_PLAN_MUTATOR_H

#include "compiler/syntax/phrase.h"

#include <stdint.h>
#include <stdlib.h>

/* libFuzzer's; a replay has none and mutates nothing. */
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* Plans that compiled: most mutants come from these, since libFuzzer keeps what is new, and errors are new more often than sense. */
enum { GOOD_PLANS = 1024, GOOD_SIZE = 8192 };
static struct {
    char *text[GOOD_PLANS];
    size_t size[GOOD_PLANS], count;
} good;

static inline void good_plan(const uint8_t *data, size_t size)
{
    if (size > GOOD_SIZE) return;
    size_t at = good.count++ % GOOD_PLANS;
    free(good.text[at]);
    good.text[at] = malloc(size + 1);
    if (good.text[at]) memcpy(good.text[at], data, size);
    good.size[at] = good.text[at] ? size : 0;
}

typedef struct Mutant {
    char *text;
    size_t size, max;
    uint64_t seed;
} Mutant;

static size_t pick(Mutant *m, size_t below)
{
    m->seed ^= m->seed << 13;
    m->seed ^= m->seed >> 7;
    m->seed ^= m->seed << 17;
    return below ? (size_t)(m->seed >> 11) % below : 0;
}

/* Replaces `len` bytes at `at`; nothing when there is no room. `with` is not of the mutant's own text. */
static void replace(Mutant *m, size_t at, size_t len, const char *with, size_t with_len)
{
    if (m->size - len + with_len > m->max) return;
    memmove(m->text + at + with_len, m->text + at + len, m->size - at - len);
    memcpy(m->text + at, with, with_len);
    m->size = m->size - len + with_len;
}

static size_t line_start(const Mutant *m, size_t at)
{
    while (at > 0 && m->text[at - 1] != '\n') at--;
    return at;
}

static size_t line_end(const Mutant *m, size_t at)
{
    while (at < m->size && m->text[at] != '\n') at++;
    return at < m->size ? at + 1 : at;
}

/* A word around a random place: false when there is none. */
static bool word(Mutant *m, size_t *start, size_t *end)
{
    size_t at = pick(m, m->size);
    while (at < m->size && !pl_phrase_word_char(m->text[at])) at++;
    *start = *end = at;
    while (*start > 0 && pl_phrase_word_char(m->text[*start - 1])) (*start)--;
    while (*end < m->size && pl_phrase_word_char(m->text[*end])) (*end)++;
    return *end > *start;
}

static void copy_to(Mutant *m, size_t from, size_t len, size_t at, size_t over)
{
    char kept[512];
    if (len > sizeof kept) len = sizeof kept;
    memcpy(kept, m->text + from, len);
    replace(m, at, over, kept, len);
}

static void change_lines(Mutant *m)
{
    size_t from = line_start(m, pick(m, m->size)), len = line_end(m, from) - from, to = line_start(m, pick(m, m->size));
    switch (pick(m, 3)) {
    case 0: replace(m, from, len, "", 0); break;
    case 1: copy_to(m, from, len, to, 0); break;
    default: copy_to(m, from, len, to, line_end(m, to) - to); break;
    }
}

/* One of the language's words in another of its spellings. */
static void respell(Mutant *m)
{
    for (int tries = 0; tries < 40; tries++) {
        size_t start, end;
        const char *behind;
        if (!word(m, &start, &end)) return;
        const char *p = m->text + start, *limit = m->text + m->size;
        const PlSpelling *row = pl_phrase_longest((PlPlaceOf)pick(m, PL_AT_COUNT_OF_PLACES), p, limit, &behind);
        if (!row) continue;
        uint32_t i = (uint32_t)pick(m, pl_spelling_count);
        for (uint32_t n = 0; n < pl_spelling_count; n++, i = (i + 1) % pl_spelling_count) {
            if (pl_spellings[i].kind != row->kind || pl_spellings[i].place != row->place || &pl_spellings[i] == row) continue;
            replace(m, start, (size_t)(behind - p), pl_spellings[i].accepted.ptr, pl_spellings[i].accepted.len);
            return;
        }
    }
}

static void change_word(Mutant *m)
{
    size_t start, end, other, other_end;
    if (!word(m, &start, &end) || !word(m, &other, &other_end)) return;
    static const char *const marks[] = {"**", "`", "\"", "'", "(", ")", ",", ":", " -> ", "\xe2\x86\x92", " and ", " using ", "the ", ".", " # "};
    const char *mark = marks[pick(m, sizeof marks / sizeof *marks)];
    switch (pick(m, 5)) {
    case 0: replace(m, start, end - start, "", 0); break;
    case 1: copy_to(m, other, other_end - other, start, end - start); break;
    case 2: copy_to(m, other, other_end - other, start, 0); break;
    case 3: replace(m, end, 0, mark, strlen(mark)); break;
    default:
        replace(m, end, 0, mark, strlen(mark));
        replace(m, start, 0, mark, strlen(mark));
        break;
    }
}

static void change_layout(Mutant *m)
{
    static const char *const markers[] = {"- ", "* ", "1. ", "2) ", "Step 3: ", "a) ", "**4.** ", "iv. ", "   - ", "## Step 2: ", "3.1. ", "10. ", "# "};
    size_t at = pick(m, m->size), start = line_start(m, at);
    const char *marker = markers[pick(m, sizeof markers / sizeof *markers)];
    switch (pick(m, 4)) {
    case 0:
        while (at < m->size && m->text[at] != '\n') at++;
        if (at < m->size) replace(m, at, 1, " ", 1);
        break;
    case 1:
        while (at < m->size && m->text[at] != ' ') at++;
        if (at < m->size) replace(m, at, 1, "\n      ", 7);
        break;
    case 2: replace(m, start, 0, "   ", 3); break;
    default: {
        size_t end = start;
        while (end < m->size && strchr(" 0123456789.)-*", m->text[end])) end++;
        replace(m, start, end - start, marker, strlen(marker));
    }
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    Mutant m = {(char *)data, size, max_size, seed * 0x9e3779b97f4a7c15u + 1};
    if (good.count && pick(&m, 8)) {
        size_t base = pick(&m, good.count < GOOD_PLANS ? good.count : GOOD_PLANS);
        if (good.size[base] <= max_size) memcpy(data, good.text[base], m.size = good.size[base]);
    }
    for (size_t n = 1 + pick(&m, 3) / 2; n > 0; n--) {
        if (m.size == 0 || pick(&m, 10) == 0) {
            m.size = LLVMFuzzerMutate ? LLVMFuzzerMutate(data, m.size, max_size) : m.size;
            continue;
        }
        switch (pick(&m, 4)) {
        case 0: change_lines(&m); break;
        case 1: respell(&m); break;
        case 2: change_word(&m); break;
        default: change_layout(&m); break;
        }
    }
    return m.size;
}

/* Lines of the second between the lines of the first. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2, size_t size2, uint8_t *out, size_t max_size, unsigned seed)
{
    if (size1 > max_size) return 0;
    memcpy(out, data1, size1);
    Mutant m = {(char *)out, size1, max_size, seed * 0x9e3779b97f4a7c15u + 1};
    Mutant other = {(char *)(uintptr_t)data2, size2, size2, 0};
    size_t from = line_start(&other, pick(&m, size2)), to = from;
    for (size_t n = 1 + pick(&m, 5); n > 0; n--) to = line_end(&other, to);
    replace(&m, line_start(&m, pick(&m, m.size)), 0, other.text + from, to - from);
    return m.size;
}

#endif
