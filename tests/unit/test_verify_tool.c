/* SPDX-License-Identifier: MIT */
/* What a built-in tool does is known to the virtual machine as well: a module that says of a tool's action that it only reads is refused, unless the tool's own
 * document says so. */
#include "tests/unit/unit.h"

#include "compiler/compile.h"
#include "vm/code/verify.h"

#include <stdio.h>

TEST(a_module_cannot_say_that_a_tool_only_reads)
{
    static const char *const tools[] = {"browser", "clock", "fs", "git", "http", "mail", "random", "search", "shell"};
    static unsigned reads, writes;
    static size_t t;
    for (t = 0; t < sizeof tools / sizeof *tools; t++) {
        PlEscape escape;
        PlArena *arena = pl_arena_new(&escape, 0);
        if (setjmp(escape.at)) CHECK(!"escaped");
        PlPluginArg arg = {.name = pl_str_z(tools[t]), .document = pl_str_z(tools[t]), .has_door = true, .door = PL_DOOR_TOOL};
        if (strcmp(tools[t], "mail") == 0) arg.config = PL_STR("{\"server\":\"smtp://127.0.0.1:1025\",\"from\":\"a@example.com\",\"tls\":\"none\"}");
        PlCompileOptions options = {.plan_path = PL_STR("a.pilot"), .plugins = &arg, .plugin_count = 1};
        PlCompiled *c = PL_NEW(arena, PlCompiled);
        CHECK(pl_compile(arena, PL_STR("Use: fs\n\n1. Look using fs.make_folder(path=\"a\")\n"), &options, c) == PL_OK && c->ok);
        PlPlugin *plugin = pl_catalog_plugin_by_name(c->catalog, pl_str_z(tools[t]));
        CHECK(plugin != NULL);
        for (uint32_t i = 0; plugin && i < plugin->operation_count; i++) {
            const PlAction *known = pl_catalog_action(c->catalog, plugin->operations[i]);
            PlAction *forged = &c->module.actions[0];
            forged->effect = PL_EFFECT_READ;
            forged->path = known->path;
            c->module.manifest.doors[0].config = pl_arena_printf(arena, "{\"tool\":\"%s\"}", tools[t]);
            PlDiags diags;
            pl_diags_init(&diags, arena, &c->sources);
            bool fine = pl_module_verify(&c->module, &diags) == PL_OK, is_read = known->effect <= PL_EFFECT_READ;
            if (fine != is_read) fprintf(stderr, "%s" PL_FMT "\n", tools[t], PL_ARG(known->path));
            CHECK(fine == is_read);
            reads += is_read;
            writes += !is_read;
        }
        pl_arena_free(arena);
    }
    CHECK(reads > 10 && writes > 8);
}

UNIT_MAIN
