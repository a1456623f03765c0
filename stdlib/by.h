/* SPDX-License-Identifier: MIT */
/* Paths into values, as functions take them in texts: "price", "customer.name", "lines[0].sku". */
#ifndef PL_STDLIB_BY_H
#define PL_STDLIB_BY_H

#include "stdlib/builtin.h"

/* What stands at the path, borrowed; nothing where there is none. A field whose name is the whole path comes first. Items count from 0,
 * from the end when negative. */
PlValue pl_by_path(PlValue v, PlStr path);

#endif
