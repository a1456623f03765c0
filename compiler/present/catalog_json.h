/* SPDX-License-Identifier: MIT */
/* The catalog as JSON: what `pilotc catalog --json` prints. Shape: docs/ref/json.md; types stand in the words of the
 * language. */
#ifndef PL_COMPILER_PRESENT_CATALOG_JSON_H
#define PL_COMPILER_PRESENT_CATALOG_JSON_H

#include "compiler/catalog/catalog.h"

/* As pl_catalog_print, one JSON object on one line: {"plugins": [...], "actions": [...]}.
 * PL_NOMEM when memory lacks. */
PL_MUST_USE PlStatus pl_catalog_json(PlBuf *out, PlCatalog *catalog, const PlPlugin *plugin, PlStr search,
                                     bool details);

#endif
