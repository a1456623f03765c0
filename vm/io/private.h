/* SPDX-License-Identifier: MIT */
/* Files that hold secrets: read and written by their owner alone. Written whole by a temporary file and a rename; one that others may read, that belongs to
 * somebody else or that is no plain file is refused, so that a secret never comes from, or goes to, a place that others reach. */
#ifndef PL_IO_PRIVATE_H
#define PL_IO_PRIVATE_H

#include "vm/base/buf.h"

enum { PL_PRIVATE_BYTES = 1 << 20 }; /* the largest there may be */

/* PL_INVALID: there is none; PL_REFUSED with *why (static words): mode, owner or kind; PL_LIMIT; PL_IO with errno. The caller wipes `out`. */
PL_MUST_USE PlStatus pl_private_read(const char *path, PlBuf *out, const char **why);
/* Mode 0600, folders above it that are missing 0700, on the disk when it returns. PL_BUSY: it is there and `replace` is false; PL_IO with errno. */
PL_MUST_USE PlStatus pl_private_write(const char *path, PlStr bytes, bool replace);
/* Holds PATH.lock until pl_private_unlock; waits for another process up to limit_us. -1 with errno when it cannot be had. */
int pl_private_lock(const char *path, uint64_t limit_us);
void pl_private_unlock(int lock);
void pl_private_wipe(PlBuf *buf); /* overwrites, then frees */
/* $XDG_CONFIG_HOME/pilot/NAME or ~/.config/pilot/NAME; XDG_CACHE_HOME and .cache for a cache. False: there is no home, or it is too long. */
bool pl_private_place(bool cache, const char *name, char *out, size_t size);

#endif
