/* SPDX-License-Identifier: MIT */
/* Loads real API documents and builds every action of them.
 * usage: real_openapi [-v] [-d] [-p] FILE...   -v: a line for each document; -d: print its diagnostics; -p: a line for each
 * operation, in the form of operations.py
 * Ends with a table: documents read, operations, actions, types, time, and how often each diagnostic was given. */
#include "compiler/catalog/catalog.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

typedef struct Totals {
    unsigned documents, unread, operations, actions, arguments;
    double load, build, worst_build;
    const char *worst_path;
    size_t types, bytes, document_bytes;
    unsigned codes[PL_DIAG_COUNT];
    unsigned any_arguments, any_results, results; /* typed as any value, of how many */
    unsigned forms[PL_PAGE_FORM_COUNT], rate_limited, long_running, keyed, look;
    bool verbose, diagnostics, params;
} Totals;

/* Processor time: other work on the machine does not count. */
static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void count_codes(Totals *totals, const PlDiags *diags)
{
    for (uint32_t i = 0; i < diags->all.len; i++) totals->codes[diags->all.items[i]->code]++;
}

/* What a call can say, by the names on the wire. */
static void print_params(const char *path, const PlOperation *op, const PlAction *action)
{
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_buf_printf(&out, "%s\t%s\t" PL_FMT "\t[", path, pl_method_name(op->method), PL_ARG(op->path));
    bool first = true;
    for (uint32_t i = 0; i < action->param_count; i++) {
        const PlParam *p = &action->params[i];
        if (p->place == PL_IN_BODY) continue;
        pl_buf_printf(&out, "%s\"%s ", first ? "" : ", ", pl_place_name(p->place));
        pl_buf_put(&out, p->wire);
        pl_buf_put_char(&out, '"');
        first = false;
    }
    if (action->body) pl_buf_put_z(&out, first ? "\"body\"" : ", \"body\"");
    pl_buf_put_z(&out, "]\n");
    fwrite(out.ptr, 1, out.len, stdout);
    pl_buf_deinit(&out);
}

static void build_all(Totals *totals, const char *path, PlCatalog *catalog, const PlPlugin *plugin)
{
    for (uint32_t i = 0; i < plugin->operation_count; i++) {
        const PlAction *action = pl_catalog_action(catalog, plugin->operations[i]);
        totals->operations++;
        if (!action) continue;
        totals->actions++;
        totals->arguments += action->param_count;
        for (uint32_t k = 0; k < action->param_count; k++) totals->any_arguments += action->params[k].type == PL_T_ANY;
        totals->results += action->result != PL_T_NOTHING;
        totals->any_results += action->result == PL_T_ANY;
        totals->forms[action->paging.form]++;
        totals->rate_limited += action->hints.rate_limited;
        totals->long_running += action->hints.long_running;
        totals->look += action->hints.look.len > 0;
        totals->keyed += action->doubt == PL_DOUBT_KEYED;
        if (totals->params) print_params(path, plugin->operations[i], action);
    }
}

static void run(Totals *totals, const char *path)
{
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    if (setjmp(escape.at)) {
        printf("%s: %s\n", path, pl_status_words(escape.status));
        totals->unread++;
        pl_arena_free(arena);
        return;
    }
    PlSources sources;
    PlDiags diags;
    PlTypes types;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    pl_types_init(&types, arena);
    PlCatalog *catalog = pl_catalog_new(arena, &sources, &diags, &types);
    PlPlugin *plugin = NULL;
    double start = now();
    PlStatus status = pl_catalog_add_file(catalog, PL_STR(""), path, NULL, &plugin);
    double loaded = now();
    totals->documents++;
    struct stat st;
    if (stat(path, &st) == 0) totals->document_bytes += (size_t)st.st_size;
    if (status == PL_OK)
        build_all(totals, path, catalog, plugin);
    else
        totals->unread++;
    double built = now() - loaded;
    totals->load += loaded - start;
    totals->build += built;
    if (built > totals->worst_build) totals->worst_build = built, totals->worst_path = path;
    totals->types += types.all.len;
    totals->bytes += pl_arena_used(arena);
    count_codes(totals, &diags);
    if (totals->verbose)
        printf("%s\t%s\t%u\t%u types\t%.1f ms\t%.1f ms\t%zu kB\n", path,
               status == PL_OK ? plugin->name.ptr : pl_status_name(status), plugin ? plugin->operation_count : 0,
               types.all.len, (loaded - start) * 1e3, built * 1e3, pl_arena_used(arena) / 1024);
    if (totals->diagnostics) {
        PlBuf out;
        pl_buf_init(&out, 0);
        pl_diags_print(&out, &diags, false);
        fwrite(out.ptr, 1, out.len, stdout);
        pl_buf_deinit(&out);
    }
    pl_arena_free(arena);
}

int main(int argc, char **argv)
{
    static Totals totals;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-v") == 0)
            totals.verbose = true;
        else if (strcmp(argv[i], "-d") == 0)
            totals.diagnostics = true;
        else if (strcmp(argv[i], "-p") == 0)
            totals.params = true;
        else
            run(&totals, argv[i]);
    }
    if (totals.documents == 0) {
        printf("real_openapi: skipped, no documents\n");
        return 0;
    }
    printf("documents %u, not API documents %u\noperations %u, actions %u, arguments %u, types %zu\n", totals.documents,
           totals.unread, totals.operations, totals.actions, totals.arguments, totals.types);
    printf("arguments of any type %u, results %u, of any type %u\n", totals.any_arguments, totals.results, totals.any_results);
    printf("pages");
    for (int form = 1; form < PL_PAGE_FORM_COUNT; form++)
        printf(" %s %u%s", pl_paging_form_name((PlPageForm)form), totals.forms[form], form + 1 < PL_PAGE_FORM_COUNT ? "," : "\n");
    printf("rate limit %u, long running %u, keyed %u, writes that a read shows %u\n", totals.rate_limited, totals.long_running,
           totals.keyed, totals.look);
    printf("load %.3f s, build all %.3f s (worst %.3f s %s), memory %zu MB\n", totals.load, totals.build,
           totals.worst_build, totals.worst_path ? totals.worst_path : "", totals.bytes / 1048576);
    for (int code = 0; code < PL_DIAG_COUNT; code++)
        if (totals.codes[code])
            printf("%6u %s %s\n", totals.codes[code], pl_diag_infos[code].code, pl_diag_infos[code].name);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double megabytes = (double)totals.document_bytes / 1e6, seconds = totals.load + totals.build;
    printf("pilot: documents %u, operations %u, %.2f s, peak %ld MB; of a megabyte of documents %.0f ms to load, %.0f ms to type all actions, %.1f "
           "MB of memory\n",
           totals.documents - totals.unread, totals.actions, seconds, usage.ru_maxrss / 1024, totals.load * 1e3 / megabytes,
           totals.build * 1e3 / megabytes, (double)totals.bytes / 1e6 / megabytes);
    return 0;
}
