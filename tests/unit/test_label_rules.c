/* SPDX-License-Identifier: MIT */
/* The rule of spec/labels.md, piece by piece: which arguments select, what is trusted, what the project's word does. Whole plans: test_label.c,
 * test_taint.c. */
#include "tests/unit/unit.h"
#include "vm/code/label.h"

typedef struct Rules {
    PlEscape escape;
    PlArena *arena;
    PlModule m;
    PlAction actions[2];
    PlParam params[2];
    PlCallSite call;
    PlArg arg;
    PlSite sites[2];
} Rules;

/* Two actions of plugin "mail": "read", which reads, and "send" with one argument, which writes. */
static void rules_begin(Rules *r)
{
    *r = (Rules){0};
    r->arena = pl_arena_new(&r->escape, 0);
    pl_types_init(&r->m.types, r->arena);
    r->params[0] = (PlParam){.name = PL_STR("note"), .place = PL_IN_QUERY, .type = PL_T_TEXT};
    r->params[1] = (PlParam){.name = PL_STR("more"), .place = PL_IN_QUERY, .type = PL_T_TEXT};
    r->actions[0] = (PlAction){.plugin = PL_STR("mail"), .name = PL_STR("read"), .effect = PL_EFFECT_READ};
    r->actions[1] = (PlAction){.plugin = PL_STR("mail"), .name = PL_STR("send"), .effect = PL_EFFECT_WRITE, .params = r->params, .param_count = 2};
    r->m.actions = r->actions;
    r->m.action_count = 2;
    r->call = (PlCallSite){.action = 1, .site = 0, .args = &r->arg, .arg_count = 1};
    r->m.calls = &r->call;
    r->m.call_count = 1;
    r->sites[0] = (PlSite){.step = PL_STR("1"), .parent = 1};
    r->sites[1] = (PlSite){.step = PL_STR("2"), .parent = PL_NO_SITE};
    r->m.sites = r->sites;
    r->m.site_count = 2;
}

static PlTypeId nested(PlTypes *types, int depth)
{
    PlTypeId id = PL_T_INTEGER;
    while (depth-- > 0) id = pl_type_list(types, id);
    return id;
}

TEST(names_and_types_that_select)
{
    Rules r;
    rules_begin(&r);
    PlTypes *types = &r.m.types;
    PlTypeId members[2] = {PL_T_INTEGER, PL_T_TEXT}, numbers[2] = {PL_T_INTEGER, PL_T_YESNO};
    PlLiteral word = {.kind = PL_LIT_TEXT, .as.text = PL_STR("a")};
    PlTypeId closed = pl_type_enum(types, &word, 1), unknown = pl_type_reserve(types);
    ((PlType *)(uintptr_t)pl_type(types, unknown))->kind = PL_TYPE_INTEGER; /* a number, or what nobody said */
    const struct {
        const char *name;
        PlTypeId type;
        PlPlace place;
        bool write_selects, read_selects;
    } cases[] = {
        {"note", PL_T_TEXT, PL_IN_QUERY, false, false},
        {"to", PL_T_TEXT, PL_IN_QUERY, true, false},
        {"to", PL_T_ANY, PL_IN_QUERY, true, false},
        {"to", PL_T_RECORD_ANY, PL_IN_QUERY, true, false},
        {"to", PL_T_FILE, PL_IN_QUERY, true, false},
        {"to", PL_T_LIST_TEXT, PL_IN_QUERY, true, false},
        {"to", nested(types, 3), PL_IN_QUERY, false, false},
        {"to", nested(types, 20), PL_IN_QUERY, true, false}, /* deeper than anybody looks */
        {"to", pl_type_union(types, members, 2), PL_IN_QUERY, true, false},
        {"to", pl_type_union(types, numbers, 2), PL_IN_QUERY, false, false},
        {"to", closed, PL_IN_QUERY, false, false},
        {"to", unknown, PL_IN_QUERY, true, false},
        {"note", PL_T_TEXT, PL_IN_PATH, true, false},
        {"note", pl_type_text(types, PL_FORMAT_EMAIL), PL_IN_QUERY, true, false},
        {"note", pl_type_text(types, PL_FORMAT_URL), PL_IN_QUERY, true, true},
        {"note", pl_type_text(types, PL_FORMAT_HOSTNAME), PL_IN_QUERY, true, true},
        {"note", pl_type_text(types, PL_FORMAT_IP), PL_IN_QUERY, true, true},
        {"note", pl_type_text(types, PL_FORMAT_HTML), PL_IN_QUERY, false, false},
        {"url", PL_T_TEXT, PL_IN_QUERY, true, true},
        {"url", PL_T_TEXT, PL_IN_PATH, true, false},
        {"the~to", PL_T_TEXT, PL_IN_QUERY, true, false},
        {"to{", PL_T_TEXT, PL_IN_QUERY, false, false},
        {"@to", PL_T_TEXT, PL_IN_QUERY, true, false},
        {"[to", PL_T_TEXT, PL_IN_QUERY, true, false},
        {"t\xc3\xb6", PL_T_TEXT, PL_IN_QUERY, false, false},
        {"\xc3\xb6to", PL_T_TEXT, PL_IN_QUERY, false, false},
        {"sendTo", PL_T_TEXT, PL_IN_QUERY, true, false},
        {"sendTO", PL_T_TEXT, PL_IN_QUERY, true, false},
        {"TO", PL_T_TEXT, PL_IN_QUERY, true, false},
        {"9To", PL_T_TEXT, PL_IN_QUERY, true, false},
        {"averyveryveryveryverylongnameofanargument", PL_T_TEXT, PL_IN_QUERY, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        r.params[0] = (PlParam){.name = pl_str_z(cases[i].name), .place = cases[i].place, .type = cases[i].type};
        for (int writes = 0; writes < 2; writes++) {
            r.actions[1].effect = writes ? PL_EFFECT_WRITE : PL_EFFECT_READ;
            bool right = pl_label_selects(&r.m, 1, 0) == (writes ? cases[i].write_selects : cases[i].read_selects);
            if (!right) fprintf(stderr, "%s (case %zu), writes %d\n", cases[i].name, i, writes);
            CHECK(right);
        }
    }
    pl_arena_free(r.arena);
}

TEST(words_of_the_project_that_select)
{
    Rules r;
    rules_begin(&r);
    const struct {
        PlTrust trust;
        bool selects;
    } cases[] = {{{.from = PL_TRUST_ALL, .to = 1, .param = 0}, true}, {{.from = PL_TRUST_ALL, .to = 1, .param = PL_TRUST_ALL}, true},
                 {{.from = PL_TRUST_ALL, .to = 1, .param = 1}, false}, {{.from = PL_TRUST_ALL, .to = 0, .param = 0}, false},
                 {{.from = 0, .to = 1, .param = 0}, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        PlTrust trust = cases[i].trust;
        r.m.manifest.trusts = &trust;
        r.m.manifest.trust_count = 1;
        CHECK(pl_label_selects(&r.m, 1, 0) == cases[i].selects);
    }
    pl_arena_free(r.arena);
}

TEST(what_is_trusted)
{
    Rules r;
    rules_begin(&r);
    PlTypeId uuid = pl_type_text(&r.m.types, PL_FORMAT_UUID);
    const struct {
        PlFlowSource source;
        bool trusted, strict;
    } cases[] = {
        {{.kind = PL_FROM_INPUT}, true, true},
        {{.kind = PL_FROM_PERSON}, true, true},
        {{.kind = PL_FROM_CLOCK}, true, true},
        {{.kind = PL_FROM_EVENT}, false, false},
        {{.kind = PL_FROM_ACTION, .type = PL_T_TEXT, .field = PL_STR_INIT("subject")}, false, false},
        {{.kind = PL_FROM_ACTION, .type = PL_T_TEXT, .field = PL_STR_INIT("message_id")}, true, false},
        {{.kind = PL_FROM_ACTION, .type = PL_T_TEXT, .field = PL_STR_INIT("id"), .made = true}, false, false},
        {{.kind = PL_FROM_ACTION, .type = PL_T_TEXT, .field = PL_STR_INIT("id"), .model = true}, false, false},
        {{.kind = PL_FROM_ACTION, .type = PL_T_INTEGER, .field = PL_STR_INIT("size")}, true, false},
        {{.kind = PL_FROM_ACTION, .type = uuid, .field = PL_STR_INIT("thread")}, true, false},
        {{.kind = PL_FROM_ACTION, .type = PL_T_ANY, .field = PL_STR_INIT("id")}, true, false},
        {{.kind = PL_FROM_ACTION, .type = PL_T_ANY, .field = PL_STR_INIT("")}, false, false},
        {{.kind = PL_FROM_ACTION, .type = PL_T_RECORD_ANY, .field = PL_STR_INIT("id")}, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        r.m.manifest.policy = PL_POLICY_DEFAULT;
        CHECK(pl_label_is_trusted(&r.m, &cases[i].source) == cases[i].trusted);
        r.m.manifest.policy = PL_POLICY_STRICT;
        CHECK(pl_label_is_trusted(&r.m, &cases[i].source) == cases[i].strict);
    }
    pl_arena_free(r.arena);
}

/* Of several sources the one that is shown is the first that is not trusted, and only else one that the project trusts. */
TEST(which_source_is_found)
{
    Rules r;
    rules_begin(&r);
    PlFlowSource sources[] = {{.kind = PL_FROM_EVENT},
                              {.kind = PL_FROM_ACTION, .type = PL_T_TEXT, .field = PL_STR_INIT("from")},
                              {.kind = PL_FROM_ACTION, .type = PL_T_TEXT, .field = PL_STR_INIT("subject")},
                              {.kind = PL_FROM_INPUT}};
    PlFlow flow = {.sources = sources, .source_count = 4, .word_count = 1};
    const struct {
        PlTrust trust;
        uint64_t set;
        bool found, trusted;
        uint32_t source;
    } cases[] = {
        {{.from = 0, .to = 1, .param = 0, .field = PL_STR_INIT("from")}, 0x8, false, true, 0},
        {{.from = 0, .to = 1, .param = 0, .field = PL_STR_INIT("from")}, 0x2, true, true, 1},
        {{.from = 0, .to = 1, .param = 1, .field = PL_STR_INIT("from")}, 0x2, true, false, 1}, /* as another argument */
        {{.from = 0, .to = 0, .param = 0, .field = PL_STR_INIT("from")}, 0x2, true, false, 1}, /* of another action */
        {{.from = 1, .to = 1, .param = 0, .field = PL_STR_INIT("from")}, 0x2, true, false, 1}, /* an answer of another one */
        {{.from = 0, .to = PL_TRUST_ALL, .param = 0}, 0x6, true, true, 1},
        {{.from = 0, .to = 1, .param = PL_TRUST_ALL, .field = PL_STR_INIT("from")}, 0x6, true, false, 2},
        {{.from = 0, .to = 1, .param = PL_TRUST_ALL, .field = PL_STR_INIT("subject")}, 0x6, true, false, 1},
        {{.from = 0, .to = 1, .param = PL_TRUST_ALL}, 0x7, true, false, 0},
        {{.from = 0, .to = 0, .param = PL_TRUST_ALL}, 0x6, true, false, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        PlTrust trust = cases[i].trust;
        uint64_t words = cases[i].set;
        PlFlowSet set = {&words};
        PlLabelFinding f = {.call = 0, .param = 0};
        r.m.manifest.trusts = &trust;
        r.m.manifest.trust_count = 1;
        bool right = pl_label_judge(&r.m, &flow, &set,
            &f) == cases[i].found && f.is_trusted == cases[i].trusted && (!cases[i].found || f.source == cases[i].source);
        if (!right) fprintf(stderr, "case %zu: trusted %d, source %u\n", i, f.is_trusted, f.source);
        CHECK(right);
    }
    pl_arena_free(r.arena);
}

/* Strict: conditions of the steps around a call, if anything from outside decides them. */
TEST(conditions_that_decide)
{
    Rules r;
    rules_begin(&r);
    PlFlowSource sources[] = {{.kind = PL_FROM_EVENT}, {.kind = PL_FROM_INPUT}};
    uint64_t bad = 1, good = 2, none = 0;
    PlFlowSet set = {&none}, *args = &set;
    PlFlowDecision decisions[] = {{.site = 1, .from = {&good}}, {.site = 1, .from = {&bad}}, {.site = 7, .from = {&bad}}};
    PlFlow flow = {.sources = sources, .source_count = 2, .word_count = 1, .args = &args, .decisions = decisions, .decision_count = 3};
    PlLabels labels;
    r.m.manifest.policy = PL_POLICY_STRICT;
    pl_labels_of(r.arena, &r.m, &flow, &labels);
    CHECK(labels.all.len == 1 && labels.all.items[0].param == PL_TRUST_ALL && labels.all.items[0].site == 1);
    r.actions[1].effect = PL_EFFECT_READ;
    pl_labels_of(r.arena, &r.m, &flow, &labels);
    CHECK(labels.all.len == 0);
    r.m.manifest.policy = PL_POLICY_OPEN;
    pl_labels_of(r.arena, &r.m, &flow, &labels);
    CHECK(labels.all.len == 0);
    pl_arena_free(r.arena);
}

TEST(trust_in_words)
{
    static const struct {
        PlTrust trust;
        const char *words;
    } cases[] = {
        {{.from = PL_TRUST_ALL, .to = 1, .param = 0}, "mail.send.note"},
        {{.from = PL_TRUST_ALL, .to = 1, .param = PL_TRUST_ALL}, "mail.send.*"},
        {{.from = 0, .to = PL_TRUST_ALL, .field = PL_STR_INIT("from")}, "mail.read.from"},
        {{.from = 0, .to = 1, .param = 1}, "mail.read.* -> mail.send.more"},
        {{.from = 0, .to = 1, .param = PL_TRUST_ALL}, "mail.read.* -> mail.send.*"},
    };
    Rules r;
    rules_begin(&r);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        PlBuf out;
        pl_buf_init(&out, 0);
        pl_label_print_trust(&out, &r.m, &cases[i].trust);
        CHECK_STR(pl_buf_str(&out), cases[i].words);
        pl_buf_deinit(&out);
    }
    pl_arena_free(r.arena);
}

UNIT_MAIN
