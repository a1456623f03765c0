/* SPDX-License-Identifier: MIT */
/* What is behind a door (vm/code/door.h): a peer that takes the same requests as an HTTP server and answers them through the same port. vm/io/doors.c opens a
 * peer when the first request for its plugin comes. spec/plugins.md. */
#ifndef PL_PORT_DOOR_H
#define PL_PORT_DOOR_H

#include "vm/base/buf.h"
#include "vm/code/door.h"
#include "vm/port/clock.h"
#include "vm/port/net.h"

/* What the person who starts the run allows. Borrowed, as long as the world. */
typedef struct PlDoorGrants {
    const char *workspace;  /* folder that tools see; NULL: none */
    const PlStr *allowed;   /* names of plugins */
    uint32_t allowed_count;
    bool native;            /* every plugin of a shared library */
    const char *worker;     /* the program that plays workers (`pilotvm`); NULL: beside the running program */
    const char *cache;      /* the user's cache folder for what may be forgotten; NULL: nothing is kept */
} PlDoorGrants;

/* Takes secrets out of texts that a peer puts together itself (vm/io/secrets.h); the HTTP port does so for whole answers. */
typedef struct PlDoorRedact {
    void *self;
    size_t (*redact)(void *self, char *text, size_t len);      /* in place; the new length. NULL: there is nothing to take out */
    size_t (*begun)(void *self, const char *text, size_t len); /* how many bytes at the end may be the beginning of a secret */
} PlDoorRedact;

typedef struct PlDoorWorld {
    struct PlLoop *loop;    /* for peers of vm/io; others use the clock */
    PlClockPort clock;
    PlNetPort http;         /* for peers that speak HTTP themselves; it holds them to the manifest's hosts */
    const PlDoorGrants *grants;
    struct PlSecrets *secrets; /* for peers of vm/io that log in themselves; NULL: there are none */
    const char *ca_file;       /* certificates to trust instead of the system's; NULL: the system's */
    const PlStr *named;        /* origins that the project names itself: they may be at private addresses */
    uint32_t named_count;
    PlDoorRedact redact;
    void *host;             /* of the program that runs the plan: where its functions are (PL_DOOR_HOST); NULL: it has none */
} PlDoorWorld;

typedef struct PlDoorPeer {
    PlNetPort port;              /* url: "tool://fs/read"; body: JSON. As every net port, it calls done from the loop */
    void (*close)(void *self);   /* drops what is under way; its done is not called */
} PlDoorPeer;

/* `door` and the world outlive the peer. On failure `why` says why, for people. */
typedef PlStatus (*PlDoorOpen)(const PlDoorWorld *world, const PlDoor *door, PlDoorPeer *out, PlBuf *why);

#endif
