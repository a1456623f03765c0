/* SPDX-License-Identifier: MIT */
/* Actions by the full name that a plan's text gives them, "shop.orders.list": what stands in the argument `tools` of a model's turn. */
#ifndef PL_COMPILER_CATALOG_TOOLS_H
#define PL_COMPILER_CATALOG_TOOLS_H

#include "compiler/catalog/catalog.h"

/* The action, or NULL: there is none, several, or it cannot be called. Without a plugin ("orders.list") it is the only one of that name. */
const PlAction *pl_tools_find(PlCatalog *catalog, PlStr name);
/* "shop.orders.list" in the catalog's arena. */
PlStr pl_tools_name(PlCatalog *catalog, const PlAction *action);

#endif
