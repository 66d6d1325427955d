# Builds the runtime: Maven makes the jars and the C programs, the jars are copied to a directory of their own, a JVM is
# trained into start-up caches there, and only then .fairlead/current names it. So a start sees the last whole build,
# whatever happens to this one, and a JVM that is running keeps the jars that it began with.
#
#   .fairlead/current            the last whole build (see read_build in ../fairlead)
#   .fairlead/build-ID/lib/      its jars          .fairlead/build-ID/*.aot   its start-up caches (train.sh)
#   .fairlead/build-ID/stamp     as old as the build's beginning: sources that are newer make the next build
#   .fairlead/lock               held (flock) while one builds or tests; the kernel drops it with its last holder
#   .fairlead/unfinished         there while Maven works: whoever finds it begins with an empty target/
#   .fairlead/log/               Maven's whole output

# build_runtime: leaves a fresh build that read_build has read, or ends the launcher.
build_runtime() {
  need_build_tools
  if [ "${FAIRLEAD_NO_BUILD-}" = 1 ]; then die 1 'there is no build, and FAIRLEAD_NO_BUILD=1 forbids making one'; fi
  lock_checkout
  read_build
  if is_fresh; then # somebody else built while this process waited
    unlock_checkout
    return
  fi
  make_runtime -Dquick
  unlock_checkout
}

# lock_checkout: waits until no other process builds here. Ends the launcher where this user can't build here at all.
lock_checkout() {
  case $home in *:*) die 1 "the checkout's path $home has a colon, which a class path can't hold; move it" ;; esac
  if [ -d "$state" ] || mkdir "$state" 2>/dev/null; then :; fi
  if [ ! -w "$state" ] || [ ! -w "$home" ]; then
    if [ -n "$build" ]; then what='sources are newer than their build'; else what='project is not built yet'; fi
    die 1 "the $what, and this user can't write to $home; run \`./fairlead --version\` there once as its owner," \
      'or clone the project to a directory of your own'
  fi
  command -v flock >/dev/null || die 2 'flock is missing; install util-linux'
  exec 5>"$state/lock"
  if ! flock --nonblock 5; then
    say 'waiting for another build or test run in this checkout'
    flock 5
  fi
}

unlock_checkout() { exec 5>&-; }

# make_runtime MAVEN_ARGUMENT...: builds under the lock. `-Dquick` leaves out the checks that only developers need.
make_runtime() {
  started=$(date +%s)
  mkdir -p "$state/log"
  remove_old_builds
  id=build-$started-$$
  mkdir -p "$state/$id/lib"
  : >"$state/$id/stamp"
  rm -rf "$home/cli/target/runtime" # jars of versions that the project has left would be found there

  log=$state/log/build.log
  maven "$log" build_progress package -Dmaven.test.skip=true "$@" || build_failed
  collect_jars || build_failed
  . "$home/launcher/train.sh"
  train
  publish
  say "built in $(($(date +%s) - started)) s"
}

need_build_tools() {
  ok() { :; }
  lacks() { :; }
  bad() { die 2 "$2; $3"; }
  . "$home/launcher/checks.sh"
  check_build
}

# maven LOG FILTER ARGUMENT...: runs Maven on the JDK that was found, its output to LOG and through FILTER. Its local
# repository is in the checkout for a user without a home that can be written.
maven() {
  log=$1 filter=$2
  shift 2
  if [ -e "$state/unfinished" ]; then rm -rf "$home"/*/target; fi
  : >"$state/unfinished"
  if ! has_maven_home; then
    set -- "-Dmaven.repo.local=$state/m2" "$@"
  elif [ "$(eval "echo ~$(id -un)")" != "$HOME" ]; then
    # Java asks the user database for the home directory, and HOME may say another one.
    set -- "-Dmaven.repo.local=$HOME/.m2/repository" "$@"
  fi
  : >"$log"
  {
    (cd -- "$home" && JAVA_HOME=$jdk exec mvn -B -Dstyle.color=never "$@") 2>&1 </dev/null
    echo "$?" >"$state/unfinished"
  } | "$filter"
  read -r maven_code <"$state/unfinished"
  rm -f "$state/unfinished"
  give_to_owner
  return "${maven_code:-1}"
}

has_maven_home() {
  [ -n "${HOME-}" ] || return 1
  for directory in "$HOME/.m2/repository" "$HOME/.m2" "$HOME"; do
    if [ -e "$directory" ]; then
      [ -d "$directory" ] && [ -w "$directory" ] && [ -x "$directory" ]
      return
    fi
  done
  return 1
}

# A line for each module, and on a terminal the number of files fetched so far, since a first build fetches hundreds.
build_progress() {
  clear=
  if [ -t 2 ]; then clear=$(printf '\r\033[K'); fi
  fetched=0 step=
  while IFS= read -r line; do
    printf '%s\n' "$line" >&4
    case $line in
      '[INFO] Building '*']')
        line=${line#\[INFO\] Building }
        count=${line##*\[}
        step="building ${line%% *} … ${count%]}"
        printf '%s%s\n' "$clear" "$step" >&2
        ;;
      *'Downloaded from '*)
        fetched=$((fetched + 1))
        if [ -n "$clear" ]; then
          printf '%s  %s files fetched' "$clear" "$fetched" >&2
        elif [ $((fetched % 100)) = 0 ]; then
          printf '  %s files fetched\n' "$fetched" >&2
        fi
        ;;
    esac
  done 4>"$log"
  printf '%s' "$clear" >&2
}

# The first errors that Maven tells, without its advice to Maven's own users.
build_failed() {
  say "the build failed; from Maven's log:"
  grep -e '^\[ERROR\]' -e '^\[FATAL\]' "$log" |
    grep -v -e 'Re-run Maven' -e 'To see the full stack trace' -e '\[Help 1\]' -e 'For more information' \
      -e 'After correcting' -e ' mvn <args>' -e '^\[ERROR\] *$' | awk '!seen[$0]++' | head -n 30 >&2
  grep -q '^\[ERROR\]' "$log" || tail -n 20 "$log" >&2
  say "the whole log is $log"
  exit 1
}

# picocli's class files are of a form that a start-up cache can't hold, so they are rewritten: it halves each start.
collect_jars() {
  cp "$home"/cli/target/runtime/*.jar "$home"/cli/target/cli-*.jar "$state/$id/lib/" || return
  for jar in "$state/$id"/lib/picocli-*.jar; do
    "$jdk/bin/java" -XX:TieredStopAtLevel=1 -cp "$home/cli/target/classes" dev.fairlead.cli.FreshClassFiles \
      "$jar" "$jar.fresh" >>"$log" 2>&1 && mv "$jar.fresh" "$jar" || return
  done
  build=$id built_with=$jdk built_at=$home jars=
  for jar in "$state/$id"/lib/*.jar; do jars="$jars${jars:+ }${jar##*/}"; done
}

publish() {
  printf '%s\n' "$build" "$built_with" "$built_at" "$jars" >"$state/current.new"
  give_to_owner
  mv "$state/current.new" "$state/current"
}

# Earlier builds go, but for the last one and those that a process was started from, such as a lab that is up.
remove_old_builds() {
  read_build
  for old in "$state"/build-*; do
    if [ -d "$old" ] && [ "${old##*/}" != "$build" ] && ! grep -lsF "$old/" /proc/[0-9]*/cmdline >/dev/null; then
      rm -rf "$old"
    fi
  done
}

# `sudo ./fairlead` in a user's checkout must not leave files there that the user can't replace.
give_to_owner() {
  if [ "$(id -u)" != 0 ]; then return; fi
  owner=$(stat -c %u:%g "$home")
  if [ "${owner%:*}" != 0 ]; then chown -R -h "$owner" "$state" "$home"/*/target; fi
}
