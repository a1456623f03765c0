/* SPDX-License-Identifier: MIT */
/* The frame of an index: a header with the size of each section, the sections one behind the other, each at a multiple of 8. Internal to
 * index*.c. */
#ifndef PL_COMPILER_BIND_INDEX_FILE_H
#define PL_COMPILER_BIND_INDEX_FILE_H

#include "compiler/bind/index.h"

enum { PL_INDEX_VERSION = 3, PL_INDEX_SECTIONS = 9 };

typedef struct PlIndexSections {
    const PlIndexPlugin *plugins;
    const PlIndexDoc *docs;
    const PlIndexParam *params;
    const PlIndexTerm *terms;
    const PlPosting *postings;
    const uint32_t *words;
    const PlIndexText *values;
    const PlIndexFile *files;
    PlStr texts;
    uint32_t plugin_count, doc_count, param_count, term_count, posting_count, word_count, value_count, file_count;
} PlIndexSections;

typedef struct PlIndexHeader { /* numbers as the machine has them: an index never leaves it */
    char magic[8];
    uint32_t version, record_bytes; /* the sizes of all records, added up: another build's index is none */
    uint32_t
        counts[PL_INDEX_SECTIONS]; /* plugins, docs, params, terms, postings, words, values, files, bytes of texts */
    uint32_t spare;
    uint64_t bytes, sum; /* of all that follows the header */
} PlIndexHeader;

void pl_index_write(const PlIndexSections *sections, PlBuf *out);
uint64_t pl_index_sum(PlStr bytes);
/* How a file is now; false when there is none, and the record stays as it is. */
bool pl_index_look(const char *path, PlIndexFile *out);

#endif
