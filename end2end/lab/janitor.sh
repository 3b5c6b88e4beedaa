#!/bin/sh
# Stops the servers of the lab and removes its directory when standard input ends.
#
# The lab holds the other end of that pipe. It is closed when the lab requests the clean-up, and also when
# the lab fails during its start, crashes or is killed. So there is one clean-up, and it always runs.

directory=$1
trap '' HUP INT TERM
cat >/dev/null

# A zombie process has ended.
alive() {
  [ -e "/proc/$1/status" ] && ! grep -qs '^State:.Z' "/proc/$1/status"
}

# Terminates the server of a pid file, and waits up to five seconds for it to end. The server terminates
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
stop "$directory/cyrus/master.pid" &
wait

# If the lab was killed during its start, processes of Postfix and Cyrus may still be starting. Postfix passes
# its configuration directory to every process in the environment. The programs of Cyrus are in the lab.
late_processes() {
  grep -lsxz "MAIL_CONFIG=$directory/postfix" /proc/[0-9]*/environ
  find /proc/[0-9]*/exe -maxdepth 0 -lname "$directory/*" 2>/dev/null
}
for _ in $(seq 20); do
  late=$(late_processes | tr -cd '0-9\n')
  [ -n "$late" ] || break
  kill -TERM $late 2>/dev/null
  sleep 0.05
done

rm -rf "$directory"
