/* SPDX-License-Identifier: MIT */
/* The raw tokens: four modes, no state. What a raw token means is scan.c's affair. */
#include "compiler/syntax/scan.h"

/*!conditions:re2c*/

PlRaw pl_raw_scan(PlRawMode mode, const char *ptr, const char *limit, const char **end)
{
    static const int conditions[] = {yycEXPR, yycPROSE, yycACTION, yycMARK};
    const uint8_t *cursor = (const uint8_t *)ptr, *stop = (const uint8_t *)limit, *marker = cursor, *context = cursor;
    const int condition = conditions[mode];
    (void)marker;
    (void)context;
#define FOUND(kind) return *end = (const char *)cursor, PL_RAW_##kind
/*!re2c
    re2c:eof = 0;
    re2c:yyfill:enable = 0;
    re2c:flags:utf-8 = 1;
    re2c:define:YYCTYPE = "uint8_t";
    re2c:define:YYCURSOR = cursor;
    re2c:define:YYLIMIT = stop;
    re2c:define:YYMARKER = marker;
    re2c:define:YYCTXMARKER = context;
    re2c:define:YYGETCONDITION = condition;
    re2c:define:YYGETCONDITION:naked = 1;

    space   = [ \t\u00a0\u202f\ufeff];
    emoji   = [\u2600-\u27bf\ufe0f\u200d\U0001f000-\U0001faff];
    newline = "\r"? "\n" | "\r";
    gap     = [ \t\r\n\u00a0]+;
    digits  = [0-9]+;
    start   = [A-Za-z_\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u1fff\u2c00-\u2fef\u3040-\ud7ff\uf900-\ufdcf];
    word    = start (start | [0-9\u0300-\u036f])*;
    number  = digits ("." digits)? ([eE] [+-]? digits)?;
    numbers = digits ("." digits)*;
    part    = [A-Za-z_] [A-Za-z0-9_]*;
    action  = part ([./-]+ [A-Za-z0-9_]+ | "/" "{" part "}")*;
    dotted  = part ([./-]+ [A-Za-z0-9_]+)* "." part ([./-]+ [A-Za-z0-9_]+)*;
    end     = space | newline | "*" | "_";
    by      = 'using' | 'via' | 'through' | 'calling' | 'invoking' | 'call' | 'invoke' | 'by' gap ('using' | 'calling' | 'invoking' | 'running' | 'executing')
            | 'with' gap 'the' gap 'help' gap 'of' | 'by' gap 'means' gap 'of';
    arrow   = "->" | "=>" | "\u2192" | "\u21d2";
    counted = 'one' | 'two' | 'three' | 'four' | 'five' | 'six' | 'seven' | 'eight' | 'nine' | 'ten' | 'eleven' | 'twelve';
    roman   = [ivx]+;

    <EXPR, PROSE, ACTION, MARK> $ { return *end = limit, PL_RAW_END; }

    <EXPR, PROSE> space+  { FOUND(SPACE); }
    <EXPR, PROSE> newline { FOUND(NEWLINE); }

    <EXPR> emoji { FOUND(SPACE); }
    <EXPR> "#" [^\r\n\x00]*  { FOUND(COMMENT); }
    <EXPR> number            { FOUND(NUMBER); }
    <EXPR> [12] [0-9]{3} "-" [01] [0-9] "-" [0-3] [0-9]
        ("T" [0-2] [0-9] ":" [0-5] [0-9] (":" [0-5] [0-9] ("." digits)?)? ("Z" | [+-] [0-9]{2} ":" [0-9]{2})?)? { FOUND(DATE); }
    <EXPR> digits{1} digits? ":" [0-5] [0-9] (":" [0-5] [0-9])? { FOUND(TIME); }
    <EXPR> ('the' gap)? (('results' | 'result' | 'output') gap 'of' gap)? 'step' gap? numbers { FOUND(STEP); }
    <EXPR> ('the' gap)? ('first' | 'last') gap digits gap 'of' / gap { FOUND(FIRST_N); }
    <EXPR> word              { FOUND(WORD); }
    <EXPR> ["'`\u201c\u201d\u2018\u2019] | [fF] ["'] { FOUND(QUOTE); }
    <EXPR> [([{]  { FOUND(OPEN); }
    <EXPR> [)\]}] { FOUND(CLOSE); }
    <EXPR> "," { FOUND(COMMA); }
    <EXPR> "." { FOUND(DOT); }
    <EXPR> ":" { FOUND(COLON); }
    <EXPR> ";" { FOUND(SEMICOLON); }
    <EXPR> "**" { FOUND(BOLD); }
    <EXPR> arrow | "==" | "!=" | "<>" | "<=" | ">=" | "&&" | "||" | "??" | ":=" | [-+*/%<>=!\u2264\u2265\u2260\u00d7\u00f7\u2212\u2013|?] { FOUND(SIGN); }
    <EXPR> * { FOUND(OTHER); }

    <PROSE> by gap ('the' gap)? "`"? dotted { FOUND(USING); }
    <PROSE> 'using' gap "`"? part space? / "(" { FOUND(USING); }
    <PROSE> "`"? dotted "`"? / "(" { FOUND(CALLED); }
    <PROSE> [A-Za-z0-9_]+ { FOUND(WORD); }
    <PROSE> ["] [^"\x00]* ["] { FOUND(QUOTE); }
    <PROSE> "#" { FOUND(COMMENT); }
    <PROSE> "," { FOUND(COMMA); }
    <PROSE> arrow { FOUND(SIGN); }
    <PROSE> "**" { FOUND(BOLD); }
    <PROSE> * { FOUND(OTHER); }

    <ACTION> action { FOUND(ACTION); }
    <ACTION> * { FOUND(OTHER); }

    <MARK> numbers [a-z]? [.):] / end { FOUND(NUMBERED); }
    <MARK> "(" numbers ")" / end      { FOUND(NUMBERED); }
    <MARK> digits ("." digits)+ / end { FOUND(DOTTED); }
    <MARK> ('step' | 'task' | 'phase' | 'stage' | 'action') space+ (numbers | counted) "**"? space* [:.)\u2013\u2014-] / end { FOUND(STEP_MARK); }
    <MARK> 'step' space+ numbers "**" / end { FOUND(STEP_MARK); }
    <MARK> digits ")" / [A-Za-z`"]    { FOUND(NUMBERED); }
    <MARK> digits "." / [A-Z`]        { FOUND(NUMBERED); }
    <MARK> digits "\\" [.)] / space   { FOUND(NUMBERED); }
    <MARK> "[" numbers "]" / space    { FOUND(NUMBERED); }
    <MARK> digits space+ [\u2013\u2014-] / space { FOUND(NUMBERED); }
    <MARK> [0-9] "\ufe0f"? "\u20e3" "."? { FOUND(NUMBERED); }
    <MARK> [-*+\u2022\u2013\u25e6\u25aa] / space          { FOUND(BULLET); }
    <MARK> roman [.)] / space         { FOUND(ROMAN); }
    <MARK> [IVX]+ [.)] / space        { FOUND(ROMAN); }
    <MARK> [A-H] "." / space          { FOUND(LETTER); }
    <MARK> [a-z] [.)] / space         { FOUND(LETTER); }
    <MARK> [A-Z] ")" / space          { FOUND(LETTER); }
    <MARK> "(" [a-z] ")" / space      { FOUND(LETTER); }
    <MARK> * { return *end = ptr, PL_RAW_NO_MARK; }
*/
#undef FOUND
}
