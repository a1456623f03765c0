/* SPDX-License-Identifier: MIT */
/* The protocol with a command hook: events as lines of JSON, answers as lines of JSON, one for each "before" event. It fails closed: a hook that ended,
 * was late, or said something else than an answer refuses this step and all that follow. A line that nobody asked for makes it unreliable, too. */
#include "vm/io/hook_command.h"

#include "vm/base/fault.h"
#include "vm/base/json_scan.h"
#include "vm/base/limits.h"
#include "vm/io/spawn.h"

#include <poll.h>
#include <stdio.h>

enum { MAX_LINE = 65536, END_US = 1000000 };

struct PlHookCommand {
    PlChild child;
    char *command;
    PlBuf line;     /* written or read */
    PlBuf reason;
    uint64_t limit_us, count;
    bool is_dead;   /* reason says why */
};

PlHookCommand *pl_hook_command_new(const char *command)
{
    PlHookCommand *hook = pl_zalloc(sizeof *hook);
    char *copy = hook ? pl_strdup_n(command, strlen(command)) : NULL;
    char shell[] = "/bin/sh", option[] = "-c";
    char *argv[] = {shell, option, copy, NULL};
    if (!copy || pl_spawn_begin(argv, true, &hook->child) != PL_OK) {
        pl_free(copy);
        pl_free(hook);
        return NULL;
    }
    hook->command = copy;
    hook->limit_us = PL_LIMIT_HOOK_TIME;
    pl_buf_init(&hook->line, 0);
    pl_buf_init(&hook->reason, MAX_LINE);
    return hook;
}

void pl_hook_command_limit(PlHookCommand *hook, uint64_t limit_us)
{
    hook->limit_us = limit_us;
}

void pl_hook_command_free(PlHookCommand *hook)
{
    if (!hook) return;
    pl_spawn_end(&hook->child, END_US);
    pl_free(hook->command);
    pl_buf_deinit(&hook->line);
    pl_buf_deinit(&hook->reason);
    pl_free(hook);
}

/* ---- the event ---- */

static bool is_one_line_of_json(PlStr text)
{
    return text.len && !memchr(text.ptr, '\n', text.len) && pl_json_is_valid(text);
}

static void put_text(PlBuf *out, const char *name, PlStr value)
{
    if (!value.len) return;
    pl_buf_printf(out, ",\"%s\":", name);
    pl_buf_put_json(out, value);
}

/* JSON as it is; what was cut, or never was JSON, as a text. */
static void put_json(PlBuf *out, const char *name, PlStr value)
{
    if (!is_one_line_of_json(value)) {
        put_text(out, name, value);
        return;
    }
    pl_buf_printf(out, ",\"%s\":", name);
    pl_buf_put(out, value);
}

static const char *when_name(PlHookWhen when)
{
    switch (when) {
    case PL_HOOK_RUN_BEGIN: return "run_begin";
    case PL_HOOK_BEFORE: return "before";
    case PL_HOOK_AFTER: return "after";
    case PL_HOOK_NOTE: return "note";
    case PL_HOOK_PIECE: return "piece";
    default: return "run_end";
    }
}

static void put_event(PlBuf *out, const PlHookEvent *event, uint64_t id)
{
    pl_buf_clear(out);
    pl_buf_printf(out, "{\"event\":\"%s\",\"id\":%llu", when_name(event->when), (unsigned long long)id);
    put_text(out, "run", event->run);
    put_text(out, "path", event->path);
    put_text(out, "step", event->step);
    put_text(out, "text", event->text);
    if (event->part) pl_buf_printf(out, ",\"part\":%u", event->part);
    put_text(out, "action", event->action);
    put_text(out, "effect", event->effect);
    put_text(out, "method", event->method);
    put_text(out, "url", event->url);
    put_json(out, "args", event->args);
    put_text(out, "outcome", event->outcome);
    if (event->error.len && event->error.ptr[0] == '{')
        put_json(out, "error", event->error);
    else
        put_text(out, "error", event->error);
    put_json(out, "result", event->result);
    pl_buf_printf(out, ",\"replayed\":%s,\"time_us\":%lld,\"elapsed_us\":%lld}\n", event->replayed ? "true" : "false",
                  (long long)event->wall_us, (long long)event->elapsed_us);
}

/* ---- the answer ---- */

typedef struct Answer {
    bool has_allow, allow;
    int64_t id; /* -1: not given */
} Answer;

/* The reason goes to `reason`. False: not an object with "allow" as true or false. */
static bool read_answer(PlStr line, Answer *answer, PlBuf *reason)
{
    PlJsonScan scan;
    *answer = (Answer){.id = -1};
    pl_json_scan_init(&scan, line);
    bool good = pl_json_scan_next(&scan) == PL_JSON_OBJECT_BEGIN;
    while (good) {
        PlJsonEvent event = pl_json_scan_next(&scan);
        if (event != PL_JSON_KEY) {
            good = event == PL_JSON_OBJECT_END && pl_json_scan_next(&scan) == PL_JSON_END;
            break;
        }
        bool is_allow = pl_str_eq_z(scan.text, "allow"), is_reason = pl_str_eq_z(scan.text, "reason"), is_id = pl_str_eq_z(scan.text, "id");
        event = pl_json_scan_next(&scan);
        if (event == PL_JSON_OBJECT_BEGIN || event == PL_JSON_ARRAY_BEGIN) event = pl_json_scan_skip(&scan);
        good = event != PL_JSON_ERROR && event != PL_JSON_END;
        if (is_allow) answer->has_allow = event == PL_JSON_TRUE || event == PL_JSON_FALSE;
        if (is_allow) answer->allow = event == PL_JSON_TRUE;
        if (is_id && event == PL_JSON_INT) answer->id = scan.integer;
        if (is_reason && event == PL_JSON_STRING) {
            pl_buf_clear(reason);
            pl_buf_put(reason, scan.text);
        }
    }
    pl_json_scan_deinit(&scan);
    return good && answer->has_allow;
}

/* ---- the port ---- */

static bool die(PlHookCommand *hook, const char *why)
{
    hook->is_dead = true;
    pl_buf_clear(&hook->reason);
    pl_buf_printf(&hook->reason, "hook '%.200s' %s", hook->command, why);
    pl_spawn_end(&hook->child, 0);
    return false;
}

static bool ask(PlHookCommand *hook)
{
    pl_buf_clear(&hook->line);
    hook->line.ceiling = MAX_LINE;
    PlStatus status = pl_spawn_read(&hook->child, &hook->line, true, hook->limit_us);
    hook->line.ceiling = (size_t)PL_LIMIT_BUF_BYTES;
    if (status == PL_IO) return die(hook, "ended without an answer");
    if (hook->line.status != PL_OK) return die(hook, "gave an answer that is too long");
    if (status != PL_OK) return die(hook, "gave no answer in time");
    Answer answer;
    pl_buf_clear(&hook->reason);
    if (!read_answer(pl_buf_str(&hook->line), &answer, &hook->reason))
        return die(hook, "gave an answer that is not {\"allow\": true} or {\"allow\": false, \"reason\": \"...\"}");
    if (answer.id >= 0 && (uint64_t)answer.id != hook->count) return die(hook, "answered another event than the one it was asked about");
    if (!answer.allow && !hook->reason.len) pl_buf_printf(&hook->reason, "hook '%.200s' gave no reason", hook->command);
    return answer.allow;
}

static bool has_said_something(const PlHookCommand *hook)
{
    struct pollfd file = {.fd = hook->child.out, .events = POLLIN};
    return poll(&file, 1, 0) > 0 && (file.revents & POLLIN);
}

static bool tell(void *self, const PlHookEvent *event, PlStr *reason)
{
    PlHookCommand *hook = self;
    bool goes_on = true;
    *reason = PL_STR("");
    if (!hook->is_dead) {
        hook->count++;
        put_event(&hook->line, event, hook->count);
        if (hook->line.status != PL_OK)
            goes_on = die(hook, "could not be told: out of memory");
        else if (event->when == PL_HOOK_BEFORE && has_said_something(hook))
            goes_on = die(hook, "printed a line that it was not asked for");
        else if (pl_spawn_write(&hook->child, pl_buf_str(&hook->line), hook->limit_us) != PL_OK)
            goes_on = die(hook, "has ended, or does not read its events");
        else if (event->when == PL_HOOK_BEFORE)
            goes_on = ask(hook);
    }
    if (hook->is_dead) goes_on = false;
    if (!goes_on) *reason = pl_buf_str(&hook->reason);
    return goes_on;
}

PlHookPort pl_hook_command_port(PlHookCommand *hook)
{
    return (PlHookPort){.self = hook, .event = tell};
}
