/* SPDX-License-Identifier: MIT */
/* What a compiler could not settle, asked of a model: questions with their candidates, errors with their lines, never the whole plan. An answer is tried like
 * a person's (compiler/ask/answer.h); a line may only be changed when it was shown. */
#include "compiler/cli/model.h"

#include "compiler/ask/answer.h"
#include "stdlib/ai/prompts.h"

#include <jansson.h>
#include <stdio.h>

enum { MOST_LINES = 6, MOST_ASKED = 40 };

static const char SCHEMA[] =
    "{\"type\":\"object\",\"required\":[\"answers\",\"lines\"],\"properties\":{"
    "\"answers\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\",\"value\"],\"properties\":{\"id\":{\"type\":\"string\"},"
    "\"value\":{\"type\":\"string\"}}}},"
    "\"lines\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"line\",\"text\"],\"properties\":{\"line\":{\"type\":\"integer\"},"
    "\"text\":{\"type\":\"string\"}}}}}}";

/* ---- lines ---- */

static uint32_t line_of(PlStr text, uint32_t at)
{
    uint32_t line = 1;
    for (uint32_t i = 0; i < at && i < text.len; i++) line += text.ptr[i] == '\n';
    return line;
}

static uint32_t line_count(PlStr text)
{
    return line_of(text, (uint32_t)text.len);
}

static PlStr line_at(PlStr text, uint32_t line)
{
    size_t start = 0;
    for (uint32_t i = 1; i < line && start <= text.len; i++) {
        size_t end = pl_str_find_char(text, '\n', start);
        start = end == PL_STR_NONE ? text.len + 1 : end + 1;
    }
    size_t end = pl_str_find_char(text, '\n', start);
    return pl_str_slice(text, start, end == PL_STR_NONE ? text.len : end);
}

static const char *new_line(const json_t *lines, uint32_t line)
{
    size_t i;
    json_t *item;
    const char *text = NULL;
    json_array_foreach(lines, i, item) {
        bool is_it = json_integer_value(json_object_get(item, "line")) == (json_int_t)line;
        if (is_it) text = json_string_value(json_object_get(item, "text"));
    }
    return text;
}

PlStr plc_model_lines(PlArena *arena, PlStr text, const void *lines, const bool *may, uint32_t may_count)
{
    PlBuf out;
    uint32_t count = line_count(text);
    pl_buf_init(&out, PL_LIMIT_SOURCE_BYTES);
    for (uint32_t n = 1; n <= count; n++) {
        const char *now = !may || (n < may_count && may[n]) ? new_line(lines, n) : NULL;
        if (now && !*now) continue;
        pl_buf_put(&out, now ? pl_str_z(now) : line_at(text, n));
        if (n < count) pl_buf_put_char(&out, '\n');
    }
    PlStr made = out.status == PL_OK ? pl_arena_str(arena, pl_buf_str(&out)) : text;
    pl_buf_deinit(&out);
    return made;
}

/* ---- what is asked ---- */

static json_t *text_json(PlStr s)
{
    json_t *text = json_stringn(s.ptr, s.len);
    return text ? text : json_string("");
}

static json_t *question_json(const PlSession *session, const PlDiag *d)
{
    json_t *q = json_object(), *candidates = json_array();
    json_object_set_new(q, "id", text_json(d->ask.id));
    json_object_set_new(q, "question", text_json(d->message));
    if (d->label.len) json_object_set_new(q, "more", text_json(d->label));
    if (d->ask.wanted.len) json_object_set_new(q, "type", text_json(d->ask.wanted));
    PlStr line = line_at(session->text, line_of(session->text, d->span.start));
    if (d->span.source == session->compiled.plan->source) json_object_set_new(q, "line", text_json(line));
    for (uint32_t i = 0; i < d->candidates.len; i++) {
        json_t *c = json_object();
        json_object_set_new(c, "value", text_json(d->candidates.items[i].value));
        json_object_set_new(c, "why", text_json(d->candidates.items[i].why));
        json_array_append_new(candidates, c);
    }
    json_object_set_new(q, "candidates", candidates);
    return q;
}

static json_t *error_json(const PlSession *session, const PlDiag *d, bool *may)
{
    json_t *e = json_object(), *lines = json_array();
    uint32_t first = line_of(session->text, d->span.start), last = line_of(session->text, d->span.end);
    json_object_set_new(e, "error", text_json(d->message));
    if (d->label.len) json_object_set_new(e, "more", text_json(d->label));
    if (d->help.len) json_object_set_new(e, "help", text_json(d->help));
    for (uint32_t n = first; n <= last && n < first + MOST_LINES; n++) {
        json_t *line = json_object();
        json_object_set_new(line, "line", json_integer(n));
        json_object_set_new(line, "text", text_json(line_at(session->text, n)));
        json_array_append_new(lines, line);
        may[n] = true;
    }
    json_object_set_new(e, "lines", lines);
    return e;
}

static json_t *asked_json(const PlSession *session, PlStr goal, bool errors, bool *may)
{
    const PlDiags *diags = &session->compiled.diags;
    json_t *all = json_object(), *open = json_array(), *wrong = json_array();
    json_object_set_new(all, "goal", text_json(goal));
    for (uint32_t i = 0; i < diags->all.len && json_array_size(open) + json_array_size(wrong) < MOST_ASKED; i++) {
        const PlDiag *d = diags->all.items[i];
        if (d->severity == PL_SEV_QUESTION && d->ask.id.len) json_array_append_new(open, question_json(session, d));
        bool of_plan = d->span.source == session->compiled.plan->source;
        if (errors && d->severity == PL_SEV_ERROR && of_plan) json_array_append_new(wrong, error_json(session, d, may));
    }
    json_object_set_new(all, "questions", open);
    json_object_set_new(all, "errors", wrong);
    return all;
}

/* ---- what is answered ---- */

static bool use_answers(PlcModel *model, PlSession *session, const json_t *answers)
{
    size_t i;
    json_t *item;
    bool changed = false;
    json_array_foreach(answers, i, item) {
        PlStr id = pl_str_z(json_string_value(json_object_get(item, "id"))), why;
        PlStr value = pl_str_z(json_string_value(json_object_get(item, "value")));
        PlDiag *d = id.len && value.len ? pl_session_question_by_id(session, id) : NULL;
        if (!d) continue;
        bool good = pl_answer_question(session, d, pl_arena_str(session->arena, value), false, &why);
        if (good) fprintf(stderr, "answered by " PL_FMT ": " PL_FMT ": " PL_FMT "\n", PL_ARG(model->name), PL_ARG(id), PL_ARG(value));
        else fprintf(stderr, "not used, of " PL_FMT ": " PL_FMT ": " PL_FMT ": " PL_FMT "\n", PL_ARG(model->name), PL_ARG(id), PL_ARG(value), PL_ARG(why));
        changed |= good;
    }
    return changed;
}

static bool use_said(PlcModel *model, PlSession *session, PlStr said, const bool *may, uint32_t count)
{
    json_error_t error;
    json_t *root = json_loadb(said.ptr, said.len, 0, &error);
    if (!root) return false;
    PlStr before = session->text, now = plc_model_lines(session->arena, before, json_object_get(root, "lines"), may, count);
    bool changed = !pl_str_eq(before, now);
    /* questions are answered in the text that they were asked of: their ids may be gone afterwards */
    bool answered = use_answers(model, session, json_object_get(root, "answers"));
    if (changed && !answered) pl_session_change(session, now);
    if (changed && answered) {
        bool same = line_count(session->text) == line_count(before);
        if (same) pl_session_change(session, plc_model_lines(session->arena, session->text, json_object_get(root, "lines"), may, count));
    }
    json_decref(root);
    return changed || answered;
}

bool plc_model_round(PlcModel *model, PlSession *session, PlStr goal, bool errors)
{
    uint32_t count = line_count(session->text) + 2;
    bool *may = PL_NEW_N(session->arena, bool, count);
    json_t *asked = asked_json(session, goal, errors, may);
    size_t open = json_array_size(json_object_get(asked, "questions")) + json_array_size(json_object_get(asked, "errors"));
    char *text = open ? json_dumps(asked, JSON_COMPACT) : NULL;
    json_decref(asked);
    if (!text) return false;
    PlStr user = pl_arena_str(session->arena, pl_str_z(text)), said;
    free(text);
    model->rounds++;
    if (!plc_model_ask(model, pl_ai_prompt("fix"), user, pl_str_z(SCHEMA), &said)) return false;
    return use_said(model, session, said, may, count);
}

void plc_model_rounds(PlcModel *model, PlSession *session, PlStr goal, bool errors)
{
    for (unsigned i = 0; i < PLC_MODEL_ROUNDS; i++)
        if (!plc_model_round(model, session, goal, errors)) return;
}
