/* SPDX-License-Identifier: MIT */
/* pilotd: what stays up and answers. Its commands, as a table. */
#include "vm/cli/cli_main.h"
#include "vm/cli/d.h"

static const PlCliEntry commands[] = {
    {"mock", "serve API documents without their servers, for tests and dry runs", pl_d_mock},
};

int main(int argc, char **argv)
{
    const PlCliProgram program = {
        .name = "pilotd",
        .words = "Serves: for now the API documents of others.",
        .entries = commands,
        .count = sizeof commands / sizeof *commands,
    };
    return pl_cli_main(&program, argc, argv);
}
