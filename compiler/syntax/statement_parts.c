/* SPDX-License-Identifier: MIT */
/* A step whose parts stand on lines of their own: "Action: mail.search", "Query: is:unread", "Output: found", with or without bullets. The rows of
 * place PART say which keys are the language's; any other key is an argument of the call. Lines that fit nothing make the step an ordinary one. */
#include "compiler/syntax/build.h"
#include "compiler/syntax/noise.h"
#include "compiler/syntax/statement_inside.h"

typedef struct Part {
    int kind; /* PL_TK_A_*; 0: an argument by its name */
    const char *key, *key_end, *value, *end;
} Part;

enum { MAX_PARTS = 40 };

typedef struct Parts {
    Part all[MAX_PARTS];
    unsigned count;
    const char *head_end; /* of the step's words before the first part */
} Parts;

static const char *blanks(const char *p)
{
    while (*p == ' ' || *p == '\t' || *p == '*' || *p == '`') p++;
    return p;
}

static const char *line_end(const char *p, const char *limit)
{
    while (p < limit && *p != '\n') p++;
    return p;
}

/* "Key: value" on the line [p, end); the key may be bold and of up to three words. */
static bool part_at(const PlReading *rd, const char *p, const char *end, Part *out)
{
    p = blanks(p);
    if ((*p == '-' || *p == '+') && p[1] == ' ') p = blanks(p + 1);
    const char *stop = p, *behind;
    for (int words = 0; words < 4 && pl_raw_scan(PL_MODE_EXPR, blanks(stop), end, &behind) == PL_RAW_WORD; words++) {
        stop = behind;
        const char *sign = blanks(stop);
        if (sign >= end || (*sign != ':' && !(*sign == '=' && sign[1] != '=' && sign[1] != '>'))) continue;
        *out = (Part){0, p, stop, blanks(sign + 1), end};
        const char *row_end;
        if (out->value > end) out->value = end; /* blanks behind the last line are none of its own */
        const PlSpelling *row = pl_phrase_match(rd->syntax->phrases, PL_AT_PART, p, stop, &row_end);
        if (row && row_end == stop) out->kind = row->kind;
        while (out->end > out->value && strchr(" \t\r*`,", out->end[-1])) out->end--;
        return out->kind || words < 3;
    }
    return false;
}

/* "... using mail.search" at the end of a line: its arguments may stand below. */
static bool ends_with_action(const char *p, const char *end)
{
    while (end > p && strchr(" \t\r:`*.", end[-1])) end--;
    const char *word = end;
    bool dotted = false;
    while (word > p && (pl_phrase_word_char(word[-1]) || word[-1] == '.')) dotted = dotted || word[-1] == '.', word--;
    while (word > p && strchr(" `*", word[-1])) word--;
    static const char *const links[] = {"using", "via", "calling", "call", "use", "with"};
    for (size_t i = 0; i < sizeof links / sizeof *links && dotted; i++) {
        size_t len = strlen(links[i]);
        if ((size_t)(word - p) >= len && pl_str_eq_nocase(pl_str(word - len, len), pl_str_z(links[i]))) return true;
    }
    return false;
}

/* All lines behind the head are parts, and one of them says that the step is told so. */
static bool find_parts(const PlReading *rd, Parts *parts)
{
    const char *line = line_end(rd->text, rd->limit);
    bool told = ends_with_action(rd->text, line);
    parts->count = 0;
    parts->head_end = line;
    if (line < rd->limit && part_at(rd, rd->text, line, &parts->all[0]) && parts->all[0].kind == PL_TK_A_ACTION) {
        parts->count = 1;
        parts->head_end = rd->text;
    }
    while (line < rd->limit) {
        const char *start = line + 1, *end = line_end(start, rd->limit);
        line = end;
        if (blanks(start) >= end) continue;
        Part part;
        if (parts->count == MAX_PARTS || !part_at(rd, start, end, &part)) return false;
        told = told || part.kind == PL_TK_A_ACTION || part.kind == PL_TK_A_ARGS || part.kind == PL_TK_A_BIND;
        parts->all[parts->count++] = part;
    }
    return told && parts->count > (parts->head_end == rd->text);
}

static const Part *part_of(const Parts *parts, int kind)
{
    for (unsigned i = 0; i < parts->count; i++)
        if (parts->all[i].kind == kind) return &parts->all[i];
    return NULL;
}

static bool into_step(PlReading *rd, int entry, const char *from, const char *end)
{
    PlReading part = *rd;
    part.limit = end;
    part.end = pl_reading_offset(rd, end);
    return pl_reading_into_step(&part, entry, from);
}

/* The raw words of a line as a text; what stands in braces is an expression as in any text. */
static PlExpr *raw_text(PlReading *rd, const Part *part)
{
    PlArena *arena = rd->syntax->arena;
    PlStr raw = pl_str_trim(pl_str(part->value, (size_t)(part->end - part->value)));
    char *quoted = pl_arena_alloc(arena, raw.len * 2 + 3, 1);
    size_t len = 0;
    quoted[len++] = '"';
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.ptr[i] == '"' || raw.ptr[i] == '\\') quoted[len++] = '\\';
        quoted[len++] = raw.ptr[i];
    }
    quoted[len++] = '"';
    quoted[len] = 0;
    return pl_build_aside(rd->syntax, pl_str(quoted, len), pl_reading_span(rd, part->value, part->end));
}

static void add_argument(PlReading *rd, const Part *part)
{
    PlArena *arena = rd->syntax->arena;
    PlStr name = pl_phrase_joined(arena, pl_str(part->key, (size_t)(part->key_end - part->key)));
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] >= 'A' && name.ptr[i] <= 'Z') ((char *)(uintptr_t)name.ptr)[i] += 32;
    PlReading value = *rd;
    value.limit = part->end;
    value.end = pl_reading_offset(rd, part->end);
    PlExpr *expr = pl_reading_expr(&value, part->value);
    if (!expr) expr = raw_text(rd, part);
    pl_vec_push(arena, &rd->step->args,
                (PlArgument){.name = name, .span = pl_reading_span(rd, part->key, part->key_end), .value = expr});
}

static bool add_arguments(PlReading *rd, const Part *part)
{
    const char *from = part->value, *end = part->end;
    bool braces = from < end && *from == '{' && end[-1] == '}';
    for (const char *tick = memchr(from, '`', (size_t)(end - from)); tick;
         tick = memchr(tick, '`', (size_t)(end - tick)))
        rd->syntax->bytes[tick - rd->syntax->text.ptr] = ' '; /* `q="x"`, `max=5` */
    if (from >= end || pl_str_eq_nocase(pl_str(from, (size_t)(end - from)), PL_STR("none"))) return true;
    return into_step(rd, PL_TK_E_ARGS, from + braces, end - braces);
}

static bool bind_result(PlReading *rd, const Part *part)
{
    const char *p = part->value, *end;
    if (pl_raw_scan(PL_MODE_EXPR, p, part->end, &end) != PL_RAW_WORD || rd->step->bind.len) return false;
    rd->step->bind = pl_str(p, (size_t)(end - p));
    rd->step->bind_span = pl_reading_span(rd, p, end);
    return true;
}

static void ignore(PlReading *rd, const Part *part)
{
    PlSpan span = pl_reading_span(rd, part->key, part->end);
    if (pl_noise_refuses(pl_str(part->value, (size_t)(part->end - part->value))))
        PL_REPORT0(rd->syntax->diags, REFUSAL_UNREAD, span);
    else
        PL_REPORT0(rd->syntax->diags, DETAIL_IGNORED, span);
}

static bool read_part(PlReading *rd, const Part *part, bool has_action)
{
    switch (part->kind) {
    case PL_TK_A_ACTION: return true;
    case PL_TK_A_ARGS: return add_arguments(rd, part);
    case PL_TK_A_BIND: return bind_result(rd, part) || (ignore(rd, part), true);
    case PL_TK_A_PROSE: return ignore(rd, part), true;
    case PL_TK_A_FAIL: return into_step(rd, PL_TK_E_PROSE, part->key, part->end);
    default: break;
    }
    if (!has_action) return ignore(rd, part), true;
    return add_argument(rd, part), true;
}

/* The head's words, without a call that it has. */
static const char *read_head(PlReading *rd, const Parts *parts, PlProseEnd *found)
{
    PlScan scan;
    PlSpan using = PL_NO_SPAN;
    pl_scan_init(&scan, rd->syntax, PL_TK_E_PROSE, pl_reading_offset(rd, rd->text),
                 pl_reading_offset(rd, parts->head_end));
    *found = pl_prose_scan(&scan, &rd->step->prose, &rd->step->prose_span, &using);
    PlStr prose = rd->step->prose;
    while (prose.len && (prose.ptr[prose.len - 1] == ':' || prose.ptr[prose.len - 1] == ' ')) prose.len--;
    rd->step->prose = prose;
    return rd->text + (scan.cursor - scan.start);
}

static bool read_parts(PlReading *rd, const Parts *parts)
{
    PlProseEnd found;
    const char *rest = read_head(rd, parts, &found);
    const Part *action = part_of(parts, PL_TK_A_ACTION), *words = part_of(parts, PL_TK_A_PROSE);
    if (rd->step->prose.len == 0 && words)
        rd->step->prose = pl_str_trim(pl_str(words->value, (size_t)(words->end - words->value)));
    bool in_head = found == PL_PROSE_USING || found == PL_PROSE_CALLED;
    const char *dot = action ? memchr(action->value, '.', (size_t)(action->end - action->value)) : NULL;
    rd->step->kind = in_head || dot ? PL_STEP_ACTION : PL_STEP_PROSE;
    PlStr prose = rd->step->prose;
    PlSpan prose_span = rd->step->prose_span;
    if (in_head && !into_step(rd, PL_TK_E_ACTION, rest, parts->head_end)) return false;
    if (!in_head && found != PL_PROSE_END && !into_step(rd, PL_TK_E_PROSE, rest, parts->head_end)) return false;
    if (!in_head && dot && !into_step(rd, PL_TK_E_ACTION, action->value, action->end)) return false;
    rd->step->prose = prose;
    rd->step->prose_span = prose_span;
    for (unsigned i = 0; i < parts->count; i++)
        if (!read_part(rd, &parts->all[i], rd->step->kind == PL_STEP_ACTION)) return false;
    return true;
}

bool pl_reading_parts(PlReading *rd)
{
    Parts parts;
    if (!find_parts(rd, &parts)) return false;
    PlStep before = *rd->step;
    PlStr text = pl_arena_str(rd->syntax->arena, pl_str(rd->text, (size_t)(rd->limit - rd->text)));
    PlDiags quiet;
    PlSyntax syntax = *rd->syntax, *shared = rd->syntax;
    pl_diags_init(&quiet, syntax.arena, shared->diags->sources);
    syntax.diags = &quiet;
    rd->syntax = &syntax;
    bool read = read_parts(rd, &parts) && quiet.errors == 0;
    rd->syntax = shared;
    *rd->step = before;
    if (!read) { /* what it tidied is as it was */
        memcpy(rd->syntax->bytes + (rd->text - rd->syntax->text.ptr), text.ptr, text.len);
        return false;
    }
    PL_REPORT(shared->diags, READ_AS_STEP, pl_reading_span(rd, parts.all[0].key, parts.all[parts.count - 1].end),
              "parts of the step above");
    return read_parts(rd, &parts);
}
