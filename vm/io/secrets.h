/* SPDX-License-Identifier: MIT */
/* Credentials: names to secrets, looked up when a request needs one, never a value of a plan and never in the journal, a message or a hook.
 * Sources in this order: the project file's mapping (env, file, command), then the environment variable PILOT_CREDENTIAL_<NAME>
 * (upper case, every other character '_'). Memory is wiped on free. docs/credentials.md. */
#ifndef PL_IO_SECRETS_H
#define PL_IO_SECRETS_H

#include "vm/base/buf.h"

typedef struct PlSecrets PlSecrets;
typedef enum PlSecretFrom { PL_SECRET_ENV, PL_SECRET_FILE, PL_SECRET_COMMAND, PL_SECRET_VALUE /* `where` is the secret */,
                            PL_SECRET_LOGIN /* `where` is the file of its token (token_file.h) */ } PlSecretFrom;

PlSecrets *pl_secrets_new(void);
void pl_secrets_free(PlSecrets *secrets);
PL_MUST_USE PlStatus pl_secrets_map(PlSecrets *secrets, PlStr name, PlSecretFrom from, PlStr where);
/* PL_CREDENTIAL when there is none, with a message for people in error (static or of `secrets`). A basic credential is "user:password", OAuth2
 * client credentials "client_id:client_secret". The result belongs to `secrets`. */
PL_MUST_USE PlStatus pl_secrets_get(PlSecrets *secrets, PlStr name, PlStr *out, PlStr *error);
/* The file of its token, when it is a login: then pl_secrets_get has nothing for it. NULL: it is none. */
const char *pl_secrets_login(PlSecrets *secrets, PlStr name);
/* The command that prints it, when that has not been asked yet: whoever has a loop runs it (command.h) and gives what it printed, or why not, to
 * pl_secrets_take; pl_secrets_get would wait for it. NULL: there is none. */
const char *pl_secrets_command(PlSecrets *secrets, PlStr name);
PL_MUST_USE PlStatus pl_secrets_take(PlSecrets *secrets, PlStr name, PlStr output, const char *why, PlStr *error);
/* Is there a source for it? Reads the environment, but no file and no command. */
bool pl_secrets_has(PlSecrets *secrets, PlStr name);
/* A secret that came from elsewhere (an OAuth2 token): only so that pl_secrets_redact knows it. */
PL_MUST_USE PlStatus pl_secrets_note(PlSecrets *secrets, PlStr name, PlStr value);
/* Replace every known secret of 6 bytes and more (also as base64, hex, percent-encoded, JSON-escaped) in a text by "[name]", cut where that is
 * longer: for what comes from outside. In place; returns the new length. */
size_t pl_secrets_redact(PlSecrets *secrets, char *text, size_t len);
/* How many bytes at the end of a text may be the beginning of what pl_secrets_redact would replace: a text that goes on is shown without them. */
size_t pl_secrets_begun(const PlSecrets *secrets, PlStr text);
/* "PILOT_CREDENTIAL_GITHUB_TOKEN" of "github.token". */
void pl_secrets_variable(PlBuf *out, PlStr name);
/* Something a person should know, such as a file that others can read; each once, NULL when there is no more. Lives as long as `secrets`. */
const char *pl_secrets_warning(PlSecrets *secrets);

/* How credentials are written: base64 (RFC 4648 section 4, with padding) and percent-encoding of all but unreserved characters (RFC 3986). */
void pl_secrets_put_base64(PlBuf *out, PlStr bytes);
void pl_secrets_put_percent(PlBuf *out, PlStr bytes);

#endif
