/* SPDX-License-Identifier: MIT */
/* Calls whose credential comes from a program that has not printed it yet. The program is started once however many calls wait for it; meanwhile the loop
 * turns, and other calls go their way. A call that waits has a copy of its request; it is admitted when the program is through. */
#include "vm/io/http_call.h"

#include "vm/base/arena.h"
#include "vm/base/fault.h"
#include "vm/base/limits.h"
#include "vm/io/command.h"

#include <stdio.h>

struct PlHttpHold {
    PlHttpHold *next;
    PlHttp *http;
    char *name;          /* of the credential */
    PlCommand *command;
    PlHttpList waiting;
};

typedef struct Copy { /* the request, in an arena that may escape */
    PlEscape escape;
    PlArena *arena;
    PlNetRequest request;
} Copy;

/* ---- the copy ---- */

static PlAuthSet *copy_auth(PlArena *arena, const PlNetRequest *from)
{
    PlAuthSet *sets = PL_NEW_N(arena, PlAuthSet, from->auth_count + 1);
    for (uint32_t i = 0; i < from->auth_count; i++) {
        sets[i] = from->auth[i];
        sets[i].all = PL_NEW_N(arena, PlAuth, from->auth[i].count + 1);
        for (uint32_t k = 0; k < from->auth[i].count; k++) {
            PlAuth *a = &sets[i].all[k];
            *a = from->auth[i].all[k];
            a->scheme = pl_arena_str(arena, a->scheme);
            a->credential = pl_arena_str(arena, a->credential);
            a->wire = pl_arena_str(arena, a->wire);
            a->token_url = pl_arena_str(arena, a->token_url);
            PlStr *scopes = PL_NEW_N(arena, PlStr, a->scope_count + 1);
            for (uint32_t s = 0; s < a->scope_count; s++) scopes[s] = pl_arena_str(arena, from->auth[i].all[k].scopes[s]);
            a->scopes = scopes;
        }
    }
    return sets;
}

static const PlFileRef *copy_file(PlArena *arena, const PlFileRef *from)
{
    PlFileRef *to = from ? PL_NEW(arena, PlFileRef) : NULL;
    if (to) *to = *from;
    return to;
}

static void copy_request(Copy *copy, const PlNetRequest *from)
{
    PlArena *arena = copy->arena;
    PlNetRequest *to = &copy->request;
    PlHeader *headers = PL_NEW_N(arena, PlHeader, from->header_count + 1);
    PlPart *parts = PL_NEW_N(arena, PlPart, from->part_count + 1);
    *to = *from;
    to->url = pl_arena_str(arena, from->url);
    to->plugin = pl_arena_str(arena, from->plugin);
    to->body = pl_arena_str(arena, from->body);
    for (uint32_t i = 0; i < from->header_count; i++)
        headers[i] = (PlHeader){pl_arena_str(arena, from->headers[i].name), pl_arena_str(arena, from->headers[i].value)};
    for (uint32_t i = 0; i < from->part_count; i++) {
        const PlPart *p = &from->parts[i];
        parts[i] = (PlPart){.name = pl_arena_str(arena, p->name),
                            .filename = pl_arena_str(arena, p->filename),
                            .content_type = pl_arena_str(arena, p->content_type),
                            .bytes = pl_arena_str(arena, p->bytes),
                            .file = copy_file(arena, p->file)};
    }
    to->body_file = copy_file(arena, from->body_file);
    to->headers = headers;
    to->parts = parts;
    to->auth = copy_auth(arena, from);
}

static bool keep_copy(PlHttpCall *call, const PlNetRequest *request)
{
    if (call->held) return true;
    Copy *copy = pl_zalloc(sizeof *copy);
    if (!copy) return false;
    copy->arena = pl_arena_new(&copy->escape, 0);
    call->held = &copy->request;
    if (!copy->arena || setjmp(copy->escape.at) != 0) {
        pl_http_hold_forget(call);
        return false;
    }
    copy_request(copy, request);
    return true;
}

void pl_http_hold_forget(PlHttpCall *call)
{
    if (!call->held) return;
    Copy *copy = (Copy *)(void *)((char *)(uintptr_t)call->held - offsetof(Copy, request));
    call->held = NULL;
    pl_arena_free(copy->arena);
    pl_free(copy);
}

/* ---- the program ---- */

static void hold_free(PlHttpHold *hold)
{
    pl_command_free(hold->command);
    pl_free(hold->name);
    pl_free(hold);
}

static void take_out(PlHttpHold *hold)
{
    PlHttpHold **at = &hold->http->holds;
    while (*at != hold) at = &(*at)->next;
    *at = hold->next;
}

static void on_printed(void *user, PlStr output, const char *why)
{
    PlHttpHold *hold = user;
    PlStr error;
    PlStatus status = pl_secrets_take(hold->http->secrets, pl_str_z(hold->name), output, why, &error);
    take_out(hold);
    while (hold->waiting.first) {
        PlHttpCall *call = hold->waiting.first;
        pl_http_list_remove(&hold->waiting, call);
        call->hold = NULL;
        if (status == PL_OK) pl_http_admit(call);
        else if (status == PL_NOMEM) pl_http_refuse(call, PL_NET_NO_CREDENTIAL, "out of memory for credential %s", hold->name);
        else pl_http_refuse(call, PL_NET_NO_CREDENTIAL, "%.*s", PL_ARG(error));
    }
    hold_free(hold);
}

static PlHttpHold *hold_of(PlHttp *http, PlStr name)
{
    for (PlHttpHold *h = http->holds; h; h = h->next)
        if (pl_str_eq_z(name, h->name)) return h;
    return NULL;
}

/* PL_CREDENTIAL: call->message says why it cannot be started. */
static PlStatus begin(PlHttpCall *call, PlStr name, const char *words, PlHttpHold **out)
{
    PlHttp *http = call->http;
    const char *why = "";
    PlStr error;
    PlHttpHold *hold = pl_zalloc(sizeof *hold);
    if (!hold) return PL_NOMEM;
    hold->http = http;
    hold->name = pl_strdup_n(name.ptr, name.len);
    if (hold->name) hold->command = pl_command_begin(http->loop, words, PL_LIMIT_SECRET_BYTES, PL_LIMIT_SECRET_TIME, on_printed, hold, &why);
    if (!hold->command) {
        PlStatus status = hold->name ? pl_secrets_take(http->secrets, name, PL_STR(""), why, &error) : PL_NOMEM;
        if (status == PL_CREDENTIAL) snprintf(call->message, sizeof call->message, "%.*s", PL_ARG(error));
        hold_free(hold);
        return status;
    }
    hold->next = http->holds;
    http->holds = hold;
    *out = hold;
    return PL_OK;
}

PlStatus pl_http_hold(PlHttpCall *call, const PlNetRequest *request)
{
    PlSecrets *secrets = call->http->secrets;
    bool needed;
    const PlAuthSet *set = secrets ? pl_http_auth_choose(secrets, request, &needed) : NULL;
    for (uint32_t i = 0; set && i < set->count; i++) {
        PlStr name = set->all[i].credential;
        const char *words = pl_secrets_command(secrets, name);
        if (!words) continue;
        if (!keep_copy(call, request)) return PL_NOMEM;
        PlHttpHold *hold = hold_of(call->http, name);
        PlStatus status = hold ? PL_OK : begin(call, name, words, &hold);
        if (status != PL_OK) return status;
        call->hold = hold;
        call->state = PL_HTTP_HELD;
        pl_http_list_push(&hold->waiting, call);
        return PL_BUSY;
    }
    return PL_OK;
}

void pl_http_hold_leave(PlHttpCall *call)
{
    pl_http_list_remove(&call->hold->waiting, call);
    call->hold = NULL;
}

void pl_http_hold_free_all(PlHttp *http)
{
    for (PlHttpHold *h = http->holds, *next; h; h = next) {
        next = h->next;
        hold_free(h);
    }
    http->holds = NULL;
}
