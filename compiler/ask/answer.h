/* SPDX-License-Identifier: MIT */
/* Answers to questions, written into the plan. An answer is tried: the plan with it is checked, and when the answer does not fit the plan stays as it
 * was. Where answers come from is elsewhere: a file (answers_file.h), a person (compiler/cli/dialogue.c). spec/questions.md */
#ifndef PL_COMPILER_ASK_ANSWER_H
#define PL_COMPILER_ASK_ANSWER_H

#include "compiler/ask/session.h"

typedef struct PlAnswer {
    PlStr key;      /* a question's id, or what fits it: a step's number, a parameter, "2.1/to" */
    PlStr value;    /* as written; of a literal: in the plan's spelling */
    bool literal;   /* a number, yes/no, list or record of the file: never taken for plain text */
    PlSpan key_span, value_span; /* in the answers file */
    uint32_t used;  /* questions that it answered */
    bool wrong;     /* reported */
} PlAnswer;
typedef struct PlAnswers {
    PL_VEC(PlAnswer) all;
} PlAnswers;

/* Answer one open question of the session. True: the plan has changed. False: it has not, and *why says what is wrong, in the words of a message.
 * A candidate's value chooses it. Else, by the question's kind: an action's name; a document's path; an expression, or (unless `literal`) plain
 * text, which is tried second. */
bool pl_answer_question(PlSession *session, const PlDiag *question, PlStr value, bool literal, PlStr *why);
/* The same with the candidate of that index. */
bool pl_answer_candidate(PlSession *session, const PlDiag *question, uint32_t candidate, PlStr *why);

/* Answer all questions that there are answers for, also those that come up on the way. What is wrong with the answers goes to `diags`: those that do
 * not fit (P0321), that fit several questions (P0326), that no question asked for (P0325). */
void pl_answer_all(PlSession *session, PlAnswers *answers, PlDiags *diags);

#endif
