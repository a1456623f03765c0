/* SPDX-License-Identifier: MIT */
/* pilotc: the compiler's command, as a table. */
#include "compiler/cli/pilotc.h"

#include "vm/cli/cli_main.h"

static const PlCliEntry commands[] = {
    {"compile", "FILE.pilot: check a plan and write its bytecode (the default command)", plc_cmd_compile},
    {"check", "FILE.pilot: say everything that is wrong, open or assumed; ask what is open", plc_cmd_check},
    {"review", "FILE.pilot|FILE.pbc: show every effect the plan can have", plc_cmd_review},
    {"fix", "FILE.pilot: mend what can be mended for sure; prints the changes", plc_cmd_fix},
    {"fmt", "FILE.pilot: print the plan in exact spelling, numbered anew", plc_cmd_fmt},
    {"dump", "FILE.pilot|FILE.pbc: print the bytecode", plc_cmd_dump},
    {"explain", "CODE: what a diagnostic means, with an example", plc_cmd_explain},
    {"lock", "[PLAN]: write down the tools of the MCP servers that it uses", plc_cmd_lock},
    {"bind", "TEXT: which action a text means, and why", plc_cmd_bind},
    {"catalog", "[DOC...]: the actions of API documents", plc_cmd_catalog},
    {"emit", "FILE.pilot: print the plan in another format", plc_cmd_emit},
    {"import", "FILE: make a plan of a file in another format", plc_cmd_import},
    {"plan", "GOAL: let a language model write a plan; checks it and shows the review", plc_cmd_plan},
    {"prompt", "GOAL: what makes a language model write a plan", plc_cmd_prompt},
};

int main(int argc, char **argv)
{
    const PlCliProgram program = {
        .name = "pilotc",
        .usage = "FILE.pilot [-o FILE.pbc] [options]",
        .words = "Compiles plans: numbered steps in plain English, checked against OpenAPI documents.",
        .behind = "Exit codes: 0 done, 1 errors, 2 usage or unreadable\nfile, 5 only questions are open, 7 limit, 70 internal.",
        .entries = commands,
        .count = sizeof commands / sizeof *commands,
        .otherwise = plc_cmd_compile,
    };
    return pl_cli_main(&program, argc, argv);
}
