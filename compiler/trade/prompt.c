/* SPDX-License-Identifier: MIT */
/* The order of the user's text: actions, examples, the goal last, where a model heeds it most. */
#include "compiler/trade/prompt.h"

#include "compiler/bind/search.h"
#include "compiler/trade/dsl_internal.h"

enum {
    MOST_ACTIONS = 40,
    MOST_EXAMPLES = 3,
    EXAMPLE_TOKENS = 420,
    OPTIONAL_SHOWN = 5,
    RESULT_WIDTH = 80,
    TITLE_BYTES = 70
};

static const char *const language[] = {
#include "prompt_language.inc"
};
static const char *const examples[] = {
#include "prompt_examples.inc"
};

static PlStr take(PlArena *arena, PlBuf *buf)
{
    PlStatus status = buf->status;
    PlStr text = status == PL_OK ? pl_arena_str(arena, pl_buf_str(buf)) : PL_STR("");
    pl_buf_deinit(buf);
    if (status != PL_OK) pl_arena_escape(arena, status);
    return text;
}

/* ---- tokens ---- */

uint32_t pl_prompt_tokens(PlStr text)
{
    size_t marks = 0;
    for (size_t i = 0; i < text.len;) {
        char c = text.ptr[i];
        bool word =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
        if (!word) {
            marks += c != ' ' && c != '\n';
            i++;
            continue;
        }
        size_t start = i;
        while (i < text.len && (((text.ptr[i] | 32) >= 'a' && (text.ptr[i] | 32) <= 'z') ||
                                (text.ptr[i] >= '0' && text.ptr[i] <= '9') || (unsigned char)text.ptr[i] >= 0x80))
            i++;
        marks += 1 + (i - start - 1) / 8;
    }
    size_t by_bytes = (text.len * 10 + 35) / 36;
    return (uint32_t)(marks > by_bytes ? marks : by_bytes);
}

/* ---- examples ---- */

typedef struct Example {
    PlStr name, words, plan;
    unsigned score;
    uint32_t place;
} Example;

typedef struct Examples {
    PL_VEC(Example) all;
} Examples;

static void read_examples(PlArena *arena, Examples *out)
{
    PlBuf plan;
    Example now = {0};
    pl_buf_init(&plan, 0);
    for (size_t i = 0; i <= sizeof examples / sizeof *examples; i++) {
        PlStr line = i < sizeof examples / sizeof *examples ? pl_str_z(examples[i]) : PL_STR("== ");
        if (!pl_str_starts(line, PL_STR("== "))) {
            pl_buf_put(&plan, line);
            continue;
        }
        if (now.name.len) {
            now.plan = pl_arena_str(arena, pl_buf_str(&plan));
            now.place = out->all.len;
            pl_vec_push(arena, &out->all, now);
        }
        pl_buf_clear(&plan);
        size_t bar = pl_str_find_char(line, '|', 0);
        now = (Example){.name = pl_str_trim(pl_str_slice(line, 3, bar)),
                        .words = pl_str_trim(pl_str_slice(line, bar == PL_STR_NONE ? line.len : bar + 1, line.len))};
    }
    pl_buf_deinit(&plan);
}

const char *pl_prompt_example(PlArena *arena, uint32_t index, PlStr *name)
{
    Examples all = {0};
    read_examples(arena, &all);
    if (index >= all.all.len) return NULL;
    *name = all.all.items[index].name;
    return all.all.items[index].plan.ptr;
}

static PlStr next_word(PlStr text, size_t *at)
{
    while (*at < text.len && strchr(" \t\r\n.,;:!?()\"'", text.ptr[*at])) ++*at;
    size_t start = *at;
    while (*at < text.len && !strchr(" \t\r\n.,;:!?()\"'", text.ptr[*at])) ++*at;
    return pl_str_slice(text, start, *at);
}

static void score_examples(Examples *all, PlStr goal)
{
    for (size_t at = 0;;) {
        PlStr word = next_word(goal, &at);
        if (!word.len) break;
        for (uint32_t i = 0; i < all->all.len; i++) {
            size_t key = 0;
            for (PlStr k; (k = next_word(all->all.items[i].words, &key)).len;)
                if (pl_str_eq_nocase(k, word)) all->all.items[i].score++;
        }
    }
    if (all->all.len) all->all.items[0].score++; /* a loop is what most plans have */
}

/* The best by score, in the order of the file. */
static void choose_examples(Examples *all)
{
    for (uint32_t n = 0; n < all->all.len; n++) {
        Example *e = &all->all.items[n];
        unsigned better = 0;
        for (uint32_t i = 0; i < all->all.len; i++) {
            const Example *o = &all->all.items[i];
            better += (o->score & 0xffff) > (e->score & 0xffff) ||
                      ((o->score & 0xffff) == (e->score & 0xffff) && o->place < e->place);
        }
        if (better < MOST_EXAMPLES && e->score) e->score |= 1u << 16;
    }
}

/* ---- actions ---- */

/* What the goal speaks of; the one place that asks for it. */
static uint32_t relevant(PlArena *arena, PlCatalog *catalog, PlStr goal, PlRelevant *out)
{
    return pl_catalog_plugin_count(catalog) ? pl_search_relevant(arena, catalog, goal, out, MOST_ACTIONS) : 0;
}

static void put_type(PlBuf *buf, const PlTypes *types, PlTypeId type, uint32_t width)
{
    pl_type_print(buf, types, type, width);
}

static void put_params(PlBuf *buf, const PlTypes *types, const PlAction *action)
{
    uint32_t shown = 0, left = 0;
    bool first = true;
    for (uint32_t i = 0; i < action->param_count; i++) {
        const PlParam *p = &action->params[i];
        if (p->fixed || p->is_key || pl_param_is_filled(p) || (!p->required && shown >= OPTIONAL_SHOWN)) {
            left += !p->fixed && !p->is_key && !pl_param_is_filled(p);
            continue;
        }
        shown += !p->required;
        if (!first) pl_buf_put_z(buf, ", ");
        first = false;
        pl_buf_put(buf, p->name);
        if (!p->required) pl_buf_put_char(buf, '?');
        pl_buf_put_z(buf, ": ");
        put_type(buf, types, p->required ? p->type : pl_type_without_nothing((PlTypes *)(uintptr_t)types, p->type),
                 p->required ? 40 : 28);
    }
    if (left) pl_buf_put_z(buf, first ? "..." : ", ...");
}

/* The title without tags, on one line, cut at a character. */
static PlStr short_title(PlArena *arena, PlStr title)
{
    char *out = pl_arena_alloc(arena, title.len + 1, 1);
    size_t len = 0;
    bool tag = false;
    for (size_t i = 0; i < title.len; i++) {
        char c = title.ptr[i], next = i + 1 < title.len ? title.ptr[i + 1] : 0;
        if (c == '<' && ((next | 32) >= 'a' && (next | 32) <= 'z' ? true : next == '/')) tag = true;
        if (!tag) out[len++] = c;
        if (c == '>') tag = false;
    }
    PlStr text = pl_dsl_one_line(arena, pl_str(out, len));
    if (text.len <= TITLE_BYTES) return text;
    text.len = TITLE_BYTES;
    while (text.len && ((unsigned char)text.ptr[text.len] & 0xc0) == 0x80) text.len--;
    return text;
}

/* One line: the call with its arguments, what it gives, what it does. */
static PlStr signature(PlArena *arena, PlCatalog *catalog, const PlOperation *op)
{
    const PlAction *action = pl_catalog_action(catalog, op);
    if (!action) return PL_STR("");
    const PlTypes *types = pl_catalog_types(catalog);
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_buf_printf(&buf, PL_FMT "." PL_FMT "(", PL_ARG(op->plugin->name), PL_ARG(op->name));
    put_params(&buf, types, action);
    pl_buf_put_char(&buf, ')');
    if (action->result != PL_T_NOTHING && action->result != PL_T_ANY) {
        pl_buf_put_z(&buf, " -> ");
        put_type(&buf, types, action->result, RESULT_WIDTH);
    }
    PlStr title = short_title(arena, op->title);
    pl_buf_printf(&buf, "  # " PL_FMT "\n", PL_ARG(title));
    return take(arena, &buf);
}

/* ---- all ---- */

static PlStr system_text(PlArena *arena)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    for (size_t i = 0; i < sizeof language / sizeof *language; i++) pl_buf_put_z(&buf, language[i]);
    return take(arena, &buf);
}

static PlStr example_text(PlArena *arena, PlStr goal, uint32_t room, uint32_t *count, uint32_t *left)
{
    Examples all = {0};
    read_examples(arena, &all);
    score_examples(&all, goal);
    choose_examples(&all);
    PlBuf buf;
    uint32_t used = 12;
    pl_buf_init(&buf, 0);
    for (uint32_t i = 0; i < all.all.len; i++) {
        const Example *e = &all.all.items[i];
        uint32_t tokens = pl_prompt_tokens(e->plan) + 4;
        if (!(e->score >> 16)) continue;
        if (used + tokens > room) {
            ++*left;
            continue;
        }
        if (!*count) pl_buf_put_z(&buf, "Examples of form; their actions are not yours:\n\n");
        used += tokens;
        ++*count;
        pl_buf_put(&buf, e->plan);
        pl_buf_put_char(&buf, '\n');
    }
    return take(arena, &buf);
}

static PlStr action_text(PlArena *arena, PlCatalog *catalog, PlStr goal, uint32_t room, uint32_t *count, uint32_t *left)
{
    PlRelevant *found = PL_NEW_N(arena, PlRelevant, MOST_ACTIONS);
    uint32_t n = relevant(arena, catalog, goal, found), used = 16;
    PlBuf buf;
    pl_buf_init(&buf, 0);
    for (uint32_t i = 0; i < n; i++) {
        PlStr line = found[i].operation->broken ? PL_STR("") : signature(arena, catalog, found[i].operation);
        uint32_t tokens = pl_prompt_tokens(line);
        if (!line.len) continue;
        if (used + tokens > room) {
            ++*left;
            continue;
        }
        if (!*count) pl_buf_put_z(&buf, "Actions (arguments with ? may be left out):\n\n");
        used += tokens;
        ++*count;
        pl_buf_put(&buf, line);
    }
    if (*count) pl_buf_put_char(&buf, '\n');
    return take(arena, &buf);
}

void pl_prompt(PlArena *arena, PlCatalog *catalog, PlStr goal, uint32_t max_tokens, PlPrompt *out)
{
    *out = (PlPrompt){.system = system_text(arena)};
    uint32_t limit = max_tokens ? max_tokens : PL_PROMPT_TOKENS;
    PlStr last = pl_arena_printf(arena, "Goal: " PL_FMT "\n", PL_ARG(pl_dsl_one_line(arena, goal)));
    uint32_t used = pl_prompt_tokens(out->system) + pl_prompt_tokens(last);
    uint32_t room = used < limit ? limit - used : 0;
    PlStr shown = example_text(arena, goal, room / 3 < EXAMPLE_TOKENS ? room / 3 : EXAMPLE_TOKENS, &out->examples, &out->examples_left);
    uint32_t taken = pl_prompt_tokens(shown);
    PlStr actions = action_text(arena, catalog, goal, room > taken ? room - taken : 0, &out->actions, &out->actions_left);
    out->user = pl_arena_printf(arena, PL_FMT PL_FMT PL_FMT, PL_ARG(actions), PL_ARG(shown), PL_ARG(last));
    out->tokens = pl_prompt_tokens(out->system) + pl_prompt_tokens(out->user);
    out->over = out->tokens > limit;
}
