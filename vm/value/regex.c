/* SPDX-License-Identifier: MIT */
/* PCRE2 behind regex.h. Compiled patterns and their match blocks belong to the values (malloc, not the run's heap), so that an escape from
 * the heap leaks nothing. No JIT: its limits are not the interpreter's. */
#include "vm/value/regex.h"

#include "vm/base/fault.h"
#include "vm/value/shape.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { KEPT = 8, LONGEST_PATTERN = 8192, MATCH_LIMIT = 2000000, DEPTH_LIMIT = 20000, HEAP_KIB = 16384, NEST_LIMIT = 100 };

typedef struct Compiled {
    char *pattern;
    size_t len;
    pcre2_code *code;
    pcre2_match_data *data;
    uint64_t used; /* when; the oldest goes */
} Compiled;

struct PlRegexes {
    pcre2_general_context *memory;
    pcre2_compile_context *compile;
    pcre2_match_context *match;
    uint64_t clock;
    Compiled kept[KEPT];
};

static void *take_memory(size_t size, void *unused)
{
    (void)unused;
    return pl_alloc(size);
}

static void give_memory(void *ptr, void *unused)
{
    (void)unused;
    pl_free(ptr);
}

static void drop(Compiled *c)
{
    pcre2_match_data_free(c->data);
    pcre2_code_free(c->code);
    pl_free(c->pattern);
    *c = (Compiled){0};
}

void pl_regexes_free(PlRegexes *r)
{
    if (!r) return;
    for (size_t i = 0; i < KEPT; i++) drop(&r->kept[i]);
    pcre2_match_context_free(r->match);
    pcre2_compile_context_free(r->compile);
    pcre2_general_context_free(r->memory);
    pl_free(r);
}

static PlRegexes *regexes_of(PlValues *values)
{
    if (values->regexes) return values->regexes;
    PlRegexes *r = pl_zalloc(sizeof *r);
    if (!r) pl_heap_escape(values->heap, PL_NOMEM);
    r->memory = pcre2_general_context_create(take_memory, give_memory, NULL);
    r->compile = r->memory ? pcre2_compile_context_create(r->memory) : NULL;
    r->match = r->compile ? pcre2_match_context_create(r->memory) : NULL;
    if (!r->match) {
        pl_regexes_free(r);
        pl_heap_escape(values->heap, PL_NOMEM);
    }
    pcre2_set_parens_nest_limit(r->compile, NEST_LIMIT);
    pcre2_set_match_limit(r->match, MATCH_LIMIT);
    pcre2_set_depth_limit(r->match, DEPTH_LIMIT);
    pcre2_set_heap_limit(r->match, HEAP_KIB);
    values->regexes = r;
    return r;
}

static Compiled *find_kept(PlRegexes *r, PlStr pattern)
{
    for (size_t i = 0; i < KEPT; i++) {
        Compiled *c = &r->kept[i];
        if (c->code && pl_str_eq((PlStr){c->pattern, c->len}, pattern)) return c;
    }
    return NULL;
}

static PlStatus explain(PlBuf *error, PlStr pattern, int code, size_t at)
{
    char words[256] = "";
    pcre2_get_error_message(code, (PCRE2_UCHAR *)words, sizeof words);
    pl_buf_printf(error, "the pattern \"" PL_FMT "\" is wrong at character %zu: %s", PL_ARG(pl_str_slice(pattern, 0, 60)), at + 1,
                  words);
    return PL_INVALID;
}

static PlStatus compile(PlValues *values, PlStr pattern, Compiled **out, PlBuf *error)
{
    PlRegexes *r = regexes_of(values);
    Compiled *c = find_kept(r, pattern);
    if (!c) {
        if (pattern.len > LONGEST_PATTERN) {
            pl_buf_printf(error, "the pattern is longer than %d bytes", (int)LONGEST_PATTERN);
            return PL_INVALID;
        }
        c = &r->kept[0];
        for (size_t i = 1; i < KEPT; i++)
            if (r->kept[i].used < c->used) c = &r->kept[i];
        drop(c);
        int code;
        size_t at;
        uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_NO_UTF_CHECK | PCRE2_NEVER_BACKSLASH_C;
        c->code = pcre2_compile((PCRE2_SPTR)(pattern.len ? pattern.ptr : ""), pattern.len, options, &code, &at, r->compile);
        if (!c->code && code != PCRE2_ERROR_NOMEMORY && code != PCRE2_ERROR_HEAP_FAILED) return explain(error, pattern, code, at);
        c->data = c->code ? pcre2_match_data_create_from_pattern(c->code, r->memory) : NULL;
        c->pattern = c->data ? pl_strdup_n(pattern.ptr, pattern.len) : NULL;
        c->len = pattern.len;
        if (!c->pattern) {
            drop(c);
            pl_heap_escape(values->heap, PL_NOMEM);
        }
    }
    c->used = ++r->clock;
    *out = c;
    return PL_OK;
}

PlStatus pl_regex_find(PlValues *values, PlStr pattern, PlStr text, size_t from, PlRegexMatch *out, PlBuf *error)
{
    Compiled *c = NULL;
    out->count = 0;
    PlStatus status = compile(values, pattern, &c, error);
    if (status != PL_OK) return status;
    PCRE2_SPTR subject = (PCRE2_SPTR)(text.len ? text.ptr : "");
    int count = pcre2_match(c->code, subject, text.len, from, PCRE2_NO_UTF_CHECK, c->data, values->regexes->match);
    if (count == PCRE2_ERROR_NOMATCH) return PL_OK;
    if (count == PCRE2_ERROR_NOMEMORY) pl_heap_escape(values->heap, PL_NOMEM);
    if (count < 0) {
        pl_buf_printf(error, "the pattern \"" PL_FMT "\" is too much work for this text", PL_ARG(pl_str_slice(pattern, 0, 60)));
        return PL_LIMIT;
    }
    const size_t *spans = pcre2_get_ovector_pointer(c->data);
    uint32_t groups = pcre2_get_ovector_count(c->data);
    out->count = groups < PL_REGEX_GROUPS ? groups : PL_REGEX_GROUPS;
    for (uint32_t i = 0; i < out->count; i++) {
        bool took_part = spans[2 * i] != PCRE2_UNSET;
        out->group[i].start = took_part ? spans[2 * i] : SIZE_MAX;
        out->group[i].end = took_part ? spans[2 * i + 1] : SIZE_MAX;
    }
    if (out->group[0].start > out->group[0].end) out->group[0].start = out->group[0].end; /* \K in a lookahead */
    return PL_OK;
}

int pl_regex_group_by_name(PlValues *values, PlStr pattern, PlStr name)
{
    Compiled *c = values->regexes ? find_kept(values->regexes, pattern) : NULL;
    char z[64];
    if (!c || name.len >= sizeof z) return PL_REGEX_NO_GROUP;
    memcpy(z, name.ptr, name.len);
    z[name.len] = 0;
    int number = pcre2_substring_number_from_name(c->code, (PCRE2_SPTR)z);
    return number > 0 && number < PL_REGEX_GROUPS ? number : PL_REGEX_NO_GROUP;
}
