/* SPDX-License-Identifier: MIT */
/* Rows out and in. A row is appended in the pump and is kill-safe after the commit that ends the pump's turn; nothing leaves before. The
 * journal's visitors copy bytes and do no more: an escape must not jump over a statement of the store. */
#include "vm/run/rows.h"

/* Rows that cost nothing when they are lost: what they say is read, drawn or said again. An answer to a call that writes is not among them
 * (call_rows.c). */
static bool can_wait(PlRowKind kind)
{
    return kind == PL_ROW_START || kind == PL_ROW_RESUME || kind == PL_ROW_INTENT || kind == PL_ROW_RESULT || kind == PL_ROW_FAIL ||
           kind == PL_ROW_NOTE || kind == PL_ROW_TIME || kind == PL_ROW_RANDOM;
}

static void append(PlRun *run, PlRow *row)
{
    row->wall_us = run->ports.clock.wall_us(run->ports.clock.self);
    PlStatus status = run->ports.journal.append(run->ports.journal.self, row);
    if (status != PL_OK) PL_BREAK(run, status, RUN_JOURNAL_WRITE, row->path, pl_row_kind_name(row->kind), pl_status_words(status));
    run->dirty = true;
    if (!can_wait(row->kind)) run->commit_due = true;
    run->stats.rows++;
}

void pl_rows_put(PlRun *run, PlRowKind kind, uint32_t site, uint32_t attempt, PlStr path, const PlBuf *body, PlStr blob)
{
    if (body) pl_run_check_buf(run, body);
    PlRow row = {.kind = kind, .site = site, .attempt = attempt, .path = path, .body = body ? pl_buf_str(body) : PL_STR("{}"), .blob = blob};
    append(run, &row);
}

void pl_rows_put_take(PlRun *run, PlRowKind kind, PlBuf *body)
{
    pl_run_check_buf(run, body);
    PlRow row = {.kind = kind, .site = PL_NO_SITE, .path = PL_STR(""), .body = pl_buf_str(body), .blob = PL_STR(""), .give = body->ptr};
    append(run, &row);
    if (!row.give) pl_buf_init(body, body->ceiling);
}

typedef struct Copy {
    PlStr path;
    PlRowKind kind;
    PlBuf *body, *blob;
    bool right;
} Copy;

static PlStatus copy_row(void *user, const PlRow *row)
{
    Copy *copy = user;
    copy->right = copy->kind == 0 || (row->kind == copy->kind && pl_str_eq(row->path, copy->path));
    if (!copy->right) return PL_OK;
    pl_buf_put(copy->body, row->body);
    if (copy->blob) pl_buf_put(copy->blob, row->blob);
    return copy->body->status != PL_OK ? copy->body->status : copy->blob ? copy->blob->status : PL_OK;
}

PlStatus pl_rows_read(PlRun *run, uint64_t seq, PlBuf *body)
{
    Copy copy = {.body = body};
    return run->ports.journal.read(run->ports.journal.self, seq, copy_row, &copy);
}

bool pl_rows_has(PlRun *run, PlStr path, PlRowKind kind, uint32_t attempt)
{
    return run->resumed && pl_row_index_find(run->index, path, kind, attempt) != NULL;
}

bool pl_rows_taken(PlRun *run, PlStr path, PlRowKind kind, uint32_t attempt)
{
    const PlRowIndexEntry *e = pl_row_index_find(run->index, path, kind, attempt);
    return e && pl_row_index_taken(e);
}

void pl_rows_take(PlRun *run, PlStr path, PlRowKind kind, uint32_t attempt)
{
    PlRow row = {.kind = kind, .attempt = attempt, .path = path};
    PlStatus status = pl_row_index_add(run->index, &row);
    if (status != PL_OK) pl_heap_escape(run->heap, status);
    pl_row_index_take(pl_row_index_find(run->index, path, kind, attempt));
}

int64_t pl_rows_wall_us(PlRun *run, PlStr path, PlRowKind kind, uint32_t attempt)
{
    return pl_row_index_wall_us(pl_row_index_find(run->index, path, kind, attempt));
}

bool pl_rows_find(PlRun *run, PlStr path, PlRowKind kind, uint32_t attempt, PlValue *body, PlBuf *blob)
{
    PlRowIndexEntry *entry = run->resumed ? pl_row_index_find(run->index, path, kind, attempt) : NULL;
    if (!entry) return false;
    PlBuf *text = pl_run_scratch(run);
    Copy copy = {.path = path, .kind = kind, .body = text, .blob = blob};
    PlStatus status = run->ports.journal.read(run->ports.journal.self, pl_row_index_seq(entry), copy_row, &copy);
    if (status == PL_NOMEM || status == PL_LIMIT) pl_heap_escape(run->heap, status);
    if (status != PL_OK) PL_BREAK(run, status, RUN_JOURNAL_READ, path, (unsigned long long)pl_row_index_seq(entry), pl_status_words(status));
    bool found = copy.right;
    if (found) {
        size_t at;
        const char *why;
        status = pl_json_read(run->values, pl_buf_str(text), body, &at, &why);
        if (status != PL_OK || body->tag != PL_RECORD)
            PL_BREAK(run, PL_CORRUPT, RUN_JOURNAL_ROW, path, (unsigned long long)pl_row_index_seq(entry),
                     status != PL_OK ? why : "its body is no record");
        pl_row_index_take(entry);
    }
    pl_run_give(run, text);
    return found;
}

PlStr pl_rows_text(PlValue body, const char *name)
{
    PlValue v;
    return body.tag == PL_RECORD && pl_record_find(body, pl_str_z(name), &v) && v.tag == PL_TEXT ? pl_text_str(v) : PL_STR("");
}

int64_t pl_rows_int(PlValue body, const char *name, int64_t fallback)
{
    PlValue v;
    return body.tag == PL_RECORD && pl_record_find(body, pl_str_z(name), &v) && v.tag == PL_INT ? v.as.integer : fallback;
}

bool pl_rows_yes(PlValue body, const char *name)
{
    PlValue v;
    return body.tag == PL_RECORD && pl_record_find(body, pl_str_z(name), &v) && v.tag == PL_YESNO && v.as.yes;
}

typedef struct Loader {
    PlRun *run;
    PlRowsStory *story;
    int64_t since_us, last_us;
} Loader;

/* Each INTENT row is a call that counts against the limits. Its body begins with the action's name and its class (call_rows.c), so
 * that the story is read without a parser. */
static PlStatus load_intent(PlRun *run, const PlRow *row)
{
    static const PlStr lead = PL_STR_INIT("{\"action\":\""), unsafe = PL_STR_INIT("\",\"class\":\"unsafe\""),
                       reconcilable = PL_STR_INIT("\",\"class\":\"reconcilable\"");
    run->call_count++;
    if (!pl_str_starts(row->body, lead)) return PL_OK;
    size_t end = pl_str_find_char(row->body, '"', lead.len);
    PlStr name = pl_str_slice(row->body, lead.len, end);
    for (uint32_t i = 0; i < run->module->action_count; i++) {
        const PlAction *a = &run->module->actions[i];
        bool same = name.len == a->plugin.len + 1 + a->name.len && pl_str_starts(name, a->plugin) && pl_str_ends(name, a->name);
        bool is_probe = pl_str_find_char(row->path, '?', 0) != PL_STR_NONE;
        if (same && row->attempt == 1 && !is_probe) run->action_calls[i]++; /* as when it is sent: further attempts are no further steps */
    }
    PlStr rest = pl_str_slice(row->body, end, row->body.len);
    return pl_str_starts(rest, unsafe) || pl_str_starts(rest, reconcilable) ? pl_row_index_open(run->index, row) : PL_OK;
}

/* {"usage":{"tokens":12,"money":340},... (call_rows.c) */
static void load_usage(PlRun *run, PlStr body)
{
    static const PlStr tokens = PL_STR_INIT("{\"usage\":{\"tokens\":"), money = PL_STR_INIT(",\"money\":");
    int64_t n;
    if (!pl_str_starts(body, tokens)) return;
    size_t comma = pl_str_find_char(body, ',', tokens.len), end = pl_str_find_char(body, '}', tokens.len);
    PlUsage usage = {0};
    if (pl_str_to_int(pl_str_slice(body, tokens.len, comma), &n) && n > 0) usage.tokens = (uint64_t)n;
    if (comma != PL_STR_NONE && pl_str_to_int(pl_str_slice(body, comma + money.len, end), &n) && n > 0) usage.money = (uint64_t)n;
    pl_usage_add(&run->usage, usage);
}

static PlStatus load_row(void *user, const PlRow *row)
{
    Loader *l = user;
    PlRowsStory *s = l->story;
    PlRowIndex *index = l->run->index;
    if (row->kind == PL_ROW_START || row->kind == PL_ROW_RESUME) {
        if (l->since_us && l->last_us > l->since_us) s->active_us += l->last_us - l->since_us;
        l->since_us = row->wall_us;
    }
    l->last_us = row->wall_us;
    if (row->kind == PL_ROW_START && !s->start_seq) s->start_seq = row->seq;
    if (row->kind == PL_ROW_END) s->end_seq = row->seq;
    if (row->kind == PL_ROW_CANCEL) s->cancel_seq = row->seq;
    if (row->kind == PL_ROW_FORKED) s->forked_seq = row->seq;
    if (row->kind == PL_ROW_RESULT || row->kind == PL_ROW_FAIL || row->kind == PL_ROW_RESOLVE)
        pl_row_index_close(index, row->path, row->attempt);
    if (row->kind == PL_ROW_RESULT) load_usage(l->run, row->body);
    l->run->rows_loaded++;
    PlStatus status = row->kind == PL_ROW_INTENT ? load_intent(l->run, row) : PL_OK;
    return status == PL_OK ? pl_row_index_add(index, row) : status;
}

PlStatus pl_rows_load(PlRun *run, PlRowsStory *story)
{
    *story = (PlRowsStory){0};
    Loader l = {.run = run, .story = story};
    PlStatus status = run->ports.journal.each(run->ports.journal.self, load_row, &l);
    if (l.since_us && l.last_us > l.since_us) story->active_us += l.last_us - l.since_us;
    return status;
}
