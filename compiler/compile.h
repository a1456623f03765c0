/* SPDX-License-Identifier: MIT */
/* The whole pipeline on one page: project and plugins, parse, check, print the exact plan, emit, write. What pilotc, pilotd and the tests call. */
#ifndef PL_COMPILER_COMPILE_H
#define PL_COMPILER_COMPILE_H

#include "compiler/check/check.h"
#include "compiler/project.h"
#include "vm/code/module.h"

typedef struct PlCompileOptions {
    PlStr plan_path;            /* names the source; relative `Use:` paths start at its folder */
    const PlProject *project;   /* may be NULL */
    const PlPluginArg *plugins; /* of the command line; they win over the project */
    uint32_t plugin_count;
    const char *plugins_dir;    /* --plugins DIR; may be NULL */
    bool shelf;                 /* large catalogs are kept in the user's cache folder (compiler/bind/shelf.h); for processes that end */
    PlCatalogFetch fetch;       /* of what documents refer to on the network; NULL: nothing is fetched */
    PlCheckOptions check;
} PlCompileOptions;

typedef struct PlCompiled { /* all in the arena */
    PlSources sources;
    PlDiags diags;
    PlTypes types;
    PlCatalog *catalog;
    PlPlan *plan;     /* NULL only when the text could not be read */
    bool checked;     /* neither errors nor questions: it may be emitted */
    PlStr exact;      /* the exact plan, when `ok` */
    PlModule module;  /* when `ok` */
    PlStr bytes;      /* of the .pbc, when `ok` */
    bool ok;
} PlCompiled;

/* `text` is the plan. The escape of `arena` is the caller's; every finding is in out->diags. PL_OK also when there are errors in the plan. */
PL_MUST_USE PlStatus pl_compile(PlArena *arena, PlStr text, const PlCompileOptions *options, PlCompiled *out);
/* Only as far as the check: `exact`, `module` and `bytes` are not made. */
void pl_compile_check(PlArena *arena, PlStr text, const PlCompileOptions *options, PlCompiled *out);
/* The same for a changed text of the plan that `out` was made of, with the catalog that it has (unless the Use lines changed). Findings are as
 * those of pl_compile_check; types and the like of the rounds before stay in the arena. `text` must outlive `out`. */
void pl_compile_recheck(PlArena *arena, PlStr text, const PlCompileOptions *options, PlCompiled *out);
/* Only as far as the catalog: for `pilotc catalog` and `pilotd mock`. */
PL_MUST_USE PlStatus pl_compile_catalog(PlArena *arena, const PlCompileOptions *options, PlCompiled *out);

#endif
