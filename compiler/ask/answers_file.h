/* SPDX-License-Identifier: MIT */
/* An answers file: a map of keys to values, JSON or YAML, or a list of {id, value} as a program makes it from `pilotc check --json`. spec/questions.md */
#ifndef PL_COMPILER_ASK_ANSWERS_FILE_H
#define PL_COMPILER_ASK_ANSWERS_FILE_H

#include "compiler/ask/answer.h"

/* `bytes` outlive the answers; findings (P0327, or that it is neither JSON nor YAML) go to diags, with places in a source named `path`. False when
 * nothing could be read. */
bool pl_answers_read(PlDiags *diags, PlStr path, PlStr bytes, PlAnswers *out);

#endif
