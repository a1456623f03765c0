/* SPDX-License-Identifier: MIT */
/* A plan that is being worked on: its text as it is now, and what the compiler finds in it. Fixes (fix.h) and answers (answer.h) change the text; each
 * change is checked at once, with the documents that were read at the beginning. The text is all there is: nothing else carries an answer. */
#ifndef PL_COMPILER_ASK_SESSION_H
#define PL_COMPILER_ASK_SESSION_H

#include "compiler/compile.h"

typedef struct PlSession {
    PlArena *arena; /* grows with each change until the session ends */
    const PlCompileOptions *options;
    PlStr text;
    PlCompiled compiled; /* of the text, as pl_compile_check leaves it; findings are sorted */
} PlSession;

/* Copies the text; the options outlive the session. */
void pl_session_begin(PlSession *session, PlArena *arena, PlStr text, const PlCompileOptions *options);
void pl_session_change(PlSession *session, PlStr text); /* `text` lives as long as the session */

/* The first open question from record `from` on, or NULL; *at is its index. */
PlDiag *pl_session_question(const PlSession *session, uint32_t from, uint32_t *at);
/* The open question of that id, or NULL. */
PlDiag *pl_session_question_by_id(const PlSession *session, PlStr id);

#endif
