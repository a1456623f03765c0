/* SPDX-License-Identifier: MIT */
/* What an unquoted YAML scalar means, by the core schema (YAML 1.2.2, section 10.3.2). */
#ifndef PL_COMPILER_CATALOG_SCALAR_H
#define PL_COMPILER_CATALOG_SCALAR_H

#include "compiler/catalog/doc.h"

/* null, yes/no, integer, number or text; .inf and .nan stay texts, as JSON has no such numbers. Without a position. */
PlNode pl_scalar_core(PlStr text);
PlNode pl_scalar_text(PlStr text);

#endif
