/* SPDX-License-Identifier: MIT */
/* What a PATCH makes of an item: JSON Merge Patch (RFC 7396) and JSON Patch (RFC 6902). */
#ifndef PL_SERVICE_MOCK_PATCH_H
#define PL_SERVICE_MOCK_PATCH_H

#include "vm/service/mock_node.h"

/* A list of records with an "op" each: JSON Patch. */
bool pl_mock_patch_is_list(const PlNode *patch);
PlNode pl_mock_patch_merge(PlArena *arena, const PlNode *old, const PlNode *patch);
/* All operations or none. False with *why, which names the operation, when one cannot be done. */
bool pl_mock_patch_apply(PlArena *arena, const PlNode *old, const PlNode *patch, PlNode *out, PlStr *why);

#endif
