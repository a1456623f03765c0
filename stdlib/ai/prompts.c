/* SPDX-License-Identifier: MIT */
/* Looking a prompt up, and the hash over all of them. */
#include "stdlib/ai/prompts.h"

#include "vm/code/hash.h"

PlStr pl_ai_prompt(const char *name)
{
    for (const PlAiPrompt *p = pl_ai_prompts; p->name; p++)
        if (strcmp(p->name, name) == 0) return pl_str_trim(pl_str_z(p->text));
    return PL_STR("");
}

/* A chain, so that no part can run into the next. */
void pl_ai_prompts_hash(char hex[65])
{
    uint8_t hash[32] = {0};
    for (const PlAiPrompt *p = pl_ai_prompts; p->name; p++) {
        PlStr parts[] = {pl_str((const char *)hash, sizeof hash), pl_str(p->name, strlen(p->name) + 1), pl_str_z(p->text)};
        uint8_t next[32];
        pl_hash_parts(parts, 3, next);
        memcpy(hash, next, sizeof hash);
    }
    pl_hash_hex(hash, sizeof hash, hex);
}
