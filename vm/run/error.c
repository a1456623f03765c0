/* SPDX-License-Identifier: MIT */
/* Errors of a run: a record {message, kind, code, step, path, status, body} that goes to the handler of the failing instruction's
 * function, else ends the fiber. Kinds and codes: spec/running.md. What no handler may catch (a limit of the run, a refusal) ends the
 * run. Messages are those of diag_vm.def, so every one can be explained. */
#include "vm/run/taint.h"

#include "vm/base/utf8.h"

PlStr pl_error_brief(PlRun *run, PlBuf *scratch, PlValue v)
{
    enum { WIDTH = 60 };
    pl_buf_clear(scratch);
    pl_value_brief(scratch, v, WIDTH);
    pl_run_check_buf(run, scratch);
    return pl_buf_str(scratch);
}

PlValue pl_error_record_take(PlFiber *fiber, PlDiagCode code, const char *kind, PlStr message, unsigned status, PlValue body)
{
    PlRun *run = fiber->run;
    uint32_t site = pl_path_site(run, fiber, fiber->pc);
    PlBuf *path = pl_run_scratch(run), *line = pl_run_scratch(run);
    pl_path_put(run, path, fiber, site);
    pl_utf8_put_line(line, message); /* parts of it may be a server's words */
    pl_run_check_buf(run, line);
    PlStr step = site == PL_NO_SITE ? PL_STR("") : run->module->sites[site].step;
    PlValue fields[] = {
        pl_text(run->values, pl_buf_str(line)),
        pl_text(run->values, pl_str_z(kind)),
        pl_text(run->values, pl_str_z(pl_diag_infos[code].code)),
        pl_text(run->values, step),
        pl_text(run->values, pl_buf_str(path)),
        status ? pl_int(status) : pl_nothing(),
        body,
    };
    pl_run_give(run, line);
    pl_run_give(run, path);
    return pl_record_of_take(run->values, run->error_shape, fields);
}

static PlValue format_record(PlFiber *fiber, PlDiagCode code, const char *kind, const char *format, va_list args)
{
    PlRun *run = fiber->run;
    PlBuf *message = pl_run_scratch(run);
    pl_buf_vprintf(message, format, args);
    pl_run_check_buf(run, message);
    PlValue record = pl_error_record_take(fiber, code, kind, pl_buf_str(message), 0, pl_nothing());
    pl_run_give(run, message);
    return record;
}

PlGo pl_error_raise(PlFiber *fiber, PlDiagCode code, const char *kind, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    PlValue record = format_record(fiber, code, kind, format, args);
    va_end(args);
    return pl_error_throw_take(fiber, record);
}

PlGo pl_error_fatal(PlFiber *fiber, PlStatus status, PlDiagCode code, const char *kind, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    PlValue record = format_record(fiber, code, kind, format, args);
    va_end(args);
    pl_run_settle_take(fiber->run, PL_STR("failed"), status, record);
    return pl_fiber_end_take(fiber, pl_nothing());
}

PlStatus pl_error_status(PlValue record)
{
    static const struct {
        const char *kind;
        PlStatus status;
    } table[] = {{"network", PL_NETWORK},    {"timeout", PL_NETWORK}, {"credential", PL_CREDENTIAL}, {"refused", PL_REFUSED},
                 {"denied", PL_REFUSED},     {"limit", PL_LIMIT}};
    PlValue kind;
    if (record.tag != PL_RECORD || !pl_record_find(record, PL_STR("kind"), &kind) || kind.tag != PL_TEXT) return PL_FAILED;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (pl_str_eq_z(pl_text_str(kind), table[i].kind)) return table[i].status;
    return PL_FAILED;
}

static int64_t status_of(PlValue record)
{
    PlValue status;
    if (record.tag != PL_RECORD || !pl_record_find(record, PL_STR("status"), &status) || status.tag != PL_INT) return 0;
    return status.as.integer;
}

PlGo pl_error_throw_take(PlFiber *fiber, PlValue record)
{
    const PlFunction *function = fiber->function;
    if (fiber->held) {
        *fiber->held = record;
        return PL_GO_JUMP;
    }
    int64_t status = status_of(record);
    for (uint32_t i = 0; i < function->handler_count && !fiber->cancelled; i++) {
        const PlHandler *h = &function->handlers[i];
        if (fiber->pc < h->begin || fiber->pc >= h->end || (h->status && h->status != status)) continue;
        if (fiber->trace) pl_trace_failed(fiber, h->target, record);
        if (fiber->taints) pl_taint_raised(fiber, h->error);
        pl_fiber_set(fiber, h->error, record);
        fiber->pc = h->target;
        return PL_GO_JUMP;
    }
    if (fiber->trace) pl_trace_failed(fiber, UINT32_MAX, record);
    return pl_fiber_end_take(fiber, record);
}
