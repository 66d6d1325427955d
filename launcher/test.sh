# `./fairlead test [MAVEN_ARGUMENT...]`: builds with all checks and runs every test; the last line is
# `N passed, N failed, N skipped`, added up from the reports. The tests start ./fairlead themselves, so the runtime is
# built first, and FAIRLEAD_NO_BUILD tells those starts to take it as it is.

shift
PATH=$PATH:/usr/sbin:/sbin # where Debian has the network tools, and an ordinary user doesn't look
export PATH

# ---- the tools that judge our work -----------------------------------------------------------------------------------
test_tools() {
  missing= runtimes=
  while read -r program package; do
    command -v "$program" >/dev/null || missing="$missing $package"
  done <<'TOOLS'
ip iproute2
nft nftables
conntrack conntrack
tcpdump tcpdump
ping iputils-ping
curl curl
dig bind9-dnsutils
/usr/lib/cni/bridge containernetworking-plugins
iptables iptables
dnsmasq dnsmasq-base
unshare util-linux
ps procps
TOOLS
  # Container runtimes come with services. Where systemd would start them at once, installing them is not a test's business.
  while read -r program package; do
    command -v "$program" >/dev/null || runtimes="$runtimes $package"
  done <<'RUNTIMES'
ctr containerd
runc runc
podman podman
conmon conmon
busybox busybox-static
RUNTIMES
  if [ -n "$runtimes" ] && [ -d /run/systemd/system ]; then
    say "missing here:$runtimes; the tests with real container runtimes are skipped (Debian, Ubuntu: apt install$runtimes," \
      "which also starts their services)"
  else
    missing=$missing$runtimes
  fi
  # By itself, since not every distribution has it as a package, and one unknown name fails the whole installation.
  browser=' chromium-headless-shell'
  for program in chromium-headless-shell chromium chromium-browser google-chrome; do
    if command -v "$program" >/dev/null; then browser=; fi
  done
  for packages in "$missing" "$browser"; do
    [ -n "$packages" ] || continue
    install_tools || say "missing here:$packages; the tests that need them are skipped (Debian, Ubuntu: apt install$packages)"
  done
}

install_tools() {
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then return 1; fi
  say "installing what the tests measure with:$packages"
  # shellcheck disable=SC2086 # a list of packages
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends --no-remove $packages; } \
    >"$state/log/apt.log" 2>&1 </dev/null && return
  say "installing failed; see $state/log/apt.log"
  return 1
}

# ---- Maven's output, told briefly ------------------------------------------------------------------------------------
# [INFO] Tests run: 5, Failures: 0, Errors: 0, Skipped: 1, Time elapsed: 0.04 s -- in dev.fairlead.packet.IpTest
test_progress() {
  failing=
  while IFS= read -r line; do
    printf '%s\n' "$line" >&4
    case $line in
      '[INFO] Building '*']')
        line=${line#\[INFO\] Building } failing=
        count=${line##*\[}
        echo "testing ${line%% *} … ${count%]}"
        ;;
      '['*'Tests run: '*' -- in '*)
        failing=
        case $line in '[ERROR]'*) failing=yes ;; esac
        tests=${line#*Tests run: } skipped=${line#*Skipped: } seconds=${line#*elapsed: }
        skipped=${skipped%%,*}
        if [ "$skipped" = 0 ]; then skipped=; else skipped=", $skipped skipped"; fi
        echo "  ${line##* -- in }: ${failing:+FAILED of }${tests%%,*}$skipped, ${seconds%% *} s"
        ;;
      '[ERROR] '*'[Help '* | '[ERROR] To see '* | '[ERROR] Re-run '* | '[ERROR] For more '* | '[ERROR] After '* | \
        '[ERROR]   mvn '* | '[ERROR] '?'at org.apache.maven'* | '[ERROR] -> '* | '[ERROR] ')
        ;; # for who uses Maven
      '[ERROR]'* | '[FATAL]'*)
        failing=yes
        echo "$line"
        ;;
      '[INFO]'* | '[WARNING]'*) failing= ;;
      *) if [ -n "$failing" ]; then echo "$line"; fi ;;
    esac
  done 4>"$log"
}

# count_tests: sets $passed, $failed and $skipped from the reports' <testsuite … tests="5" errors="0" …> lines.
count_tests() {
  passed=0 failed=0 skipped=0
  for report in "$home"/*/target/surefire-reports/TEST-*.xml; do
    [ -e "$report" ] || continue
    while IFS= read -r line; do
      case $line in *'<testsuite '*) break ;; esac
    done <"$report"
    bad=$(($(number errors) + $(number failures)))
    failed=$((failed + bad))
    skipped=$((skipped + $(number skipped)))
    passed=$((passed + $(number tests) - bad - $(number skipped)))
  done
}

number() {
  value=${line#* "$1"=\"}
  echo "${value%%\"*}"
}

# ---- an ordinary user's tests ----------------------------------------------------------------------------------------
# Tests that make namespaces need the rights that root has, or that anybody has in a user namespace: so for an ordinary
# user the JVM that runs tests is put into one. Maven takes what lies at bin/java of a directory that looks like a JDK.
# The tests of cli start the launcher, which is to see the user as it is.
make_java_inside() {
  rm -rf "$state/inside"
  mkdir -p "$state/inside/bin" && ln -s "$jdk/release" "$state/inside/release" || return 1
  printf '#!/bin/sh\nexec unshare %s --fork --mount-proc -- "%s/bin/java" "$@"\n' "$unshare_flags" "$jdk" \
    >"$state/inside/bin/java" && chmod 755 "$state/inside/bin/java"
}

# ---- the run ---------------------------------------------------------------------------------------------------------
. "$home/launcher/build.sh"
read_build
lock_checkout
mkdir -p "$state/log"
need_build_tools
test_tools

# A part of the rooms can be tested while another doesn't compile, unless their tests start ./fairlead.
runtime=needed
case " $* " in
  *' -pl'*[!a-z]cli[!a-z]* | *' -pl'*[!a-z]lab[!a-z]* | *' -pl'*[!a-z]bench[!a-z]*) ;;
  *' -pl'*) runtime='not needed' ;;
esac
case " $* " in *' -pl'*) set -- -am -Dsurefire.failIfNoSpecifiedTests=false "$@" ;; esac
if [ "$runtime" = needed ] && ! is_fresh; then make_runtime; fi

if [ "$(id -u)" != 0 ]; then
  . "$home/launcher/enter.sh"
  if choose_namespaces && make_java_inside; then
    set -- "-Dtest.java=$state/inside/bin/java" "$@"
  else
    say "the kernel allows this user no namespaces ($refusal); the tests that need them are skipped"
  fi
fi
rm -rf "$home"/*/target/surefire-reports
export FAIRLEAD_NO_BUILD=1
code=0
# A failure doesn't end the run: whoever broke one room wants to know about the others too.
maven "$state/log/test.log" test_progress verify --fail-at-end -Dmaven.test.failure.ignore=true "$@" || code=1
count_tests
if [ "$code" != 0 ]; then
  say "Maven did not finish its work; the whole log is $log"
elif [ $((passed + failed)) = 0 ]; then
  say "no test ran; the whole log is $log"
  code=1
elif [ "$failed" != 0 ]; then
  say "the whole log is $log, the reports are in */target/surefire-reports"
  code=1
fi
echo "$passed passed, $failed failed, $skipped skipped"
exit "$code"
