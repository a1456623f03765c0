/* SPDX-License-Identifier: MIT */
/* Is a value what a schema allows? Every fault with the path of the place and what was expected. The validator judges (vm/value/schema.h), over
 * the document's schemas as mock_convert.h writes them; here its pointers become paths, and what an open record does not know becomes a warning.
 * docs/mock.md, "What is checked". */
#ifndef PL_SERVICE_MOCK_CHECK_H
#define PL_SERVICE_MOCK_CHECK_H

#include "vm/service/mock_schema.h"
#include "vm/value/schema.h"

enum { PL_MOCK_ISSUES = 20 };

typedef struct PlMockIssue {
    PlStr path, message;
} PlMockIssue;

typedef PL_VEC(PlMockIssue) PlMockIssues;

typedef struct PlMockCheck {
    PlMockSchemas *schemas;
    PlArena *arena;         /* of the request */
    PlMockIssues errors, warnings; /* at most PL_MOCK_ISSUES each */
    bool answer;            /* the value goes to the client: write-only and read-only change places */
    uint32_t steps;         /* left for warnings */
} PlMockCheck;

void pl_mock_check_init(PlMockCheck *check, PlMockSchemas *schemas, PlArena *arena);
/* `at` names the value: "body", "query.limit". A check that is too much work ends as "fits". */
void pl_mock_check_value(PlMockCheck *check, PlMockSchema *schema, const PlNode *value, PlStr at);
void pl_mock_issue(PlArena *arena, PlMockIssues *issues, PlStr path, const char *format, ...) __attribute__((format(printf, 4, 5)));
/* True when the value has no fault. */
bool pl_mock_fits(PlMockSchemas *schemas, PlArena *arena, PlMockSchema *schema, const PlNode *value, bool answer);
/* The same, and what is wrong; issues->count is 0 when it fits. */
bool pl_mock_judge(PlMockSchemas *schemas, PlArena *arena, PlMockSchema *schema, const PlNode *value, bool answer, PlSchemaIssues *issues);
/* A step of a JSON Pointer as it is called: ~1 is a slash, ~0 a tilde (RFC 6901). */
PlStr pl_mock_step(PlArena *arena, PlStr step);
/* What a value's kind is as PL_KIND_* bits: 2 is an integer and a number, 2.0 also. */
uint32_t pl_mock_kinds_of(const PlNode *value);

#endif
