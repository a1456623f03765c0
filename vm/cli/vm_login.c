/* SPDX-License-Identifier: MIT */
/* pilotvm login NAME: the device flow of OAuth2 (RFC 8628). A person confirms a code in a browser, on whatever machine; the token goes to a file that only its
 * owner may read (vm/io/token_file.h), and is refreshed when a run needs it. Nothing of it is printed. */
#include "vm/cli/vm.h"
#include "vm/io/http.h"
#include "vm/io/token_file.h"
#include "vm/io/world.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { INTERVAL_S = 5, LIFE_S = 900, BODY = 65536, TIMEOUT_US = 30000000 };

typedef struct Login {
    PlArena *arena;
    const PlCredentialArg *credential;
    PlWorld world;
    PlToken *into;     /* what the answer is read into */
    unsigned status;   /* of the answer; 0: none */
    bool is_over, is_readable;
    char message[256];
} Login;

static void on_answer(void *user, const PlNetAnswer *answer)
{
    Login *l = user;
    l->is_over = true;
    l->status = answer->fault == PL_NET_OK ? answer->status : 0;
    l->is_readable = l->status && pl_token_parse(answer->body, l->into);
    snprintf(l->message, sizeof l->message, PL_FMT, PL_ARG(answer->message));
}

static void put_form(PlBuf *out, const char *name, PlStr value)
{
    if (out->len) pl_buf_put_char(out, '&');
    pl_buf_printf(out, "%s=", name);
    pl_secrets_put_percent(out, value);
}

/* POSTs the form and waits for the answer. */
static void post(Login *l, PlStr url, const PlBuf *form, PlToken *into)
{
    PlNetPort net = pl_world_net(&l->world);
    PlHeader headers[] = {{PL_STR_INIT("Content-Type"), PL_STR_INIT("application/x-www-form-urlencoded")},
                          {PL_STR_INIT("Accept"), PL_STR_INIT("application/json")}};
    PlNetRequest request = {.method = PL_POST, .url = url, .plugin = PL_STR("login"), .headers = headers, .header_count = 2, .body = pl_buf_str(form),
                            .has_body = true, .timeout_us = TIMEOUT_US, .max_body = BODY};
    uint64_t handle;
    pl_token_wipe(into);
    l->into = into;
    l->is_over = l->is_readable = false;
    l->status = 0;
    if (net.send(net.self, &request, on_answer, l, &handle) != PL_OK) return;
    while (!l->is_over && pl_loop_turn(l->world.loop, -1)) {}
}

static int unreached(const Login *l, PlStr url)
{
    if (!l->status) return pl_cli_fail(PL_NETWORK, "no answer from " PL_FMT ": %s", PL_ARG(url), l->message);
    return pl_cli_fail(PL_CREDENTIAL, PL_FMT " answered %u%s" PL_FMT, PL_ARG(url), l->status, l->into->error.len ? ": " : "",
                       PL_ARG(pl_str_slice(pl_buf_str(&l->into->error), 0, 100)));
}

static int64_t now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec;
}

static int keep(Login *l, PlToken *token)
{
    char file[4096];
    const PlCredentialArg *c = l->credential;
    if (!pl_token_place(c->name, file, sizeof file)) return pl_cli_fail(PL_USAGE, "there is no home folder to keep the token in");
    pl_buf_clear(&token->url);
    pl_buf_clear(&token->client);
    pl_buf_put(&token->url, c->where);
    pl_buf_put(&token->client, c->client);
    token->expires_at_s = now_s() + (token->life_s > 0 ? token->life_s : 300);
    PlStatus status = pl_token_write(file, token);
    if (status != PL_OK) return pl_cli_fail(status, "cannot write %s: %s", file, status == PL_IO ? strerror(errno) : pl_status_words(status));
    fprintf(stderr, "logged in: " PL_FMT ", kept in %s%s\n", PL_ARG(c->name), file, token->refresh.len ? "" : "; it cannot be refreshed");
    return 0;
}

/* Asks until the person has confirmed the code, refused it, or let it pass. */
static int wait_for_token(Login *l, PlToken *device, PlToken *token)
{
    const PlCredentialArg *c = l->credential;
    int64_t until = now_s() + (device->life_s > 0 ? device->life_s : LIFE_S), interval = device->interval_s > 0 ? device->interval_s : INTERVAL_S;
    PlBuf form;
    int code = -1;
    pl_buf_init(&form, 0);
    put_form(&form, "grant_type", PL_STR("urn:ietf:params:oauth:grant-type:device_code"));
    put_form(&form, "device_code", pl_buf_str(&device->device_code));
    put_form(&form, "client_id", c->client);
    while (code < 0) {
        if (now_s() + interval > until) {
            code = pl_cli_fail(PL_CREDENTIAL, "nobody confirmed the code in time\n  = help: `pilotvm login " PL_FMT "` again", PL_ARG(c->name));
            break;
        }
        sleep((unsigned)interval);
        post(l, c->where, &form, token);
        PlStr error = pl_buf_str(&token->error);
        if (l->status == 200 && l->is_readable && token->access.len) code = keep(l, token);
        else if (!l->status || pl_str_eq_z(error, "authorization_pending")) continue; /* a network that fails is asked again */
        else if (pl_str_eq_z(error, "slow_down")) interval += 5;
        else if (pl_str_eq_z(error, "access_denied")) code = pl_cli_fail(PL_REFUSED, "the login was refused");
        else code = unreached(l, c->where);
    }
    explicit_bzero(form.ptr, form.len);
    pl_buf_deinit(&form);
    return code;
}

static int device_flow(Login *l)
{
    const PlCredentialArg *c = l->credential;
    PlToken device, token;
    PlBuf form;
    pl_token_init(&device);
    pl_token_init(&token);
    pl_buf_init(&form, 0);
    put_form(&form, "client_id", c->client);
    if (c->scopes.len) put_form(&form, "scope", c->scopes);
    post(l, c->device, &form, &device);
    pl_buf_deinit(&form);
    int code;
    if (l->status != 200 || !l->is_readable || !device.device_code.len || !device.user_code.len || !device.verify.len) {
        code = unreached(l, c->device);
    } else {
        fprintf(stderr, "open " PL_FMT "\nand enter the code " PL_FMT "\n", PL_ARG(pl_buf_str(&device.verify)), PL_ARG(pl_buf_str(&device.user_code)));
        if (device.verify_complete.len) fprintf(stderr, "or open " PL_FMT "\n", PL_ARG(pl_buf_str(&device.verify_complete)));
        code = wait_for_token(l, &device, &token);
    }
    pl_token_wipe(&device);
    pl_token_wipe(&token);
    return code;
}

static int forget(PlStr name)
{
    char file[4096];
    if (!pl_token_place(name, file, sizeof file) || (unlink(file) != 0 && errno != ENOENT))
        return pl_cli_fail(PL_IO, "the token of " PL_FMT " cannot be removed: %s", PL_ARG(name), strerror(errno));
    return 0;
}

static int login(PlArena *arena, const PlvOptions *o, const PlCredentialArg *credential)
{
    Login l = {.arena = arena, .credential = credential};
    PlStr servers[] = {PL_STR("login"), pl_arena_str(arena, credential->device), PL_STR("login"), pl_arena_str(arena, credential->where)};
    PlWorldOptions options = {.servers = servers, .server_count = 2, .no_person = true};
    options.http.user_agent = PL_STR("pilot/" PL_VERSION_TEXT);
    if (o->ca_file) options.http.ca_file = pl_str_z(o->ca_file);
    PlSecrets *secrets = pl_secrets_new();
    const char *what = "";
    PlStatus status = secrets ? pl_world_open(&l.world, &options, secrets, &what) : PL_NOMEM;
    if (status != PL_OK) return pl_cli_fail(status, "%s%s%s", pl_status_words(status), *what ? ": " : "", what);
    int code = device_flow(&l);
    pl_world_close(&l.world);
    return code;
}

int plv_cmd_login(PlArena *arena, int argc, char **argv)
{
    PlvOptions o = {0};
    bool gone = false;
    const PlCliOption options[] = {{"project", 0, PL_CLI_TEXT, &o.project, "FILE", "the project file (default: pilot.yaml here or above)"},
                                   {"forget", 0, PL_CLI_FLAG, &gone, NULL, "remove its token from this machine"},
                                   {"ca-file", 0, PL_CLI_TEXT, &o.ca_file, "FILE", "certificates to trust instead of the system's"}};
    const PlCliCommand command = {"pilotvm login NAME [options]",
                                  "Logs in for a credential that pilot.yaml gives a `login:`. It prints an address and "
                                  "a code; when the code was confirmed there, the\n"
                                  "token is kept in a file that only you may read, and refreshed when a run needs it.",
                                  options, sizeof options / sizeof *options};
    PlCliList rest = {0};
    PlProject project = {0};
    bool found;
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code < 0 && rest.count != 1) code = pl_cli_fail(PL_USAGE, "give the name of a credential\n  = help: usage: %s", command.usage);
    if (code < 0 && gone) code = forget(pl_str_z(rest.items[0]));
    if (code < 0) code = plv_project(arena, &o, NULL, &project, &found);
    if (code >= 0) return code;
    for (uint32_t i = 0; found && i < project.credentials.len; i++)
        if (project.credentials.items[i].from == PL_CREDENTIAL_LOGIN && pl_str_eq_z(project.credentials.items[i].name, rest.items[0]))
            return login(arena, &o, &project.credentials.items[i]);
    return pl_cli_fail(
        PL_USAGE,
        "pilot.yaml has no login for %s\n  = help: credentials: {%s: {login: {device: URL, token: URL, client: ID}}}",
        rest.items[0], rest.items[0]);
}
