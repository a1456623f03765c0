/* SPDX-License-Identifier: MIT */
/* Calls as people write them: "Use a.b to read the mail", "Read it using a.b with limit 5 and page=2", "... using a.b(...) if total > 5",
 * "... for each item in items", and a last call that the model did not finish. The exact form is read by statement.c; what is left of a step
 * here is words, which say nothing to the machine. */
#include "compiler/syntax/binding.h"
#include "compiler/syntax/build.h"
#include "compiler/syntax/oneline.h"
#include "compiler/syntax/statement_inside.h"
#include "compiler/syntax/steps.h"

typedef struct Call {
    PlReading *rd;
    const char *action, *action_end; /* the name */
    const char *args, *args_end;     /* between the brackets, or behind "with"; NULL when there are none */
    const char *rest;                /* behind both */
} Call;

/* Behind one of the words at p and the blanks after it, or NULL. */
static const char *over(const char *p, const char *limit, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(words[i]);
        if ((size_t)(limit - p) < len || !pl_str_eq_nocase(pl_str(p, len), pl_str_z(words[i]))) continue;
        if (p + len < limit && pl_phrase_word_char(p[len])) continue;
        return pl_scan_blanks(p + len);
    }
    return NULL;
}
#define OVER(p, limit, words) over((p), (limit), (words), sizeof(words) / sizeof *(words))

/* Over a bracket with all that it holds, or NULL. */
static const char *over_bracket(const char *p, const char *limit)
{
    char open[64], closer;
    unsigned depth = 0;
    for (const char *q = p; q < limit; q++) {
        const char *end =
            q > p && pl_text_quote(q, limit, &closer) && strchr(" ([{,=:+", q[-1]) ? pl_text_end(q, limit) : NULL;
        if (end) {
            q = end - 1;
        } else if (*q == '(' || *q == '[' || *q == '{') {
            if (depth == sizeof open) return NULL;
            open[depth++] = *q == '(' ? ')' : *q == '[' ? ']' : '}';
        } else if (*q == ')' || *q == ']' || *q == '}') {
            if (depth == 0 || open[--depth] != *q) return NULL;
            if (depth == 0) return q + 1;
        }
    }
    return NULL;
}

/* `name =`, `name:`, `"name":` or `name set to`. */
static bool is_argument(const char *p, const char *limit)
{
    const char *end;
    bool quoted = *p == '"' || *p == '\'' || *p == '`';
    if (pl_raw_scan(PL_MODE_EXPR, p + quoted, limit, &end) != PL_RAW_WORD) return false;
    end = pl_scan_blanks(end + (quoted && end < limit));
    if (end >= limit) return false;
    return (*end == '=' && end[1] != '=' && end[1] != '>') || *end == ':' ||
           pl_str_starts(pl_str(end, (size_t)(limit - end)), PL_STR("set to "));
}

/* ---- where the arguments stand ---- */

/* The end of arguments without brackets: an arrow, a name for the result, a clause, the end of a sentence. */
static const char *end_of_arguments(const Call *call, const char *p)
{
    const PlReading *rd = call->rd;
    PlBinding binding;
    char closer;
    for (const char *start = p; p < rd->limit; p++) {
        const char *end = pl_text_quote(p, rd->limit, &closer) && (p == start || strchr(" ([{,=:+", p[-1]))
                              ? pl_text_end(p, rd->limit)
                              : NULL;
        if (!end && (*p == '(' || *p == '[' || *p == '{')) end = over_bracket(p, rd->limit);
        if (end) {
            p = end - 1;
            continue;
        }
        bool arrow = (p[0] == '-' || p[0] == '=') && p[1] == '>';
        if (arrow || pl_str_starts(pl_str(p, (size_t)(rd->limit - p)), PL_STR("\xe2\x86\x92"))) return p;
        bool stop = *p == '.' && (p + 1 >= rd->limit || p[1] == ' ' || p[1] == '\n');
        if (stop) return p;
        if (*p != ' ' && *p != ',' && *p != '\n' && *p != ';') continue;
        const char *next = pl_scan_blanks(p + 1);
        if (pl_binding_match(rd->syntax->phrases, next, rd->limit, &binding)) return p;
        const PlSpelling *row = pl_phrase_match(rd->syntax->phrases, PL_AT_TAIL, next, rd->limit, &end);
        if (row && *p != ' ' && !is_argument(next, rd->limit)) return p;
    }
    return rd->limit;
}

static void find_arguments(Call *call, const char *p)
{
    static const char *const nouns[] = {"action", "tool",   "api",     "endpoint", "function",    "operation",
                                        "method", "plugin", "service", "call",     "integration", "command"};
    static const char *const links[] = {"with the following",
                                        "with these",
                                        "with the",
                                        "with",
                                        "passing in",
                                        "passing",
                                        "providing",
                                        "given",
                                        "and set",
                                        "where",
                                        "using the",
                                        "using",
                                        "for"};
    static const char *const words[] = {"parameters", "params", "arguments", "args",     "inputs",
                                        "input",      "values", "options",   "settings", "fields",
                                        "payload",    "body",   "following", "as"};
    const PlReading *rd = call->rd;
    const char *next;
    if (*p == '`') p++;
    while ((next = OVER(pl_scan_blanks(p), rd->limit, nouns))) p = next;
    const char *at = pl_scan_blanks(p);
    call->rest = p;
    if (at < rd->limit && *at == '(') {
        next = over_bracket(at, rd->limit);
        if (!next) return;
        call->args = at + 1;
        call->args_end = next - 1;
        call->rest = next;
        return;
    }
    if (*at == ',' || *at == ':') at = pl_scan_blanks(at + 1);
    next = OVER(at, rd->limit, links);
    if (next) at = next;
    bool linked = next != NULL;
    while ((next = OVER(at, rd->limit, words))) {
        bool name = is_argument(at, rd->limit) && !is_argument(pl_scan_blanks(next + (*next == ':')), rd->limit) &&
                    pl_scan_blanks(next + 1)[0] != '{';
        if (name) break;
        at = next;
    }
    if (*at == ':') at = pl_scan_blanks(at + 1);
    bool record = *at == '{' && (linked || at > p);
    if (!record && !(is_argument(at, rd->limit) && (linked || at > p))) return;
    call->args = at;
    call->args_end = end_of_arguments(call, at);
    call->rest = call->args_end;
    if (record && (next = over_bracket(at, rd->limit))) {
        call->args = at + 1;
        call->args_end = next - 1;
        call->rest = next;
    }
}

/* ---- what stands behind ---- */

/* Words up to a sign that the language knows: an arrow, a comma, a bracket, a name for the result, the end. */
static const char *end_of_words(const Call *call, const char *p)
{
    PlBinding binding;
    const char *behind;
    for (; p < call->rd->limit; p++) {
        if (strchr(",;(", *p) || (p[0] == '-' && p[1] == '>') || (p[0] == '=' && p[1] == '>')) return p;
        if (*p == '\n' && pl_phrase_match(call->rd->syntax->phrases, PL_AT_TAIL, pl_scan_blanks(p), call->rd->limit, &behind)) return p;
        if (*p == '.' && (p + 1 == call->rd->limit || strchr(" \n", p[1]))) return p;
        if ((unsigned char)*p == 0xe2 && (unsigned char)p[1] == 0x86) return p;
        if (*p == ' ' && pl_binding_match(call->rd->syntax->phrases, pl_scan_blanks(p), call->rd->limit, &binding)) return p;
    }
    return p;
}

/* "if total > 5", "for each item in items" behind a call: the block that it stands in; 0 when these words open none. */
static int block_behind(const PlReading *rd, const char *p, const char **behind, bool *negated)
{
    static const char *const unless[] = {"unless"};
    static const char *const condition[] = {"only if", "but only if",   "if",         "only when",
                                            "when",    "provided that", "as long as", "in case"};
    static const char *const each[] = {"for each", "for every", "for all", "once for each", "once per"};
    const char *end;
    const PlSpelling *row = pl_phrase_match(rd->syntax->phrases, PL_AT_OPENING, p, rd->limit, &end);
    *negated = false;
    if (row && row->kind == PL_TK_S_ON_ERROR) return 0;
    if ((*behind = OVER(p, rd->limit, unless))) return *negated = true, PL_TK_S_IF;
    if ((*behind = OVER(p, rd->limit, condition))) return PL_TK_S_IF;
    if ((*behind = OVER(p, rd->limit, each))) return PL_TK_S_EACH;
    return 0;
}

/* Words behind a call that change nothing: why it is made, or for whom. Others may say what must not be lost. */
static bool says_nothing(const char *p, const char *limit)
{
    static const char *const words[] = {
        "to",      "in order to", "so that", "so",   "for",  "from",     "on",           "at",         "by",
        "into",    "in",          "which",   "that", "this", "and get",  "and retrieve", "and return", "and fetch",
        "returns", "returning",   "it",      "as",   "with", "based on", "about",        "of",         "and"};
    return OVER(p, limit, words) != NULL;
}

/* ". The list has all of them": another sentence. */
static bool begins_sentence(const Call *call, const char *p)
{
    const char *before = p;
    while (before > call->rest && (before[-1] == ' ' || before[-1] == '\n')) before--;
    return before > call->rest && before[-1] == '.' && *p >= 'A' && *p <= 'Z';
}

static void ignore(const Call *call, const char *p, const char *end)
{
    while (end > p && (end[-1] == ' ' || end[-1] == '\n')) end--;
    PL_REPORT0(call->rd->syntax->diags, DETAIL_IGNORED, pl_reading_span(call->rd, p, end));
}

/* The name and the arguments into the step; false after a diagnostic. */
static bool read_head(Call *call)
{
    PlReading part = *call->rd;
    part.limit = call->action_end;
    part.end = pl_reading_offset(&part, part.limit);
    if (!pl_reading_into_step(&part, PL_TK_E_ACTION, call->action)) return false;
    if (!call->args) return true;
    part.limit = call->args_end;
    part.end = pl_reading_offset(&part, part.limit);
    return pl_reading_into_step(&part, PL_TK_E_ARGS, call->args);
}

/* The call becomes the only step of a block that says when, or how often. */
static bool wrap_in_block(Call *call, int token, const char *behind, bool negated)
{
    PlReading *rd = call->rd;
    PlStep *step = rd->step, *body = pl_nest_new_step(rd->syntax, step, step->span);
    if (!body) return false;
    PlStep moved = *step;
    moved.parent = step;
    moved.number = body->number;
    moved.depth = body->depth;
    moved.label = body->label;
    moved.steps.items = NULL;
    moved.steps.len = moved.steps.cap = 0;
    moved.written = PL_STR("");
    moved.comments.items = NULL;
    moved.comments.len = moved.comments.cap = 0;
    moved.trailing = (PlComment){.span = PL_NO_SPAN};
    *body = moved;
    step->prose = step->bind = step->plugin = step->action = PL_STR("");
    step->args.len = step->clauses.len = 0;
    step->clauses.items = NULL;
    step->clauses.cap = 0;
    step->as_type = NULL;
    PlReading head = *rd;
    head.one_line = true;
    step->keyword = pl_reading_span(rd, behind, behind);
    pl_reading_loudly(&head, token, behind);
    if (negated && step->cond) {
        PlExpr *not_so = pl_expr_new(rd->syntax->arena, PL_EXPR_UNARY, step->cond->span);
        not_so->op = PL_OPR_NOT;
        not_so->left = step->cond;
        not_so->depth = step->cond->depth + 1;
        step->cond = not_so;
    }
    PL_REPORT(rd->syntax->diags, READ_AS_STEP, step->keyword,
              token == PL_TK_S_IF ? "an `If` around the call" : "a `For each` around the call");
    return true;
}

/* Behind `-> name`, or NULL. */
static const char *arrow_name(const char *p, const char *limit)
{
    size_t size = pl_str_starts(pl_str(p, (size_t)(limit - p)), PL_STR("\xe2\x86\x92")) ? 3
                  : (p[0] == '-' || p[0] == '=') && p[1] == '>'                         ? 2
                                                                                        : 0;
    const char *end;
    if (!size) return NULL;
    p = pl_scan_blanks(p + size);
    bool tick = *p == '`';
    if (pl_raw_scan(PL_MODE_EXPR, p + tick, limit, &end) != PL_RAW_WORD) return NULL;
    return end + (tick && *end == '`');
}

/* Words with each run of white space as one space. */
static PlStr one_line(PlArena *arena, const char *p, const char *end)
{
    char *out = pl_arena_alloc(arena, (size_t)(end - p) + 1, 1);
    size_t len = 0;
    for (; p < end; p++) {
        bool space = strchr(" \t\r\n", *p) != NULL;
        if (!space)
            out[len++] = *p;
        else if (len && out[len - 1] != ' ')
            out[len++] = ' ';
    }
    out[len] = 0;
    return pl_str_trim(pl_str(out, len));
}

/* Words that name a call of their own are no prose of another. */
static bool holds_call(PlReading *rd, const char *from, const char *end)
{
    PlScan scan;
    PlStr prose;
    PlSpan span, using;
    pl_scan_init(&scan, rd->syntax, PL_TK_E_PROSE, pl_reading_offset(rd, from), pl_reading_offset(rd, end));
    PlProseEnd found = pl_prose_scan(&scan, &prose, &span, &using);
    return found == PL_PROSE_USING || found == PL_PROSE_CALLED;
}

/* Everything behind the call: clauses and the result's name by the grammar, words as prose or not at all. */
static bool read_rest(Call *call, PlStr *prose, PlSpan *prose_span)
{
    PlReading *rd = call->rd;
    for (const char *p = call->rest; (p = pl_scan_blanks(p)) < rd->limit;) {
        const char *behind, *end, *word;
        bool negated;
        if (strchr(",;.)`", *p)) {
            p++;
            continue;
        }
        int block = block_behind(rd, p, &behind, &negated);
        if (block) return wrap_in_block(call, block, behind, negated);
        PlReading tail = *rd;
        if (pl_reading_reads(&tail, PL_TK_E_PROSE, p)) return pl_reading_into_step(&tail, PL_TK_E_PROSE, p);
        if ((end = arrow_name(p, rd->limit))) { /* "-> x for each ..." */
            tail.limit = end;
            tail.end = pl_reading_offset(rd, end);
            if (!pl_reading_into_step(&tail, PL_TK_E_PROSE, p)) return false;
            p = end;
            continue;
        }
        if (*p == '(' && (end = over_bracket(p, rd->limit))) {
            if (is_argument(p + 1, rd->limit) && !call->args) {
                call->args = p + 1;
                call->args_end = end - 1;
                tail.limit = call->args_end;
                tail.end = pl_reading_offset(rd, tail.limit);
                if (!pl_reading_into_step(&tail, PL_TK_E_ARGS, call->args)) return false;
            } else {
                ignore(call, p, end);
            }
            p = end;
            continue;
        }
        if (pl_raw_scan(PL_MODE_EXPR, p, rd->limit, &word) != PL_RAW_WORD)
            return pl_reading_into_step(&tail, PL_TK_E_PROSE, p);
        end = end_of_words(call, p);
        if (prose->len == 0) {
            static const char *const to[] = {"to", "and", "in order to"};
            const char *first = OVER(p, rd->limit, to);
            if (!first || first >= end) first = p;
            if (holds_call(rd, first, end)) return false;
            *prose = one_line(rd->syntax->arena, first, end);
            *prose_span = pl_reading_span(rd, first, end);
        } else if ((says_nothing(p, rd->limit) || begins_sentence(call, p)) &&
                   !pl_phrase_match(rd->syntax->phrases, PL_AT_TAIL, p, rd->limit, &word)) {
            ignore(call, p, end);
        } else {
            return pl_reading_into_step(&tail, PL_TK_E_PROSE, p);
        }
        p = end;
    }
    return true;
}

static bool read_call(PlReading *rd, Call *call, PlStr prose, PlSpan prose_span)
{
    find_arguments(call, call->action_end);
    bool read = read_head(call) && read_rest(call, &prose, &prose_span);
    PlStep *step = rd->step;
    if (step->kind != PL_STEP_ACTION && step->steps.len) step = step->steps.items[0];
    step->prose = prose;
    step->prose_span = prose_span;
    return read;
}

/* ---- a last call that was not finished ---- */

/* The text's last step, with a bracket that is open: a question, not half a call. */
static bool breaks_off(const PlReading *rd, const char *action)
{
    const char *p = rd->limit, *text_end = rd->syntax->text.ptr + rd->syntax->text.len, *open = action;
    while (p < text_end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t' || *p == '`')) p++;
    while (open < rd->limit && *open != '(' && *open != '\n') open++;
    return p >= text_end && open < rd->limit && *open == '(' && !over_bracket(open, rd->limit);
}

bool pl_reading_loose_call(PlReading *rd, const char *action, PlStr prose, PlSpan prose_span)
{
    Call call = {.rd = rd};
    PlStep before = *rd->step;
    const char *start = action + (*action == '`');
    if (breaks_off(rd, start)) {
        rd->step->kind = PL_STEP_PROSE;
        rd->step->prose = pl_str_trim(pl_str(rd->text, (size_t)(rd->limit - rd->text)));
        rd->step->prose_span = pl_reading_span(rd, rd->text, rd->limit);
        rd->step->form = PL_FORM_BROKEN;
        return true;
    }
    if (pl_raw_scan(PL_MODE_ACTION, start, rd->limit, &call.action_end) != PL_RAW_ACTION) return false;
    call.action = start;
    PlDiags quiet, *loud = rd->syntax->diags;
    PlSyntax syntax = *rd->syntax, *shared = rd->syntax;
    pl_diags_init(&quiet, syntax.arena, loud->sources);
    syntax.diags = &quiet;
    rd->syntax = &syntax;
    rd->step->kind = PL_STEP_ACTION;
    uint32_t steps = shared->plan->step_count;
    bool read = read_call(rd, &call, prose, prose_span) && quiet.errors == 0;
    rd->syntax = shared;
    *rd->step = before;
    shared->plan->step_count = steps;
    if (!read) return false;
    call = (Call){.rd = rd, .action = start, .action_end = call.action_end};
    rd->step->kind = PL_STEP_ACTION;
    return read_call(rd, &call, prose, prose_span);
}

/* "Use a.b to ...", "Call a.b with ...": the place of the action's name, or NULL. */
const char *pl_reading_used(const PlReading *rd)
{
    static const char *const verbs[] = {
        "use", "using", "call", "invoke", "run", "execute", "trigger", "make a call to", "send a request to", "await"};
    static const char *const articles[] = {"the"};
    const char *p = OVER(rd->text, rd->limit, verbs), *end;
    if (!p) return NULL;
    const char *next = OVER(p, rd->limit, articles);
    if (next) p = next;
    const char *name = p + (*p == '`');
    if (name >= rd->limit || pl_raw_scan(PL_MODE_ACTION, name, rd->limit, &end) != PL_RAW_ACTION) return NULL;
    return memchr(name, '.', (size_t)(end - name)) ? p : NULL;
}
