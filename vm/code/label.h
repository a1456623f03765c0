/* SPDX-License-Identifier: MIT */
/* Which calls act on something that text from outside chose, read off a module: flows (flow.h), the selectors among its arguments, what servers mint, and
 * what the project trusts. The compiler adds `ask first` to these calls; the verifier refuses a module where one of them lacks it. spec/labels.md. */
#ifndef PL_CODE_LABEL_H
#define PL_CODE_LABEL_H

#include "vm/code/flow.h"

typedef struct PlLabelFinding {
    uint32_t call;      /* of the module */
    uint32_t param;     /* of its action; PL_TRUST_ALL: `site` decides whether it is made (strict) */
    uint32_t site;      /* of the condition, else of the call */
    uint32_t source;    /* the first that is not trusted: of flow->sources */
    bool is_trusted;    /* by the project: nobody is asked */
} PlLabelFinding;

typedef struct PlLabels {
    PL_VEC(PlLabelFinding) all; /* in order of the calls */
} PlLabels;

void pl_labels_of(PlArena *arena, const PlModule *module, const PlFlow *flow, PlLabels *out);
/* A plan that calls nothing, or nothing that text could choose, need not be looked at closely. */
bool pl_labels_matter(const PlModule *module);
/* The first source of the set that is not trusted for f->param of the action of f->call, or the first that only the project trusts; false: there is none. */
bool pl_label_judge(const PlModule *module, const PlFlow *flow, const PlFlowSet *set, PlLabelFinding *f);
/* Does the argument say whom or what the action acts on: by its name and type, or because the project or its document says so. */
bool pl_label_selects(const PlModule *module, uint32_t action, uint32_t param);
/* Only somebody who speaks for the plan or its server can have chosen the value. */
bool pl_label_is_trusted(const PlModule *module, const PlFlowSource *source);

/* For whoever approves a call: " `to` follows `from` of the answer of mail.get_message", for each finding of it; nothing when there is none. */
void pl_label_print_call(PlBuf *out, PlArena *scratch, const PlModule *module, uint32_t call);
const char *pl_policy_name(PlPolicy policy); /* "strict" */
/* "mail.get_message.from -> mail.send_message.to"; of a selector "mail.send_message.subject" */
void pl_label_print_trust(PlBuf *out, const PlModule *module, const PlTrust *trust);

#endif
