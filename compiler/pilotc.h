/* SPDX-License-Identifier: MIT */
/* Pilot's compiler as a library: from the text of a plan to the bytes that pilot_module_load takes, with everything that is wrong, open or assumed. Handles are
 * opaque and belong to one thread at a time; nothing here prints, exits, keeps global state or uses the network. docs/embed.md has a program.
 *
 *     PilotCompiler *compiler = pilot_compiler_new();
 *     PilotCompiled *compiled;
 *     pilot_compiler_plugin(compiler, "mail", "apis/mail.yaml");
 *     PilotStatus status = pilot_compile(compiler, "plan.pilot", text, strlen(text), &compiled);
 *     if (status == PILOT_OK) pilot_module_load(pilot_compiled_bytes(compiled).ptr, pilot_compiled_bytes(compiled).len, ...);
 *     else show(pilot_compiled_findings(compiled));
 */
#ifndef PILOTC_H
#define PILOTC_H

#include "vm/pilot.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what plans may use ---- */
typedef struct PilotCompiler PilotCompiler;
PILOT_API PilotCompiler *pilot_compiler_new(void); /* NULL: no memory */
PILOT_API void pilot_compiler_free(PilotCompiler *compiler);
/* The project file: plugins, limits, policy, zone (docs/project.md). Read by each compile. NULL: none, as at first. */
PILOT_API PilotStatus pilot_compiler_project(PilotCompiler *compiler, const char *path);
/* An API document, a file or its text, and the name by which plans call it. They win over the project and the plan. */
PILOT_API PilotStatus pilot_compiler_plugin(PilotCompiler *compiler, const char *name, const char *path);
PILOT_API PilotStatus pilot_compiler_document(PilotCompiler *compiler, const char *name, const char *text, size_t len);
/* A function of this program, as an action that plans may call; pilot_world_action says which function runs. PILOT_INVALID: a name or schema that is none, or
 * there is such an action. */
PILOT_API PilotStatus pilot_compiler_action(PilotCompiler *compiler, const PilotAction *action);
/* Whatever the compiler would change or assume is an error. */
PILOT_API void pilot_compiler_strict(PilotCompiler *compiler, bool strict);

/* ---- one compile ---- */
typedef struct PilotCompiled PilotCompiled;
/* `path` names the plan in messages; paths of its Use lines start at its folder. PILOT_OK: it can run. PILOT_INVALID: it has errors. PILOT_WAITING: it has
 * questions that a person answers, and no errors. In these cases *out is there; else (no memory, a limit) it is NULL. */
PILOT_API PilotStatus pilot_compile(const PilotCompiler *compiler, const char *path, const char *text, size_t len, PilotCompiled **out);
PILOT_API void pilot_compiled_free(PilotCompiled *compiled);
PILOT_API size_t pilot_compiled_errors(const PilotCompiled *compiled);
PILOT_API size_t pilot_compiled_questions(const PilotCompiled *compiled);
PILOT_API PilotText pilot_compiled_findings(const PilotCompiled *compiled);      /* errors, questions, warnings, notes as `pilotc check` prints them */
PILOT_API PilotText pilot_compiled_findings_json(const PilotCompiled *compiled); /* the same, one JSON object a line (docs/json.md) */
/* Empty unless the compile gave PILOT_OK. */
PILOT_API PilotText pilot_compiled_bytes(const PilotCompiled *compiled);
PILOT_API PilotText pilot_compiled_plan(const PilotCompiled *compiled);          /* the exact plan */
PILOT_API PilotStatus pilot_compiled_review(const PilotCompiled *compiled, bool as_json, PilotLine line, void *user);

#ifdef __cplusplus
}
#endif
#endif
