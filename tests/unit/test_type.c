/* SPDX-License-Identifier: MIT */
/* The type table: interning, unions, recursion, equality, copying and the printed words. */
#include "vm/base/limits.h"
#include "vm/code/type.h"

#include "tests/unit/unit.h"

typedef struct Table {
    PlEscape escape;
    PlArena *arena;
    PlTypes types;
    PlBuf text;
} Table;

static void table_init(Table *t)
{
    t->arena = pl_arena_new(&t->escape, 0);
    pl_types_init(&t->types, t->arena);
    pl_buf_init(&t->text, 0);
}

static void table_deinit(Table *t)
{
    pl_arena_free(t->arena);
    pl_buf_deinit(&t->text);
}

static PlStr printed(Table *t, PlTypeId id, uint32_t width)
{
    pl_buf_clear(&t->text);
    pl_type_print(&t->text, &t->types, id, width);
    return pl_buf_str(&t->text);
}

static PlField field(const char *name, PlTypeId type, bool required)
{
    return (PlField){.name = pl_str_z(name), .type = type, .required = required};
}

static PlLiteral text(const char *z)
{
    return (PlLiteral){.kind = PL_LIT_TEXT, .as.text = pl_str_z(z)};
}

TEST(fixed_ids)
{
    Table t;
    table_init(&t);
    CHECK(t.types.all.len == PL_T_FIRST_FREE);
    CHECK(pl_type(&t.types, PL_T_FILE)->kind == PL_TYPE_FILE);
    CHECK(pl_type_list(&t.types, PL_T_ANY) == PL_T_LIST_ANY);
    CHECK(pl_type_list(&t.types, PL_T_TEXT) == PL_T_LIST_TEXT);
    CHECK(pl_type_record(&t.types, NULL, 0, PL_T_ANY, false, PL_STR("")) == PL_T_RECORD_ANY);
    CHECK(pl_type_text(&t.types, PL_FORMAT_NONE) == PL_T_TEXT);
    CHECK(t.types.all.len == PL_T_FIRST_FREE);
    table_deinit(&t);
}

TEST(interning)
{
    Table t;
    table_init(&t);
    CHECK(pl_type_text(&t.types, PL_FORMAT_URL) == pl_type_text(&t.types, PL_FORMAT_URL));
    CHECK(pl_type_text(&t.types, PL_FORMAT_URL) != pl_type_text(&t.types, PL_FORMAT_EMAIL));
    CHECK(pl_type_list(&t.types, PL_T_DATE) == pl_type_list(&t.types, PL_T_DATE));
    CHECK(pl_type_var(&t.types, 1) != pl_type_var(&t.types, 0));
    PlLiteral ab[] = {text("a"), text("b"), text("a")}, ba[] = {text("b"), text("a")};
    PlTypeId e = pl_type_enum(&t.types, ab, 3);
    CHECK(pl_type(&t.types, e)->count == 2);
    CHECK(pl_type_enum(&t.types, ab, 2) == e);
    CHECK(pl_type_enum(&t.types, ba, 2) != e);
    CHECK(pl_type_equal(&t.types, pl_type_enum(&t.types, ba, 2), e));
    table_deinit(&t);
}

TEST(unions)
{
    Table t;
    table_init(&t);
    PlTypes *types = &t.types;
    PlTypeId maybe = pl_type_or_nothing(types, PL_T_TEXT);
    CHECK(pl_type_or_nothing(types, maybe) == maybe);
    CHECK(pl_type_or_nothing(types, PL_T_ANY) == PL_T_ANY);
    CHECK(pl_type_or_nothing(types, PL_T_NOTHING) == PL_T_NOTHING);
    CHECK(pl_type_without_nothing(types, maybe) == PL_T_TEXT);
    CHECK(pl_type_without_nothing(types, PL_T_NOTHING) == PL_T_NOTHING);
    CHECK(pl_type_has_nothing(types, maybe) && pl_type_has_nothing(types, PL_T_ANY) &&
          !pl_type_has_nothing(types, PL_T_TEXT));
    CHECK(pl_type_union(types, NULL, 0) == PL_T_NOTHING);
    PlTypeId nested = pl_type_union(types, (PlTypeId[]){PL_T_DATE, maybe, PL_T_DATE}, 3);
    CHECK(pl_type(types, nested)->count == 3);
    PlField f[] = {field("id", PL_T_TEXT, true), field("n", PL_T_INTEGER, false)};
    PlField g[] = {f[1], f[0]};
    PlTypeId a = pl_type_record(types, f, 2, PL_TYPE_NONE, false, PL_STR("A"));
    PlTypeId b = pl_type_record(types, g, 2, PL_TYPE_NONE, false, PL_STR("B"));
    CHECK(a != b && pl_type_equal(types, a, b));
    CHECK(pl_type_union(types, (PlTypeId[]){a, b}, 2) == a);
    table_deinit(&t);
}

TEST(recursion)
{
    Table t;
    table_init(&t);
    PlTypes *types = &t.types;
    PlTypeId trees[2];
    for (int i = 0; i < 2; i++) {
        PlTypeId self = trees[i] = pl_type_reserve(types);
        PlTypeId maybe = pl_type_or_nothing(types, self);
        CHECK(pl_type(types, maybe)->kind == PL_TYPE_UNION);
        PlField f[] = {field("value", PL_T_INTEGER, true), field("left", maybe, false),
                       field("kids", pl_type_list(types, self), true)};
        pl_type_define(types, self, *pl_type(types, pl_type_record(types, f, 3, PL_TYPE_NONE, false, PL_STR("Tree"))));
        CHECK(pl_type(types, maybe)->kind == PL_TYPE_UNION && pl_type(types, maybe)->count == 2);
    }
    CHECK(pl_type_equal(types, trees[0], trees[1]));
    CHECK(types->open_unions.len == 0);
    CHECK_STR(printed(&t, trees[0], 0), "{value: integer, left?: Tree or nothing, kids: list of Tree}");
    table_deinit(&t);
}

TEST(union_of_reserved_is_settled)
{
    Table t;
    table_init(&t);
    PlTypes *types = &t.types;
    PlTypeId a = pl_type_reserve(types), b = pl_type_reserve(types), c = pl_type_reserve(types);
    PlTypeId ab = pl_type_union(types, (PlTypeId[]){a, b, PL_T_DATE}, 3);
    pl_type_define(types, a, *pl_type(types, pl_type_or_nothing(types, PL_T_TEXT)));
    pl_type_define(types, b, *pl_type(types, PL_T_TEXT));
    const PlType *settled = pl_type(types, ab);
    CHECK(settled->kind == PL_TYPE_UNION && settled->count == 3);
    for (uint32_t i = 0; i < settled->count; i++) CHECK(pl_type(types, settled->members[i])->kind != PL_TYPE_UNION);
    PlTypeId with_c = pl_type_or_nothing(types, c);
    pl_type_define(types, c, *pl_type(types, with_c));
    CHECK(pl_type(types, c)->kind == PL_TYPE_ANY);
    CHECK(pl_type(types, with_c)->kind == PL_TYPE_ANY);
    PlTypeId d = pl_type_reserve(types), maybe_d = pl_type_or_nothing(types, d);
    pl_type_define(types, d, *pl_type(types, PL_T_NOTHING));
    CHECK(pl_type(types, maybe_d)->kind == PL_TYPE_NOTHING);
    CHECK(types->open_unions.len == 0);
    table_deinit(&t);
}

/* Two lists of lists ... of text, n levels deep, that share nothing. */
static PlTypeId deep_list(PlTypes *types, unsigned n)
{
    PlTypeId id = pl_type_reserve(types);
    pl_type_define(types, id, *pl_type(types, PL_T_TEXT));
    while (n--) id = pl_type_list(types, id);
    return id;
}

/* PL_LIMIT_TYPE_DEPTH */
TEST(equality_has_a_depth)
{
    Table t;
    table_init(&t);
    CHECK(pl_type_equal(&t.types, deep_list(&t.types, (unsigned)PL_LIMIT_TYPE_DEPTH),
                        deep_list(&t.types, (unsigned)PL_LIMIT_TYPE_DEPTH)));
    CHECK(!pl_type_equal(&t.types, deep_list(&t.types, (unsigned)PL_LIMIT_TYPE_DEPTH + 1),
                         deep_list(&t.types, (unsigned)PL_LIMIT_TYPE_DEPTH + 1)));
    CHECK(!pl_type_equal(&t.types, deep_list(&t.types, 100000), deep_list(&t.types, 100000)));
    table_deinit(&t);
}

TEST(equality_differs)
{
    Table t;
    table_init(&t);
    PlTypes *types = &t.types;
    PlField f = field("a", PL_T_TEXT, true), g = field("a", PL_T_TEXT, false), h = field("a", PL_T_DATE, true);
    PlTypeId base = pl_type_record(types, &f, 1, PL_TYPE_NONE, false, PL_STR(""));
    CHECK(!pl_type_equal(types, base, pl_type_record(types, &g, 1, PL_TYPE_NONE, false, PL_STR(""))));
    CHECK(!pl_type_equal(types, base, pl_type_record(types, &h, 1, PL_TYPE_NONE, false, PL_STR(""))));
    CHECK(!pl_type_equal(types, base, pl_type_record(types, &f, 1, PL_TYPE_NONE, true, PL_STR(""))));
    CHECK(!pl_type_equal(types, base, pl_type_record(types, &f, 1, PL_T_ANY, false, PL_STR(""))));
    CHECK(!pl_type_equal(types, base, PL_T_RECORD_ANY));
    CHECK(pl_type_equal(types, base, pl_type_record(types, &f, 1, PL_TYPE_NONE, false, PL_STR("Other"))));
    table_deinit(&t);
}

TEST(copying)
{
    Table from, to;
    table_init(&from);
    table_init(&to);
    PlTypes *types = &from.types;
    PlTypeId self = pl_type_reserve(types);
    PlLiteral values[] = {text("x"), {.kind = PL_LIT_INT, .as.integer = 3}};
    PlField f[] = {field("kind", pl_type_enum(types, values, 2), true),
                   field("next", pl_type_or_nothing(types, self), false),
                   field("urls", pl_type_list(types, pl_type_text(types, PL_FORMAT_URL)), true)};
    pl_type_define(types, self, *pl_type(types, pl_type_record(types, f, 3, PL_T_DATE, true, PL_STR("Node"))));
    PlTypeCopy copy;
    pl_type_copy_init(&copy, types, &to.types);
    PlTypeId id = pl_type_copy(&copy, self);
    CHECK(pl_type_copy(&copy, self) == id);
    CHECK(pl_type_copy(&copy, PL_T_LIST_TEXT) == PL_T_LIST_TEXT);
    PlTypeId late = pl_type_list(types, self);
    CHECK(pl_type(&to.types, pl_type_copy(&copy, late))->elem == id);
    table_deinit(&from);
    CHECK_STR(printed(&to, id, 0), "{kind: one of \"x\", 3, next?: Node or nothing, urls: list of url, ...: date}");
    table_deinit(&to);
}

TEST(copying_deep)
{
    Table from, to;
    table_init(&from);
    table_init(&to);
    PlTypeCopy copy;
    PlTypeId deep = deep_list(&from.types, 100000);
    pl_type_copy_init(&copy, &from.types, &to.types);
    PlTypeId id = pl_type_copy(&copy, deep);
    CHECK(to.types.all.len == PL_T_FIRST_FREE + 100000 || to.types.all.len == PL_T_FIRST_FREE + 100001);
    CHECK_STR(printed(&to, id, 0), "list of list of list of list of list of list of list of list of ...");
    table_deinit(&from);
    table_deinit(&to);
}

TEST(printing)
{
    Table t;
    table_init(&t);
    PlTypes *types = &t.types;
    CHECK_STR(printed(&t, PL_T_ANY, 0), "any");
    CHECK_STR(printed(&t, PL_T_YESNO, 0), "yes/no");
    CHECK_STR(printed(&t, PL_T_LIST_TEXT, 0), "list of text");
    CHECK_STR(printed(&t, PL_T_RECORD_ANY, 0), "record");
    CHECK_STR(printed(&t, pl_type_list(types, pl_type_or_nothing(types, PL_T_TEXT)), 0), "list of (text or nothing)");
    CHECK_STR(printed(&t, pl_type_or_nothing(types, pl_type_list(types, PL_T_TEXT)), 0), "list of text or nothing");
    CHECK_STR(printed(&t, pl_type_list(types, pl_type_var(types, 1)), 0), "list of U");
    PlField f[] = {field("id", PL_T_TEXT, true), field("a b", PL_T_DATE, true), field("note", PL_T_TEXT, false)};
    PlTypeId item = pl_type_record(types, f, 3, PL_TYPE_NONE, false, PL_STR("Item"));
    PlTypeId list = pl_type_list(types, item);
    CHECK_STR(printed(&t, list, 0), "list of {id: text, \"a b\": date, note?: text}");
    CHECK_STR(printed(&t, list, 20), "list of Item");
    CHECK_STR(printed(&t, item, 20), "{id: text, \"a b\": date, ...}");
    table_deinit(&t);
}

TEST(printing_literals)
{
    Table t;
    table_init(&t);
    PlLiteral values[] = {
        {.kind = PL_LIT_YESNO, .as.yes = true}, {.kind = PL_LIT_DOUBLE, .as.number = 0.5}, text("a \"b\"")};
    CHECK_STR(printed(&t, pl_type_enum(&t.types, values, 3), 0), "one of yes, 0.5, \"a \\\"b\\\"\"");
    CHECK_STR(printed(&t, pl_type_union(&t.types, (PlTypeId[]){PL_T_NOTHING, PL_T_FILE, PL_T_DURATION}, 3), 0),
              "file or duration or nothing");
    table_deinit(&t);
}

TEST(literals)
{
    PlLiteral all[] = {
        {.kind = PL_LIT_NOTHING},
        {.kind = PL_LIT_YESNO, .as.yes = true},
        {.kind = PL_LIT_YESNO},
        {.kind = PL_LIT_INT, .as.integer = 1},
        {.kind = PL_LIT_DOUBLE, .as.number = 1},
        {.kind = PL_LIT_DOUBLE, .as.number = 2},
        text("1"),
        text("2"),
        {.kind = PL_LIT_DATETIME, .as.integer = 1},
        {.kind = PL_LIT_DATETIME, .as.integer = 1, .offset = 60},
        {.kind = PL_LIT_DATE, .as.integer = 1},
        {.kind = PL_LIT_DURATION, .as.integer = 1},
        {.kind = PL_LIT_JSON, .as.text = PL_STR_INIT("[1]")},
    };
    for (size_t a = 0; a < sizeof all / sizeof *all; a++)
        for (size_t b = 0; b < sizeof all / sizeof *all; b++) CHECK(pl_literal_equal(all[a], all[b]) == (a == b));
    Table t;
    table_init(&t);
    CHECK(pl_type(&t.types, pl_type_enum(&t.types, all, sizeof all / sizeof *all))->count == sizeof all / sizeof *all);
    table_deinit(&t);
}

TEST(fields)
{
    Table t;
    table_init(&t);
    PlField f[] = {field("id", PL_T_TEXT, true), field("Id", PL_T_DATE, true)};
    PlTypeId record = pl_type_record(&t.types, f, 2, PL_TYPE_NONE, false, PL_STR(""));
    CHECK(pl_type_field(&t.types, record, PL_STR("Id"))->type == PL_T_DATE);
    CHECK(pl_type_field(&t.types, record, PL_STR("ID")) == NULL);
    CHECK(pl_type_field(&t.types, PL_T_TEXT, PL_STR("id")) == NULL);
    table_deinit(&t);
}

TEST(format_names)
{
    CHECK(pl_type_format_by_name(PL_STR("uri")) == PL_FORMAT_URL);
    CHECK(pl_type_format_by_name(PL_STR("int64")) == PL_FORMAT_NONE);
    CHECK(strcmp(pl_type_format_name(PL_FORMAT_NONE), "") == 0);
    for (unsigned i = 1; i < PL_FORMAT_COUNT; i++)
        CHECK(pl_type_format_by_name(pl_str_z(pl_type_format_name((PlTextFormat)i))) == (PlTextFormat)i);
}

UNIT_MAIN
