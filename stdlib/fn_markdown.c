/* SPDX-License-Identifier: MIT */
/* Markdown to HTML by cmark (CommonMark). Raw HTML in the text is left out and dangerous addresses are emptied: the text may be anybody's. */
#include "stdlib/args.h"

#include <cmark.h>
#include <stdlib.h>

PlStatus pl_fn_markdown_to_html(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s;
    if (!pl_args_text(&args, 0, &s)) return PL_INVALID;
    char *html = cmark_markdown_to_html(s.ptr, s.len, CMARK_OPT_DEFAULT);
    if (!html) return PL_NOMEM;
    PlBuf *buf = pl_values_scratch(context->values);
    pl_buf_put_z(buf, html);
    free(html);
    return pl_args_give_scratch(&args, out);
}
