/* SPDX-License-Identifier: MIT */
/* A program that carries Pilot: it gives plans two functions of its own, compiles the plan that it is given, shows what the plan may do, and runs it with a
 * hook that keeps an audit log and refuses what this program does not want.
 *
 *     leads leads.pilot '{"leads": [{"name": "Ada", "employees": 120}]}' [most saves]
 */
#include <pilot/pilotc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- two functions for plans ---- */

/* A real program would parse the record with its JSON library; this one looks for one number. */
static long number_of(PilotText args, const char *key)
{
    char name[32], text[256];
    snprintf(name, sizeof name, "\"%s\":", key);
    snprintf(text, sizeof text, "%.*s", (int)(args.len < 255 ? args.len : 255), args.ptr);
    const char *found = strstr(text, name);
    return found ? strtol(found + strlen(name), NULL, 10) : 0;
}

static void score(void *user, PilotText args, PilotReply *reply)
{
    (void)user;
    long employees = number_of(args, "employees");
    char json[64];
    if (employees < 0) {
        pilot_reply_error(reply, 400, "a company has no fewer than 0 employees");
        return;
    }
    snprintf(json, sizeof json, "{\"score\":%ld}", employees > 1000 ? 100 : employees / 10);
    pilot_reply(reply, json);
}

static void save(void *user, PilotText args, PilotReply *reply)
{
    int *saved = user;
    ++*saved;
    printf("saved %.*s\n", (int)args.len, args.ptr);
    pilot_reply(reply, NULL);
}

static int saved;
static const PilotAction actions[] = {
    {.plugin = "crm", .name = "score", .title = "Score a company by its size", .effect = PILOT_EFFECT_READ, .function = score,
     .args = "{\"type\":\"object\",\"required\":[\"employees\"],\"properties\":{\"employees\":{\"type\":\"integer\"}}}",
     .result = "{\"type\":\"object\",\"required\":[\"score\"],\"properties\":{\"score\":{\"type\":\"integer\"}}}"},
    {.plugin = "crm", .name = "save_lead", .title = "Save a lead", .effect = PILOT_EFFECT_WRITE, .function = save, .user = &saved,
     .args = "{\"type\":\"object\",\"required\":[\"name\",\"score\"],\"properties\":{\"name\":{\"type\":\"string\"},\"score\":{\"type\":\"integer\"}}}"},
};

/* ---- the audit log, and a rule ---- */

typedef struct Audit {
    long most, writes;
} Audit;

static bool is(PilotText text, const char *word)
{
    return text.len == strlen(word) && memcmp(text.ptr, word, text.len) == 0;
}

static bool audit(void *user, const PilotStep *step, const char **reason)
{
    Audit *a = user;
    if (step->when == PILOT_HOOK_BEFORE && is(step->effect, "write") && ++a->writes > a->most) {
        *reason = "this program saves no more";
        return false;
    }
    PilotText what = step->error.len ? step->error : step->result;
    if (step->when == PILOT_HOOK_AFTER)
        printf("audit %.*s %.*s %.*s %.*s\n", (int)step->path.len, step->path.ptr, (int)step->action.len, step->action.ptr, (int)step->outcome.len,
               step->outcome.ptr, (int)what.len, what.ptr);
    return true;
}

/* ---- compile, show, run ---- */

static bool print_line(void *user, PilotText line)
{
    fprintf(user, "%.*s\n", (int)line.len, line.ptr);
    return true;
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 65536);
    if (!file || !text || !fread(text, 1, 65535, file)) exit(2);
    fclose(file);
    return text;
}

static PilotModule *compile(const char *path)
{
    PilotCompiler *compiler = pilot_compiler_new();
    PilotCompiled *compiled = NULL;
    PilotModule *module = NULL;
    char *text = read_file(path);
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (pilot_compiler_action(compiler, &actions[i]) != PILOT_OK) exit(70);
    if (pilot_compile(compiler, path, text, strlen(text), &compiled) == PILOT_OK) {
        PilotText bytes = pilot_compiled_bytes(compiled);
        pilot_compiled_review(compiled, false, print_line, stderr);
        pilot_module_load(bytes.ptr, bytes.len, &module, NULL, 0);
    } else if (compiled) {
        PilotText findings = pilot_compiled_findings(compiled);
        fprintf(stderr, "%.*s", (int)findings.len, findings.ptr);
    }
    pilot_compiled_free(compiled);
    pilot_compiler_free(compiler);
    free(text);
    return module;
}

static int run(const PilotModule *module, const char *input, long most)
{
    Audit log = {most, 0};
    PilotRun *run = NULL;
    char why[256] = "";
    PilotWorld *world = pilot_world_new(NULL); /* journals in memory, nobody to ask */
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (pilot_world_action(world, &actions[i]) != PILOT_OK) exit(70);
    PilotConfig config = {.world = world, .input = input, .hook = audit, .hook_user = &log};
    PilotStatus status = pilot_run_start(module, &config, &run, why, sizeof why);
    if (status != PILOT_OK) {
        fprintf(stderr, "%s\n", why);
    } else {
        while (pilot_run_pump(run) == PILOT_RUN_WAITING) pilot_world_turn(world, -1);
        PilotText output = pilot_run_output(run), error = pilot_run_error(run);
        if (error.len) printf("failed %.*s\n", (int)error.len, error.ptr);
        else printf("done %.*s\n", (int)output.len, output.ptr);
        status = pilot_run_status(run);
    }
    pilot_run_free(run);
    pilot_world_free(world);
    return pilot_status_exit_code(status);
}

int main(int argc, char **argv)
{
    PilotModule *module = argc < 3 ? NULL : compile(argv[1]);
    if (!module) return argc < 3 ? 2 : 1;
    int code = run(module, argv[2], argc > 3 ? strtol(argv[3], NULL, 10) : 100);
    pilot_module_free(module);
    return code;
}
