/* SPDX-License-Identifier: MIT */
/* The printer: being written. */
#include "compiler/syntax/print.h"

void pl_print_plan(PlBuf *out, const PlPlan *plan)
{
    (void)plan;
    pl_buf_put_z(out, "# not printed yet\n");
}
