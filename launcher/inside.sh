# inside.sh wait|leave COMMAND...: runs in the new user and mount namespace, and makes COMMAND PID 1 of the new PID
# namespace with a /proc of its own. `wait` passes signals and the exit code on, and COMMAND dies with this process.
# `leave` writes `pid N` to descriptor 8 and ends: N is COMMAND's PID as the caller sees it.
#
# The first child becomes PID 1, so nothing may be forked before it.
mode=$1
shift
exec 3<&0 # a background process is otherwise given /dev/null

(
  exec <&3 3<&-
  # From libmount or the kernel comes the reason, so it is left to be seen.
  mount -t proc proc /proc || {
    echo 'fairlead: mounting /proc in the new namespaces was refused; `./fairlead doctor` says what to change' >&2
    exit 2
  }
  if [ "$mode" = wait ]; then
    # SIGKILL to the launcher can't be passed on; the kernel sends this one in its place. And a session of its own keeps
    # the terminal's Ctrl-C from pods and commands, so that the lab ends them in its own order.
    set -- setsid setpriv --pdeathsig KILL "$@"
  fi
  # The shell starts background processes with SIGINT ignored, and every process of the lab would inherit that.
  if env --default-signal=INT true 2>/dev/null; then
    set -- env --default-signal=INT,QUIT "$@"
  fi
  exec "$@"
) &
child=$!
exec 3<&-

if [ "$mode" = leave ]; then
  echo "pid $child" >&8
  exit 0
fi

exec 9<&-
interrupts=0
# Whoever presses Ctrl-C twice doesn't want to wait.
interrupt() {
  interrupts=$((interrupts + 1))
  if [ "$interrupts" = 1 ]; then kill -TERM "$child"; else kill -KILL "$child"; fi
}
trap interrupt INT
trap 'kill -TERM "$child"' TERM HUP
trap 'kill -QUIT "$child"' QUIT # a JVM prints its threads

while
  wait "$child"
  code=$?
  kill -0 "$child" 2>/dev/null
do :; done
if [ "$interrupts" -gt 0 ] && [ "$code" = 143 ]; then code=130; fi
exit "$code"
