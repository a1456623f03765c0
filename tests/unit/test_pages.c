/* SPDX-License-Identifier: MIT */
/* All pages of a list: every way that servers lead on, and what the document says of its own. */
#include "tests/unit/unit.h"
#include "tests/unit/world.h"

static int page_way;

static WorldAnswer paged(World *w, const WorldSend *s)
{
    static const char *const link = "<https://shop.test/things?p=2>; rel=\"next\", <https://shop.test/x>; rel=\"last\"";
    const char *last = "{\"items\":[{\"id\":3}]}";
    WorldAnswer a = {.status = 200, .type = "application/json", .body = last};
    w->counter++;
    switch (page_way) {
    case 0:
        if (w->counter == 1) a.body = "{\"items\":[{\"id\":1},{\"id\":2}]}", a.header = "link", a.header_value = link;
        break;
    case 1:
        if (!strstr(s->url, "cursor=a%2Fb")) a.body = "{\"items\":[{\"id\":1},{\"id\":2}],\"meta\":{\"nextCursor\":\"a/b\"}}";
        break;
    case 2:
        a.body = strstr(s->url, "page=2") ? "{\"items\":[{\"id\":3}],\"total\":3}" : "{\"items\":[{\"id\":1},{\"id\":2}],\"total\":3}";
        break;
    case 3:
        a.body = strstr(s->url, "starting_after=2") ? "{\"has_more\":false,\"items\":[{\"id\":3}]}"
                                                    : "{\"has_more\":true,\"items\":[{\"id\":1},{\"id\":2}]}"; break;
    case 4: a.body = "{\"items\":[{\"id\":1},{\"id\":2}],\"next_page_token\":\"t\"}"; break; /* and nowhere to put it */
    case 5: a.body = "{\"items\":[{\"id\":1},{\"id\":2}],\"next\":\"/things?more=1\"}"; break; /* for ever: the same address */
    default: break;
    }
    return a;
}

TEST(all_pages_by_every_way)
{
    static const char *const params[] = {"q", "cursor", "page", "starting_after", "q", "q"};
    for (page_way = 0; page_way < 6; page_way++) {
        for (int most = 0; most < 2; most++) {
            Asm *a = asm_one_call(PL_GET, (PlCallSite){.flags = PL_CALL_ALL_PAGES, .max_items = most ? 1 : 0}, false);
            asm_param(a, 0, params[page_way], PL_IN_QUERY, PL_STYLE_FORM, true);
            Run x = run_it(a, paged);
            for (int i = 0; i < 2; i++) {
                if (most) CHECK(has(pl_run_output(x.r->run), "\"items\":[{\"id\":1}]") && x.w->sent == 1);
                else if (page_way == 4) CHECK(has(pl_run_error(x.r->run), "P0946"));
                else if (page_way == 5) CHECK(has(pl_run_output(x.r->run), "[{\"id\":1},{\"id\":2},{\"id\":1},{\"id\":2}]"));
                else CHECK(has(pl_run_output(x.r->run), "\"items\":[{\"id\":1},{\"id\":2},{\"id\":3}]") && x.w->sent == 2);
                world_drop_rows(x.w, x.w->row_count - 1);
                if (i == 0) again(&x);
            }
            over(&x);
        }
    }
}

/* Names that no word fits: only what the document says leads on. */
static WorldAnswer paged_oddly(World *w, const WorldSend *s)
{
    static const char *const firsts[] = {"{\"items\":[1,2],\"state\":{\"mark\":\"m\"}}", "{\"items\":[1,2],\"onward\":\"/things?way=2\"}",
                                         "{\"items\":[1,2]}", "{\"items\":[1,2],\"onward\":null,\"next_page\":\"/things?way=3\"}"};
    static const char *const seconds[] = {"from=m", "way=2", "nth=2", "never"};
    static const char *const lasts[] = {"{\"items\":[3],\"state\":{\"mark\":null}}", "{\"items\":[3],\"onward\":null}", "{\"items\":[]}", ""};
    w->counter++;
    return (WorldAnswer){.status = 200, .type = "application/json", .body = strstr(s->url, seconds[page_way]) ? lasts[page_way] : firsts[page_way]};
}

TEST(pages_as_the_document_says)
{
    static const PlPaging facts[] = {{.form = PL_PAGE_TOKEN, .param = PL_STR_INIT("from"), .next = PL_STR_INIT("/state/mark")},
                                     {.form = PL_PAGE_URL, .next = PL_STR_INIT("/onward")},
                                     {.form = PL_PAGE_NUMBER, .param = PL_STR_INIT("nth")},
                                     {.form = PL_PAGE_URL, .next = PL_STR_INIT("/onward")}};
    static const char *const params[] = {"from", "q", "nth", "q"};
    static const char *const expected[] = {"\"items\":[1,2,3]", "\"items\":[1,2,3]", "\"items\":[1,2]", "\"items\":[1,2]"};
    for (page_way = 0; page_way < 4; page_way++) {
        Asm *a = asm_one_call(PL_GET, (PlCallSite){.flags = PL_CALL_ALL_PAGES}, false);
        asm_param(a, 0, params[page_way], PL_IN_QUERY, PL_STYLE_FORM, true);
        a->actions.items[0].paging = facts[page_way];
        Run x = run_it(a, paged_oddly);
        CHECK(has(pl_run_output(x.r->run), expected[page_way]));
        CHECK(x.w->sent == (page_way == 3 ? 1 : 2));
        over(&x);
    }
}

UNIT_MAIN
