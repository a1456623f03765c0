/* SPDX-License-Identifier: MIT */
/* A thread that writes rows while the run goes on: for what need not be in the file before the next step. It takes all that was appended in the last
 * moments as one batch, so that a hundred answers cost one transaction. There is none until rows are first handed over. Invariant: SQLite is used by one
 * thread at a time: by this one between taking a batch and its end, else by the owner, who drains before. Private to the store. */
#ifndef PL_IO_STORE_WRITER_H
#define PL_IO_STORE_WRITER_H

#include "vm/base/status.h"

#include <pthread.h>
#include <stdbool.h>

typedef struct PlStoreWriter {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake, idle;
    bool is_there, is_asked, is_urgent, is_busy, is_over;
} PlStoreWriter;

struct PlStore;
/* Around what touches the batch that is being filled. */
void pl_store_writer_lock(struct PlStore *store);
void pl_store_writer_unlock(struct PlStore *store);
/* What was appended will be written within milliseconds, at once when `urgent`. False: there is no thread, and none can be made. */
PL_MUST_USE bool pl_store_writer_ask(struct PlStore *store, bool urgent);
void pl_store_writer_drain(struct PlStore *store); /* the thread does nothing until it is asked again */
void pl_store_writer_stop(struct PlStore *store);

#endif
