/* SPDX-License-Identifier: MIT */
/* A folder of files by the hash of their bytes, beside a store: `STORE.files/HASH`. A file is there whole, and on the disk, or not at all. Who reads one gets
 * its last bytes only when all of them have that hash, so nothing can be made complete of a file that was changed. spec/files.md. */
#ifndef PL_IO_FILES_H
#define PL_IO_FILES_H

#include "vm/port/files.h"

typedef struct PlFiles PlFiles;
typedef struct PlFileWriter PlFileWriter;
typedef struct PlFileReader PlFileReader;

/* Nothing is made on disk before the first file is. NULL: no memory. */
PlFiles *pl_files_new(PlStr folder);
void pl_files_free(PlFiles *files);
PlFilesPort pl_files_port(PlFiles *files); /* of NULL: no place for files */

/* NULL with *status: PL_NOMEM, PL_FULL, PL_IO. */
PlFileWriter *pl_files_begin(PlFiles *files, PlStatus *status);
PL_MUST_USE PlStatus pl_files_put(PlFileWriter *writer, PlStr bytes); /* PL_FULL, PL_IO */
/* Synced and in its place when this returns PL_OK. The writer is gone, whatever it returns. */
PL_MUST_USE PlStatus pl_files_end(PlFileWriter *writer, PlFileRef *out);
void pl_files_drop(PlFileWriter *writer); /* may be NULL */
/* The bytes of an open file. PL_LIMIT: more than `most`. */
PL_MUST_USE PlStatus pl_files_take(PlFiles *files, int fd, uint64_t most, PlFileRef *out);

/* NULL with *status: PL_INVALID it is gone; PL_CORRUPT of another length; PL_IO; PL_NOMEM. */
PlFileReader *pl_files_open(PlFiles *files, const PlFileRef *file, PlStatus *status);
/* At most `room` bytes (room > 0); *got 0 at the end. PL_CORRUPT: they are not those of that hash; PL_IO. */
PL_MUST_USE PlStatus pl_files_next(PlFileReader *reader, char *to, size_t room, size_t *got);
void pl_files_close(PlFileReader *reader); /* may be NULL */

/* Removes what `is_named` says no of, and files that were never finished: after rows were erased. A folder that is not there has nothing. */
PL_MUST_USE PlStatus pl_files_sweep(PlStr folder, bool (*is_named)(void *user, PlStr hash), void *user);

#endif
