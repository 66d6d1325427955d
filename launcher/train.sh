# Trains a build's start-up caches (JEP 514). There is one for each kind of JVM, because a JVM loads every class of its
# cache when it starts: what it doesn't use costs a command time and a daemon memory. Sourced by build.sh.
#
#   lab.aot       lab up, demo, bench   by a whole lab, asked by commands and, where it is installed, by kubectl
#   commands.aot  other commands        by those that people use most, while that lab runs
#   agent.aot     agent                 by an agent that gives a few pods their network
#
# Without a cache everything works and starts in three times the time, so its failure isn't the build's.
train() {
  if [ "${FAIRLEAD_TEST_NO_CACHE-}" = 1 ]; then return; fi
  say 'training the start-up caches'
  . "$home/launcher/enter.sh"
  lab=
  if choose_namespaces; then
    lab=train-$$
    # In a network namespace of its own, since it makes a bridge.
    (train_java agent 'run_inside unshare --net --' __train agent) </dev/null >>"$log" 2>&1 &
    agent=$!
    # The lab stays until its standard input ends, which it also does when this process is killed.
    hold=$state/$id/hold
    mkfifo "$hold" && exec 7<>"$hold" 6<"$hold" 8>"$hold" 7>&- && rm -f "$hold"
    (exec <&6 6<&- 8>&- && train_java lab run_inside __train lab "$lab") >>"$log" 2>&1 &
    host=$!
    exec 6<&-
  fi
  (train_java commands exec __train commands ${lab:+"$lab"}) </dev/null >>"$log" 2>&1
  if [ -n "$lab" ]; then
    train_with_kubectl
    exec 8>&-
    wait "$host" "$agent"
  fi
  for kind in commands ${lab:+lab agent}; do
    [ -e "$state/$id/$kind.aot" ] || say "the start-up cache '$kind' could not be made, so those starts will be slow; see $log"
  done
}

# train_java KIND RUN ARGUMENT...: a JVM that makes the cache of its kind when it ends. RUN starts it.
train_java() {
  kind=$1 run=$2
  shift 2
  java_command "$kind"
  exec 5>&-
  # shellcheck disable=SC2086 # the options and what runs them are words
  $run "$java" $options "-XX:AOTCacheOutput=$state/$id/$kind.aot" "-Dfairlead.home=$home" -cp "$class_path" "$main" "$@"
}

train_with_kubectl() {
  command -v kubectl >/dev/null || return 0
  java_command commands
  # shellcheck disable=SC2086
  config=$(exec 5>&- 8>&- && exec "$java" $options "-XX:AOTCache=$state/$id/commands.aot" "-Dfairlead.home=$home" -cp "$class_path" \
    "$main" lab kubeconfig --name "$lab" 2>>"$log") || return 0
  for question in 'get pods -A' 'get services,endpointslices,nodes -o wide' 'describe service web' 'get deployments -o yaml'; do
    # shellcheck disable=SC2086 # the question is words
    timeout 20 kubectl --kubeconfig "$config" --cache-dir "$state/$id/kubectl" $question >>"$log" 2>&1 5>&- 8>&- </dev/null
  done
  rm -rf "$state/$id/kubectl"
}
