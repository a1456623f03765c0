/* SPDX-License-Identifier: MIT */
/* The tables of opcode.h, and what the opcode alone says of where control goes. */
#include "vm/code/opcode.h"

const PlOpInfo pl_opcode_infos[PL_OPCODE_COUNT] = {
#define PL_OP(name, text, a, x, b, c, meaning)                                                                         \
    {text, PL_OPERAND_##a, PL_OPERAND_##x, PL_OPERAND_##b, PL_OPERAND_##c, meaning},
#include "vm/code/opcodes.def"
#undef PL_OP
};

const char *pl_opcode_operand_name(PlOperand kind)
{
    static const char *const names[] = {
#define PL_OPERAND(kind, words) #kind,
        PL_OPERANDS(PL_OPERAND)
#undef PL_OPERAND
    };
    return kind < PL_OPERAND_COUNT ? names[kind] : "?";
}

const char *pl_opcode_operand_words(PlOperand kind)
{
    static const char *const all[] = {
#define PL_OPERAND(kind, words) words,
        PL_OPERANDS(PL_OPERAND)
#undef PL_OPERAND
    };
    return kind < PL_OPERAND_COUNT ? all[kind] : "?";
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
