/* SPDX-License-Identifier: MIT */
/* An action: one thing a plan can call, with everything that the call needs. The catalog builds it from an API document, the
 * module carries it, the VM turns it and the arguments into a request. Nothing here is a secret: credentials are names.
 * Sources of the rules: OpenAPI 3.1 (parameters, bodies, security), RFC 6570 (styles), RFC 9110 (methods). spec/actions.md. */
#ifndef PL_CODE_ACTION_H
#define PL_CODE_ACTION_H

#include "vm/code/door.h"
#include "vm/code/paging.h"
#include "vm/code/type.h"

typedef enum PlEffect { PL_EFFECT_NONE, PL_EFFECT_READ, PL_EFFECT_WRITE, PL_EFFECT_DELETE, PL_EFFECT_COUNT } PlEffect;

/* What may be done when nobody knows whether a call was applied. */
typedef enum PlDoubt {
    PL_DOUBT_SAFE,       /* GET HEAD OPTIONS: send again */
    PL_DOUBT_IDEMPOTENT, /* PUT DELETE: send the same bytes again */
    PL_DOUBT_KEYED,      /* has an idempotency key parameter: send again with the same key */
    PL_DOUBT_RECONCILABLE, /* another action shows whether it was applied: ask that, then decide */
    PL_DOUBT_UNSAFE,     /* anything else: a person decides */
    PL_DOUBT_COUNT
} PlDoubt;

typedef enum PlMethod {
    PL_GET,
    PL_HEAD,
    PL_POST,
    PL_PUT,
    PL_PATCH,
    PL_DELETE,
    PL_OPTIONS,
    PL_TRACE,
    PL_QUERY,
    PL_METHOD_COUNT
} PlMethod;

typedef enum PlPlace { PL_IN_PATH, PL_IN_QUERY, PL_IN_HEADER, PL_IN_COOKIE, PL_IN_BODY, PL_PLACE_COUNT } PlPlace;

typedef enum PlStyle {
    PL_STYLE_SIMPLE,
    PL_STYLE_LABEL,
    PL_STYLE_MATRIX,
    PL_STYLE_FORM,
    PL_STYLE_SPACE,
    PL_STYLE_PIPE,
    PL_STYLE_DEEP,
    PL_STYLE_TABS, /* Swagger 2.0 collectionFormat tsv */
    PL_STYLE_JSON, /* the parameter has `content: application/json` */
    PL_STYLE_COUNT
} PlStyle;

typedef enum PlBodyKind {
    PL_BODY_NONE,
    PL_BODY_JSON,      /* application/json and +json */
    PL_BODY_FORM,      /* application/x-www-form-urlencoded */
    PL_BODY_MULTIPART, /* multipart/form-data */
    PL_BODY_TEXT,      /* text/ and anything else given as text */
    PL_BODY_BYTES,     /* octet-stream and the like: a file, or text */
    PL_BODY_KIND_COUNT
} PlBodyKind;

typedef struct PlParam {
    PlStr name;         /* the argument's name in a plan: unique within the action */
    PlStr wire;         /* its name on the wire; for a body property, its key */
    PlPlace place;
    PlStyle style;
    bool explode;
    bool allow_reserved;
    bool required;
    bool undeclared;    /* the document requires it and does not say what it is, or spells it otherwise: may be given, is not asked for; not in a module */
    bool whole_body;    /* PL_IN_BODY: the argument is the body itself, not a property of it */
    bool is_key;        /* the idempotency key: filled by the VM when the plan gives none */
    bool fixed;         /* always sent with `value`; not an argument of the plan */
    bool selects;       /* the document says that it chooses whom or what the action acts on (x-pilot-selector); in a module: manifest.trusts */
    bool fills_prose;   /* filled by the compiler with the step's words when the plan gives nothing; not in a module */
    bool fills_schema;  /* filled by the compiler with the JSON Schema of what the step wants (`as TYPE`); not in a module */
    bool fills_actions; /* filled by the compiler with what the actions that its argument `tools` names are and take; not in a module */
    bool has_default;   /* documented only: an argument that is not given is not sent */
    PlLiteral value;    /* the default, or with `fixed` the value */
    PlTypeId type;
    PlStr content_type; /* of a multipart part; may be empty */
    PlStr doc;          /* one line; not in a module */
    const PlStr *also;  /* other names that plans may use for it; not in a module */
    uint32_t also_count;
} PlParam;

typedef struct PlResponse {
    uint16_t low, high; /* statuses, inclusive; `default` is 0..0 */
    PlBodyKind body;    /* NONE: no body; JSON; TEXT for other text; BYTES gives a file */
    PlTypeId type;      /* PL_T_NOTHING when there is no body */
    PlStr content_type;
    PlStr doc;          /* one line; not in a module */
} PlResponse;

typedef enum PlAuthKind {
    PL_AUTH_API_KEY,
    PL_AUTH_BASIC,
    PL_AUTH_BEARER,
    PL_AUTH_OAUTH2_CLIENT, /* client credentials: the VM fetches a token */
    PL_AUTH_OAUTH2_TOKEN,  /* other OAuth2 flows and openIdConnect: a bearer token is given as the credential */
    PL_AUTH_OTHER,
    PL_AUTH_KIND_COUNT
} PlAuthKind;

typedef struct PlAuth {
    PlAuthKind kind;
    PlStr scheme;     /* the scheme's name in the document */
    PlStr credential; /* "github.token": what pilot.yaml and the environment map to a secret (docs/credentials.md) */
    PlPlace place;    /* API_KEY: header, query or cookie */
    PlStr wire;       /* API_KEY: name of the header, parameter or cookie */
    PlStr token_url;  /* OAUTH2_CLIENT */
    PlStr *scopes;
    uint32_t scope_count;
} PlAuth;

typedef struct PlAuthSet { /* all of these together; an empty set: no credential needed */
    PlAuth *all;
    uint32_t count;
} PlAuthSet;

/* What else the document says of a call. Nothing of it changes the request. */
typedef struct PlHints {
    bool rate_limited;    /* a 429 is declared, or headers that count requests are */
    bool long_running;    /* the call only begins the work: the answer says where to ask how far it is */
    PlStr status_header;  /* long_running: the header with that address, in lower case; may be empty */
    PlStr look;           /* name of an action of the plugin that shows whether a write was applied; may be empty */
} PlHints;

/* How to find out whether a write that nobody knows the fate of was applied: ask a safe action and look for what was written. spec/effects.md. */
typedef struct PlProbePair {
    PlStr name;           /* in `with` a parameter of the asked action, in `match` a field of what it finds */
    PlStr arg;            /* the call's argument that it equals; "=TEXT": that text */
} PlProbePair;
typedef struct PlProbe {
    PlStr action;         /* name of a safe action of the same plugin; "": there is no probe */
    PlProbePair *with;
    uint32_t with_count;
    PlProbePair *match;
    uint32_t match_count;
    uint64_t after_us;    /* how long the server gets before it is asked; 0: the default */
    bool absent_is_sure;  /* what is not found was not applied, and is sent again */
} PlProbe;

/* The answer only begins the work: the VM asks how far it is, and takes what comes in the end. spec/long-running.md. */
typedef struct PlAwait {
    bool on;
    PlStr header;         /* of the answer, with the address to ask at, in lower case; "": the usual ones */
    PlStr place;          /* JSON pointer of that address in the answer's body; "": only where `header` and the usual ones say nothing */
    PlStr state;          /* JSON pointer of the state in what is read there; "": the usual places */
    PlStr result;         /* JSON pointer of the result, or of its address, in the same; "": the usual places */
    uint64_t every_us;    /* 0: from 1 s on, growing */
    uint64_t within_us;   /* 0: an hour */
    PlTypeId type;        /* of the result */
} PlAwait;

typedef struct PlAction {
    PlStr plugin;       /* "github" */
    PlStr name;         /* "issues.create": stable, readable, unique in the plugin */
    PlStr operation_id; /* as in the document; may be empty */
    PlStr title;        /* one line of what it does */
    PlEffect effect;
    PlDoubt doubt;
    PlMethod method;
    PlStr server;       /* "https://api.example.com/v1": variables filled, no trailing slash; "" when the document names none; "tool://fs" (door.h) */
    PlStr path;         /* "/repos/{owner}/{repo}": templates by the wire names of path parameters */
    PlParam *params;
    uint32_t param_count;
    PlBodyKind body;
    PlStr body_type;    /* "application/json" */
    bool body_required;
    PlResponse *responses;
    uint32_t response_count;
    PlTypeId result;    /* union of the 2xx bodies: what `-> name` gives; PL_T_NOTHING when none has a body */
    PlAuthSet *auth;    /* alternatives, in the document's order */
    uint32_t auth_count;
    PlStr as;           /* the type of its result when a step says none ("yes/no"); "" : `result`; not in a module */
    const PlStr *minted; /* parts of its answer that the document says its server makes (x-pilot-trust); not in a module: only the project can believe it */
    uint32_t minted_count;
    PlStr claims;       /* what its document says to its own ease and nobody vouches for: "x-pilot-effect: read"; "" nothing; not in a module */
    bool deprecated;
    PlPaging paging;
    PlHints hints;
    PlProbe probe;      /* RECONCILABLE */
    PlAwait await;
    uint8_t contract[32]; /* SHA-256 of the part of the document that this action depends on, in canonical form */
} PlAction;

const char *pl_method_name(PlMethod method);       /* "GET" */
bool pl_method_by_name(PlStr name, PlMethod *out); /* any case */
const char *pl_effect_name(PlEffect effect);       /* "none", "read", "write", "delete" */
const char *pl_doubt_name(PlDoubt doubt);          /* "safe", "idempotent", "keyed", "reconcilable", "unsafe" */
const char *pl_place_name(PlPlace place);          /* "path", "query", "header", "cookie", "body" */
const char *pl_auth_kind_name(PlAuthKind kind);
/* The response that a status falls under: exact, then range, then default; NULL when none. */
const PlResponse *pl_action_response(const PlAction *action, unsigned status);
const PlParam *pl_action_param(const PlAction *action, PlStr name); /* by exact plan name; NULL when absent */
/* Scheme, host and port of a base URL, as manifests state them: "https://API.example.com/v1" -> "https://api.example.com:443" (RFC 6454
 * section 4); "tool://fs/read" -> "tool://fs" (door.h). Empty when it is neither an absolute http(s) URL without user information nor one of a door. */
PlStr pl_action_origin(PlArena *arena, PlStr server);
/* The same, and of mail servers too, which stand among the hosts of a manifest and are no server of an action: "smtp://mail.example.com" ->
 * "smtp://mail.example.com:587". */
PlStr pl_action_host(PlArena *arena, PlStr url);
PlDoubt pl_action_doubt_of(const PlAction *action);                 /* from method and is_key */
/* The compiler alone gives it: no argument of a plan. */
static inline bool pl_param_is_filled(const PlParam *param)
{
    return param->fills_schema || param->fills_actions;
}
/* May it be sent again although it may have been applied? */
static inline bool pl_doubt_is_repeatable(PlDoubt doubt)
{
    return doubt < PL_DOUBT_RECONCILABLE;
}

#endif
