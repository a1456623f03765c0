/* SPDX-License-Identifier: MIT */
/* The credentials that a project file names, as places from which the HTTP client takes a secret (docs/credentials.md). */
#ifndef PL_VM_CLI_SECRETS_H
#define PL_VM_CLI_SECRETS_H

#include "compiler/project.h"
#include "vm/io/secrets.h"

/* NULL project: those of the environment alone. The caller frees with pl_secrets_free. NULL: no memory. */
PL_MUST_USE PlSecrets *pl_cli_secrets(const PlProject *project);

#endif
