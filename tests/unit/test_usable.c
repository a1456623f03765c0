/* SPDX-License-Identifier: MIT */
/* The judgement: yes, no, after a conversion, only at run time; the path that decides; recursive types. */
#include "compiler/check/usable.h"

#include "tests/unit/unit.h"

typedef struct Table {
    PlEscape escape;
    PlArena *arena;
    PlTypes types;
    PlUsableWhy why;
} Table;

static void table_init(Table *t)
{
    *t = (Table){0};
    t->arena = pl_arena_new(&t->escape, 0);
    pl_types_init(&t->types, t->arena);
}

static PlUsable usable(Table *t, PlTypeId s, PlTypeId w)
{
    return pl_usable(t->arena, &t->types, s, w, &t->why);
}

static PlField field(const char *name, PlTypeId type, bool required)
{
    return (PlField){.name = pl_str_z(name), .type = type, .required = required};
}

static PlTypeId record(Table *t, PlField *fields, uint32_t count, bool closed)
{
    return pl_type_record(&t->types, fields, count, PL_TYPE_NONE, closed, PL_STR(""));
}

static PlLiteral text(const char *z)
{
    return (PlLiteral){.kind = PL_LIT_TEXT, .as.text = pl_str_z(z)};
}

TEST(scalars)
{
    Table t;
    table_init(&t);
    CHECK(usable(&t, PL_T_TEXT, PL_T_TEXT) == PL_USABLE_YES);
    CHECK(usable(&t, PL_T_INTEGER, PL_T_NUMBER) == PL_USABLE_YES);
    CHECK(usable(&t, PL_T_NUMBER, PL_T_INTEGER) == PL_USABLE_RUNTIME && t.why.converts);
    CHECK(usable(&t, PL_T_INTEGER, PL_T_TEXT) == PL_USABLE_COERCE);
    CHECK(usable(&t, PL_T_TEXT, PL_T_INTEGER) == PL_USABLE_NO);
    CHECK(usable(&t, PL_T_YESNO, PL_T_TEXT) == PL_USABLE_NO);
    CHECK(usable(&t, PL_T_TEXT, PL_T_DATE) == PL_USABLE_RUNTIME && t.why.converts);
    CHECK(usable(&t, PL_T_DATE, PL_T_DATETIME) == PL_USABLE_NO);
    CHECK(usable(&t, PL_T_DATETIME, PL_T_DATE) == PL_USABLE_NO);
    CHECK(usable(&t, PL_T_ANY, PL_T_INTEGER) == PL_USABLE_RUNTIME && !t.why.converts);
    CHECK(usable(&t, PL_T_INTEGER, PL_T_ANY) == PL_USABLE_YES);
    CHECK(usable(&t, PL_T_NOTHING, PL_T_TEXT) == PL_USABLE_NO);
    PlTypeId email = pl_type_text(&t.types, PL_FORMAT_EMAIL), url = pl_type_text(&t.types, PL_FORMAT_URL);
    CHECK(usable(&t, email, PL_T_TEXT) == PL_USABLE_YES);
    CHECK(usable(&t, PL_T_TEXT, email) == PL_USABLE_YES);
    CHECK(usable(&t, pl_type_text(&t.types, PL_FORMAT_IP), pl_type_text(&t.types, PL_FORMAT_HOSTNAME)) == PL_USABLE_YES);
    CHECK(usable(&t, email, url) == PL_USABLE_NO);
    CHECK(usable(&t, PL_T_TEXT, pl_type_text(&t.types, PL_FORMAT_HTML)) == PL_USABLE_YES);
    pl_arena_free(t.arena);
}

TEST(enums)
{
    Table t;
    table_init(&t);
    PlLiteral abc[] = {text("a"), text("b"), text("c")}, z[] = {text("z")};
    PlTypeId all = pl_type_enum(&t.types, abc, 3), some = pl_type_enum(&t.types, abc, 2), other = pl_type_enum(&t.types, z, 1);
    CHECK(usable(&t, some, all) == PL_USABLE_YES);
    CHECK(usable(&t, all, some) == PL_USABLE_RUNTIME);
    CHECK(usable(&t, other, all) == PL_USABLE_NO);
    CHECK(usable(&t, all, PL_T_TEXT) == PL_USABLE_YES);
    CHECK(usable(&t, PL_T_TEXT, all) == PL_USABLE_RUNTIME);
    CHECK(usable(&t, PL_T_YESNO, all) == PL_USABLE_NO);
    pl_arena_free(t.arena);
}

TEST(lists)
{
    Table t;
    table_init(&t);
    PlTypeId ints = pl_type_list(&t.types, PL_T_INTEGER), numbers = pl_type_list(&t.types, PL_T_NUMBER);
    CHECK(usable(&t, ints, numbers) == PL_USABLE_YES);
    CHECK(usable(&t, ints, PL_T_LIST_TEXT) == PL_USABLE_COERCE);
    CHECK(usable(&t, PL_T_INTEGER, ints) == PL_USABLE_COERCE);
    CHECK(usable(&t, ints, PL_T_INTEGER) == PL_USABLE_NO);
    CHECK(usable(&t, PL_T_LIST_TEXT, ints) == PL_USABLE_NO);
    CHECK_STR(t.why.path, "[*]");
    CHECK(t.why.found == PL_T_TEXT && t.why.wanted == PL_T_INTEGER);
    CHECK(usable(&t, PL_T_LIST_ANY, ints) == PL_USABLE_RUNTIME);
    CHECK(usable(&t, PL_T_NOTHING, ints) == PL_USABLE_NO);
    pl_arena_free(t.arena);
}

TEST(unions)
{
    Table t;
    table_init(&t);
    PlTypeId maybe = pl_type_or_nothing(&t.types, PL_T_TEXT);
    PlTypeId number_or_text = pl_type_union(&t.types, (PlTypeId[]){PL_T_NUMBER, PL_T_TEXT}, 2);
    CHECK(usable(&t, PL_T_TEXT, maybe) == PL_USABLE_YES);
    CHECK(usable(&t, maybe, PL_T_TEXT) == PL_USABLE_RUNTIME && !t.why.converts);
    CHECK(usable(&t, maybe, PL_T_YESNO) == PL_USABLE_NO);
    CHECK(usable(&t, number_or_text, PL_T_TEXT) == PL_USABLE_COERCE);
    CHECK(usable(&t, number_or_text, PL_T_NUMBER) == PL_USABLE_RUNTIME);
    CHECK(usable(&t, pl_type_or_nothing(&t.types, PL_T_NUMBER), PL_T_TEXT) == PL_USABLE_RUNTIME && t.why.converts);
    pl_arena_free(t.arena);
}

TEST(records_and_paths)
{
    Table t;
    table_init(&t);
    PlTypeId item_s = record(&t, (PlField[]){field("id", PL_T_TEXT, true)}, 1, false);
    PlTypeId item_t = record(&t, (PlField[]){field("id", PL_T_INTEGER, true)}, 1, false);
    PlTypeId s = record(&t, (PlField[]){field("items", pl_type_list(&t.types, item_s), true)}, 1, false);
    PlTypeId w = record(&t, (PlField[]){field("items", pl_type_list(&t.types, item_t), true)}, 1, false);
    CHECK(usable(&t, s, w) == PL_USABLE_NO);
    CHECK_STR(t.why.path, "items[*].id");
    PlTypeId optional = record(&t, (PlField[]){field("id", PL_T_TEXT, false)}, 1, false);
    CHECK(usable(&t, optional, item_s) == PL_USABLE_RUNTIME);
    CHECK_STR(t.why.path, "id");
    CHECK(usable(&t, item_s, optional) == PL_USABLE_YES);
    PlTypeId none = record(&t, NULL, 0, false);
    CHECK(usable(&t, none, item_s) == PL_USABLE_NO);
    CHECK_STR(t.why.path, "id");
    CHECK(usable(&t, none, optional) == PL_USABLE_YES);
    CHECK(usable(&t, PL_T_RECORD_ANY, item_s) == PL_USABLE_RUNTIME);
    PlTypeId closed = record(&t, (PlField[]){field("a", PL_T_TEXT, false)}, 1, true);
    CHECK(usable(&t, item_s, closed) == PL_USABLE_NO);
    CHECK(usable(&t, optional, closed) == PL_USABLE_RUNTIME);
    CHECK(usable(&t, PL_T_TEXT, item_s) == PL_USABLE_NO);
    pl_arena_free(t.arena);
}

/* Node = {value: V, next?: Node} */
static PlTypeId node(Table *t, PlTypeId value)
{
    PlTypeId id = pl_type_reserve(&t->types);
    PlTypeId made = record(t, (PlField[]){field("next", id, false), field("value", value, true)}, 2, false);
    pl_type_define(&t->types, id, *pl_type(&t->types, made));
    return id;
}

TEST(recursive_types)
{
    Table t;
    table_init(&t);
    PlTypeId ints = node(&t, PL_T_INTEGER), numbers = node(&t, PL_T_NUMBER), texts = node(&t, PL_T_TEXT);
    CHECK(usable(&t, ints, numbers) == PL_USABLE_YES);
    CHECK(usable(&t, numbers, ints) == PL_USABLE_RUNTIME);
    CHECK(usable(&t, texts, ints) == PL_USABLE_NO);
    CHECK(usable(&t, ints, texts) == PL_USABLE_COERCE);
    CHECK(usable(&t, ints, node(&t, PL_T_INTEGER)) == PL_USABLE_YES);
    pl_arena_free(t.arena);
}

/* As deep as types may be compared, and one deeper. */
TEST(depth_ends)
{
    Table t;
    table_init(&t);
    PlTypeId a = PL_T_TEXT, b = PL_T_YESNO;
    for (int i = 0; i < 400; i++) {
        a = pl_type_list(&t.types, a);
        b = pl_type_list(&t.types, b);
    }
    CHECK(usable(&t, a, b) == PL_USABLE_NO);
    for (int i = 0; i < 400; i++) {
        a = pl_type_list(&t.types, a);
        b = pl_type_list(&t.types, b);
    }
    CHECK(usable(&t, a, b) == PL_USABLE_RUNTIME);
    pl_arena_free(t.arena);
}

UNIT_MAIN
