/* SPDX-License-Identifier: MIT */
/* From what a plan or a project says of a plugin behind a door (`mcp: COMMAND`) to an API document and what opens the door (spec/plugins.md). Each kind has
 * one maker. Nothing here starts a program or uses the network, unless the options say so. */
#ifndef PL_COMPILER_DOORS_DOORS_H
#define PL_COMPILER_DOORS_DOORS_H

#include "compiler/catalog/catalog.h"
#include "compiler/project.h"

typedef struct PlDoorArg {
    PlArena *arena;
    PlDiags *diags;
    const PlPluginArg *plugin; /* name may be ""; door, document, config */
    PlStr folder;              /* of the plan or the project: what lies beside it may be read; "" or ends in '/' */
    PlSpan span;               /* for findings; PL_NO_SPAN: none */
} PlDoorArg;

typedef struct PlDoorMade {
    PlStr name;     /* of the plugin when it was given none */
    PlStr path;     /* that findings in `text` name: "tool:fs" */
    PlStr text;     /* the API document, YAML or JSON */
    PlStr credential_name; /* the one credential of the document, when it is no name of the usual form; "" : it is */
    PlStr config;   /* of the PlDoor: one JSON object. "url": a host behind the door */
} PlDoorMade;

/* False after a finding. */
typedef bool (*PlDoorMaker)(const PlDoorArg *arg, PlDoorMade *out);

/* Make it and add it to the catalog. False after a finding. */
bool pl_doors_add(PlCatalog *catalog, const PlDoorArg *arg);

/* native.c: functions of a shared library, from a manifest. */
bool pl_doors_native(const PlDoorArg *arg, PlDoorMade *out);

/* mcp.c: an MCP server's tools, from their lock. */
bool pl_doors_mcp(const PlDoorArg *arg, PlDoorMade *out);
PlStr pl_doors_lock_path(PlArena *arena, PlStr folder, PlStr name);

/* tools.c: the built-in tools. */
bool pl_doors_tool(const PlDoorArg *arg, PlDoorMade *out);
bool pl_doors_is_tool(PlStr name);
PlStr pl_doors_text(PlArena *arena, const char *name); /* of a built-in document */

/* ai.c: a language model. */
bool pl_doors_ai(const PlDoorArg *arg, PlDoorMade *out);
/* The plan says `Use: NAME` of the model, and no project has one: P1221, with the lines to add. */
void pl_doors_ai_missing(PlDiags *diags, PlStr name, PlSpan span);

typedef struct PlDoorTool { /* generated from stdlib/plugins */
    const char *name;
    const char *const *lines; /* of its document; NULL at the end */
} PlDoorTool;
extern const PlDoorTool pl_door_tools[]; /* ends with a NULL name */

#endif
