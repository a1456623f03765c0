/* SPDX-License-Identifier: MIT */
/* The words of paging.h. */
#include "vm/code/paging.h"

static const char *const items[] = {"items", "data", "results", "records", "entries", "values",
                                    "value", "rows", "list",    "objects", "hits",    NULL};
static const char *const places[] = {"meta",  "metadata",         "pagination", "paging", "page", "pageinfo",
                                     "links", "responsemetadata", "cursors",    "info",   NULL};
static const char *const addresses[] = {"next",     "nexturl",  "nextpageurl", "odatanextlink",
                                        "nextlink", "nextpage", "nexthref",    NULL};
static const char *const inside[] = {"href", "url", "link", NULL};
static const char *const tokens[] = {
    "nextpagetoken", "nextcursor", "nexttoken", "nextpage",   "nextpagecursor", "continuationtoken", "continuation",
    "nextmarker",    "endcursor",  "next",      "nextoffset", "after",          "paginationtoken",   NULL};
static const char *const mores[] = {"hasmore", "hasnextpage", "hasnext", "more", "morepages", NULL};
static const char *const pages[] = {"totalpages", "pagecount", "lastpage", "pages", NULL};
static const char *const totals[] = {"totalcount", "total", "totalitems", "totalresults", NULL};
static const char *const token_params[] = {"pagetoken",
                                           "cursor",
                                           "nexttoken",
                                           "pagecursor",
                                           "continuationtoken",
                                           "continuation",
                                           "after",
                                           "startcursor",
                                           "marker",
                                           "nextpagetoken",
                                           "nextcursor",
                                           "next",
                                           "startingafter",
                                           "paginationtoken",
                                           "page",
                                           "offset",
                                           "token",
                                           NULL};
static const char *const last_id_params[] = {"startingafter", "after", "afterid", "sinceid", "lastid", NULL};
static const char *const number_params[] = {"page", "pagenumber", "pageno", "pageindex", "currentpage", NULL};
static const char *const offset_params[] = {"offset", "skip", "start", "startat", "startindex", NULL};
static const char *const size_params[] = {"perpage", "pagesize", "limit", "size", "count", "maxresults", "top", NULL};

const char *const *pl_paging_words(PlPageWord kind)
{
    static const char *const *const words[PL_PAGE_WORD_COUNT] = {
        [PL_PAGE_WORD_ITEMS] = items,
        [PL_PAGE_WORD_PLACE] = places,
        [PL_PAGE_WORD_ADDRESS] = addresses,
        [PL_PAGE_WORD_INSIDE] = inside,
        [PL_PAGE_WORD_TOKEN] = tokens,
        [PL_PAGE_WORD_MORE] = mores,
        [PL_PAGE_WORD_PAGES] = pages,
        [PL_PAGE_WORD_TOTAL] = totals,
        [PL_PAGE_WORD_TOKEN_PARAM] = token_params,
        [PL_PAGE_WORD_LAST_ID_PARAM] = last_id_params,
        [PL_PAGE_WORD_NUMBER_PARAM] = number_params,
        [PL_PAGE_WORD_OFFSET_PARAM] = offset_params,
        [PL_PAGE_WORD_SIZE_PARAM] = size_params,
    };
    return words[kind];
}

bool pl_paging_is_word(PlStr name, const char *word)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c + 32);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) continue;
        if (*word++ != c) return false;
    }
    return *word == 0;
}

const char *pl_paging_form_name(PlPageForm form)
{
    static const char *const names[PL_PAGE_FORM_COUNT] = {"none",    "link",   "url",   "token",
                                                          "last id", "number", "offset"};
    return names[form];
}
