/* SPDX-License-Identifier: MIT */
/* Inside vm/run: `all pages` and `up to N items`: where the next page of an answer is, and how pages become one value. spec/pages.md. */
#ifndef PL_RUN_PAGES_H
#define PL_RUN_PAGES_H

#include "vm/run/call.h"

typedef enum PlPageNext {
    PL_PAGE_LAST,  /* there is no further page */
    PL_PAGE_NEXT,  /* *url has its address */
    PL_PAGE_LOST   /* there is one, and no known way to it */
} PlPageNext;

/* The page that just came (the answer as a value) and what pages before it held. */
PlPageNext pl_pages_next(PlRun *run, const PlCall *call, const PlReply *reply, PlValue page, uint64_t items, PlBuf *url);
/* The items of a page, or nothing when it has no list that could be meant. Borrowed. */
PlValue pl_pages_items(PlValue page);
/* `first` with its list extended by the items of `page`, cut at `most` (0: not). Takes first, borrows page. */
PlValue pl_pages_join_take(PlValues *values, PlValue first, PlValue page, uint32_t most);

#endif
