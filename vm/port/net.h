/* SPDX-License-Identifier: MIT */
/* The door to HTTP servers. One request is one attempt: an implementation never sends twice, never follows a redirect, never adds a
 * header that the request does not say, but for credentials, Host, Accept-Encoding and what HTTP itself needs. It refuses addresses and origins that
 * its policy does not allow. Real: vm/io/http*.c; scripted: tests. */
#ifndef PL_PORT_NET_H
#define PL_PORT_NET_H

#include "vm/code/action.h"
#include "vm/port/files.h"
#include "vm/port/usage.h"

typedef struct PlHeader {
    PlStr name, value; /* no CR, LF or NUL */
} PlHeader;

typedef struct PlPart { /* of multipart/form-data */
    PlStr name, filename, content_type, bytes;
    const PlFileRef *file; /* instead of bytes: of the port's files; NULL */
} PlPart;

typedef struct PlNetRequest {
    PlMethod method;
    PlStr url;      /* complete and encoded; http or https */
    PlStr plugin;   /* whose policy, credentials and origin override apply */
    const PlHeader *headers;
    uint32_t header_count;
    PlStr body;     /* bytes; empty when parts are given */
    const PlFileRef *body_file; /* instead of body; NULL */
    bool to_file;   /* a large body of a 2xx answer goes to a file, where the port has a place for files */
    const PlPart *parts;
    uint32_t part_count;
    bool has_body;
    const PlAuthSet *auth; /* alternatives: the first whose credentials are all at hand is used */
    uint32_t auth_count;
    uint64_t timeout_us;   /* of the whole attempt; 0: the implementation's default */
    uint64_t max_body;     /* bytes of the answer's body after decompression; 0: PL_LIMIT_BODY_BYTES, of a file PL_LIMIT_FILE_BYTES */
    /* What came of a 2xx answer since the last time, with done's `user`: from the loop, before done, and as it came (nothing is redacted). It calls no port
     * and does not escape. NULL: nobody waits for it. A model's peer gives the text of the answer instead; an empty piece says that it begins anew. */
    void (*piece)(void *user, PlStr bytes);
} PlNetRequest;

/* What is known about the request having been applied by the server. */
typedef enum PlEvidence {
    PL_EVIDENCE_NEVER_SENT, /* no byte of the request left: refused by us, name, connect or TLS failure */
    PL_EVIDENCE_ANSWERED,   /* a complete answer, whatever its status */
    PL_EVIDENCE_UNKNOWN     /* a byte may have left and there is no complete answer */
} PlEvidence;

typedef enum PlNetFault { /* why there is no answer */
    PL_NET_OK,
    PL_NET_REFUSED_ORIGIN,   /* not in the manifest */
    PL_NET_REFUSED_ADDRESS,  /* a private or special address that was not allowed */
    PL_NET_REFUSED_RESEND,   /* the transport wanted to send a second time */
    PL_NET_NO_CREDENTIAL,
    PL_NET_RESOLVE,
    PL_NET_CONNECT,
    PL_NET_TLS,
    PL_NET_TIMEOUT,
    PL_NET_RESET,            /* closed or broken before the whole answer came */
    PL_NET_TOO_LARGE,
    PL_NET_PROTOCOL,         /* not HTTP, bad encoding */
    PL_NET_CANCELLED,
    PL_NET_NO_DOOR,          /* what is behind the plugin's door could not be started (vm/io/doors.h) */
    PL_NET_FILE,             /* a file that was to be sent is not what it was, or one that came cannot be written */
    PL_NET_FAULT_COUNT
} PlNetFault;

const char *pl_net_fault_name(PlNetFault fault); /* "timeout"; "" for OK */
const char *pl_evidence_name(PlEvidence evidence); /* "never_sent", "answered", "unknown" */

typedef struct PlNetAnswer {
    PlEvidence evidence;
    PlNetFault fault;
    PlStr message;           /* for people; never a secret */
    unsigned status;
    const PlHeader *headers; /* names in lower case, in the order received */
    uint32_t header_count;
    PlStr body;              /* decompressed */
    bool is_file;            /* the body is this file instead; only where `to_file` was asked for */
    PlFileRef file;
    uint64_t elapsed_us;
    PlStr credential;        /* name of the credential used, "" for none */
    PlUsage usage;           /* beside the call itself; zero when the port does not know */
} PlNetAnswer;

/* Called from the loop, never from inside send. The answer is borrowed for the call. */
typedef void (*PlNetDone)(void *user, const PlNetAnswer *answer);

typedef struct PlNetPort {
    void *self;
    /* Takes a copy of all it needs. *call is a handle for cancel, valid until done was called. Errors only PL_NOMEM. */
    PlStatus (*send)(void *self, const PlNetRequest *request, PlNetDone done, void *user, uint64_t *call);
    /* done is called (PL_NET_CANCELLED) before the next turn of the loop ends. */
    void (*cancel)(void *self, uint64_t call);
} PlNetPort;

#endif
