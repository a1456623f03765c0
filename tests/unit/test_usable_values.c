/* SPDX-License-Identifier: MIT */
/* The judgement against the run-time check, on random types and random values of them: what the compiler calls "yes" the VM never refuses, what
 * it calls "after a conversion" the VM converts. */
#include "compiler/check/usable.h"
#include "vm/value/json.h"
#include "vm/value/type_check.h"

#include "tests/unit/unit.h"

enum { PAIRS = 20000, VALUES = 4 };

typedef struct World {
    PlEscape escape;
    PlArena *arena;
    PlTypes types;
    PlHeap *heap;
    PlValues *values;
    uint64_t state;
} World;

static uint32_t roll(World *w, uint32_t sides)
{
    w->state = w->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(w->state >> 33) % sides;
}

static PlTypeId random_enum(World *w)
{
    static const char *const words[] = {"a", "b", "c", "7"};
    PlLiteral values[3];
    uint32_t count = 1 + roll(w, 3);
    for (uint32_t i = 0; i < count; i++) {
        values[i] = (PlLiteral){.kind = PL_LIT_INT, .as.integer = roll(w, 3)};
        if (roll(w, 3)) values[i] = (PlLiteral){.kind = PL_LIT_TEXT, .as.text = pl_str_z(words[roll(w, 4)])};
    }
    return pl_type_enum(&w->types, values, count);
}

static PlTypeId random_type(World *w, int depth);

static PlTypeId random_record(World *w, int depth)
{
    static const char *const names[] = {"a", "b", "c"};
    PlField fields[3];
    uint32_t count = 0;
    for (uint32_t i = 0; i < 3; i++)
        if (roll(w, 2))
            fields[count++] = (PlField){.name = pl_str_z(names[i]), .type = random_type(w, depth - 1), .required = roll(w, 2) == 0};
    uint32_t more = roll(w, 4);
    PlTypeId rest = more == 1 ? random_type(w, depth - 1) : PL_TYPE_NONE;
    return pl_type_record(&w->types, fields, count, rest, more == 0, PL_STR(""));
}

static PlTypeId random_type(World *w, int depth)
{
    static const PlTypeId plain[] = {PL_T_ANY,  PL_T_NOTHING,  PL_T_YESNO, PL_T_INTEGER,  PL_T_NUMBER,
                                     PL_T_TEXT, PL_T_DATETIME, PL_T_DATE,  PL_T_DURATION, PL_T_TEXT};
    uint32_t kind = roll(w, depth > 0 ? 16 : 11);
    if (kind < 10) return plain[kind];
    if (kind == 10) return random_enum(w);
    if (kind < 13) return pl_type_list(&w->types, random_type(w, depth - 1));
    if (kind == 13) return pl_type_or_nothing(&w->types, random_type(w, depth - 1));
    if (kind == 14) return pl_type_union(&w->types, (PlTypeId[]){random_type(w, depth - 1), random_type(w, depth - 1)}, 2);
    return random_record(w, depth);
}

static PlValue random_value(World *w, PlTypeId id, int depth);

static PlValue random_of_record(World *w, const PlType *t, int depth)
{
    PlValue v = pl_record(w->values);
    for (uint32_t i = 0; i < t->count; i++)
        if (t->fields[i].required || roll(w, 2))
            v = pl_record_set_take(w->values, v, t->fields[i].name, random_value(w, t->fields[i].type, depth - 1));
    if (t->rest != PL_TYPE_NONE && roll(w, 2)) v = pl_record_set_take(w->values, v, PL_STR("z"), random_value(w, t->rest, depth - 1));
    return v;
}

static PlValue random_any(World *w)
{
    switch (roll(w, 5)) {
    case 0: return pl_nothing();
    case 1: return pl_yesno(roll(w, 2));
    case 2: return pl_int(roll(w, 9));
    case 3: return pl_double(roll(w, 9) / 2.0);
    default: return pl_text(w->values, PL_STR("any text"));
    }
}

static PlValue random_value(World *w, PlTypeId id, int depth)
{
    const PlType t = *pl_type(&w->types, id);
    switch (t.kind) {
    case PL_TYPE_NOTHING: return pl_nothing();
    case PL_TYPE_YESNO: return pl_yesno(roll(w, 2));
    case PL_TYPE_INTEGER: return pl_int((int64_t)roll(w, 100) - 50);
    case PL_TYPE_NUMBER: return roll(w, 2) ? pl_double(roll(w, 100) / 4.0) : pl_int(roll(w, 5));
    case PL_TYPE_TEXT: return pl_text(w->values, roll(w, 2) ? PL_STR("hello") : PL_STR("b"));
    case PL_TYPE_DATETIME: return pl_datetime((int64_t)roll(w, 1000000) * 1000000, 0);
    case PL_TYPE_DATE: return roll(w, 2) ? pl_date(roll(w, 20000)) : pl_text(w->values, PL_STR("2026-11-20"));
    case PL_TYPE_DURATION: return pl_duration(roll(w, 100000), 0);
    case PL_TYPE_LIST: {
        PlValue list = pl_list(w->values, 0);
        for (uint32_t i = depth > 0 ? roll(w, 3) : 0; i > 0; i--)
            list = pl_list_append_take(w->values, list, random_value(w, t.elem, depth - 1));
        return list;
    }
    case PL_TYPE_RECORD: return random_of_record(w, &t, depth);
    case PL_TYPE_UNION: return random_value(w, t.members[roll(w, t.count)], depth);
    case PL_TYPE_ENUM: {
        PlLiteral one = t.values[roll(w, t.count)];
        return one.kind == PL_LIT_INT ? pl_int(one.as.integer) : pl_text(w->values, one.as.text);
    }
    default: return random_any(w);
    }
}

static void complain(World *w, const char *what, PlTypeId s, PlTypeId t, PlValue v)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_type_print(&buf, &w->types, s, 0);
    pl_buf_put_z(&buf, "  ->  ");
    pl_type_print(&buf, &w->types, t, 0);
    pl_buf_put_z(&buf, "  value ");
    pl_value_brief(&buf, v, 80);
    fprintf(stderr, "%s: %.*s\n", what, PL_ARG(pl_buf_str(&buf)));
    pl_buf_deinit(&buf);
}

static void compare(World *w, PlTypeId s, PlTypeId t)
{
    PlUsable usable = pl_usable(w->arena, &w->types, s, t, NULL);
    for (int i = 0; i < VALUES; i++) {
        PlValue v = random_value(w, s, 3), out;
        bool has = pl_type_check(&w->types, t, v, NULL);
        bool refused_yes = usable == PL_USABLE_YES && !has;
        bool refused_coerce = false;
        if (usable == PL_USABLE_COERCE) {
            refused_coerce = !pl_type_coerce(w->values, &w->types, t, v, &out, NULL);
            if (!refused_coerce) pl_release(w->values, out);
        }
        if (refused_yes) complain(w, "yes, but refused", s, t, v);
        if (refused_coerce) complain(w, "conversion, but refused", s, t, v);
        CHECK(!refused_yes && !refused_coerce);
        pl_release(w->values, v);
    }
}

TEST(judgement_and_check_agree)
{
    World w = {.state = 2026};
    w.arena = pl_arena_new(&w.escape, 0);
    w.heap = pl_heap_new(&w.escape, 0);
    w.values = pl_values_new(w.heap);
    pl_types_init(&w.types, w.arena);
    for (int i = 0; i < PAIRS && !unit_failed; i++) {
        PlTypeId s = random_type(&w, 3);
        PlTypeId t = roll(&w, 3) ? random_type(&w, 3) : s;
        compare(&w, s, t);
    }
    pl_values_free(w.values);
    pl_heap_free(w.heap);
    pl_arena_free(w.arena);
}

UNIT_MAIN
