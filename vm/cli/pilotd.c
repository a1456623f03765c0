/* SPDX-License-Identifier: MIT */
/* pilotd: what stays up and answers. This file only finds the command. */
#include "vm/base/fault.h"
#include "vm/cli/cli_args.h"
#include "vm/cli/d.h"

#include <stdio.h>

static const struct {
    const char *name, *words;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"mock", "serve API documents without their servers, for tests and dry runs", pl_d_mock},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void help(FILE *out)
{
    fprintf(out, "usage: pilotd COMMAND [options]\n\ncommands:\n");
    for (size_t i = 0; i < COMMANDS; i++) fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].words);
    fprintf(out, "\n`pilotd COMMAND --help` says more. `pilotd --version` prints the version.\n");
}

static int unknown(const char *name)
{
    fprintf(stderr, "error: pilotd has no command %s\n", name);
    for (size_t i = 0; i < COMMANDS; i++)
        if (pl_str_distance(pl_str_z(name), pl_str_z(commands[i].name), 2) <= 2) fprintf(stderr, "  = help: did you mean pilotd %s?\n", commands[i].name);
    return 2;
}

int main(int argc, char **argv)
{
    pl_fault_from_env();
    if (argc < 2) {
        help(stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        help(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("pilotd %s\n", PL_VERSION_TEXT);
        return 0;
    }
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(argv[1], commands[i].name) == 0) return commands[i].run(argc - 2, argv + 2);
    return unknown(argv[1]);
}
