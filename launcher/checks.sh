# What Fairlead needs on a machine: one function for each prerequisite. Each calls one of
#   ok NAME FOUND       bad NAME WHAT_IS_WRONG FIX       lacks NAME WHAT_IS_LOST FIX      (lacks: optional)
# which the caller defines: doctor.sh prints them all, and build.sh stops at the first bad one.
# Nothing here changes the machine; what has to be tried is tried in namespaces that end with the trial.

# ---- what the build needs --------------------------------------------------------------------------------------------
check_build() {
  check_jdk
  check_maven
  check_gcc
}

check_jdk() {
  . "$home/launcher/jdk.sh"
  if find_jdk; then
    ok 'JDK 25' "$jdk"
  else
    bad 'JDK 25' "$no_jdk${only_jre:+; $only_jre has no javac}" "$jdk_fix"
  fi
}

check_maven() {
  if mvn=$(command -v mvn); then
    ok Maven "$mvn"
  else
    bad Maven 'there is no mvn on the PATH' 'apt install maven (Debian, Ubuntu) or dnf install maven (Fedora)'
  fi
}

# The C programs use no C library, so what counts is that a static program links without one.
check_gcc() {
  gcc_fix='apt install gcc libc6-dev (Debian, Ubuntu) or dnf install gcc (Fedora)'
  if ! command -v gcc >/dev/null; then
    bad gcc 'there is no gcc on the PATH' "$gcc_fix"
    return
  fi
  program=${TMPDIR:-/tmp}/fairlead-gcc.$$
  if refusal=$(printf '#include <asm/unistd.h>\n#include <linux/types.h>\nvoid _start(void) { for (;;); }\n' |
    gcc -x c -static -nostdlib -ffreestanding -o "$program" - 2>&1); then
    ok gcc 'links a static freestanding program'
  else
    bad gcc "can't make a static freestanding program: $(printf '%s' "$refusal" | head -n 1)" "$gcc_fix"
  fi
  rm -f "$program"
}

# ---- what the lab needs ----------------------------------------------------------------------------------------------
check_lab() {
  check_kernel
  check_util_linux
  check_namespaces
  check_users
  probe_network
  check_feature required veth 'rtnl_link.*veth\|veth_setup' veth
  check_feature required bridge br_add_bridge bridge
  check_feature required nftables nf_tables_newrule nf_tables
  check_feature required 'nftables NAT' nft_nat_init nft_nat
  check_conntrack
  check_br_netfilter
  check_feature optional VXLAN vxlan_setup vxlan
}

check_kernel() {
  read -r release </proc/sys/kernel/osrelease
  major=${release%%.*} minor=${release#*.}
  minor=${minor%%[!0-9]*}
  if [ "$major" -gt 5 ] || { [ "$major" -eq 5 ] && [ "$minor" -ge 13 ]; }; then
    ok 'kernel 5.13' "Linux $release"
  else
    bad 'kernel 5.13' "this is Linux $release" 'use a distribution of 2022 or later, such as Debian 12'
  fi
}

check_util_linux() {
  missing=
  for program in unshare setpriv setsid mount flock; do
    command -v "$program" >/dev/null || missing="$missing $program"
  done
  if [ -n "$missing" ]; then
    bad util-linux "these programs are missing:$missing" 'apt install util-linux mount, or dnf install util-linux'
  elif ! unshare --help | grep -q -e --map-root-user || ! setpriv --help | grep -q -e --pdeathsig; then
    bad util-linux 'unshare --map-root-user or setpriv --pdeathsig is missing' 'install util-linux 2.33 or later'
  else
    ok util-linux "$(unshare --version)"
  fi
}

check_namespaces() {
  . "$home/launcher/enter.sh"
  choose_namespaces
  case $namespaces in
    user,*) ok namespaces 'user, mount and PID namespaces with their own /proc; no root needed' ;;
    mount,*) ok namespaces 'as root without a user namespace: mount and PID namespaces with their own /proc' ;;
    *) bad namespaces "making user namespaces, and /proc in them, is refused ($refusal)" "$(namespace_fix)" ;;
  esac
}

check_users() {
  choose_ids
  case $ids/$namespaces in
    all/*) ok users "a lab has all that this user sees" ;;
    some/*) ok users 'a lab has those that /etc/subuid and /etc/subgid give this user' ;;
    one/user,*) lacks users 'optional: programs in a lab can only be root, so tcpdump, say, does not run there' \
      "apt install uidmap, or dnf install shadow-utils, and a line for $(id -un) in /etc/subuid and in /etc/subgid" ;;
  esac
}

# The setting that forbids unprivileged user namespaces here.
namespace_fix() {
  if [ "$(cat /proc/sys/kernel/apparmor_restrict_unprivileged_userns 2>/dev/null)" = 1 ]; then
    echo 'sysctl kernel.apparmor_restrict_unprivileged_userns=0, or run as root'
  elif [ "$(cat /proc/sys/kernel/unprivileged_userns_clone 2>/dev/null)" = 0 ]; then
    echo 'sysctl kernel.unprivileged_userns_clone=1, or run as root'
  elif [ "$(cat /proc/sys/user/max_user_namespaces 2>/dev/null)" = 0 ]; then
    echo 'sysctl user.max_user_namespaces=10000, or run as root'
  else
    echo 'in a container, start it with --privileged; elsewhere run as root'
  fi
}

# Looks once into a network namespace of its own: a namespaced /proc/sys/net tells what it would get.
probe_network() {
  network=
  # shellcheck disable=SC2086 # the flags are words
  [ -n "$namespaces" ] && network=$(unshare $unshare_flags --fork --mount-proc --net sh -c '
    echo net
    [ -e /proc/sys/net/netfilter/nf_conntrack_max ] && echo conntrack
    [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ] && echo br_netfilter
    [ -w /proc/sys/net/ipv4/ip_forward ] && echo forward' 2>/dev/null)
  case $network in
    *net*forward*) ok 'network namespaces' 'with forwarding of their own' ;;
    *) bad 'network namespaces' 'making one is refused' "$(namespace_fix)" ;;
  esac
}

# check_feature required|optional NAME SYMBOL MODULE: in the running kernel, or a module that it can load. A kernel
# loads these modules by itself when they are first asked for, also for an unprivileged user.
check_feature() {
  if grep -q " [tT] .*\($3\)" /proc/kallsyms 2>/dev/null || [ -e "/sys/module/$4" ]; then
    ok "$2" 'in the kernel'
  elif grep -qs "/$4\.ko" "/lib/modules/$release/modules.builtin" "/lib/modules/$release/modules.dep"; then
    ok "$2" "module $4, loaded when first used"
  elif [ "$1" = optional ]; then
    lacks "$2" "optional: the kernel has no $4" "load or build the module $4"
  else
    bad "$2" "the kernel has no $4" "load or build the module $4"
  fi
}

check_conntrack() {
  case $network in
    *conntrack*) ok conntrack 'in the kernel' ;;
    *) check_feature required conntrack nf_conntrack_init_net nf_conntrack ;;
  esac
}

# Unlike the others this module loads only when root says so.
check_br_netfilter() {
  case $network in
    *br_netfilter*) ok br_netfilter 'bridged packets can meet the rules, in each namespace by itself' ;;
    *) lacks br_netfilter 'optional: replies between pods of one node must be routed' 'modprobe br_netfilter, once, as root' ;;
  esac
}
