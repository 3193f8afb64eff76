# Ends everything that LocalHost started when LocalHost is gone, also when it was killed with a signal nobody can handle: the
# standard input is a pipe that only LocalHost holds open. "done" before the end of it means that nothing is left to do.
# watchdog.sh <folder with the ids of the processes, named by their environment too> <file that says all is ready>
folder=$1 ready=$2
exec >/dev/null 2>&1
trap '' INT TERM HUP QUIT
while read -r word; do
    [ "$word" = done ] && rm -rf "$folder" && exit 0
done

nineteen_further() { shift 19; echo "$1"; }

# runs <pid> <start time>: whether that very process runs; ids are given again, start times are not.
runs() {
    read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
    case ${stat##*) } in [ZX]*) return 1 ;; esac
    [ "$(nineteen_further ${stat##*) })" = "$2" ]
}

# send [KILL]: asks each process that still runs to stop, or kills it with its group. Fails when none ran.
send() {
    any=1
    for file in "$folder"/*.pid; do
        read -r pid start signal 2>/dev/null <"$file" || continue
        if runs "$pid" "$start"; then
            any=0
            if [ "$1" ]; then kill -s KILL -- "-$pid" 2>/dev/null; else kill -"$signal" "$pid" 2>/dev/null; fi
        fi
    done
    return $any
}

rm -f "$ready"
# A process that was being started at the moment of the end may write down its id a little later, so look for a while.
round=0
while send || [ $round -lt 3 ]; do
    round=$((round + 1))
    [ $round -ge 25 ] && break
    sleep 0.2
done
send KILL
# What left its group, such as a daemon of a daemon, still carries our mark, and so does what an ended leader left in its group: by the
# id of that leader alone the group could be a stranger's by now.
for environment in /proc/[0-9]*/environ; do
    if grep -qzxF "SURE_LOCALHOST=$folder" "$environment" 2>/dev/null; then
        pid=${environment#/proc/}
        kill -KILL "${pid%/environ}" 2>/dev/null
    fi
done
rm -rf "$folder"
