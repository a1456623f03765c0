/* SPDX-License-Identifier: MIT */
/* The dialogue about open questions, one by one: each with its place in the plan, numbered candidates, and a line to answer on. An answer is tried at
 * once; one that does not fit is explained and asked again. Questions that an answer brings up come next. */
#include "compiler/ask/answer.h"
#include "compiler/cli/pilotc.h"

#include <stdio.h>
#include <unistd.h>

enum { LINE_BYTES = 4096 };

typedef struct Dialogue {
    PlSession *session;
    bool colour;
    PL_VEC(PlStr) skipped; /* ids */
    uint32_t answered;
} Dialogue;

typedef enum Reply { REPLY_ANSWERED, REPLY_SKIP, REPLY_QUIT } Reply;

static bool is_skipped(const Dialogue *g, const PlDiag *d)
{
    for (uint32_t i = 0; i < g->skipped.len; i++)
        if (pl_str_eq(g->skipped.items[i], d->ask.id)) return true;
    return false;
}

static PlDiag *next_question(const Dialogue *g, uint32_t *open)
{
    uint32_t at = 0;
    PlDiag *found = NULL;
    *open = 0;
    for (PlDiag *d; (d = pl_session_question(g->session, at, &at)); at++) {
        if (is_skipped(g, d)) continue;
        if (!found) found = d;
        ++*open;
    }
    return found;
}

static void put_question(Dialogue *g, const PlDiag *d, uint32_t open)
{
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_buf_put_char(&out, '\n');
    pl_diag_print(&out, &g->session->compiled.diags, d, g->colour);
    pl_cli_say(&out);
    if (open > 1) fprintf(stderr, "  (%u questions are open)\n", open);
}

static const char *wanted(const PlDiag *d)
{
    switch (d->ask.kind) {
    case PL_QUESTION_ACTION: return "an action";
    case PL_QUESTION_PLUGIN: return "a file's path";
    case PL_QUESTION_READING: return NULL;
    case PL_QUESTION_LIST: return "a list";
    default: return "a value";
    }
}

static void put_prompt(const PlDiag *d)
{
    const char *words = wanted(d);
    fprintf(stderr, "answer (");
    if (d->candidates.len == 1) fprintf(stderr, "1, ");
    if (d->candidates.len > 1) fprintf(stderr, "1-%u, ", d->candidates.len);
    if (words) fprintf(stderr, "%s, ", words);
    fprintf(stderr, "s: skip, q: quit, ?: help): ");
    fflush(stderr);
}

static void put_help(const PlDiag *d)
{
    fprintf(stderr, "  a number chooses that candidate; it is written into the plan\n");
    if (d->ask.kind == PL_QUESTION_VALUE || d->ask.kind == PL_QUESTION_NAME)
        fprintf(stderr, "  anything else is read as an expression (found.id, 3, yes), and where it is none as text; `= 2` is the value 2\n");
    fprintf(stderr, "  s or an empty line leaves the question open, q ends here; what was answered stays in the plan\n"
                    "  the same from a file: --answers FILE with \"" PL_FMT "\": ...; `pilotc explain %s` says more\n",
            PL_ARG(d->ask.id), pl_diag_infos[d->code].code);
}

/* One line of stdin without its end; false at the end of input. A longer line is cut, and its rest skipped. */
static bool read_line(char *line, PlStr *out)
{
    if (!fgets(line, LINE_BYTES, stdin)) return false;
    size_t n = strlen(line);
    bool whole = n && line[n - 1] == '\n';
    for (int c = 0; !whole && c != '\n' && c != EOF;) c = getchar();
    *out = pl_str_trim(pl_str(line, n));
    return true;
}

static Reply ask(Dialogue *g, const PlDiag *d)
{
    char line[LINE_BYTES];
    for (;;) {
        PlStr text, why;
        put_prompt(d);
        if (!read_line(line, &text)) {
            fputc('\n', stderr);
            return REPLY_QUIT;
        }
        if (pl_str_eq_nocase(text, PL_STR("q")) || pl_str_eq_nocase(text, PL_STR("quit"))) return REPLY_QUIT;
        if (text.len == 0 || pl_str_eq_nocase(text, PL_STR("s")) || pl_str_eq_nocase(text, PL_STR("skip"))) return REPLY_SKIP;
        if (pl_str_eq_z(text, "?") || pl_str_eq_nocase(text, PL_STR("help"))) {
            put_help(d);
            continue;
        }
        int64_t number;
        bool good;
        if (pl_str_to_int(text, &number) && number >= 1 && number <= d->candidates.len) {
            good = pl_answer_candidate(g->session, d, (uint32_t)(number - 1), &why);
        } else {
            if (text.ptr[0] == '=') text = pl_str_trim(pl_str_slice(text, 1, text.len));
            good = pl_answer_question(g->session, d, pl_arena_str(g->session->arena, text), false, &why);
        }
        if (good) return REPLY_ANSWERED;
        fprintf(stderr, "  that does not fit: " PL_FMT "\n", PL_ARG(why));
    }
}

/* What the answer made of the plan: its line. */
static void put_result(const Dialogue *g, PlStr before)
{
    PlStr now = g->session->text;
    size_t at = 0;
    while (at < before.len && at < now.len && before.ptr[at] == now.ptr[at]) at++;
    if (at < now.len && now.ptr[at] == '\n' && at + 1 < now.len) at++;
    size_t start = at, end = pl_str_find_char(now, '\n', at);
    while (start > 0 && now.ptr[start - 1] != '\n') start--;
    if (end == PL_STR_NONE) end = now.len;
    fprintf(stderr, "  %s" PL_FMT "%s\n", g->colour ? "\033[32m" : "> ", PL_ARG(pl_str_trim(pl_str_slice(now, start, end))), g->colour ? "\033[0m" : "");
}

bool plc_dialogue(PlSession *session, bool (*save)(void *with, PlStr text), void *with)
{
    Dialogue g = {.session = session, .colour = pl_cli_colour(2)};
    uint32_t open;
    for (PlDiag *d; (d = next_question(&g, &open));) {
        PlStr before = session->text;
        put_question(&g, d, open);
        Reply reply = ask(&g, d);
        if (reply == REPLY_QUIT) break;
        if (reply == REPLY_SKIP) {
            pl_vec_push(session->arena, &g.skipped, d->ask.id);
            continue;
        }
        g.answered++;
        put_result(&g, before);
        if (!save(with, session->text)) return false;
    }
    if (g.answered) fprintf(stderr, "\n%u answer%s written into the plan\n\n", g.answered, g.answered == 1 ? "" : "s");
    return true;
}
