/* SPDX-License-Identifier: MIT */
/* Making a run: constants and inputs as values, the START row of a new one, the story so far of a resumed one. A resumed run takes input,
 * seed, servers and limits from its START row, whatever the caller says now. */
#include "vm/base/fault.h"
#include "vm/code/hash.h"
#include "vm/run/rows.h"
#include "vm/run/run_end.h"
#include "vm/run/taint.h"

static const PlStr error_names[] = {PL_STR_INIT("message"), PL_STR_INIT("kind"), PL_STR_INIT("code"),  PL_STR_INIT("step"),
                                    PL_STR_INIT("path"),    PL_STR_INIT("status"), PL_STR_INIT("body")};
static const PlStr entry_names[] = {PL_STR_INIT("key"), PL_STR_INIT("value")};

#define NEW_N(run, T, n) ((T *)keep((run), (n), sizeof(T)))

static void *keep(PlRun *run, size_t count, size_t size)
{
    return pl_arena_zalloc(run->keep, pl_arena_size_mul(run->keep, size, count ? count : 1), _Alignof(max_align_t));
}

static void copy_options(PlRun *run, const PlRunOptions *options)
{
    run->options = *options;
    run->id = run->key_id = run->options.id = pl_arena_str(run->keep, options->id);
    /* The input may be large, and when its values and the START row are made only a hook asks for its text again. */
    run->options.input = run->ports.hook_count ? pl_arena_str(run->keep, options->input) : options->input;
    PlServerOverride *servers = NEW_N(run, PlServerOverride, options->server_count);
    for (uint32_t i = 0; i < options->server_count; i++) {
        servers[i].plugin = pl_arena_str(run->keep, options->servers[i].plugin);
        servers[i].url = pl_arena_str(run->keep, options->servers[i].url);
    }
    run->options.servers = servers;
}

static void make_tables(PlRun *run)
{
    const PlModule *m = run->module;
    run->constants = NEW_N(run, PlValue, m->constant_count);
    for (uint32_t i = 0; i < m->constant_count; i++)
        run->constants[i] = m->constants[i].kind == PL_LIT_TEXT ? pl_text_interned(run->values, m->constants[i].as.text)
                                                                : pl_value_of_literal(run->values, &m->constants[i]);
    run->shapes = NEW_N(run, const PlShapeNode *, m->shape_count);
    for (uint32_t i = 0; i < m->shape_count; i++) {
        PlStr *names = NEW_N(run, PlStr, m->shapes[i].count);
        for (uint32_t k = 0; k < m->shapes[i].count; k++) names[k] = m->constants[m->shapes[i].names[k]].as.text;
        run->shapes[i] = pl_shape_of(run->values, names, m->shapes[i].count);
    }
    run->error_shape = pl_shape_of(run->values, error_names, sizeof error_names / sizeof *error_names);
    run->entry_shape = pl_shape_of(run->values, entry_names, 2);
    run->builtins = NEW_N(run, PlBuiltinRef, m->builtin_count);
    for (uint32_t i = 0; i < m->builtin_count && run->ports.builtins; i++)
        run->builtins[i] = run->ports.builtins(m->builtins[i]);
    run->caches = NEW_N(run, PlFieldCache *, m->function_count);
    run->site_at = NEW_N(run, uint32_t *, m->function_count);
    run->action_calls = NEW_N(run, uint64_t, m->action_count);
    run->zone = pl_zone_open(m->zone.len ? m->zone : PL_STR("UTC"));
    if (!run->zone) run->zone = pl_zone_open(PL_STR("UTC"));
    run->builtin_context = (PlBuiltinContext){.values = run->values, .zone = run->zone};
    pl_buf_init(&run->builtin_context.error, 4096);
}

/* ---- input ---- */

static PlStatus refuse_input(PlRun *run, PlDiags *diags, const PlInput *input, const PlMismatch *why)
{
    PlBuf *where = pl_run_scratch(run), *expected = pl_run_scratch(run);
    pl_buf_put(where, input->name);
    if (why->path[0]) pl_buf_printf(where, "%s%s", why->path[0] == '[' ? "" : ".", why->path);
    pl_type_print(expected, &run->module->types, why->path[0] ? why->expected : input->type, 80);
    PlDiag *d = PL_REPORT(diags, RUN_INPUT, PL_NO_SPAN, where->ptr ? where->ptr : "", PL_ARG(pl_buf_str(expected)), why->found);
    if (pl_type(&run->module->types, input->type)->kind == PL_TYPE_FILE) pl_diag_help(diags, d, "--input " PL_FMT "=@PATH", PL_ARG(input->name));
    return PL_INVALID;
}

static PlStatus refuse_missing(PlRun *run, PlDiags *diags, const PlInput *input)
{
    PlBuf *expected = pl_run_scratch(run);
    pl_type_print(expected, &run->module->types, input->type, 80);
    PlDiag *d = PL_REPORT(diags, RUN_INPUT_MISSING, PL_NO_SPAN, PL_ARG(input->name), PL_ARG(pl_buf_str(expected)));
    bool file = pl_type(&run->module->types, input->type)->kind == PL_TYPE_FILE;
    pl_diag_help(diags, d, "--input " PL_FMT "=%s", PL_ARG(input->name), file ? "@PATH" : "...");
    return PL_INVALID;
}

static PlStatus refuse_unknown(PlRun *run, PlDiags *diags, PlStr name)
{
    PlStr nearest = {0};
    unsigned best = 3;
    for (uint32_t i = 0; i < run->module->input_count; i++) {
        unsigned d = pl_str_distance(name, run->module->inputs[i].name, 3);
        if (d < best) {
            best = d;
            nearest = run->module->inputs[i].name;
        }
    }
    PlDiag *d = PL_REPORT(diags, RUN_INPUT_UNKNOWN, PL_NO_SPAN, PL_ARG(name));
    if (nearest.len) pl_diag_help(diags, d, "did you mean `" PL_FMT "`?", PL_ARG(nearest));
    return PL_INVALID;
}

static PlStatus set_input(PlRun *run, PlDiags *diags, PlFiber *main, const PlInput *input, PlValue given)
{
    PlValue v;
    PlMismatch why = {0};
    if (pl_record_find(given, input->name, &v)) {
        PlValue fit;
        if (!pl_type_coerce(run->values, &run->module->types, input->type, v, &fit, &why))
            return refuse_input(run, diags, input, &why);
        pl_fiber_set(main, input->reg, fit);
    } else if (input->has_default) {
        pl_fiber_set(main, input->reg, pl_value_of_literal(run->values, &input->value));
    } else if (!pl_type_has_nothing(&run->module->types, input->type)) {
        return refuse_missing(run, diags, input);
    }
    return PL_OK;
}

static bool is_input(const PlModule *m, PlStr name)
{
    for (uint32_t i = 0; i < m->input_count; i++)
        if (pl_str_eq(m->inputs[i].name, name)) return true;
    return false;
}

static PlStatus set_inputs(PlRun *run, PlDiags *diags)
{
    const PlModule *m = run->module;
    PlValue given;
    size_t at;
    const char *why = "it is no record";
    PlStr text = run->options.input.len ? run->options.input : PL_STR("{}");
    if (pl_json_read(run->values, text, &given, &at, &why) != PL_OK || given.tag != PL_RECORD) {
        PL_REPORT(diags, RUN_INPUT_JSON, PL_NO_SPAN, why);
        return PL_INVALID;
    }
    for (uint32_t i = 0; i < pl_record_len(given); i++)
        if (!is_input(m, pl_record_name(given, i))) return refuse_unknown(run, diags, pl_record_name(given, i));
    for (uint32_t i = 0; i < m->input_count; i++) {
        PlStatus status = set_input(run, diags, run->main, &m->inputs[i], given);
        if (status != PL_OK) return status;
    }
    pl_release(run->values, given);
    return PL_OK;
}

/* ---- START, old and new ---- */

static void put_hex(PlBuf *out, const char *name, const uint8_t bytes[32])
{
    char hex[65];
    pl_hash_hex(bytes, 32, hex);
    pl_buf_printf(out, "\"%s\":\"%s\"", name, hex);
}

static void write_start(PlRun *run)
{
    PlBuf *body = pl_run_scratch(run);
    pl_buf_put_char(body, '{');
    put_hex(body, "module", run->module->hash);
    pl_buf_put_char(body, ',');
    put_hex(body, "effects", run->module->effect_hash);
    pl_buf_put_char(body, ',');
    put_hex(body, "seed", run->options.seed);
    pl_buf_put_z(body, ",\"input\":");
    pl_buf_put(body, run->options.input.len ? run->options.input : PL_STR("{}"));
    pl_buf_put_z(body, ",\"servers\":{");
    for (uint32_t i = 0; i < run->options.server_count; i++) {
        if (i) pl_buf_put_char(body, ',');
        pl_buf_put_json(body, run->options.servers[i].plugin);
        pl_buf_put_char(body, ':');
        pl_buf_put_json(body, run->options.servers[i].url);
    }
    pl_buf_printf(body, "},\"max_calls\":%llu", (unsigned long long)run->options.max_calls);
    const PlUsage *most = &run->options.max_usage;
    if (most->tokens) pl_buf_printf(body, ",\"max_tokens\":%llu", (unsigned long long)most->tokens);
    if (most->money) pl_buf_printf(body, ",\"max_money\":%llu", (unsigned long long)most->money);
    pl_buf_put_char(body, '}');
    pl_rows_put_take(run, PL_ROW_START, body);
    pl_run_give(run, body);
}

static void recall_servers(PlRun *run, PlValue servers)
{
    uint32_t count = servers.tag == PL_RECORD ? pl_record_len(servers) : 0;
    PlServerOverride *all = NEW_N(run, PlServerOverride, count);
    for (uint32_t i = 0; i < count; i++) {
        PlValue url = pl_record_at(servers, i);
        all[i].plugin = pl_arena_str(run->keep, pl_record_name(servers, i));
        if (url.tag == PL_TEXT) all[i].url = pl_arena_str(run->keep, pl_text_str(url));
    }
    run->options.servers = all;
    run->options.server_count = count;
}

/* The options of the process that began the run. */
static PlStatus recall_start(PlRun *run, PlDiags *diags, uint64_t seq)
{
    PlBuf *text = pl_run_scratch(run);
    PlValue start, field;
    size_t at;
    const char *why;
    char ours[65];
    PlStatus status = pl_rows_read(run, seq, text);
    if (status != PL_OK && status != PL_CORRUPT && status != PL_INVALID) {
        PL_REPORT(diags, RUN_JOURNAL_READ, PL_NO_SPAN, (unsigned long long)seq, pl_status_words(status));
        return status;
    }
    if (status == PL_OK && text->len == 0) {
        PL_REPORT0(diags, RUN_REDACTED, PL_NO_SPAN);
        return PL_INVALID;
    }
    if (status == PL_OK) status = pl_json_read(run->values, pl_buf_str(text), &start, &at, &why);
    if (status == PL_NOMEM) return status;
    if (status != PL_OK || start.tag != PL_RECORD) {
        PL_REPORT(diags, RUN_JOURNAL_ROW, PL_NO_SPAN, (unsigned long long)seq, "it is no START row");
        return PL_CORRUPT;
    }
    pl_hash_hex(run->module->hash, 32, ours);
    PlStr theirs = pl_rows_text(start, "module");
    if (!pl_str_eq_z(theirs, ours)) {
        PlStr brief = pl_arena_str(run->keep, theirs);
        PL_REPORT(diags, RUN_OTHER_MODULE, PL_NO_SPAN, brief.ptr, ours);
        return PL_CHANGED;
    }
    if (!pl_hash_from_hex(pl_rows_text(start, "seed"), run->options.seed, 32)) {
        PL_REPORT(diags, RUN_JOURNAL_ROW, PL_NO_SPAN, (unsigned long long)seq, "its seed is no number");
        return PL_CORRUPT;
    }
    run->options.max_calls = (uint64_t)pl_rows_int(start, "max_calls", 0);
    run->options.max_usage = (PlUsage){(uint64_t)pl_rows_int(start, "max_tokens", 0), (uint64_t)pl_rows_int(start, "max_money", 0)};
    if (pl_record_find(start, PL_STR("forked"), &field) && pl_rows_int(field, "copied", 0) > (int64_t)run->rows_loaded) {
        PL_REPORT(diags, RUN_FORK_CUT, PL_NO_SPAN, (unsigned long long)run->rows_loaded, (unsigned long long)pl_rows_int(field, "copied", 0));
        return PL_REFUSED;
    }
    if (pl_rows_text(start, "key_run").len) run->key_id = pl_arena_str(run->keep, pl_rows_text(start, "key_run"));
    if (pl_record_find(start, PL_STR("servers"), &field)) recall_servers(run, field);
    pl_buf_clear(text);
    if (pl_record_find(start, PL_STR("input"), &field)) pl_json_write(text, field);
    pl_run_check_buf(run, text);
    run->options.input = pl_arena_str(run->keep, pl_buf_str(text));
    pl_release(run->values, start);
    pl_run_give(run, text);
    return PL_OK;
}

static PlStatus begin(PlRun *run, PlDiags *diags)
{
    PlRowsStory story;
    make_tables(run);
    PlStatus status = pl_rows_load(run, &story);
    if (status != PL_OK) {
        PL_REPORT(diags, RUN_JOURNAL_READ, PL_NO_SPAN, 0ull, pl_status_words(status));
        return status;
    }
    run->resumed = run->rows_loaded > 0;
    run->active_before_us = story.active_us;
    if (run->resumed) status = recall_start(run, diags, story.start_seq ? story.start_seq : 1);
    if (status == PL_OK && story.forked_seq) {
        PL_REPORT0(diags, RUN_FORKED, PL_NO_SPAN);
        return PL_REFUSED;
    }
    if (status == PL_OK && story.end_seq) return pl_end_recall(run, story.end_seq);
    if (status != PL_OK) return status;
    pl_trace_init(run);
    pl_taint_init(run);
    run->main = pl_fiber_new(run, 0, NULL, 0);
    status = set_inputs(run, diags);
    if (status != PL_OK) return status;
    if (run->resumed) pl_rows_put(run, PL_ROW_RESUME, PL_NO_SITE, 0, PL_STR(""), NULL, PL_STR(""));
    else write_start(run);
    if (story.cancel_seq) run->cancel_asked = run->cancel_recorded = true;
    pl_end_limit_time(run);
    pl_fiber_ready(run->main, NULL);
    return PL_OK;
}

/* Everything that is not a heap, under an escape of its own. */
static PlStatus begin_escaping(PlRun *run, const PlRunOptions *options, PlDiags *diags)
{
    if (setjmp(run->escape.at) != 0) {
        if (run->phase == PL_PHASE_OVER) PL_REPORT(diags, RUN_JOURNAL_WRITE, PL_NO_SPAN, "START", pl_status_words(run->status));
        else PL_REPORT0(diags, RUN_NO_MEMORY, PL_NO_SPAN);
        return run->phase == PL_PHASE_OVER ? run->status : run->escape.status;
    }
    run->values = pl_values_new(run->heap);
    copy_options(run, options);
    PlStatus status = begin(run, diags);
    if (!run->ports.hook_count) run->options.input = PL_STR("");
    return status;
}

PlRun *pl_run_new(const PlModule *module, const PlPorts *ports, const PlRunOptions *options, PlDiags *diags,
                  PlStatus *status)
{
    PlRun *run = pl_zalloc(sizeof *run);
    *status = PL_NOMEM;
    if (run) {
        run->module = module;
        run->ports = *ports;
        run->sends_tail = &run->sends;
        run->state = PL_RUN_WAITING;
        run->keep = pl_arena_new(&run->escape, 0);
        run->sending = pl_arena_new(&run->escape, 0);
        run->heap = pl_heap_new(&run->escape, options->heap_bytes);
        run->index = pl_row_index_new();
        for (unsigned i = 0; i < PL_STATE_SCRATCHES; i++) pl_buf_init(&run->scratch[i].buf, 0);
        pl_buf_init(&run->output, 0);
        pl_buf_init(&run->error, 0);
        pl_buf_init(&run->park_error, 0);
        pl_buf_init(&run->cancel_text, 4096);
        if (run->keep && run->sending && run->heap && run->index) *status = begin_escaping(run, options, diags);
        else PL_REPORT0(diags, RUN_NO_MEMORY, PL_NO_SPAN);
    } else {
        PL_REPORT0(diags, RUN_NO_MEMORY, PL_NO_SPAN);
    }
    if (*status == PL_OK) return run;
    pl_run_free(run);
    return NULL;
}

void pl_run_free(PlRun *run)
{
    if (!run) return;
    pl_step_abandon_all(run);
    for (PlFiber *f = run->first; f; f = f->next) pl_fiber_timer_stop(f);
    const PlClockPort *clock = &run->ports.clock;
    if (run->has_wake_timer) clock->timer_cancel(clock->self, run->wake_timer);
    if (run->has_time_timer) clock->timer_cancel(clock->self, run->time_timer);
    for (unsigned i = 0; i < PL_STATE_SCRATCHES; i++) pl_buf_deinit(&run->scratch[i].buf);
    pl_buf_deinit(&run->output);
    pl_buf_deinit(&run->error);
    pl_buf_deinit(&run->park_error);
    pl_buf_deinit(&run->cancel_text);
    if (run->zone) {
        pl_buf_deinit(&run->builtin_context.error);
        pl_zone_close(run->zone);
    }
    pl_row_index_free(run->index);
    if (run->values) pl_values_free(run->values);
    pl_heap_free(run->heap);
    pl_arena_free(run->sending);
    pl_arena_free(run->keep);
    pl_free(run);
}
