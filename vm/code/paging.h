/* SPDX-License-Identifier: MIT */
/* How a list goes on in further pages: what a document says of it (facts of an action), and the words by which fields and parameters of
 * paging are known, which the catalog reads documents by and the VM answers. spec/pages.md. */
#ifndef PL_CODE_PAGING_H
#define PL_CODE_PAGING_H

#include "vm/base/str.h"

typedef enum PlPageForm {
    PL_PAGE_NONE,    /* nothing is said of further pages */
    PL_PAGE_LINK,    /* header Link: <...>; rel="next" (RFC 8288) */
    PL_PAGE_URL,     /* the answer has the next page's address */
    PL_PAGE_TOKEN,   /* the answer has what a parameter takes */
    PL_PAGE_LAST_ID, /* a parameter takes the last item's id */
    PL_PAGE_NUMBER,  /* a parameter is the page's number */
    PL_PAGE_OFFSET,  /* a parameter counts the items before the page */
    PL_PAGE_FORM_COUNT
} PlPageForm;

/* Parameters by their names on the wire, places in the answer as JSON pointers (RFC 6901); "" where nothing is said. */
typedef struct PlPaging {
    PlPageForm form;
    PlStr param; /* TOKEN, LAST_ID, NUMBER, OFFSET: the query parameter that leads on */
    PlStr size;  /* the query parameter for how many items a page has */
    PlStr next;  /* TOKEN, URL: place of the token or address */
    PlStr more;  /* place of the yes/no that says whether there is more */
    PlStr items; /* place of the list; "" also where the answer is the list */
    PlStr total; /* place of how many items there are in all */
} PlPaging;

typedef enum PlPageWord {
    PL_PAGE_WORD_ITEMS, /* fields of an answer, */
    PL_PAGE_WORD_PLACE, /* a record in it that tells about paging, */
    PL_PAGE_WORD_ADDRESS,
    PL_PAGE_WORD_INSIDE, /* the address in a record of its own */
    PL_PAGE_WORD_TOKEN,
    PL_PAGE_WORD_MORE,
    PL_PAGE_WORD_PAGES, /* how many pages there are */
    PL_PAGE_WORD_TOTAL,
    PL_PAGE_WORD_TOKEN_PARAM, /* parameters of a request */
    PL_PAGE_WORD_LAST_ID_PARAM,
    PL_PAGE_WORD_NUMBER_PARAM,
    PL_PAGE_WORD_OFFSET_PARAM,
    PL_PAGE_WORD_SIZE_PARAM,
    PL_PAGE_WORD_COUNT
} PlPageWord;

/* The words of a kind, the surest first, in lower case without separators, ended by NULL. */
const char *const *pl_paging_words(PlPageWord kind);
/* Whether a name is this word, whatever its case and separators. */
bool pl_paging_is_word(PlStr name, const char *word);
const char *pl_paging_form_name(PlPageForm form); /* "none", "link", "url", "token", "last id", "number", "offset" */

#endif
