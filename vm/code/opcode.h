/* SPDX-License-Identifier: MIT */
/* The instruction set as data, from opcodes.def: for the verifier, the disassembler and docs/ref/opcodes.md. */
#ifndef PL_CODE_OPCODE_H
#define PL_CODE_OPCODE_H

#include "vm/code/module.h"

/* X(KIND, "what an operand of this kind is") */
#define PL_OPERANDS(X)                                                                                                 \
    X(NO, "not used: 0")                                                                                               \
    X(W, "register that is written")                                                                                   \
    X(R, "register that is read")                                                                                      \
    X(RW, "register that is read and written")                                                                         \
    X(RW3, "a, a+1 and a+2: the registers of a loop")                                                                  \
    X(RN, "the first of x registers that are read")                                                                    \
    X(R2, "this register and the next are read")                                                                       \
    X(K, "constant")                                                                                                   \
    X(S, "shape: the field names of a record")                                                                         \
    X(N, "constant that is a text")                                                                                    \
    X(T, "type")                                                                                                       \
    X(B, "library function")                                                                                           \
    X(SITE, "step, which the instruction belongs to")                                                                  \
    X(CALL, "call site")                                                                                               \
    X(ASK, "question or approval")                                                                                     \
    X(WAIT, "wait")                                                                                                    \
    X(SCATTER, "scatter")                                                                                              \
    X(TOGETHER, "together")                                                                                            \
    X(I, "signed number of 16 bits")                                                                                   \
    X(U, "number")                                                                                                     \
    X(FLAG, "bits, as the meaning says")                                                                               \
    X(J, "signed jump of 16 bits, from the next instruction")                                                          \
    X(J32, "signed jump of 32 bits in b (low) and c (high), from the next instruction")

typedef enum PlOperand {
#define PL_OPERAND(kind, words) PL_OPERAND_##kind,
    PL_OPERANDS(PL_OPERAND)
#undef PL_OPERAND
        PL_OPERAND_COUNT
} PlOperand;

typedef struct PlOpInfo {
    const char *name;
    PlOperand a, x, b, c;
    const char *meaning;
} PlOpInfo;
extern const PlOpInfo pl_opcode_infos[PL_OPCODE_COUNT];

const char *pl_opcode_operand_name(PlOperand kind);  /* "W" */
const char *pl_opcode_operand_words(PlOperand kind); /* "register that is written" */
bool pl_opcode_is_loop(uint8_t op);                  /* EACH, COUNT, EACHKV */
bool pl_opcode_is_end(uint8_t op);                   /* the next instruction is never reached from it */
/* Whether it may jump, and then to which instruction of its function (may be out of range). `pc` is its own index. */
bool pl_opcode_jump(PlInsn i, uint32_t pc, int64_t *target);

#endif
