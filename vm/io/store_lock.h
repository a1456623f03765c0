/* SPDX-License-Identifier: MIT */
/* Files beside the store: the lock that makes its writer the only one, and a reserve of disk space that is given up when the disk is full, so that the
 * rows that end a run still fit. */
#ifndef PL_IO_STORE_LOCK_H
#define PL_IO_STORE_LOCK_H

#include "vm/base/status.h"

#include <stdbool.h>

typedef struct PlStoreLock {
    int lock, reserve; /* file numbers; -1 none */
    bool was_young;    /* nothing in the store was promised yet: a power cut may have left anything */
} PlStoreLock;

/* PL_BUSY: *pid is the process that has it, 0 when that is not known. PL_IO with errno. */
PL_MUST_USE PlStatus pl_store_lock_take(const char *path, PlStoreLock *lock, long *pid);
/* PL_FULL: the disk has not even that much. */
PL_MUST_USE PlStatus pl_store_lock_reserve(const char *path, PlStoreLock *lock);
/* The process that writes the store at path: 0 none, -1 when its number is not known. */
long pl_store_lock_holder(const char *path);
void pl_store_lock_promise(PlStoreLock *lock); /* what is in the store is on the disk from now on */
void pl_store_lock_spend(PlStoreLock *lock); /* give the reserve back to the disk */
void pl_store_lock_release(const char *path, PlStoreLock *lock); /* takes the reserve's file away: what is closed needs none */

#endif
