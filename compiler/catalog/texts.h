/* SPDX-License-Identifier: MIT */
/* The words of an operation, for those who search by them: arguments with their texts and values, names in the answer. Read from the
 * document as it stands, without building types and without reporting anything: what cannot be read has no words. */
#ifndef PL_COMPILER_CATALOG_TEXTS_H
#define PL_COMPILER_CATALOG_TEXTS_H

#include "compiler/catalog/catalog.h"

typedef struct PlParamTexts {
    PlStr name, doc;
    PlStr type, format; /* as the schema says: "integer", "date-time"; "" when it does not */
    PlPlace place;
    bool required;
    bool is_list;
    PL_VEC(PlStr) values; /* of an enum, also of the items' */
} PlParamTexts;

typedef struct PlOperationTexts {
    PL_VEC(PlParamTexts) params;
    PL_VEC(PlStr) results; /* names of fields of the first success, two levels deep */
    bool gives_list;       /* it is a list, or has exactly one field that is one */
} PlOperationTexts;

/* All in `arena`; texts are borrowed from the document. */
void pl_catalog_texts(PlCatalog *catalog, const PlOperation *operation, PlArena *arena, PlOperationTexts *out);
/* The first sentences of what a plugin says of itself: info.description. */
PlStr pl_catalog_plugin_text(const PlPlugin *plugin);

#endif
