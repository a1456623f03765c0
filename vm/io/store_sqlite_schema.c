/* SPDX-License-Identifier: MIT */
/* The tables of a store (spec/journal.md), as SQL and as the image of a store without a row. The image is printed when the program is built, by this file
 * itself (with PL_STORE_PRINT_BLANK defined): making the tables takes SQLite longer than all that a short run writes into them. */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* A page holds three rows with answers of 2 KB. `row` has a rowid: without one the rows would be keys, and each search would read large bodies
 * whole to compare them. "PLOT" is 1347178324. */
static const char schema[] =
    "PRAGMA page_size=8192;"
    "BEGIN IMMEDIATE;"
    "CREATE TABLE module(hash BLOB NOT NULL PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
    "CREATE TABLE blob(hash BLOB NOT NULL PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
    "CREATE TABLE run(n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, module BLOB NOT NULL, title TEXT NOT NULL,"
    " state INTEGER NOT NULL, started_us INTEGER NOT NULL, changed_us INTEGER NOT NULL, reason TEXT NOT NULL,"
    " sealed_rows INTEGER, sealed_head BLOB) STRICT;"
    "CREATE TABLE row(run INTEGER NOT NULL, seq INTEGER NOT NULL, kind INTEGER NOT NULL, site INTEGER,"
    " attempt INTEGER NOT NULL, path TEXT NOT NULL, wall_us INTEGER NOT NULL, salt BLOB, body TEXT, blob BLOB,"
    " body_commit BLOB NOT NULL, hash BLOB NOT NULL, PRIMARY KEY(run, seq)) STRICT;"
    "PRAGMA application_id=1347178324;PRAGMA user_version=1;"
    "COMMIT;";

#ifdef PL_STORE_PRINT_BLANK

/* The image without its long runs of zeros: where each piece stands, and the bytes of all. */
static void print(const unsigned char *image, size_t size)
{
    enum { GAP = 16 };
    size_t ends[4096][2], count = 0;
    for (size_t at = 0; at < size; at++) {
        if (!image[at]) continue;
        if (count && at - ends[count - 1][1] < GAP) ends[count - 1][1] = at + 1;
        else if (count < 4096) memcpy(ends[count++], (size_t[]){at, at + 1}, sizeof ends[0]);
    }
    printf("enum { BLANK_BYTES = %zu };\nstatic const struct {\n    uint32_t at, len;\n} blank_pieces[] = {", size);
    for (size_t i = 0; i < count; i++) printf("{%zu, %zu}, ", ends[i][0], ends[i][1] - ends[i][0]);
    printf("};\nstatic const uint8_t blank_bytes[] = {");
    for (size_t i = 0; i < count; i++)
        for (size_t at = ends[i][0]; at < ends[i][1]; at++) printf("%d,%s", image[at], at % 32 == 31 ? "\n" : "");
    printf("};\n");
}

int main(void)
{
    sqlite3 *db;
    sqlite3_int64 size;
    if (sqlite3_open(":memory:", &db) != SQLITE_OK || sqlite3_exec(db, schema, NULL, NULL, NULL) != SQLITE_OK) return 1;
    unsigned char *image = sqlite3_serialize(db, "main", &size, 0);
    if (!image) return 1;
    print(image, (size_t)size);
    sqlite3_free(image);
    return sqlite3_close(db) != SQLITE_OK;
}

#else

#include "store_blank.inc"
#include "vm/io/store_sqlite.h"

PlStatus pl_store_schema_make(PlStore *store)
{
    PlStatus status = pl_store_sqlite_run(store, schema);
    if (status != PL_OK) sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

PlStatus pl_store_schema_blank(PlStore *store)
{
    unsigned char *image = sqlite3_malloc64(BLANK_BYTES);
    if (!image) return PL_NOMEM;
    memset(image, 0, BLANK_BYTES);
    const uint8_t *from = blank_bytes;
    for (size_t i = 0; i < sizeof blank_pieces / sizeof *blank_pieces; from += blank_pieces[i++].len)
        memcpy(image + blank_pieces[i].at, from, blank_pieces[i].len);
    return pl_store_sqlite_status(store, sqlite3_deserialize(store->db, "main", image, BLANK_BYTES, BLANK_BYTES,
                                                             SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE));
}

#endif
