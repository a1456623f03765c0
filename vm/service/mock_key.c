/* SPDX-License-Identifier: MIT */
/* Idempotency keys: a second request with the key of an earlier one to the same operation gets that one's answer and changes nothing; with
 * another body it is refused (draft-ietf-httpapi-idempotency-key-header, section 2). Only answers below 500 are kept. */
#include "vm/service/mock_internal.h"

#include "vm/base/fault.h"
#include "vm/code/hash.h"

enum { KEYS = 4096, MAX_ANSWER = 1 << 20 };

typedef struct PlMockKey {
    PlMockOp *op;
    char *key, *type, *text;
    size_t key_len, type_len, text_len;
    unsigned status;
    uint8_t body[32];
} PlMockKey;

static PlStr key_of(const PlMockCall *call)
{
    const PlAction *action = call->op->action;
    PlStr value = PL_STR("");
    for (uint32_t i = 0; i < action->param_count; i++) {
        const PlParam *param = &action->params[i];
        if (!param->is_key) continue;
        if (param->place == PL_IN_HEADER) return pl_httpd_header(call->request, param->wire);
        if (param->place == PL_IN_QUERY && pl_mock_query(call, param->wire, &value)) return value;
        if (param->place == PL_IN_BODY && call->has_body) return pl_node_text(pl_node_get(&call->body, param->wire));
    }
    return pl_httpd_header(call->request, PL_STR("idempotency-key"));
}

static void forget(PlMockKey *key)
{
    pl_free(key->key);
    pl_free(key->type);
    pl_free(key->text);
    *key = (PlMockKey){0};
}

void pl_mock_forget_keys(PlMock *mock)
{
    for (uint32_t i = 0; mock->keys && i < KEYS && i < mock->key_count; i++) forget(&mock->keys[i]);
    pl_free(mock->keys);
    mock->keys = NULL;
    mock->key_count = 0;
}

static bool is_write(const PlMockCall *call)
{
    PlMethod method = call->op->action->method;
    return method == PL_POST || method == PL_PUT || method == PL_PATCH || method == PL_DELETE;
}

bool pl_mock_replay_key(PlMock *mock, PlMockCall *call)
{
    if (!is_write(call)) return false;
    call->key = key_of(call);
    uint32_t kept = mock->key_count < KEYS ? mock->key_count : KEYS;
    for (uint32_t i = 0; call->key.len && i < kept; i++) {
        const PlMockKey *key = &mock->keys[i];
        if (key->op != call->op || !pl_str_eq(pl_str(key->key, key->key_len), call->key)) continue;
        uint8_t body[32];
        pl_hash_bytes(call->request->body, body);
        if (memcmp(body, key->body, sizeof body) != 0) {
            pl_mock_problem(mock, call, 422, "idempotency key used before", PL_STR("an earlier request had this key and another body"), NULL);
            return true;
        }
        call->status = key->status;
        call->type = pl_str(key->type, key->type_len);
        call->text = pl_str(key->text, key->text_len);
        return call->replayed = true;
    }
    return false;
}

void pl_mock_keep_key(PlMock *mock, PlMockCall *call)
{
    if (call->key.len == 0 || call->key.len > 1024 || call->status >= 500 || call->text.len > MAX_ANSWER) return;
    if (!mock->keys) mock->keys = pl_zalloc(KEYS * sizeof *mock->keys);
    if (!mock->keys) return;
    PlMockKey key = {.op = call->op, .status = call->status, .key_len = call->key.len, .type_len = call->type.len, .text_len = call->text.len};
    key.key = pl_strdup_n(call->key.ptr, call->key.len);
    key.type = pl_strdup_n(call->type.ptr, call->type.len);
    key.text = pl_strdup_n(call->text.ptr, call->text.len);
    pl_hash_bytes(call->request->body, key.body);
    PlMockKey *slot = &mock->keys[mock->key_count++ % KEYS];
    forget(slot);
    if (key.key && key.type && key.text) *slot = key;
    else forget(&key);
}
