/* SPDX-License-Identifier: MIT */
/* The table of builtins.def, and finding a function in it by its name or by another name that people give it. */
#include "stdlib/args.h"

const PlBuiltin pl_builtins[] = {
#define PL_BUILTIN(name, fn, signature, min, max, doc, example, result) {name, signature, fn, doc, example, result, min, max},
#define PL_BUILTIN_ALIAS(name, of)
#include "stdlib/builtins.def"
#undef PL_BUILTIN
#undef PL_BUILTIN_ALIAS
};
const uint32_t pl_builtin_count = sizeof pl_builtins / sizeof *pl_builtins;

static const struct Alias {
    const char *name, *of;
} aliases[] = {
#define PL_BUILTIN(name, fn, signature, min, max, doc, example, result)
#define PL_BUILTIN_ALIAS(name, of) {name, of},
#include "stdlib/builtins.def"
#undef PL_BUILTIN
#undef PL_BUILTIN_ALIAS
};

const PlBuiltin *pl_builtin_find(PlStr name)
{
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
        if (!pl_str_eq_z(name, aliases[i].name)) continue;
        name = pl_str_z(aliases[i].of);
        break;
    }
    for (uint32_t i = 0; i < pl_builtin_count; i++)
        if (pl_str_eq_z(name, pl_builtins[i].name)) return &pl_builtins[i];
    return NULL;
}

PlBuiltinRef pl_builtin_ref(PlStr name)
{
    const PlBuiltin *found = pl_builtin_find(name);
    return found ? (PlBuiltinRef){found->fn, found->min_args, found->max_args} : (PlBuiltinRef){NULL, 0, 0};
}
