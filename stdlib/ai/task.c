/* SPDX-License-Identifier: MIT */
/* Each action has a prompt of its name (stdlib/ai/prompts) and a few lines that its arguments add. Values come straight from the request's JSON. */
#include "stdlib/ai/task.h"

#include "stdlib/ai/mend.h"
#include "stdlib/ai/prompts.h"
#include "vm/value/json.h"

#include <stdio.h>

typedef struct Maker {
    PlArena *arena;
    PlValues *values;
    PlValue body;
    PlAiTask *out;
    PlStr *why;
    PlBuf *text;
} Maker;

static PlValue get(const Maker *m, const char *name)
{
    PlValue v = pl_nothing();
    pl_record_find(m->body, pl_str_z(name), &v);
    return v;
}

static PlStr text_of(const Maker *m, const char *name)
{
    PlValue v = get(m, name);
    return v.tag == PL_TEXT ? pl_text_str(v) : PL_STR("");
}

static void line(Maker *m, const char *lead, PlStr text)
{
    if (!text.len) return;
    pl_buf_put_char(m->text, '\n');
    pl_buf_put_z(m->text, lead);
    pl_buf_put(m->text, text);
}

static PlStr keep(Maker *m)
{
    if (m->text->status != PL_OK) pl_heap_escape(pl_values_heap(m->values), m->text->status);
    PlStr text = pl_arena_str(m->arena, pl_buf_str(m->text));
    pl_buf_clear(m->text);
    return text;
}

/* ---- what is said ---- */

static void put_labels(Maker *m)
{
    PlValue labels = get(m, "labels");
    if (labels.tag != PL_LIST) return;
    pl_buf_put_z(m->text, "\nLabels: ");
    pl_json_write(m->text, labels);
}

static void put_limit(Maker *m)
{
    PlValue words = get(m, "max_words");
    if (words.tag == PL_INT && words.as.integer > 0) pl_buf_printf(m->text, "\nAt most %lld words.", (long long)words.as.integer);
}

static void put_task(Maker *m, PlStr action)
{
    char name[16];
    snprintf(name, sizeof name, PL_FMT, PL_ARG(action));
    pl_buf_put(m->text, pl_ai_prompt("system"));
    pl_buf_put_z(m->text, "\n\nTask: ");
    pl_buf_put(m->text, pl_ai_prompt(name));
    line(m, "Goal: ", text_of(m, "goal"));
    line(m, "Question: ", text_of(m, "question"));
    put_labels(m);
    line(m, "Into: ", text_of(m, "to"));
    line(m, "What is asked for: ", text_of(m, "instructions"));
    line(m, "What is asked for: ", text_of(m, "prompt"));
    put_limit(m);
}

static PlStr data_of(Maker *m)
{
    static const char *const names[] = {"from", "text", "about", "input"};
    PlValue data = pl_nothing();
    for (size_t i = 0; i < sizeof names / sizeof *names && data.tag == PL_NOTHING; i++) data = get(m, names[i]);
    pl_json_write(m->text, data);
    PlStr json = keep(m);
    pl_ai_turn_put_data(m->text, json);
    return keep(m);
}

/* ---- what is wanted ---- */

static PlValue typed(PlValues *values, const char *type)
{
    return pl_record_set_take(values, pl_record(values), PL_STR("type"), pl_text(values, pl_str_z(type)));
}

static bool is_plain_text(PlValue schema)
{
    PlValue v;
    if (schema.tag != PL_RECORD || !pl_record_find(schema, PL_STR("type"), &v) || v.tag != PL_TEXT) return false;
    return pl_str_eq_z(pl_text_str(v), "string") && !pl_record_find(schema, PL_STR("format"), &v) && !pl_record_find(schema, PL_STR("enum"), &v);
}

/* The schema of the request, else what the action gives by itself; nothing: a text. */
static bool wanted_of(Maker *m, PlStr action, PlValue *wanted)
{
    PlStr given = text_of(m, "schema");
    PlValue labels = get(m, "labels");
    size_t at;
    const char *error;
    *wanted = pl_nothing();
    if (pl_str_eq_z(action, "classify") && labels.tag == PL_LIST && pl_list_len(labels)) {
        *wanted = pl_record_set_take(m->values, pl_record(m->values), PL_STR("enum"), pl_retain(labels));
        return true;
    }
    if (given.len && pl_json_read(m->values, given, wanted, &at, &error) != PL_OK) {
        *wanted = pl_nothing();
        *m->why = pl_arena_printf(m->arena, "the schema is no JSON: %s", error);
        return false;
    }
    bool any = wanted->tag == PL_RECORD && pl_record_len(*wanted) == 0;
    if (!given.len || any) {
        pl_release(m->values, *wanted);
        *wanted = pl_nothing();
        if (pl_str_eq_z(action, "decide")) *wanted = typed(m->values, "boolean");
        if (pl_str_eq_z(action, "extract")) *wanted = typed(m->values, "object");
    }
    return true;
}

static bool compile(Maker *m, PlValue wanted)
{
    PlAiTask *task = m->out;
    PlSchemaIssues issues = {0};
    PlSchemaOptions options = {.draft = PL_SCHEMA_2020_12, .formats = true, .base = PL_STR(""), .pointer = PL_STR("")};
    task->schema = pl_ai_schema_of_take(m->values, wanted);
    PlStatus status = pl_schema_compile(m->arena, m->values, wanted, &options, &task->check, &issues);
    if (status == PL_NOMEM || status == PL_LIMIT) pl_heap_escape(pl_values_heap(m->values), status);
    if (status != PL_OK) {
        task->check = NULL;
        *m->why = pl_arena_printf(m->arena, "the schema cannot be used: " PL_FMT, PL_ARG(issues.count ? issues.all[0].message : PL_STR("it is none")));
        return false;
    }
    pl_json_write(m->text, task->schema.sent);
    task->sent = keep(m);
    return true;
}

/* What a turn gives is {tool, arguments} or {answer}: the schema that counts is the answer's. */
static bool make_turn(Maker *m, PlValue *wanted)
{
    PlValue answer = pl_retain(pl_ai_turn_answer(*wanted));
    pl_release(m->values, *wanted);
    *wanted = answer;
    m->out->turn = PL_NEW(m->arena, PlAiTurn);
    return pl_ai_turn_make(m->arena, m->values, m->body, m->out->turn, m->why);
}

static bool make(Maker *m, PlStr action)
{
    static const char *const known[] = {"extract", "decide", "classify", "summarize", "write", "translate", "process", "turn", "chat"};
    PlValue wanted;
    bool is_known = false;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) is_known |= pl_str_eq_z(action, known[i]);
    if (!is_known) return *m->why = PL_STR("there is no such action"), false;
    if (pl_str_eq_z(action, "chat")) {
        m->out->system = pl_arena_str(m->arena, text_of(m, "system"));
        m->out->user = pl_arena_str(m->arena, text_of(m, "user"));
    } else {
        put_task(m, action);
        m->out->system = keep(m);
        m->out->user = data_of(m);
    }
    if (!wanted_of(m, action, &wanted)) return false;
    if (pl_str_eq_z(action, "turn") && !make_turn(m, &wanted)) return pl_release(m->values, wanted), false;
    m->out->is_text = wanted.tag == PL_NOTHING || is_plain_text(wanted);
    if (!m->out->is_text) return compile(m, wanted);
    pl_release(m->values, wanted);
    return true;
}

bool pl_ai_task_make(PlArena *arena, PlValues *values, PlStr action, PlStr body, PlAiTask *out, PlStr *why)
{
    Maker m = {.arena = arena, .values = values, .out = out, .why = why};
    size_t at;
    const char *error = "";
    *out = (PlAiTask){0};
    *why = PL_STR("");
    PlStatus status = pl_json_read(values, body, &m.body, &at, &error);
    if (status == PL_NOMEM || status == PL_LIMIT) pl_heap_escape(pl_values_heap(values), status);
    if (status != PL_OK) return *why = pl_arena_printf(arena, "the request is no JSON: %s", error), false;
    volatile bool good = m.body.tag == PL_RECORD;
    if (!good) *why = PL_STR("the request is no JSON object");
    PlBuf text;
    pl_buf_init(&text, 0);
    m.text = &text;
    PlHeap *heap = pl_values_heap(values);
    PlEscape escape = {.status = PL_OK}; /* the buffer must be gone when memory lacks */
    PlEscape *outer = pl_heap_set_escape(heap, &escape), *outer_arena = pl_arena_set_escape(arena, &escape);
    if (setjmp(escape.at) == 0) good = good && make(&m, action);
    pl_heap_set_escape(heap, outer);
    pl_arena_set_escape(arena, outer_arena);
    pl_buf_deinit(&text);
    if (escape.status != PL_OK) pl_heap_escape(heap, escape.status);
    pl_release(values, m.body);
    return good;
}

void pl_ai_task_release(PlValues *values, PlAiTask *task)
{
    pl_schema_free(task->check);
    if (task->turn) pl_ai_turn_release(values, task->turn);
    pl_ai_schema_release(values, &task->schema);
    *task = (PlAiTask){0};
}

/* ---- what it gives ---- */

/* Local models think aloud first. */
static PlStr without_thoughts(PlStr said)
{
    said = pl_str_trim(said);
    if (!pl_str_starts(said, PL_STR("<think>"))) return said;
    size_t end = pl_str_find(said, PL_STR("</think>"), 0);
    return end == PL_STR_NONE ? PL_STR("") : pl_str_trim(pl_str_slice(said, end + 8, said.len));
}

static bool read_value(PlValues *values, PlStr text, PlValue *out)
{
    size_t at;
    const char *error;
    PlStatus status = pl_json_read(values, text, out, &at, &error);
    if (status == PL_NOMEM || status == PL_LIMIT) pl_heap_escape(pl_values_heap(values), status);
    return status == PL_OK;
}

/* Strictly, else mended; *cut: it ended inside. */
static bool read_said(PlArena *arena, PlValues *values, PlStr said, PlValue *out, bool *mended, bool *cut)
{
    PlBuf fixed;
    *cut = *mended = false;
    if (read_value(values, said, out)) return true;
    pl_buf_init(&fixed, said.len * 2 + 4096);
    PlStr text = PL_STR("");
    *mended = pl_ai_mend(said, &fixed, cut);
    PlEscape escape = {.status = PL_OK};
    PlEscape *outer = pl_arena_set_escape(arena, &escape);
    if (setjmp(escape.at) == 0 && *mended) text = pl_arena_str(arena, pl_buf_str(&fixed));
    pl_arena_set_escape(arena, outer);
    pl_buf_deinit(&fixed);
    if (escape.status != PL_OK) pl_arena_escape(arena, escape.status);
    return *mended && read_value(values, text, out);
}

static PlStr issue_of(PlArena *arena, const PlSchemaIssues *issues)
{
    PlStr text = PL_STR("");
    for (uint32_t i = 0; i < issues->count && i < 5; i++) {
        PlStr at = issues->all[i].at;
        if (!at.len) at = PL_STR("the answer");
        text = pl_arena_printf(arena, PL_FMT "%s" PL_FMT ": " PL_FMT, PL_ARG(text), i ? "\n" : "", PL_ARG(at), PL_ARG(issues->all[i].message));
    }
    return text.len ? text : PL_STR("it does not fit the schema");
}

/* A value that fits the schema of the answer, on `out`. Consumes `v`. */
static bool put_answer_take(PlArena *arena, PlValues *values, PlAiTask *task, PlValue v, PlBuf *out, PlStr *issue)
{
    PlSchemaIssues issues = {0};
    v = pl_ai_schema_back_take(values, &task->schema, v);
    bool fits = pl_schema_fits(task->check, v, arena, &issues);
    if (fits) pl_json_write(out, v);
    else *issue = issue_of(arena, &issues);
    pl_release(values, v);
    return fits;
}

static bool put_text(PlStr said, PlBuf *out, PlStr *issue)
{
    if (!said.len) return *issue = PL_STR("it is empty"), false;
    pl_buf_put_json(out, said);
    return true;
}

static PlValue field(PlValue record, const char *name)
{
    PlValue v = pl_nothing();
    if (record.tag == PL_RECORD) pl_record_find(record, pl_str_z(name), &v);
    return v;
}

/* Where a server has no functions, the model says in JSON what it calls: {"function", "arguments"} or {"answer"}. */
static bool put_plain_take(PlArena *arena, PlValues *values, PlAiTask *task, PlValue v, PlBuf *out, PlStr *issue)
{
    PlValue function = field(v, "function"), answer = field(v, PL_AI_ANSWER);
    PlStr name = function.tag == PL_TEXT ? pl_arena_str(arena, pl_text_str(function)) : PL_STR("");
    bool good = false;
    if (name.len) {
        good = pl_ai_turn_choice(arena, values, task->turn, name, field(v, "arguments"), out, issue);
    } else if (answer.tag == PL_NOTHING) {
        *issue = PL_STR("it is neither {\"function\": ..., \"arguments\": {...}} nor {\"answer\": ...}");
    } else {
        pl_buf_put_z(out, "{\"answer\":");
        if (!task->is_text) good = put_answer_take(arena, values, task, pl_retain(answer), out, issue);
        else if (answer.tag == PL_TEXT) good = put_text(pl_text_str(answer), out, issue);
        else *issue = PL_STR("/answer: must be text");
        pl_buf_put_char(out, '}');
    }
    pl_release(values, v);
    return good;
}

/* Behind an answer in words: the whole is an answer when it fits, also without the function for it. */
static bool turn_result(PlArena *arena, PlValues *values, PlAiTask *task, const PlAiSaid *said, PlBuf *out, bool *mended, PlStr *issue)
{
    PlValue v;
    PlStr text = without_thoughts(said->text);
    bool cut, is_call = said->function.len && !pl_str_eq_z(said->function, PL_AI_ANSWER);
    bool is_words = !said->function.len && task->is_text && !(text.len && text.ptr[0] == '{');
    if (is_words) {
        pl_buf_put_z(out, "{\"answer\":");
        bool good = put_text(text, out, issue);
        pl_buf_put_char(out, '}');
        return good;
    }
    if (!read_said(arena, values, text.len || !is_call ? text : PL_STR("{}"), &v, mended, &cut)) return *issue = PL_STR("it is no JSON"), false;
    if (cut) return pl_release(values, v), *issue = PL_STR("the JSON ends before its brackets do"), false;
    if (is_call) {
        bool good = pl_ai_turn_choice(arena, values, task->turn, said->function, v, out, issue);
        pl_release(values, v);
        return good;
    }
    bool in_words = !said->function.len && (field(v, "function").tag == PL_TEXT || field(v, PL_AI_ANSWER).tag != PL_NOTHING);
    if (in_words || task->is_text) /* a function for the answer was only offered where it has a type */
        return put_plain_take(arena, values, task, v, out, issue);
    pl_buf_put_z(out, "{\"answer\":");
    bool good = put_answer_take(arena, values, task, v, out, issue);
    pl_buf_put_char(out, '}');
    return good;
}

bool pl_ai_task_result(PlArena *arena, PlValues *values, PlAiTask *task, const PlAiSaid *answer, PlBuf *out, bool *mended, PlStr *issue)
{
    PlValue v;
    bool cut;
    PlStr said = without_thoughts(answer->text);
    *mended = false;
    if (answer->was_cut) return *issue = PL_STR("it was cut off: be shorter"), false;
    if (task->turn) return turn_result(arena, values, task, answer, out, mended, issue);
    if (task->is_text) return put_text(said, out, issue);
    if (!read_said(arena, values, said, &v, mended, &cut)) return *issue = PL_STR("it is no JSON"), false;
    if (cut) return pl_release(values, v), *issue = PL_STR("the JSON ends before its brackets do"), false;
    return put_answer_take(arena, values, task, v, out, issue);
}
