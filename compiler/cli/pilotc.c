/* SPDX-License-Identifier: MIT */
/* pilotc: the compiler's command. Finds the command in a table and gives it an arena; running out of memory anywhere ends here. */
#include "compiler/cli/pilotc.h"

#include "vm/base/fault.h"

#include <stdio.h>

static const struct {
    const char *name, *words;
    PlcCommand run;
} commands[] = {
    {"compile", "FILE.pilot: check a plan and write its bytecode (the default command)", plc_cmd_compile},
    {"check", "FILE.pilot: say everything that is wrong, open or assumed; ask what is open", plc_cmd_check},
    {"review", "FILE.pilot|FILE.pbc: show every effect the plan can have", plc_cmd_review},
    {"fix", "FILE.pilot: mend what can be mended for sure; prints the changes", plc_cmd_fix},
    {"fmt", "FILE.pilot: print the plan in exact spelling, numbered anew", plc_cmd_fmt},
    {"dump", "FILE.pilot|FILE.pbc: print the bytecode", plc_cmd_dump},
    {"explain", "CODE: what a diagnostic means, with an example", plc_cmd_explain},
    {"bind", "TEXT: which action a text means, and why", plc_cmd_bind},
    {"catalog", "[DOC...]: the actions of API documents", plc_cmd_catalog},
    {"emit", "FILE.pilot: print the plan in another format", plc_cmd_emit},
    {"import", "FILE: make a plan of a file in another format", plc_cmd_import},
};

static int usage(void)
{
    printf("usage: pilotc FILE.pilot [-o FILE.pbc] [options]\n       pilotc COMMAND ... [--help]\n\n"
           "Compiles plans: numbered steps in plain English, checked against OpenAPI documents.\n\ncommands:\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) printf("  %-9s %s\n", commands[i].name, commands[i].words);
    printf("\n`pilotc COMMAND --help` lists a command's options. Exit codes: 0 done, 1 errors, 2 usage or unreadable file,\n"
           "5 only questions are open, 7 limit, 70 internal.\n");
    return 0;
}

static int dispatch(PlArena *arena, int argc, char **argv)
{
    if (argc < 2) {
        usage();
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) return usage();
    if (strcmp(argv[1], "--version") == 0) {
        printf("pilotc " PL_VERSION_TEXT "\n");
        return 0;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) return commands[i].run(arena, argc - 2, argv + 2);
    }
    return plc_cmd_compile(arena, argc - 1, argv + 1);
}

static int out_of_memory(void)
{
    fprintf(stderr, "error[P0003]: out of memory while compiling\n");
    return pl_status_exit_code(PL_NOMEM);
}

int main(int argc, char **argv)
{
    pl_fault_from_env();
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    if (!arena) return out_of_memory();
    int code;
    if (setjmp(escape.at) == 0) code = dispatch(arena, argc, argv);
    else if (escape.status == PL_NOMEM) code = out_of_memory();
    else code = pl_cli_fail(escape.status, "%s", pl_status_words(escape.status));
    pl_arena_free(arena);
    return code;
}
