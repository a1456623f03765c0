/* SPDX-License-Identifier: MIT */
/* JSON text to values, straight from the scanner's events. Values that are read wait on one stack (in the heap, kept for the next
 * text); when a container ends, its part of the stack is moved into one block. A frame per open container is all the state, so
 * depth costs no recursion, and an object's shape grows as its keys are read. */
#include "vm/value/json.h"

#include "vm/value/shape.h"

enum { FIRST_STACK = 256 };
#define PL_JSON_READ_STACK_KEPT (1u << 16)

typedef struct Frame {
    PlShapeNode *shape; /* NULL: a list */
    uint32_t base;      /* of its values on the stack */
    uint32_t field;     /* the next value replaces this field: its key was repeated */
} Frame;

typedef struct Reader {
    PlValues *values;
    PlJsonScan *scan;
    PlValue *stack;
    size_t len, cap;
    Frame *top; /* NULL outside of all containers */
    Frame frames[512];
} Reader;
_Static_assert(sizeof((Reader *)0)->frames / sizeof(Frame) >= 512, "a frame for each level that the scanner lets through");

static void grow_stack(Reader *r)
{
    size_t cap = r->cap ? r->cap * 2 : FIRST_STACK;
    if (cap > UINT32_MAX) pl_heap_escape(r->values->heap, PL_LIMIT);
    r->stack = pl_heap_resize(r->values->heap, r->stack, r->cap * sizeof(PlValue), cap * sizeof(PlValue));
    r->values->stack = r->stack;
    r->values->stack_cap = r->cap = cap;
}

static void trim_stack(PlValues *values)
{
    if (values->stack_cap <= PL_JSON_READ_STACK_KEPT) return;
    pl_heap_release(values->heap, values->stack, values->stack_cap * sizeof(PlValue));
    values->stack = NULL;
    values->stack_cap = 0;
}

static inline void push(Reader *r, PlValue v)
{
    Frame *top = r->top;
    if (top && top->field != PL_SHAPE_NONE) {
        PlValue *old = &r->stack[top->base + top->field];
        top->field = PL_SHAPE_NONE;
        pl_release(r->values, *old);
        *old = v;
        return;
    }
    if (r->len == r->cap) grow_stack(r);
    r->stack[r->len++] = v;
}

static void begin(Reader *r, PlShapeNode *shape)
{
    r->top = r->top ? r->top + 1 : r->frames;
    *r->top = (Frame){shape, (uint32_t)r->len, PL_SHAPE_NONE};
}

static PlValue make_list(Reader *r, const PlValue *items, uint32_t count)
{
    PlValue list = pl_list(r->values, count);
    PlList *l = list.as.list;
    l->len = count;
    for (uint32_t i = 0; i < count; i++) {
        l->items[i] = items[i];
        if (items[i].tag == PL_LIST || items[i].tag == PL_RECORD) l->depth = pl_depth_over(r->values, l->depth, items[i]);
    }
    return list;
}

static void end(Reader *r)
{
    Frame done = *r->top;
    const PlValue *from = r->stack ? r->stack + done.base : NULL;
    PlValue made = done.shape ? pl_record_make_take(r->values, done.shape, from)
                              : make_list(r, from, (uint32_t)r->len - done.base);
    r->len = done.base;
    r->top = r->top == r->frames ? NULL : r->top - 1;
    push(r, made);
}

/* All that was read so far goes. */
static void drop(Reader *r)
{
    while (r->len) pl_release(r->values, r->stack[--r->len]);
    for (; r->top; r->top = r->top == r->frames ? NULL : r->top - 1)
        if (r->top->shape) pl_shape_release(r->top->shape);
}

/* To the end of the text: PL_JSON_END or PL_JSON_ERROR. */
static PlJsonEvent read_events(Reader *r)
{
    PlJsonScan *scan = r->scan;
    for (;;) {
        PlJsonEvent event = pl_json_scan_next(scan);
        switch (event) {
        case PL_JSON_NULL: push(r, pl_nothing()); break;
        case PL_JSON_TRUE: push(r, pl_yesno(true)); break;
        case PL_JSON_FALSE: push(r, pl_yesno(false)); break;
        case PL_JSON_INT: push(r, pl_int(scan->integer)); break;
        case PL_JSON_NUMBER: push(r, pl_double(scan->number)); break;
        case PL_JSON_STRING: push(r, pl_text_of_valid(r->values, scan->text)); break;
        case PL_JSON_KEY: r->top->shape = pl_shape_step(r->values, r->top->shape, scan->text, &r->top->field); break;
        case PL_JSON_OBJECT_BEGIN: begin(r, r->values->root); break;
        case PL_JSON_ARRAY_BEGIN: begin(r, NULL); break;
        case PL_JSON_OBJECT_END:
        case PL_JSON_ARRAY_END: end(r); break;
        case PL_JSON_END:
        case PL_JSON_ERROR: return event;
        }
    }
}

PlStatus pl_json_read(PlValues *values, PlStr text, PlValue *out, size_t *error_at, const char **error)
{
    if (values->scanning) pl_json_scan_deinit(&values->scan); /* a reader before us left through the escape */
    values->scanning = true;
    pl_json_scan_init(&values->scan, text);
    Reader r;
    r.values = values;
    r.scan = &values->scan;
    r.stack = values->stack;
    r.len = 0;
    r.cap = values->stack_cap;
    r.top = NULL;
    PlJsonEvent event = read_events(&r);
    *out = event == PL_JSON_END ? r.stack[0] : pl_nothing();
    if (event == PL_JSON_ERROR) {
        drop(&r);
        *error_at = (size_t)(values->scan.at - values->scan.start);
        *error = values->scan.error;
    }
    pl_json_scan_deinit(&values->scan);
    values->scanning = false;
    trim_stack(values);
    if (event == PL_JSON_ERROR && values->scan.no_memory) pl_heap_escape(values->heap, PL_NOMEM);
    return event == PL_JSON_END ? PL_OK : PL_INVALID;
}
