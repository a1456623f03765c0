/* SPDX-License-Identifier: MIT */
/* What pilotc's commands share: the options that name plugins and the project, and one way to compile a file. */
#ifndef PL_COMPILER_CLI_PILOTC_H
#define PL_COMPILER_CLI_PILOTC_H

#include "compiler/compile.h"
#include "vm/base/limits.h"
#include "vm/cli/cli_args.h"

typedef struct PlcOptions {
    PlCliList plugins;      /* NAME=DOC or DOC */
    const char *plugins_dir;
    const char *project;    /* path; NULL: pilot.yaml near the plan */
    const char *answers;    /* path of a JSON object: question id -> answer */
    bool no_project, strict, json, verbose;
} PlcOptions;

/* The rows for a command's option table. */
#define PLC_PLUGIN_OPTIONS(o)                                                                                          \
    {"plugin", 'p', PL_CLI_LIST, &(o).plugins, "NAME=DOC", "an API document, and the name plans call it by; may be repeated"},    \
    {"plugins", 'P', PL_CLI_TEXT, &(o).plugins_dir, "DIR", "every API document of a folder, named by its file"},                  \
    {"project", 0, PL_CLI_TEXT, &(o).project, "FILE", "the project file (default: pilot.yaml at the plan or above)"},             \
    {"no-project", 0, PL_CLI_FLAG, &(o).no_project, NULL, "read no project file"}

#define PLC_CHECK_OPTIONS(o)                                                                                           \
    {"answers", 0, PL_CLI_TEXT, &(o).answers, "FILE", "answers to questions: a JSON object, question id to answer"},              \
    {"strict", 0, PL_CLI_FLAG, &(o).strict, NULL, "whatever the compiler would change or assume is an error"},                    \
    {"verbose", 'v', PL_CLI_FLAG, &(o).verbose, NULL, "also the notes on API documents"},                                         \
    {"json", 0, PL_CLI_FLAG, &(o).json, NULL, "one JSON object a line; the first names the format"}

/* From options to compile options. -1, or the exit code after a message. */
int plc_load(PlArena *arena, const PlcOptions *o, const char *plan_path, PlProject *project, PlDiags *project_diags,
             PlCompileOptions *out);
/* Read, compile, and print what was found (text on stderr, or JSON lines into `json`). Returns 0, 1 (errors), 5 (questions) or another exit code. */
int plc_compile(PlArena *arena, const PlcOptions *o, const char *path, PlCompiled *out, PlBuf *json);
/* Print them: text on stderr, or JSON lines into `json`. */
void plc_print_findings(PlArena *arena, const PlcOptions *o, PlCompiled *compiled, PlBuf *json);
/* The findings that are shown: without notes on API documents unless verbose. */
void plc_shown(PlArena *arena, const PlDiags *all, bool verbose, PlDiags *out);

typedef int (*PlcCommand)(PlArena *arena, int argc, char **argv);
int plc_cmd_compile(PlArena *arena, int argc, char **argv);
int plc_cmd_check(PlArena *arena, int argc, char **argv);
int plc_cmd_review(PlArena *arena, int argc, char **argv);
int plc_cmd_fmt(PlArena *arena, int argc, char **argv);
int plc_cmd_dump(PlArena *arena, int argc, char **argv);
int plc_cmd_explain(PlArena *arena, int argc, char **argv);
int plc_cmd_bind(PlArena *arena, int argc, char **argv);
int plc_cmd_catalog(PlArena *arena, int argc, char **argv);
int plc_cmd_emit(PlArena *arena, int argc, char **argv);
int plc_cmd_import(PlArena *arena, int argc, char **argv);

#endif
