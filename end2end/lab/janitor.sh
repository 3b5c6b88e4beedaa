#!/bin/sh
# Stops the lab's servers and removes its directory as soon as standard input ends.
#
# The lab holds the other end of that pipe. It ends when the lab asks for it, and also when the lab
# fails half way, crashes or is killed: so there is one way to clean up, and it always runs.

directory=$1
trap '' HUP INT TERM
cat >/dev/null

# A process that has ended but that its parent has not asked about yet is gone for us.
alive() {
  [ -e "/proc/$1/status" ] && ! grep -qs '^State:.Z' "/proc/$1/status"
}

# Ends the server of a pid file, and waits for up to five seconds until it is gone. The server ends
# its own children.
stop() {
  [ -s "$1" ] || return 0
  pid=$(tr -d ' \n' <"$1")
  kill -TERM "$pid" 2>/dev/null
  for _ in $(seq 100); do
    alive "$pid" || return 0
    sleep 0.05
  done
  kill -KILL "$pid" 2>/dev/null
}

stop "$directory/postfix-queue/pid/master.pid" &
stop "$directory/dovecot/run/master.pid" &
wait

# If the lab was killed in the middle of a start, that start may still be going on. Postfix passes
# the directory of its configuration on to every process it starts.
for _ in $(seq 20); do
  late=$(grep -lsxz "MAIL_CONFIG=$directory/postfix" /proc/[0-9]*/environ | tr -cd '0-9\n')
  [ -n "$late" ] || break
  kill -TERM $late 2>/dev/null
  sleep 0.05
done

rm -rf "$directory"
