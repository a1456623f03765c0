/* SPDX-License-Identifier: MIT */
/* The instruction set as data, from opcodes.def: for the verifier, the disassembler and docs/ref/opcodes.md. */
#ifndef PL_CODE_OPCODE_H
#define PL_CODE_OPCODE_H

#include "vm/code/module.h"

typedef enum PlOperand {
    PL_OPERAND_NO,
    PL_OPERAND_W,
    PL_OPERAND_R,
    PL_OPERAND_RW,
    PL_OPERAND_RW3,
    PL_OPERAND_RN,
    PL_OPERAND_R2,
    PL_OPERAND_K,
    PL_OPERAND_S,
    PL_OPERAND_N,
    PL_OPERAND_T,
    PL_OPERAND_B,
    PL_OPERAND_SITE,
    PL_OPERAND_CALL,
    PL_OPERAND_ASK,
    PL_OPERAND_WAIT,
    PL_OPERAND_SCATTER,
    PL_OPERAND_TOGETHER,
    PL_OPERAND_I,
    PL_OPERAND_U,
    PL_OPERAND_FLAG,
    PL_OPERAND_J,
    PL_OPERAND_J32 /* in b and c */
} PlOperand;

typedef struct PlOpInfo {
    const char *name;
    PlOperand a, x, b, c;
    const char *meaning;
} PlOpInfo;
extern const PlOpInfo pl_opcode_infos[PL_OPCODE_COUNT];

const char *pl_opcode_operand_words(PlOperand kind); /* "register written" */
bool pl_opcode_is_loop(uint8_t op);                  /* EACH, COUNT, EACHKV */
bool pl_opcode_is_end(uint8_t op);                   /* the next instruction is never reached from it */
/* Whether it may jump, and then to which instruction of its function (may be out of range). `pc` is its own index. */
bool pl_opcode_jump(PlInsn i, uint32_t pc, int64_t *target);

#endif
