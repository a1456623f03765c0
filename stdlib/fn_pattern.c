/* SPDX-License-Identifier: MIT */
/* Patterns: regular expressions on texts (vm/value/regex.h). */
#include "stdlib/args.h"

#include "vm/base/utf8.h"
#include "vm/value/regex.h"

#include <time.h>

enum { MOST_SECONDS = 10, FINDS_PER_LOOK = 16 };

/* One match has limits of its own; many that each go near them would still stall a run. This is the one place where a function looks at a
 * clock: work that ends in time is the same on every machine. */
typedef struct Watch {
    uint32_t finds;
    time_t begun;
} Watch;

static time_t seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static PlStatus find(const PlArgs *args, Watch *watch, PlStr pattern, PlStr text, size_t from, PlRegexMatch *match)
{
    if (watch->finds++ % FINDS_PER_LOOK == 1) {
        time_t now = seconds();
        if (!watch->begun) watch->begun = now;
        if (now - watch->begun > MOST_SECONDS) return pl_args_fail(args->context, "the pattern takes more than %d seconds on this text", (int)MOST_SECONDS);
    }
    pl_buf_clear(&args->context->error);
    PlStatus status = pl_regex_find(args->context->values, pattern, text, from, match, &args->context->error);
    return status == PL_LIMIT ? PL_INVALID : status; /* one call fails, not the run's budget */
}

/* Where to search after a match: behind it, and past one character when it was empty; past s.len: nowhere. */
static size_t behind(PlStr s, const PlRegexMatch *match)
{
    size_t end = match->group[0].end;
    if (match->group[0].start != end) return end;
    if (end >= s.len) return s.len + 1;
    pl_utf8_next(s, &end);
    return end;
}

PlStatus pl_fn_matches(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s, pattern;
    PlRegexMatch match;
    Watch watch = {0};
    *out = pl_yesno(false);
    if (count && all[0].tag == PL_NOTHING) return PL_OK;
    if (!pl_args_text(&args, 0, &s) || !pl_args_text(&args, 1, &pattern)) return PL_INVALID;
    PlStatus status = find(&args, &watch, pattern, s, 0, &match);
    if (status == PL_OK) *out = pl_yesno(match.count > 0);
    return status;
}

/* The group that argument 2 names by number or name; without it the first group when there is one, else the whole match. */
static bool group_of(const PlArgs *args, PlStr pattern, const PlRegexMatch *match, uint32_t *group)
{
    PlValue which = pl_args_at(args, 2);
    int64_t n = match->count > 1;
    if (which.tag == PL_TEXT) {
        n = pl_regex_group_by_name(args->context->values, pattern, pl_text_str(which));
        if (n == PL_REGEX_NO_GROUP) {
            pl_args_fail(args->context, "the pattern has no group named \"" PL_FMT "\"", PL_ARG(pl_str_slice(pl_text_str(which), 0, 40)));
            return false;
        }
    } else if (which.tag != PL_NOTHING && !pl_args_integer(args, 2, 0, PL_REGEX_GROUPS - 1, &n)) {
        return false;
    }
    *group = (uint32_t)n;
    return true;
}

static PlValue group_text(PlBuiltinContext *context, PlStr s, const PlRegexMatch *match, uint32_t group)
{
    if (group >= match->count || match->group[group].start == SIZE_MAX) return pl_nothing();
    return pl_text_of_valid(context->values, pl_str_slice(s, match->group[group].start, match->group[group].end));
}

PlStatus pl_fn_extract(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s, pattern;
    PlRegexMatch match;
    Watch watch = {0};
    uint32_t group;
    if (!pl_args_text(&args, 0, &s) || !pl_args_text(&args, 1, &pattern)) return PL_INVALID;
    PlStatus status = find(&args, &watch, pattern, s, 0, &match);
    if (status != PL_OK) return status;
    *out = pl_nothing();
    if (match.count == 0) return PL_OK;
    if (!group_of(&args, pattern, &match, &group)) return PL_INVALID;
    *out = group_text(context, s, &match, group);
    return PL_OK;
}

PlStatus pl_fn_extract_all(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s, pattern;
    PlRegexMatch match;
    Watch watch = {0};
    uint32_t group;
    if (!pl_args_text(&args, 0, &s) || !pl_args_text(&args, 1, &pattern)) return PL_INVALID;
    PlValue list = pl_list(context->values, 0);
    for (size_t from = 0; from <= s.len; from = behind(s, &match)) {
        PlStatus status = find(&args, &watch, pattern, s, from, &match);
        if (status == PL_OK && match.count == 0) break;
        if (status != PL_OK || !group_of(&args, pattern, &match, &group)) {
            pl_release(context->values, list);
            return PL_INVALID;
        }
        PlValue part = group_text(context, s, &match, group);
        if (part.tag != PL_NOTHING) list = pl_list_append_take(context->values, list, part);
    }
    *out = list;
    return PL_OK;
}

PlStatus pl_fn_split_pattern(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s, pattern;
    PlRegexMatch match;
    Watch watch = {0};
    if (!pl_args_text(&args, 0, &s) || !pl_args_text(&args, 1, &pattern)) return PL_INVALID;
    PlValue list = pl_list(context->values, 0);
    size_t begin = 0;
    for (size_t from = 0; from <= s.len; from = behind(s, &match)) {
        if (find(&args, &watch, pattern, s, from, &match) != PL_OK) {
            pl_release(context->values, list);
            return PL_INVALID;
        }
        if (match.count == 0) break;
        bool empty = match.group[0].start == match.group[0].end;
        if (empty && (match.group[0].start == begin || match.group[0].start == s.len)) continue;
        PlValue part = pl_text_of_valid(context->values, pl_str_slice(s, begin, match.group[0].start));
        list = pl_list_append_take(context->values, list, part);
        begin = match.group[0].end;
    }
    *out = pl_list_append_take(context->values, list, pl_text_of_valid(context->values, pl_str_slice(s, begin, s.len)));
    return PL_OK;
}

/* "$1", "${1}", "$$"; a group that is not there is "" */
static void put_replacement(PlBuf *out, PlStr with, PlStr s, const PlRegexMatch *match)
{
    for (size_t i = 0; i < with.len; i++) {
        char c = with.ptr[i];
        size_t digit = i + 1 < with.len && with.ptr[i + 1] == '{' ? i + 2 : i + 1;
        bool braces = digit == i + 2, is_group = c == '$' && digit < with.len && with.ptr[digit] >= '0' && with.ptr[digit] <= '9';
        if (is_group && (!braces || (digit + 1 < with.len && with.ptr[digit + 1] == '}'))) {
            uint32_t group = (uint32_t)(with.ptr[digit] - '0');
            if (group < match->count && match->group[group].start != SIZE_MAX)
                pl_buf_put(out, pl_str_slice(s, match->group[group].start, match->group[group].end));
            i = digit + braces;
            continue;
        }
        pl_buf_put_char(out, c);
        if (c == '$' && i + 1 < with.len && with.ptr[i + 1] == '$') i++;
    }
}

PlStatus pl_fn_replace_pattern(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s, pattern, with;
    PlRegexMatch match;
    Watch watch = {0};
    if (!pl_args_text(&args, 0, &s) || !pl_args_text(&args, 1, &pattern) || !pl_args_text(&args, 2, &with)) return PL_INVALID;
    PlBuf *buf = pl_values_scratch(context->values);
    size_t copied = 0;
    for (size_t from = 0; from <= s.len; from = behind(s, &match)) {
        PlStatus status = find(&args, &watch, pattern, s, from, &match);
        if (status != PL_OK) return status;
        if (match.count == 0) break;
        pl_buf_put(buf, pl_str_slice(s, copied, match.group[0].start));
        put_replacement(buf, with, s, &match);
        copied = match.group[0].end;
    }
    pl_buf_put(buf, pl_str_slice(s, copied, s.len));
    return pl_args_give_scratch(&args, out);
}
