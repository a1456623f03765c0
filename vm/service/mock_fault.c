/* SPDX-License-Identifier: MIT */
/* See mock_fault.h. */
#include "vm/service/mock_fault.h"

#include "vm/service/mock_node.h"

#include <stdio.h>

typedef struct Reader {
    PlDiags *diags;
    PlMockFault *out;
    PlStr action;
    bool has_value, has_when;
} Reader;

/* ---- parts -------------------------------------------------------------------------------------------------------- */

static bool number_behind(PlStr text, const char *word, uint64_t *out)
{
    int64_t n;
    size_t len = strlen(word);
    if (!pl_str_starts(text, pl_str(word, len)) || text.len == len || text.ptr[len] < '0' || text.ptr[len] > '9') return false;
    if (!pl_str_to_int(pl_str_slice(text, len, text.len), &n) || n < 1) return false;
    *out = (uint64_t)n;
    return true;
}

static bool read_share(PlStr text, uint64_t *per_million)
{
    double percent;
    if (!pl_str_ends(text, PL_STR("%")) || !pl_str_to_double(pl_str_slice(text, 0, text.len - 1), &percent)) return false;
    if (!(percent >= 0 && percent <= 100)) return false;
    *per_million = (uint64_t)(percent * 10000 + 0.5);
    return true;
}

static bool read_when(PlStr text, PlMockFault *out)
{
    static const struct {
        const char *word;
        PlMockWhen when;
    } words[] = {{"first", PL_MOCK_FIRST}, {"every", PL_MOCK_EVERY}, {"after", PL_MOCK_AFTER}, {"only", PL_MOCK_ONLY}};
    if (pl_str_eq_z(text, "always")) {
        out->when = PL_MOCK_ALWAYS;
        return true;
    }
    if (read_share(text, &out->number)) {
        out->when = PL_MOCK_SHARE;
        return true;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!number_behind(text, words[i].word, &out->number)) continue;
        out->when = words[i].when;
        return true;
    }
    return false;
}

/* duration ::= number ("us" | "ms" | "s" | "m") */
static bool read_duration(PlStr text, int64_t *us)
{
    static const struct {
        const char *unit;
        double us;
    } units[] = {{"us", 1}, {"ms", 1e3}, {"s", 1e6}, {"m", 6e7}};
    double n;
    size_t digits = 0;
    while (digits < text.len && ((text.ptr[digits] >= '0' && text.ptr[digits] <= '9') || text.ptr[digits] == '.')) digits++;
    if (!pl_str_to_double(pl_str_slice(text, 0, digits), &n)) return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (!pl_str_eq_z(pl_str_slice(text, digits, text.len), units[i].unit)) continue;
        *us = n * units[i].us < 8.64e10 ? (int64_t)(n * units[i].us) : INT64_C(86400000000);
        return true;
    }
    return false;
}

static bool read_slow(PlStr text, PlMockFault *out)
{
    size_t dash = pl_str_find_char(text, '-', 0);
    if (!read_duration(pl_str_slice(text, 0, dash), &out->slow_us)) return false;
    out->slow_to_us = out->slow_us;
    if (dash == PL_STR_NONE) return true;
    return read_duration(pl_str_slice(text, dash + 1, text.len), &out->slow_to_us) && out->slow_to_us >= out->slow_us;
}

static bool read_fail(PlStr text, PlMockFault *out)
{
    int64_t status;
    if (!pl_str_to_int(text, &status) || status < 400 || status > 599) return false;
    out->status = (unsigned)status;
    return true;
}

static bool one_of(PlStr text, const char *a, PlMockFaultKind of_a, const char *b, PlMockFaultKind of_b, PlMockFault *out)
{
    if (!pl_str_eq_z(text, a) && !pl_str_eq_z(text, b)) return false;
    out->kind = pl_str_eq_z(text, a) ? of_a : of_b;
    return true;
}

/* The action's own value. */
static bool read_value(const Reader *r, PlStr text)
{
    PlMockFault *out = r->out;
    if (pl_str_eq_z(r->action, "slow")) return read_slow(text, out);
    if (pl_str_eq_z(r->action, "fail")) return read_fail(text, out);
    if (pl_str_eq_z(r->action, "reset")) return one_of(text, "before", PL_MOCK_RESET_BEFORE, "after", PL_MOCK_RESET_AFTER, out);
    if (pl_str_eq_z(r->action, "wrong-type")) return one_of(text, "content", PL_MOCK_WRONG_CONTENT, "value", PL_MOCK_WRONG_VALUE, out);
    if (pl_str_eq_z(r->action, "later")) return number_behind(text, "", &out->polls) && out->polls <= 1000;
    return false;
}

static bool read_retry(PlStr text, PlMockFault *out)
{
    uint64_t seconds;
    if (pl_str_eq_z(text, "retry-after=0")) out->retry_after = 0;
    else if (number_behind(text, "retry-after=", &seconds) && seconds <= 86400) out->retry_after = (int64_t)seconds;
    else return false;
    return true;
}

static const char *takes(PlStr action)
{
    if (pl_str_eq_z(action, "slow")) return "a duration such as 200ms, 1s or 100ms-400ms";
    if (pl_str_eq_z(action, "fail")) return "a status from 400 to 599";
    if (pl_str_eq_z(action, "reset")) return "before or after";
    if (pl_str_eq_z(action, "wrong-type")) return "content or value";
    if (pl_str_eq_z(action, "later")) return "a number of polls from 1 to 1000";
    return "only when, or retry-after=SECONDS";
}

static bool read_part(Reader *r, PlStr part)
{
    part = pl_str_trim(part);
    if (pl_str_starts(part, PL_STR("retry-after")) && r->out->kind == PL_MOCK_FAIL) {
        if (read_retry(part, r->out)) return true;
    } else if (!r->has_value && read_value(r, part)) {
        return r->has_value = true;
    } else if (!r->has_when && read_when(part, r->out)) {
        return r->has_when = true;
    }
    char action[32];
    snprintf(action, sizeof action, PL_FMT, PL_ARG(r->action));
    PlDiag *d = PL_REPORT(r->diags, MOCK_FAULT_VALUE, PL_NO_SPAN, PL_ARG(part), action, takes(r->action));
    pl_diag_help(r->diags, d, "--fault 'slow=200ms', 'fail=503:first2', '429=every3,retry-after=1', 'reset=after', 'half:10%%'");
    return false;
}

/* ---- action and target -------------------------------------------------------------------------------------------- */

static bool read_action(Reader *r)
{
    static const struct {
        const char *name;
        PlMockFaultKind kind;
    } actions[] = {{"slow", PL_MOCK_SLOW},         {"fail", PL_MOCK_FAIL}, {"429", PL_MOCK_FAIL},
                   {"reset", PL_MOCK_RESET_BEFORE}, {"half", PL_MOCK_HALF}, {"wrong-type", PL_MOCK_WRONG_CONTENT},
                   {"later", PL_MOCK_LATER}};
    const char *near = NULL;
    unsigned distance = 3;
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        unsigned d = pl_str_distance(r->action, pl_str_z(actions[i].name), 2);
        if (d < distance) distance = d, near = actions[i].name;
        if (!pl_str_eq_z(r->action, actions[i].name)) continue;
        r->out->kind = actions[i].kind;
        r->out->retry_after = pl_str_eq_z(r->action, "429") ? 1 : -1;
        r->out->status = pl_str_eq_z(r->action, "429") ? 429 : 500;
        r->out->polls = 1;
        return true;
    }
    PlDiag *d = PL_REPORT(r->diags, MOCK_FAULT_ACTION, PL_NO_SPAN, PL_ARG(r->action));
    if (near) pl_diag_help(r->diags, d, "did you mean %s?", near);
    else pl_diag_help(r->diags, d, "slow, fail, 429, reset, half, wrong-type or later, as in --fault 'slow=200ms'");
    return false;
}

/* target ::= method | [method] path | operation; a ':' and what is no `when` belong to the path ("/v1/{name}:cancel") */
static bool read_target(Reader *r, PlStr target)
{
    for (size_t i = target.len; i-- > 0;) {
        if (target.ptr[i] != ':') continue;
        PlMockFault probe = *r->out;
        if (r->has_when || !read_when(pl_str_trim(pl_str_slice(target, i + 1, target.len)), &probe)) break;
        *r->out = probe;
        r->has_when = true;
        target = pl_str_slice(target, 0, i);
        break;
    }
    target = pl_str_trim(target);
    size_t space = pl_str_find_char(target, ' ', 0);
    PlStr first = pl_str_slice(target, 0, space), rest = space == PL_STR_NONE ? PL_STR("") : pl_str_trim(pl_str_slice(target, space, target.len));
    r->out->has_method = pl_method_by_name(first, &r->out->method);
    PlStr left = r->out->has_method ? rest : target;
    if (left.len && left.ptr[0] == '/') r->out->path = left;
    else r->out->operation = left;
    if (r->out->has_method ? r->out->operation.len == 0 : left.len > 0 && pl_str_find_char(r->out->operation, ' ', 0) == PL_STR_NONE) return true;
    PlDiag *d = PL_REPORT(r->diags, MOCK_FAULT_TARGET, PL_NO_SPAN, PL_ARG(target));
    pl_diag_help(r->diags, d, "@createOrder, @POST, @/orders/{id} or @GET /orders");
    return false;
}

bool pl_mock_fault_read(PlDiags *diags, PlStr text, PlMockFault *out)
{
    size_t at = pl_str_find_char(text, '@', 0);
    PlStr head = pl_str_slice(text, 0, at);
    size_t end = 0;
    while (end < head.len && head.ptr[end] != '=' && head.ptr[end] != ':') end++;
    *out = (PlMockFault){.text = text, .when = PL_MOCK_ALWAYS};
    Reader r = {.diags = diags, .out = out, .action = pl_str_trim(pl_str_slice(head, 0, end))};
    if (!read_action(&r)) return false;
    for (size_t i = end + 1; i <= head.len && end < head.len;) {
        size_t stop = i;
        while (stop < head.len && head.ptr[stop] != ',' && head.ptr[stop] != ':') stop++;
        if (!read_part(&r, pl_str_slice(head, i, stop))) return false;
        i = stop + 1;
    }
    bool wants = pl_str_eq_z(r.action, "slow") || pl_str_eq_z(r.action, "fail");
    if (wants && !r.has_value) return read_part(&r, PL_STR(""));
    return at == PL_STR_NONE || read_target(&r, pl_str_slice(text, at + 1, text.len));
}

/* ---- deciding ----------------------------------------------------------------------------------------------------- */

/* '*' stands for anything. Linear: the last star is the only one that is tried again. */
static bool glob(PlStr pattern, PlStr text)
{
    size_t p = 0, t = 0, star = PL_STR_NONE, mark = 0;
    while (t < text.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') star = p++, mark = t;
        else if (p < pattern.len && pattern.ptr[p] == text.ptr[t]) p++, t++;
        else if (star != PL_STR_NONE) p = star + 1, t = ++mark;
        else return false;
    }
    while (p < pattern.len && pattern.ptr[p] == '*') p++;
    return p == pattern.len;
}

static bool path_fits(PlStr wanted, PlStr path)
{
    if (glob(wanted, path)) return true;
    bool behind_base = path.len > wanted.len && pl_str_ends(path, wanted); /* "/orders" of "/v1/orders" */
    return behind_base && pl_str_find_char(wanted, '*', 0) == PL_STR_NONE;
}

static bool operation_fits(PlStr wanted, const PlMockTarget *target)
{
    if (target->operation.len == 0) return false;
    if (pl_str_eq(wanted, target->operation_id) || pl_str_eq(wanted, target->operation)) return true;
    size_t dot = target->plugin.len + 1; /* "shop.orders.create" is also orders.create */
    return target->operation.len > dot && pl_str_eq(wanted, pl_str_slice(target->operation, dot, target->operation.len));
}

bool pl_mock_fault_hits(const PlMockFault *fault, const PlMockTarget *target)
{
    if (fault->has_method && fault->method != target->method) return false;
    if (fault->path.len && !path_fits(fault->path, target->path) && !path_fits(fault->path, target->template)) return false;
    return fault->operation.len == 0 || operation_fits(fault->operation, target);
}

static bool is_now(const PlMockFault *fault, uint64_t count, uint64_t seed, uint32_t number)
{
    switch (fault->when) {
    case PL_MOCK_SHARE: return pl_mix(pl_mix(seed, number + 1), count) % 1000000 < fault->number;
    case PL_MOCK_FIRST: return count <= fault->number;
    case PL_MOCK_EVERY: return count % fault->number == 0;
    case PL_MOCK_AFTER: return count > fault->number;
    case PL_MOCK_ONLY: return count == fault->number;
    default: return true;
    }
}

PlMockVerdict pl_mock_fault_decide(PlMockFaults *faults, const PlMockTarget *target, uint64_t seed)
{
    PlMockVerdict verdict = {0};
    for (uint32_t i = 0; i < faults->count; i++) {
        PlMockFault *fault = &faults->all[i];
        if (!pl_mock_fault_hits(fault, target)) continue;
        uint64_t count = ++fault->count;
        if (!is_now(fault, count, seed, i)) continue;
        if (fault->kind == PL_MOCK_SLOW) {
            uint64_t span = (uint64_t)(fault->slow_to_us - fault->slow_us) + 1;
            verdict.slow_us += fault->slow_us + (int64_t)(pl_mix(pl_mix(seed, i + 1), count) % span);
        } else if (fault->kind == PL_MOCK_FAIL || fault->kind == PL_MOCK_RESET_BEFORE) {
            if (!verdict.before) verdict.before = fault;
        } else if (!verdict.after) {
            verdict.after = fault;
        }
    }
    return verdict;
}
