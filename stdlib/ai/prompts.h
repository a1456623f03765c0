/* SPDX-License-Identifier: MIT */
/* The texts that a model is told, put into the program from stdlib/ai/prompts when it is built. Their hash stands in a module's door, so that what a model
 * is told is approved with the plan. */
#ifndef PL_STDLIB_AI_PROMPTS_H
#define PL_STDLIB_AI_PROMPTS_H

#include "vm/base/str.h"

typedef struct PlAiPrompt {
    const char *name, *text;
} PlAiPrompt;

extern const PlAiPrompt pl_ai_prompts[]; /* by name; ends with a NULL name */

PlStr pl_ai_prompt(const char *name); /* without the line's end at the end; "" when there is none */
void pl_ai_prompts_hash(char hex[65]); /* SHA-256 of all names and texts */

#endif
