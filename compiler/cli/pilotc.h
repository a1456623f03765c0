/* SPDX-License-Identifier: MIT */
/* What pilotc's commands share: the options that name plugins and the project, and one way to compile a file. */
#ifndef PL_COMPILER_CLI_PILOTC_H
#define PL_COMPILER_CLI_PILOTC_H

#include "compiler/ask/session.h"
#include "vm/base/limits.h"
#include "vm/cli/cli_args.h"

typedef struct PlcOptions {
    PlCliList plugins;      /* NAME=DOC or DOC */
    const char *plugins_dir;
    const char *project;    /* path; NULL: pilot.yaml near the plan */
    const char *answers;    /* path of an answers file */
    const char *answered;   /* where the answered plan goes; NULL: into the plan's own file */
    bool fetch; /* references to the network are followed */
    bool no_project, strict, json, verbose;
    bool ask, never_ask;    /* --ask: also where input is no terminal; --no-ask */
    bool ask_model;         /* --ask-model: the project's first model, or... */
    const char *model;      /* --model PLUGIN */
    bool may_ask;           /* set by a command that asks of its own accord at a terminal */
} PlcOptions;

/* The rows for a command's option table. */
#define PLC_PLUGIN_OPTIONS(o)                                                                                          \
    {"plugin", 'p', PL_CLI_LIST, &(o).plugins, "NAME=DOC", "an API document, and the name plans call it by; may be repeated"},    \
    {"plugins", 'P', PL_CLI_TEXT, &(o).plugins_dir, "DIR", "every API document of a folder, named by its file"},                  \
    {"project", 0, PL_CLI_TEXT, &(o).project, "FILE", "the project file (default: pilot.yaml at the plan or above)"},             \
    {"no-project", 0, PL_CLI_FLAG, &(o).no_project, NULL, "read no project file"},                                                   \
    {"fetch", 0, PL_CLI_FLAG, &(o).fetch, NULL, "read what documents refer to on the network; otherwise nothing is"}

#define PLC_CHECK_OPTIONS(o)                                                                                                                         \
    {"answers", 0, PL_CLI_TEXT, &(o).answers, "FILE", "answers to questions, JSON or YAML: question id to answer; written into the plan"},           \
        {"answered", 0, PL_CLI_TEXT, &(o).answered, "FILE", "write the answered plan there instead (\"-\": standard output)"},                       \
        {"ask", 'i', PL_CLI_FLAG, &(o).ask, NULL, "ask the open questions one by one (at a terminal that is the default of check)"},                 \
        {"ask-model",    0,    PL_CLI_FLAG,                                                                                                          \
         &(o).ask_model, NULL, "let the project's language model answer what is open; each answer is said and written into the plan"},               \
        {"model", 0, PL_CLI_TEXT, &(o).model, "PLUGIN", "which model of the project (default: the first)"},                                          \
        {"no-ask", 0, PL_CLI_FLAG, &(o).never_ask, NULL, "never ask"},                                                                               \
        {"strict", 0, PL_CLI_FLAG, &(o).strict, NULL, "whatever the compiler would change or assume is an error"},                                   \
        {"verbose", 'v', PL_CLI_FLAG, &(o).verbose, NULL, "also the notes on API documents"},                                                        \
    {                                                                                                                                                \
        "json", 0, PL_CLI_FLAG, &(o).json, NULL, "one JSON object a line; the first names the format"                                                \
    }

/* From options to compile options. -1, or the exit code after a message. */
int plc_load(PlArena *arena, const PlcOptions *o, const char *plan_path, PlProject *project, PlDiags *project_diags,
             PlCompileOptions *out);
/* Read, compile, and print what was found (text on stderr, or JSON lines into `json`). Returns 0, 1 (errors), 5 (questions) or another exit code. */
int plc_compile(PlArena *arena, const PlcOptions *o, const char *path, PlCompiled *out, PlBuf *json);
/* Print them: text on stderr, or JSON lines into `json`. */
void plc_print_findings(PlArena *arena, const PlcOptions *o, PlCompiled *compiled, PlBuf *json);

/* What a command gives is one text: to standard output, or behind `json` as a line {"type":"text","text":...}. Frees both. */
int plc_put_text(PlBuf *text, PlBuf *json);

/* Answer the open questions of a plan that was compiled to `out`: from --answers, then by asking. What was answered is written back into the plan's
 * file and the plan compiled again, with what is wrong with the answers among the findings. PL_OK, or the status of an answers file or plan that could
 * not be read or written (reported). answer.c */
PL_MUST_USE PlStatus plc_answer(PlArena *arena, const PlcOptions *o, const char *path, PlStr text, const PlCompileOptions *options,
                                PlCompiled *out);
/* Should and can a person be asked? */
bool plc_can_ask(const PlcOptions *o);
/* The dialogue (dialogue.c): questions on stderr, answers from stdin. `save` writes the plan as it is now; false when it could not (reported), which
 * ends the dialogue. Returns false then. */
bool plc_dialogue(PlSession *session, bool (*save)(void *with, PlStr text), void *with);
/* Replace the file by `text`, unless it is no longer `before`. Reports. */
PL_MUST_USE PlStatus plc_write_plan(PlArena *arena, const char *path, PlStr before, PlStr text);

int plc_cmd_compile(PlArena *arena, int argc, char **argv);
int plc_cmd_check(PlArena *arena, int argc, char **argv);
int plc_cmd_review(PlArena *arena, int argc, char **argv);
int plc_cmd_fix(PlArena *arena, int argc, char **argv);
int plc_cmd_fmt(PlArena *arena, int argc, char **argv);
int plc_cmd_dump(PlArena *arena, int argc, char **argv);
int plc_cmd_explain(PlArena *arena, int argc, char **argv);
int plc_cmd_lock(PlArena *arena, int argc, char **argv);
int plc_cmd_bind(PlArena *arena, int argc, char **argv);
int plc_cmd_catalog(PlArena *arena, int argc, char **argv);
int plc_cmd_emit(PlArena *arena, int argc, char **argv);
int plc_cmd_import(PlArena *arena, int argc, char **argv);
int plc_cmd_plan(PlArena *arena, int argc, char **argv);
int plc_cmd_prompt(PlArena *arena, int argc, char **argv);

/* cmd_against.c: compare a module with changed documents (NAME=DOC or DOC). 1 when something breaks. */
int plc_check_against(PlArena *arena, const PlModule *module, const PlCliList *documents, bool json);

/* fetch.c: a PlCatalogFetch; says on stderr what it cannot read. */
bool plc_fetch(void *context, PlArena *arena, PlStr url, PlStr *text);

/* The '=' of NAME=DOC; NULL for a DOC alone, also for one that has a '=' in its path. */
const char *plc_equals(const char *text);

#endif
