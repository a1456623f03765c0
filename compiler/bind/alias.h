/* SPDX-License-Identifier: MIT */
/* The plugin that a plan means by a name that is no plugin's: words of the document's title, of its host or its file, "gmail" for "Google Mail",
 * initials. Which service a plan talks to is no matter of nearness, so a plugin is found only when the whole name is explained. */
#ifndef PL_COMPILER_BIND_ALIAS_H
#define PL_COMPILER_BIND_ALIAS_H

#include "compiler/catalog/catalog.h"

/* The one plugin that `name` explains, and by what ("its title"); NULL when there is none, or several. `out` gets up to
 * `max` plugins that it may mean. */
PlPlugin *pl_alias_find(PlArena *arena, const PlCatalog *catalog, PlStr name, const char **by, PlPlugin **out,
                        uint32_t max, uint32_t *count);

#endif
