# Finds a JDK of version 25 or later, by the `release` file that every JDK has, so that none has to be started.
# Sourced by ./fairlead, and only where the last build's JDK doesn't answer the question.

# is_jdk DIRECTORY: true where it holds java and javac of version 25 or later.
is_jdk() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && is_java_25 "$1"
}

# is_java_25 DIRECTORY: true where its version is 25 or later. Builtins only: with JAVA_HOME set, each start asks.
is_java_25() {
  [ -r "$1/release" ] || return 1
  while IFS= read -r line; do
    case $line in
      JAVA_VERSION=*)
        line=${line#*\"}
        [ "${line%%[!0-9]*}" -ge 25 ] 2>/dev/null
        return
        ;;
    esac
  done <"$1/release"
  return 1
}

# find_jdk: sets $jdk, or ends the launcher with the sentence that says what to install.
find_jdk() {
  only_jre=
  on_path=$(command -v java 2>/dev/null) && on_path=$(readlink -f -- "$on_path") && on_path=${on_path%/bin/java}
  for jdk in "${JAVA_HOME-}" /usr/lib/jvm/*25* /usr/lib/jvm/* /opt/* /opt/java/* /usr/java/* /usr/local/*j*dk* \
    "${HOME-}"/.sdkman/candidates/java/* "${HOME-}"/.jdks/* "$on_path"; do
    [ -n "$jdk" ] && [ -x "$jdk/bin/java" ] || continue
    if is_jdk "$jdk"; then return 0; fi
    if is_java_25 "$jdk"; then only_jre=$jdk; fi
  done
  jdk=
  return 1
}

no_jdk="a JDK of version 25 or later (with javac) was not found in JAVA_HOME, /usr/lib/jvm, /opt, ~/.sdkman or PATH"
jdk_fix="install one with \`apt install openjdk-25-jdk-headless\` (Debian 13, Ubuntu 24.04 or later) or \
\`dnf install java-25-openjdk-devel\` (Fedora), or unpack Eclipse Temurin 25 into /opt (any Linux, Debian 12 too)"
