/* SPDX-License-Identifier: MIT */
/* The way to a mail server, for one letter in a worker process. In two halves, because walls go up between them: what must be loaded and looked up first,
 * then the letter. One call hands a letter over at most once. Real: vm/io/smtp.c. Source: RFC 5321. */
#ifndef PL_PORT_SMTP_H
#define PL_PORT_SMTP_H

#include "vm/port/net.h"

typedef enum PlSmtpTls { PL_SMTP_STARTTLS /* demanded */, PL_SMTP_TLS /* from the first byte */, PL_SMTP_PLAIN } PlSmtpTls;

typedef struct PlSmtpServer {
    const char *host; /* a name, or an address without brackets */
    unsigned port;
    PlSmtpTls tls;
    bool allow_private; /* the user named it: it may be at a private address */
    const char *ca_file; /* NULL: the system's */
    uint64_t timeout_us; /* of all of it; 0: 30 s */
} PlSmtpServer;

typedef struct PlSmtpLetter {
    const char *from;      /* "a@example.com" */
    const char *const *to; /* every recipient; NULL at the end */
    const char *user, *password; /* NULL: no login */
    PlStr text;            /* RFC 5322 */
} PlSmtpLetter;

typedef struct PlSmtpOutcome {
    PlEvidence evidence; /* NEVER_SENT also when the end of the letter was not: then the server must not deliver it (RFC 5321 section 4.1.1.4) */
    PlNetFault fault;
    unsigned reply;      /* ANSWERED: the server's last reply code; 2xx: it has the letter */
    char words[400];     /* of the server, or why there is no answer; one line */
} PlSmtpOutcome;

typedef struct PlSmtpPort {
    void *self;
    /* Loads what is needed and finds the server's address. False: outcome says why; nothing was sent. Copies nothing: `server` is kept. */
    bool (*prepare)(void *self, const PlSmtpServer *server, PlSmtpOutcome *out);
    void (*send)(void *self, const PlSmtpLetter *letter, PlSmtpOutcome *out); /* once, after prepare */
    void (*close)(void *self);
} PlSmtpPort;

#endif
