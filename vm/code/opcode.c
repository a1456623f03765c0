/* SPDX-License-Identifier: MIT */
#include "vm/code/opcode.h"

const PlOpInfo pl_opcode_infos[PL_OPCODE_COUNT] = {
#define PL_OP(name, text, a, x, b, c, meaning)                                                                         \
    {text, PL_OPERAND_##a, PL_OPERAND_##x, PL_OPERAND_##b, PL_OPERAND_##c, meaning},
#include "vm/code/opcodes.def"
#undef PL_OP
};

const char *pl_opcode_operand_words(PlOperand kind)
{
    static const char *const words[] = {
        [PL_OPERAND_NO] = "",
        [PL_OPERAND_W] = "register written",
        [PL_OPERAND_R] = "register read",
        [PL_OPERAND_RW] = "register read and written",
        [PL_OPERAND_RW3] = "three registers of a loop",
        [PL_OPERAND_RN] = "first of x registers read",
        [PL_OPERAND_R2] = "two registers read",
        [PL_OPERAND_K] = "constant",
        [PL_OPERAND_S] = "shape",
        [PL_OPERAND_N] = "constant that is a text",
        [PL_OPERAND_T] = "type",
        [PL_OPERAND_B] = "library function",
        [PL_OPERAND_SITE] = "step",
        [PL_OPERAND_CALL] = "call site",
        [PL_OPERAND_ASK] = "question",
        [PL_OPERAND_WAIT] = "wait",
        [PL_OPERAND_SCATTER] = "scatter",
        [PL_OPERAND_TOGETHER] = "together",
        [PL_OPERAND_I] = "signed number",
        [PL_OPERAND_U] = "number",
        [PL_OPERAND_FLAG] = "bits",
        [PL_OPERAND_J] = "jump",
        [PL_OPERAND_J32] = "jump, with c",
    };
    return words[kind];
}

bool pl_opcode_is_loop(uint8_t op)
{
    return op == PL_OP_EACH || op == PL_OP_COUNT || op == PL_OP_EACHKV;
}

bool pl_opcode_is_end(uint8_t op)
{
    switch (op) {
    case PL_OP_JMP:
    case PL_OP_STOP:
    case PL_OP_FAIL:
    case PL_OP_RETHROW:
    case PL_OP_RETURN:
    case PL_OP_RETURNS: return true;
    default: return false;
    }
}

bool pl_opcode_jump(PlInsn i, uint32_t pc, int64_t *target)
{
    const PlOpInfo *info = &pl_opcode_infos[i.op];
    if (info->b == PL_OPERAND_J32)
        *target = (int64_t)pc + 1 + pl_insn_j32(i);
    else if (info->c == PL_OPERAND_J)
        *target = (int64_t)pc + 1 + (int16_t)i.c;
    else
        return false;
    return true;
}
