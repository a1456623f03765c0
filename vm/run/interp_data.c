/* SPDX-License-Identifier: MIT */
/* Instructions on texts, lists and records, on types, and the calls of builtins. A list or record that only its register holds is
 * changed in place: it is taken out of the register first, so that its count is what the value functions look at. */
#include "vm/run/state.h"

#include "vm/base/utf8.h"

enum { MAYBE = 1, FLATTEN = 2 };

static PlValue take_out(PlFiber *fiber, uint16_t reg)
{
    PlValue v = fiber->regs[reg];
    fiber->regs[reg] = pl_nothing();
    return v;
}

static PlStr name_of(PlFiber *fiber, uint16_t constant)
{
    PlValue v = fiber->run->constants[constant];
    return v.tag == PL_TEXT ? pl_text_str(v) : PL_STR("");
}

static PlGo raise_not(PlFiber *fiber, const char *expected, PlValue found)
{
    PlRun *run = fiber->run;
    PlBuf *scratch = pl_run_scratch(run);
    PlStr brief = pl_error_brief(run, scratch, found);
    PlGo go = PL_RAISE(fiber, RUN_EXPECTED, "type", expected, PL_ARG(brief));
    pl_run_give(run, scratch);
    return go;
}

static PlGo raise_absent(PlFiber *fiber, PlStr name, PlValue in)
{
    PlRun *run = fiber->run;
    PlBuf *scratch = pl_run_scratch(run);
    PlStr brief = pl_error_brief(run, scratch, in);
    PlGo go = in.tag == PL_RECORD ? PL_RAISE(fiber, RUN_NO_FIELD, "missing", PL_ARG(brief), PL_ARG(name))
                                  : PL_RAISE(fiber, RUN_FIELD_OF, "type", PL_ARG(name), PL_ARG(brief));
    pl_run_give(run, scratch);
    return go;
}

/* A field that is there, or (maybe) nothing of a record without it or of nothing. Borrowed. */
static bool field_of(PlValue in, PlStr name, bool maybe, PlFieldCache *cache, PlValue *out)
{
    if (in.tag == PL_RECORD && pl_record_find_cached(in, name, cache, out)) return true;
    *out = pl_nothing();
    return maybe && (in.tag == PL_RECORD || in.tag == PL_NOTHING);
}

PlGo pl_data_field(PlFiber *fiber, PlInsn insn, PlFieldCache *cache)
{
    PlValue in = fiber->regs[insn.b], out;
    PlStr name = name_of(fiber, insn.c);
    if (!field_of(in, name, insn.x & MAYBE, cache, &out)) return raise_absent(fiber, name, in);
    pl_fiber_set(fiber, insn.a, pl_retain(out));
    return PL_GO_ON;
}

PlGo pl_data_project(PlFiber *fiber, PlInsn insn, PlFieldCache *cache)
{
    PlValues *values = fiber->run->values;
    PlValue in = fiber->regs[insn.b];
    PlStr name = name_of(fiber, insn.c);
    if (in.tag == PL_NOTHING && insn.x & MAYBE) {
        pl_fiber_set(fiber, insn.a, pl_list(values, 0));
        return PL_GO_ON;
    }
    if (in.tag != PL_LIST) return raise_not(fiber, "a list", in);
    PlValue list = pl_list(values, pl_list_len(in));
    for (uint32_t i = 0; i < pl_list_len(in); i++) {
        PlValue item = pl_list_at(in, i), out;
        if (!field_of(item, name, insn.x & MAYBE, cache, &out)) {
            pl_release(values, list);
            return raise_absent(fiber, name, item);
        }
        bool flat = insn.x & FLATTEN && out.tag == PL_LIST;
        list = flat ? pl_list_extend_take(values, list, out) : pl_list_append_take(values, list, pl_retain(out));
    }
    pl_fiber_set(fiber, insn.a, list);
    return PL_GO_ON;
}

static PlValue letter(PlRun *run, PlStr s, size_t at)
{
    size_t begin = pl_utf8_offset(s, at), end = begin;
    (void)pl_utf8_next(s, &end);
    return pl_text_of_valid(run->values, pl_str_slice(s, begin, end));
}

PlGo pl_data_index(PlFiber *fiber, PlInsn insn)
{
    PlValue in = fiber->regs[insn.b];
    PlValue at = insn.op == PL_OP_INDEXI ? pl_int((int16_t)insn.c) : fiber->regs[insn.c];
    PlValue out = pl_nothing();
    if (in.tag == PL_RECORD && at.tag == PL_TEXT) {
        if (!pl_record_find(in, pl_text_str(at), &out) && !(insn.x & MAYBE)) return raise_absent(fiber, pl_text_str(at), in);
        pl_fiber_set(fiber, insn.a, pl_retain(out));
        return PL_GO_ON;
    }
    if (in.tag == PL_NOTHING && insn.x & MAYBE) {
        pl_fiber_set(fiber, insn.a, out);
        return PL_GO_ON;
    }
    bool is_text = in.tag == PL_TEXT;
    if (in.tag != PL_LIST && !is_text) return raise_not(fiber, "a list or text", in);
    if (at.tag != PL_INT) return raise_not(fiber, "an item's number", at);
    int64_t len = is_text ? (int64_t)pl_utf8_length(pl_text_str(in)) : pl_list_len(in), i = at.as.integer < 0 ? at.as.integer + len : at.as.integer;
    if (i >= 0 && i < len) out = is_text ? letter(fiber->run, pl_text_str(in), (size_t)i) : pl_retain(pl_list_at(in, (uint32_t)i));
    else if (!(insn.x & MAYBE))
        return PL_RAISE(fiber, RUN_NO_ITEM, "missing", (long long)at.as.integer, is_text ? "text" : "list", (long long)len);
    pl_fiber_set(fiber, insn.a, out);
    return PL_GO_ON;
}

/* A bound of a slice as an offset in 0..len. */
static bool bound(PlValue v, int64_t len, int64_t otherwise, int64_t *out)
{
    *out = otherwise;
    if (v.tag == PL_NOTHING) return true;
    if (v.tag != PL_INT) return false;
    int64_t i = v.as.integer < 0 ? v.as.integer + len : v.as.integer;
    *out = i < 0 ? 0 : i > len ? len : i;
    return true;
}

PlGo pl_data_slice(PlFiber *fiber, PlInsn insn)
{
    PlRun *run = fiber->run;
    PlValue in = fiber->regs[insn.b], low = fiber->regs[insn.c], high = fiber->regs[insn.c + 1], out;
    if (in.tag != PL_LIST && in.tag != PL_TEXT) return raise_not(fiber, "a list or text", in);
    int64_t len = in.tag == PL_LIST ? pl_list_len(in) : (int64_t)pl_utf8_length(pl_text_str(in)), from, to;
    if (!bound(low, len, 0, &from)) return raise_not(fiber, "an item's number", low);
    if (!bound(high, len, len, &to)) return raise_not(fiber, "an item's number", high);
    if (to < from) to = from;
    if (in.tag == PL_TEXT) {
        PlStr s = pl_text_str(in);
        size_t begin = pl_utf8_offset(s, (size_t)from), end = pl_utf8_offset(s, (size_t)to);
        out = pl_text_of_valid(run->values, pl_str_slice(s, begin, end));
    } else {
        out = pl_list(run->values, (uint32_t)(to - from));
        for (int64_t i = from; i < to; i++)
            out = pl_list_append_take(run->values, out, pl_retain(pl_list_at(in, (uint32_t)i)));
    }
    pl_fiber_set(fiber, insn.a, out);
    return PL_GO_ON;
}

PlGo pl_data_len(PlFiber *fiber, PlInsn insn)
{
    PlValue in = fiber->regs[insn.b];
    int64_t len = 0;
    if (in.tag == PL_LIST) len = pl_list_len(in);
    else if (in.tag == PL_RECORD) len = pl_record_len(in);
    else if (in.tag == PL_TEXT) len = (int64_t)pl_utf8_length(pl_text_str(in));
    else if (in.tag != PL_NOTHING) return raise_not(fiber, "a list, record or text", in);
    pl_fiber_set(fiber, insn.a, pl_int(len));
    return PL_GO_ON;
}

PlGo pl_data_concat(PlFiber *fiber, PlInsn insn)
{
    PlValues *values = fiber->run->values;
    PlBuf *out = pl_values_scratch(values);
    for (uint32_t i = 0; i < insn.x; i++) {
        PlValue v = fiber->regs[insn.b + i];
        if (v.tag == PL_TEXT) pl_buf_put(out, pl_text_str(v));
        else pl_value_show(out, v);
    }
    pl_fiber_set(fiber, insn.a, pl_text_of_scratch(values));
    return PL_GO_ON;
}

PlGo pl_data_list(PlFiber *fiber, PlInsn insn)
{
    PlValues *values = fiber->run->values;
    PlValue list = pl_list(values, insn.x);
    for (uint32_t i = 0; i < insn.x; i++) list = pl_list_append_take(values, list, pl_retain(fiber->regs[insn.b + i]));
    pl_fiber_set(fiber, insn.a, list);
    return PL_GO_ON;
}

PlGo pl_data_append(PlFiber *fiber, PlInsn insn)
{
    PlValue item = pl_retain(fiber->regs[insn.b]); /* may be the list itself, which is then shared */
    if (fiber->regs[insn.a].tag != PL_LIST) {
        pl_release(fiber->run->values, item);
        return raise_not(fiber, "a list", fiber->regs[insn.a]);
    }
    PlValue list = take_out(fiber, insn.a);
    fiber->regs[insn.a] = pl_list_append_take(fiber->run->values, list, item);
    return PL_GO_ON;
}

PlGo pl_data_extend(PlFiber *fiber, PlInsn insn)
{
    PlValues *values = fiber->run->values;
    if (fiber->regs[insn.a].tag != PL_LIST) return raise_not(fiber, "a list", fiber->regs[insn.a]);
    if (fiber->regs[insn.b].tag != PL_LIST) return raise_not(fiber, "a list", fiber->regs[insn.b]);
    PlValue more = pl_retain(fiber->regs[insn.b]);
    PlValue list = take_out(fiber, insn.a);
    fiber->regs[insn.a] = pl_list_extend_take(values, list, more);
    pl_release(values, more);
    return PL_GO_ON;
}

PlGo pl_data_record(PlFiber *fiber, PlInsn insn)
{
    PlRun *run = fiber->run;
    const PlValue *from = &fiber->regs[insn.b];
    for (uint32_t i = 0; i < insn.x; i++) pl_retain(from[i]);
    pl_fiber_set(fiber, insn.a, pl_record_of_take(run->values, run->shapes[insn.c], from));
    return PL_GO_ON;
}

PlGo pl_data_with(PlFiber *fiber, PlInsn insn)
{
    PlValue v = pl_retain(fiber->regs[insn.b]);
    if (fiber->regs[insn.a].tag != PL_RECORD) {
        pl_release(fiber->run->values, v);
        return raise_not(fiber, "a record", fiber->regs[insn.a]);
    }
    PlValue record = take_out(fiber, insn.a);
    fiber->regs[insn.a] = pl_record_set_take(fiber->run->values, record, name_of(fiber, insn.c), v);
    return PL_GO_ON;
}

PlGo pl_data_builtin(PlFiber *fiber, PlInsn insn)
{
    PlRun *run = fiber->run;
    PlStr name = run->module->builtins[insn.c];
    PlBuiltinRef ref = run->builtins[insn.c];
    if (!ref.fn) return PL_RAISE(fiber, RUN_NO_BUILTIN, "missing", PL_ARG(name));
    if (insn.x < ref.min_args || (ref.max_args != UINT8_MAX && insn.x > ref.max_args))
        return PL_RAISE(fiber, RUN_BUILTIN_ARGS, "type", PL_ARG(name), (unsigned)insn.x);
    PlBuf *error = &run->builtin_context.error;
    pl_buf_clear(error);
    PlValue out = pl_nothing();
    PlStatus status = ref.fn(&run->builtin_context, &fiber->regs[insn.b], insn.x, &out);
    if (status == PL_NOMEM || status == PL_LIMIT) pl_heap_escape(run->heap, status);
    if (status != PL_OK) {
        PlStr why = error->len ? pl_buf_str(error) : PL_STR("its arguments do not fit");
        bool unnamed = pl_str_starts(name, PL_STR("_")); /* a part of a statement: no plan can name it */
        if (unnamed) return pl_error_raise(fiber, PL_D_RUN_BUILTIN, "value", PL_FMT, PL_ARG(why));
        return PL_RAISE(fiber, RUN_BUILTIN, "value", PL_ARG(name), PL_ARG(why));
    }
    pl_fiber_set(fiber, insn.a, out);
    return PL_GO_ON;
}

static PlGo raise_type(PlFiber *fiber, const PlMismatch *why, PlTypeId type)
{
    PlRun *run = fiber->run;
    PlBuf *expected = pl_run_scratch(run);
    pl_type_print(expected, &run->module->types, why->path[0] ? why->expected : type, 80);
    pl_run_check_buf(run, expected);
    PlGo go = PL_RAISE(fiber, RUN_TYPE, "type", why->path[0] ? why->path : "the value", PL_ARG(pl_buf_str(expected)), why->found);
    pl_run_give(run, expected);
    return go;
}

PlGo pl_data_check(PlFiber *fiber, PlInsn insn)
{
    PlMismatch why = {0};
    if (pl_type_check(&fiber->run->module->types, insn.b, fiber->regs[insn.a], &why)) return PL_GO_ON;
    return raise_type(fiber, &why, insn.b);
}

PlGo pl_data_coerce(PlFiber *fiber, PlInsn insn)
{
    PlRun *run = fiber->run;
    PlMismatch why = {0};
    PlValue out;
    if (!pl_type_coerce(run->values, &run->module->types, insn.c, fiber->regs[insn.b], &out, &why))
        return raise_type(fiber, &why, insn.c);
    pl_fiber_set(fiber, insn.a, out);
    return PL_GO_ON;
}
