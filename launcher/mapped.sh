# mapped.sh COMMAND...: waits until the user namespace that this process was born into has its users, which ../enter.sh
# gives it from outside, and becomes COMMAND. Only as user 0 does a program that is executed get all rights in the
# namespace, so COMMAND has them and this shell hasn't.
until read -r _ 2>/dev/null </proc/self/uid_map; do :; done
exec "$@"
