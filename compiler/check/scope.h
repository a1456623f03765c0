/* SPDX-License-Identifier: MIT */
/* Names and the blocks they live in. spec/checking.md, "Names". */
#ifndef PL_COMPILER_CHECK_SCOPE_H
#define PL_COMPILER_CHECK_SCOPE_H

#include "compiler/check/checker.h"

PlSymbol *pl_scope_find(const PlChecker *c, PlStr name); /* visible here; NULL when there is none */
/* A name that only a block sees: an item, an error. Hides another of that name until pl_scope_hide. */
PlSymbol *pl_scope_declare(PlChecker *c, PlStr name, PlSpan span, PlSymbolKind kind, PlStep *step, PlTypeId type);
void pl_scope_hide(PlChecker *c, PlSymbol *symbol, PlStep *block);
static inline uint32_t pl_scope_mark(const PlChecker *c)
{
    return c->scoped.len;
}
void pl_scope_end(PlChecker *c, uint32_t mark, PlStep *block); /* hides all that was declared since */
/* A symbol that no name reaches: `it`, `now`. */
PlSymbol *pl_scope_nameless(PlChecker *c, PlStr name, PlSymbolKind kind, PlTypeId type);

/* `name` gets a value of this type here: a new name, or another value of one that may be set here. Reports reserved words and names that a
 * body of several at a time may not set; always gives a symbol. */
PlSymbol *pl_scope_bind(PlChecker *c, PlStr name, PlSpan span, PlStep *step, PlTypeId type, PlBound bound);
/* A name that a loop's body binds, as its next iteration may find it: not bound for sure. */
void pl_scope_foresee(PlChecker *c, PlStr name, PlTypeId type);
/* Lives outside of the innermost body that runs several at a time. */
bool pl_scope_is_outside(const PlChecker *c, const PlSymbol *symbol);

bool pl_scope_is_reserved(PlStr name);
/* The visible names in order of their ids, as words for "did you mean". */
uint32_t pl_scope_names(PlChecker *c, PlStr **out);

/* First pass over the tree: which step binds which name first; step references become names, and the steps they mean get one. */
void pl_scope_prepare(PlChecker *c);

#endif
