/* SPDX-License-Identifier: MIT */
/* See vm/cli/cli_secrets.h. Nothing is read here: a secret is looked up when a call needs it. */
#include "vm/cli/cli_secrets.h"

#include "vm/io/token_file.h"

#include <stdio.h>

PlSecrets *pl_cli_secrets(const PlProject *project)
{
    static const PlSecretFrom from[] = {[PL_CREDENTIAL_ENV] = PL_SECRET_ENV, [PL_CREDENTIAL_FILE] = PL_SECRET_FILE,
                                        [PL_CREDENTIAL_COMMAND] = PL_SECRET_COMMAND, [PL_CREDENTIAL_LOGIN] = PL_SECRET_LOGIN};
    char file[4096];
    PlSecrets *secrets = pl_secrets_new();
    for (uint32_t i = 0; secrets && project && i < project->credentials.len; i++) {
        const PlCredentialArg *c = &project->credentials.items[i];
        bool is_login = c->from == PL_CREDENTIAL_LOGIN;
        if (is_login && !pl_token_place(c->name, file, sizeof file)) snprintf(file, sizeof file, "no home folder");
        if (pl_secrets_map(secrets, c->name, from[c->from], is_login ? pl_str_z(file) : c->where) == PL_OK) continue;
        pl_secrets_free(secrets);
        return NULL;
    }
    return secrets;
}
