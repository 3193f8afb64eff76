# Becomes the process that is to be supervised, in a session of its own so that Ctrl-C in the terminal does not reach it.
# It writes down its own id before it turns into that process: whoever ends what LocalHost left behind can miss none.
# launch.sh <file for the id> <process id of LocalHost> <stop signal> <program> [arguments]
# For bash: other shells do not hand on variables with names such as Logging__LogLevel__Microsoft.AspNetCore. Its own variables are
# all local, for one of the same name in the environment would be changed for the program too.
twentieth() { shift 19; echo "$1"; }
register() {
    local stat
    read -r stat <"/proc/$$/stat"
    printf '%s %s %s\n' "$$" "$(twentieth ${stat##*) })" "$3" >"$1.new" && mv "$1.new" "$1" || return 1
    # LocalHost may have died in the meantime, and the watchdog may have looked already.
    read -r stat 2>/dev/null <"/proc/$2/stat" || return 1
    case ${stat##*) } in [ZX]*) return 1 ;; esac
}
register "$1" "$2" "$3" || exit 125
shift 3
exec "$@" </dev/null
