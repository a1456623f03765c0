/* SPDX-License-Identifier: MIT */
/* Files that are too large to be held in memory: by the SHA-256 of their bytes and their length, on disk beside the journal. A value, a row and a request name
 * a file by that; only who sends it or takes it from a server sees its bytes, piece by piece. spec/files.md. Real: vm/io/files.c. */
#ifndef PL_PORT_FILES_H
#define PL_PORT_FILES_H

#include "vm/base/buf.h"

typedef struct PlFileRef {
    uint8_t hash[32];
    uint64_t len;
} PlFileRef;

typedef struct PlFilesPort {
    void *self; /* NULL: there is no place for files, and every file is held in memory */
    /* Is it there with these bytes? PL_INVALID: it is gone; PL_CORRUPT: it has other bytes; PL_IO. All of it is read, once for each process. */
    PlStatus (*check)(void *self, const PlFileRef *file);
    /* All of it. PL_LIMIT: more than the buffer takes. */
    PlStatus (*read)(void *self, const PlFileRef *file, PlBuf *out);
} PlFilesPort;

#endif
