# Starts a JVM in namespaces of its own, which Java can't enter by itself: a process with several threads may not make a
# user namespace. Sourced by ./fairlead; launcher/inside.sh is the part that runs within. The promises made to the JVM
# are written down in cli/src/main/java/dev/fairlead/cli/Launch.java.
#
#   caller's namespaces            │ new user + mount namespace     │ and new PID namespace, new /proc
#   ./fairlead (sh) ── exec unshare ─▶ inside.sh, same process ────── fork ─▶ java, PID 1 ──▶ pause, commands …
#
# The network namespace stays the caller's, so that the lab can listen on the caller's loopback. When PID 1 ends, the
# kernel kills the rest of its PID namespace, and with the last process the namespaces go.

# choose_namespaces: sets $namespaces (empty: none can be made) and $unshare_flags; $refusal is the kernel's word.
choose_namespaces() {
  namespaces=user,mount,pid unshare_flags='--user --map-root-user --mount --pid'
  if [ "${FAIRLEAD_TEST_NO_USERNS-}" != 1 ] && try_namespaces; then return 0; fi
  namespaces=mount,pid unshare_flags='--mount --pid'
  if [ "${FAIRLEAD_TEST_NO_ROOT-}" != 1 ] && [ "$(id -u)" = 0 ] && try_namespaces; then return 0; fi
  namespaces=
  return 1
}

refusal='forbidden for a test'
try_namespaces() {
  # shellcheck disable=SC2086 # the flags are words
  refusal=$(unshare $unshare_flags --fork --mount-proc true 2>&1)
}

need_namespaces() {
  command -v unshare >/dev/null || die 2 'unshare is missing; install util-linux'
  choose_namespaces || die 2 "the kernel allows this user neither user namespaces nor root's mount and PID namespaces" \
    "($refusal); \`./fairlead doctor\` says which setting to change"
  export FAIRLEAD_NAMESPACES="$namespaces"
}

# run_inside JAVA...: becomes it; signals reach it and its exit code is this process's. Never returns.
run_inside() {
  need_namespaces
  # shellcheck disable=SC2086
  exec unshare $unshare_flags -- /bin/sh "$home/launcher/inside.sh" wait "$@" 9</proc
}

# run_detached JAVA...: starts it in a session of its own and ends with the N of its line `exit N` on descriptor 8.
# Before that line, a signal to this process ends the JVM too, and standard input is the JVM's to read (`lab up -f -`);
# after it, they have nothing to do with each other.
run_detached() {
  need_namespaces
  export FAIRLEAD_DETACHED=1
  pipe=${TMPDIR:-/tmp}/fairlead-$$.pipe
  mkfifo -m 600 "$pipe" || die 1 "making the pipe $pipe was refused; set TMPDIR to a directory that can be written"
  exec 7<>"$pipe" # opening both ends at once never waits for the other side
  exec 8>"$pipe" 6<"$pipe" 7>&-
  rm -f "$pipe"
  jvm=
  trap 'give_up 2' INT
  trap 'give_up 15' TERM
  trap 'give_up 1' HUP
  # shellcheck disable=SC2086
  setsid unshare $unshare_flags -- /bin/sh "$home/launcher/inside.sh" leave "$@" 9</proc 6<&-
  exec 8>&- # so that the end of the JVM is the end of the pipe
  while read -r word value <&6; do
    case $word in
      pid) jvm=$value ;;
      exit) exit "$value" ;;
    esac
  done
  die 1 'the lab ended before it was up'
}

# give_up SIGNAL: asks the JVM to end and waits until it has; a second signal doesn't ask.
give_up() {
  trap 'kill -KILL "$jvm" 2>/dev/null' INT TERM HUP
  [ -n "$jvm" ] || read -r word jvm <&6
  if [ -n "$jvm" ]; then
    kill -TERM "$jvm" 2>/dev/null
    while read -r word value <&6 || [ $? -gt 1 ]; do :; done
  fi
  exit $((128 + $1))
}
