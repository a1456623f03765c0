/* SPDX-License-Identifier: MIT */
/* Lines to items. A line that begins no item continues the one above: because it is indented deeper, because a bracket or quote is open, or
 * because nothing separates them. An open bracket carries a step over the lines up to its partner, but never over a line that begins with a
 * number of its own, whatever the number; an open quote does, when what closes it looks like the end of a text. So a forgotten bracket or
 * quote costs one step and not the rest of the plan, and renumbering changes nothing. */
#include "compiler/syntax/lines.h"
#include "compiler/syntax/build.h"
#include "compiler/syntax/noise.h"

#include "vm/base/limits.h"

enum { MAX_OPEN = 64, LOOK_AHEAD_LINES = 200, MAX_NUMBERS = 64, UNDER_HEADING = 8 };

/* Brackets and quotes that are open. Prose is full of lone ones, so an open state that finds no end is forgotten. */
typedef struct Open {
    char brackets[MAX_OPEN];
    unsigned depth;
    char quote;
    char before; /* the last character that was no white space */
} Open;

typedef struct Lines {
    PlSyntax *syntax;
    PlItemList *out;
    const char *limit;
    Open open;
    bool gave_up;  /* this item's open bracket has no end: do not look again */
    bool unmarked; /* no line has a marker: those that hold a call or begin a statement are steps */
    bool has_item; /* the line may continue the last item */
    bool blank;    /* an empty line stands before this one */
    bool seen_step;
    bool headed;          /* a step stands in a heading (## Step 1: ...): what follows stands under it */
    const char *code_end; /* the end of a fence that holds code, each line of which is a step; or NULL */
    bool in_fence;
    PlNoise noise;
    PlSpan refusal; /* words that would keep the steps below them from being run; PL_NO_SPAN: none */
    PL_VEC(PlComment) comments; /* pending */
} Lines;

static PlSpan span_of(const Lines *lines, const char *start, const char *end)
{
    const char *text = lines->syntax->text.ptr;
    return (PlSpan){lines->syntax->source, (uint32_t)(start - text), (uint32_t)(end - text)};
}

static const char *line_end(const char *p, const char *limit)
{
    const char *end = memchr(p, '\n', (size_t)(limit - p));
    return end ? end : limit;
}

static uint32_t columns(const char *start, const char *p)
{
    uint32_t n = 0;
    for (; start < p; start++) n = *start == '\t' ? (n / 4 + 1) * 4 : n + ((unsigned char)*start != 0xc2);
    return n;
}

/* ---- what is open ---- */

static bool opens_text(const Open *open, char c)
{
    return c == '"' || ((c == '\'' || c == '`') && open->depth > 0 && open->before && strchr("([{,=:+", open->before));
}

/* Inside a bracket `#` begins a comment behind white space; outside it may be a word of prose ("#general"), unless a space follows. */
static bool starts_comment(const Open *open, const char *start, const char *p, const char *end)
{
    bool spaced = p == start || p[-1] == ' ' || p[-1] == '\t' || p[-1] == '\n';
    return spaced && (open->depth > 0 || p + 1 == end || p[1] == ' ');
}

static void track(Open *open, const char *p, const char *end)
{
    for (const char *start = p; p < end; p++) {
        char c = *p;
        if (open->quote) {
            if (c == '\\' && p + 1 < end)
                p++;
            else if (c == open->quote)
                open->quote = 0, open->before = c;
            continue;
        }
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
        if (c == '#' && starts_comment(open, start, p, end)) {
            const char *stop = memchr(p, '\n', (size_t)(end - p));
            p = stop ? stop : end - 1;
            continue;
        }
        if (opens_text(open, c))
            open->quote = c;
        else if ((c == '(' || c == '[' || c == '{') && open->depth < MAX_OPEN)
            open->brackets[open->depth++] = c == '(' ? ')' : c == '[' ? ']' : '}';
        else if (open->depth && c == open->brackets[open->depth - 1])
            open->depth--;
        open->before = c;
    }
}

/* Behind the quote that closes the open text on this line, or NULL. */
static const char *closing_quote(const Open *open, const char *p, const char *end)
{
    for (; p < end; p++) {
        if (*p == '\\' && p + 1 < end)
            p++;
        else if (*p == open->quote)
            return p + 1;
    }
    return NULL;
}

static bool is_open(const Open *open)
{
    return open->depth > 0 || open->quote;
}

/* ---- markers ---- */

static uint32_t roman_value(const char *p, const char *end)
{
    uint32_t sum = 0, before = 0;
    for (; p < end; p++) {
        char c = (char)(*p | 32);
        uint32_t v = c == 'i' ? 1 : c == 'v' ? 5 : c == 'x' ? 10 : 0;
        sum += v > before ? v - 2 * before : v;
        before = v;
    }
    return sum;
}

/* "Step Two:" */
static uint32_t counted(const char *p, const char *end)
{
    static const char *const words[] = {"one",   "two",   "three", "four", "five",   "six",
                                        "seven", "eight", "nine",  "ten",  "eleven", "twelve"};
    while (p < end && *p == ' ') p++;
    for (uint32_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t len = strlen(words[i]);
        if ((size_t)(end - p) > len && pl_str_eq_nocase(pl_str(p, len), pl_str_z(words[i])) &&
            !pl_phrase_word_char(p[len]))
            return i + 1;
    }
    return 0;
}

static void read_numbers(Lines *lines, PlItem *item, const char *p, const char *end)
{
    uint32_t found[MAX_NUMBERS], n = 0;
    const char *start = p;
    while (p < end && n < MAX_NUMBERS) {
        if (*p >= '0' && *p <= '9') {
            uint64_t value = 0;
            for (; p < end && *p >= '0' && *p <= '9'; p++)
                value = value < 100000000 ? value * 10 + (uint64_t)(*p - '0') : value;
            found[n++] = (uint32_t)value;
        } else if (n > 0 && *p >= 'a' && *p <= 'z') {
            found[n++] = (uint32_t)(*p++ - 'a') + 1;
        } else {
            p++;
        }
    }
    if (n == 0 && (found[0] = counted(start, end))) n = 1;
    item->count = n;
    item->numbers = PL_NEW_N(lines->syntax->arena, uint32_t, n ? n : 1);
    if (n) memcpy(item->numbers, found, n * sizeof *found);
}

/* A step's marker at p (the first character of a line that is no white space): fills marker, style, numbers; returns the place behind it or NULL. */
static const char *marker(Lines *lines, const char *p, PlItem *item)
{
    const char *end, *start = p;
    while (p[0] == '*' && p[1] == '*') p += 2;
    while (p[0] == '>' && p[1] == ' ') p = start = pl_lines_blanks(p + 1);
    const char *number = pl_lines_behind_picture(p);
    if (number) p = start = number;
    PlRaw raw = pl_raw_scan(PL_MODE_MARK, p, lines->limit, &end);
    if (raw == PL_RAW_BULLET) { /* "- 5.1 Check": the number counts */
        const char *inner = pl_lines_blanks(end), *inner_end;
        while (inner[0] == '*' && inner[1] == '*') inner += 2;
        PlRaw second = pl_raw_scan(PL_MODE_MARK, inner, lines->limit, &inner_end);
        if (second == PL_RAW_NUMBERED || second == PL_RAW_DOTTED || second == PL_RAW_STEP_MARK) {
            raw = second;
            p = inner;
            end = inner_end;
        }
    }
    item->marker = span_of(lines, p, end);
    item->style = raw == PL_RAW_BULLET   ? PL_MARK_BULLET
                  : raw == PL_RAW_LETTER ? PL_MARK_LETTER
                  : raw == PL_RAW_ROMAN  ? PL_MARK_ROMAN
                                         : PL_MARK_NUMBER;
    switch (raw) {
    case PL_RAW_NUMBERED:
    case PL_RAW_DOTTED: read_numbers(lines, item, p, end); return end;
    case PL_RAW_STEP_MARK: read_numbers(lines, item, memchr(p, ' ', (size_t)(end - p)), end); return end;
    case PL_RAW_BULLET:
        item->count = 0;
        if (end[0] == ' ' && end[1] == '[' && end[2] != 0 && strchr(" xX", end[2]) && end[3] == ']')
            end += 4; /* a box to tick */
        return end;
    case PL_RAW_LETTER:
    case PL_RAW_ROMAN:
        item->numbers = PL_NEW(lines->syntax->arena, uint32_t);
        item->count = 1;
        p += *p == '(';
        item->numbers[0] = raw == PL_RAW_ROMAN ? roman_value(p, end - 1) : (uint32_t)((*p | 32) - 'a') + 1;
        return end;
    default: return NULL;
    }
}

/* Whether a line inside a bracket begins a step all the same: "4." and "Step 4:" do, and "4.2" before a word; bullets and letters may be text. */
static bool begins_step(Lines *lines, const char *text)
{
    PlItem next = {0};
    PlArenaMark mark = pl_arena_mark(lines->syntax->arena);
    const char *behind = marker(lines, text, &next);
    pl_arena_rewind(lines->syntax->arena, mark);
    if (!behind || next.style != PL_MARK_NUMBER || next.count == 0) return false;
    char last = behind[-1];
    behind = pl_lines_blanks(behind);
    return !(last >= '0' && last <= '9') || (*behind | 32) >= 'a' || *behind == '*' || *behind == '`';
}

/* What closes a text that spans lines: a quote before punctuation, an operator, or the line's end; a quote before a word opens another text. */
static bool ends_text(const char *p, const char *end)
{
    p = pl_lines_blanks(p);
    return p >= end || strchr(",.;:)]}+-=*|\"", *p) || (unsigned char)*p >= 0x80;
}

/* With something open at `p`, the end of a line: the end of the line that closes it, or NULL. */
static const char *look_ahead(Lines *lines, Open open, const char *p)
{
    for (int n = 0; n < LOOK_AHEAD_LINES && p < lines->limit; n++) {
        const char *start = p + 1, *end = line_end(start, lines->limit);
        if (!open.quote && begins_step(lines, pl_lines_blanks(start))) return NULL;
        if (open.quote) {
            const char *closed = closing_quote(&open, start, end);
            if (closed && !ends_text(closed, end)) return NULL;
        }
        track(&open, start, end);
        if (!is_open(&open)) return end;
        p = end;
    }
    return NULL;
}

/* ---- items ---- */

static void set_end(PlItem *item, const char *text, const char *end)
{
    while (end > text + item->start && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r' || end[-1] == '\n')) end--;
    item->end = (uint32_t)(end - text);
}

/* A header line whose text is words: nothing is open in it, whatever signs it has. */
static bool has_words(const PlItem *item)
{
    return item->kind == PL_ITEM_HEADER && item->key != PL_TK_H_INPUT && item->key != PL_TK_H_LIMIT && item->key != PL_TK_H_OUTPUT;
}

/* The item's text now reaches `end`, a line's end; further when something is open there. Returns where its last line ends. */
static const char *extend(Lines *lines, const char *from, const char *end)
{
    PlItem *item = &pl_vec_last(&lines->out->all);
    track(&lines->open, from, end);
    while (is_open(&lines->open) && !lines->gave_up && !has_words(item)) {
        const char *closed = look_ahead(lines, lines->open, end);
        if (!closed) {
            lines->gave_up = true;
            break;
        }
        track(&lines->open, end, closed);
        end = closed;
    }
    if (is_open(&lines->open)) lines->open = (Open){0};
    set_end(item, lines->syntax->text.ptr, end);
    while (lines->comments.len && pl_vec_last(&lines->comments).span.start < item->end)
        lines->comments.len--; /* the scanner finds them */
    return end;
}

/* A step follows the words "Example of what not to do:". */
static void tell_refusal(Lines *lines)
{
    if (lines->refusal.source == PL_NO_SOURCE) return;
    PlDiag *d = PL_REPORT0(lines->syntax->diags, REFUSAL_UNREAD, lines->refusal);
    pl_diag_help(lines->syntax->diags, d, "take away the steps that are not to run, or put `#` before them");
    lines->refusal = PL_NO_SPAN;
}

static const char *begin(Lines *lines, PlItem item, const char *body, const char *end)
{
    PlSyntax *syntax = lines->syntax;
    body = pl_lines_blanks(body);
    if (body > end) body = end;
    item.start = item.end = (uint32_t)(body - syntax->text.ptr);
    for (uint32_t i = 0; i < lines->comments.len; i++)
        pl_vec_push(syntax->arena, &item.comments, lines->comments.items[i]);
    lines->comments.len = 0;
    pl_vec_push(syntax->arena, &lines->out->all, item);
    lines->open = (Open){0};
    lines->gave_up = false;
    lines->has_item = true;
    lines->seen_step = lines->seen_step || item.kind == PL_ITEM_STEP;
    if (item.kind == PL_ITEM_STEP) tell_refusal(lines);
    return extend(lines, body, end);
}

static const char *header(Lines *lines, const char *p, PlItem *item)
{
    const char *end;
    while (p[0] == '*' && p[1] == '*') p += 2;
    const PlSpelling *row = pl_phrase_match(lines->syntax->phrases, PL_AT_HEADER, p, lines->limit, &end);
    if (!row) return NULL;
    item->marker = span_of(lines, p, end);
    end = pl_lines_blanks(end);
    if (end[0] == '*' && end[1] == '*') end += 2;
    if (*end != ':') return NULL;
    end++;
    if (end[0] == '*' && end[1] == '*') end += 2;
    item->kind = PL_ITEM_HEADER;
    item->key = row->kind;
    return end;
}

/* A line "Limt: 500 calls" above the steps is no preamble but a header line with a slip, and a limit must not be lost in silence. */
static bool misspelt_header(Lines *lines, const char *p, const char *end)
{
    static const char *const keys[] = {"Workflow", "Goal",  "Use",   "Input", "Output",
                                       "Schedule", "Limit", "Allow", "Never"};
    const char *colon = memchr(p, ':', (size_t)(end - p));
    if (lines->seen_step || !colon || colon - p < 4) return false;
    PlStr word = pl_str(p, (size_t)(colon - p));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        unsigned slips = strlen(keys[i]) > 5 ? 2 : 1;
        if (pl_str_find_char(word, ' ', 0) != PL_STR_NONE || pl_str_distance(word, pl_str_z(keys[i]), slips) > slips)
            continue;
        PlSpan span = span_of(lines, p, colon);
        PlDiag *d = PL_REPORT(lines->syntax->diags, HEADER_UNKNOWN, span, PL_ARG(word));
        pl_diag_help(lines->syntax->diags, d, "did you mean `%s:`?", keys[i]);
        pl_diag_fix(lines->syntax->diags, d, span, pl_str_z(keys[i]), true);
        lines->has_item = false;
        return true;
    }
    return false;
}

static void ignore(Lines *lines, const char *p, const char *end)
{
    while (end > p && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r')) end--;
    if (misspelt_header(lines, p, end)) return;
    if (!lines->seen_step && pl_lines_schedule(lines->syntax, span_of(lines, p, end), pl_str(p, (size_t)(end - p)))) {
        lines->has_item = false;
        return;
    }
    lines->has_item = false;
    PlStr words = pl_str(p, (size_t)(end - p));
    bool below = pl_str_ends(words, PL_STR(":")) || pl_str_ends(words, PL_STR(":**")) || pl_str_find(words, PL_STR("following"), 0) != PL_STR_NONE ||
                 pl_str_find(words, PL_STR("below"), 0) != PL_STR_NONE || pl_str_find(words, PL_STR("next step"), 0) != PL_STR_NONE;
    if (below && lines->refusal.source == PL_NO_SOURCE && pl_noise_refuses(words)) {
        lines->refusal = span_of(lines, p, end);
        return;
    }
    PlDiag *d = PL_REPORT0(lines->syntax->diags, IGNORED_TEXT, span_of(lines, p, end));
    pl_diag_help(lines->syntax->diags, d, "a number before it makes it a step, `#` a comment");
}

/* The end of a fence whose lines are code: no line has a marker, and one has a call. Else NULL. */
static const char *end_of_code(Lines *lines, const char *p)
{
    bool calls = false;
    PlArenaMark mark = pl_arena_mark(lines->syntax->arena);
    while (p < lines->limit) {
        const char *start = p + 1, *text = pl_lines_blanks(start), *end = line_end(start, lines->limit), *behind;
        if (start >= lines->limit) return NULL;
        if (pl_str_starts(pl_str(text, (size_t)(lines->limit - text)), PL_STR("```"))) return calls ? start : NULL;
        PlItem item = {0};
        bool marked = marker(lines, text, &item) != NULL;
        pl_arena_rewind(lines->syntax->arena, mark);
        if (marked || *text == '{' || *text == '"') return NULL;
        const char *open = memchr(text, '(', end > text ? (size_t)(end - text) : 0);
        calls =
            calls || (open && open > text && pl_raw_scan(PL_MODE_EXPR, text, lines->limit, &behind) == PL_RAW_WORD &&
                      pl_phrase_word_char(open[-1]) && memchr(text, '.', (size_t)(open - text)));
        p = end;
    }
    return NULL;
}

/* A step in a heading, "## Step 1: Fetch": the place behind its marker, or NULL. One `#` makes a comment. */
static const char *heading(Lines *lines, const char *text, PlItem *item)
{
    const char *p = text;
    while (*p == '#') p++;
    if (p - text < 2 || *p != ' ') return NULL;
    const char *behind = marker(lines, pl_lines_blanks(p), item);
    if (!behind || item->style != PL_MARK_NUMBER || item->count == 0) return NULL;
    lines->headed = true;
    item->indent = (uint32_t)(p - text) - 2;
    return behind;
}

/* "---", "***", "END": a line that only divides, or ends the plan. */
static bool is_rule(PlStr line)
{
    if (pl_str_eq_nocase(line = pl_str_trim(line), PL_STR("end")) || pl_str_eq_nocase(line, PL_STR("end of plan"))) return true;
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] != line.ptr[0] || !strchr("-=*_", line.ptr[0])) return false;
    return line.len >= 3;
}

/* Over a fence, or a <think> block: the end of its last line, or NULL when the line is neither. */
static const char *noise(Lines *lines, const char *p, const char *end)
{
    PlStr line = pl_str(p, (size_t)(end - p));
    if (pl_str_starts(line, PL_STR("```")) || pl_str_starts(line, PL_STR("~~~"))) {
        lines->in_fence = !lines->in_fence;
        lines->code_end = lines->in_fence ? end_of_code(lines, end) : NULL;
        return ignore(lines, p, end), end;
    }
    if (is_rule(line)) return ignore(lines, p, end), end;
    const char *stop = pl_noise_thought(&lines->noise, lines->syntax, p);
    if (stop) lines->has_item = false;
    return stop;
}

/* What a line is that begins nothing. Deeper than the item above it, or glued to a header line, it continues that. */
static PlLineSays says(const Lines *lines, const char *start, const char *text, const char *end)
{
    const PlItem *item = lines->has_item ? &pl_vec_last(&lines->out->all) : NULL;
    PlStr above = item ? pl_str(lines->syntax->text.ptr + item->start, item->end - item->start) : PL_STR("");
    if (item && item->kind == PL_ITEM_STEP && !item->parts && pl_lines_is_code(above, text, end)) return PL_LINE_STEP;
    if (item && (columns(start, text) > item->indent || (item->kind == PL_ITEM_HEADER && !lines->blank))) return PL_LINE_CONTINUES;
    if (!lines->seen_step) return PL_LINE_WORDS;
    return pl_lines_says(lines->syntax, above, text, end, item && !lines->blank);
}

/* Such a line: more of the item above, a step of its own that begins a block, a call that stands nowhere, or words for people. */
static const char *read_unmarked(Lines *lines, const char *start, const char *text, const char *end)
{
    PlSpan span = span_of(lines, text, end);
    PlItem item = {.kind = PL_ITEM_STEP, .style = PL_MARK_NONE, .indent = columns(start, text), .marker = span_of(lines, text, text)};
    PlDiag *d;
    switch (says(lines, start, text, end)) {
    case PL_LINE_CONTINUES: return extend(lines, start, end);
    case PL_LINE_STEP:
        PL_REPORT(lines->syntax->diags, READ_AS_STEP, span, "a step of its own");
        return begin(lines, item, text, end);
    case PL_LINE_CALL:
        d = PL_REPORT0(lines->syntax->diags, STRAY_CALL, span);
        pl_diag_help(lines->syntax->diags, d, "a number before it makes it a step, `#` a comment");
        lines->has_item = false;
        return end;
    case PL_LINE_WORDS: break;
    }
    return ignore(lines, text, end), end;
}

/* "... using mail.search": what stands under it may be its arguments. */
static bool ends_with_action(const Lines *lines, const PlItem *item)
{
    const char *text = lines->syntax->text.ptr, *p = text + item->start, *end = text + item->end, *word;
    while (end > p && strchr(":`*.", end[-1])) end--;
    bool dotted = false;
    for (word = end; word > p && (pl_phrase_word_char(word[-1]) || word[-1] == '.'); word--)
        dotted = dotted || word[-1] == '.';
    while (word > p && strchr(" `*", word[-1])) word--;
    return dotted && word - p >= 5 && pl_str_eq_nocase(pl_str(word - 5, 5), PL_STR("using"));
}

/* "- Action: mail.search" under a step: a part of it, and no step. Any key will do once one of the language's was seen. */
static bool is_part(Lines *lines, const PlItem *item, const char *behind, const char *end)
{
    if (item->style == PL_MARK_BULLET && lines->has_item && pl_vec_last(&lines->out->all).key == PL_TK_H_INPUT)
        return !memchr(behind, '(', (size_t)(end - behind)) || memchr(behind, ':', (size_t)(end - behind)); /* - name: type */
    if (item->style != PL_MARK_BULLET || !lines->has_item || lines->code_end) return false;
    PlItem *last = &pl_vec_last(&lines->out->all);
    bool under =
        last->kind == PL_ITEM_STEP && (item->indent > last->indent || last->style == PL_MARK_NUMBER || last->parts);
    const char *p = pl_lines_blanks(behind), *stop, *word;
    while (*p == '*' || *p == '`') p++;
    if (!under || (last->style == PL_MARK_BULLET && item->indent <= last->indent)) return false;
    const PlSpelling *row = pl_phrase_match(lines->syntax->phrases, PL_AT_PART, p, end, &stop);
    if (!last->parts && ends_with_action(lines, last)) last->parts = true;
    if (!row && (!last->parts || pl_raw_scan(PL_MODE_EXPR, p, end, &stop) != PL_RAW_WORD)) return false;
    while (!row && pl_raw_scan(PL_MODE_EXPR, pl_lines_blanks(stop), end, &word) == PL_RAW_WORD) stop = word;
    while (stop < end && strchr("*` ", *stop)) stop++;
    if (stop >= end || *stop != ':') return false;
    last->parts = last->parts || (row && row->kind != PL_TK_A_PROSE && row->kind != PL_TK_A_FAIL);
    return last->parts || row->kind == PL_TK_A_PROSE;
}

/* "End if" on a line of its own: numbers and indentation have ended the block already. */
static bool ends_block(const Lines *lines, const char *text, const char *end)
{
    const char *behind;
    const PlSpelling *row = pl_phrase_match(lines->syntax->phrases, PL_AT_OPENING, text, end, &behind);
    return lines->seen_step && row && row->kind == PL_TK_S_END && pl_lines_blanks(behind) >= end;
}

/* Comments and struck-through words on the line become white space. True: nothing of a step is left of it. */
static bool blank_noise(Lines *lines, const char *text, const char *end)
{
    bool heads = false;
    if (!pl_noise_blank(&lines->noise, lines->syntax, text, end, &heads)) return false;
    PlItem item = {0};
    const char *left = pl_lines_blanks(text), *behind = left < end ? marker(lines, left, &item) : left;
    if (!behind || pl_lines_blanks(behind) < end) return false;
    if (heads) lines->refusal = span_of(lines, text, end);
    return lines->has_item = false, true;
}

static const char *read_line(Lines *lines, const char *start)
{
    const char *end = line_end(start, lines->limit), *text = pl_lines_blanks(start), *behind;
    if (text >= end) return lines->blank = true, end;
    PlItem item = {.indent = columns(start, text)};
    const char *skipped = noise(lines, text, end);
    if (skipped) return skipped;
    if (blank_noise(lines, text, end)) return end;
    text = pl_lines_blanks(text);
    if (text >= end) return end;
    bool code = lines->code_end && text < lines->code_end;
    char *writable = lines->syntax->bytes;
    if (code && !pl_lines_tidy_code(writable + (text - lines->syntax->text.ptr), writable + (end - lines->syntax->text.ptr)))
        return end;
    if (code) text = pl_lines_blanks(text);
    if (code && text >= end) return end;
    uint32_t under = lines->headed ? UNDER_HEADING : 0;
    if (*text == '#' && (behind = heading(lines, text, &item))) {
        item.kind = PL_ITEM_STEP;
        end = begin(lines, item, behind, end);
    } else if (*text == '#') {
        const char *stop = end;
        while (stop[-1] == ' ' || stop[-1] == '\r' || stop[-1] == '\t') stop--;
        pl_vec_push(lines->syntax->arena, &lines->comments,
                    (PlComment){span_of(lines, text, stop), pl_str(text, (size_t)(stop - text))});
    } else if (code && *text != ')' && *text != ']' && *text != '.') {
        item.kind = PL_ITEM_STEP;
        item.style = PL_MARK_BULLET;
        item.marker = span_of(lines, text, text);
        end = begin(lines, item, text, end);
    } else if ((behind = marker(lines, text, &item)) && is_part(lines, (item.indent += under, &item), behind, end)) {
        end = extend(lines, start, end);
    } else if (behind) {
        item.kind = PL_ITEM_STEP;
        end = begin(lines, item, behind, end);
    } else if ((!lines->seen_step || item.indent == 0) && (behind = header(lines, text, &item))) {
        end = begin(lines, item, behind, end);
    } else if (lines->unmarked && pl_lines_is_step(lines->syntax, text, end)) {
        item.kind = PL_ITEM_STEP;
        item.style = PL_MARK_BULLET;
        item.marker = span_of(lines, text, text);
        end = begin(lines, item, text, end);
    } else if (ends_block(lines, text, end)) {
        lines->has_item = false;
    } else {
        end = read_unmarked(lines, start, text, end);
    }
    lines->blank = false;
    return end;
}

/* A plan of which no line has a marker, and some hold a call. */
static bool is_unmarked(Lines *lines, const char *p)
{
    bool calls = false;
    PlArenaMark mark = pl_arena_mark(lines->syntax->arena);
    for (const char *end; p < lines->limit; p = end + 1) {
        const char *text = pl_lines_blanks(p);
        end = line_end(p, lines->limit);
        PlItem item = {0};
        bool marked = text < end && (marker(lines, text, &item) != NULL || (text[0] == '`' && text[1] == '`'));
        pl_arena_rewind(lines->syntax->arena, mark);
        if (marked) return false;
        calls |= text < end && pl_lines_has_call(pl_str(text, (size_t)(end - text)));
    }
    return calls;
}

PlItemList *pl_lines_read(PlSyntax *syntax)
{
    Lines lines = {
        .syntax = syntax, .out = PL_NEW(syntax->arena, PlItemList), .limit = syntax->text.ptr + syntax->text.len, .refusal = PL_NO_SPAN};
    const char *p = syntax->text.ptr;
    if (pl_str_starts(syntax->text, PL_STR("\xef\xbb\xbf"))) p += 3;
    const char *thought = pl_noise_thought_end(syntax, p);
    if (thought) p = thought;
    lines.unmarked = is_unmarked(&lines, p);
    while (p < lines.limit) {
        p = read_line(&lines, p);
        if (p < lines.limit) p++;
    }
    if (lines.refusal.source != PL_NO_SOURCE) PL_REPORT0(syntax->diags, IGNORED_TEXT, lines.refusal);
    for (uint32_t i = 0; i < lines.comments.len; i++)
        pl_vec_push(syntax->arena, &lines.out->last_comments, lines.comments.items[i]);
    return lines.out;
}
