/* SPDX-License-Identifier: MIT */
/* Large catalogs from one run to the next: the index of all plugins in a file of the user's cache folder ($XDG_CACHE_HOME/pilot, else
 * ~/.cache/pilot). A compile that finds it maps it instead of reading the documents; a document is read when an action of it is used. The file
 * is found by what the catalog was asked for and believed only while every file that it was made of is as it was (size, times, node; contents
 * when the times are too young to trust) and its own sum is right. It is written beside and renamed, so writers do not meet. Losing it costs time,
 * never a result. spec/binding.md, "The index on disk". */
#ifndef PL_COMPILER_BIND_SHELF_H
#define PL_COMPILER_BIND_SHELF_H

#include "compiler/bind/search.h"

typedef struct PlShelf {
    PlCatalog *catalog;
    PlArena *arena;
    PlStr path; /* "" : there is no place for it */
    PlIndex index;
    bool open;
    uint32_t next, taken; /* the record that the next plugin should be; plugins that came from here */
} PlShelf;

/* Before plugins are added: `key` says what the catalog is asked for (documents and their names, the working directory). Gives `shelf` to the
 * catalog. The mapping stays until the process ends. */
void pl_shelf_open(PlShelf *shelf, PlCatalog *catalog, PlStr key);
/* After they were added: when all came from the shelf its index is the catalog's; else, if the documents are large enough to be worth it, an index
 * is made and put there. */
void pl_shelf_close(PlShelf *shelf);

#endif
