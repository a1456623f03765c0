/* SPDX-License-Identifier: MIT */
/* A small module that has one of everything, made by hand: what the tests of writing, reading, checking and dumping work on. */
#ifndef TESTS_SAMPLE_MODULE_H
#define TESTS_SAMPLE_MODULE_H

#include "vm/code/module.h"

static const char sample_source[] =
    "1. Find mail\n2. For each m in found.messages:\n   2.1. Read it\n3. For each x, up to 4 at a time:\n"
    "4. At the same time:\n5. Ask \"go on?\"\n6. Wait 10 minutes\n7. Fail \"no\"\n";

static PlLiteral sample_text(const char *z)
{
    return (PlLiteral){.kind = PL_LIT_TEXT, .as.text = pl_str_z(z)};
}

static PlInsn sample_insn(PlOpcode op, unsigned x, unsigned a, unsigned b, unsigned c)
{
    return (PlInsn){.op = (uint8_t)op, .x = (uint8_t)x, .a = (uint16_t)a, .b = (uint16_t)b, .c = (uint16_t)c};
}

/* A jump in b and c; `by` counts from the next instruction. */
static PlInsn sample_jump(PlOpcode op, unsigned a, int32_t by)
{
    return sample_insn(op, 0, a, (uint32_t)by & 0xffff, (uint32_t)by >> 16);
}

#define SAMPLE_COPY(arena, array) sample_copy((arena), (array), sizeof(array))
static void *sample_copy(PlArena *arena, const void *items, size_t size)
{
    return memcpy(pl_arena_alloc(arena, size, 16), items, size);
}

static void sample_types(PlModule *m, PlArena *arena)
{
    PlTypes *types = &m->types;
    pl_types_init(types, arena);
    PlLiteral values[] = {sample_text("open"), sample_text("closed"), {.kind = PL_LIT_INT, .as.integer = 7}};
    PlTypeId self = pl_type_reserve(types);
    PlField fields[] = {
        {.name = PL_STR_INIT("id"), .type = PL_T_TEXT, .required = true},
        {.name = PL_STR_INIT("state"), .type = pl_type_enum(types, values, 3)},
        {.name = PL_STR_INIT("parent"), .type = pl_type_or_nothing(types, self), .read_only = true},
        {.name = PL_STR_INIT("from"), .type = pl_type_text(types, PL_FORMAT_EMAIL), .required = true},
    };
    pl_type_define(types, self, *pl_type(types, pl_type_record(types, fields, 4, PL_T_ANY, false, PL_STR("Message"))));
    PlField list[] = {{.name = PL_STR_INIT("messages"), .type = pl_type_list(types, self), .required = true}};
    pl_type_record(types, list, 1, PL_TYPE_NONE, true, PL_STR("Found"));
}

static void sample_action(PlModule *m, PlArena *arena)
{
    PlTypeId found = m->types.all.len - 1;
    PlParam params[] = {
        {.name = PL_STR_INIT("user"),
         .wire = PL_STR_INIT("userId"),
         .place = PL_IN_PATH,
         .required = true,
         .type = PL_T_TEXT},
        {.name = PL_STR_INIT("q"),
         .wire = PL_STR_INIT("q"),
         .place = PL_IN_QUERY,
         .style = PL_STYLE_FORM,
         .explode = true,
         .type = PL_T_TEXT},
        {.name = PL_STR_INIT("version"),
         .wire = PL_STR_INIT("X-Version"),
         .place = PL_IN_HEADER,
         .fixed = true,
         .value = sample_text("2"),
         .type = PL_T_TEXT},
        {.name = PL_STR_INIT("key"),
         .wire = PL_STR_INIT("Idempotency-Key"),
         .place = PL_IN_HEADER,
         .is_key = true,
         .type = PL_T_TEXT},
    };
    PlResponse responses[] = {
        {.low = 200, .high = 299, .body = PL_BODY_JSON, .type = found, .content_type = PL_STR_INIT("application/json")},
        {.type = PL_T_NOTHING},
    };
    PlStr scopes[] = {PL_STR_INIT("mail.read")};
    PlAuth auth[] = {
        {.kind = PL_AUTH_OAUTH2_CLIENT,
         .scheme = PL_STR_INIT("oauth"),
         .credential = PL_STR_INIT("mail.oauth"),
         .token_url = PL_STR_INIT("https://login.example.com/token"),
         .scopes = SAMPLE_COPY(arena, scopes),
         .scope_count = 1},
        {.kind = PL_AUTH_API_KEY,
         .scheme = PL_STR_INIT("key"),
         .credential = PL_STR_INIT("mail.key"),
         .place = PL_IN_HEADER,
         .wire = PL_STR_INIT("X-Api-Key")},
    };
    PlAuthSet sets[] = {{SAMPLE_COPY(arena, auth), 2}, {NULL, 0}};
    PlAction action = {
        .plugin = PL_STR_INIT("mail"),
        .name = PL_STR_INIT("messages.list"),
        .operation_id = PL_STR_INIT("listMessages"),
        .title = PL_STR_INIT("List messages"),
        .effect = PL_EFFECT_READ,
        .doubt = PL_DOUBT_SAFE,
        .method = PL_GET,
        .server = PL_STR_INIT("https://Mail.example.com/v1"),
        .path = PL_STR_INIT("/users/{userId}/messages"),
        .params = SAMPLE_COPY(arena, params),
        .param_count = 4,
        .responses = SAMPLE_COPY(arena, responses),
        .response_count = 2,
        .result = found,
        .auth = SAMPLE_COPY(arena, sets),
        .auth_count = 2,
    };
    for (unsigned i = 0; i < 32; i++) action.contract[i] = (uint8_t)(i * 7);
    PlParam body[] = {{.name = PL_STR_INIT("user"), .wire = PL_STR_INIT("user"), .place = PL_IN_BODY, .required = true, .type = PL_T_TEXT},
                      {.name = PL_STR_INIT("subject"), .wire = PL_STR_INIT("subject"), .place = PL_IN_BODY, .type = PL_T_TEXT}};
    PlProbePair with[] = {{PL_STR_INIT("user"), PL_STR_INIT("user")}};
    PlProbePair match[] = {{PL_STR_INIT("subject"), PL_STR_INIT("subject")}, {PL_STR_INIT("state"), PL_STR_INIT("=sent")}};
    PlAction send = {
        .plugin = PL_STR_INIT("mail"),
        .name = PL_STR_INIT("messages.send"),
        .effect = PL_EFFECT_READ, /* as the manifest says; of no consequence here */
        .doubt = PL_DOUBT_RECONCILABLE,
        .method = PL_POST,
        .server = PL_STR_INIT("https://Mail.example.com/v1"),
        .path = PL_STR_INIT("/send"),
        .params = SAMPLE_COPY(arena, body),
        .param_count = 2,
        .body = PL_BODY_JSON,
        .body_type = PL_STR_INIT("application/json"),
        .responses = SAMPLE_COPY(arena, responses),
        .response_count = 2,
        .result = found,
        .hints = {.long_running = true, .status_header = PL_STR_INIT("location")},
        .probe = {.action = PL_STR_INIT("messages.list"), .with = SAMPLE_COPY(arena, with), .with_count = 1, .match = SAMPLE_COPY(arena, match),
                  .match_count = 2, .after_us = 5000000, .absent_is_sure = true},
        .await = {.on = true, .header = PL_STR_INIT("location"), .place = PL_STR_INIT("/url"), .state = PL_STR_INIT("/state"),
                  .result = PL_STR_INIT("/result"), .every_us = 1000000, .within_us = 60000000, .type = found},
    };
    m->actions = PL_NEW_N(arena, PlAction, 2);
    m->actions[0] = action;
    m->actions[1] = send;
    m->action_count = 2;
    PlHostRule hosts[] = {{PL_STR_INIT("https://login.example.com:443"), PL_STR_INIT("mail")},
                          {PL_STR_INIT("https://mail.example.com:443"), PL_STR_INIT("mail")}};
    PlStr credentials[] = {PL_STR_INIT("mail.key"), PL_STR_INIT("mail.oauth")};
    uint64_t most[] = {UINT64_MAX, 3};
    PlTrust trusts[] = {{.from = 0, .to = 0, .field = PL_STR_INIT("id"), .param = 0}, {.from = 0, .to = PL_TRUST_ALL, .param = PL_TRUST_ALL}};
    m->manifest = (PlManifest){.hosts = SAMPLE_COPY(arena, hosts),
                               .host_count = 2,
                               .calls_at_most = SAMPLE_COPY(arena, most),
                               .effect = PL_EFFECT_READ,
                               .max_calls = 500,
                               .max_time_us = 600000000,
                               .max_tokens = 1000,
                               .max_money = 2500000,
                               .asks_person = true,
                               .credentials = SAMPLE_COPY(arena, credentials),
                               .credential_count = 2,
                               .policy = PL_POLICY_STRICT,
                               .trusts = SAMPLE_COPY(arena, trusts),
                               .trust_count = 2};
}

static PlFunction sample_function(PlArena *arena, PlStr name, unsigned regs, unsigned params, unsigned returns,
                                  const PlInsn *code, uint32_t count)
{
    PlFunction f = {.name = name,
                    .regs = (uint16_t)regs,
                    .params = (uint16_t)params,
                    .returns = (uint16_t)returns,
                    .code_count = count};
    f.code = sample_copy(arena, code, count * sizeof *code);
    f.positions = PL_NEW_N(arena, uint32_t, count);
    for (uint32_t i = 0; i < count; i++) f.positions[i] = i;
    return f;
}

static void sample_code(PlModule *m, PlArena *arena)
{
    PlInsn main[] = {
        sample_insn(PL_OP_LOADK, 0, 1, 0, 0),    /*  0: step 1 */
        sample_insn(PL_OP_CALL, 0, 2, 0, 0),     /*  1 */
        sample_insn(PL_OP_FIELD, 1, 3, 2, 1),    /*  2 */
        sample_insn(PL_OP_LOADI, 0, 4, 0, 0),    /*  3: step 2 */
        sample_insn(PL_OP_MOVE, 0, 5, 3, 0),     /*  4 */
        sample_jump(PL_OP_EACH, 4, 4),           /*  5 */
        sample_insn(PL_OP_FIELD, 0, 7, 6, 2),    /*  6: step 2.1 */
        sample_insn(PL_OP_CALL, 0, 8, 1, 0),     /*  7 */
        sample_insn(PL_OP_APPEND, 0, 9, 8, 0),   /*  8 */
        sample_jump(PL_OP_JMP, 0, -5),           /*  9 */
        sample_insn(PL_OP_SCATTER, 0, 0, 0, 0),  /* 10: step 3 */
        sample_insn(PL_OP_TOGETHER, 0, 0, 0, 0), /* 11: step 4 */
        sample_insn(PL_OP_ASK, 0, 10, 0, 0),     /* 12: step 5 */
        sample_jump(PL_OP_JF, 10, 2),            /* 13 */
        sample_insn(PL_OP_WAIT, 0, 11, 0, 0),    /* 14: step 6 */
        sample_jump(PL_OP_JMP, 0, 1),            /* 15 */
        sample_insn(PL_OP_FAIL, 0, 1, 7, 0),     /* 16: step 7 */
        sample_insn(PL_OP_RECORD, 2, 12, 8, 0),  /* 17 */
        sample_insn(PL_OP_BUILTIN, 1, 12, 9, 0), /* 18 */
        sample_insn(PL_OP_CHECK, 0, 12, PL_T_INTEGER, 7),
        sample_insn(PL_OP_RETURN, 0, 12, 0, 0),
    };
    PlInsn body[] = {
        sample_insn(PL_OP_INDEXI, 1, 3, 1, (uint16_t)-1),
        sample_insn(PL_OP_LIST, 2, 3, 2, 0),
        sample_insn(PL_OP_RETURNS, 1, 0, 3, 0),
    };
    PlInsn branch[] = {
        sample_insn(PL_OP_ADDI, 0, 1, 0, (uint16_t)-5),
        sample_insn(PL_OP_RETURNS, 1, 0, 1, 0),
    };
    PlInsn other[] = {
        sample_insn(PL_OP_NOW, 0, 0, 8, 0),
        sample_insn(PL_OP_RETURNS, 0, 0, 0, 0),
    };
    PlFunction functions[] = {
        sample_function(arena, PL_STR("main"), 16, 0, 0, main, sizeof main / sizeof *main),
        sample_function(arena, PL_STR("3#"), 4, 3, 1, body, 3),
        sample_function(arena, PL_STR("4.1"), 2, 1, 1, branch, 2),
        sample_function(arena, PL_STR("4.2"), 1, 0, 0, other, 2),
    };
    PlHandler handlers[] = {{.begin = 7, .end = 8, .target = 8, .error = 13, .status = 404}};
    functions[0].handlers = SAMPLE_COPY(arena, handlers);
    functions[0].handler_count = 1;
    m->functions = SAMPLE_COPY(arena, functions);
    m->function_count = 4;
}

static PlSite sample_site(const char *step, uint32_t start, uint32_t end, uint32_t parent, unsigned function,
                          uint32_t begin, uint32_t until)
{
    return (PlSite){.step = pl_str_z(step),
                    .text = PL_STR_INIT("do it"),
                    .span = {0, start, end},
                    .parent = parent,
                    .function = (uint16_t)function,
                    .begin = begin,
                    .end = until};
}

static void sample_sites(PlModule *m, PlArena *arena)
{
    PlSite sites[] = {
        sample_site("1", 0, 12, PL_NO_SITE, 0, 0, 3),
        sample_site("2", 13, 45, PL_NO_SITE, 0, 3, 10),
        sample_site("2.1", 49, 61, 1, 0, 6, 9),
        sample_site("3", 62, 95, PL_NO_SITE, 0, 10, 11),
        sample_site("4", 96, 116, PL_NO_SITE, 0, 11, 12),
        sample_site("5", 117, 132, PL_NO_SITE, 0, 12, 14),
        sample_site("6", 133, 151, PL_NO_SITE, 0, 14, 16),
        sample_site("7", 152, 164, PL_NO_SITE, 0, 16, 21),
        sample_site("4.2", 96, 116, 4, 3, 0, 2),
    };
    uint16_t loops[] = {4};
    uint32_t loop_sites[] = {1};
    sites[2].loops = SAMPLE_COPY(arena, loops);
    sites[2].loop_sites = SAMPLE_COPY(arena, loop_sites);
    sites[2].loop_count = 1;
    m->sites = SAMPLE_COPY(arena, sites);
    m->site_count = sizeof sites / sizeof *sites;
}

static void sample_descriptors(PlModule *m, PlArena *arena)
{
    PlArg args[] = {{0, 1}, {1, 1}};
    PlCallSite calls[] = {
        {.action = 0,
         .site = 0,
         .args = SAMPLE_COPY(arena, args),
         .arg_count = 2,
         .flags = PL_CALL_ALL_PAGES,
         .expect = PL_T_ANY,
         .max_items = 500},
        {.action = 0,
         .site = 2,
         .args = SAMPLE_COPY(arena, args),
         .arg_count = 1,
         .flags = PL_CALL_HAS_KEY | PL_CALL_DOUBLING,
         .key = 7,
         .retries = 3,
         .retry_wait_us = 2000000,
         .timeout_us = 30000000,
         .expect = PL_T_ANY},
    };
    m->calls = SAMPLE_COPY(arena, calls);
    m->call_count = 2;
    uint16_t captures[] = {9};
    PlGather gathers[] = {{PL_GATHER_APPEND, 9}};
    PlScatter scatters[] = {{.site = 3,
                             .function = 1,
                             .list = 3,
                             .cap = 4,
                             .captures = SAMPLE_COPY(arena, captures),
                             .capture_count = 1,
                             .gathers = SAMPLE_COPY(arena, gathers),
                             .gather_count = 1,
                             .tolerate = 10,
                             .tolerate_percent = true,
                             .failures = 14}};
    m->scatters = SAMPLE_COPY(arena, scatters);
    m->scatter_count = 1;
    PlBranch branches[] = {
        {.function = 2,
         .captures = SAMPLE_COPY(arena, captures),
         .capture_count = 1,
         .gathers = SAMPLE_COPY(arena, gathers),
         .gather_count = 1},
        {.function = 3},
    };
    PlTogether togethers[] = {
        {.site = 4, .branches = SAMPLE_COPY(arena, branches), .branch_count = 2, .go_on = true, .failures = 14}};
    m->togethers = SAMPLE_COPY(arena, togethers);
    m->together_count = 1;
    PlAskSite asks[] = {{.site = 5,
                         .kind = PL_ASK_QUESTION,
                         .text = 1,
                         .role = PL_STR_INIT("boss"),
                         .type = PL_T_YESNO,
                         .within_us = 172800000000}};
    m->asks = SAMPLE_COPY(arena, asks);
    m->ask_count = 1;
    PlWaitSite waits[] = {{.site = 6, .kind = PL_WAIT_FOR, .reg = 1, .type = PL_T_NOTHING}};
    m->waits = SAMPLE_COPY(arena, waits);
    m->wait_count = 1;
}

/* Everything is in the arena or static; module->arena stays NULL, as when the emitter owns it. */
__attribute__((unused)) static void sample_module(PlModule *m, PlArena *arena)
{
    *m = (PlModule){.title = PL_STR_INIT("Sample"),
                    .goal = PL_STR_INIT("Have one of everything"),
                    .zone = PL_STR_INIT("UTC"),
                    .source_name = PL_STR_INIT("sample.pilot"),
                    .source = pl_str(sample_source, sizeof sample_source - 1),
                    .exact = pl_str(sample_source, sizeof sample_source - 1),
                    .output = PL_T_INTEGER};
    sample_types(m, arena);
    sample_action(m, arena);
    sample_code(m, arena);
    sample_sites(m, arena);
    sample_descriptors(m, arena);
    PlLiteral constants[] = {
        sample_text("label:expense"),
        sample_text("messages"),
        sample_text("id"),
        {.kind = PL_LIT_NOTHING},
        {.kind = PL_LIT_YESNO, .as.yes = true},
        {.kind = PL_LIT_INT, .as.integer = INT64_MIN},
        {.kind = PL_LIT_DOUBLE, .as.number = -0.25},
        {.kind = PL_LIT_DATETIME, .as.integer = 1795170000000000, .offset = 60},
        {.kind = PL_LIT_DATE, .as.integer = 20777},
        {.kind = PL_LIT_DURATION, .as.integer = 600000000, .offset = 1},
        {.kind = PL_LIT_JSON, .as.text = PL_STR_INIT("[1,{\"a\":null}]")},
    };
    m->constants = SAMPLE_COPY(arena, constants);
    m->constant_count = sizeof constants / sizeof *constants;
    uint32_t names[] = {1, 2};
    PlShape shapes[] = {{.names = SAMPLE_COPY(arena, names), .count = 2}};
    m->shapes = SAMPLE_COPY(arena, shapes);
    m->shape_count = 1;
    PlStr builtins[] = {PL_STR_INIT("count")};
    m->builtins = SAMPLE_COPY(arena, builtins);
    m->builtin_count = 1;
    PlInput inputs[] = {
        {.name = PL_STR_INIT("user"), .type = PL_T_TEXT, .has_default = true, .value = sample_text("me"), .reg = 0}};
    m->inputs = SAMPLE_COPY(arena, inputs);
    m->input_count = 1;
}

#endif
