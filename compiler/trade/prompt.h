/* SPDX-License-Identifier: MIT */
/* The prompt that makes a language model write a plan: the language, the actions that the goal may need, examples of
 * what it seems to need. The same goal and catalog give the same text. The texts are prompt_language.txt and
 * prompt_examples.txt, put into the program when it is built. */
#ifndef PL_COMPILER_TRADE_PROMPT_H
#define PL_COMPILER_TRADE_PROMPT_H

#include "compiler/catalog/catalog.h"

enum { PL_PROMPT_VERSION = 1, PL_PROMPT_TOKENS = 2000 };

typedef struct PlPrompt { /* in the arena */
    PlStr system, user;
    uint32_t tokens;  /* of both, estimated */
    uint32_t actions; /* that are shown */
    uint32_t examples;
    uint32_t actions_left, examples_left; /* that the goal seems to need and there was no room for */
    bool over;                            /* the language and the goal alone are more than the limit */
} PlPrompt;

/* Both texts within `max_tokens` (0: PL_PROMPT_TOKENS): examples go before actions, and actions from the last. The
 * language and the goal stay whatever the limit. */
void pl_prompt(PlArena *arena, PlCatalog *catalog, PlStr goal, uint32_t max_tokens, PlPrompt *out);

/* How many tokens a model's tokenizer makes of it, from above for English and plans: the greater of a token for each
 * 3.6 bytes, and one for each word and each mark (a word of more than 8 letters counts once more for each 8).
 * docs/cli.md. */
uint32_t pl_prompt_tokens(PlStr text);

/* The examples, for tests: the plan of one, NULL behind the last. */
const char *pl_prompt_example(PlArena *arena, uint32_t index, PlStr *name);

#endif
