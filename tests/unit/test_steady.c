/* SPDX-License-Identifier: MIT */
/* Steady readings: a plan says what its tidied text says, its other steps keep their places, and what never comes to rest is an error. */
#include "compiler/syntax/parse.h"
#include "compiler/syntax/print.h"
#include "tests/unit/unit.h"

typedef struct Bed {
    PlArena *arena;
    PlEscape escape;
    PlSources sources;
    PlDiags diags;
    PlPlan *plan;
    PlBuf printed, dump;
} Bed;

static void bed_read(Bed *bed, PlStr text)
{
    bed->arena = pl_arena_new(&bed->escape, 0);
    pl_sources_init(&bed->sources, bed->arena);
    pl_diags_init(&bed->diags, bed->arena, &bed->sources);
    pl_buf_init(&bed->printed, 0);
    pl_buf_init(&bed->dump, 0);
    bed->plan = pl_parse(bed->arena, &bed->diags, pl_sources_add(&bed->sources, PL_STR("test"), text));
    pl_print_plan(&bed->printed, bed->plan);
    pl_ast_dump(&bed->dump, bed->plan);
}

static void bed_end(Bed *bed)
{
    pl_buf_deinit(&bed->printed);
    pl_buf_deinit(&bed->dump);
    pl_arena_free(bed->arena);
}

static const PlDiag *found(const Bed *bed, PlDiagCode code)
{
    for (uint32_t i = 0; i < bed->diags.all.len; i++)
        if (bed->diags.all.items[i]->code == code) return bed->diags.all.items[i];
    return NULL;
}

/* A step of parts is prose, and its words alone are a statement. */
static const char parts[] = "1. Note \"before\"\n2. Note \"twice\"\n   Tool: gmail\n3. Note \"behind\"\n";

static void comes_to_rest(const char *text)
{
    Bed first, second;
    bed_read(&first, pl_str_z(text));
    CHECK(first.diags.errors == 0);
    bed_read(&second, pl_buf_str(&first.printed));
    CHECK(second.diags.errors == 0);
    CHECK_STR(pl_buf_str(&second.dump), first.dump.ptr);
    CHECK_STR(pl_buf_str(&second.printed), first.printed.ptr);
    CHECK(second.plan->tidied == 0);
    bed_end(&second);
    bed_end(&first);
}

TEST(printing_what_was_printed_changes_nothing)
{
    comes_to_rest(parts);
    comes_to_rest("1. Wait for \"paid\"\n   Result: 3. x\n");
    comes_to_rest("1. Do this\n   2. Count the rows\n   and 3. Stop\n");
    comes_to_rest("1. `Note` \"twice\"\n");
}

TEST(a_plan_that_is_steady_has_one_source)
{
    Bed bed;
    bed_read(&bed, PL_STR("1. Fetch mails -> mails\n2. for every m in mails\n   - Note \"{m}\"\n"));
    CHECK(bed.diags.errors == 0);
    CHECK(bed.sources.all.len == 1);
    CHECK(bed.plan->tidied == 0);
    bed_end(&bed);
}

TEST(steps_that_were_steady_keep_their_places)
{
    Bed bed;
    bed_read(&bed, pl_str_z(parts));
    CHECK(bed.plan->steps.len == 3);
    if (!(bed.plan->steps.len == 3)) return;
    CHECK(bed.plan->tidied == 1);
    CHECK_STR(bed.sources.all.items[1].name, "test (tidied)");
    CHECK(bed.plan->steps.items[0]->value->span.source == 0);
    CHECK(bed.plan->steps.items[2]->value->span.source == 0);
    CHECK(bed.plan->steps.items[1]->value->span.source == 1);
    CHECK(bed.plan->steps.items[1]->span.source == 0); /* the step itself is where it was written */
    CHECK(bed.plan->steps.items[1]->span.start == 17);
    CHECK(found(&bed, PL_D_READ_AS_STEP) != NULL);
    bed_end(&bed);
}

TEST(what_does_not_read_once_tidied_is_an_error_at_its_step)
{
    Bed bed;
    bed_read(&bed, PL_STR("1. Note \"before\"\n2. Wait for \"paid\" or \"late\"\n   Output: order\n"));
    const PlDiag *d = found(&bed, PL_D_UNSTEADY);
    CHECK(d != NULL);
    if (!(d != NULL)) return;
    CHECK(bed.diags.errors == 1);
    CHECK(d->span.source == 0);
    CHECK(d->span.start == 17);
    CHECK(d->related.len == 1);
    if (!(d->related.len == 1)) return;
    CHECK(d->related.items[0].span.source == 1);
    bed_end(&bed);
}

UNIT_MAIN
