/* SPDX-License-Identifier: MIT */
/* What the http*.c files share: a call (one request on its way), a transfer (a pooled easy handle with the answer's buffers), an origin (a rule
 * made ready). Private to them. A call is in exactly one state; the lists it can be in follow from it. */
#ifndef PL_IO_HTTP_CALL_H
#define PL_IO_HTTP_CALL_H

#include "vm/base/buf.h"
#include "vm/io/http.h"

struct curl_slist;
struct PlCurl;

typedef struct PlHttpCall PlHttpCall;
typedef struct PlHttpToken PlHttpToken;
typedef struct PlHttpHold PlHttpHold;

typedef struct PlHttpList {
    PlHttpCall *first, *last;
} PlHttpList;

typedef struct PlHttpOrigin {
    char *text;          /* one block behind the slices */
    PlStr origin;        /* "https://api.example.com:443" */
    PlStr prefix;        /* the same without a default port */
    PlStr plugin;        /* "": any */
    bool allow_private, is_https;
    uint32_t active;     /* transfers */
    PlHttpList queue;    /* waiting for a place */
} PlHttpOrigin;

typedef struct PlHttpCut { /* in a request's body: at this byte of its text stands a file */
    size_t at;
    PlFileRef file;
} PlHttpCut;

typedef struct PlHttpTransfer {
    void *easy;          /* CURL * */
    void *multi;         /* CURLM *, while it is under way */
    bool allow_private;  /* of which pool */
    PlHttpCall *call;
    struct PlHttpTransfer *next, *prev; /* in the pool's list of those under way; next: of the free ones */
    PlBuf head;          /* lines of the last header block */
    PlBuf body;
    PlFileWriter *file;  /* where the answer goes once it is large; NULL */
    uint64_t file_bytes; /* written to it */
    size_t head_bytes;   /* of all blocks: for the ceiling */
    bool head_done, is_interim;
    PlHeader *headers;
    uint32_t header_cap;
    char error[256];     /* CURL_ERROR_SIZE: libcurl's words */
} PlHttpTransfer;

typedef enum PlHttpState { PL_HTTP_HELD /* its credential is not known yet */, PL_HTTP_TOKEN, PL_HTTP_QUEUED, PL_HTTP_SENDING, PL_HTTP_FINISHED } PlHttpState;

struct PlHttpCall {
    PlHttp *http;
    PlHttpCall *next, *prev; /* in the list of its state */
    PlHttpState state;
    uint32_t slot;
    PlNetDone done;
    void (*piece)(void *user, PlStr bytes); /* NULL: only the whole answer is wanted */
    void *user;
    PlHttpOrigin *origin;
    PlHttpTransfer *transfer; /* SENDING */
    PlHttpHold *hold;         /* HELD */
    const PlNetRequest *held; /* a copy, while it is or was HELD; NULL */
    PlHttpToken *token;       /* awaited, or used by the request */
    char *memory;             /* one block: URL, lines and their nodes, body, credential names */
    size_t memory_len;
    bool is_secret;           /* credentials are in memory: wiped */
    char *token_line;         /* the node and the line, when the token has come; wiped */
    PlBuf parts;              /* a multipart body */
    PlMethod method;
    const char *url;
    struct curl_slist *lines; /* in memory, not libcurl's to free */
    struct curl_slist *token_node; /* the last, kept for the token's line; NULL: no token */
    PlStr body;
    PlHttpCut *cuts;          /* in order; none: the body is its text alone */
    uint32_t cut_count, cut_cap, cut_at;
    size_t text_at;           /* how far it is sent: cut_at, and this byte of the text */
    PlFileReader *reader;     /* of cuts[cut_at] */
    bool has_body, to_file;
    bool is_internal;         /* of the token fetch: its answer is not for people */
    uint64_t timeout_us, max_body;
    int64_t begin_us;
    PlStr credential;         /* names used */
    /* what the gate saw */
    uint32_t sends;           /* times libcurl was about to send */
    PlNetFault fault;         /* first reason to refuse; PL_NET_OK none */
    bool too_large;
    char message[320];
};

typedef struct PlHttpPool { /* a multi handle of one policy: pooled connections never cross */
    void *multi;              /* CURLM *; NULL until used */
    PlHttp *http;
    uint64_t timer;           /* 0: none */
    PlHttpTransfer *free, *under_way;
    bool is_dead;             /* the loop had no memory for a timer or a file: libcurl gives this multi handle up */
} PlHttpPool;

typedef struct PlHttpSlot {
    PlHttpCall *call;
    uint32_t generation;
    uint32_t next_free;       /* index + 1 */
} PlHttpSlot;

struct PlHttp {
    const struct PlCurl *curl; /* NULL: there is no rule, so nothing is ever sent */
    PlLoop *loop;
    PlClockPort clock;
    PlSecrets *secrets;       /* may be NULL: no credentials */
    PlFiles *files;           /* may be NULL */
    char *proxy, *user_agent, *ca_file, *token_folder;
    uint32_t max_active, max_host_active;
    uint64_t connect_timeout_us;
    PlHttpOrigin *origins;
    uint32_t origin_count, next_origin; /* next_origin: whose turn it is to start */
    PlHttpPool pools[2];      /* [0] public addresses only, [1] private ones too */
    PlHttpSlot *slots;
    uint32_t slot_cap, first_free;
    uint32_t active;
    uint32_t live;            /* calls that are not freed */
    PlHttpList finished;      /* done will be called from the loop */
    uint64_t finished_timer;  /* there is one while live > 0 */
    bool is_armed;            /* and it is due at once */
    PlHttpToken *tokens;
    PlHttpHold *holds;
    bool *is_ours;            /* by file number: made by the gate, so the gate hears when it is closed */
    uint32_t is_ours_cap;
};

void pl_http_list_push(PlHttpList *list, PlHttpCall *call);
void pl_http_list_remove(PlHttpList *list, PlHttpCall *call);

/* ---- http.c ---- */
PL_MUST_USE PlStatus pl_http_begin(PlHttp *http, const PlNetRequest *request, bool is_internal, PlNetDone done,
                                   void *user, uint64_t *handle);
void pl_http_admit(PlHttpCall *call);                /* call->held once more, now that the credential came */
void pl_http_enqueue(PlHttpCall *call);              /* origin and lines are set */
void pl_http_start(PlHttp *http);                    /* as many of the queued as there are places for */
/* End it before anything was sent, or after a cancel: done comes from the loop. */
void pl_http_refuse(PlHttpCall *call, PlNetFault fault, const char *format, ...) __attribute__((format(printf, 3, 4)));
void pl_http_finish(PlHttpTransfer *transfer, int curl_code);

/* ---- http_setup.c ---- */
PlHttpTransfer *pl_http_setup_take(PlHttp *http, bool allow_private); /* from the pool or new; NULL when out of memory */
void pl_http_setup_give(PlHttp *http, PlHttpTransfer *transfer);      /* back; keeps small buffers */
void pl_http_setup_free(PlHttp *http, PlHttpTransfer *transfer);
bool pl_http_setup_request(PlHttpCall *call, PlHttpTransfer *transfer);
PlNetFault pl_http_setup_fault(const PlHttpCall *call, int curl_code, const char *error, char *message, size_t size);

/* ---- http_gate.c ---- */
/* "scheme://host:port" in lower case as libcurl itself parses the URL, into a new string; NULL: not a URL that we send, *why says why. */
char *pl_http_gate_origin(const struct PlCurl *curl, const char *url, const char **why);
extern const char PL_HTTP_GATE_NO_MEMORY[]; /* what *why is then, this very text */
PL_MUST_USE PlStatus pl_http_gate_rule(const struct PlCurl *curl, PlHttpOrigin *origin, const PlHttpRule *rule);
PlHttpOrigin *pl_http_gate_find(PlHttp *http, const char *url, PlStr plugin, PlHttpCall *call); /* NULL: call->message */
void pl_http_gate_attach(PlHttp *http, PlHttpTransfer *transfer);
bool pl_http_gate_is_ours(const PlHttp *http, int fd); /* whoever closes it removes it from the loop before */
PL_MUST_USE bool pl_http_gate_is_header(PlStr name, PlStr value); /* token; no control characters */
bool pl_http_gate_owns_header(PlStr name);   /* framing that the transport sets itself */

/* ---- http_body.c ---- */
void pl_http_body_attach(const struct PlCurl *curl, void *easy, PlHttpTransfer *transfer);
/* One line of an answer's head with its line end. Blocks of interim answers (1xx) are dropped when the next begins, trailers are not taken. False: past
 * the ceiling, or out of memory. */
PL_MUST_USE bool pl_http_body_line(PlHttpTransfer *transfer, PlStr line);
uint32_t pl_http_body_headers(PlHttpTransfer *transfer); /* parses head into transfer->headers; UINT32_MAX: out of memory */
/* multipart/form-data (RFC 7578) of the parts and the value of its content-type; the same parts give the same bytes. `call` gets a cut for each part that is a
 * file; may be NULL where there is none. */
PL_MUST_USE PlStatus pl_http_body_multipart(PlBuf *out, const PlPart *parts, uint32_t count, char content_type[96], PlHttpCall *call);

/* ---- http_files.c ---- */
PL_MUST_USE bool pl_http_files_cut(PlHttpCall *call, size_t at, const PlFileRef *file); /* false: no memory */
uint64_t pl_http_files_length(const PlHttpCall *call);                                 /* of the whole body */
void pl_http_files_send(PlHttpCall *call, void *easy);
void pl_http_files_forget(PlHttpCall *call);
/* Does the answer, with so many bytes more, go to a file? */
bool pl_http_files_wants(const PlHttpTransfer *transfer, size_t more);
/* False: too large, or call->fault. */
PL_MUST_USE bool pl_http_files_take(PlHttpTransfer *transfer, PlStr bytes);
PL_MUST_USE bool pl_http_files_end(PlHttpTransfer *transfer, PlFileRef *out);

/* ---- http_copy.c ---- */
struct PlHttpAuth;
/* The request's copy with what the credentials add. PL_INVALID: refused, call->message; PL_NOMEM. */
PL_MUST_USE PlStatus pl_http_copy_request(PlHttpCall *call, const PlNetRequest *request, const struct PlHttpAuth *auth);
PL_MUST_USE PlStatus pl_http_copy_token(PlHttpCall *call, PlStr token); /* the line of a token that has come */
const char *pl_http_copy_token_line(const PlHttpCall *call); /* "Authorization: Bearer ..."; there must be one */
void pl_http_copy_free(PlHttpCall *call);

/* ---- http_auth.c ---- */
typedef struct PlHttpAuth { /* what a set of credentials adds to a request */
    PlBuf lines;         /* "Authorization: ...\0" each; secret */
    uint32_t line_count;
    PlBuf query;         /* "key=value&key=value"; secret */
    PlBuf cookie;        /* "name=value; name=value"; secret */
    PlBuf names;         /* "a, b" */
    bool is_secret;      /* there is a credential in lines, query or cookie */
    PlHttpToken *token;  /* an OAuth2 token goes with it */
} PlHttpAuth;
void pl_http_auth_init(PlHttpAuth *auth);
void pl_http_auth_deinit(PlHttpAuth *auth);
/* The first set whose credentials all have a source, else NULL; *needed: there is none, and none is not allowed. */
const PlAuthSet *pl_http_auth_choose(PlSecrets *secrets, const PlNetRequest *request, bool *needed);
/* Choose a set and make what it adds. PL_CREDENTIAL: call->message; PL_NOMEM. */
PL_MUST_USE PlStatus pl_http_auth_make(PlHttpCall *call, const PlNetRequest *request, PlHttpAuth *auth);

/* ---- http_hold.c ---- */
/* PL_BUSY: a program must print a credential first, the call waits for it, and goes on or is refused by itself. PL_CREDENTIAL: call->message; PL_NOMEM. */
PL_MUST_USE PlStatus pl_http_hold(PlHttpCall *call, const PlNetRequest *request);
void pl_http_hold_leave(PlHttpCall *call);  /* of a call that is HELD */
void pl_http_hold_forget(PlHttpCall *call); /* its copy of the request */
void pl_http_hold_free_all(PlHttp *http);   /* the calls are not touched */

/* ---- http_token.c: OAuth2 client credentials (RFC 6749 section 4.4) ---- */
/* The token of this scheme's URL, client and scopes; made when new; NULL: out of memory. */
PlHttpToken *pl_http_token_find(PlHttp *http, const PlAuth *scheme, PlStr plugin, PlStr client);
/* The token of a login, from its file. PL_CREDENTIAL with a message: nobody logged in, or it has ended for good. */
PL_MUST_USE PlStatus pl_http_token_login(PlHttp *http, PlStr name, const char *file, PlHttpToken **out, char *message, size_t size);
bool pl_http_token_is_fresh(const PlHttpToken *token, PlStr *value); /* *value lives until the next turn of the loop */
/* Fetches it, unless that is under way, and enqueues or refuses the call when it has come or failed. */
void pl_http_token_wait(PlHttpToken *token, PlHttpCall *call);
void pl_http_token_leave(PlHttpToken *token, PlHttpCall *call);
void pl_http_token_drop(PlHttpToken *token, const char *used); /* the server said 401 to this "Authorization: Bearer ..." line */
void pl_http_token_free_all(PlHttp *http);

#endif
