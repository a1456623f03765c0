/* SPDX-License-Identifier: MIT */
/* Checking a value against compiled schemas. Where the walk stands is a chain of frames on the C stack. Marks say which fields or items of the
 * value in hand some schema has looked at (for unevaluatedProperties and -Items); they are bytes of one growing vector, kept only where a schema
 * asks for them. JSON Schema 2020-12: core sections 7 and 11, validation section 6. */
#include "vm/base/utf8.h"
#include "vm/value/json.h"
#include "vm/value/regex.h"
#include "vm/value/schema_node.h"

#include <math.h>

enum { MAX_DEPTH = 1500, MAX_STEPS = 10000000, REGEX_FAILURE = 100000, FEW = 16, SHOWN = 60, TOLD = 100, TOLD_WITHIN = 3 };

typedef struct Place {
    const struct Place *up;
    PlStr name;     /* a field ... */
    uint32_t index; /* ... or an item: then name.ptr is NULL */
} Place;

typedef struct Scope { /* resources that were entered, for $dynamicRef */
    const struct Scope *up;
    const PlSchemaResource *resource;
} Scope;

typedef struct Marks { /* of the value in hand: bytes base ... of the vector */
    uint32_t base, count;
} Marks;

typedef struct Check {
    PlSchema *schema;
    PlValues *values;
    PlArena *arena;
    PlSchemaIssues *issues; /* NULL: yes or no is enough */
    uint32_t muted;         /* inside an alternative */
    uint32_t told, telling; /* alternatives whose faults were collected; within each other */
    uint32_t depth, steps;
    bool spent;
    const Scope *scope;
    PL_VEC(uint8_t) marks;
    PlBuf *error;
} Check;

/* ---- saying ------------------------------------------------------------------------------------------------------ */

static void put_place(PlBuf *out, const Place *place)
{
    if (!place) return;
    put_place(out, place->up);
    if (!place->name.ptr) {
        pl_buf_printf(out, "/%u", place->index);
        return;
    }
    pl_buf_put_char(out, '/');
    for (size_t i = 0; i < place->name.len && i < SHOWN * 4; i++) {
        char c = place->name.ptr[i];
        if (c == '~' || c == '/')
            pl_buf_put_z(out, c == '~' ? "~0" : "~1");
        else
            pl_buf_put_char(out, c);
    }
}

static bool fail(Check *c, const Place *at, const char *keyword, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static bool fail(Check *c, const Place *at, const char *keyword, const char *format, ...)
{
    if (c->muted || c->spent || !c->issues || c->issues->count >= PL_SCHEMA_ISSUES) return false;
    PlSchemaIssue *issue = &c->issues->all[c->issues->count++];
    va_list args;
    va_start(args, format);
    *issue = (PlSchemaIssue){.keyword = pl_str_z(keyword), .message = pl_arena_vprintf(c->arena, format, args)};
    va_end(args);
    pl_buf_clear(c->error);
    put_place(c->error, at);
    issue->at = pl_arena_str(c->arena, pl_buf_str(c->error));
    return false;
}

static bool fail_missing(Check *c, const Place *at, const char *keyword, PlStr name)
{
    bool silent = c->muted || c->spent || !c->issues || c->issues->count >= PL_SCHEMA_ISSUES;
    fail(c, at, keyword, "lacks \"" PL_FMT "\"", PL_ARG(pl_str_slice(name, 0, SHOWN * 2)));
    if (!silent) c->issues->all[c->issues->count - 1].name = pl_arena_str(c->arena, name);
    return false;
}

static PlStr brief(Check *c, PlValue v)
{
    pl_buf_clear(c->error);
    if (v.tag == PL_NOTHING) return PL_STR("null"); /* its name in JSON, as in types_text */
    pl_value_brief(c->error, v, SHOWN);
    return pl_arena_str(c->arena, pl_buf_str(c->error));
}

static bool is_silent(const Check *c)
{
    return c->muted || c->spent || !c->issues || c->issues->count >= PL_SCHEMA_ISSUES;
}

/* After a fault: whether there is more to say about this value. */
static bool goes_on(const Check *c, bool good)
{
    return !c->spent && (good || !is_silent(c));
}

static bool spend(Check *c, uint32_t steps)
{
    c->steps += steps;
    if (c->steps <= MAX_STEPS && c->depth < MAX_DEPTH) return true;
    if (!c->spent && c->issues && c->issues->count < PL_SCHEMA_ISSUES)
        c->issues->all[c->issues->count++] = (PlSchemaIssue){.message = PL_STR("too much work to check")};
    c->spent = true;
    return false;
}

/* ---- marks ------------------------------------------------------------------------------------------------------- */

static Marks new_marks(Check *c, PlValue v)
{
    Marks marks = {c->marks.len, 0};
    if (v.tag == PL_LIST) marks.count = pl_list_len(v);
    if (v.tag == PL_RECORD) marks.count = pl_record_len(v);
    for (uint32_t i = 0; i < marks.count; i++) pl_vec_push(c->arena, &c->marks, 0);
    return marks;
}

/* Take the marks of a part over (into NULL: forget them). */
static void end_marks(Check *c, Marks part, const Marks *into)
{
    for (uint32_t i = 0; into && i < part.count; i++) c->marks.items[into->base + i] |= c->marks.items[part.base + i];
    c->marks.len = part.base;
}

static void mark(Check *c, const Marks *marks, uint32_t i)
{
    if (marks) c->marks.items[marks->base + i] = 1;
}

static bool check(Check *c, const PlSchemaNode *n, PlValue v, const Place *at, const Marks *marks);

/* An alternative: nothing is said of it, and what it marks counts only if it fits. */
static bool fits(Check *c, const PlSchemaNode *n, PlValue v, const Marks *marks)
{
    Marks part = {c->marks.len, 0};
    if (marks) part = new_marks(c, v);
    c->muted++;
    bool good = check(c, n, v, NULL, marks ? &part : NULL);
    c->muted--;
    end_marks(c, part, good ? marks : NULL);
    return good;
}

/* ---- plain values ------------------------------------------------------------------------------------------------ */

static uint32_t types_of(PlValue v, PlSchemaDraft draft)
{
    switch ((PlTag)v.tag) {
    case PL_NOTHING: return PL_SCHEMA_NULL;
    case PL_YESNO: return PL_SCHEMA_BOOLEAN;
    case PL_INT: return PL_SCHEMA_INTEGER | PL_SCHEMA_NUMBER;
    case PL_DOUBLE: { /* draft 4: 1.0 is no integer; what is too large for an int64 was written as one */
        bool whole = v.as.number == floor(v.as.number) && (draft != PL_SCHEMA_DRAFT_4 || fabs(v.as.number) >= 0x1p63);
        return PL_SCHEMA_NUMBER | (whole ? PL_SCHEMA_INTEGER : 0u);
    }
    case PL_LIST: return PL_SCHEMA_ARRAY;
    case PL_RECORD: return PL_SCHEMA_OBJECT;
    default: return PL_SCHEMA_STRING; /* texts, and times and files, which are texts in JSON */
    }
}

static PlStr types_text(Check *c, uint32_t types)
{
    static const char *const names[] = {"null",   "true or false", "an integer", "a number",
                                        "a text", "a list",        "a record"};
    PlStr text = PL_STR("");
    for (uint32_t i = 0; i < 7; i++)
        if (types & 1u << i)
            text = text.len ? pl_arena_printf(c->arena, PL_FMT " or %s", PL_ARG(text), names[i]) : pl_str_z(names[i]);
    return text;
}

static bool check_type(Check *c, const PlSchemaNode *n, PlValue v, const Place *at)
{
    if (n->types == 0 || types_of(v, n->resource->draft) & n->types) return true;
    if (is_silent(c)) return false;
    PlStr wanted = types_text(c, n->types), found = brief(c, v);
    return fail(c, at, "type", "must be " PL_FMT ", found " PL_FMT, PL_ARG(wanted), PL_ARG(found));
}

static bool check_choices(Check *c, const PlSchemaNode *n, PlValue v, const Place *at)
{
    if (n->has_const && !pl_equal(n->constant, v)) {
        if (is_silent(c)) return false;
        PlStr wanted = brief(c, n->constant), found = brief(c, v);
        return fail(c, at, "const", "must be " PL_FMT ", found " PL_FMT, PL_ARG(wanted), PL_ARG(found));
    }
    if (n->choices.tag != PL_LIST) return true;
    for (uint32_t i = 0; i < pl_list_len(n->choices); i++)
        if (pl_equal(pl_list_at(n->choices, i), v)) return true;
    if (is_silent(c)) return false;
    PlStr list = PL_STR("");
    for (uint32_t i = 0; i < pl_list_len(n->choices) && i < FEW; i++) {
        PlStr one = brief(c, pl_list_at(n->choices, i));
        list = pl_arena_printf(c->arena, PL_FMT "%s" PL_FMT, PL_ARG(list), i ? ", " : "", PL_ARG(one));
    }
    PlStr found = brief(c, v);
    const char *more = pl_list_len(n->choices) > FEW ? ", ..." : "";
    return fail(c, at, "enum", "must be one of " PL_FMT "%s; found " PL_FMT, PL_ARG(list), more, PL_ARG(found));
}

static bool check_bound(Check *c, const Place *at, const char *keyword, const char *words, PlValue bound, PlValue v,
                        bool good)
{
    if (good) return true;
    if (is_silent(c)) return false;
    PlStr wanted = brief(c, bound), found = brief(c, v);
    return fail(c, at, keyword, "must be %s " PL_FMT ", found " PL_FMT, words, PL_ARG(wanted), PL_ARG(found));
}

static bool check_number(Check *c, const PlSchemaNode *n, PlValue v, const Place *at)
{
    bool good = true;
    if (n->minimum.tag)
        good &= check_bound(c, at, "minimum", "at least", n->minimum, v, pl_compare(v, n->minimum) >= 0);
    if (n->above.tag)
        good &= check_bound(c, at, "exclusiveMinimum", "more than", n->above, v, pl_compare(v, n->above) > 0);
    if (n->maximum.tag) good &= check_bound(c, at, "maximum", "at most", n->maximum, v, pl_compare(v, n->maximum) <= 0);
    if (n->below.tag)
        good &= check_bound(c, at, "exclusiveMaximum", "less than", n->below, v, pl_compare(v, n->below) < 0);
    if (n->step.tag)
        good &= check_bound(c, at, "multipleOf", "a multiple of", n->step, v, pl_schema_is_multiple(v, n->step));
    return good;
}

/* The work of a pattern that PCRE2 does not take counts too; it refuses nothing. Of one that is too much work for a text nobody knows whether it fits: the
 * check ends, and the value does not fit. */
static bool matches(Check *c, PlStr pattern, PlStr text)
{
    PlRegexMatch match;
    pl_buf_clear(c->error);
    PlStatus status = pl_regex_find(c->values, pattern, text, 0, &match, c->error);
    (void)spend(c, status == PL_OK ? 1 + (uint32_t)(text.len / 64) : status == PL_LIMIT ? MAX_STEPS : REGEX_FAILURE);
    return status == PL_INVALID || match.count > 0;
}

static bool check_text(Check *c, const PlSchemaNode *n, PlStr text, const Place *at)
{
    bool good = true;
    if (n->min_len > 0 || n->max_len < UINT64_MAX) {
        size_t len = pl_utf8_length(text);
        if (len < n->min_len)
            good = fail(c, at, "minLength", "must have at least %llu characters, found %zu",
                        (unsigned long long)n->min_len, len);
        if (len > n->max_len)
            good = fail(c, at, "maxLength", "must have at most %llu characters, found %zu",
                        (unsigned long long)n->max_len, len);
    }
    PlStr shown = pl_str_slice(text, 0, SHOWN);
    if (n->regex.len && !matches(c, n->regex, text))
        good = fail(c, at, "pattern", "does not match " PL_FMT ": " PL_FMT,
                    PL_ARG(pl_str_slice(n->pattern, 0, SHOWN * 4)), PL_ARG(shown));
    if (n->format.len && !pl_schema_format_fits(c->values, n->format, text))
        good = fail(c, at, "format", "is no " PL_FMT ": " PL_FMT, PL_ARG(n->format), PL_ARG(shown));
    return good;
}

/* ---- lists ------------------------------------------------------------------------------------------------------- */

/* The number of an item that equals an earlier one; 0 when all differ. */
static uint32_t find_double(Check *c, PlValue list)
{
    uint32_t len = pl_list_len(list), size = 32;
    if (len <= FEW) {
        for (uint32_t i = 1; i < len; i++)
            for (uint32_t k = 0; k < i; k++)
                if (pl_equal(pl_list_at(list, i), pl_list_at(list, k))) return i;
        return 0;
    }
    while (size < len * 2) size *= 2;
    PlArenaMark before = pl_arena_mark(c->arena);
    uint32_t *slots = PL_NEW_N(c->arena, uint32_t, size), found = 0;
    for (uint32_t i = 0; i < len && !found; i++) {
        uint32_t at = (uint32_t)pl_value_hash(pl_list_at(list, i)) & (size - 1);
        for (; slots[at] && !found; at = (at + 1) & (size - 1))
            if (pl_equal(pl_list_at(list, slots[at] - 1), pl_list_at(list, i))) found = i;
        slots[at] = i + 1;
        if (!spend(c, 1)) break;
    }
    pl_arena_rewind(c->arena, before);
    return found;
}

static bool check_contains(Check *c, const PlSchemaNode *n, PlValue list, const Place *at, const Marks *marks)
{
    uint64_t found = 0;
    const Marks *counted = n->resource->draft >= PL_SCHEMA_2020_12 ? marks : NULL;
    for (uint32_t i = 0; i < pl_list_len(list) && !c->spent; i++) {
        if (!fits(c, n->contains, pl_list_at(list, i), NULL)) continue;
        found++;
        mark(c, counted, i);
    }
    if (found < n->min_contains)
        return fail(c, at, "contains", "must have at least %llu fitting items, found %llu",
                    (unsigned long long)n->min_contains, (unsigned long long)found);
    if (found > n->max_contains)
        return fail(c, at, "maxContains", "must have at most %llu fitting items, found %llu",
                    (unsigned long long)n->max_contains, (unsigned long long)found);
    return true;
}

static bool check_list(Check *c, const PlSchemaNode *n, PlValue list, const Place *at, const Marks *marks)
{
    uint32_t len = pl_list_len(list), twice;
    bool good = true;
    if (len < n->min_items)
        good =
            fail(c, at, "minItems", "must have at least %llu items, found %u", (unsigned long long)n->min_items, len);
    if (len > n->max_items)
        good = fail(c, at, "maxItems", "must have at most %llu items, found %u", (unsigned long long)n->max_items, len);
    for (uint32_t i = 0; i < len && goes_on(c, good); i++) {
        const PlSchemaNode *part = i < n->prefix.count ? n->prefix.all[i] : n->items;
        if (!part) break;
        Place item = {.up = at, .index = i};
        mark(c, marks, i);
        good &= check(c, part, pl_list_at(list, i), &item, NULL);
    }
    if (n->contains && goes_on(c, good)) good &= check_contains(c, n, list, at, marks);
    if (n->unique && goes_on(c, good) && (twice = find_double(c, list)))
        good = fail(c, at, "uniqueItems", "item %u is there before", twice);
    return good;
}

/* ---- records ----------------------------------------------------------------------------------------------------- */

static const PlSchemaNamed *find_named(const PlSchemaNames *names, PlStr name)
{
    if (names->index.len) {
        const PlMapEntry *entry = pl_map_find(&names->index, name);
        return entry ? &names->all[entry->value.num - 1] : NULL;
    }
    for (uint32_t i = 0; i < names->count; i++)
        if (pl_str_eq(names->all[i].name, name)) return &names->all[i];
    return NULL;
}

static bool check_field(Check *c, const PlSchemaNode *n, PlValue record, uint32_t i, const Place *at,
                        const Marks *marks)
{
    PlStr name = pl_record_name(record, i);
    PlValue v = pl_record_at(record, i);
    Place field = {.up = at, .name = name};
    const PlSchemaNamed *own = n->properties.count ? find_named(&n->properties, name) : NULL;
    bool good = true, known = own != NULL;
    if (own) good = check(c, own->node, v, &field, NULL);
    for (uint32_t p = 0; p < n->patterns.count && goes_on(c, good); p++) {
        if (!matches(c, n->patterns.all[p].name, name)) continue;
        known = true;
        good &= check(c, n->patterns.all[p].node, v, &field, NULL);
    }
    if (!known && n->additional) {
        known = true;
        if (n->additional->never)
            good = fail(c, &field, "additionalProperties", "is not a property here");
        else
            good &= check(c, n->additional, v, &field, NULL);
    }
    if (known) mark(c, marks, i);
    if (n->property_names && goes_on(c, good)) {
        PlValue text = pl_text(c->values, name);
        good &= check(c, n->property_names, text, &field, NULL);
        pl_release(c->values, text);
    }
    return good;
}

static bool check_required(Check *c, PlValue record, const PlStr *names, uint32_t count, const Place *at,
                           const char *keyword)
{
    PlValue unused;
    bool good = true;
    for (uint32_t i = 0; i < count && goes_on(c, good); i++)
        if (!pl_record_find(record, names[i], &unused))
            good = fail_missing(c, at, keyword, names[i]);
    return good;
}

static bool check_dependent(Check *c, const PlSchemaNode *n, PlValue record, const Place *at, const Marks *marks)
{
    PlValue unused;
    bool good = true;
    for (uint32_t i = 0; i < n->dependent.count && goes_on(c, good); i++) {
        const PlSchemaNamed *d = &n->dependent.all[i];
        if (!pl_record_find(record, d->name, &unused)) continue;
        good &= d->node ? check(c, d->node, record, at, marks)
                        : check_required(c, record, d->names, d->count, at, "dependentRequired");
    }
    return good;
}

static bool check_record(Check *c, const PlSchemaNode *n, PlValue record, const Place *at, const Marks *marks)
{
    uint32_t len = pl_record_len(record);
    bool good = true;
    if (len < n->min_fields)
        good = fail(c, at, "minProperties", "must have at least %llu properties, found %u",
                    (unsigned long long)n->min_fields, len);
    if (len > n->max_fields)
        good = fail(c, at, "maxProperties", "must have at most %llu properties, found %u",
                    (unsigned long long)n->max_fields, len);
    good &= check_required(c, record, n->required, n->required_count, at, "required");
    bool each = n->properties.count || n->patterns.count || n->additional || n->property_names;
    for (uint32_t i = 0; each && i < len && goes_on(c, good); i++) good &= check_field(c, n, record, i, at, marks);
    if (n->dependent.count && goes_on(c, good)) good &= check_dependent(c, n, record, at, marks);
    return good;
}

/* ---- schemas on the same value ----------------------------------------------------------------------------------- */

/* The outermost resource on the way here that has this $dynamicAnchor decides (core section 8.2.3.2). */
static const PlSchemaNode *dynamic_target(const Check *c, const PlSchemaNode *n)
{
    const PlSchemaNode *target = n->dynamic_ref;
    for (const Scope *scope = c->scope; n->dynamic_name.len && scope; scope = scope->up) {
        const PlSchemaNode *here = pl_map_get(&scope->resource->dynamic_anchors, n->dynamic_name);
        if (here) target = here;
    }
    return target;
}

/* How far an alternative is from fitting: one of another kind most, then one that a fixed value shows not to be meant. */
static uint32_t distance(const PlSchemaIssues *issues, PlStr at)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < issues->count; i++) {
        const PlSchemaIssue *one = &issues->all[i];
        bool kind = pl_str_eq_z(one->keyword, "type") && pl_str_eq(one->at, at);
        bool fixed = pl_str_eq_z(one->keyword, "const") || pl_str_eq_z(one->keyword, "enum");
        sum += kind ? 1000 : fixed ? 30 : 1;
    }
    return sum;
}

static void tell(Check *c, const PlSchemaGroup *group, PlValue v, const Place *at, PlSchemaIssue *said)
{
    PlSchemaIssues *outer = c->issues, *best = NULL;
    uint32_t least = 1000;
    for (uint32_t i = 0; i < group->count && c->told < TOLD && !c->spent; i++) {
        PlSchemaIssues *found = PL_NEW(c->arena, PlSchemaIssues);
        c->told++;
        c->issues = found;
        check(c, group->all[i], v, at, NULL);
        uint32_t far = distance(found, said->at);
        if (!c->spent && far < least) least = far, best = found;
    }
    c->issues = outer;
    if (!best) return;
    said->message = pl_arena_printf(c->arena, PL_FMT "; the nearest one:", PL_ARG(said->message));
    for (uint32_t i = 0; i < best->count && outer->count < PL_SCHEMA_ISSUES; i++) outer->all[outer->count++] = best->all[i];
}

/* None fits: that, and the faults of the alternative that is nearest, unless all are of another kind. */
static bool fail_all(Check *c, const char *keyword, const PlSchemaGroup *group, PlValue v, const Place *at)
{
    if (is_silent(c)) return false;
    fail(c, at, keyword, "fits none of %u alternatives", group->count);
    if (c->telling >= TOLD_WITHIN) return false;
    c->telling++;
    tell(c, group, v, at, &c->issues->all[c->issues->count - 1]);
    c->telling--;
    return false;
}

static bool check_any_of(Check *c, const PlSchemaNode *n, PlValue v, const Place *at, const Marks *marks)
{
    bool good = n->any_of.count == 0;
    for (uint32_t i = 0; i < n->any_of.count && (!good || marks) && !c->spent; i++)
        good |= fits(c, n->any_of.all[i], v, marks);
    return good ? true : fail_all(c, "anyOf", &n->any_of, v, at);
}

static bool check_one_of(Check *c, const PlSchemaNode *n, PlValue v, const Place *at, const Marks *marks)
{
    uint32_t found = 0, first = 0;
    for (uint32_t i = 0; i < n->one_of.count && found < 2 && !c->spent; i++) {
        if (!fits(c, n->one_of.all[i], v, marks)) continue;
        if (found++)
            return fail(c, at, "oneOf", "fits alternatives %u and %u, and must fit only one", first + 1, i + 1);
        first = i;
    }
    return found || n->one_of.count == 0 ? true : fail_all(c, "oneOf", &n->one_of, v, at);
}

static bool check_condition(Check *c, const PlSchemaNode *n, PlValue v, const Place *at, const Marks *marks)
{
    if (!n->condition) return true;
    const PlSchemaNode *next = fits(c, n->condition, v, marks) ? n->then : n->otherwise;
    return next ? check(c, next, v, at, marks) : true;
}

static bool check_in_place(Check *c, const PlSchemaNode *n, PlValue v, const Place *at, const Marks *marks)
{
    bool good = true;
    if (n->ref) good = check(c, n->ref, v, at, marks);
    if (n->dynamic_ref && goes_on(c, good)) good &= check(c, dynamic_target(c, n), v, at, marks);
    for (uint32_t i = 0; i < n->all_of.count && goes_on(c, good); i++) good &= check(c, n->all_of.all[i], v, at, marks);
    if (n->any_of.count && goes_on(c, good)) good &= check_any_of(c, n, v, at, marks);
    if (n->one_of.count && goes_on(c, good)) good &= check_one_of(c, n, v, at, marks);
    if (n->negated && goes_on(c, good) && fits(c, n->negated, v, NULL))
        good = fail(c, at, "not", "fits the schema of \"not\"");
    if (n->condition && goes_on(c, good)) good &= check_condition(c, n, v, at, marks);
    return good;
}

static bool check_unevaluated(Check *c, const PlSchemaNode *n, PlValue v, const Place *at, const Marks *marks)
{
    const PlSchemaNode *rest = v.tag == PL_LIST     ? n->unevaluated_items
                               : v.tag == PL_RECORD ? n->unevaluated_properties
                                                    : NULL;
    bool good = true;
    for (uint32_t i = 0; rest && i < marks->count && goes_on(c, good); i++) {
        if (c->marks.items[marks->base + i]) continue;
        Place part = {.up = at, .index = i};
        if (v.tag == PL_RECORD) part.name = pl_record_name(v, i);
        mark(c, marks, i);
        if (rest->never)
            good =
                fail(c, &part, v.tag == PL_LIST ? "unevaluatedItems" : "unevaluatedProperties", "is not expected here");
        else
            good &= check(c, rest, v.tag == PL_LIST ? pl_list_at(v, i) : pl_record_at(v, i), &part, NULL);
    }
    return good;
}

static bool check_all(Check *c, const PlSchemaNode *n, PlValue v, const Place *at, const Marks *marks)
{
    bool good = check_type(c, n, v, at);
    if (goes_on(c, good)) good &= check_choices(c, n, v, at);
    if (goes_on(c, good)) good &= check_in_place(c, n, v, at, marks);
    if (!goes_on(c, good)) return false;
    if (v.tag == PL_INT || v.tag == PL_DOUBLE) good &= check_number(c, n, v, at);
    if (v.tag == PL_TEXT) good &= check_text(c, n, pl_text_str(v), at);
    if (v.tag == PL_LIST) good &= check_list(c, n, v, at, marks);
    if (v.tag == PL_RECORD) good &= check_record(c, n, v, at, marks);
    return good;
}

static bool check(Check *c, const PlSchemaNode *n, PlValue v, const Place *at, const Marks *marks)
{
    if (n->never) return fail(c, at, "false", "no value is allowed here");
    if (c->spent || !spend(c, 1)) return false;
    Scope here = {c->scope, n->resource};
    const Scope *outer = c->scope;
    if (!outer || outer->resource != n->resource) c->scope = &here;
    c->depth++;
    bool good;
    bool looks =
        n->unevaluated_items || n->unevaluated_properties; /* sees what this schema marks, not what its neighbours do */
    if (looks) {
        Marks own = new_marks(c, v);
        good = check_all(c, n, v, at, &own);
        if (goes_on(c, good)) good &= check_unevaluated(c, n, v, at, &own);
        end_marks(c, own, good ? marks : NULL);
    } else {
        good = check_all(c, n, v, at, marks);
    }
    c->depth--;
    c->scope = outer;
    return good && !c->spent;
}

bool pl_schema_fits(PlSchema *schema, PlValue value, PlArena *arena, PlSchemaIssues *issues)
{
    Check c = {.schema = schema,
               .values = schema->values,
               .arena = arena,
               .issues = issues,
               .error = pl_values_scratch(schema->values)};
    if (issues) issues->count = 0;
    return check(&c, schema->root, value, NULL, NULL);
}
