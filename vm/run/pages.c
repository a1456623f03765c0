/* SPDX-License-Identifier: MIT */
/* Paged answers. What the document says of its pages (PlPaging of the action) comes first; documents rarely say it, so the ways that are in use
 * are recognised as well, the surest first: a Link header (RFC 8288), an address in the answer, a token in the answer and a parameter that
 * takes it, "has more" with the last item's id, a page number, an offset. What follows depends on the recorded answer and the plan alone.
 * Not for requests with a body. spec/pages.md. */
#include "vm/run/pages.h"

#include <stdio.h>

/* ---- lists ---- */

static bool find_list(PlValue page, PlStr *name, PlValue *list)
{
    uint32_t found = 0;
    if (page.tag != PL_RECORD) return false;
    for (uint32_t i = 0; i < pl_record_len(page); i++) {
        if (pl_record_at(page, i).tag != PL_LIST) continue;
        *name = pl_record_name(page, i);
        *list = pl_record_at(page, i);
        found++;
    }
    for (const char *const *usual = pl_paging_words(PL_PAGE_WORD_ITEMS); found > 1 && *usual; usual++) {
        if (!pl_record_find(page, pl_str_z(*usual), list) || list->tag != PL_LIST) continue;
        *name = pl_str_z(*usual);
        return true;
    }
    return found == 1;
}

PlValue pl_pages_items(PlValue page)
{
    PlStr name;
    PlValue list;
    if (page.tag == PL_LIST) return page;
    return find_list(page, &name, &list) ? list : pl_nothing();
}

/* Takes list. */
static PlValue cut_take(PlValues *values, PlValue list, uint32_t most)
{
    if (most == 0 || pl_list_len(list) <= most) return list;
    PlValue cut = pl_list(values, most);
    for (uint32_t i = 0; i < most; i++) cut = pl_list_append_take(values, cut, pl_retain(pl_list_at(list, i)));
    pl_release(values, list);
    return cut;
}

PlValue pl_pages_join_take(PlValues *values, PlValue first, PlValue page, uint32_t most)
{
    PlStr name;
    PlValue list, more = pl_pages_items(page);
    if (first.tag == PL_LIST) {
        if (more.tag == PL_LIST) first = pl_list_extend_take(values, first, more);
        return cut_take(values, first, most);
    }
    if (!find_list(first, &name, &list)) return first;
    PlValue key = pl_text(values, name), all = pl_retain(list);
    if (more.tag == PL_LIST) all = pl_list_extend_take(values, all, more);
    first = pl_record_set_take(values, first, pl_text_str(key), cut_take(values, all, most));
    pl_release(values, key);
    return first;
}

/* ---- names, whatever their spelling ---- */

static bool find_field(PlValue record, PlPageWord kind, PlValue *out)
{
    for (const char *const *word = pl_paging_words(kind); *word && record.tag == PL_RECORD; word++)
        for (uint32_t i = 0; i < pl_record_len(record); i++)
            if (pl_paging_is_word(pl_record_name(record, i), *word) && pl_record_at(record, i).tag != PL_NOTHING) {
                *out = pl_record_at(record, i);
                return true;
            }
    return false;
}

/* In the answer itself, or in the record beside its list that tells about paging. */
static bool find_hint(PlValue page, PlPageWord kind, PlValue *out)
{
    if (find_field(page, kind, out)) return true;
    for (const char *const *place = pl_paging_words(PL_PAGE_WORD_PLACE); *place && page.tag == PL_RECORD; place++)
        for (uint32_t i = 0; i < pl_record_len(page); i++)
            if (pl_paging_is_word(pl_record_name(page, i), *place) && find_field(pl_record_at(page, i), kind, out)) return true;
    return false;
}

/* The query parameter of the action that one of these words fits, in the order of the words. */
static const PlParam *find_param(const PlAction *a, PlPageWord kind)
{
    for (const char *const *word = pl_paging_words(kind); *word; word++)
        for (uint32_t i = 0; i < a->param_count; i++)
            if (a->params[i].place == PL_IN_QUERY && pl_paging_is_word(a->params[i].wire, *word)) return &a->params[i];
    return NULL;
}

/* The query parameter that the document names, else one that a word fits. */
static const PlParam *said_param(const PlAction *a, PlStr wire, PlPageWord kind)
{
    for (uint32_t i = 0; wire.len && i < a->param_count; i++)
        if (a->params[i].place == PL_IN_QUERY && pl_str_eq(a->params[i].wire, wire)) return &a->params[i];
    return find_param(a, kind);
}

/* What stands at a JSON pointer; false when nothing does, not even null. */
static bool find_place(PlValue page, PlStr pointer, PlValue *out)
{
    *out = page;
    for (size_t pos = 1; pointer.len && pos <= pointer.len;) {
        size_t end = pl_str_find_char(pointer, '/', pos);
        PlStr step = pl_str_slice(pointer, pos, end);
        if (out->tag != PL_RECORD || !pl_record_find(*out, step, out)) return false;
        pos += step.len + 1;
    }
    return pointer.len > 0;
}

/* ---- the query of an address ---- */

/* The span of "name=value" in the query; the value's text as it stands. */
static bool find_pair(PlStr url, PlStr name, size_t *begin, size_t *end, PlStr *value)
{
    size_t pos = pl_str_find_char(url, '?', 0);
    while (pos != PL_STR_NONE && pos < url.len) {
        size_t stop = pl_str_find_char(url, '&', pos + 1);
        PlStr pair = pl_str_slice(url, pos + 1, stop);
        if (pl_str_starts(pair, name) && pair.len > name.len && pair.ptr[name.len] == '=') {
            *begin = pos + 1;
            *end = stop == PL_STR_NONE ? url.len : stop;
            *value = pl_str_slice(pair, name.len + 1, pair.len);
            return true;
        }
        pos = stop;
    }
    return false;
}

static void set_pair(PlBuf *out, PlStr url, const PlParam *param, PlStr value)
{
    size_t begin, end;
    PlStr old;
    if (find_pair(url, param->wire, &begin, &end, &old)) {
        pl_buf_put(out, pl_str_slice(url, 0, begin));
    } else {
        begin = end = url.len;
        pl_buf_put(out, url);
        pl_buf_put_char(out, pl_str_find_char(url, '?', 0) == PL_STR_NONE ? '?' : '&');
    }
    pl_request_encode(out, param->wire, "");
    pl_buf_put_char(out, '=');
    pl_request_encode(out, value, "");
    pl_buf_put(out, pl_str_slice(url, end, url.len));
}

static int64_t number_in(PlStr url, const PlParam *param, int64_t otherwise)
{
    size_t begin, end;
    PlStr text;
    int64_t n;
    return param && find_pair(url, param->wire, &begin, &end, &text) && pl_str_to_int(text, &n) ? n : otherwise;
}

/* ---- the ways ---- */

/* <https://...>; rel="next" */
static bool by_link(const PlReply *reply, PlStr base, PlBuf *url)
{
    PlStr link = pl_call_header(reply, "link");
    for (size_t pos = 0; pos < link.len;) {
        size_t open = pl_str_find_char(link, '<', pos), close = open == PL_STR_NONE ? PL_STR_NONE : pl_str_find_char(link, '>', open);
        if (close == PL_STR_NONE) return false;
        size_t stop = pl_str_find(link, PL_STR(",<"), close), spaced = pl_str_find(link, PL_STR(", <"), close);
        if (spaced < stop) stop = spaced;
        PlStr params = pl_str_slice(link, close, stop);
        if (pl_str_find(params, PL_STR("rel=\"next\""), 0) != PL_STR_NONE || pl_str_find(params, PL_STR("rel=next"), 0) != PL_STR_NONE) {
            pl_request_resolve(url, base, pl_str_slice(link, open + 1, close));
            return true;
        }
        pos = stop == PL_STR_NONE ? link.len : stop + 1;
    }
    return false;
}

static bool is_address(PlStr s)
{
    return pl_str_starts(s, PL_STR("https://")) || pl_str_starts(s, PL_STR("http://")) || pl_str_starts(s, PL_STR("/")) || pl_str_starts(s, PL_STR("?"));
}

static bool by_address(PlValue v, PlStr base, PlBuf *url)
{
    if (v.tag == PL_RECORD && !find_field(v, PL_PAGE_WORD_INSIDE, &v)) return false;
    if (v.tag != PL_TEXT || !is_address(pl_text_str(v))) return false;
    pl_request_resolve(url, base, pl_text_str(v));
    return true;
}

static PlPageNext by_token(PlRun *run, const PlParam *param, PlValue token, PlStr base, PlBuf *url)
{
    if (token.tag != PL_TEXT && token.tag != PL_INT) return PL_PAGE_LAST;
    PlBuf *text = pl_run_scratch(run);
    PlPageNext next = PL_PAGE_LAST;
    pl_request_wire(text, token);
    pl_run_check_buf(run, text);
    if (text->len) {
        next = param ? PL_PAGE_NEXT : PL_PAGE_LOST;
        if (param) set_pair(url, base, param, pl_buf_str(text));
    }
    pl_run_give(run, text);
    return next;
}

static bool by_last_item(PlRun *run, const PlParam *param, PlValue items, PlStr base, PlBuf *url)
{
    PlValue id;
    if (!param || items.tag != PL_LIST || pl_list_len(items) == 0) return false;
    PlValue item = pl_list_at(items, pl_list_len(items) - 1);
    if (item.tag != PL_RECORD || !pl_record_find(item, PL_STR("id"), &id)) return false;
    PlBuf *text = pl_run_scratch(run);
    pl_request_wire(text, id);
    pl_run_check_buf(run, text);
    set_pair(url, base, param, pl_buf_str(text));
    pl_run_give(run, text);
    return true;
}

/* Page numbers and offsets go on until a page is empty, shorter than was asked for, or the total is reached. */
static bool by_number(const PlAction *a, PlValue page, uint64_t len, uint64_t items, PlStr base, PlBuf *url)
{
    bool counts = a->paging.form == PL_PAGE_OFFSET; /* a `page` beside it may be something else */
    const PlParam *param = counts ? NULL : said_param(a, a->paging.form == PL_PAGE_NUMBER ? a->paging.param : PL_STR(""), PL_PAGE_WORD_NUMBER_PARAM);
    const PlParam *offset = param ? NULL : said_param(a, counts ? a->paging.param : PL_STR(""), PL_PAGE_WORD_OFFSET_PARAM);
    const PlParam *size = said_param(a, a->paging.size, PL_PAGE_WORD_SIZE_PARAM);
    char text[32];
    PlValue total;
    if ((!param && !offset) || len == 0) return false;
    if ((int64_t)len < number_in(base, size, 0)) return false;
    int64_t first = param != NULL;
    if (param && param->has_default && param->value.kind == PL_LIT_INT) first = param->value.as.integer;
    if (param && param->has_default && param->value.kind == PL_LIT_TEXT) (void)pl_str_to_int(param->value.as.text, &first);
    int64_t now = number_in(base, param ? param : offset, first);
    if (param && find_hint(page, PL_PAGE_WORD_PAGES, &total) && total.tag == PL_INT && now - first + 1 >= total.as.integer) return false;
    if (find_hint(page, PL_PAGE_WORD_TOTAL, &total) && total.tag == PL_INT && (int64_t)items >= total.as.integer) return false;
    snprintf(text, sizeof text, "%lld", (long long)(param ? now + 1 : now + (int64_t)len));
    set_pair(url, base, param ? param : offset, pl_str_z(text));
    return true;
}

/* By what the document says: true when it settles the question. */
static bool by_facts(PlRun *run, const PlAction *a, PlValue page, PlStr base, PlBuf *url, PlPageNext *next)
{
    const PlPaging *facts = &a->paging;
    PlValue v;
    if (facts->form != PL_PAGE_TOKEN && facts->form != PL_PAGE_URL) return false;
    if (!find_place(page, facts->next, &v)) return false; /* the answer is not as the document says */
    *next = PL_PAGE_LAST;
    if (v.tag == PL_NOTHING || (v.tag == PL_YESNO && !v.as.yes)) return true;
    bool whole = v.tag == PL_TEXT && pl_str_find(pl_str_slice(pl_text_str(v), 0, 8), PL_STR("://"), 0) != PL_STR_NONE;
    if ((facts->form == PL_PAGE_URL || whole) && by_address(v, base, url)) {
        *next = PL_PAGE_NEXT;
        return true;
    }
    if (facts->form == PL_PAGE_URL) return v.tag == PL_TEXT && pl_text_str(v).len == 0;
    const PlParam *param = said_param(a, facts->param, PL_PAGE_WORD_TOKEN_PARAM);
    *next = by_token(run, param, v, base, url);
    return true;
}

PlPageNext pl_pages_next(PlRun *run, const PlCall *call, const PlReply *reply, PlValue page, uint64_t items, PlBuf *url)
{
    const PlAction *a = call->action;
    PlStr base = pl_str_z(call->url ? call->url : "");
    PlValue list = pl_pages_items(page), more, hint;
    PlPageNext next;
    bool told = (find_place(page, a->paging.more, &more) || find_hint(page, PL_PAGE_WORD_MORE, &more)) && more.tag == PL_YESNO;
    if (a->doubt != PL_DOUBT_SAFE) return PL_PAGE_LAST;
    if (by_link(reply, base, url)) return PL_PAGE_NEXT;
    if (told && !more.as.yes) return PL_PAGE_LAST;
    if (by_facts(run, a, page, base, url, &next)) return next;
    if (find_hint(page, PL_PAGE_WORD_ADDRESS, &hint) && by_address(hint, base, url)) return PL_PAGE_NEXT;
    next = find_hint(page, PL_PAGE_WORD_TOKEN, &hint) ? by_token(run, find_param(a, PL_PAGE_WORD_TOKEN_PARAM), hint, base, url) : PL_PAGE_LAST;
    if (next != PL_PAGE_LAST) return next;
    const PlParam *after = said_param(a, a->paging.form == PL_PAGE_LAST_ID ? a->paging.param : PL_STR(""), PL_PAGE_WORD_LAST_ID_PARAM);
    if (told && by_last_item(run, after, list, base, url)) return PL_PAGE_NEXT;
    if (by_number(a, page, list.tag == PL_LIST ? pl_list_len(list) : 0, items, base, url)) return PL_PAGE_NEXT;
    return told ? PL_PAGE_LOST : PL_PAGE_LAST;
}
