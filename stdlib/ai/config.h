/* SPDX-License-Identifier: MIT */
/* What opens the door of a model: the config that compiler/doors/ai.c made, read again. Untrusted: a module may come from anywhere. */
#ifndef PL_STDLIB_AI_CONFIG_H
#define PL_STDLIB_AI_CONFIG_H

#include "vm/base/arena.h"
#include "vm/base/buf.h"
#include "vm/code/action.h"

typedef enum PlAiApi { PL_AI_OPENAI, PL_AI_ANTHROPIC } PlAiApi;

typedef struct PlAiConfig { /* texts in the arena */
    PlAiApi api;
    PlStr model, url;       /* url: the whole address that is posted to */
    double price_in, price_out; /* dollars for a million tokens */
    double temperature;
    bool has_temperature;
    int64_t max_tokens, max_completion_tokens; /* 0: not said */
    uint64_t timeout_us;    /* of one request */
    int64_t cache_us;       /* how long an answer is kept; 0: not */
    PlAuth auth;            /* names the credential */
    PlAuthSet set;
    uint32_t set_count;     /* 0: none is needed */
} PlAiConfig;

/* False with words in `why`. */
bool pl_ai_config_read(PlArena *arena, PlStr json, PlAiConfig *out, PlBuf *why);

#endif
