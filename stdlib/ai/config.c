/* SPDX-License-Identifier: MIT */
/* Reads the config by its keys; what lacks or is of another kind refuses the door. */
#include "stdlib/ai/config.h"

#include "stdlib/ai/prompts.h"
#include "vm/base/json_scan.h"

static bool refuse(PlBuf *why, const char *words)
{
    pl_buf_put_z(why, words);
    return false;
}

static double number_of(PlStr json, const char *key)
{
    PlStr text;
    double n;
    return pl_json_find(json, key, &text) && pl_str_to_double(pl_str_trim(text), &n) && n >= 0 && n <= 1e6 ? n : 0;
}

static int64_t int_of(PlStr json, const char *key)
{
    enum { MOST = 10000000 };
    PlStr text;
    int64_t n;
    return pl_json_find(json, key, &text) && pl_str_to_int(pl_str_trim(text), &n) && n >= 0 && n <= MOST ? n : 0;
}

static bool read_auth(PlArena *arena, PlStr json, PlAiConfig *out)
{
    bool anthropic = out->api == PL_AI_ANTHROPIC;
    out->auth = (PlAuth){.kind = anthropic ? PL_AUTH_API_KEY : PL_AUTH_BEARER,
                         .scheme = PL_STR("key"),
                         .credential = pl_json_find_text(arena, json, "key"),
                         .place = PL_IN_HEADER,
                         .wire = anthropic ? PL_STR("x-api-key") : PL_STR(""),
                         .token_url = PL_STR("")};
    out->set = (PlAuthSet){&out->auth, 1};
    out->set_count = out->auth.credential.len ? 1 : 0;
    return true;
}

bool pl_ai_config_read(PlArena *arena, PlStr json, PlAiConfig *out, PlBuf *why)
{
    char hash[65];
    *out = (PlAiConfig){.model = pl_json_find_text(arena, json, "model")};
    PlStr api = pl_json_find_text(arena, json, "api"), url = pl_json_find_text(arena, json, "url"), ignored;
    pl_ai_prompts_hash(hash);
    if (!out->model.len || !url.len) return refuse(why, "the module names no model or no server");
    if (pl_str_eq_z(api, "anthropic")) out->api = PL_AI_ANTHROPIC;
    else if (!pl_str_eq_z(api, "openai")) return refuse(why, "the module asks for an api that this program does not speak");
    if (!pl_str_eq_z(pl_json_find_text(arena, json, "prompts"), hash))
        return refuse(why, "the plan was compiled for other prompts than this program has: compile it again");
    out->url = pl_arena_printf(arena, PL_FMT "%s", PL_ARG(url), out->api == PL_AI_ANTHROPIC ? "/messages" : "/chat/completions");
    out->price_in = number_of(json, "price_in");
    out->price_out = number_of(json, "price_out");
    out->has_temperature = pl_json_find(json, "temperature", &ignored);
    out->temperature = number_of(json, "temperature");
    out->max_tokens = int_of(json, "max_tokens");
    out->max_completion_tokens = int_of(json, "max_completion_tokens");
    int64_t timeout = int_of(json, "timeout");
    out->timeout_us = (uint64_t)(timeout ? timeout : 120) * 1000000;
    out->cache_us = int_of(json, "cache") * 1000000;
    return read_auth(arena, json, out);
}
