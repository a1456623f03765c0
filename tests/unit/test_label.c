/* SPDX-License-Identifier: MIT */
/* Labels: which calls ask first, by what their arguments follow; that the verifier holds a module to it, whatever the compiler did. */
#include "compiler/compile.h"
#include "tests/unit/unit.h"
#include "vm/code/label.h"

#include <stdlib.h>

typedef struct Labelled {
    PlEscape escape;
    PlArena *arena;
    PlCompiled c;
    PlBuf text;
} Labelled;

static Labelled *compile(const char *steps, const PlProject *project)
{
    static const PlPluginArg mail = {.name = PL_STR_INIT("mail"), .document = PL_STR_INIT("tests/labels/mail.yaml")};
    Labelled *l = calloc(1, sizeof *l);
    l->arena = pl_arena_new(&l->escape, 0);
    pl_buf_init(&l->text, 0);
    pl_buf_printf(
        &l->text,
        "Use: mail\nInput: boss: email = \"boss@example.com\"\n\n1. List using mail.list_messages() -> found\n2. Set m to found.messages[0]\n%s",
        steps);
    PlCompileOptions options = {.plan_path = PL_STR("t.pilot"), .plugins = &mail, .plugin_count = 1, .project = project};
    CHECK(pl_compile(l->arena, pl_buf_str(&l->text), &options, &l->c) == PL_OK);
    return l;
}

static void let_go(Labelled *l)
{
    pl_buf_deinit(&l->text);
    pl_arena_free(l->arena);
    free(l);
}

/* "3.to 4.label" of the findings that ask, in order. */
static const char *found(Labelled *l)
{
    static char text[256];
    PlFlow flow;
    PlLabels labels;
    size_t at = 0;
    text[0] = 0;
    if (!l->c.ok) {
        PlBuf out;
        pl_buf_init(&out, 0);
        pl_diags_print(&out, &l->c.diags, false);
        fprintf(stderr, "%.*s\n", PL_ARG(pl_buf_str(&out)));
        pl_buf_deinit(&out);
        return "not compiled";
    }
    pl_flow_of(l->arena, &l->c.module, &flow);
    pl_labels_of(l->arena, &l->c.module, &flow, &labels);
    for (uint32_t i = 0; i < labels.all.len; i++) {
        const PlLabelFinding *f = &labels.all.items[i];
        const PlCallSite *call = &l->c.module.calls[f->call];
        PlStr name = f->param == PL_TRUST_ALL ? PL_STR("if") : l->c.module.actions[call->action].params[f->param].name;
        CHECK(f->is_trusted || (call->flags & PL_CALL_ASK_FIRST) != 0);
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%.*s.%.*s%s", at ? " " : "", PL_ARG(l->c.module.sites[call->site].step), PL_ARG(name),
                               f->is_trusted ? "=trusted" : "");
    }
    return text;
}

static const struct {
    const char *steps, *found;
} asking[] = {
    {"3. Send using mail.send_message(to=boss, subject=m.subject, body=m.body)\n", ""},
    {"3. Send using mail.send_message(to=\"a@example.com\")\n", ""},
    {"3. Send using mail.send_message(to=m.from)\n", "3.to"},
    {"3. Send using mail.send_message(to=\"{m.subject}@example.com\")\n", "3.to"},
    {"3. Delete using mail.delete_message(id=m.id)\n", ""},
    {"3. Delete using mail.delete_message(id=m.subject)\n", "3.id"},
    {"3. Label using mail.put_label(label=m.thread)\n", ""},
    {"3. Label using mail.put_label(label=m.kind, message_id=m.id)\n", ""},
    {"3. Label using mail.put_label(label=\"n{m.size}\")\n", ""},
    {"3. Label using mail.put_label(label=\"x\", message_id=m.body)\n", "3.message_id"},
    {"3. Read using mail.get_message(id=m.subject) -> x\n", ""}, /* only reads */
    {"3. Read using mail.fetch(url=m.link) -> x\n", "3.url"},
    {"3. Read using mail.fetch(url=\"https://example.com/{m.id}\") -> x\n", ""},
    /* through the plan's own values */
    {"3. Set x to {id: m.id, who: m.from}\n4. Delete using mail.delete_message(id=x.id)\n", "4.id"},
    {"3. Set x to {id: m.id, n: m.size}\n4. Delete using mail.delete_message(id=x.id)\n", ""},
    {"3. Set x to {id: m}\n4. Delete using mail.delete_message(id=x.id.subject)\n", "4.id"},
    {"3. Set x to m.from if m.size > 3 otherwise boss\n4. Send using mail.send_message(to=x)\n", "4.to"},
    {"3. Set x to upper(m.from)\n4. Send using mail.send_message(to=x)\n", "4.to"},
    {"3. Set x to first(found.messages)\n4. Delete using mail.delete_message(id=x.id)\n", ""},
    {"3. Set x to first(found.messages)\n4. Delete using mail.delete_message(id=x.subject)\n", "4.id"},
    {"3. Keep found.messages where size > 3, sorted by subject -> big\n4. For each b in big:\n   4.1. Delete using "
     "mail.delete_message(id=b.id)\n",
     ""},
    {"3. Set kinds to found.messages distinct by from\n4. Delete using mail.delete_message(id=kinds[0].id)\n", ""},
    {"3. Keep found.messages where subject is \"x\" -> big\n4. Send using mail.send_message(to=big[0].from)\n", "4.to"},
    /* through loops, gathers and branches */
    {"3. For each b in found.messages, up to 3 at a time:\n   3.1. Add b.from to all\n4. Send using mail.send_message(to=all[0])\n", "5.to"},
    {"3. For each b in found.messages, up to 3 at a time:\n   3.1. Send using mail.send_message(to=b.from)\n   3.2. Delete using "
     "mail.delete_message(id=b.id)\n",
     "3.1.to"},
    {"3. At the same time:\n   3.1. Set x to m.from\n   3.2. Set y to boss\n4. Send using mail.send_message(to=x)\n5. Send using "
     "mail.send_message(to=y)\n",
     "4.to"},
    /* an answer that the document says nothing of */
    {"3. Read using mail.raw() -> r\n4. Delete using mail.delete_message(id=r.items[0].id)\n", ""},
    {"3. Read using mail.raw() -> r\n4. Delete using mail.delete_message(id=r.items[0].name)\n", "4.id"},
    {"3. Read using mail.raw() -> r\n4. Delete using mail.delete_message(id=r.id.name)\n", "4.id"},
    {"3. Read using mail.raw() -> r\n4. Set x to {id: r.items[0]}\n5. Delete using mail.delete_message(id=x.id)\n", "5.id"},
    {"3. Read using mail.raw() -> r\n4. Delete using mail.delete_message(id=r)\n", "4.id"},
    /* errors, people, events */
    {"3. Try:\n   3.1. Read using mail.get_message(id=m.id) -> x\n4. If it fails:\n   4.1. Send using mail.send_message(to=error.message)\n",
     "4.1.to"},
    {"3. Try:\n   3.1. Fail \"{m.from}\"\n4. If it fails:\n   4.1. Send using mail.send_message(to=error.message)\n", "4.1.to"},
    {"3. Try:\n   3.1. Fail \"{boss}\"\n4. If it fails:\n   4.1. Send using mail.send_message(to=error.message)\n", ""},
    {"3. Try:\n   3.1. For each b in found.messages, up to 3 at a time:\n      3.1.1. Read using mail.get_message(id=b.id) -> x\n4. If it fails:\n"
     "   4.1. Send using mail.send_message(to=error.message)\n",
     "4.1.to"},
    {"3. Try:\n   3.1. At the same time:\n      3.1.1. Fail \"{m.from}\"\n      3.1.2. Set y to boss\n4. If it fails:\n"
     "   4.1. Send using mail.send_message(to=error.message)\n",
     "4.1.to"},
    {"3. Ask \"Who?\" as email -> who\n4. Send using mail.send_message(to=who)\n", ""},
    {"3. Wait for \"mail\" up to 1 day -> x\n4. Send using mail.send_message(to=text(x))\n", "4.to"},
    /* a condition alone decides only under `strict` */
    {"3. If m.subject contains \"now\":\n   3.1. Send using mail.send_message(to=boss)\n", ""},
};

TEST(what_asks)
{
    for (size_t i = 0; i < sizeof asking / sizeof *asking; i++) {
        Labelled *l = compile(asking[i].steps, NULL);
        bool right = strcmp(found(l), asking[i].found) == 0;
        if (!right) fprintf(stderr, "%s: found \"%s\", expected \"%s\"\n", asking[i].steps, found(l), asking[i].found);
        CHECK(right);
        let_go(l);
    }
}

TEST(the_verifier_wants_it_too)
{
    Labelled *l = compile("3. Send using mail.send_message(to=m.from)\n", NULL);
    CHECK(l->c.ok && pl_module_verify(&l->c.module, &l->c.diags) == PL_OK);
    for (uint32_t i = 0; i < l->c.module.call_count; i++) l->c.module.calls[i].flags &= ~(uint32_t)PL_CALL_ASK_FIRST;
    CHECK(pl_module_verify(&l->c.module, &l->c.diags) == PL_CORRUPT);
    l->c.module.manifest.policy = PL_POLICY_OPEN;
    CHECK(pl_module_verify(&l->c.module, &l->c.diags) == PL_OK);
    let_go(l);
}

/* An entry of the manifest that names a selector: the verifier asks for the question, and refuses an entry of no action. */
TEST(a_forged_selector)
{
    Labelled *l = compile("3. Send using mail.send_message(to=boss, subject=m.subject)\n", NULL);
    PlModule *m = &l->c.module;
    uint32_t send = m->calls[1].action, subject = (uint32_t)(pl_action_param(&m->actions[send], PL_STR("subject")) - m->actions[send].params);
    const PlTrust says[] = {{PL_TRUST_ALL, send, PL_STR_INIT(""), subject}, {PL_TRUST_ALL, send, PL_STR_INIT(""), PL_TRUST_ALL},
                            {PL_TRUST_ALL, PL_TRUST_ALL, PL_STR_INIT(""), PL_TRUST_ALL}, {PL_TRUST_ALL, send, PL_STR_INIT("from"), subject},
                            {PL_TRUST_ALL, m->action_count, PL_STR_INIT(""), 0}, {PL_TRUST_ALL, send, PL_STR_INIT(""), m->actions[send].param_count}};
    CHECK(pl_module_verify(m, &l->c.diags) == PL_OK);
    for (size_t i = 0; i < sizeof says / sizeof *says; i++) {
        PlTrust trust = says[i];
        m->manifest.trusts = &trust;
        m->manifest.trust_count = 1;
        CHECK(pl_module_verify(m, &l->c.diags) == PL_CORRUPT);
        m->calls[1].flags |= PL_CALL_ASK_FIRST;
        m->manifest.asks_person = true;
        CHECK((pl_module_verify(m, &l->c.diags) == PL_OK) == (i < 2)); /* with the question the first two are fine */
        m->calls[1].flags &= ~(uint32_t)PL_CALL_ASK_FIRST;
        m->manifest.asks_person = false;
    }
    let_go(l);
}

static PlProject project_of(PlPolicy policy, PlTrustArg *trusts, uint32_t count)
{
    PlProject project = {.policy = policy};
    project.trusts.items = trusts;
    project.trusts.len = project.trusts.cap = count;
    return project;
}

TEST(trust_and_policy)
{
    PlTrustArg exact = {PL_STR("mail.list_messages.from"), PL_STR("mail.send_message.to")}, all = {PL_STR("mail.*"), PL_STR("")};
    PlTrustArg other = {PL_STR("mail.list_messages.subject"), PL_STR("mail.send_message.to")}, wrong = {PL_STR("mail.list_messages.fromm"), PL_STR("")};
    PlTrustArg no_argument = {PL_STR("mail.list_messages.from"), PL_STR("mail.send_message.too")};
    static const char steps[] = "3. Send using mail.send_message(to=m.from)\n";
    static const char strict[] =
        "3. If m.subject contains \"now\":\n   3.1. Delete using mail.delete_message(id=m.id)\n4. Send using mail.send_message(to=boss)\n";
    static const char chosen[] =
        "3. Set x to boss\n4. If m.subject contains \"now\":\n   4.1. Set x to \"a@example.com\"\n5. Send using mail.send_message(to=x)\n";
    const struct {
        PlTrustArg *trust;
        PlPolicy policy;
        const char *steps, *found;
    } cases[] = {{&exact, PL_POLICY_DEFAULT, steps, "3.to=trusted"},
                 {&all, PL_POLICY_DEFAULT, steps, "3.to=trusted"},
                 {&other, PL_POLICY_DEFAULT, steps, "3.to"},
                 {NULL, PL_POLICY_OPEN, steps, ""},
                 {NULL, PL_POLICY_STRICT, strict, "3.1.id 3.1.if"},
                 {NULL, PL_POLICY_STRICT, chosen, "5.to"}};
    uint8_t hashes[6][32];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        PlProject project = project_of(cases[i].policy, cases[i].trust, cases[i].trust != NULL);
        Labelled *l = compile(cases[i].steps, &project);
        CHECK_STR(pl_str_z(found(l)), cases[i].found);
        memcpy(hashes[i], l->c.module.effect_hash, 32);
        for (size_t k = 0; k < i; k++) CHECK(memcmp(hashes[i], hashes[k], 32) != 0); /* an approval is of the policy, too */
        let_go(l);
    }
    for (PlTrustArg *bad = &wrong; bad; bad = bad == &wrong ? &no_argument : NULL) {
        PlProject project = project_of(PL_POLICY_DEFAULT, bad, 1);
        Labelled *l = compile(steps, &project);
        CHECK(!l->c.ok && l->c.diags.errors == 1);
        let_go(l);
    }
}

/* What a person is told of one call is of that call, and not what the project trusts. */
TEST(words_for_one_call)
{
    PlTrustArg from = {PL_STR("mail.list_messages.from"), PL_STR("mail.send_message.to")};
    PlProject project = project_of(PL_POLICY_DEFAULT, &from, 1);
    Labelled *l = compile("3. Send using mail.send_message(to=m.from)\n4. Send using mail.send_message(to=m.subject)\n", &project);
    static const char *const words[] = {"", "", " `to` follows `subject` of the answer of mail.list_messages"};
    CHECK(l->c.ok && l->c.module.call_count == 3);
    for (uint32_t i = 0; l->c.ok && i < l->c.module.call_count; i++) {
        PlBuf out;
        pl_buf_init(&out, 0);
        pl_label_print_call(&out, l->arena, &l->c.module, i);
        CHECK_STR(pl_buf_str(&out), words[i]);
        pl_buf_deinit(&out);
    }
    let_go(l);
}

UNIT_MAIN
