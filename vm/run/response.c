/* SPDX-License-Identifier: MIT */
/* From an answer to a value or an error. The document's type for the status is checked, and `as TYPE` too; a mismatch names the place in
 * the answer. An error of the server becomes a record with its status and body. */
#include "vm/run/call.h"

#include "vm/base/utf8.h"

static PlGo raise_body(PlFiber *fiber, const PlAction *a, const char *why)
{
    return PL_RAISE(fiber, RUN_ANSWER_BODY, "answer", PL_ARG(a->plugin), PL_ARG(a->name), why);
}

static bool is_json_type(PlStr type)
{
    PlStr name = pl_str_trim(pl_str_slice(type, 0, pl_str_find_char(type, ';', 0)));
    return pl_str_eq_nocase(name, PL_STR("application/json")) || pl_str_eq_nocase(name, PL_STR("text/json"))
           || (name.len > 5 && pl_str_eq_nocase(pl_str_slice(name, name.len - 5, name.len), PL_STR("+json")));
}

static bool is_text_type(PlStr type)
{
    return pl_str_eq_nocase(pl_str_slice(type, 0, 5), PL_STR("text/"));
}

/* The name of Content-Disposition: attachment; filename="x" (RFC 6266), without folders. */
static PlStr file_name(const PlReply *reply)
{
    PlStr header = pl_call_header(reply, "content-disposition");
    size_t at = pl_str_find(header, PL_STR("filename="), 0);
    if (at == PL_STR_NONE) return PL_STR("");
    PlStr name = pl_str_slice(header, at + 9, header.len);
    if (name.len && name.ptr[0] == '"') name = pl_str_slice(name, 1, pl_str_find_char(name, '"', 1));
    else name = pl_str_trim(pl_str_slice(name, 0, pl_str_find_char(name, ';', 0)));
    for (size_t i = name.len; i > 0; i--)
        if (name.ptr[i - 1] == '/' || name.ptr[i - 1] == '\\') return pl_str_slice(name, i, name.len);
    return name;
}

typedef enum Read { READ_OK, READ_JSON_ERROR, READ_EMPTY } Read;

static Read read_json(PlRun *run, PlStr body, PlValue *out, const char **why)
{
    size_t at;
    *out = pl_nothing();
    if (pl_str_trim(body).len == 0) return READ_EMPTY;
    if (pl_str_starts(body, PL_STR("\xef\xbb\xbf"))) body = pl_str_slice(body, 3, body.len); /* a byte order mark */
    PlStatus status = pl_json_read(run->values, body, out, &at, why);
    if (status == PL_NOMEM || status == PL_LIMIT) pl_heap_escape(run->heap, status);
    return status == PL_OK ? READ_OK : READ_JSON_ERROR;
}

static PlBodyKind kind_of(const PlFiber *fiber, const PlCall *call, const PlReply *reply, const PlResponse *response)
{
    PlStr type = pl_call_header(reply, "content-type");
    (void)fiber;
    if (response->body != PL_BODY_NONE || call->site->expect == PL_T_ANY || call->site->expect == PL_T_NOTHING) return response->body;
    return is_json_type(type) ? PL_BODY_JSON : is_text_type(type) ? PL_BODY_TEXT : PL_BODY_NONE; /* `as TYPE` knows more than the document */
}

/* PL_GO_ON with *out owned, else raised. */
static PlGo read_body(PlFiber *fiber, PlCall *call, const PlReply *reply, const PlResponse *response, PlValue *out)
{
    PlRun *run = fiber->run;
    PlStr type = pl_call_header(reply, "content-type");
    const char *why = "";
    *out = pl_nothing();
    if (reply->body_lost) return raise_body(fiber, call->action, "there was no memory for it");
    if (call->action->method == PL_HEAD) return PL_GO_ON;
    switch (kind_of(fiber, call, reply, response)) {
    case PL_BODY_NONE: return PL_GO_ON;
    case PL_BODY_JSON:
        if (read_json(run, reply->body, out, &why) != READ_JSON_ERROR) return PL_GO_ON;
        if (is_text_type(type) && !is_json_type(type)) why = "it is text, not JSON";
        return raise_body(fiber, call->action, why);
    case PL_BODY_BYTES:
        if (reply->is_file) *out = pl_file_elsewhere(run->values, file_name(reply), type, reply->file.hash, reply->file.len);
        else *out = pl_file(run->values, file_name(reply), type, reply->body);
        return PL_GO_ON;
    default: *out = pl_text(run->values, reply->body); return PL_GO_ON;
    }
}

/* `as_written`: the plan's own `as TYPE`, which is meant to the letter; else the document's word, to which servers hold loosely. */
static PlGo check_type(PlFiber *fiber, const PlAction *a, PlTypeId type, PlValue v, bool as_written)
{
    PlRun *run = fiber->run;
    PlMismatch why = {0};
    const PlTypes *types = &run->module->types;
    if (as_written ? pl_type_check(types, type, v, &why) : pl_type_check_answer(types, type, v, &why)) return PL_GO_ON;
    PlBuf *expected = pl_run_scratch(run);
    pl_type_print(expected, &run->module->types, why.path[0] ? why.expected : type, 80);
    pl_run_check_buf(run, expected);
    PlGo go = PL_RAISE(fiber, RUN_ANSWER_TYPE, "answer", PL_ARG(a->plugin), PL_ARG(a->name), why.path[0] ? why.path : "it",
                       PL_ARG(pl_buf_str(expected)), why.found);
    pl_run_give(run, expected);
    return go;
}

/* Of an awaited end: the form is the answer's own, the type that of the result. */
static PlResponse awaited(const PlCall *call, const PlReply *reply)
{
    PlStr type = pl_call_header(reply, "content-type");
    PlTypeId wanted = call->action->await.type;
    PlResponse response = {.type = wanted, .content_type = type};
    bool is_nothing = wanted == PL_T_NOTHING || (wanted == PL_T_ANY && reply->body.len == 0);
    if (wanted == PL_T_FILE) response.body = PL_BODY_BYTES;
    else if (wanted == PL_T_TEXT && !is_json_type(type)) response.body = PL_BODY_TEXT;
    else if (!is_nothing)
        response.body = wanted != PL_T_ANY || is_json_type(type) || call->result_text ? PL_BODY_JSON
                        : is_text_type(type)                                          ? PL_BODY_TEXT
                                                                                      : PL_BODY_BYTES;
    return response;
}

bool pl_response_is_file(const PlCall *call)
{
    const PlAction *a = call->action;
    bool any = false;
    if (call->stage != PL_STAGE_CALL) return call->stage == PL_STAGE_FETCH && a->await.type == PL_T_FILE;
    if (a->await.on) return false; /* what is read is how far the work is */
    for (uint32_t i = 0; i < a->response_count; i++) {
        const PlResponse *r = &a->responses[i];
        if (r->high < 200 || r->low > 299 || r->body == PL_BODY_NONE) continue;
        if (r->body != PL_BODY_BYTES) return false;
        any = true;
    }
    return any;
}

PlGo pl_response_value(PlFiber *fiber, PlCall *call, const PlReply *reply, uint16_t reg)
{
    const PlAction *a = call->action;
    PlResponse own = awaited(call, reply);
    const PlResponse *response = call->stage == PL_STAGE_CALL ? pl_action_response(a, reply->status) : &own;
    PlRun *run = fiber->run;
    PlValue v;
    if (!response) return PL_RAISE(fiber, RUN_UNDECLARED, "answer", PL_ARG(a->plugin), PL_ARG(a->name), reply->status);
    PlGo go = read_body(fiber, call, reply, response, &v);
    if (go != PL_GO_ON) return go;
    if (response->body != PL_BODY_NONE && a->method != PL_HEAD) go = check_type(fiber, a, response->type, v, false);
    if (go == PL_GO_ON && call->site->expect != PL_T_ANY) go = check_type(fiber, a, call->site->expect, v, true);
    if (go == PL_GO_ON) pl_fiber_set(fiber, reg, v);
    else pl_release(run->values, v);
    return go;
}

/* ---- errors ---- */

static const char *phrase(unsigned status)
{
    static const struct {
        unsigned status;
        const char *words;
    } table[] = {{400, " Bad Request"},        {401, " Unauthorized"},      {402, " Payment Required"},   {403, " Forbidden"},
                 {404, " Not Found"},          {405, " Method Not Allowed"}, {406, " Not Acceptable"},    {408, " Request Timeout"},
                 {409, " Conflict"},           {410, " Gone"},              {412, " Precondition Failed"}, {413, " Content Too Large"},
                 {415, " Unsupported Media Type"}, {422, " Unprocessable Content"}, {429, " Too Many Requests"},
                 {500, " Internal Server Error"}, {501, " Not Implemented"}, {502, " Bad Gateway"}, {503, " Service Unavailable"},
                 {504, " Gateway Timeout"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].status == status) return table[i].words;
    return "";
}

/* The server's own words: where error bodies usually have them (RFC 9457 and what came before). */
static bool find_words(PlValue body, PlValue *words)
{
    static const char *const names[] = {"message", "error_description", "detail", "title", "error", "errors", "msg", "reason"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        PlValue v;
        if (body.tag != PL_RECORD || !pl_record_find(body, pl_str_z(names[i]), &v)) continue;
        if (v.tag == PL_LIST && pl_list_len(v) > 0) v = pl_list_at(v, 0);
        if (v.tag == PL_TEXT && v.as.text->len > 0) {
            *words = v;
            return true;
        }
        if (v.tag == PL_RECORD && i >= 4 && find_words(v, words)) return true;
    }
    return false;
}

static PlValue error_body(PlRun *run, const PlReply *reply)
{
    enum { KEPT = 65536 };
    const char *why;
    PlValue v;
    PlStr type = pl_call_header(reply, "content-type");
    if (reply->body.len == 0 || reply->body_lost) return pl_nothing();
    if ((is_json_type(type) || type.len == 0) && read_json(run, reply->body, &v, &why) == READ_OK) return v;
    return pl_text(run->values, pl_str_slice(reply->body, 0, KEPT));
}

static PlGo raise_status(PlFiber *fiber, PlCall *call, const PlReply *reply)
{
    enum { WORDS = 300 };
    const PlAction *a = call->action;
    PlRun *run = fiber->run;
    PlValue body = error_body(run, reply), words;
    PlStr said = PL_STR("");
    PlBuf *message = pl_run_scratch(run);
    PlDiagCode code = PL_D_RUN_STATUS;
    if (find_words(body, &words)) said = pl_text_str(words);
    else if (body.tag == PL_TEXT && !is_text_type(pl_call_header(reply, "content-type"))) said = pl_text_str(body);
    else if (body.tag == PL_TEXT && body.as.text->len <= WORDS && pl_str_find_char(pl_text_str(body), '<', 0) == PL_STR_NONE)
        said = pl_text_str(body);
    said = pl_str_trim(said);
    if (said.len > WORDS) said = pl_str_slice(said, 0, pl_utf8_offset(pl_str_slice(said, 0, WORDS), WORDS));
    pl_buf_printf(message, PL_DF_RUN_STATUS, PL_ARG(a->plugin), PL_ARG(a->name), reply->status, phrase(reply->status), said.len ? ": " : "",
                  PL_ARG(said));
    if (call->if_match && reply->status == 412) {
        code = PL_D_RUN_PRECONDITION;
        pl_buf_clear(message);
        pl_buf_printf(message, PL_DF_RUN_PRECONDITION, PL_ARG(a->plugin), PL_ARG(a->name), said.len ? ": " : "", PL_ARG(said));
    }
    pl_run_check_buf(run, message);
    PlValue record = pl_error_record_take(fiber, code, "http", pl_buf_str(message), reply->status, body);
    pl_run_give(run, message);
    return pl_error_throw_take(fiber, record);
}

static const char *kind_of_fault(PlNetFault fault)
{
    switch (fault) {
    case PL_NET_TIMEOUT: return "timeout";
    case PL_NET_REFUSED_ORIGIN:
    case PL_NET_REFUSED_ADDRESS: return "refused";
    case PL_NET_NO_CREDENTIAL: return "credential";
    case PL_NET_FILE:
    case PL_NET_TOO_LARGE: return "limit";
    default: return "network";
    }
}

PlGo pl_response_error(PlFiber *fiber, PlCall *call, const PlReply *reply)
{
    const PlAction *a = call->action;
    PlStr location = pl_call_header(reply, "location");
    if (reply->evidence != PL_EVIDENCE_ANSWERED) {
        PlStr why = reply->message.len ? reply->message : pl_str_z(pl_net_fault_name(reply->fault));
        return PL_RAISE(fiber, RUN_NETWORK, kind_of_fault(reply->fault), PL_ARG(a->plugin), PL_ARG(why));
    }
    if (reply->status >= 300 && reply->status < 400 && location.len)
        return PL_RAISE(fiber, RUN_REDIRECT, "http", PL_ARG(a->plugin), PL_ARG(a->name), PL_ARG(location));
    return raise_status(fiber, call, reply);
}
