/* SPDX-License-Identifier: MIT */
/* The SMTP port over libcurl: one connection, one letter, no second try. */
#ifndef PL_IO_SMTP_H
#define PL_IO_SMTP_H

#include "vm/port/smtp.h"

typedef struct PlSmtp PlSmtp;

PlSmtp *pl_smtp_new(void); /* NULL: no memory */
PlSmtpPort pl_smtp_port(PlSmtp *smtp); /* its close frees it */

#endif
