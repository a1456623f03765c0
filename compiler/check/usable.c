/* SPDX-License-Identifier: MIT */
/* The judgement of spec/types.md, section "Usable". Recursive types make it coinductive: a pair of types that is being judged counts as
 * "yes" while its parts are. Pairs that were taken for "yes" under a pair that came out worse are forgotten again, so what is remembered
 * is right. Here are the rules of types alone; what a literal or the shape of an expression allows beyond them is in fit.c. */
#include "compiler/check/usable.h"

#include "vm/base/limits.h"

typedef struct Segment { /* of the path to where we are */
    PlStr field;         /* empty: the items of a list */
    const struct Segment *before;
} Segment;

typedef struct Verdict {
    PlUsable usable;
    bool converts;
} Verdict;

typedef struct Judge {
    PlArena *arena;
    PlTypes *types;
    PlMap pairs;            /* {source, target, is wrapped} -> Verdict + 1 */
    PL_VEC(uint32_t) trail; /* entries of `pairs` that rest on an assumption, in order */
    bool wrapping;          /* the value is judged as the item of a list ... */
    const Segment *wrapped; /* ... at this place, and not twice there */
    PlUsableWhy *why;
    PlUsable why_for; /* the verdict that `why` explains; YES: none yet */
} Judge;

static Verdict judge(Judge *j, PlTypeId source, PlTypeId target, const Segment *at, unsigned depth);

static const Verdict yes = {PL_USABLE_YES, false}, no = {PL_USABLE_NO, false}, at_run_time = {PL_USABLE_RUNTIME, false};
static const Verdict converted = {PL_USABLE_COERCE, true}, converted_perhaps = {PL_USABLE_RUNTIME, true};

static PlStr path_text(PlArena *arena, const Segment *at)
{
    PlStr path = PL_STR("");
    for (; at; at = at->before) {
        const char *dot = path.len && path.ptr[0] != '[' ? "." : "";
        path = pl_arena_printf(arena, PL_FMT "%s" PL_FMT, PL_ARG(at->field.len ? at->field : PL_STR("[*]")), dot,
                               PL_ARG(path));
    }
    return path;
}

/* The first place that decides; a "no" explains more than an "at run time". */
static Verdict because(Judge *j, Verdict verdict, PlTypeId source, PlTypeId target, const Segment *at)
{
    if (!j->why || verdict.usable >= PL_USABLE_COERCE || verdict.usable >= j->why_for) return verdict;
    j->why_for = verdict.usable;
    j->why->path = path_text(j->arena, at);
    j->why->found = source;
    j->why->wanted = target;
    return verdict;
}

/* Both must hold: the worse one. */
static Verdict both(Verdict a, Verdict b)
{
    if (a.usable == PL_USABLE_NO || b.usable == PL_USABLE_NO) return no;
    return (Verdict){a.usable < b.usable ? a.usable : b.usable, a.converts || b.converts};
}

/* ---- scalars ----------------------------------------------------------------------------------------------------- */

static bool is_time(PlTypeKind kind)
{
    return kind == PL_TYPE_DATETIME || kind == PL_TYPE_DATE || kind == PL_TYPE_DURATION;
}

/* Formats that say how a text is written; the others (html, csv, byte...) say what it is for. */
static bool is_syntax(PlTextFormat format)
{
    return format == PL_FORMAT_EMAIL || format == PL_FORMAT_URL || format == PL_FORMAT_UUID || format == PL_FORMAT_IP ||
           format == PL_FORMAT_HOSTNAME || format == PL_FORMAT_TIME;
}

/* A format is a promise of the document, which nobody checks at run time: two different promises cannot both hold, no promise may. */
static bool is_address(PlTextFormat format)
{
    return format == PL_FORMAT_IP || format == PL_FORMAT_HOSTNAME;
}

static Verdict judge_text(PlTextFormat source, PlTextFormat target)
{
    bool known = is_syntax(source) && is_syntax(target) && source != target;
    return known && !(is_address(source) && is_address(target)) ? no : yes;
}

static Verdict judge_to_text(const PlType *s, const PlType *t)
{
    switch (s->kind) {
    case PL_TYPE_TEXT: return judge_text(s->format, t->format);
    case PL_TYPE_INTEGER:
    case PL_TYPE_NUMBER:
    case PL_TYPE_DATETIME:
    case PL_TYPE_DATE:
    case PL_TYPE_DURATION: return converted;
    default: return no;
    }
}

static Verdict judge_to_scalar(const PlType *s, const PlType *t)
{
    switch (t->kind) {
    case PL_TYPE_TEXT: return judge_to_text(s, t);
    case PL_TYPE_NUMBER: return s->kind == PL_TYPE_INTEGER ? yes : no;
    case PL_TYPE_INTEGER: return s->kind == PL_TYPE_NUMBER ? converted_perhaps : no;
    case PL_TYPE_DATETIME:
    case PL_TYPE_DATE:
    case PL_TYPE_DURATION: return s->kind == PL_TYPE_TEXT ? converted_perhaps : no;
    default: return no;
    }
}

/* ---- enums: judged value by value -------------------------------------------------------------------------------- */

static PlTypeId type_of_value(PlLiteral value)
{
    switch (value.kind) {
    case PL_LIT_YESNO: return PL_T_YESNO;
    case PL_LIT_INT: return PL_T_INTEGER;
    case PL_LIT_DOUBLE: return PL_T_NUMBER;
    case PL_LIT_TEXT: return PL_T_TEXT;
    case PL_LIT_NOTHING: return PL_T_NOTHING;
    default: return PL_T_ANY;
    }
}

static bool enum_has(const PlType *type, PlLiteral value)
{
    for (uint32_t i = 0; i < type->count; i++)
        if (pl_literal_equal(type->values[i], value)) return true;
    return false;
}

static Verdict judge_from_enum(Judge *j, const PlType *s, PlTypeId target, const Segment *at, unsigned depth)
{
    const PlType *t = pl_type(j->types, target);
    Verdict all = yes;
    uint32_t refused = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        Verdict one;
        if (t->kind == PL_TYPE_ENUM)
            one = enum_has(t, s->values[i]) ? yes : no;
        else
            one = judge(j, type_of_value(s->values[i]), target, at, depth);
        if (one.usable == PL_USABLE_NO)
            refused++;
        else
            all = both(all, one);
    }
    if (refused == s->count) return no;
    return refused ? (Verdict){PL_USABLE_RUNTIME, all.converts} : all;
}

static Verdict judge_to_enum(Judge *j, PlTypeId source, const PlType *t)
{
    for (uint32_t i = 0; i < t->count; i++) {
        const PlType *s = pl_type(j->types, source), *v = pl_type(j->types, type_of_value(t->values[i]));
        if (s->kind == v->kind || (s->kind == PL_TYPE_NUMBER && v->kind == PL_TYPE_INTEGER)) return at_run_time;
        if (v->kind == PL_TYPE_TEXT && s->kind == PL_TYPE_INTEGER) continue;
    }
    return no;
}

/* ---- records ----------------------------------------------------------------------------------------------------- */

static Verdict judge_field(Judge *j, const PlField *wanted, PlTypeId source, const Segment *at, unsigned depth)
{
    const PlType *s = pl_type(j->types, source);
    const PlField *given = pl_type_field(j->types, source, wanted->name);
    Segment inner = {wanted->name, at};
    bool needed = wanted->required && !wanted->read_only;
    if (given) {
        Verdict one = judge(j, given->type, wanted->type, &inner, depth);
        if (given->required || !needed) return one;
        if (one.usable > PL_USABLE_RUNTIME) one.usable = PL_USABLE_RUNTIME;
        return because(j, one, pl_type_or_nothing(j->types, given->type), wanted->type, &inner);
    }
    if (s->rest != PL_TYPE_NONE) {
        Verdict one = judge(j, s->rest, wanted->type, &inner, depth);
        if (one.usable == PL_USABLE_NO && !needed) return yes;
        if (one.usable > PL_USABLE_RUNTIME) one.usable = PL_USABLE_RUNTIME;
        return because(j, one, s->rest, wanted->type, &inner);
    }
    if (!needed) return yes;
    return because(j, no, PL_T_NOTHING, wanted->type, &inner);
}

/* A field that the target does not name. */
static Verdict judge_extra(Judge *j, const PlField *given, PlTypeId target, const Segment *at, unsigned depth)
{
    const PlType *t = pl_type(j->types, target);
    Segment inner = {given->name, at};
    if (t->closed) return because(j, given->required ? no : at_run_time, given->type, PL_T_NOTHING, &inner);
    if (t->rest == PL_TYPE_NONE) return yes;
    Verdict one = judge(j, given->type, t->rest, &inner, depth);
    return given->required || one.usable != PL_USABLE_NO ? one : at_run_time;
}

static Verdict judge_records(Judge *j, PlTypeId source, PlTypeId target, const Segment *at, unsigned depth)
{
    Verdict all = yes;
    for (uint32_t i = 0; i < pl_type(j->types, target)->count && all.usable != PL_USABLE_NO; i++) {
        PlField wanted = pl_type(j->types, target)->fields[i];
        all = both(all, judge_field(j, &wanted, source, at, depth));
    }
    for (uint32_t i = 0; i < pl_type(j->types, source)->count && all.usable != PL_USABLE_NO; i++) {
        PlField given = pl_type(j->types, source)->fields[i];
        if (!pl_type_field(j->types, target, given.name)) all = both(all, judge_extra(j, &given, target, at, depth));
    }
    const PlType *s = pl_type(j->types, source), *t = pl_type(j->types, target);
    if (all.usable == PL_USABLE_NO || s->rest == PL_TYPE_NONE) return all;
    if (t->closed) return both(all, because(j, at_run_time, s->rest, PL_T_NOTHING, at));
    if (t->rest == PL_TYPE_NONE) return all;
    Verdict rest = judge(j, s->rest, t->rest, at, depth);
    return both(all, rest.usable == PL_USABLE_NO ? at_run_time : rest);
}

/* ---- unions ------------------------------------------------------------------------------------------------------ */

/* Each member of the source must be usable; those that are not make it a matter of run time, unless none is. */
static Verdict judge_from_union(Judge *j, const PlType *s, PlTypeId target, const Segment *at, unsigned depth)
{
    Verdict all = yes;
    uint32_t refused = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        Verdict one = judge(j, s->members[i], target, at, depth);
        if (one.usable == PL_USABLE_NO)
            refused++;
        else
            all = both(all, one);
    }
    if (refused == s->count) return no;
    return refused ? (Verdict){PL_USABLE_RUNTIME, all.converts} : all;
}

/* One member of the target is enough: the best; of two that are as good the first. What it says about the others is no reason. */
static Verdict judge_to_union(Judge *j, PlTypeId source, const PlType *t, const Segment *at, unsigned depth)
{
    PlUsableWhy *why = j->why;
    j->why = NULL;
    Verdict best = no;
    for (uint32_t i = 0; i < t->count && best.usable != PL_USABLE_YES; i++) {
        Verdict one = judge(j, source, t->members[i], at, depth);
        if (one.usable > best.usable) best = one;
    }
    j->why = why;
    return best;
}

static bool is_wrapped(const Judge *j, const Segment *at)
{
    return j->wrapping && j->wrapped == at;
}

/* ---- the judgement ----------------------------------------------------------------------------------------------- */

static Verdict judge_list(Judge *j, PlTypeId source, const PlType *t, const Segment *at, unsigned depth)
{
    const PlType *s = pl_type(j->types, source);
    if (s->kind == PL_TYPE_LIST) {
        Segment inner = {PL_STR(""), at};
        return judge(j, s->elem, t->elem, &inner, depth);
    }
    if (s->kind == PL_TYPE_NOTHING || is_wrapped(j, at)) return no;
    bool wrapping = j->wrapping;
    const Segment *wrapped = j->wrapped;
    j->wrapping = true;
    j->wrapped = at;
    Verdict one = judge(j, source, t->elem, at, depth);
    j->wrapping = wrapping;
    j->wrapped = wrapped;
    if (one.usable == PL_USABLE_NO) return no;
    return (Verdict){one.usable == PL_USABLE_RUNTIME ? PL_USABLE_RUNTIME : PL_USABLE_COERCE, true};
}

static Verdict judge_kinds(Judge *j, PlTypeId source, PlTypeId target, const Segment *at, unsigned depth)
{
    const PlType s = *pl_type(j->types, source), t = *pl_type(j->types, target);
    if (t.kind == PL_TYPE_ANY || s.kind == PL_TYPE_VAR || t.kind == PL_TYPE_VAR) return yes;
    if (s.kind == PL_TYPE_ANY) return (Verdict){PL_USABLE_RUNTIME, is_time(t.kind)};
    if (s.kind == PL_TYPE_UNION) return judge_from_union(j, &s, target, at, depth);
    if (t.kind == PL_TYPE_UNION) return judge_to_union(j, source, &t, at, depth);
    if (s.kind == PL_TYPE_ENUM) return judge_from_enum(j, &s, target, at, depth);
    if (t.kind == PL_TYPE_ENUM) return judge_to_enum(j, source, &t);
    if (t.kind == PL_TYPE_LIST) return judge_list(j, source, &t, at, depth);
    if (s.kind == PL_TYPE_RECORD && t.kind == PL_TYPE_RECORD) return judge_records(j, source, target, at, depth);
    if (s.kind == t.kind && s.kind != PL_TYPE_TEXT) return yes;
    return judge_to_scalar(&s, &t);
}

static Verdict verdict_of(uint64_t number)
{
    return (Verdict){(PlUsable)((number - 1) & 3), ((number - 1) & 4) != 0};
}

static uint64_t number_of(Verdict verdict)
{
    return 1 + (uint64_t)verdict.usable + (verdict.converts ? 4 : 0);
}

static Verdict judge(Judge *j, PlTypeId source, PlTypeId target, const Segment *at, unsigned depth)
{
    if (source == target) return yes;
    if (depth >= PL_LIMIT_TYPE_DEPTH) return at_run_time;
    uint32_t ids[3] = {source, target, is_wrapped(j, at)};
    PlStr key = pl_str((const char *)ids, sizeof ids);
    PlMapEntry *entry = pl_map_find(&j->pairs, key);
    if (!entry) entry = pl_map_put(&j->pairs, pl_arena_str(j->arena, key), NULL);
    if (entry->value.num) return because(j, verdict_of(entry->value.num), source, target, at);
    uint32_t index = (uint32_t)(entry - j->pairs.entries), mark = j->trail.len;
    entry->value.num = number_of(yes);
    pl_vec_push(j->arena, &j->trail, index);
    Verdict verdict = judge_kinds(j, source, target, at, depth + 1);
    if (verdict.usable != PL_USABLE_YES) {
        for (uint32_t i = mark; i < j->trail.len; i++) j->pairs.entries[j->trail.items[i]].value.num = 0;
        j->trail.len = mark;
    }
    j->pairs.entries[index].value.num = number_of(verdict);
    return because(j, verdict, source, target, at);
}

PlUsable pl_usable(PlArena *arena, PlTypes *types, PlTypeId source, PlTypeId target, PlUsableWhy *why)
{
    PlUsableWhy unused = {0};
    if (!why) why = &unused;
    *why = (PlUsableWhy){PL_STR(""), source, target, false};
    Judge j = {.arena = arena, .types = types, .why = why, .why_for = PL_USABLE_YES};
    pl_map_init(&j.pairs, arena);
    Verdict verdict = judge(&j, source, target, NULL, 0);
    why->converts = verdict.converts;
    if (verdict.usable >= PL_USABLE_COERCE) return verdict.usable;
    /* a "no" deep inside of a union's member does not explain an answer "at run time" of the whole better than the whole does */
    if (j.why_for == PL_USABLE_YES) *why = (PlUsableWhy){PL_STR(""), source, target, verdict.converts};
    return verdict.usable;
}
