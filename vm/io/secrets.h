/* SPDX-License-Identifier: MIT */
/* Credentials: names to secrets, looked up when a request needs one, never a value of a plan and never in the journal, a message or a hook.
 * Sources in this order: the project file's mapping (env, file, command), then the environment variable PILOT_CREDENTIAL_<NAME>
 * (upper case, every other character '_'). Memory is wiped on free. docs/credentials.md. */
#ifndef PL_IO_SECRETS_H
#define PL_IO_SECRETS_H

#include "vm/base/str.h"
#include "vm/base/status.h"

typedef struct PlSecrets PlSecrets;
typedef enum PlSecretFrom { PL_SECRET_ENV, PL_SECRET_FILE, PL_SECRET_COMMAND } PlSecretFrom;

PlSecrets *pl_secrets_new(void);
void pl_secrets_free(PlSecrets *secrets);
PL_MUST_USE PlStatus pl_secrets_map(PlSecrets *secrets, PlStr name, PlSecretFrom from, PlStr where);
/* PL_CREDENTIAL when there is none, with a message for people in error (static or of `secrets`). A basic credential is "user:password", OAuth2
 * client credentials "client_id:client_secret". The result belongs to `secrets`. */
PL_MUST_USE PlStatus pl_secrets_get(PlSecrets *secrets, PlStr name, PlStr *out, PlStr *error);
/* Replace every known secret (also base64, URL-encoded) in a text by "[name]": for messages that come from outside. In place; returns new length. */
size_t pl_secrets_redact(PlSecrets *secrets, char *text, size_t len);

#endif
