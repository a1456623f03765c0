/* SPDX-License-Identifier: MIT */
/* The contract lock: a module carries every operation that its plan calls, with types and a hash (vm/code/action.h, contract). This compares
 * them with a document as it is now and says what changed, which steps it breaks, and what is harmless. spec/catalog.md section 6. */
#ifndef PL_COMPILER_CHECK_LOCK_H
#define PL_COMPILER_CHECK_LOCK_H

#include "compiler/catalog/catalog.h"
#include "vm/code/module.h"

typedef struct PlLockChange {
    uint32_t action; /* of the module */
    bool breaks;
    const char *kind; /* "field removed", "parameter required", "enum narrowed", "type changed" ... */
    PlStr what;       /* the parameter, or the field's path in the answer: "items[*].id"; may be empty */
    PlStr message;    /* one line */
    PlStr steps;      /* those that it concerns: "2, 3.1"; "" when none */
} PlLockChange;

typedef struct PlLock {
    PlArena *arena;
    const PlModule *module;
    PlTypes *types;  /* where the types of both are, once compared */
    PlTypeCopy copy; /* from the module's */
    PL_VEC(PlLockChange) changes;
    uint32_t broken; /* changes that break something */
} PlLock;

/* `types` are those of the catalog that has the new documents; they grow. */
void pl_lock_init(PlLock *lock, PlArena *arena, const PlModule *module, PlTypes *types);
/* What changed between the module's action and `now`, the same operation in the new document (NULL: it is gone). */
void pl_lock_compare(PlLock *lock, uint32_t action, const PlAction *now);
/* The operation of a document that the module's action was made from: by operationId, by method and path, by name. NULL: none. */
const PlOperation *pl_lock_find(PlCatalog *catalog, const PlPlugin *plugin, const PlAction *action);

/* lock_types.c: what of an answer changed. */
void pl_lock_answer(PlLock *lock, uint32_t action, PlTypeId was, PlTypeId is);
void pl_lock_add(PlLock *lock, uint32_t action, bool breaks, const char *kind, PlStr what, PlStr steps,
                 const char *format, ...) __attribute__((format(printf, 7, 8)));
PlStr pl_lock_callers(PlLock *lock, uint32_t action); /* steps that call it */
PlStr pl_lock_readers(PlLock *lock, PlStr field);     /* steps that read a field of this name */
PlStr pl_lock_type_text(PlLock *lock, PlTypeId type);

#endif
