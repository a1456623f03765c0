# stdlib/ai/prompts/*.txt as C: a table of name and text.
FNR == 1 {
    if (names++) print "},"
    else print "/* made from stdlib/ai/prompts */\n#include \"stdlib/ai/prompts.h\"\n\nconst PlAiPrompt pl_ai_prompts[] = {"
    name = FILENAME
    sub(/.*\//, "", name)
    sub(/\.txt$/, "", name)
    print "{\"" name "\","
}
{
    gsub(/[\\"]/, "\\\\&")
    print "\"" $0 "\\n\""
}
END { print "},\n{0, 0}};" }
