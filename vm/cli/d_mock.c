/* SPDX-License-Identifier: MIT */
/* pilotd mock: reads documents, serves them (vm/service/mock.h) until SIGINT or SIGTERM, then saves its state. docs/mock.md. */
#include "vm/base/limits.h"
#include "vm/cli/cli_args.h"
#include "vm/cli/d.h"
#include "vm/service/mock.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_CONNECTIONS = 1000, IDLE_SECONDS = 120, MAX_FILL = 1000 };

typedef struct Server {
    PlArena *arena;
    PlSources sources;
    PlDiags diags;
    PlTypes types;
    PlCatalog *catalog;
    PlMock *mock;
    PlLoop *loop;
    PlHttpd *httpd;
    FILE *log;
    int signals;
    bool stopping;
    /* options */
    const char *port, *bind, *seed, *log_path, *state, *fill;
    PlCliList faults, credentials, documents;
    bool no_control, quiet, empty;
} Server;

/* ---- requests ------------------------------------------------------------------------------------------------------- */

static void handle(void *user, const PlHttpdRequest *request, PlHttpdCall *call)
{
    Server *server = user;
    PlHttpdAnswer answer;
    pl_mock_handle(server->mock, request, &answer);
    pl_httpd_answer(call, &answer);
}

static void write_log(void *user, PlStr line)
{
    Server *server = user;
    fwrite(line.ptr, 1, line.len, server->log);
    fputc('\n', server->log);
    fflush(server->log);
}

static void on_signal(void *user, int fd, uint32_t events)
{
    Server *server = user;
    struct signalfd_siginfo info;
    (void)events;
    if (read(fd, &info, sizeof info) == (ssize_t)sizeof info) server->stopping = true;
}

/* ---- options -------------------------------------------------------------------------------------------------------- */

static bool number(const char *text, int64_t low, int64_t high, int64_t *out)
{
    return pl_str_to_int(pl_str_z(text), out) && *out >= low && *out <= high;
}

static int parse(Server *s, int argc, char **argv)
{
    const PlCliOption options[] = {
        {"port", 'p', PL_CLI_TEXT, &s->port, "N", "port to listen on; 0 takes a free one"},
        {"bind", 0, PL_CLI_TEXT, &s->bind, "ADDRESS", "address to listen on (127.0.0.1)"},
        {"seed", 0, PL_CLI_TEXT, &s->seed, "N", "seed of made values and of drawn faults (1)"},
        {"fault", 0, PL_CLI_LIST, &s->faults, "SPEC", "a fault, repeatable: 'fail=503:first2@GET /orders'"},
        {"credential", 0, PL_CLI_LIST, &s->credentials, "NAME=VALUE", "the only value taken for a credential, repeatable"},
        {"state", 0, PL_CLI_TEXT, &s->state, "FILE", "read collections from here, and write them back at the end"},
        {"fill", 0, PL_CLI_TEXT, &s->fill, "N", "begin each collection with N made items"},
        {"empty", 0, PL_CLI_FLAG, &s->empty, NULL, "begin collections without examples and made items"},
        {"log", 0, PL_CLI_TEXT, &s->log_path, "FILE", "one line of JSON per request; - for standard output"},
        {"no-control", 0, PL_CLI_FLAG, &s->no_control, NULL, "do not serve /__pilot/"},
        {"quiet", 'q', PL_CLI_FLAG, &s->quiet, NULL, "print the address only"},
    };
    const PlCliCommand command = {
        "pilotd mock DOC... --port N [options]",
        "Serves OpenAPI documents as their servers would: collections keep what is posted, other operations answer with\n"
        "the document's examples or with made values, and requests are checked against the document.",
        options, sizeof options / sizeof *options};
    int code = pl_cli_parse(s->arena, &command, argc, argv, &s->documents);
    if (code >= 0) return code;
    if (s->documents.count == 0) {
        fprintf(stderr, "error: no document to serve\n  = help: pilotd mock api.yaml --port 8080\n");
        return 2;
    }
    return -1;
}

static bool read_numbers(Server *s, PlMockOptions *mock, PlHttpdOptions *httpd)
{
    int64_t n = 0;
    if (!s->port || !number(s->port, 0, 65535, &n)) {
        fprintf(stderr, "error: --port wants a number from 0 to 65535\n  = help: --port 8080, or --port 0 for a free one\n");
        return false;
    }
    httpd->port = (uint16_t)n;
    mock->seed = 1;
    if (s->seed && !number(s->seed, INT64_MIN, INT64_MAX, &n)) {
        fprintf(stderr, "error: --seed wants a whole number, found %s\n  = help: --seed 7\n", s->seed);
        return false;
    }
    if (s->seed) mock->seed = (uint64_t)n;
    if (s->fill && !number(s->fill, 0, MAX_FILL, &n)) {
        fprintf(stderr, "error: --fill wants a number from 0 to %d, found %s\n  = help: --fill 3\n", MAX_FILL, s->fill);
        return false;
    }
    if (s->fill) mock->fill = (uint32_t)n;
    return true;
}

static const PlStr *strings(PlArena *arena, const PlCliList *list)
{
    PlStr *out = PL_NEW_N(arena, PlStr, list->count + 1u);
    for (uint32_t i = 0; i < list->count; i++) out[i] = pl_str_z(list->items[i]);
    return out;
}

/* ---- beginning ------------------------------------------------------------------------------------------------------ */

/* Errors always; notes and warnings about documents are counted, as `pilotc` shows them. */
static void print_diags(Server *s)
{
    PlBuf out;
    uint32_t others = 0;
    pl_buf_init(&out, 0);
    pl_diags_sort(&s->diags);
    for (uint32_t i = 0; i < s->diags.all.len; i++) {
        if (s->diags.all.items[i]->severity == PL_SEV_ERROR) pl_diag_print(&out, &s->diags, s->diags.all.items[i], pl_cli_colour(STDERR_FILENO));
        else others++;
    }
    pl_cli_say(&out);
    if (others && !s->quiet) fprintf(stderr, "%u notes and warnings about the documents\n", others);
}

static PlStatus load_documents(Server *s)
{
    PlStatus status = PL_OK;
    for (uint32_t i = 0; i < s->documents.count; i++) {
        struct stat info;
        const char *path = s->documents.items[i];
        bool folder = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
        PlStatus one = folder ? pl_catalog_add_dir(s->catalog, path) : pl_catalog_add_file(s->catalog, PL_STR(""), path, NULL, NULL);
        if (one != PL_OK) status = one;
    }
    return status;
}

static PlStatus load_state(Server *s)
{
    PlBuf text;
    PlStr words;
    if (!s->state || access(s->state, F_OK) != 0) return PL_OK;
    pl_buf_init(&text, PL_LIMIT_MOCK_BYTES * 2);
    errno = 0;
    PlStatus status = pl_buf_read_file(&text, s->state);
    if (status != PL_OK) PL_REPORT(&s->diags, FILE_UNREADABLE, PL_NO_SPAN, s->state, errno ? strerror(errno) : pl_status_words(status));
    else if ((status = pl_mock_load(s->mock, pl_buf_str(&text), &words)) != PL_OK)
        PL_REPORT(&s->diags, MOCK_STATE, PL_NO_SPAN, PL_ARG(pl_str_z(s->state)), words.ptr);
    pl_buf_deinit(&text);
    return status;
}

static PlStatus save_state(Server *s)
{
    PlBuf text;
    if (!s->state) return PL_OK;
    pl_buf_init(&text, PL_LIMIT_MOCK_BYTES * 2);
    PlStatus status = pl_mock_save(s->mock, &text);
    errno = 0;
    if (status == PL_OK) status = pl_buf_write_file(s->state, pl_buf_str(&text));
    if (status != PL_OK) fprintf(stderr, "error[P0004]: cannot write %s: %s\n", s->state, errno ? strerror(errno) : pl_status_words(status));
    pl_buf_deinit(&text);
    return status;
}

static PlStatus open_log(Server *s)
{
    if (!s->log_path) return PL_OK;
    s->log = strcmp(s->log_path, "-") == 0 ? stdout : fopen(s->log_path, "ae");
    if (s->log) return PL_OK;
    PL_REPORT(&s->diags, FILE_UNWRITABLE, PL_NO_SPAN, s->log_path, strerror(errno));
    return PL_IO;
}

/* Signals become a file of the loop, so that a request is never cut in half. */
static bool watch_signals(Server *s)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return s->signals >= 0 && pl_loop_watch(s->loop, s->signals, EPOLLIN, on_signal, s) == PL_OK;
}

static void print_table(const Server *s)
{
    uint16_t port = pl_httpd_port(s->httpd);
    bool six = strchr(s->bind, ':') != NULL;
    printf("listening on http://%s%s%s:%u\n", six ? "[" : "", s->bind, six ? "]" : "", port);
    for (uint32_t i = 0; !s->quiet && i < pl_catalog_plugin_count(s->catalog); i++) {
        const PlPlugin *plugin = pl_catalog_plugin(s->catalog, i);
        PlStr base = pl_mock_base(s->mock, i);
        printf("plugin " PL_FMT " at http://%s%s%s:%u" PL_FMT " (%u operations)\n", PL_ARG(plugin->name), six ? "[" : "", s->bind, six ? "]" : "",
               port, PL_ARG(base), pl_mock_operations(s->mock, i));
    }
    fflush(stdout);
}

static PlStatus begin(Server *s, const PlMockOptions *options)
{
    pl_sources_init(&s->sources, s->arena);
    pl_diags_init(&s->diags, s->arena, &s->sources);
    pl_types_init(&s->types, s->arena);
    s->catalog = pl_catalog_new(s->arena, &s->sources, &s->diags, &s->types);
    PlStatus status = load_documents(s);
    if (status == PL_OK) status = open_log(s);
    if (status == PL_OK) status = pl_mock_new(s->catalog, options, &s->mock);
    if (status == PL_OK) status = load_state(s);
    print_diags(s);
    return status;
}

static PlStatus serve(Server *s, PlHttpdOptions *options)
{
    const char *reason;
    s->loop = pl_loop_new();
    if (!s->loop || !watch_signals(s)) return pl_cli_fail(PL_IO, "the event loop does not start: %s", strerror(errno)), PL_IO;
    PlStatus status = pl_httpd_open(s->loop, options, &s->httpd, &reason);
    if (status != PL_OK) {
        pl_cli_fail(status, "cannot listen on %s port %u: %s", options->bind, options->port, reason);
        return status;
    }
    print_table(s);
    while (!s->stopping && pl_loop_turn(s->loop, -1)) continue;
    return save_state(s);
}

static void end(Server *s)
{
    pl_httpd_close(s->httpd);
    pl_mock_free(s->mock);
    if (s->signals >= 0) close(s->signals);
    pl_loop_free(s->loop);
    if (s->log && s->log != stdout) fclose(s->log);
}

static int run(Server *s, int argc, char **argv)
{
    s->bind = "127.0.0.1";
    int code = parse(s, argc, argv);
    if (code >= 0) return code;
    PlMockOptions mock = {.faults = strings(s->arena, &s->faults), .fault_count = s->faults.count, .credential_count = s->credentials.count};
    PlHttpdOptions httpd = {.bind = s->bind, .body_bytes = PL_LIMIT_MOCK_BODY, .connections = MAX_CONNECTIONS, .idle_seconds = IDLE_SECONDS};
    mock.credentials = strings(s->arena, &s->credentials);
    mock.empty = s->empty;
    mock.no_control = s->no_control;
    mock.log = s->log_path ? write_log : NULL;
    mock.user = s;
    httpd.handle = handle;
    httpd.user = s;
    if (!read_numbers(s, &mock, &httpd)) return 2;
    PlStatus status = begin(s, &mock);
    if (status == PL_OK) status = serve(s, &httpd);
    return pl_status_exit_code(status);
}

int pl_d_mock(PlArena *arena, int argc, char **argv)
{
    (void)arena; /* one of its own: running out of it must close what is open */
    PlEscape escape = {.status = PL_OK};
    Server server = {.signals = -1};
    Server *volatile s = &server;
    s->arena = pl_arena_new(&escape, 0);
    volatile int code = 70;
    if (s->arena && setjmp(escape.at) == 0) code = run(s, argc, argv);
    else fprintf(stderr, "error: out of memory\n");
    end(s);
    pl_arena_free(s->arena);
    return code;
}
