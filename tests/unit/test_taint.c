/* SPDX-License-Identifier: MIT */
/* Labels at run time: a module whose `ask first` was taken out asks all the same, when and only when what a call acts on came from outside in this very run. */
#include "compiler/compile.h"
#include "stdlib/builtin.h"
#include "tests/unit/unit.h"
#include "tests/unit/world.h"
#include "vm/code/label.h"

static WorldAnswer mail(World *w, const WorldSend *s)
{
    (void)w;
    static const char message[] = "{\"id\":\"m1\",\"thread\":\"6ba7b810-9dad-11d1-80b4-00c04fd430c8\",\"from\":\"eve@example.com\",\"subject\":\"now\","
                                  "\"body\":\"eve@example.com\",\"link\":\"https://eve.example.com/x\",\"size\":5,\"kind\":\"work\"}";
    static char body[800];
    const char *path = strchr(s->url + 8, '/');
    if (strncmp(path, "/messages/", 10) == 0 && s->method == PL_GET) return (WorldAnswer){.status = 404};
    if (s->method == PL_DELETE || s->method == PL_PUT) return (WorldAnswer){.status = 204};
    if (s->method == PL_POST) return (WorldAnswer){.status = 201, .type = "application/json", .body = "{\"id\":\"sent\"}"};
    if (strcmp(path, "/raw") == 0) snprintf(body, sizeof body, "{\"items\":[{\"id\":\"i1\",\"name\":\"eve\"}],\"list\":[\"eve\"]}");
    else snprintf(body, sizeof body, "{\"messages\":[%s]}", message);
    return (WorldAnswer){.status = 200, .type = "application/json", .body = body};
}

/* "4.to" of the first call that asks, "done" when none does. */
static const char *asks(const char *steps, PlPolicy policy, bool keeps_flags)
{
    static const PlPluginArg plugin = {.name = PL_STR_INIT("mail"), .document = PL_STR_INIT("tests/labels/mail.yaml")};
    static char said[400];
    PlEscape escape;
    PlCompiled c;
    PlBuf text;
    PlProject project = {.policy = policy};
    PlArena *arena = pl_arena_new(&escape, 0);
    pl_buf_init(&text, 0);
    pl_buf_printf(
        &text,
        "Use: mail\nInput: boss: email = \"boss@example.com\"\n\n1. List using mail.list_messages() -> found\n2. Set m to found.messages[0]\n%s",
        steps);
    PlCompileOptions options = {.plan_path = PL_STR("t.pilot"), .plugins = &plugin, .plugin_count = 1, .project = &project};
    snprintf(said, sizeof said, "not compiled");
    if (pl_compile(arena, pl_buf_str(&text), &options, &c) == PL_OK && c.ok) {
        for (uint32_t i = 0; i < c.module.call_count && !keeps_flags; i++) c.module.calls[i].flags &= ~(uint32_t)PL_CALL_ASK_FIRST;
        World *w = world_new();
        w->server = mail;
        WorldRun *r = world_begin_with(w, &c.module, (PlRunOptions){.input = PL_STR("{}")}, false, pl_builtin_ref);
        PlRunState state = world_go(w, r);
        snprintf(said, sizeof said, "%s", state == PL_RUN_DONE ? "done" : state == PL_RUN_FAILED ? "failed" : "parked");
        if (state == PL_RUN_FAILED) fprintf(stderr, "%.*s\n", PL_ARG(pl_run_error(r->run)));
        for (uint32_t i = 0; i < w->row_count; i++) {
            const PlRow *row = &w->rows[i].row;
            size_t from = pl_str_find(row->body, PL_STR(")? "), 0), to = from == PL_STR_NONE ? from : pl_str_find(row->body, PL_STR("\""), from);
            if (row->kind != PL_ROW_ASK) continue;
            snprintf(said, sizeof said, "%.*s:%.*s", PL_ARG(row->path), PL_ARG(from == PL_STR_NONE ? PL_STR("") : pl_str_slice(row->body, from + 2, to)));
        }
        world_end(w, r);
        world_free(w);
    } else {
        PlBuf out;
        pl_buf_init(&out, 0);
        pl_diags_print(&out, &c.diags, false);
        fprintf(stderr, "%.*s\n", PL_ARG(pl_buf_str(&out)));
        pl_buf_deinit(&out);
    }
    pl_buf_deinit(&text);
    pl_arena_free(arena);
    return said;
}

#define FROM "`from` of the answer of mail.list_messages"

static const struct {
    const char *steps, *said;
} asking[] = {
    {"3. Send using mail.send_message(to=boss, subject=m.subject, body=m.body)\n", "done"},
    {"3. Send using mail.send_message(to=m.from)\n", "3: `to` follows " FROM},
    {"3. Send using mail.send_message(to=\"{m.subject}@example.com\")\n", "3: `to` follows `subject` of the answer of mail.list_messages"},
    {"3. Delete using mail.delete_message(id=m.id)\n", "done"},
    {"3. Delete using mail.delete_message(id=m.subject)\n", "3: `id` follows `subject` of the answer of mail.list_messages"},
    {"3. Set x to upper(m.from)\n4. Send using mail.send_message(to=x)\n", "4: `to` follows " FROM},
    {"3. Set x to first(found.messages)\n4. Send using mail.send_message(to=x.from)\n", "4: `to` follows " FROM},
    {"3. Set x to first(found.messages)\n4. Delete using mail.delete_message(id=x.id)\n", "done"},
    /* each field, and the items of a list, have their own */
    {"3. Set x to {id: m.id, who: m.from}\n4. Delete using mail.delete_message(id=x.id)\n", "done"},
    {"3. Set x to {id: m.id, who: m.from}\n4. Delete using mail.delete_message(id=x.who)\n", "4: `id` follows " FROM},
    {"3. Set x to {in: {id: m.id, who: m.from}}\n4. Set y to [x.in]\n5. For each z in y:\n   5.1. Delete using mail.delete_message(id=z.id)\n"
     "6. Send using mail.send_message(to=y[0].who)\n",
     "6: `to` follows " FROM},
    {"3. For each b in found.messages:\n   3.1. Add {id: b.id, who: b.from} to all\n4. For each one in all:\n   4.1. Delete using "
     "mail.delete_message(id=one.id)\n",
     "done"},
    {"3. For each b in found.messages, up to 3 at a time:\n   3.1. Add {id: b.id, who: b.from} to all\n4. For each one in all:\n"
     "   4.1. Delete using mail.delete_message(id=one.id)\n5. Send using mail.send_message(to=all[0].who)\n",
     "6: `to` follows " FROM},
    /* a branch that was not taken gives nothing */
    {"3. Set x to boss\n4. If m.size > 9:\n   4.1. Set x to m.from\n5. Send using mail.send_message(to=x)\n", "done"},
    {"3. Set x to boss\n4. If m.size > 3:\n   4.1. Set x to m.from\n5. Send using mail.send_message(to=x)\n", "5: `to` follows " FROM},
    {"3. At the same time:\n   3.1. Set x to m.from\n   3.2. Set y to boss\n4. Send using mail.send_message(to=y)\n5. Send using "
     "mail.send_message(to=x)\n",
     "5: `to` follows " FROM},
    /* errors quote */
    {"3. Try:\n   3.1. Fail \"{m.from}\"\n4. If it fails:\n   4.1. Send using mail.send_message(to=error.message)\n", "4.1: `to` follows " FROM},
    {"3. Set x to boss\n4. Try:\n   4.1. Set x to m.from\n   4.2. Read using mail.get_message(id=m.id) -> y\n5. If it fails:\n"
     "   5.1. Send using mail.send_message(to=error.message)\n",
     "5.1: `to` follows something made from the answer of mail.get_message"},
    {"3. Set x to boss\n4. Try:\n   4.1. Read using mail.get_message(id=m.id) -> x\n5. If it fails:\n   5.1. Send using "
     "mail.send_message(to=boss)\n",
     "done"},
    {"3. Read using mail.raw() -> r\n4. Delete using mail.delete_message(id=r.items[0].id)\n5. Delete using "
     "mail.delete_message(id=r.items[0].name)\n",
     "5: `id` follows `name` of the answer of mail.raw"},
    {"3. If m.subject contains \"now\":\n   3.1. Send using mail.send_message(to=boss)\n", "done"},
    /* items of several kinds are joined field by field */
    {"3. Add {id: m.id, who: boss} to all\n4. Add {id: m.id, who: m.from, more: 1} to all\n5. Delete using mail.delete_message(id=all[0].id)\n"
     "6. Send using mail.send_message(to=all[0].who)\n",
     "7: `to` follows " FROM},
    {"3. Add {id: m.id, who: boss} to all\n4. Label using mail.put_label(label=\"n{count(all)}\")\n", "done"},
    /* by number, through functions, deep */
    {"3. Set n to 0\n4. Set y to found.messages[n]\n5. Delete using mail.delete_message(id=y.id)\n6. Send using mail.send_message(to=y.from)\n",
     "6: `to` follows " FROM},
    {"3. Set n to 1\n4. Set l to [m.from, boss]\n5. Send using mail.send_message(to=l[n])\n", "5: `to` follows " FROM},
    {"3. Set l to union([boss], [m.from])\n4. Send using mail.send_message(to=l[0])\n", "4: `to` follows " FROM},
    {"3. Set l to flatten([[m.from]])\n4. Send using mail.send_message(to=l[0])\n", "4: `to` follows " FROM},
    {"3. Set l to reverse([{id: m.id, who: m.from}])\n4. Set f to first(l)\n5. Delete using mail.delete_message(id=f.id)\n", "done"},
    {"3. Set a to {b: {c: {d: {e: {f: {id: m.id, who: m.from}}}}}}\n4. Delete using mail.delete_message(id=a.b.c.d.e.f.id)\n",
     "4: `id` follows " FROM},
    /* errors of those that ran at the same time may hold anything */
    {"3. Try:\n   3.1. For each b in found.messages, up to 3 at a time:\n      3.1.1. Read using mail.get_message(id=b.id) -> x\n4. If it "
     "fails:\n"
     "   4.1. Send using mail.send_message(to=error.message)\n",
     "4.1: `to` follows something made from the answer of mail.list_messages"},
    {"3. For each b in found.messages, up to 3 at a time, tolerating 1 failure:\n   3.1. Read using mail.get_message(id=b.id) -> x\n4. Send "
     "using mail.send_message(to=boss)\n",
     "done"},
};

TEST(what_asks_in_this_run)
{
    for (size_t i = 0; i < sizeof asking / sizeof *asking; i++) {
        const char *said = asks(asking[i].steps, PL_POLICY_DEFAULT, false);
        bool right = strcmp(said, asking[i].said) == 0;
        if (!right) fprintf(stderr, "%s: \"%s\", expected \"%s\"\n", asking[i].steps, said, asking[i].said);
        CHECK(right);
    }
}

TEST(policies)
{
    CHECK_STR(pl_str_z(asks("3. Send using mail.send_message(to=m.from)\n", PL_POLICY_OPEN, false)), "done");
    CHECK_STR(pl_str_z(asks("3. Delete using mail.delete_message(id=m.id)\n", PL_POLICY_STRICT, false)),
              "3: `id` follows `id` of the answer of mail.list_messages");
    CHECK(strstr(asks("3. If m.subject contains \"now\":\n   3.1. Send using mail.send_message(to=boss)\n", PL_POLICY_STRICT, true),
                 "the condition of step 3") != NULL);
}

/* What a person is shown is what was found in this run. */
TEST(the_question_names_what_it_was)
{
    CHECK_STR(pl_str_z(asks("3. Set x to m.body if m.size > 9 otherwise m.from\n4. Send using mail.send_message(to=x)\n", PL_POLICY_DEFAULT, true)),
              "4: `to` follows " FROM);
}

/* A loop makes no new labels. */
TEST(a_long_loop)
{
    CHECK_STR(pl_str_z(asks("3. Repeat 20000 times:\n   3.1. Set y to {id: m.id, who: m.from}\n   3.2. Set x to y.who\n4. Send using mail.send_message(to=x)\n",
                            PL_POLICY_DEFAULT, false)),
              "4: `to` follows " FROM);
}

/* What an argument's name and type say. */
TEST(selectors)
{
    static const struct {
        const char *name;
        bool in_path, writes, is_number, selects;
    } cases[] = {{"to", false, true, false, true},        {"replyTo", false, true, false, true},     {"webhookURL", false, true, false, true},
                 {"target-url", false, true, false, true}, {"url2", false, true, false, false},       {"subject", false, true, false, false},
                 {"item", true, true, false, true},        {"item", true, true, true, false},         {"url", false, false, false, true},
                 {"url", true, false, false, false},       {"to", false, false, false, false},        {"", false, true, false, false}};
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    PlTypes types;
    pl_types_init(&types, arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        PlAction action = {.effect = cases[i].writes ? PL_EFFECT_WRITE : PL_EFFECT_READ};
        PlParam param = {.name = pl_str_z(cases[i].name),
                         .place = cases[i].in_path ? PL_IN_PATH : PL_IN_QUERY,
                         .type = cases[i].is_number ? PL_T_INTEGER : PL_T_TEXT};
        action.params = &param;
        action.param_count = 1;
        PlModule module = {.types = types, .actions = &action, .action_count = 1};
        bool right = pl_label_selects(&module, 0, 0) == cases[i].selects;
        if (!right) fprintf(stderr, "%s\n", cases[i].name);
        CHECK(right);
        module.manifest.policy = PL_POLICY_STRICT;
        CHECK(pl_label_selects(&module, 0, 0) == (cases[i].writes || cases[i].selects));
        module.manifest.policy = PL_POLICY_DEFAULT;
        PlTrust said[] = {{.from = 0, .to = PL_TRUST_ALL, .param = PL_TRUST_ALL}, {.from = PL_TRUST_ALL, .to = 0, .param = 0}};
        module.manifest.trusts = said;
        module.manifest.trust_count = 1;
        CHECK(pl_label_selects(&module, 0, 0) == cases[i].selects); /* trust makes no selector */
        module.manifest.trust_count = 2;
        CHECK(pl_label_selects(&module, 0, 0)); /* the word of the project or the document does, whatever the type */
    }
    pl_arena_free(arena);
}

UNIT_MAIN
