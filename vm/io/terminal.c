/* SPDX-License-Identifier: MIT */
/* Questions on a terminal. What is shown may come from anywhere, so control characters and marks that turn the writing direction are shown as '?'. What is
 * typed becomes JSON of the type that was asked for, as far as that can be told from its words; the run checks it and asks again if need be. */
#include "vm/io/terminal.h"

#include "vm/base/fault.h"
#include "vm/base/json_scan.h"
#include "vm/base/number.h"
#include "vm/base/utf8.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

struct PlTerminal {
    FILE *in, *out;
    char *line;      /* of getline */
    size_t line_cap;
    PlBuf answer, who;
};

bool pl_terminal_is_there(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

PlTerminal *pl_terminal_on(FILE *in, FILE *out)
{
    PlTerminal *t = pl_zalloc(sizeof *t);
    if (!t) return NULL;
    t->in = in;
    t->out = out;
    pl_buf_init(&t->answer, 0);
    pl_buf_init(&t->who, 0);
    return t;
}

PlTerminal *pl_terminal_new(void)
{
    return pl_terminal_is_there() ? pl_terminal_on(stdin, stderr) : pl_terminal_on(NULL, NULL);
}

void pl_terminal_free(PlTerminal *terminal)
{
    if (!terminal) return;
    free(terminal->line);
    pl_buf_deinit(&terminal->answer);
    pl_buf_deinit(&terminal->who);
    pl_free(terminal);
}

/* ---- showing ---- */

static void show(FILE *out, PlStr text, const char *indent)
{
    size_t pos = 0;
    fputs(indent, out);
    for (size_t from = 0; pos < text.len; from = pos) {
        int32_t c = pl_utf8_next(text, &pos);
        if (c == '\n')
            fprintf(out, "\n%s", indent);
        else if (pl_utf8_is_shown(c))
            fwrite(text.ptr + from, 1, pos - from, out);
        else
            fputc(c == '\t' ? ' ' : '?', out);
    }
    fputc('\n', out);
}

static bool read_line(PlTerminal *t, PlStr *out)
{
    fflush(t->out);
    ssize_t len = getline(&t->line, &t->line_cap, t->in);
    if (len < 0) return false;
    *out = pl_str_trim(pl_str(t->line, (size_t)len));
    return true;
}

/* 1 yes, 0 no, -1 neither */
static int yes_or_no(PlStr text)
{
    static const PlStr yes[] = {PL_STR_INIT("y"), PL_STR_INIT("yes"), PL_STR_INIT("true"), PL_STR_INIT("ok"), PL_STR_INIT("approve")};
    static const PlStr no[] = {PL_STR_INIT("n"), PL_STR_INIT("no"), PL_STR_INIT("false"), PL_STR_INIT("deny")};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (pl_str_eq_nocase(text, yes[i])) return 1;
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (pl_str_eq_nocase(text, no[i])) return 0;
    return -1;
}

/* ---- what was typed, as JSON ---- */

static bool put_number(PlBuf *out, PlStr text, bool whole)
{
    PlNumber number;
    const char *end = text.ptr + text.len;
    if (!text.len || pl_number_scan(text.ptr, end, &number, NULL) != end || (whole && !number.is_int)) return false;
    pl_buf_put(out, text);
    return true;
}

/* One of the values, or the number of one in the list; a value is taken as it stands in the type's words. */
static bool put_choice(PlBuf *out, PlStr text, PlStr values)
{
    PlBuf list;
    PlJsonScan scan;
    int64_t nth = 0, at = 0;
    bool found = false;
    pl_buf_init(&list, 0);
    pl_buf_printf(&list, "[" PL_FMT "]", PL_ARG(values));
    for (int round = 0; round < 2 && !found; round++) { /* by its text first, then by its number */
        if (round == 1 && !pl_str_to_int(text, &nth)) break;
        at = 0;
        pl_json_scan_init(&scan, pl_buf_str(&list));
        PlJsonEvent event = pl_json_scan_next(&scan);
        while (!found && (event = pl_json_scan_next(&scan)) != PL_JSON_ARRAY_END && event != PL_JSON_ERROR && event != PL_JSON_END) {
            PlStr raw = pl_str(scan.at, (size_t)(scan.end - scan.at)), shown = event == PL_JSON_STRING ? scan.text : raw;
            found = round == 0 ? pl_str_eq_nocase(shown, text) : ++at == nth;
            if (found) pl_buf_put(out, raw);
        }
        pl_json_scan_deinit(&scan);
    }
    pl_buf_deinit(&list);
    return found;
}

static bool put_list(PlBuf *out, PlStr text, PlStr item_type)
{
    if (text.len && text.ptr[0] == '[') {
        pl_buf_put(out, text);
        return pl_json_is_valid(text);
    }
    pl_buf_put_char(out, '[');
    for (size_t from = 0; text.len && from <= text.len;) {
        size_t comma = pl_str_find_char(text, ',', from), end = comma == PL_STR_NONE ? text.len : comma;
        if (from) pl_buf_put_char(out, ',');
        if (!pl_terminal_put_answer(out, pl_str_trim(pl_str_slice(text, from, end)), item_type)) return false;
        from = end + 1;
    }
    pl_buf_put_char(out, ']');
    return true;
}

bool pl_terminal_put_answer(PlBuf *out, PlStr text, PlStr type)
{
    PlStr nothing = PL_STR(" or nothing"), one_of = PL_STR("one of "), list_of = PL_STR("list of ");
    if (pl_str_ends(type, nothing)) {
        type.len -= nothing.len;
        if (!text.len || pl_str_eq_z(text, "nothing")) {
            pl_buf_put_z(out, "null");
            return true;
        }
    }
    if (pl_str_eq_z(type, "yes/no")) {
        int yes = yes_or_no(text);
        pl_buf_put_z(out, yes == 1 ? "true" : "false");
        return yes >= 0;
    }
    if (pl_str_eq_z(type, "integer") || pl_str_eq_z(type, "number")) return put_number(out, text, type.ptr[0] == 'i');
    if (pl_str_starts(type, one_of) && pl_str_find(type, PL_STR("..."), 0) == PL_STR_NONE)
        return put_choice(out, text, pl_str_slice(type, one_of.len, type.len));
    if (pl_str_starts(type, list_of)) return put_list(out, text, pl_str_slice(type, list_of.len, type.len));
    bool may_be_json = type.len && (type.ptr[0] == '{' || pl_str_eq_z(type, "record") || pl_str_eq_z(type, "any"));
    if (may_be_json && text.len && (text.ptr[0] == '{' || text.ptr[0] == '[') && pl_json_is_valid(text)) {
        pl_buf_put(out, text);
        return true;
    }
    pl_buf_put_json(out, text);
    return true;
}

/* ---- asking ---- */

static void show_question(FILE *out, const PlQuestion *q)
{
    fputc('\n', out);
    PlBuf head;
    pl_buf_init(&head, 0);
    pl_buf_printf(&head, "step " PL_FMT " %s", PL_ARG(q->path), q->is_approval ? "needs an approval" : "asks");
    if (q->role.len) pl_buf_printf(&head, " (" PL_FMT ")", PL_ARG(q->role));
    pl_buf_put_z(&head, ":");
    show(out, pl_buf_str(&head), "");
    pl_buf_deinit(&head);
    show(out, q->text, "  ");
    if (q->shows.len) show(out, q->shows, "  | ");
}

static PlAnswerKind ask_approval(PlTerminal *t, PlStr *answer)
{
    PlStr line;
    int yes;
    do {
        fputs("approve? yes, no, or later: ", t->out);
        if (!read_line(t, &line) || pl_str_eq_nocase(line, PL_STR("later"))) return PL_ANSWER_LATER;
        yes = yes_or_no(line);
    } while (yes < 0);
    if (yes) {
        *answer = PL_STR("true");
        return PL_ANSWER_GIVEN;
    }
    fputs("why not? ", t->out);
    if (!read_line(t, &line)) line = PL_STR("");
    pl_buf_put(&t->answer, line);
    *answer = pl_buf_str(&t->answer);
    return PL_ANSWER_DENIED;
}

/* Looked up when somebody is asked: reading the users' files at each start would be for nothing. */
static PlStr name_of_user(PlTerminal *t)
{
    const struct passwd *user = t->who.len ? NULL : getpwuid(geteuid());
    if (!t->who.len) pl_buf_put_z(&t->who, user ? user->pw_name : "terminal");
    return pl_buf_str(&t->who);
}

static PlAnswerKind ask(void *self, const PlQuestion *question, PlStr *answer, PlStr *who)
{
    PlTerminal *t = self;
    *answer = *who = PL_STR("");
    if (!t || !t->in) return PL_ANSWER_LATER;
    *who = name_of_user(t);
    pl_buf_clear(&t->answer);
    show_question(t->out, question);
    if (question->is_approval) return ask_approval(t, answer);
    for (;;) {
        PlStr line;
        fprintf(t->out, "answer (%.*s), or later: ", (int)(question->type.len < 200 ? question->type.len : 200), question->type.ptr);
        if (!read_line(t, &line) || pl_str_eq_nocase(line, PL_STR("later"))) return PL_ANSWER_LATER;
        pl_buf_clear(&t->answer);
        if (pl_terminal_put_answer(&t->answer, line, question->type) && t->answer.status == PL_OK) break;
        show(t->out, PL_STR("that is not what is asked for"), "  ");
    }
    *answer = pl_buf_str(&t->answer);
    return PL_ANSWER_GIVEN;
}

PlPersonPort pl_terminal_port(PlTerminal *terminal)
{
    return (PlPersonPort){terminal, ask};
}

bool pl_terminal_confirm(PlStr question)
{
    PlTerminal *t = pl_terminal_is_there() ? pl_terminal_new() : NULL;
    int yes = -1;
    while (t && yes < 0) {
        PlStr line;
        show(t->out, question, "");
        fputs("yes or no: ", t->out);
        if (!read_line(t, &line)) break;
        yes = yes_or_no(line);
    }
    pl_terminal_free(t);
    return yes == 1;
}
