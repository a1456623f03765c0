/* SPDX-License-Identifier: MIT */
/* What a person reads before approving a run, made from the module alone (never from a text that somebody wrote beside it): every operation the plan can
 * call with effect, method, host, path and the most calls; what it writes and deletes; credentials by name; which data goes where; what outside data
 * decides; where people are asked; limits; the hash that an approval is bound to. spec/review.md. */
#ifndef PL_CODE_REVIEW_H
#define PL_CODE_REVIEW_H

#include "vm/code/flow.h"

/* `servers` of the command line are shown in place of the documents': pairs of plugin and base URL. */
typedef struct PlReviewOptions {
    const PlStr *servers; /* plugin, url, plugin, url ... */
    uint32_t server_count;
} PlReviewOptions;

void pl_review_print(PlBuf *out, PlArena *arena, const PlModule *module, const PlReviewOptions *options);
void pl_review_json(PlBuf *out, PlArena *arena, const PlModule *module, const PlReviewOptions *options); /* one object, one line */
/* The call of an action at most: "1", "500", "as many as its lists are long, 10000 in all". */
void pl_review_at_most(PlBuf *out, const PlModule *module, uint32_t action);

#endif
