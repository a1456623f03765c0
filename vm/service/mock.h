/* SPDX-License-Identifier: MIT */
/* A mock of the APIs that documents describe: a request in, an answer out. Not here: sockets (httpd.h) and files (vm/cli/d_mock.c). The same
 * documents, seed and order of requests give the same answers and the same log. docs/mock.md. */
#ifndef PL_SERVICE_MOCK_H
#define PL_SERVICE_MOCK_H

#include "compiler/catalog/catalog.h"
#include "vm/service/httpd.h"

typedef struct PlMock PlMock;

typedef struct PlMockOptions {
    uint64_t seed;
    const PlStr *faults; /* "slow=200ms@GET /orders": docs/mock.md, "Faults" */
    uint32_t fault_count;
    const PlStr *credentials; /* "NAME=VALUE": the only value that is taken for a credential or scheme */
    uint32_t credential_count;
    uint32_t fill;       /* items that are made in each collection at its first use */
    bool empty;          /* collections do not start with the items of the document's examples */
    bool no_control;     /* /__pilot/ is not served */
    /* May be NULL. One request's line of the log, without its line break. */
    void (*log)(void *user, PlStr line);
    void *user;
} PlMockOptions;

/* Serves every plugin of the catalog. Borrows catalog and options, whose arena must outlive it. PL_USAGE when an option is wrong: the catalog's
 * diagnostics say why (P14). */
PL_MUST_USE PlStatus pl_mock_new(PlCatalog *catalog, const PlMockOptions *options, PlMock **out);
void pl_mock_free(PlMock *mock); /* NULL is fine */

/* The answer's memory lives until the next call of any function here. */
void pl_mock_handle(PlMock *mock, const PlHttpdRequest *request, PlHttpdAnswer *answer);

/* Where plugin `index` is served: "/gmail/v1", or "/gmail/gmail/v1" where another plugin has the same base path; "" for the root. */
PlStr pl_mock_base(const PlMock *mock, uint32_t index);
uint32_t pl_mock_operations(const PlMock *mock, uint32_t index);

/* The collections as JSON, and back (what was there goes). PL_INVALID with words in the arena of the catalog when the text is no such state. */
PL_MUST_USE PlStatus pl_mock_save(PlMock *mock, PlBuf *out);
PL_MUST_USE PlStatus pl_mock_load(PlMock *mock, PlStr text, PlStr *words);
void pl_mock_reset(PlMock *mock); /* collections, log, counters of faults */

#endif
