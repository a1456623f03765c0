/* SPDX-License-Identifier: MIT */
/* pilotvm: runs bytecode. Finds the command in a table and gives it an arena. */
#include "vm/base/fault.h"
#include "vm/cli/vm.h"

#include <signal.h>
#include <stdio.h>

static const struct {
    const char *name, *words;
    PlvCommand run;
} commands[] = {
    {"run", "FILE.pbc: run it (the default command)", plv_cmd_run},
    {"resume", "RUN: go on with a run that was killed or parked", plv_cmd_resume},
    {"settle", "RUN [PATH] applied|not-applied|skip|abort: say what became of a write that was never answered", plv_cmd_settle},
    {"answer", "RUN: answer a question of a parked run, or approve", plv_cmd_answer},
    {"runs", "list the runs of the store", plv_cmd_runs},
    {"show", "RUN: the rows of its journal", plv_cmd_show},
    {"replay", "RUN: run it again from its journal, on its plan or on another; nothing is sent", plv_cmd_replay},
    {"fork", "RUN: go on with a run on a mended plan, taking what is finished", plv_cmd_fork},
    {"why", "RUN: what a run that is not running waits for", plv_cmd_why},
    {"inbox", "what waits for a person, over all runs", plv_cmd_inbox},
    {"approve", "RUN [PATH]: approve what a parked run asks", plv_cmd_approve},
    {"deny", "RUN [PATH] REASON: refuse it", plv_cmd_deny},
    {"audit", "verify RUN|--all, export RUN: prove a journal whole, hand it to other tools", plv_cmd_audit},
};

static int usage(void)
{
    printf("usage: pilotvm FILE.pbc [options]\n       pilotvm COMMAND ... [--help]\n\nRuns compiled plans, with a journal row for every effect.\n\n"
           "commands:\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) printf("  %-7s %s\n", commands[i].name, commands[i].words);
    printf("\nExit codes: 0 done, 1 the run failed, 2 usage or unreadable file, 3 network, 4 credential, 5 waiting for an approval or an\n"
           "answer, 6 refused, 7 limit, 8 changed since approval, 70 internal.\n");
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
        printf("pilotvm " PL_VERSION_TEXT "\n");
        return 0;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) return commands[i].run(arena, argc - 2, argv + 2);
    }
    return plv_cmd_run(arena, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    pl_fault_from_env();
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    if (!arena) return pl_cli_fail(PL_NOMEM, "out of memory");
    int code;
    if (setjmp(escape.at) == 0) code = dispatch(arena, argc, argv);
    else code = pl_cli_fail(escape.status, "%s", pl_status_words(escape.status));
    pl_arena_free(arena);
    return code;
}
