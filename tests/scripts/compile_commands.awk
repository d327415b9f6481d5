# compile_commands.awk - from what make would run to compile_commands.json: every command that compiles a C file.
#     make -nB V=1 | awk -v folder="$PWD" -f compile_commands.awk
function quoted(text) {
    gsub(/\\/, "\\\\", text)
    gsub(/"/, "\\\"", text)
    return "\"" text "\""
}
BEGIN { print "[" }
/ -o / && match($0, / [^ ]*\.c /) {
    if (commands++)
        print ","
    printf "  { \"directory\": %s,\n    \"command\": %s,\n    \"file\": %s }", quoted(folder), quoted($0),
        quoted(substr($0, RSTART + 1, RLENGTH - 2))
}
END {
    print "\n]"
    if (commands == 0) {
        print "compile_commands.awk: make compiles nothing" > "/dev/stderr"
        exit 1
    }
}
