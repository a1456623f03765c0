/* SPDX-License-Identifier: MIT */
/* Structural types: of schemas, of plans, of builtins, and of values checked at run time. A type is an index into a PlTypes table,
 * so recursive types are plain. Not here: whether a type is usable where another is wanted (compiler/check/usable.c)
 * and whether a value has a type (vm/value/type_check.c). Meaning: spec/types.md. */
#ifndef PL_CODE_TYPE_H
#define PL_CODE_TYPE_H

#include "vm/base/buf.h"
#include "vm/base/map.h"
#include "vm/base/vec.h"

typedef uint32_t PlTypeId;

typedef enum PlTypeKind {
    PL_TYPE_ANY,      /* every value; what a schema without a type says */
    PL_TYPE_NOTHING,  /* JSON null, an absent value */
    PL_TYPE_YESNO,
    PL_TYPE_INTEGER,  /* int64 */
    PL_TYPE_NUMBER,   /* int64 or double */
    PL_TYPE_TEXT,     /* `format` may narrow it */
    PL_TYPE_DATETIME, /* in wire form: text, RFC 3339 */
    PL_TYPE_DATE,     /* in wire form: text, full-date of RFC 3339 */
    PL_TYPE_DURATION, /* in wire form: text, ISO 8601 */
    PL_TYPE_FILE,     /* bytes by reference */
    PL_TYPE_LIST,     /* `elem` */
    PL_TYPE_RECORD,   /* `fields`, `rest` */
    PL_TYPE_UNION,    /* `members`, two or more, none a union itself; "T or nothing" is a union with NOTHING */
    PL_TYPE_ENUM,     /* `values`: one of these texts, numbers or yes/no */
    PL_TYPE_VAR,      /* T, U of a builtin's signature; never in a module */
    PL_TYPE_KIND_COUNT
} PlTypeKind;

typedef enum PlTextFormat {
    PL_FORMAT_NONE,
    PL_FORMAT_EMAIL,
    PL_FORMAT_URL,
    PL_FORMAT_UUID,
    PL_FORMAT_BYTE, /* base64 */
    PL_FORMAT_PASSWORD,
    PL_FORMAT_IP,
    PL_FORMAT_HOSTNAME,
    PL_FORMAT_TIME,
    PL_FORMAT_HTML,
    PL_FORMAT_MARKDOWN,
    PL_FORMAT_CSV,
    PL_FORMAT_COUNT
} PlTextFormat;

/* A literal: of an enum, a default, a constant of the module. Numbers keep int64 and double apart. */
typedef enum PlLiteralKind {
    PL_LIT_NOTHING,
    PL_LIT_YESNO,
    PL_LIT_INT,
    PL_LIT_DOUBLE,
    PL_LIT_TEXT,
    PL_LIT_DATETIME, /* integer: microseconds since 1970 UTC; offset: minutes east of UTC */
    PL_LIT_DATE,     /* integer: days since 1970-01-01 */
    PL_LIT_DURATION, /* integer: microseconds; offset: months beside them */
    PL_LIT_JSON,     /* text: compact JSON of a list or record */
    PL_LIT_KIND_COUNT
} PlLiteralKind;

typedef struct PlLiteral {
    PlLiteralKind kind;
    int32_t offset;
    union {
        bool yes;
        int64_t integer;
        double number;
        PlStr text;
    } as;
} PlLiteral;

typedef struct PlField {
    PlStr name;
    PlTypeId type;
    bool required;
    bool read_only;  /* not accepted in a request */
    bool write_only; /* not given in an answer */
    PlStr doc;       /* one line, may be empty; not in a module */
} PlField;

#define PL_TYPE_NONE UINT32_MAX

typedef struct PlType {
    PlTypeKind kind;
    PlTextFormat format; /* TEXT */
    PlTypeId elem;       /* LIST; VAR: its index */
    PlTypeId rest;       /* RECORD: type of further fields, PL_TYPE_NONE when none are declared */
    bool closed;         /* RECORD: further fields are refused (additionalProperties: false) */
    bool open;           /* reserved and not yet defined; reads as ANY */
    PlField *fields;     /* RECORD, in the order of the schema */
    PlTypeId *members;   /* UNION */
    PlLiteral *values;   /* ENUM */
    uint32_t count;      /* of fields, members or values */
    PlStr name;          /* the schema's name, for messages ("Pet"); may be empty */
} PlType;

typedef struct PlTypes {
    PlArena *arena;
    PL_VEC(PlType) all;
    PlMap by_shape; /* interning of what has no fields */
    PL_VEC(PlTypeId) open_unions; /* unions with a member that is not yet defined */
} PlTypes;

/* Ids that every table has, in this order, from pl_types_init. */
enum {
    PL_T_ANY,
    PL_T_NOTHING,
    PL_T_YESNO,
    PL_T_INTEGER,
    PL_T_NUMBER,
    PL_T_TEXT,
    PL_T_DATETIME,
    PL_T_DATE,
    PL_T_DURATION,
    PL_T_FILE,
    PL_T_LIST_ANY,
    PL_T_LIST_TEXT,
    PL_T_RECORD_ANY, /* {} with rest ANY */
    PL_T_FIRST_FREE
};

void pl_types_init(PlTypes *types, PlArena *arena);
static inline const PlType *pl_type(const PlTypes *types, PlTypeId id)
{
    return &types->all.items[id];
}

PlTypeId pl_type_text(PlTypes *types, PlTextFormat format);
PlTypeId pl_type_list(PlTypes *types, PlTypeId elem);
PlTypeId pl_type_var(PlTypes *types, uint32_t index);
bool pl_literal_equal(PlLiteral a, PlLiteral b); /* same kind and value; doubles by their bits */
/* Flattens unions, drops doubles, turns one member into itself; ANY absorbs all. */
PlTypeId pl_type_union(PlTypes *types, const PlTypeId *members, uint32_t count);
PlTypeId pl_type_or_nothing(PlTypes *types, PlTypeId type);
PlTypeId pl_type_without_nothing(PlTypes *types, PlTypeId type); /* NOTHING and ANY stay */
bool pl_type_has_nothing(const PlTypes *types, PlTypeId type); /* NOTHING, ANY, or a union with it */
PlTypeId pl_type_enum(PlTypes *types, const PlLiteral *values, uint32_t count);
/* Copies the fields. */
PlTypeId pl_type_record(PlTypes *types, const PlField *fields, uint32_t count, PlTypeId rest, bool closed, PlStr name);
/* For recursion: an id now, its meaning later (until then it reads as ANY, but a union keeps it apart). Define each id once, before
 * the type is compared, printed or copied. The parts of `type` are borrowed: they must live as long as the table. */
PlTypeId pl_type_reserve(PlTypes *types);
void pl_type_define(PlTypes *types, PlTypeId id, PlType type); /* a union that would hold itself becomes ANY */

const PlField *pl_type_field(const PlTypes *types, PlTypeId record, PlStr name); /* NULL when not a record with it */
/* In structure, coinductively: names do not count, nor does the order of fields, members and values. Types that differ from
 * each other only deeper than PL_LIMIT_TYPE_DEPTH are taken for different. */
bool pl_type_equal(const PlTypes *types, PlTypeId a, PlTypeId b);

/* Copy a type with all it reaches from one table to another. */
typedef struct PlTypeCopy {
    const PlTypes *from;
    PlTypes *to;
    PlTypeId *memo; /* [memo_len], PL_TYPE_NONE: not yet copied */
    uint32_t memo_len;
} PlTypeCopy;
void pl_type_copy_init(PlTypeCopy *copy, const PlTypes *from, PlTypes *to);
PlTypeId pl_type_copy(PlTypeCopy *copy, PlTypeId id);

/* In the words of the language: "list of {id: text, price?: number}", "one of "a", "b"", "text or nothing". Depth-limited with
 * "..."; about `width` bytes at most when it must be cut (0: no cut), so that messages stay short. */
void pl_type_print(PlBuf *out, const PlTypes *types, PlTypeId id, uint32_t width);
/* "email" -> PL_FORMAT_EMAIL; knows the names of OpenAPI ("uri") and of the language ("url"); NONE for others. */
PlTextFormat pl_type_format_by_name(PlStr name);
const char *pl_type_format_name(PlTextFormat format); /* "url"; "" for NONE */

#endif
