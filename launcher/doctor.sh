# `./fairlead doctor`: one line for each prerequisite, with its fix; exit code 0 where every required one is there.
# Builds nothing. Where a build exists, Java adds what only it can judge (DoctorCommand).

green= red= yellow= plain=
if [ -t 1 ] && [ -z "${NO_COLOR-}" ] && [ "${TERM-}" != dumb ]; then
  escape=$(printf '\033')
  green="${escape}[32m" red="${escape}[31m" yellow="${escape}[33m" plain="${escape}[0m"
fi
failed=0
ok() { printf '%s✓%s %-19s %s\n' "$green" "$plain" "$1" "$2"; }
bad() {
  printf '%s✗%s %-19s %s; fix: %s\n' "$red" "$plain" "$1" "$2" "$3"
  failed=1
}
lacks() { printf '%s–%s %-19s %s; fix: %s\n' "$yellow" "$plain" "$1" "$2" "$3"; }

. "$home/launcher/checks.sh"
check_build
check_lab

read_build
if is_fresh; then
  ok build 'up to date'
  java_command commands
  # What Java tries, it tries where the lab would run.
  if [ -n "$namespaces" ]; then as=run_inside; else as=exec; fi
  # shellcheck disable=SC2086 # the options are words
  ("$as" "$java" $options ${cache:+"-XX:AOTCache=$cache"} "-Dfairlead.home=$home" -cp "$class_path" "$main" "$@") ||
    failed=1
else
  lacks build 'older than the sources, or not made yet' 'none needed, the next command makes it'
fi
exit "$failed"
