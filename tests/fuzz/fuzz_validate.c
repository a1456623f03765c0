/* SPDX-License-Identifier: MIT */
/* Any JSON as a value against schemas that use every keyword: the verdict is the same whether somebody asks why, whether the value is written and
 * read again, and where each fault is said to be there is something, or a field that is missing. */
#include "tests/fuzz/fuzz.h"
#include "vm/value/json.h"
#include "vm/value/schema.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct Fixed {
    PlSchemaDraft draft;
    const char *text;
} Fixed;

static const Fixed schemas[] = {
    {PL_SCHEMA_2020_12, "{\"$defs\":{\"tree\":{\"$dynamicAnchor\":\"t\",\"type\":\"object\",\"properties\":{\"k\":{\"type\":\"array\",\"items\":{\"$"
                        "dynamicRef\":\"#t\"}},"
                        "\"v\":{\"type\":[\"integer\",\"null\"]}},\"unevaluatedProperties\":false}},\"$ref\":\"#/$defs/tree\"}"},
    {PL_SCHEMA_2020_12,
     "{\"type\":[\"object\",\"array\"],\"prefixItems\":[{\"const\":1},{\"enum\":[\"a\",null,[1]]}],\"items\":{\"type\":\"number\",\"multipleOf\":0.1}"
     ","
     "\"contains\":{\"minimum\":3},\"minContains\":0,\"maxContains\":2,\"uniqueItems\":true,\"unevaluatedItems\":{\"type\":\"string\"},"
     "\"patternProperties\":{\"^a+$\":{\"minLength\":2},\"b\":{\"maxLength\":3}},\"propertyNames\":{\"maxLength\":9},\"minProperties\":1,"
     "\"dependentRequired\":{\"a\":[\"b\"]},\"dependentSchemas\":{\"b\":{\"required\":[\"aa\"]}},\"additionalProperties\":{\"type\":\"integer\"}}"},
    {PL_SCHEMA_2020_12,
     "{\"if\":{\"properties\":{\"kind\":{\"const\":\"x\"}},\"required\":[\"kind\"]},\"then\":{\"required\":[\"x\"],\"properties\":{\"x\":{\"$ref\":"
     "\"#\"}}},"
     "\"else\":{\"anyOf\":[{\"type\":\"string\",\"pattern\":\"^(a|b)*c$\",\"format\":\"date-time\"},{\"oneOf\":[{\"minimum\":0},{\"maximum\":10}]},"
     "{\"not\":{\"type\":\"array\"}}]},\"unevaluatedProperties\":{\"type\":\"boolean\"}}"},
    {PL_SCHEMA_DRAFT_4,
     "{\"definitions\":{\"n\":{\"type\":\"integer\",\"minimum\":-5,\"exclusiveMinimum\":true}},\"type\":\"object\",\"required\":[\"n\"],"
     "\"properties\":"
     "{\"n\":{\"$ref\":\"#/definitions/n\"},\"l\":{\"items\":[{\"type\":\"string\"}],\"additionalItems\":false}},\"dependencies\":{\"l\":[\"n\"],"
     "\"o\":{\"maxProperties\":3}},\"additionalProperties\":false}"},
    {PL_SCHEMA_OPENAPI,
     "{\"type\":\"object\",\"properties\":{\"u\":{\"type\":\"string\",\"format\":\"uuid\",\"nullable\":true},\"e\":{\"type\":\"string\",\"format\":"
     "\"email\"},"
     "\"d\":{\"type\":\"string\",\"format\":\"date\"},\"i\":{\"type\":\"string\",\"format\":\"ipv6\"},\"r\":{\"type\":\"string\",\"format\":\"uri\"},"
     "\"h\":{\"type\":\"string\",\"format\":\"hostname\"},\"p\":{\"type\":\"string\",\"format\":\"json-pointer\"},\"x\":{\"type\":\"string\","
     "\"format\":\"regex\"},"
     "\"t\":{\"type\":\"string\",\"format\":\"duration\"}},\"minProperties\":1,\"additionalProperties\":{\"allOf\":[{\"$ref\":\"#\"}]}}"},
};

static void expect(bool holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "validate: %s\n", what);
    abort();
}

/* A pointer of a fault leads to a part of the value, or one step beyond it, to what is missing. */
static bool leads_somewhere(PlArena *arena, PlValue v, PlStr pointer)
{
    for (size_t i = 0; i < pointer.len;) {
        expect(pointer.ptr[i] == '/', "a pointer without a slash");
        char *name = pl_arena_alloc(arena, pointer.len + 1, 1);
        size_t n = 0;
        for (i++; i < pointer.len && pointer.ptr[i] != '/'; i++) {
            bool escape = pointer.ptr[i] == '~' && i + 1 < pointer.len;
            name[n++] = !escape ? pointer.ptr[i] : pointer.ptr[++i] == '1' ? '/' : '~';
        }
        if (v.tag == PL_LIST) {
            char *end;
            name[n] = 0;
            unsigned long at = strtoul(name, &end, 10);
            if (*end || at >= pl_list_len(v)) return false;
            v = pl_list_at(v, (uint32_t)at);
        } else if (v.tag != PL_RECORD || !pl_record_find(v, pl_str(name, n), &v)) {
            return v.tag == PL_RECORD && (i == pointer.len || n >= 240); /* long names are cut */
        }
    }
    return true;
}

static void judge(PlArena *arena, PlValues *values, PlSchema *schema, bool draft4, PlValue v, PlStr written)
{
    PlSchemaIssues issues;
    bool good = pl_schema_fits(schema, v, arena, &issues), spent = false;
    expect(good == (issues.count == 0), "does not fit without words");
    for (uint32_t i = 0; i < issues.count; i++) {
        spent |= issues.all[i].keyword.len == 0 && issues.all[i].at.len == 0;
        expect(issues.all[i].message.len > 0, "a fault without words");
        expect(leads_somewhere(arena, v, issues.all[i].at), "a fault nowhere");
    }
    if (!spent) expect(pl_schema_fits(schema, v, arena, NULL) == good, "asking why changes the verdict");
    PlValue again;
    size_t at;
    const char *error;
    expect(pl_json_read(values, written, &again, &at, &error) == PL_OK, "what was written cannot be read");
    if (!spent && !draft4) /* there 2.0 is no integer, and it is written as 2 */
        expect(pl_schema_fits(schema, again, arena, NULL) == good, "writing and reading change the verdict");
    pl_release(values, again);
}

static void use(PlArena *arena, PlValues *values, PlValue v)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_json_write(&buf, v);
    PlStr written = pl_arena_str(arena, pl_buf_str(&buf));
    bool whole = buf.status == PL_OK;
    pl_buf_deinit(&buf);
    for (size_t i = 0; whole && i < sizeof schemas / sizeof *schemas; i++) {
        PlSchemaOptions options = {.draft = schemas[i].draft, .formats = true};
        PlSchemaIssues issues;
        PlSchema *schema;
        PlValue root;
        size_t at;
        const char *error;
        expect(pl_json_read(values, pl_str_z(schemas[i].text), &root, &at, &error) == PL_OK, "a schema is no JSON");
        expect(pl_schema_compile(arena, values, root, &options, &schema, &issues) == PL_OK, "a schema does not compile");
        judge(arena, values, schema, options.draft == PL_SCHEMA_DRAFT_4, v, written);
        pl_schema_free(schema);
        pl_release(values, root);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 128 << 20);
    PlHeap *heap = pl_heap_new(&escape, 128 << 20);
    PlValues *values = pl_values_new(heap);
    PlValue v;
    size_t at = 0;
    const char *error = NULL;
    if (setjmp(escape.at) == 0 && pl_json_read(values, pl_str(size ? (const char *)data : "", size), &v, &at, &error) == PL_OK) {
        use(arena, values, v);
        pl_release(values, v);
    }
    pl_values_free(values);
    pl_heap_free(heap);
    pl_arena_free(arena);
    return 0;
}
