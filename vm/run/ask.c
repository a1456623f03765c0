/* SPDX-License-Identifier: MIT */
/* Questions to people. The ASK row is in the file before anybody is asked, the ANSWER row before anything follows from it. An approval
 * is bound to the hash of the request that was shown. Without a person at hand the run parks, and the ANSWER row comes from outside. */
#include "vm/run/ask.h"

#include "vm/run/rows.h"
#include "vm/run/run_end.h"

enum { TRIES = 3 }; /* of an answer that does not fit its type */

static void write_question(PlRun *run, const PlAskWhat *what, int64_t expires)
{
    PlBuf *body = pl_run_scratch(run), *type = pl_run_scratch(run);
    pl_type_print(type, &run->module->types, what->is_approval ? PL_T_YESNO : what->type, 200);
    pl_buf_put_z(body, "{\"question\":");
    pl_buf_put_json(body, what->text);
    pl_buf_put_z(body, ",\"role\":");
    pl_buf_put_json(body, what->role);
    pl_buf_put_z(body, ",\"type\":");
    pl_buf_put_json(body, pl_buf_str(type));
    pl_buf_printf(body, ",\"approval\":%s,\"expires\":%lld,\"request\":", what->is_approval ? "true" : "false", (long long)expires);
    pl_buf_put_json(body, what->request);
    pl_buf_put_z(body, ",\"shows\":");
    pl_buf_put(body, what->shows.len ? what->shows : PL_STR("null"));
    pl_buf_put_char(body, '}');
    pl_rows_put(run, PL_ROW_ASK, what->site, 0, what->path, body, PL_STR(""));
    pl_run_give(run, type);
    pl_run_give(run, body);
}

/* The ASK row of an earlier process must ask the same; gives its expiry. */
static bool recall_question(PlRun *run, const PlAskWhat *what, int64_t *expires)
{
    PlValue row;
    if (!pl_rows_find(run, what->path, PL_ROW_ASK, 0, &row, NULL)) return false;
    bool same = pl_str_eq(pl_rows_text(row, "request"), what->request)
                && pl_str_eq(pl_rows_text(row, "question"), what->text);
    if (!same) {
        PlBuf *old = pl_run_scratch(run), *new = pl_run_scratch(run);
        pl_buf_put(old, what->request.len ? pl_rows_text(row, "request") : pl_rows_text(row, "question"));
        pl_buf_put(new, what->request.len ? what->request : what->text);
        pl_buf_put_char(old, 0);
        pl_buf_put_char(new, 0);
        pl_run_check_buf(run, old);
        pl_run_check_buf(run, new);
        PL_BREAK(run, PL_CHANGED, RUN_CONTRADICTS, what->path, what->path.ptr, old->ptr, new->ptr);
    }
    *expires = pl_rows_int(row, "expires", 0);
    pl_release(run->values, row);
    return true;
}

/* Does an answer have the type; an approval is a plain yes. Takes given. */
static bool fit_take(PlRun *run, const PlAskWhat *what, PlValue given, PlValue *answer)
{
    PlMismatch why;
    PlTypeId type = what->is_approval ? PL_T_YESNO : what->type;
    bool fits = pl_type_coerce(run->values, &run->module->types, type, given, answer, &why);
    pl_release(run->values, given);
    return fits;
}

/* An ANSWER row: {"answer": ..., "who": ...}, {"denied": true, "reason": ...} or {"expired": true}. */
static bool recall_answer(PlRun *run, const PlAskWhat *what, int64_t expires, PlAsked *how, PlValue *answer)
{
    PlValue row, given = pl_nothing();
    if (!pl_rows_find(run, what->path, PL_ROW_ANSWER, 0, &row, NULL)) return false;
    PlStr request = pl_rows_text(row, "request"), role = pl_rows_text(row, "role");
    bool is_other = role.len && what->role.len && !pl_str_eq_nocase(role, what->role); /* somebody who was not asked */
    bool is_late = expires && pl_rows_wall_us(run, what->path, PL_ROW_ANSWER, 0) >= expires && !pl_rows_yes(row, "expired");
    bool counts = (what->request.len == 0 || request.len == 0 || pl_str_eq(request, what->request)) && !is_other && !is_late;
    if (!counts) {
        pl_release(run->values, row);
        return false;
    }
    *how = PL_ASKED_GIVEN;
    if (pl_rows_yes(row, "denied")) {
        *how = PL_ASKED_DENIED;
        *answer = pl_text(run->values, pl_rows_text(row, "reason"));
    } else if (pl_rows_yes(row, "expired")) {
        *how = PL_ASKED_EXPIRED;
    } else {
        pl_record_find(row, PL_STR("answer"), &given);
        counts = fit_take(run, what, pl_retain(given), answer);
    }
    pl_release(run->values, row);
    return counts;
}

static void write_answer(PlRun *run, const PlAskWhat *what, PlAsked how, PlStr text, PlStr who)
{
    PlBuf *body = pl_run_scratch(run);
    if (how == PL_ASKED_GIVEN) {
        pl_buf_put_z(body, "{\"answer\":");
        pl_buf_put(body, text);
    } else if (how == PL_ASKED_DENIED) {
        pl_buf_put_z(body, "{\"denied\":true,\"reason\":");
        pl_buf_put_json(body, text);
    } else {
        pl_buf_put_z(body, "{\"expired\":true");
    }
    pl_buf_put_z(body, ",\"who\":");
    pl_buf_put_json(body, who);
    pl_buf_put_z(body, ",\"request\":");
    pl_buf_put_json(body, what->request);
    pl_buf_put_char(body, '}');
    pl_rows_put(run, PL_ROW_ANSWER, what->site, 0, what->path, body, PL_STR(""));
    pl_run_give(run, body);
}

static void park(PlRun *run, const PlAskWhat *what)
{
    PlBuf *message = pl_run_scratch(run);
    pl_buf_printf(message, PL_DF_RUN_PARKED, what->is_approval ? "an approval" : "an answer", PL_ARG(what->text));
    pl_end_parked(run, what->site, what->path, "answer", PL_D_RUN_PARKED, pl_buf_str(message), 0);
    pl_run_give(run, message);
}

/* The port's answer as a value of the type; false when it does not fit. *text is the answer as it goes to the row. */
static bool read_answer(PlRun *run, const PlAskWhat *what, PlStr json, PlBuf *text, PlValue *answer)
{
    PlValue given;
    size_t at;
    const char *why;
    PlStatus status = pl_json_read(run->values, json, &given, &at, &why);
    if (status == PL_NOMEM || status == PL_LIMIT) pl_heap_escape(run->heap, status);
    if (status != PL_OK || !fit_take(run, what, given, answer)) return false;
    pl_buf_clear(text);
    pl_json_write(text, *answer);
    pl_run_check_buf(run, text);
    return true;
}

static PlAsked ask_port(PlRun *run, const PlAskWhat *what, int64_t expires, PlValue *answer)
{
    const PlPersonPort *person = &run->ports.person;
    PlBuf *type = pl_run_scratch(run), *text = pl_run_scratch(run);
    PlAsked how = PL_ASKED_LATER;
    pl_type_print(type, &run->module->types, what->is_approval ? PL_T_YESNO : what->type, 200);
    PlQuestion question = {.path = what->path,
                           .role = what->role,
                           .text = what->text,
                           .type = pl_buf_str(type),
                           .is_approval = what->is_approval,
                           .shows = what->shows,
                           .expires_us = expires};
    for (int i = 0; i < TRIES && how == PL_ASKED_LATER && person->ask; i++) {
        PlStr given = {0}, who = {0};
        PlAnswerKind kind = person->ask(person->self, &question, &given, &who);
        if (kind == PL_ANSWER_LATER) break;
        if (expires && run->ports.clock.wall_us(run->ports.clock.self) >= expires) { /* while they thought */
            how = PL_ASKED_EXPIRED;
            write_answer(run, what, how, PL_STR(""), who);
            break;
        }
        if (kind == PL_ANSWER_DENIED) {
            how = PL_ASKED_DENIED;
            *answer = pl_text(run->values, given);
            write_answer(run, what, how, given, who);
        } else if (read_answer(run, what, given, text, answer)) {
            how = PL_ASKED_GIVEN;
            write_answer(run, what, how, pl_buf_str(text), who);
        }
    }
    pl_run_give(run, text);
    pl_run_give(run, type);
    return how;
}

PlAsked pl_ask(PlRun *run, const PlAskWhat *what, PlValue *answer)
{
    PlAsked how;
    int64_t now = run->ports.clock.wall_us(run->ports.clock.self);
    int64_t expires = what->within_us ? now + (int64_t)what->within_us : 0;
    *answer = pl_nothing();
    if (!recall_question(run, what, &expires)) write_question(run, what, expires);
    else if (recall_answer(run, what, expires, &how, answer)) return how;
    if (expires && now >= expires) {
        write_answer(run, what, PL_ASKED_EXPIRED, PL_STR(""), PL_STR(""));
        return PL_ASKED_EXPIRED;
    }
    pl_run_commit(run);
    how = ask_port(run, what, expires, answer);
    if (how == PL_ASKED_LATER) park(run, what);
    return how;
}

/* ---- the ASK instruction ---- */

static PlGo deliver_take(PlFiber *fiber, const PlAskSite *ask, uint16_t reg, PlAsked how, PlStr text, PlValue answer)
{
    PlRun *run = fiber->run;
    PlGo go = PL_GO_ON;
    bool refused = ask->kind == PL_ASK_APPROVE && how == PL_ASKED_GIVEN && !(answer.tag == PL_YESNO && answer.as.yes);
    if (how == PL_ASKED_LATER) return pl_fiber_park(fiber);
    if (how == PL_ASKED_EXPIRED) return PL_RAISE(fiber, RUN_ASK_EXPIRED, "expired", PL_ARG(text));
    if (how == PL_ASKED_GIVEN && !refused) {
        pl_fiber_set(fiber, reg, answer);
        return go;
    }
    PlBuf *why = pl_run_scratch(run);
    if (answer.tag == PL_TEXT && pl_text_str(answer).len) pl_buf_printf(why, ": " PL_FMT, PL_ARG(pl_text_str(answer)));
    go = PL_RAISE(fiber, RUN_DENIED, "denied", PL_ARG(pl_buf_str(why)));
    pl_run_give(run, why);
    pl_release(run->values, answer);
    return go;
}

PlGo pl_ask_go(PlFiber *fiber, PlInsn insn)
{
    PlRun *run = fiber->run;
    const PlAskSite *ask = &run->module->asks[insn.b];
    PlBuf *path = pl_run_scratch(run), *text = pl_run_scratch(run);
    PlValue answer;
    pl_path_put_insn(run, path, fiber, ask->site, fiber->pc);
    pl_value_show(text, fiber->regs[ask->text]);
    pl_run_check_buf(run, text);
    PlAskWhat what = {.site = ask->site,
                      .path = pl_buf_str(path),
                      .role = ask->role,
                      .text = pl_buf_str(text),
                      .type = ask->type,
                      .is_approval = ask->kind == PL_ASK_APPROVE,
                      .within_us = ask->within_us};
    PlAsked how = pl_ask(run, &what, &answer);
    PlGo go = deliver_take(fiber, ask, insn.a, how, pl_buf_str(text), answer);
    pl_run_give(run, text);
    pl_run_give(run, path);
    return go;
}
