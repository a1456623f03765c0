/* SPDX-License-Identifier: MIT */
/* Command lines, the same way for every program: a table of options gives parsing and --help. GNU forms: --name value, --name=value, -n value,
 * flags, "--" ends options. */
#ifndef PL_CLI_ARGS_H
#define PL_CLI_ARGS_H

#include "vm/base/diag.h"
#include "vm/pilot.h"

typedef enum PlCliKind { PL_CLI_FLAG, PL_CLI_TEXT, PL_CLI_LIST } PlCliKind;

typedef struct PlCliList {
    const char **items; /* of the arena */
    uint32_t count, cap;
} PlCliList;

typedef struct PlCliOption {
    const char *name;  /* "plugin" */
    char letter;       /* 'o' or 0 */
    PlCliKind kind;
    void *to;          /* bool *, const char **, PlCliList * */
    const char *value; /* "NAME=DOC"; NULL for a flag */
    const char *words; /* one line */
} PlCliOption;

typedef struct PlCliCommand {
    const char *usage; /* "pilotc check FILE [options]" */
    const char *words; /* what it does: a line or more */
    const PlCliOption *options;
    uint32_t option_count;
} PlCliCommand;

/* Parse argv[0..argc) (the command's own name already taken off). Rest: what is no option. Returns -1 to go on, else the exit code (0 after --help, 2
 * after a message on stderr). */
int pl_cli_parse(PlArena *arena, const PlCliCommand *command, int argc, char **argv, PlCliList *rest);
void pl_cli_help(const PlCliCommand *command);
void pl_cli_list_add(PlArena *arena, PlCliList *list, const char *item);

/* "error: ..." on stderr in the layout of diagnostics, for faults that have no place in a text. Returns the exit code of `status`. */
int pl_cli_fail(PlStatus status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Colour on stderr: a terminal, no NO_COLOR, TERM not "dumb". */
bool pl_cli_colour(int fd);
/* The first line of --json output: {"pilot":"0.1.0","format":1,"command":"check"}. */
void pl_cli_json_begin(PlBuf *out, const char *command);
/* Why the command fails, where it was asked for --json: said last, as {"type":"error"}. The first reason counts. `code`: "P0001", or NULL; a help
 * line stands behind "\n  = help: ". pl_cli_fail and pl_cli_read do it themselves. */
void pl_cli_json_reason(const char *code, PlStr message);
/* At the end of a program: that line, and the line that names the format when nothing was printed. `command`: what ran. */
void pl_cli_json_end(const char *command, int exit_code);
/* Writes the buffer to stderr, or that there was no memory for it. Frees it. */
void pl_cli_say(PlBuf *out);
/* Diagnostics as text on stderr; the first error is the reason that --json gives. */
void pl_cli_say_diags(PlDiags *diags);
/* "error[P0004]: cannot write PATH: ..."; `reason` is errno, 0 where there was none. Returns the exit code. */
int pl_cli_cannot_write(const char *path, PlStatus status, int reason);
/* Writes the buffer to stdout; a closed pipe is no error. Frees it. */
int pl_cli_put(PlBuf *out);
/* The same for text that people read and that has words of documents and answers in it: what a terminal would obey is left out, wherever it goes. */
int pl_cli_put_shown(PlBuf *out);
/* Reads a whole file ("-": standard input) into arena memory. False after a message. */
bool pl_cli_read(PlArena *arena, const char *path, uint64_t limit, PlStr *out);

#define PL_VERSION_TEXT PILOT_VERSION_TEXT

#endif
