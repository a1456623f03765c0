/* SPDX-License-Identifier: MIT */
/* Built-in tools as they run in a worker process: one request in, one answer out, behind the walls of sandbox.h. What each action takes and gives stands in
 * stdlib/plugins/NAME.yaml; here is what they share. spec/plugins.md. */
#ifndef PL_TOOLS_TOOL_H
#define PL_TOOLS_TOOL_H

#include "stdlib/tools/sandbox.h"
#include "vm/base/arena.h"
#include "vm/base/buf.h"
#include "vm/port/smtp.h"

typedef struct PlToolCall {
    PlArena *arena;
    PlStr action;          /* "read" */
    PlStr args, config;    /* JSON objects: of the plan, of the project */
    const char *workspace; /* absolute; NULL: none */
    int root;              /* the workspace, O_PATH; -1: none */
    PlBuf *out;            /* the answer's body */
} PlToolCall;

/* Beside the statuses of answers: there is none, and the body is words for people. UNSENT: certainly not done; IN_DOUBT: nobody knows. LATER goes
 * with a Retry-After. */
enum { PL_TOOL_UNSENT = 0, PL_TOOL_IN_DOUBT = 1, PL_TOOL_LATER = 503 };

/* The status of the answer (spec/plugins.md section 3); the body is written. */
typedef unsigned (*PlToolAction)(PlToolCall *call);

typedef struct PlToolEntry {
    const char *tool, *action;
    PlToolAction run;
    enum { PL_TOOL_READS, PL_TOOL_CHANGES, PL_TOOL_PROGRAMS, PL_TOOL_SEARCHES, PL_TOOL_GIT_READS, PL_TOOL_GIT_CHANGES } walls;
} PlToolEntry;

extern const PlToolEntry pl_tools_fs[], pl_tools_search[], pl_tools_git[], pl_tools_shell[]; /* each ends with a NULL name */

#define PL_TOOL_RIPGREP "/usr/bin/rg"
/* May it be started: it is there, and the project does not say `ripgrep: false`. */
bool pl_tool_has_ripgrep(const PlToolCall *call);

/* library.c: `tool` is "native", `config` has the library and its functions. Enters its own sandbox. */
unsigned pl_tool_library(PlToolCall *call);

/* mail.c. `place`: {"url","private","ca_file","login","timeout_ms"}, of which the plan says nothing. Enters its own sandbox. */
unsigned pl_tool_mail(PlToolCall *call, const PlSmtpPort *smtp, PlStr place);

/* One request: {"tool","path","args","config","workspace","place"}. Enters the sandbox, runs the action; the status is returned, the body is in `out`. For a
 * process that ends then. `smtp`: for mail; NULL: there is none. */
unsigned pl_tool_serve(PlArena *arena, PlStr request, const PlSmtpPort *smtp, PlBuf *out);

/* ---- for actions ---- */
PlStr pl_tool_text(const PlToolCall *call, const char *name, const char *otherwise);
int64_t pl_tool_int(const PlToolCall *call, const char *name, int64_t otherwise);
bool pl_tool_yes(const PlToolCall *call, const char *name, bool otherwise);
/* The texts of a JSON list, in the arena; others in it are left out. */
uint32_t pl_tool_list(PlArena *arena, PlStr object, const char *name, PlStr **out);
/* {"error": words}; gives `status` back. */
unsigned pl_tool_fail(PlToolCall *call, unsigned status, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* What errno says of `path`: 404, 403, 409, 400 ... */
unsigned pl_tool_fail_errno(PlToolCall *call, int error, PlStr path);
/* A JSON text of any bytes: what is no UTF-8 becomes U+FFFD. */
void pl_tool_put_text(PlBuf *out, PlStr bytes);
/* ISO 8601 in UTC as a JSON text. */
void pl_tool_put_time(PlBuf *out, int64_t seconds);

/* Beneath the workspace: no "..", no symbolic link, no other file system's trick gets out (openat2, RESOLVE_BENEATH). -1 with errno. */
int pl_tool_open(const PlToolCall *call, PlStr path, int flags, unsigned mode);
/* The folder of `path`, and its last name in *name. -1 with errno: EINVAL when it names the workspace itself. */
int pl_tool_open_parent(const PlToolCall *call, PlStr path, PlStr *name);

/* ---- programs (run.c) ---- */
typedef struct PlToolRun {
    const char *const *argv;  /* argv[0] absolute; NULL at the end */
    const char *const *env;   /* NAME=value; NULL at the end; NULL: only PATH, LANG and HOME */
    PlStr input;
    uint64_t seconds;         /* 0: 60 */
    uint64_t most;            /* bytes of each output that are kept; 0: 1 MiB. The rest is read and dropped */
    PlBuf out, err;           /* set up by the run; free with pl_tool_run_end */
    bool out_cut, err_cut, timed_out;
    int code, signal;         /* how it ended: exit code, or the signal that killed it */
} PlToolRun;

/* In the workspace, waits for its end. False with errno when it could not be started. */
bool pl_tool_run(PlToolCall *call, PlToolRun *run);
void pl_tool_run_end(PlToolRun *run);
/* Where a program of this name is: /usr/local/bin, /usr/bin, /bin; an absolute path as it stands. NULL: nowhere. */
const char *pl_tool_program(PlArena *arena, PlStr name);

#endif
