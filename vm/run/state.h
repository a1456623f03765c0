/* SPDX-License-Identifier: MIT */
/* Inside vm/run: a run, its fibers, the groups they fan out into and the calls under way. Nobody outside vm/run includes this.
 *
 * Memory: values, registers, fibers and groups live in the run's heap and leave through its escape, which pump sets. What a
 * port's callback touches (PlCall, its answer) comes from pl_alloc, because a callback runs outside the pump. Text that is built on the way
 * goes to the run's scratch buffers, so nothing leaks when the heap escapes.
 *
 * Order: fibers become ready and run in one FIFO queue; nothing depends on addresses, hashes or the time of day. */
#ifndef PL_RUN_STATE_H
#define PL_RUN_STATE_H

#include "vm/base/limits.h"
#include "vm/run/row_index.h"
#include "vm/run/run.h"
#include "vm/value/json.h"
#include "vm/value/type_check.h"

typedef struct PlFiber PlFiber;
typedef struct PlGroup PlGroup;
typedef struct PlCall PlCall;
typedef struct PlTrace PlTrace;
typedef struct PlTaints PlTaints;

/* What an instruction that left the fast paths did. */
typedef enum PlGo {
    PL_GO_ON,    /* done: go on behind the instruction at fiber->pc */
    PL_GO_JUMP,  /* an error was handled, or the like: go on at fiber->pc */
    PL_GO_BLOCK, /* the fiber waits; its instruction is still the one at fiber->pc */
    PL_GO_END,   /* the fiber is over */
    PL_GO_YIELD  /* its time slice is used up: it is ready, behind the others */
} PlGo;

typedef enum PlFiberState {
    PL_FIBER_READY,  /* in the queue or running */
    PL_FIBER_WAITING,/* for a call, a timer, children, its turn */
    PL_FIBER_PARKED, /* for a person or an event outside */
    PL_FIBER_ENDED
} PlFiberState;

/* Called when a waiting fiber is taken from the queue, before its code goes on. */
typedef PlGo (*PlResume)(PlRun *run, PlFiber *fiber);

struct PlFiber {
    PlRun *run;
    PlFiber *queue_next;
    PlFiber *prev, *next; /* all that live, in order of birth */
    const PlFunction *function;
    uint16_t function_index;
    uint8_t state;        /* PlFiberState */
    bool queued, cancelled;
    uint32_t pc;          /* of the instruction that is executed; see PlGo */
    PlGroup *group;       /* that it is a child of; NULL: main */
    uint32_t index;       /* in that group: item from 0, branch from 0 */
    uint32_t depth;
    uint32_t reads;       /* of clock and chance, and notes, so far: what tells their rows apart */
    int64_t wake_us;      /* wall clock: what it waits for */
    PlGroup *children;    /* that it waits for */
    PlCall *call;         /* that it waits for */
    PlResume resume;
    uint64_t timer;       /* handle; valid when has_timer */
    bool has_timer;
    bool waits_turn;      /* for an `in order` call */
    bool passed_order;    /* such a call of it is through */
    PlTrace *trace;       /* NULL: not traced */
    uint32_t *taints;     /* [function->regs] labels (taint.h); NULL: not tracked */
    uint32_t taint_pc, taint_next; /* what the instruction at that place gives when it succeeds */
    uint16_t taint_reg;
    PlValue *held;        /* not NULL: where an error that is raised goes, instead of to a handler */
    PlValue failure;      /* of an ended fiber that failed: the error record, else nothing */
    PlValue *regs;        /* [function->regs] */
};

/* A scatter's or a together's children. Lives from its instruction to its last child's end. */
struct PlGroup {
    PlFiber *parent;
    uint32_t site;
    const PlScatter *scatter;   /* or */
    const PlTogether *together;
    PlValue list;               /* scatter: owned */
    uint32_t count;             /* children in all */
    uint32_t spawned, alive, cap;
    uint32_t turn, turn_waiters;/* `in order`: everybody before `turn` is through */
    uint16_t width;             /* values of each child (scatter) */
    PlValue *values;            /* scatter [count * width]; a child's stay nothing until it ends */
    PlValue *errors;            /* [count] error records, nothing where there was none */
    uint8_t *ended;             /* [count] */
    uint32_t failures, allowed; /* tolerated failures */
    bool cancelling;            /* a failure that is not tolerated, or the fiber itself was cancelled */
    PlValue failure;            /* that one */
    PlFiber **members;          /* [count], NULL before birth and after the end */
};

typedef struct PlScratch {
    PlBuf buf;
    bool taken;
} PlScratch;

enum { PL_STATE_SCRATCHES = 24 };

typedef enum PlPhase {
    PL_PHASE_LIVE,
    PL_PHASE_ENDING, /* the outcome is known; calls that write are awaited */
    PL_PHASE_OVER
} PlPhase;

enum { PL_STATE_RESTS = 8 };
typedef struct PlRest { /* a server that asked to be left alone; rest.c */
    int64_t until_us;      /* wall clock; 0: nobody */
    char origin[264], credential[136];
} PlRest;

struct PlRun {
    const PlModule *module;
    PlPorts ports;
    PlRunOptions options; /* texts in `keep` */
    PlEscape escape;
    PlArena *keep;        /* as long as the run */
    PlArena *sending;     /* requests of this turn of the pump */
    PlHeap *heap;
    PlValues *values;
    PlZone *zone;
    PlBuiltinContext builtin_context;
    PlBuiltinRef *builtins;           /* [builtin_count] */
    PlValue *constants;               /* [constant_count] */
    const PlShapeNode **shapes;       /* [shape_count] */
    PlTaints *taints;                 /* NULL: nothing in the plan that text could choose */
    const PlShapeNode *error_shape, *entry_shape;
    PlFieldCache **caches;            /* [function_count][code_count], NULL until first run */
    uint32_t **site_at;               /* [function_count][code_count], NULL until first asked: innermost site of each instruction */
    uint8_t *site_calls;              /* [site_count] when tracing: the step is a call, which has events of its own */
    PlStr id;
    PlStr key_id; /* what idempotency keys are made from: the first run of a line of forks */

    PlRowIndex *index;
    uint64_t rows_loaded;
    bool resumed, dirty;              /* dirty: rows since the last commit */
    bool commit_due, barrier_due;     /* they must be in the file, on the disk, before anything more is done */

    PlFiber *main, *first, *last;     /* all that live */
    PlFiber *queue_head, *queue_tail;
    PlFiber *current;                 /* whose code runs */
    uint32_t fiber_count, parked;
    PlCall *calls;                    /* all */
    PlCall *sends, **sends_tail;      /* to be sent when this turn's rows are in the journal */
    uint32_t in_flight;
    uint32_t timers;                  /* of fibers */
    bool in_doubt;                    /* some call is: no new ones are sent */

    bool begun, tracing, slice_over;
    int64_t slice_end_us, active_before_us; /* active time of earlier processes */
    uint64_t wake_timer, time_timer;
    bool has_wake_timer, has_time_timer;
    uint64_t call_count;
    uint64_t *action_calls;           /* [action_count] */
    PlUsage usage;                    /* of all answers, those of earlier processes too */

    PlPhase phase;
    PlRunState state;
    PlStatus status;
    PlBuf output, error;              /* JSON */
    PlBuf park_error;                 /* JSON: the first reason to park */
    PlStr end_word;                   /* "done", "stopped", "failed", "cancelled" */
    PlBuf cancel_text;
    bool cancel_asked, cancel_recorded, out_of_time, exhausted;
    unsigned escape_count;
    PlRunStats stats;
    PlRest rests[PL_STATE_RESTS];
    PlScratch scratch[PL_STATE_SCRATCHES];
};

/* ---- run.c ---- */
/* A buffer of the run's, empty; give it back. Running out of buffers is a mistake of ours. */
PlBuf *pl_run_scratch(PlRun *run);
void pl_run_give(PlRun *run, PlBuf *buf);
/* Leave the pump when a buffer ran out of memory or over its ceiling. */
void pl_run_check_buf(PlRun *run, const PlBuf *buf);
/* The journal is not what it must be, or cannot be written: the run is BROKEN. Leaves the pump. */
_Noreturn void pl_run_break(PlRun *run, PlStatus status, PlDiagCode code, PlStr path, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
#define PL_BREAK(run, status, name, path, ...) \
    pl_run_break((run), (status), PL_D_##name, (path), PL_DF_##name, __VA_ARGS__)
/* The outcome is known. Takes the value: output, or the error record. */
void pl_run_settle_take(PlRun *run, PlStr word, PlStatus status, PlValue value);

void pl_run_commit(PlRun *run); /* the rows so far are in the file */

/* ---- path.c ---- */
uint32_t pl_path_site(PlRun *run, const PlFiber *fiber, uint32_t pc); /* innermost site of an instruction, or PL_NO_SITE */
/* "2#17.1"; the journaled instructions of one site after its first get "~2", "~3"... */
void pl_path_put(PlRun *run, PlBuf *out, const PlFiber *fiber, uint32_t site);
void pl_path_put_insn(PlRun *run, PlBuf *out, const PlFiber *fiber, uint32_t site, uint32_t pc);

/* ---- fiber.c ---- */
PlFiber *pl_fiber_new(PlRun *run, uint16_t function, PlGroup *group, uint32_t index);
void pl_fiber_ready(PlFiber *fiber, PlResume resume); /* to the queue's end; may be called from a port's callback */
PlFiber *pl_fiber_next(PlRun *run);                   /* from the queue's front; NULL when it is empty */
PlGo pl_fiber_wait(PlFiber *fiber);                   /* PL_GO_BLOCK */
PlGo pl_fiber_park(PlFiber *fiber);                   /* PL_GO_BLOCK */
/* The fiber is over: done (failure is nothing) or failed; tells its group or ends the run. */
PlGo pl_fiber_end_take(PlFiber *fiber, PlValue failure);
void pl_fiber_cancel(PlFiber *fiber); /* and all below it; it ends when what it sent is settled */
PL_MUST_USE bool pl_fiber_timer(PlFiber *fiber, int64_t mono_us, PlResume resume); /* false: no memory */
void pl_fiber_timer_stop(PlFiber *fiber);
void pl_fiber_set(PlFiber *fiber, uint16_t reg, PlValue v); /* takes v, releases what was there */

/* ---- group.c ---- */
PlGo pl_group_scatter(PlFiber *fiber, PlInsn insn);
PlGo pl_group_together(PlFiber *fiber, PlInsn insn);
PlGo pl_group_returns(PlFiber *fiber, PlInsn insn);     /* RETURNS: hands the values over and ends the fiber */
void pl_group_child_ended(PlGroup *group, PlFiber *child); /* child->failure says how */
void pl_group_cancel(PlGroup *group);
/* An `in order` call of fiber: true when every item before it has passed its own. */
bool pl_group_is_turn(const PlFiber *fiber);
PlGo pl_group_wait_turn(PlFiber *fiber, PlResume resume);
void pl_group_passed(PlFiber *fiber); /* it has: wakes those behind */

/* ---- error.c ---- */
/* Raise an error at fiber->pc: goes to a handler of its function, else ends the fiber. */
#define PL_RAISE(fiber, name, kind, ...) pl_error_raise((fiber), PL_D_##name, (kind), PL_DF_##name, __VA_ARGS__)
PlGo pl_error_raise(PlFiber *fiber, PlDiagCode code, const char *kind, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The record {message, kind, code, step, path, status, body}; takes body. status 0: nothing. */
PlValue pl_error_record_take(PlFiber *fiber, PlDiagCode code, const char *kind, PlStr message, unsigned status, PlValue body);
PlGo pl_error_throw_take(PlFiber *fiber, PlValue record);
PlStatus pl_error_status(PlValue record); /* the exit status that fits an error that ends the run */
/* What no handler may catch: a limit of the run, a refusal. Ends the run. */
#define PL_FATAL(fiber, status, name, kind, ...) \
    pl_error_fatal((fiber), (status), PL_D_##name, (kind), PL_DF_##name, __VA_ARGS__)
PlGo pl_error_fatal(PlFiber *fiber, PlStatus status, PlDiagCode code, const char *kind, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* A text from outside or from the plan for a message: at most `width` bytes. */
PlStr pl_error_brief(PlRun *run, PlBuf *scratch, PlValue v);

/* ---- interp.c ---- */
/* Run the fiber's code from fiber->pc until it blocks, ends or has used up its slice. */
PlGo pl_interp_run(PlFiber *fiber);

/* ---- interp_slow.c, interp_data.c: what the fast paths leave over; fiber->pc is set ---- */
PlGo pl_slow_arith(PlFiber *fiber, PlInsn insn);
PlGo pl_slow_compare(PlFiber *fiber, PlInsn insn); /* LT LE EQ NE */
PlGo pl_slow_branch(PlFiber *fiber, PlInsn insn);  /* JT JF and the comparing jumps: sets fiber->pc, PL_GO_JUMP */
PlGo pl_slow_loop(PlFiber *fiber, PlInsn insn);    /* a loop instruction whose registers do not fit */
PlGo pl_slow_not(PlFiber *fiber, PlInsn insn);
PlGo pl_slow_end(PlFiber *fiber, PlInsn insn);     /* STOP FAIL RETHROW RETURN */
PlGo pl_data_field(PlFiber *fiber, PlInsn insn, PlFieldCache *cache);
PlGo pl_data_project(PlFiber *fiber, PlInsn insn, PlFieldCache *cache);
PlGo pl_data_index(PlFiber *fiber, PlInsn insn);
PlGo pl_data_slice(PlFiber *fiber, PlInsn insn);
PlGo pl_data_len(PlFiber *fiber, PlInsn insn);
PlGo pl_data_concat(PlFiber *fiber, PlInsn insn);
PlGo pl_data_list(PlFiber *fiber, PlInsn insn);
PlGo pl_data_append(PlFiber *fiber, PlInsn insn);
PlGo pl_data_extend(PlFiber *fiber, PlInsn insn);
PlGo pl_data_record(PlFiber *fiber, PlInsn insn);
PlGo pl_data_with(PlFiber *fiber, PlInsn insn);
PlGo pl_data_builtin(PlFiber *fiber, PlInsn insn);
PlGo pl_data_check(PlFiber *fiber, PlInsn insn);
PlGo pl_data_coerce(PlFiber *fiber, PlInsn insn);

/* ---- world.c, ask.c, step.c: what reads or changes the world ---- */
PlGo pl_world_now(PlFiber *fiber, PlInsn insn); /* NOW, TODAY */
PlGo pl_world_random(PlFiber *fiber, PlInsn insn);
PlGo pl_world_note(PlFiber *fiber, PlInsn insn);
PlGo pl_world_wait(PlFiber *fiber, PlInsn insn);
PlGo pl_ask_go(PlFiber *fiber, PlInsn insn);
PlGo pl_step_call(PlFiber *fiber, PlInsn insn);
/* Its fiber is cancelled: true when nothing remains to be awaited; the call is then gone. */
bool pl_step_cancel(PlCall *call);
void pl_step_send_all(PlRun *run);   /* what this turn's rows announced */
void pl_step_abandon_all(PlRun *run);/* the run is freed or broken: nobody waits for answers any more */
void pl_step_drain(PlRun *run);      /* without a heap: journal the answers that came */

/* ---- trace.c ---- */
void pl_trace_init(PlRun *run);
void pl_trace_begin(PlFiber *fiber);
PlGo pl_trace_at(PlFiber *fiber, uint32_t pc); /* before the instruction: events of sites left and entered; PL_GO_ON unless vetoed */
void pl_trace_failed(PlFiber *fiber, uint32_t target, PlValue record);
void pl_trace_end(PlFiber *fiber);

#endif
