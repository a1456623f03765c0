/* SPDX-License-Identifier: MIT */
/* Texts for made values: by format, by what a field is called, within its lengths. */
#ifndef PL_SERVICE_MOCK_TEXT_H
#define PL_SERVICE_MOCK_TEXT_H

#include "vm/service/mock_schema.h"

PlStr pl_mock_text(PlArena *arena, const PlMockSchema *flat, PlStr name, int64_t now_us, uint64_t seed);
PlStr pl_mock_text_for(PlArena *arena, PlStr name, uint64_t seed); /* by the name alone */
PlStr pl_mock_uuid(PlArena *arena, uint64_t seed);
PlStr pl_mock_datetime(PlArena *arena, int64_t us);
/* A text for a simple pattern: literals, classes, groups, alternatives, quantifiers. False when the pattern has something else. */
bool pl_mock_text_of_pattern(PlArena *arena, PlStr pattern, uint64_t seed, PlStr *out);

#endif
