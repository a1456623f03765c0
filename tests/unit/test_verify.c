/* SPDX-License-Identifier: MIT */
/* The verifier, rule by rule: one thing in a good module is made bad, and the message must name it. */
#include "tests/unit/sample_module.h"
#include "tests/unit/unit.h"

typedef struct Bench {
    PlEscape escape, diag_escape;
    PlArena *arena, *diag_arena;
    PlSources sources;
    PlDiags diags;
    PlModule m;
    PlFunction *main;
} Bench;

static void bench_init(Bench *b)
{
    *b = (Bench){0};
    b->arena = pl_arena_new(&b->escape, 0);
    b->diag_arena = pl_arena_new(&b->diag_escape, 0);
    pl_sources_init(&b->sources, b->diag_arena);
    pl_diags_init(&b->diags, b->diag_arena, &b->sources);
    sample_module(&b->m, b->arena);
    b->main = &b->m.functions[0];
}

static void bench_deinit(Bench *b)
{
    pl_arena_free(b->arena);
    pl_arena_free(b->diag_arena);
}

static bool says(Bench *b, PlStatus expected, const char *words)
{
    PlStatus status = pl_module_verify(&b->m, &b->diags);
    PlStr message = b->diags.all.len ? b->diags.all.items[0]->message : PL_STR("(nothing)");
    bool right = status == expected && b->diags.all.len == 1 && pl_str_find(message, pl_str_z(words), 0) != PL_STR_NONE;
    if (!right) fprintf(stderr, "expected: %s\n   found: " PL_FMT "\n", words, PL_ARG(message));
    return right;
}

/* With this statement done to a good module, the verifier's message has these words. */
#define REFUSED(words, ...) REFUSED_AS(PL_CORRUPT, words, __VA_ARGS__)
#define REFUSED_AS(status, words, ...)                                                                                 \
    do {                                                                                                               \
        Bench b;                                                                                                       \
        bench_init(&b);                                                                                                \
        __VA_ARGS__;                                                                                                   \
        CHECK(says(&b, (status), (words)));                                                                            \
        bench_deinit(&b);                                                                                              \
    } while (0)

TEST(sample_is_good)
{
    Bench b;
    bench_init(&b);
    CHECK(pl_module_verify(&b.m, &b.diags) == PL_OK);
    CHECK(b.diags.all.len == 0);
    bench_deinit(&b);
}

TEST(registers)
{
    REFUSED("instruction 4 (move): register 16, but there are 16", b.main->code[4].b = 16);
    REFUSED("instruction 0 (loadk): register 99", b.main->code[0].a = 99);
    REFUSED("instruction 5 (each): register 16", b.main->code[5].a = 14);
    REFUSED("2 registers from 15", b.main->code[17].b = 15);
    REFUSED("1 registers from 17", b.main->code[18].b = 17);
    REFUSED("instruction 1 (call): register 77", b.m.calls[0].args[0].reg = 77);
    REFUSED("register 55", b.m.calls[1].key = 55);
    REFUSED("register 16", b.m.scatters[0].list = 16);
    REFUSED("register 16", b.m.scatters[0].captures[0] = 16);
    REFUSED("register 16", b.m.scatters[0].gathers[0].reg = 16);
    REFUSED("register 16", b.m.togethers[0].branches[0].gathers[0].reg = 16);
    REFUSED("register 16", b.m.asks[0].text = 16);
    REFUSED("register 16", b.m.waits[0].reg = 16);
    REFUSED("handler 0: register 16", b.main->handlers[0].error = 16);
    REFUSED("input 0: register 16", b.m.inputs[0].reg = 16);
}

TEST(operands)
{
    REFUSED("constant 11, but there are 11", b.main->code[0].b = 11);
    REFUSED("constant 3 is no text", b.main->code[2].c = 3);
    REFUSED("shape 1", b.main->code[17].c = 1);
    REFUSED("3 values for a shape of 2", b.main->code[17].x = 3);
    REFUSED("library function 1", b.main->code[18].c = 1);
    REFUSED("type 999", b.main->code[19].b = 999);
    REFUSED("step 99", b.main->code[16].b = 99);
    REFUSED("not an instruction of step 0", b.main->code[16].b = 0);
    REFUSED("call site 9", b.main->code[1].b = 9);
    REFUSED("call site 0 belongs to another instruction", b.main->code[7].b = 0);
    REFUSED("call site 0: no instruction names it", b.main->code[1] = sample_insn(PL_OP_NOP, 0, 0, 0, 0));
    REFUSED("scatter 0: no instruction names it", b.main->code[10] = sample_insn(PL_OP_NOP, 0, 0, 0, 0));
    REFUSED("an operand that is not used", b.main->code[1].c = 1);
    REFUSED("x is 2", b.main->code[2].x = 2);
    REFUSED("x is 4", b.main->code[2] = sample_insn(PL_OP_PROJECT, 4, 3, 2, 1));
    REFUSED("register 16", b.main->code[2] = sample_insn(PL_OP_SLICE, 0, 3, 2, 15));
    REFUSED("a literal of kind 9", b.m.constants[0].kind = PL_LIT_KIND_COUNT);
    REFUSED("no such instruction", b.main->code[0].op = PL_OPCODE_COUNT);
    REFUSED("remainder by 0", b.main->code[0] = sample_insn(PL_OP_MODI, 0, 1, 2, 0));
    REFUSED("main has nobody", b.main->code[20] = sample_insn(PL_OP_RETURNS, 0, 0, 0, 0));
    REFUSED("only main returns", b.m.functions[3].code[1] = sample_insn(PL_OP_RETURN, 0, 0, 0, 0));
    REFUSED("0 values, but the function gives 1", b.m.functions[1].code[2].x = 0);
    REFUSED("runs off its end", b.main->code[20] = sample_insn(PL_OP_NOP, 0, 0, 0, 0));
}

TEST(jumps_and_loops)
{
    REFUSED("a jump to 21, out of the function", b.main->code[15] = sample_jump(PL_OP_JMP, 0, 5));
    REFUSED("a jump to -1", b.main->code[15] = sample_jump(PL_OP_JMP, 0, -17));
    REFUSED("a jump back to 14, which is no loop", b.main->code[15] = sample_jump(PL_OP_JMP, 0, -2));
    REFUSED("a jump back to 15", b.main->code[15] = sample_jump(PL_OP_JMP, 0, -1));
    REFUSED("stops within itself", b.main->code[5] = sample_jump(PL_OP_EACH, 4, 2));
    REFUSED("writes register 4, which the loop at 5 counts with", b.main->code[6].a = 4);
    REFUSED("writes register 5", b.main->code[7].a = 5);
    REFUSED("writes register 4", b.main->code[6] = sample_insn(PL_OP_EACH, 0, 2, 3, 0));
    /* a second loop inside that ends outside: its jump back comes from behind the first one's end */
    REFUSED("loops that overlap", b.main->code[8] = sample_jump(PL_OP_COUNT, 1, 6);
            b.main->code[13] = sample_jump(PL_OP_JF, 10, -6));
    REFUSED("does not name", b.m.sites[2].loop_count = 0);
    REFUSED("does not name", b.m.sites[2].loops[0] = 5);
}

TEST(handlers)
{
    REFUSED("handler 0 guards nothing", b.main->handlers[0].end = 7);
    REFUSED("handler 0 guards nothing", b.main->handlers[0].end = 22);
    REFUSED("not behind what it guards", b.main->handlers[0].target = 7);
    REFUSED("not behind what it guards", b.main->handlers[0].target = 21);
    REFUSED("in a loop that it guards", b.main->handlers[0].begin = 5);
    REFUSED("writes a loop's counter", b.main->handlers[0].error = 4);
    REFUSED("status 42", b.main->handlers[0].status = 42);
}

TEST(functions)
{
    REFUSED_AS(PL_LIMIT, "has 5000 registers", b.main->regs = 5000);
    REFUSED("5 parameters in 4 registers", b.m.functions[1].params = 5);
    REFUSED("there is no code", b.m.functions[1].code_count = 0);
    REFUSED("no main", b.m.function_count = 0);
    REFUSED("instruction 3 stands behind", b.main->positions[3] = 999);
    REFUSED("function 1 takes 2 values, not 3", b.m.functions[1].params = 2);
    REFUSED("function 2 gives 0 values, not 1", b.m.functions[2].returns = 0; b.m.functions[2].code[1].x = 0);
    REFUSED("main cannot be started", b.m.togethers[0].branches[1].function = 0);
    REFUSED("started by another", b.m.togethers[0].branches[1] = b.m.togethers[0].branches[0]);
    REFUSED("function 9", b.m.scatters[0].function = 9);
    REFUSED("1001 iterations at a time", b.m.scatters[0].cap = 1001);
    REFUSED("101 percent", b.m.scatters[0].tolerate = 101);
}

/* Function 3 starts itself. */
TEST(recursion)
{
    Bench b;
    bench_init(&b);
    PlTogether both[] = {b.m.togethers[0], {.site = 8}};
    PlBranch self = {.function = 3};
    both[0].branch_count = 1;
    both[1].branches = &self;
    both[1].branch_count = 1;
    b.m.togethers = both;
    b.m.together_count = 2;
    b.m.functions[3].code[0] = sample_insn(PL_OP_TOGETHER, 0, 0, 1, 0);
    b.m.sites[8].parent = PL_NO_SITE;
    CHECK(says(&b, PL_CORRUPT, "function 3: it is started by itself"));
    bench_deinit(&b);
}

TEST(sites)
{
    REFUSED("step 0: function 4", b.m.sites[0].function = 4);
    REFUSED("instructions 0 to 22", b.m.sites[0].end = 22);
    REFUSED("bytes 5 to 4", b.m.sites[0].span = ((PlSpan){0, 5, 4}));
    REFUSED("is 2, which is not before it", b.m.sites[2].parent = 2);
    REFUSED("not inside that of step 0", b.m.sites[1].parent = 0);
    REFUSED("the loop step 0 is not around it", b.m.sites[2].loop_sites[0] = 0);
}

/* A step of a branch inside a step of a body that does not start that branch. */
TEST(site_in_a_stranger)
{
    Bench b;
    bench_init(&b);
    PlSite sites[11];
    memcpy(sites, b.m.sites, 9 * sizeof *sites);
    sites[9] = sample_site("3.1", 0, 1, 3, 1, 0, 1);
    sites[10] = sample_site("4.1", 0, 1, 4, 2, 0, 1);
    b.m.sites = sites;
    b.m.site_count = 11;
    CHECK(pl_module_verify(&b.m, &b.diags) == PL_OK);
    sites[10].parent = 9;
    CHECK(says(&b, PL_CORRUPT, "step 9, around it, is in a function that does not start its own"));
    bench_deinit(&b);
}

TEST(calls)
{
    REFUSED("action 2", b.m.calls[0].action = 2);
    REFUSED("parameter 4", b.m.calls[0].args[1].param = 4);
    REFUSED("parameter 0 twice", b.m.calls[0].args[1].param = 0);
    REFUSED("parameter 2, which is fixed", b.m.calls[0].args[1].param = 2);
    REFUSED("1 required parameters are not given", b.m.calls[1].arg_count = 0);
    REFUSED("101 retries", b.m.calls[1].retries = 101);
    REFUSED("flags 64", b.m.calls[0].flags = 64);
    REFUSED("more than a hundred years", b.m.calls[0].timeout_us = UINT64_MAX);
    REFUSED("type 9999", b.m.calls[0].expect = 9999);
    REFUSED("type 9999", b.m.asks[0].type = 9999);
}

TEST(actions)
{
    REFUSED("a path that does not begin with '/'", b.m.actions[0].path = PL_STR("users/{userId}"));
    REFUSED("the path has a control character", b.m.actions[0].path = PL_STR("/users/{userId}\r\nX: y"));
    REFUSED("that is not in the path", b.m.actions[0].path = PL_STR("/users/userId"));
    REFUSED("a name in the path that is no parameter", b.m.actions[0].path = PL_STR("/users/{userId}/{other}"));
    REFUSED("a '{' in the path", b.m.actions[0].path = PL_STR("/users/{userId}/{other"));
    REFUSED("may be left out", b.m.actions[0].params[0].required = false);
    REFUSED("neither an absolute http or https URL nor a door", b.m.actions[0].server = PL_STR("file:///etc/passwd"));
    REFUSED("neither an absolute http or https URL nor a door", b.m.actions[0].server = PL_STR("https://user@mail.example.com/"));
    REFUSED("https://evil.example.com:443, which the manifest does not list",
            b.m.actions[0].server = PL_STR("https://evil.example.com"));
    REFUSED("http://mail.example.com:80, which", b.m.actions[0].server = PL_STR("http://mail.example.com"));
    REFUSED("the token's address is at",
            b.m.actions[0].auth[0].all[0].token_url = PL_STR("https://evil.example.com/token"));
    REFUSED("effect is delete", b.m.actions[0].effect = PL_EFFECT_DELETE);
    REFUSED("a credential that the manifest does not list", b.m.manifest.credential_count = 1);
    REFUSED("a header whose name is no token", b.m.actions[0].params[3].wire = PL_STR("X Key"));
    REFUSED("control character", b.m.actions[0].params[3].wire = PL_STR("X\r\nKey"));
    REFUSED("a header's value has a control", b.m.actions[0].params[2].value = sample_text("2\r\nX: 1"));
    REFUSED("name on the wire has a control", b.m.actions[0].params[1].wire = PL_STR("q\n"));
    REFUSED("named twice", b.m.actions[0].params[1].name = PL_STR("user"));
    REFUSED("statuses 299 to 200", b.m.actions[0].responses[0].low = 299; b.m.actions[0].responses[0].high = 200);
    REFUSED("type 9999", b.m.actions[0].result = 9999);
    REFUSED("type 9999", b.m.actions[0].params[0].type = 9999);
    REFUSED("whose name on the wire is no token", b.m.actions[0].auth[0].all[1].wire = PL_STR(""));
    REFUSED("a credential in the body", b.m.actions[0].auth[0].all[1].place = PL_IN_BODY);
}

TEST(probes_and_awaited_work)
{
    REFUSED("a probe without the class", b.m.actions[1].doubt = PL_DOUBT_UNSAFE);
    REFUSED("a probe without the class", b.m.actions[0].doubt = PL_DOUBT_RECONCILABLE);
    REFUSED("a probe without the class", b.m.actions[1].probe.action = PL_STR(""));
    REFUSED("its probe is no action of the module that only reads", b.m.actions[1].probe.action = PL_STR("messages.send"));
    REFUSED("its probe is no action of the module that only reads", b.m.actions[1].probe.action = PL_STR("messages.get"));
    REFUSED("a probe with unknown arguments", b.m.actions[1].probe.with[0].arg = PL_STR("nobody"));
    REFUSED("a probe with unknown arguments", b.m.actions[1].probe.with[0].name = PL_STR("nobody"));
    REFUSED("a probe that compares an unknown argument", b.m.actions[1].probe.match[0].arg = PL_STR("nobody"));
    REFUSED("a probe that does not give parameter 0", b.m.actions[1].probe.with_count = 0);
    REFUSED("a place that is no JSON pointer", b.m.actions[1].await.place = PL_STR("url"));
    REFUSED("control character", b.m.actions[1].await.header = PL_STR("a\nb"));
    REFUSED("a time that is too long", b.m.actions[1].await.within_us = UINT64_MAX);
    REFUSED("type 9999", b.m.actions[1].await.type = 9999);
}

TEST(manifest)
{
    REFUSED("a person is asked", b.m.manifest.asks_person = false);
    REFUSED("host 0 is no origin", b.m.manifest.hosts[0].origin = PL_STR("https://login.example.com");
            b.m.actions[0].auth_count = 0);
    REFUSED("host 0 is no origin", b.m.manifest.hosts[0].origin = PL_STR("*"); b.m.actions[0].auth_count = 0);
}

static PlType *type_of(Bench *b, PlTypeKind kind)
{
    for (uint32_t i = PL_T_FIRST_FREE; i < b->m.types.all.len; i++)
        if (b->m.types.all.items[i].kind == kind) return &b->m.types.all.items[i];
    return NULL;
}

TEST(types_and_literals)
{
    REFUSED("type 99999", type_of(&b, PL_TYPE_LIST)->elem = 99999);
    REFUSED("type 99999", type_of(&b, PL_TYPE_RECORD)->fields[0].type = 99999);
    REFUSED("type 99999", type_of(&b, PL_TYPE_RECORD)->rest = 99999);
    REFUSED("named twice", type_of(&b, PL_TYPE_RECORD)->fields[1].name = PL_STR("id"));
    REFUSED("a union of 1", type_of(&b, PL_TYPE_UNION)->count = 1);
    REFUSED("a union in a union", PlTypeId in[] = {PL_T_TEXT, PL_T_NOTHING}; PlType *u = type_of(&b, PL_TYPE_UNION);
            PlType inner = *u; inner.members = in; *type_of(&b, PL_TYPE_ENUM) = inner; u = type_of(&b, PL_TYPE_UNION);
            pl_type_list(&b.m.types, PL_T_FILE); u->members[0] = (PlTypeId)(u - b.m.types.all.items));
    REFUSED("an enum without values", type_of(&b, PL_TYPE_ENUM)->count = 0);
    REFUSED("an enum's value", type_of(&b, PL_TYPE_ENUM)->values[0].kind = PL_LIT_NOTHING);
    REFUSED("no known kind", type_of(&b, PL_TYPE_LIST)->kind = PL_TYPE_VAR);
    REFUSED("type 9999", b.m.output = 9999);
    REFUSED("constant 10: not JSON", b.m.constants[10].as.text = PL_STR("[1,"));
    REFUSED("constant 10: not JSON", b.m.constants[10].as.text = PL_STR("1"));
    REFUSED("not finite", b.m.constants[6].as.number /= 0.0);
    REFUSED("years 1 to 9999", b.m.constants[7].as.integer = INT64_MAX);
    REFUSED("years 1 to 9999", b.m.constants[8].as.integer = INT64_MIN);
    REFUSED("an offset of a day", b.m.constants[7].offset = 1440);
    REFUSED("8000 years", b.m.constants[9].as.integer = INT64_MIN);
    REFUSED("shape 0: constant 99", b.m.shapes[0].names[0] = 99);
    REFUSED("a field name that is no text", b.m.shapes[0].names[0] = 3);
    REFUSED("a field named twice", b.m.shapes[0].names[0] = 2);
    REFUSED("without a name", b.m.builtins[0] = PL_STR(""));
    REFUSED("a default that is none", b.m.inputs[0].has_default = false);
}

UNIT_MAIN
