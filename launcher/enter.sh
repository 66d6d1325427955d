# Starts a JVM in namespaces of its own, which Java can't enter by itself: a process with several threads may not make a
# user namespace. Sourced by ./fairlead; launcher/inside.sh is the part that runs within. The promises made to the JVM
# are written down in cli/src/main/java/dev/fairlead/cli/Launch.java.
#
#   caller's namespaces            │ new user + mount namespace     │ and new PID namespace, new /proc
#   ./fairlead (sh) ── exec unshare ─▶ inside.sh, same process ────── fork ─▶ java, PID 1 ──▶ pause, commands …
#
# In the new user namespace there are as many users as the caller may hand out: root's labs have all that root sees, and
# an ordinary user's those of /etc/subuid where newuidmap is installed, else only user 0, who stands for the caller.
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

# choose_ids: sets $ids to how the user namespace gets its users: `all`, `some` or `one`.
choose_ids() {
  ids=one
  case $namespaces in user,*) ;; *) return ;; esac
  # Builtins only for root, as every start of a lab comes by here.
  while read -r word uid _; do [ "$word" != Uid: ] || break; done </proc/self/status
  if [ "$uid" = 0 ]; then
    ids=all
  elif command -v newuidmap >/dev/null && command -v newgidmap >/dev/null; then
    if sub_ids /etc/subuid "$(id -u)" && sub_ids /etc/subgid "$(id -g)"; then ids=some; fi
  fi
}

# sub_ids FILE OWN: sets $map to the arguments of newuidmap that make OWN user 0 and give the first block of ids that
# subuid(5) has for this user the numbers from 1. False where it has none.
sub_ids() {
  map=
  [ -r "$1" ] || return 1
  me=$(id -un) uid=$(id -u)
  while IFS=: read -r whose first count; do
    if [ "$whose" = "$me" ] || [ "$whose" = "$uid" ]; then
      map="0 $2 1 1 $first $count"
      return
    fi
  done <"$1"
  return 1
}

# map_ids PID: waits until the process has made its user namespace and gives it its users, group ids first, since
# mapped.sh goes on when it sees the others. The kernel takes a map only once, in one write, from outside.
map_ids() {
  # shellcheck disable=SC3013 # dash, bash and busybox have it
  while [ "/proc/$1/ns/user" -ef /proc/self/ns/user ]; do :; done
  [ -d "/proc/$1" ] || return # it could not
  case $ids in
    all)
      same_ids gid_map && printf "$map" >"/proc/$1/gid_map" && same_ids uid_map && printf "$map" >"/proc/$1/uid_map"
      ;;
    some)
      # shellcheck disable=SC2086 # the map is words
      sub_ids /etc/subgid "$(id -g)" && newgidmap "$1" $map && sub_ids /etc/subuid "$(id -u)" && newuidmap "$1" $map
      ;;
  esac || {
    # Whoever forbids this, a security module perhaps, may still allow what anybody may do.
    echo deny >"/proc/$1/setgroups" && echo "0 $(id -g) 1" >"/proc/$1/gid_map"
    echo "0 $(id -u) 1" >"/proc/$1/uid_map" || kill -KILL "$1"
  }
}

# same_ids uid_map|gid_map: sets $map to every id that there is here, under its own number, as lines for printf.
same_ids() {
  map=
  while read -r first _ count; do map="$map$first $first $count\\n"; done <"/proc/self/$1"
}

# become_inside WRAPPER MODE JAVA...: this process becomes inside.sh in new namespaces, through WRAPPER where it isn't empty.
become_inside() {
  wrapper=$1
  shift
  if [ "$ids" = one ]; then
    # shellcheck disable=SC2086
    exec $wrapper unshare $unshare_flags -- /bin/sh "$home/launcher/inside.sh" "$@" 9</proc
  fi
  read -r own _ </proc/self/stat # also in a subshell, which $$ doesn't name
  map_ids "$own" 7<&- 8<&- </dev/null >/dev/null 2>&1 &
  # shellcheck disable=SC2086
  exec $wrapper unshare --user -- /bin/sh "$home/launcher/mapped.sh" unshare --mount --pid -- \
    /bin/sh "$home/launcher/inside.sh" "$@" 9</proc
}

# run_inside JAVA...: becomes it; signals reach it and its exit code is this process's. Never returns.
run_inside() {
  need_namespaces
  choose_ids
  become_inside '' wait "$@"
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
  choose_ids
  (become_inside setsid leave "$@" 6<&-)
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
