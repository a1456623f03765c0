/* SPDX-License-Identifier: MIT */
/* A list seen as a table: rows are records, lists, or single values. Columns are those that are asked for, else all names in order of their
 * first appearance. */
#ifndef PL_STDLIB_ROWS_H
#define PL_STDLIB_ROWS_H

#include "stdlib/args.h"

typedef struct PlRows {
    PlList *items;
    PlValue columns; /* owned: a list of texts; empty for rows that are lists and no columns given */
    uint32_t width;  /* cells of a row */
    bool has_names;  /* the columns have names to show */
} PlRows;

/* From argument 0, the list, and argument 1, the names of the columns. */
bool pl_rows_open(const PlArgs *args, PlRows *rows);
void pl_rows_close(const PlArgs *args, PlRows *rows);
PlValue pl_rows_cell(const PlRows *rows, uint32_t row, uint32_t column); /* borrowed; nothing where there is none */
PlStr pl_rows_name(const PlRows *rows, uint32_t column);

#endif
