/* SPDX-License-Identifier: MIT */
/* The words of a catalog's operations, laid out flat so that one block of bytes serves in memory and, mapped, from disk: operations with their
 * words field by field, an inverted list for each word, arguments with their shapes. Not here: whether an operation is what a step means
 * (rank.h). Invariant: an index that pl_index_open accepted is never read outside its bytes, whatever they hold. */
#ifndef PL_COMPILER_BIND_INDEX_H
#define PL_COMPILER_BIND_INDEX_H

#include "compiler/bind/lexicon.h"
#include "compiler/catalog/catalog.h"
#include "vm/base/buf.h"

typedef enum PlIndexField {
    PL_FIELD_NAME,  /* operationId, else the name made from method and path */
    PL_FIELD_PATH,  /* segments that are no templates */
    PL_FIELD_TITLE, /* summary, else the description's first sentence */
    PL_FIELD_DESC,
    PL_FIELD_PARAM, /* names of arguments */
    PL_FIELD_PDESC, /* what is said of them */
    PL_FIELD_ENUM,  /* values they may have */
    PL_FIELD_TAGS,
    PL_FIELD_RESULT, /* names in the answer */
    PL_FIELD_PLUGIN, /* title of the document */
    PL_FIELD_COUNT
} PlIndexField;

enum { /* what values an argument takes, by type, format and name */
       PL_SHAPE_EMAIL = 1,
       PL_SHAPE_DATE = 2,
       PL_SHAPE_URL = 4,
       PL_SHAPE_NUMBER = 8,
       PL_SHAPE_MONEY = 16,
       PL_SHAPE_ID = 32,
       PL_SHAPE_TEXT = 64,
       PL_SHAPE_YESNO = 128,
       PL_SHAPE_PLACE = 256
};

enum { /* of an operation */
       PL_INDEX_DEPRECATED = 1,
       PL_INDEX_GIVES_LIST = 2,
       PL_INDEX_ENDS_IN_TEMPLATE = 4, /* of its path */
       PL_INDEX_METHODS_VARY = 8,     /* in its document: what the method says is meant */
       PL_INDEX_NAME_PLURAL = 16,     /* the last word of its name, or of its path */
       PL_INDEX_SAYS_ALL = 32,        /* its name or its title has the word "all" */
       PL_INDEX_OF_SELF = 64          /* it is about who asks: /users/me, "the authenticated user" */
};

typedef struct PlIndexText {
    uint32_t at, len; /* in the block of texts */
} PlIndexText;

typedef struct PlIndexDoc {
    PlIndexText name, id, title, path;
    uint32_t plugin, operation;          /* their indexes in the catalog */
    uint32_t fields[PL_FIELD_COUNT + 1]; /* where each field's words begin among the words */
    uint32_t params, param_count;
    uint32_t flags;
    uint8_t method, verb; /* PlMethod; PlVerb of its name, else of its title */
    uint16_t segments;
} PlIndexDoc;

typedef struct PlIndexParam {
    PlIndexText name;
    uint32_t words, word_count;   /* of its name, among the words */
    uint32_t values, value_count; /* of its enum, among the texts of values */
    uint16_t shapes;
    uint8_t place;
    uint8_t required;
} PlIndexParam;

typedef struct PlIndexPlugin {
    PlIndexText name, title, path, server, version, hash; /* hash: 32 bytes */
    uint32_t operations, dropped; /* of the plugin; those that the index has are in their order */
} PlIndexPlugin;

typedef struct PlIndexFile { /* that the catalog was read from, as it was then */
    PlIndexText path;
    uint64_t size, changed, made, number; /* bytes; times of its content and of its node in nanoseconds; the node */
} PlIndexFile;

typedef struct PlIndexTerm {
    PlIndexText text;
    uint32_t postings, count; /* count: the number of operations that have it */
} PlIndexTerm;

typedef struct PlPosting {
    uint32_t doc;
    float weight; /* how much of the operation it is: fields weighted, length taken out */
} PlPosting;

typedef struct PlIndex {
    const PlIndexPlugin *plugins;
    const PlIndexDoc *docs;
    const PlIndexParam *params;
    const PlIndexTerm *terms; /* sorted by text */
    const PlPosting *postings;
    const uint32_t *words; /* term numbers */
    const PlIndexText *values;
    const PlIndexFile *files;
    const char *texts;
    uint32_t plugin_count, doc_count, param_count, term_count, posting_count, word_count, value_count, file_count,
        text_bytes;
    PlStr bytes;
} PlIndex;

/* The bytes of an index over all operations of a catalog. PL_NOMEM or PL_LIMIT as the buffer has it. */
PL_MUST_USE PlStatus pl_index_build(PlCatalog *catalog, const PlLexicon *lexicon, PlBuf *out);
/* Reads the frame and looks at every number in it; the bytes are borrowed and must be aligned to 8. False when they are no index. */
bool pl_index_open(PlStr bytes, PlIndex *out);
/* The number of a term, UINT32_MAX when no operation has it. */
uint32_t pl_index_term(const PlIndex *index, PlStr stem);
static inline PlStr pl_index_text(const PlIndex *index, PlIndexText text)
{
    return pl_str(index->texts + text.at, text.len);
}

#endif
