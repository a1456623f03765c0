/* SPDX-License-Identifier: MIT */
/* The schemas of schemas, for references to them and to say whether a schema is one: which kind of value each keyword has. Said in our words: one
 * document each, without the vocabularies that the originals are put together from. */
#include "vm/value/schema_node.h"

#define COUNT    "{\"type\":\"integer\",\"minimum\":0}"
#define NAMES    "{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"uniqueItems\":true}"
#define SCHEMA   "{\"$ref\":\"#\"}"
#define MANY     "{\"type\":\"array\",\"minItems\":1,\"items\":{\"$ref\":\"#\"}}"
#define NAMED    "{\"type\":\"object\",\"additionalProperties\":{\"$ref\":\"#\"}}"
#define ONE_TYPE "{\"enum\":[\"array\",\"boolean\",\"integer\",\"null\",\"number\",\"object\",\"string\"]}"
#define TYPES                                                                                                          \
    "{\"anyOf\":[" ONE_TYPE ",{\"type\":\"array\",\"minItems\":1,\"uniqueItems\":true,\"items\":" ONE_TYPE "}]}"
#define TEXT   "{\"type\":\"string\"}"
#define FLAG   "{\"type\":\"boolean\"}"
#define NUMBER "{\"type\":\"number\"}"

/* What all drafts have in common. */
#define COMMON                                                                                                         \
    "\"$schema\":" TEXT ",\"title\":" TEXT ",\"description\":" TEXT ",\"maximum\":" NUMBER ",\"minimum\":" NUMBER      \
    ",\"maxLength\":" COUNT ",\"minLength\":" COUNT                                                                    \
    ",\"pattern\":{\"type\":\"string\",\"format\":\"regex\"},\"maxItems\":" COUNT ",\"minItems\":" COUNT               \
    ",\"uniqueItems\":" FLAG ",\"maxProperties\":" COUNT ",\"minProperties\":" COUNT ",\"definitions\":" NAMED         \
    ",\"properties\":" NAMED ",\"patternProperties\":" NAMED ",\"type\":" TYPES ",\"format\":" TEXT ",\"allOf\":" MANY \
    ",\"anyOf\":" MANY ",\"oneOf\":" MANY ",\"not\":" SCHEMA

static const char of_2020_12[] =
    "{\"$id\":\"https://json-schema.org/draft/2020-12/"
    "schema\",\"$dynamicAnchor\":\"meta\",\"type\":[\"object\",\"boolean\"],\"properties\":{" COMMON
    ",\"$id\":{\"type\":\"string\",\"pattern\":\"^[^#]*#?$\"},\"$ref\":" TEXT
    ",\"$anchor\":{\"type\":\"string\",\"pattern\":\"^[A-Za-z_][-A-Za-z0-9._]*$\"}"
    ",\"$dynamicRef\":" TEXT
    ",\"$dynamicAnchor\":{\"type\":\"string\",\"pattern\":\"^[A-Za-z_][-A-Za-z0-9._]*$\"},\"$comment\":" TEXT
    ",\"$defs\":" NAMED ",\"$vocabulary\":{\"type\":\"object\",\"additionalProperties\":" FLAG
    "},\"multipleOf\":{\"type\":\"number\",\"exclusiveMinimum\":0}"
    ",\"exclusiveMaximum\":" NUMBER ",\"exclusiveMinimum\":" NUMBER ",\"maxContains\":" COUNT ",\"minContains\":" COUNT
    ",\"required\":" NAMES ",\"dependentRequired\":{\"type\":\"object\",\"additionalProperties\":" NAMES
    "},\"enum\":{\"type\":\"array\"},\"prefixItems\":" MANY ",\"items\":" SCHEMA ",\"contains\":" SCHEMA
    ",\"additionalProperties\":" SCHEMA ",\"dependentSchemas\":" NAMED ",\"propertyNames\":" SCHEMA ",\"if\":" SCHEMA
    ",\"then\":" SCHEMA ",\"else\":" SCHEMA ",\"unevaluatedItems\":" SCHEMA ",\"unevaluatedProperties\":" SCHEMA
    ",\"deprecated\":" FLAG ",\"readOnly\":" FLAG ",\"writeOnly\":" FLAG
    ",\"examples\":{\"type\":\"array\"},\"contentEncoding\":" TEXT ",\"contentMediaType\":" TEXT
    ",\"contentSchema\":" SCHEMA "}}";

static const char of_draft_4[] =
    "{\"id\":\"http://json-schema.org/draft-04/schema#\",\"type\":\"object\",\"properties\":{" COMMON ",\"id\":" TEXT
    ",\"multipleOf\":{\"type\":\"number\",\"minimum\":0,\"exclusiveMinimum\":true},\"exclusiveMaximum\":" FLAG
    ",\"exclusiveMinimum\":" FLAG ",\"additionalItems\":{\"anyOf\":[" FLAG "," SCHEMA "]},\"items\":{\"anyOf\":[" SCHEMA
    "," MANY "]},\"required\":{\"type\":\"array\",\"minItems\":1,"
    "\"items\":" TEXT ",\"uniqueItems\":true},\"additionalProperties\":{\"anyOf\":[" FLAG "," SCHEMA
    "]},\"dependencies\":{\"type\":\"object\","
    "\"additionalProperties\":{\"anyOf\":[" SCHEMA "," NAMES
    "]}},\"enum\":{\"type\":\"array\",\"minItems\":1,\"uniqueItems\":true}},"
    "\"dependencies\":{\"exclusiveMaximum\":[\"maximum\"],\"exclusiveMinimum\":[\"minimum\"]}}";

static const char of_draft_7[] =
    "{\"$id\":\"http://json-schema.org/draft-07/schema#\",\"type\":[\"object\",\"boolean\"],\"properties\":{" COMMON
    ",\"$id\":" TEXT ",\"$ref\":" TEXT
    ",\"multipleOf\":{\"type\":\"number\",\"exclusiveMinimum\":0},\"exclusiveMaximum\":" NUMBER
    ",\"exclusiveMinimum\":" NUMBER ",\"additionalItems\":" SCHEMA ",\"items\":{\"anyOf\":[" SCHEMA "," MANY
    "]},\"contains\":" SCHEMA ",\"required\":" NAMES ",\"additionalProperties\":" SCHEMA
    ",\"dependencies\":{\"type\":\"object\",\"additionalProperties\":{\"anyOf\":[" SCHEMA "," NAMES
    "]}},\"propertyNames\":" SCHEMA ",\"enum\":{\"type\":\"array\"}"
    ",\"if\":" SCHEMA ",\"then\":" SCHEMA ",\"else\":" SCHEMA "}}";

PlStr pl_schema_meta(PlStr address, PlSchemaDraft *draft)
{
    static const struct {
        const char *address;
        const char *text;
        PlSchemaDraft draft;
    } all[] = {
        {"https://json-schema.org/draft/2020-12/schema", of_2020_12, PL_SCHEMA_2020_12},
        {"https://json-schema.org/draft/2019-09/schema", of_2020_12, PL_SCHEMA_2020_12},
        {"http://json-schema.org/draft-07/schema", of_draft_7, PL_SCHEMA_DRAFT_7},
        {"http://json-schema.org/draft-06/schema", of_draft_7, PL_SCHEMA_DRAFT_7},
        {"http://json-schema.org/draft-04/schema", of_draft_4, PL_SCHEMA_DRAFT_4},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (!pl_str_eq_z(address, all[i].address)) continue;
        *draft = all[i].draft;
        return pl_str_z(all[i].text);
    }
    return PL_STR("");
}
