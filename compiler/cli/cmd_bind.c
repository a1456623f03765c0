/* SPDX-License-Identifier: MIT */
/* pilotc bind: which action a text means, and why. One text against the plugins that a compile would use, or cases against catalogs of their
 * own (bind_batch.c). */
#include "compiler/bind/search.h"
#include "compiler/cli/bind_batch.h"
#include "compiler/cli/pilotc.h"

#include <stdio.h>

enum { SHOWN = 5, PARTS = 8 };

static void put_parts(PlBuf *out, const PlRanked *c, const float situation[PL_SITUATIONS], bool json)
{
    bool used[PL_FEATURE_COUNT] = {false};
    if (json)
        pl_buf_printf(out, "{\"part\":\"TREES\",\"value\":1,\"points\":%.3f}", (double)c->trees);
    else
        pl_buf_printf(out, "      %+6.2f  TREES               what small trees add (trees.def)\n", (double)c->trees);
    for (int n = 0; json ? n < PL_FEATURE_COUNT : n < PARTS; n++) {
        int best = -1;
        double most = 0.005;
        for (int f = 0; f < PL_FEATURE_COUNT; f++) {
            double part = (double)c->features.at[f] * pl_feature_weight((PlFeature)f, situation);
            if (used[f] || (part < 0 ? -part : part) <= most) continue;
            most = part < 0 ? -part : part;
            best = f;
        }
        if (best < 0) return;
        used[best] = true;
        double value = (double)c->features.at[best], part = value * pl_feature_weight((PlFeature)best, situation);
        if (json)
            pl_buf_printf(out, ",{\"part\":\"%s\",\"value\":%.3f,\"points\":%.3f}", pl_feature_names[best], value, part);
        else
            pl_buf_printf(out, "      %+6.2f  %-13s %.2f  %s\n", part, pl_feature_names[best], value,
                          pl_feature_words[best]);
    }
}

static void put_text(PlBuf *out, const PlIndex *x, const PlRanking *r, bool explain)
{
    pl_buf_printf(out, "%s", pl_decision_name(r->decision));
    if (r->count) pl_buf_printf(out, "  (right %.0f %%, something here fits %.0f %%)", 100 * r->right, 100 * r->fits);
    pl_buf_put_char(out, '\n');
    for (uint32_t i = 0; i < r->count && i < SHOWN; i++) {
        const PlIndexDoc *d = &x->docs[r->all[i].doc];
        PlStr plugin = pl_index_text(x, x->plugins[d->plugin].name), name = pl_index_text(x, d->name);
        PlStr title = pl_index_text(x, d->title);
        pl_buf_printf(out, "%2u. %6.2f  " PL_FMT "." PL_FMT "  " PL_FMT "\n", i + 1, (double)r->all[i].score,
                      PL_ARG(plugin), PL_ARG(name), PL_ARG(title));
        if (explain) put_parts(out, &r->all[i], r->situation, false);
    }
}

static void put_json(PlBuf *out, const PlIndex *x, const PlRanking *r, PlStr text)
{
    pl_buf_put_z(out, "{\"text\":");
    pl_buf_put_json(out, text);
    pl_buf_printf(out, ",\"decision\":\"%s\",\"right\":%.4f,\"fits\":%.4f,\"candidates\":[",
                  pl_decision_name(r->decision), r->right, r->fits);
    for (uint32_t i = 0; i < r->count && i < SHOWN; i++) {
        const PlIndexDoc *d = &x->docs[r->all[i].doc];
        pl_buf_put_z(out, i ? ",{\"plugin\":" : "{\"plugin\":");
        pl_buf_put_json(out, pl_index_text(x, x->plugins[d->plugin].name));
        pl_buf_put_z(out, ",\"action\":");
        pl_buf_put_json(out, pl_index_text(x, d->name));
        pl_buf_put_z(out, ",\"operationId\":");
        pl_buf_put_json(out, pl_index_text(x, d->id));
        pl_buf_put_z(out, ",\"title\":");
        pl_buf_put_json(out, pl_index_text(x, d->title));
        pl_buf_printf(out, ",\"method\":\"%s\",\"score\":%.4f,\"parts\":[", pl_method_name((PlMethod)d->method),
                      (double)r->all[i].score);
        put_parts(out, &r->all[i], r->situation, true);
        pl_buf_put_z(out, "]}");
    }
    pl_buf_put_z(out, "]}\n");
}

static int bind_text(PlArena *arena, PlcOptions *o, const PlAsk *ask, bool explain)
{
    PlSources sources;
    PlDiags project_diags;
    PlProject project;
    PlCompileOptions compile;
    pl_sources_init(&sources, arena);
    pl_diags_init(&project_diags, arena, &sources);
    int code = plc_load(arena, o, NULL, &project, &project_diags, &compile);
    if (code >= 0) return code;
    PlCompiled compiled;
    PlStatus status = pl_compile_catalog(arena, &compile, &compiled);
    if (status != PL_OK) return pl_cli_fail(status, "%s", pl_status_words(status));
    PlSearch *search = pl_search_of(compiled.catalog);
    if (!search) return pl_cli_fail(PL_NOMEM, "there is no memory for the index");
    PlBuf out;
    pl_buf_init(&out, 0);
    PlRanking *r = pl_rank(arena, search->lexicon, &search->index, ask);
    if (o->json) {
        pl_cli_json_begin(&out, "bind");
        put_json(&out, &search->index, r, ask->text);
    } else {
        put_text(&out, &search->index, r, explain);
    }
    plc_print_findings(arena, o, &compiled, o->json ? &out : NULL);
    code = o->json ? pl_cli_put(&out) : pl_cli_put_shown(&out);
    return code ? code : compiled.diags.errors ? 1 : 0;
}

int plc_cmd_bind(PlArena *arena, int argc, char **argv)
{
    PlcOptions o = {0};
    const char *name = "", *goal = "", *root = "";
    bool batch = false, explain = false, features = false;
    const PlCliOption options[] = {
        {"explain", 'e', PL_CLI_FLAG, &explain, NULL, "the parts of each candidate's score"},
        {"name", 'n', PL_CLI_TEXT, &name, "NAME", "the name that the step gives to the action, perhaps a wrong one"},
        {"goal", 'g', PL_CLI_TEXT, &goal, "TEXT", "what the plan is for"},
        {"batch", 'b', PL_CLI_FLAG, &batch, NULL,
         "read cases from standard input: a line of JSON {id, catalog: [DOC...], step} each"},
        {"root", 0, PL_CLI_TEXT, &root, "DIR", "with --batch: the folder that documents are relative to"},
        {"features", 0, PL_CLI_FLAG, &features, NULL, "with --batch: also the numbers that scores are made of"},
        PLC_PLUGIN_OPTIONS(o),
        {"verbose", 'v', PL_CLI_FLAG, &o.verbose, NULL, "also the notes on the documents"},
        {"json", 0, PL_CLI_FLAG, &o.json, NULL, "one JSON object a line; the first names the format"}};
    const PlCliCommand command = {
        "pilotc bind TEXT [options] | pilotc bind --batch < CASES",
        "Says which action a step's text means: the candidates, best first, and whether the first would be taken.",
        options, sizeof options / sizeof *options};
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code >= 0) return code;
    if (batch) return plc_bind_batch(arena, root, features);
    if (rest.count != 1)
        return pl_cli_fail(PL_USAGE, "one text is wanted, in quotes: pilotc bind \"Find the open issues\"");
    PlAsk ask = {.text = pl_str_z(rest.items[0]), .name = pl_str_z(name), .goal = pl_str_z(goal)};
    return bind_text(arena, &o, &ask, explain);
}
