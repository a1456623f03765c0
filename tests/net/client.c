/* SPDX-License-Identifier: MIT */
/* The net port as a command, for tests/net/run: sends requests and prints what came of each as one line of JSON.
 *     client OPTION... REQUEST... ; a request is METHOD URL and the options behind it
 * Options before the first request: --allow ORIGIN (private addresses too), --rule ORIGIN (public only), --all (send all at once, not one after the other),
 * --connections N, --ca FILE, --cancel MS, --pause MS (between requests), --proxy URL, --tokens FOLDER.
 * Behind a request: -d BODY, -D LENGTH, -h NAME:VALUE, --timeout MS, --max-body N, --auth KIND:CREDENTIAL[:WIRE[:TOKEN_URL]], --part NAME=VALUE. */
#include "vm/base/fault.h"
#include "vm/io/http.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX = 2000, HEADERS = 8 };

typedef struct Ask {
    PlNetRequest request;
    PlHeader headers[HEADERS];
    PlPart parts[HEADERS];
    PlAuth auth[4];
    PlAuthSet sets[4];
    uint64_t call;
    bool done;
    unsigned index;
} Ask;

typedef struct Options {
    PlHttpRule rules[16];
    uint32_t rule_count, connections;
    bool all;
    int64_t cancel_ms, pause_ms;
    const char *ca, *proxy, *tokens;
} Options;

static Ask asks[MAX];
static unsigned ask_count, done_count;
static PlStr scope = PL_STR_INIT("read");

static void on_done(void *user, const PlNetAnswer *a)
{
    Ask *ask = user;
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_buf_printf(&out, "{\"index\":%u,\"evidence\":\"%s\",\"fault\":\"%s\",\"status\":%u,\"length\":%zu,\"message\":", ask->index,
                  pl_evidence_name(a->evidence), pl_net_fault_name(a->fault), a->status, a->body.len);
    pl_buf_put_json(&out, a->message);
    pl_buf_put_z(&out, ",\"credential\":");
    pl_buf_put_json(&out, a->credential);
    pl_buf_put_z(&out, ",\"body\":");
    pl_buf_put_json(&out, pl_str_slice(a->body, 0, 2000));
    pl_buf_put_z(&out, ",\"headers\":{");
    for (uint32_t i = 0; i < a->header_count && i < 50; i++) {
        if (i) pl_buf_put_char(&out, ',');
        pl_buf_put_json(&out, a->headers[i].name);
        pl_buf_put_char(&out, ':');
        pl_buf_put_json(&out, a->headers[i].value);
    }
    pl_buf_printf(&out, "},\"ms\":%llu}\n", (unsigned long long)a->elapsed_us / 1000);
    if (out.status == PL_OK)
        fwrite(out.ptr, 1, out.len, stdout);
    else /* the allocation that was to fail was ours */
        printf("{\"index\":%u,\"evidence\":\"%s\"}\n", ask->index, pl_evidence_name(a->evidence));
    pl_buf_deinit(&out);
    ask->done = true;
    done_count++;
}

static PlStr part_of(char **rest)
{
    char *start = *rest, *colon = start ? strchr(start, ':') : NULL;
    if (!start) return PL_STR("");
    *rest = colon ? colon + 1 : NULL;
    return pl_str(start, colon ? (size_t)(colon - start) : strlen(start));
}

static void add_auth(Ask *ask, char *text)
{
    PlAuth *auth = &ask->auth[ask->request.auth_count];
    PlStr kind = part_of(&text);
    *auth = (PlAuth){.place = PL_IN_HEADER, .credential = part_of(&text), .scopes = &scope, .scope_count = 1};
    auth->wire = part_of(&text);
    auth->kind = pl_str_eq_z(kind, "basic")    ? PL_AUTH_BASIC
                 : pl_str_eq_z(kind, "bearer") ? PL_AUTH_BEARER
                 : pl_str_eq_z(kind, "oauth")  ? PL_AUTH_OAUTH2_CLIENT
                                               : PL_AUTH_API_KEY;
    if (pl_str_eq_z(kind, "query")) auth->place = PL_IN_QUERY;
    if (pl_str_eq_z(kind, "cookie")) auth->place = PL_IN_COOKIE;
    if (text) auth->token_url = pl_str_z(text);
    ask->sets[ask->request.auth_count] = (PlAuthSet){auth, 1};
    ask->request.auth = ask->sets;
    ask->request.auth_count++;
}

static bool request_option(Ask *ask, const char *name, char *value)
{
    PlNetRequest *r = &ask->request;
    char *colon = strchr(value, ':'), *equals = strchr(value, '=');
    if (strcmp(name, "-d") == 0) {
        r->body = pl_str_z(value);
        r->has_body = true;
    } else if (strcmp(name, "-D") == 0) {
        size_t len = strtoull(value, NULL, 10);
        char *body = calloc(1, len + 1);
        if (!body) return false;
        memset(body, 'x', len);
        r->body = pl_str(body, len);
        r->has_body = true;
    } else if (strcmp(name, "-h") == 0 && colon && r->header_count < HEADERS) {
        ask->headers[r->header_count++] = (PlHeader){pl_str(value, (size_t)(colon - value)), pl_str_z(colon + 1)};
        r->headers = ask->headers;
    } else if (strcmp(name, "--timeout") == 0) {
        r->timeout_us = strtoull(value, NULL, 10) * 1000;
    } else if (strcmp(name, "--max-body") == 0) {
        r->max_body = strtoull(value, NULL, 10);
    } else if (strcmp(name, "--auth") == 0) {
        add_auth(ask, value);
    } else if (strcmp(name, "--part") == 0 && equals && r->part_count < HEADERS) {
        ask->parts[r->part_count++] = (PlPart){.name = pl_str(value, (size_t)(equals - value)), .bytes = pl_str_z(equals + 1)};
        r->parts = ask->parts;
    } else {
        return false;
    }
    return true;
}

static bool option(Options *o, const char *name, const char *value)
{
    if (strcmp(name, "--allow") == 0 || strcmp(name, "--rule") == 0)
        o->rules[o->rule_count++] = (PlHttpRule){pl_str_z(value), PL_STR_INIT(""), name[2] == 'a'};
    else if (strcmp(name, "--connections") == 0)
        o->connections = (uint32_t)atoi(value);
    else if (strcmp(name, "--ca") == 0)
        o->ca = value;
    else if (strcmp(name, "--proxy") == 0)
        o->proxy = value;
    else if (strcmp(name, "--tokens") == 0)
        o->tokens = value;
    else if (strcmp(name, "--cancel") == 0)
        o->cancel_ms = atoi(value);
    else if (strcmp(name, "--pause") == 0)
        o->pause_ms = atoi(value);
    else
        return false;
    return true;
}

static int parse(int argc, char **argv, Options *o)
{
    Ask *ask = NULL;
    for (int i = 1; i < argc; i++) {
        PlMethod method;
        if (strcmp(argv[i], "--all") == 0) {
            o->all = true;
        } else if (i + 1 < argc && pl_method_by_name(pl_str_z(argv[i]), &method)) {
            ask = &asks[ask_count];
            ask->index = ask_count++;
            ask->request.method = method;
            ask->request.url = pl_str_z(argv[++i]);
        } else if (i + 1 >= argc || !(ask ? request_option(ask, argv[i], argv[i + 1]) : option(o, argv[i], argv[i + 1]))) {
            fprintf(stderr, "client: what is %s\n", argv[i]);
            return 2;
        } else {
            i++;
        }
    }
    return 0;
}

static void nothing(void *user)
{
    *(bool *)user = true;
}

static void wait_ms(PlLoop *loop, int64_t ms)
{
    PlClockPort clock = pl_loop_clock(loop);
    uint64_t timer;
    bool over = false;
    if (clock.timer(loop, clock.mono_us(loop) + ms * 1000, nothing, &over, &timer) != PL_OK) return;
    while (!over && pl_loop_turn(loop, -1)) {}
}

int main(int argc, char **argv)
{
    static Options o;
    if (parse(argc, argv, &o)) return 2;
    pl_fault_from_env();
    PlLoop *loop = pl_loop_new();
    PlSecrets *secrets = pl_secrets_new();
    PlHttp *http = loop && secrets ? pl_http_new(loop, secrets,
                                                 &(PlHttpOptions){.rules = o.rules, .rule_count = o.rule_count, .max_connections = o.connections,
                                                                  .ca_file = pl_str_z(o.ca), .proxy = pl_str_z(o.proxy), .token_folder = pl_str_z(o.tokens)})
                                   : NULL;
    PlNetPort port = pl_http_port(http);
    bool refused = false;
    for (unsigned i = 0; http && i < ask_count; i++) {
        refused = port.send(port.self, &asks[i].request, on_done, &asks[i], &asks[i].call) != PL_OK;
        if (refused) break;
        if (o.cancel_ms) wait_ms(loop, o.cancel_ms);
        if (o.cancel_ms) port.cancel(port.self, asks[i].call);
        while (!o.all && !asks[i].done && pl_loop_turn(loop, -1)) {}
        if (o.pause_ms) wait_ms(loop, o.pause_ms);
    }
    while (http && !refused && done_count < ask_count && pl_loop_turn(loop, -1)) {}
    int code = !http ? 3 : refused ? 4 : done_count == ask_count ? 0 : 5;
    pl_http_free(http);
    pl_secrets_free(secrets);
    pl_loop_free(loop);
    return code; /* 3: the rules, 4: no memory to send, 5: a request without an end */
}
