/* SPDX-License-Identifier: MIT */
/* Does a value fit a JSON Schema that the plan has (spec/schema.md says how it is read). References to other documents lead nowhere. */
#include "stdlib/guard.h"

#include "vm/value/schema.h"

typedef struct Check {
    PlBuiltinContext *context;
    PlValue value, schema;
    PlArena *arena;
    PlEscape escape;
    PlSchema *compiled;
    PlValue faults; /* owned; NULL kind: only whether it fits */
    bool wants_faults, fits;
} Check;

static PlValue record_of(PlValues *values, const PlSchemaIssue *issue)
{
    PlValue record = pl_record_set_take(values, pl_record(values), PL_STR("at"), pl_text(values, issue->at));
    return pl_record_set_take(values, record, PL_STR("message"), pl_text(values, issue->message));
}

static PlStatus check(void *with)
{
    Check *c = with;
    PlValues *values = c->context->values;
    PlSchemaIssues *issues = PL_NEW(c->arena, PlSchemaIssues);
    PlSchemaOptions options = {.draft = PL_SCHEMA_2020_12, .formats = true, .base = PL_STR(""), .pointer = PL_STR("")};
    PlStatus status = pl_schema_compile(c->arena, values, c->schema, &options, &c->compiled, issues);
    if (status != PL_OK)
        return pl_args_fail(c->context, "the schema is none: " PL_FMT, PL_ARG(issues->count ? issues->all[0].message : PL_STR("it cannot be read")));
    issues->count = 0;
    c->fits = pl_schema_fits(c->compiled, c->value, c->arena, issues);
    if (!c->wants_faults) return PL_OK;
    c->faults = pl_list(values, issues->count);
    for (uint32_t i = 0; i < issues->count && !c->fits; i++) c->faults = pl_list_append_take(values, c->faults, record_of(values, &issues->all[i]));
    return PL_OK;
}

/* The arena's escape too. */
static PlStatus check_escaping(void *with)
{
    Check *c = with;
    if (setjmp(c->escape.at) != 0) return c->escape.status;
    return check(c);
}

static void tidy(void *with)
{
    Check *c = with;
    pl_schema_free(c->compiled);
    pl_arena_free(c->arena);
}

static PlStatus run(PlBuiltinContext *context, const PlValue *all, uint32_t count, bool wants_faults, Check *c)
{
    PlArgs args = {context, all, count};
    PlValue schema = pl_args_at(&args, 1);
    *c = (Check){.context = context, .value = pl_args_at(&args, 0), .schema = schema, .wants_faults = wants_faults};
    if (schema.tag != PL_RECORD && schema.tag != PL_YESNO) return pl_args_wrong(&args, 1, "a JSON Schema (a record)"), PL_INVALID;
    c->arena = pl_arena_new(&c->escape, 0);
    if (!c->arena) return PL_NOMEM;
    return pl_guard(context->values, check_escaping, tidy, c);
}

PlStatus pl_fn_fits_schema(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    Check c;
    PlStatus status = run(context, all, count, false, &c);
    *out = pl_yesno(c.fits);
    return status;
}

PlStatus pl_fn_schema_faults(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    Check c;
    PlStatus status = run(context, all, count, true, &c);
    if (status == PL_OK) *out = c.faults;
    return status;
}
