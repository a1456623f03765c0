/* SPDX-License-Identifier: MIT */
/* A chromedriver and one session with it: started with the first command, ended with its owner. Commands go one after the other. Source: W3C WebDriver 2. */
#ifndef PL_IO_WEBDRIVER_H
#define PL_IO_WEBDRIVER_H

#include "vm/io/loop.h"
#include "vm/port/net.h"

typedef struct PlWebdriver PlWebdriver;

typedef struct PlWebdriverReply { /* valid during the call of done */
    PlEvidence evidence;
    bool good;
    PlStr value;   /* good: the command's value, JSON */
    PlStr error;   /* else: "no such element", "timeout" ... of the standard, or why there is no driver */
    PlStr message;
} PlWebdriverReply;

typedef void (*PlWebdriverDone)(void *user, const PlWebdriverReply *reply);

/* `hosts`: "name:port" that the browser may connect to; `walled`: with the browser's own sandbox. Borrowed. Starts nothing yet. NULL: no memory. */
PlWebdriver *pl_webdriver_new(PlLoop *loop, const PlStr *hosts, uint32_t host_count, bool walled);
void pl_webdriver_free(PlWebdriver *driver); /* ends browser and driver; done is not called */
/* `path` below the session: "/url". `body`: JSON, "" for GET. One at a time: the next from done. PL_NOMEM, PL_IO (the driver cannot be started:
 * pl_webdriver_why). */
PL_MUST_USE PlStatus pl_webdriver_send(PlWebdriver *driver, const char *path, PlStr body, uint64_t timeout_us, PlWebdriverDone done, void *user);
/* May this name a session or an element in a path: letters, digits, '-', '_' and single dots, at most 127. */
bool pl_webdriver_is_id(PlStr text);
const char *pl_webdriver_why(const PlWebdriver *driver);

#endif
