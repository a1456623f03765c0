/* SPDX-License-Identifier: MIT */
/* A compiled plan, in memory and on disk (.pbc, spec/bytecode.md). The emitter fills one, pl_module_write makes its bytes, and
 * pl_module_read takes any bytes and either gives a module in which every index, register and jump was verified or says what is
 * wrong. Immutable after that. The interpreter trusts a read module and nothing else. */
#ifndef PL_CODE_MODULE_H
#define PL_CODE_MODULE_H

#include "vm/base/diag.h"
#include "vm/code/action.h"

#define PL_MODULE_VERSION 4

typedef enum PlOpcode {
#define PL_OP(name, text, a, x, b, c, meaning) PL_OP_##name,
#include "vm/code/opcodes.def"
#undef PL_OP
    PL_OPCODE_COUNT
} PlOpcode;

typedef struct PlInsn {
    uint8_t op, x;
    uint16_t a, b, c;
} PlInsn;
_Static_assert(sizeof(PlInsn) == 8, "an instruction is 8 bytes");

static inline int32_t pl_insn_j32(PlInsn i)
{
    return (int32_t)((uint32_t)i.b | (uint32_t)i.c << 16);
}

/* A step of the plan as the run sees it: what a journal path is made of. */
typedef struct PlSite {
    PlStr step;           /* "2.1": its number in the exact plan */
    PlStr text;           /* the step's prose, for people */
    PlSpan span;          /* in the module's source; source id 0 */
    uint32_t parent;      /* the enclosing step's site, or PL_NO_SITE */
    uint16_t function;    /* whose code holds it */
    uint32_t begin, end;  /* its instructions in that function, end exclusive; inside the parent's when that is in the same function */
    uint16_t *loops;      /* counter registers of the sequential loops around it in this function, outermost first */
    uint32_t *loop_sites; /* the loop steps these belong to */
    uint16_t loop_count;
} PlSite;
#define PL_NO_SITE UINT32_MAX

/* Try, and "if it fails": of the rows that cover the failing instruction the first wins, so inner ones stand first. */
typedef struct PlHandler {
    uint16_t begin, end; /* instructions guarded, end exclusive */
    uint16_t target;     /* where to go on */
    uint16_t error;      /* register that gets the error record {message, status, step, kind, body} */
    uint16_t status;     /* only errors with this HTTP status; 0: all */
} PlHandler;

typedef struct PlFunction {
    PlStr name;          /* "main", "2#" for a scatter's body, "4.1" for a branch */
    uint16_t regs;       /* registers it uses */
    uint16_t params;     /* the first so many are set by the caller: captures, then (scatter) item and number from 1 */
    uint16_t returns;    /* values that a RETURNS in it gives */
    PlInsn *code;
    uint32_t code_count;
    uint32_t *positions; /* [code_count] source offset of each instruction */
    PlHandler *handlers;
    uint32_t handler_count;
} PlFunction;

typedef struct PlArg {
    uint16_t param; /* index in the action's params */
    uint16_t reg;   /* a register that holds nothing means: not given */
} PlArg;

enum {
    PL_CALL_ASK_FIRST = 1,
    PL_CALL_ALL_PAGES = 2,
    PL_CALL_IN_ORDER = 4,
    PL_CALL_HAS_KEY = 8,  /* `key` */
    PL_CALL_DOUBLING = 16, /* each wait before a retry is twice the one before */
    PL_CALL_KEEPS_TAG = 32 /* the answer's ETag goes to `tag` */
};

typedef struct PlCallSite {
    uint32_t action, site;
    PlArg *args;
    uint32_t arg_count;
    uint32_t flags;
    uint16_t key;           /* register of the idempotency key */
    uint16_t retries;       /* further attempts after the first */
    uint64_t retry_wait_us; /* before the first retry; 0: the default */
    uint64_t timeout_us;    /* of one attempt; 0: the default */
    uint32_t max_items;     /* "up to N items"; 0: none */
    PlTypeId expect;        /* `as TYPE`: checked; PL_T_ANY: only the document's type */
    uint16_t tag;           /* register for [ETag, URL] of the answer, which an If-Match or If-None-Match argument may name */
} PlCallSite;

typedef enum PlGatherKind {
    PL_GATHER_APPEND, /* the value is a list of items: they go behind the list in `reg`, in list order of the iterations */
    PL_GATHER_COUNT,  /* the value is a number: it is added to `reg` */
    PL_GATHER_SET,    /* a branch's own name: the value goes to `reg` */
    PL_GATHER_KIND_COUNT
} PlGatherKind;

typedef struct PlGather { /* the nth gather takes the nth value of RETURNS */
    PlGatherKind kind;
    uint16_t reg; /* of the spawning function */
} PlGather;

typedef struct PlScatter {
    uint32_t site;
    uint16_t function;
    uint16_t list;      /* register */
    uint16_t cap;       /* iterations at a time; 0: from register cap_reg */
    uint16_t cap_reg;
    uint16_t *captures; /* registers copied to the body's first ones; item and number from 1 follow */
    uint16_t capture_count;
    PlGather *gathers;
    uint16_t gather_count;
    uint32_t tolerate;  /* failures tolerated; UINT32_MAX: all */
    bool tolerate_percent;
    uint16_t failures;  /* register that gets the list of tolerated error records */
} PlScatter;

typedef struct PlBranch {
    uint16_t function;
    uint16_t *captures;
    uint16_t capture_count;
    PlGather *gathers;
    uint16_t gather_count;
} PlBranch;

typedef struct PlTogether {
    uint32_t site;
    PlBranch *branches;
    uint16_t branch_count;
    bool go_on;         /* a failing branch does not cancel the others; its error goes to the list in `failures` */
    uint16_t failures;
} PlTogether;

typedef enum PlAskKind { PL_ASK_QUESTION, PL_ASK_APPROVE, PL_ASK_KIND_COUNT } PlAskKind;

typedef struct PlAskSite {
    uint32_t site;
    PlAskKind kind;
    uint16_t text;      /* register */
    PlStr role;         /* may be empty */
    PlTypeId type;      /* of the answer; an approval gives yes or fails the step */
    uint64_t within_us; /* 0: no expiry */
} PlAskSite;

typedef enum PlWaitKind { PL_WAIT_FOR, PL_WAIT_UNTIL, PL_WAIT_EVENT, PL_WAIT_KIND_COUNT } PlWaitKind;

typedef struct PlWaitSite {
    uint32_t site;
    PlWaitKind kind;
    uint16_t reg;       /* FOR: duration; UNTIL: datetime, or text "10:00" in the plan's zone; EVENT: its name */
    uint64_t within_us; /* EVENT: "up to 3 days"; 0: none */
    PlTypeId type;      /* EVENT: of the payload */
} PlWaitSite;

typedef struct PlInput {
    PlStr name;
    PlTypeId type;
    bool has_default;
    PlLiteral value;
    uint16_t reg;       /* of main */
} PlInput;

typedef struct PlShape { /* the field names of a record literal */
    uint32_t *names;     /* constants that are texts; distinct */
    uint32_t count;
} PlShape;

typedef struct PlHostRule {
    PlStr origin; /* "https://api.example.com:443": scheme, host in lower case, port always */
    PlStr plugin;
} PlHostRule;

typedef enum PlPolicy { PL_POLICY_DEFAULT, PL_POLICY_STRICT, PL_POLICY_OPEN, PL_POLICY_COUNT } PlPolicy; /* spec/labels.md */

typedef struct PlTrust { /* the project trusts this part of an answer as that argument */
    uint32_t from, to;   /* actions; `to` PL_TRUST_ALL: as any argument; `from` PL_TRUST_ALL: nothing is trusted, `param` of `to` is a selector */
    PlStr field;         /* of the answer; "": any part */
    uint32_t param;      /* of `to`; PL_TRUST_ALL: any */
} PlTrust;
#define PL_TRUST_ALL UINT32_MAX

/* What the plan may do at most; the VM refuses anything else. */
typedef struct PlManifest {
    PlHostRule *hosts;
    uint32_t host_count;
    uint64_t *calls_at_most; /* [action_count]; UINT64_MAX: bounded by max_calls alone */
    PlEffect effect;         /* the strongest of all actions */
    uint64_t max_calls;      /* of one run: the Limit line, else PL_LIMIT_CALLS_DEFAULT */
    uint64_t max_time_us;    /* 0: none */
    uint64_t max_tokens, max_money; /* of what ports report (vm/port/usage.h); money in millionths; 0: none */
    bool asks_person;
    PlStr *credentials;      /* names */
    uint32_t credential_count;
    PlPolicy policy;
    PlTrust *trusts;
    uint32_t trust_count;
    PlDoor *doors;           /* one for each plugin that is no HTTP server */
    uint32_t door_count;
} PlManifest;

typedef struct PlModule {
    PlArena *arena;          /* owns everything below; NULL while the emitter owns it */
    uint8_t hash[32];        /* SHA-256 of the file's bytes before the hash: the module's identity */
    uint8_t effect_hash[32]; /* SHA-256 of exact plan, manifest and actions: what an approval is bound to */
    PlStr title, goal;       /* Workflow:, Goal: */
    PlStr schedule, zone;    /* Schedule: as written; the zone of `today`, "UTC" when not given */
    PlStr source_name, source;
    PlStr exact;             /* the exact plan's text */
    PlFunction *functions;   /* [0] is main */
    uint32_t function_count;
    PlLiteral *constants;
    uint32_t constant_count;
    PlShape *shapes;
    uint32_t shape_count;
    PlTypes types;
    PlAction *actions;
    uint32_t action_count;
    PlSite *sites;
    uint32_t site_count;
    PlCallSite *calls;
    uint32_t call_count;
    PlScatter *scatters;
    uint32_t scatter_count;
    PlTogether *togethers;
    uint32_t together_count;
    PlAskSite *asks;
    uint32_t ask_count;
    PlWaitSite *waits;
    uint32_t wait_count;
    PlStr *builtins;         /* names; operand B is an index here */
    uint32_t builtin_count;
    PlInput *inputs;
    uint32_t input_count;
    PlTypeId output;         /* of main's RETURN; PL_T_NOTHING when it returns nothing */
    PlManifest manifest;
} PlModule;

/* Append the file's bytes and set module->hash and effect_hash. The same module gives the same bytes in every build. */
PL_MUST_USE PlStatus pl_module_write(PlModule *module, PlBuf *out);
/* `bytes` are copied. On failure *out is NULL and one diagnostic of P08 says what is wrong and at which byte: PL_CORRUPT,
 * PL_VERSION, PL_LIMIT or PL_NOMEM. Builtins' names are not resolved here. */
PL_MUST_USE PlStatus pl_module_read(PlStr bytes, PlDiags *diags, PlModule **out);
void pl_module_free(PlModule *module);
/* The verifier alone: PL_CORRUPT with a diagnostic. */
PL_MUST_USE PlStatus pl_module_verify(const PlModule *module, PlDiags *diags);
/* Every section as text, stable. */
void pl_module_dump(PlBuf *out, const PlModule *module);

#endif
