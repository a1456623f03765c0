/* SPDX-License-Identifier: MIT */
/* pilotvm: runs bytecode. Its commands, as a table. */
#include "vm/cli/cli_main.h"
#include "vm/cli/vm.h"

static const PlCliEntry commands[] = {
    {"run", "FILE.pbc: run it (the default command)", plv_cmd_run},
    {"resume", "RUN: go on with a run that was killed or parked", plv_cmd_resume},
    {"settle", "RUN [PATH] applied|not-applied|skip|abort: say what became of a write that was never answered", plv_cmd_settle},
    {"answer", "RUN: answer a question of a parked run, or approve", plv_cmd_answer},
    {"runs", "list the runs of the store", plv_cmd_runs},
    {"show", "RUN: the rows of its journal", plv_cmd_show},
    {"file", "RUN HASH: the bytes of a file that it took in", plv_cmd_file},
    {"replay", "RUN: run it again from its journal, on its plan or on another; nothing is sent", plv_cmd_replay},
    {"fork", "RUN: go on with a run on a mended plan, taking what is finished", plv_cmd_fork},
    {"why", "RUN: what a run that is not running waits for", plv_cmd_why},
    {"inbox", "what waits for a person, over all runs", plv_cmd_inbox},
    {"approve", "RUN [PATH]: approve what a parked run asks", plv_cmd_approve},
    {"deny", "RUN [PATH] REASON: refuse it", plv_cmd_deny},
    {"redact", "RUN [PATH] --why TEXT: erase what it was given, sent and got; that it happened stays", plv_cmd_redact},
    {"login", "NAME: log in for a credential, by a code that is confirmed in a browser", plv_cmd_login},
    {"trust", "[FILE]: let a project file open what it names: programs, folders, secrets, private servers", plv_cmd_trust},
    {"audit", "verify RUN|--all, export RUN: prove a journal whole, hand it to other tools", plv_cmd_audit},
    {"worker", "plays one call of a built-in tool; runs start it themselves", plv_cmd_worker},
};

int main(int argc, char **argv)
{
    const PlCliProgram program = {
        .name = "pilotvm",
        .usage = "FILE.pbc [options]",
        .words = "Runs compiled plans, with a journal row for every effect.",
        .behind = "Exit codes: 0 done, 1 the run failed, 2 usage or\nunreadable file, 3 network, 4 credential, 5 waiting for an approval or an answer, "
                  "6 refused, 7 limit,\n8 changed since approval, 70 internal.",
        .entries = commands,
        .count = sizeof commands / sizeof *commands,
        .otherwise = plv_cmd_run,
    };
    return pl_cli_main(&program, argc, argv);
}
