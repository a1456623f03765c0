/* SPDX-License-Identifier: MIT */
/* Paged answers. Documents rarely say how their lists go on, so the ways that are in use are recognised, the surest first: a Link header
 * (RFC 8288), an address in the answer, a token in the answer and a parameter that takes it, "has more" with the last item's id, a page number,
 * an offset. What follows depends on the recorded answer and the plan alone. Not for requests with a body. spec/pages.md. */
#include "vm/run/pages.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- lists ---- */

static bool find_list(PlValue page, PlStr *name, PlValue *list)
{
    static const char *const usual[] = {"items", "data", "results", "records", "entries", "values", "value", "rows", "list", "objects", "hits"};
    uint32_t found = 0;
    if (page.tag != PL_RECORD) return false;
    for (uint32_t i = 0; i < pl_record_len(page); i++) {
        if (pl_record_at(page, i).tag != PL_LIST) continue;
        *name = pl_record_name(page, i);
        *list = pl_record_at(page, i);
        found++;
    }
    for (size_t i = 0; found > 1 && i < COUNT(usual); i++) {
        if (!pl_record_find(page, pl_str_z(usual[i]), list) || list->tag != PL_LIST) continue;
        *name = pl_str_z(usual[i]);
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

/* Letters and digits alone, in lower case. */
static bool same_name(PlStr name, const char *plain)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c + 32);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) continue;
        if (*plain++ != c) return false;
    }
    return *plain == 0;
}

static bool find_field(PlValue record, const char *const *names, size_t count, PlValue *out)
{
    for (size_t n = 0; n < count && record.tag == PL_RECORD; n++)
        for (uint32_t i = 0; i < pl_record_len(record); i++)
            if (same_name(pl_record_name(record, i), names[n]) && pl_record_at(record, i).tag != PL_NOTHING) {
                *out = pl_record_at(record, i);
                return true;
            }
    return false;
}

/* In the answer itself, or in the record beside its list that tells about paging. */
static bool find_hint(PlValue page, const char *const *names, size_t count, PlValue *out)
{
    static const char *const places[] = {"meta", "metadata", "pagination", "paging", "page", "pageinfo", "links", "responsemetadata", "cursors", "info"};
    PlValue inner;
    if (find_field(page, names, count, out)) return true;
    for (size_t i = 0; i < COUNT(places); i++)
        if (find_field(page, &places[i], 1, &inner) && inner.tag == PL_RECORD && find_field(inner, names, count, out)) return true;
    return false;
}

/* The query parameter of the action that one of these names fits, in the order of the names. */
static const PlParam *find_param(const PlAction *a, const char *const *names, size_t count)
{
    for (size_t n = 0; n < count; n++)
        for (uint32_t i = 0; i < a->param_count; i++)
            if (a->params[i].place == PL_IN_QUERY && same_name(a->params[i].wire, names[n])) return &a->params[i];
    return NULL;
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
    pl_request_encode(out, param->wire, false);
    pl_buf_put_char(out, '=');
    pl_request_encode(out, value, false);
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

static bool by_address(PlValue page, PlStr base, PlBuf *url)
{
    static const char *const names[] = {"next", "nexturl", "nextpageurl", "odatanextlink", "nextlink", "nextpage", "nexthref"};
    static const char *const inside[] = {"href", "url"};
    PlValue v;
    if (!find_hint(page, names, COUNT(names), &v)) return false;
    if (v.tag == PL_RECORD && !find_field(v, inside, 2, &v)) return false;
    if (v.tag != PL_TEXT || !is_address(pl_text_str(v))) return false;
    pl_request_resolve(url, base, pl_text_str(v));
    return true;
}

static PlPageNext by_token(PlRun *run, const PlAction *a, PlValue page, PlStr base, PlBuf *url)
{
    static const char *const names[] = {"nextpagetoken", "nextcursor", "nexttoken", "nextpage", "nextpagecursor", "continuationtoken",
                                        "continuation", "endcursor", "next", "nextoffset", "after"};
    static const char *const params[] = {"pagetoken", "cursor", "nexttoken", "pagecursor", "continuationtoken", "continuation", "after",
                                         "startcursor", "nextpagetoken", "nextcursor", "next", "startingafter", "page", "offset", "token"};
    PlValue token;
    if (!find_hint(page, names, COUNT(names), &token) || (token.tag != PL_TEXT && token.tag != PL_INT)) return PL_PAGE_LAST;
    PlBuf *text = pl_run_scratch(run);
    PlPageNext next = PL_PAGE_LAST;
    pl_request_wire(text, token);
    pl_run_check_buf(run, text);
    if (text->len) {
        const PlParam *param = find_param(a, params, COUNT(params));
        next = param ? PL_PAGE_NEXT : PL_PAGE_LOST;
        if (param) set_pair(url, base, param, pl_buf_str(text));
    }
    pl_run_give(run, text);
    return next;
}

static bool by_last_item(PlRun *run, const PlAction *a, PlValue items, PlStr base, PlBuf *url)
{
    static const char *const params[] = {"startingafter", "after", "afterid", "sinceid", "lastid"};
    const PlParam *param = find_param(a, params, COUNT(params));
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
    static const char *const pages[] = {"page", "pagenumber", "pageno", "pageindex", "currentpage"};
    static const char *const offsets[] = {"offset", "skip", "start", "startat", "startindex"};
    static const char *const sizes[] = {"perpage", "pagesize", "limit", "size", "count", "maxresults", "top"};
    static const char *const page_totals[] = {"totalpages", "pagecount", "lastpage", "pages"};
    static const char *const totals[] = {"totalcount", "total", "totalitems", "totalresults"};
    const PlParam *param = find_param(a, pages, COUNT(pages)), *offset = param ? NULL : find_param(a, offsets, COUNT(offsets));
    const PlParam *size = find_param(a, sizes, COUNT(sizes));
    char text[32];
    PlValue total;
    if ((!param && !offset) || len == 0) return false;
    if ((int64_t)len < number_in(base, size, 0)) return false;
    int64_t first = param && param->has_default && param->value.kind == PL_LIT_INT ? param->value.as.integer : param != NULL;
    int64_t now = number_in(base, param ? param : offset, first);
    if (param && find_hint(page, page_totals, COUNT(page_totals), &total) && total.tag == PL_INT && now - first + 1 >= total.as.integer) return false;
    if (find_hint(page, totals, COUNT(totals), &total) && total.tag == PL_INT && (int64_t)items >= total.as.integer) return false;
    snprintf(text, sizeof text, "%lld", (long long)(param ? now + 1 : now + (int64_t)len));
    set_pair(url, base, param ? param : offset, pl_str_z(text));
    return true;
}

PlPageNext pl_pages_next(PlRun *run, const PlCall *call, const PlReply *reply, PlValue page, uint64_t items, PlBuf *url)
{
    static const char *const mores[] = {"hasmore", "hasnextpage", "hasnext", "more", "morepages"};
    const PlAction *a = call->action;
    PlStr base = pl_str_z(call->url ? call->url : "");
    PlValue list = pl_pages_items(page), more;
    bool told = find_hint(page, mores, COUNT(mores), &more) && more.tag == PL_YESNO;
    if (a->doubt != PL_DOUBT_SAFE) return PL_PAGE_LAST;
    if (by_link(reply, base, url)) return PL_PAGE_NEXT;
    if (told && !more.as.yes) return PL_PAGE_LAST;
    if (by_address(page, base, url)) return PL_PAGE_NEXT;
    PlPageNext next = by_token(run, a, page, base, url);
    if (next != PL_PAGE_LAST) return next;
    if (told && by_last_item(run, a, list, base, url)) return PL_PAGE_NEXT;
    if (by_number(a, page, list.tag == PL_LIST ? pl_list_len(list) : 0, items, base, url)) return PL_PAGE_NEXT;
    return told ? PL_PAGE_LOST : PL_PAGE_LAST;
}
