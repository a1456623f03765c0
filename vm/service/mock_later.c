/* SPDX-License-Identifier: MIT */
/* Long work, for the fault `later=N`: what was asked for is done, but its answer is a 202 with a Location. Who asks there is answered 202 N times more, and
 * then as the request would have been, for good. docs/mock.md, "Faults". */
#include "vm/service/mock_internal.h"

#include "vm/base/fault.h"

enum { MOST = 4096 };

typedef struct PlMockLater {
    char *type, *text;
    size_t type_len, text_len;
    uint64_t left; /* polls that are answered 202 */
} PlMockLater;

#define FOLDER "/__later/"

static void forget(PlMockLater *later)
{
    pl_free(later->type);
    pl_free(later->text);
    *later = (PlMockLater){0};
}

void pl_mock_forget_later(PlMock *mock)
{
    for (uint32_t i = 0; mock->later && i < MOST && i < mock->later_count; i++) forget(&mock->later[i]);
    pl_free(mock->later);
    mock->later = NULL;
    mock->later_count = 0;
}

/* Without memory, or for an answer that is no success, the answer is what it was. */
void pl_mock_put_later(PlMock *mock, PlMockCall *call, uint64_t polls)
{
    if (call->status < 200 || call->status > 299) return;
    if (!mock->later) mock->later = pl_zalloc(MOST * sizeof *mock->later);
    if (!mock->later) return;
    PlMockLater later = {.type_len = call->type.len, .text_len = call->text.len, .left = polls};
    later.type = pl_strdup_n(call->type.ptr, call->type.len);
    later.text = pl_strdup_n(call->text.ptr, call->text.len);
    if (!later.type || !later.text) {
        forget(&later);
        return;
    }
    PlMockLater *slot = &mock->later[mock->later_count++ % MOST];
    forget(slot);
    *slot = later;
    call->header_count = 0;
    call->status = 202;
    call->type = call->text = PL_STR("");
    pl_mock_header(call, "Location", pl_arena_printf(mock->request, FOLDER "%u", mock->later_count));
}

bool pl_mock_poll_later(PlMock *mock, PlMockCall *call)
{
    int64_t number;
    if (call->method != PL_GET || !pl_str_starts(call->path, PL_STR(FOLDER))) return false;
    if (!pl_str_to_int(pl_str_slice(call->path, strlen(FOLDER), call->path.len), &number)) return false;
    if (number < 1 || number > mock->later_count || mock->later_count - number >= MOST) return false;
    PlMockLater *later = &mock->later[(number - 1) % MOST];
    call->header_count = 0;
    call->status = later->left ? 202 : 200;
    call->type = later->left ? PL_STR("") : pl_str(later->type, later->type_len);
    call->text = later->left ? PL_STR("") : pl_str(later->text, later->text_len);
    if (later->left) later->left--;
    return true;
}
