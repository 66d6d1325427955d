package dev.fairlead.lab.kubeconfig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.lab.door.LabRefusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;

/** A context comes and goes, and a user's kubeconfig, however it is written, is the same after it, byte for byte. */
class UserKubeconfigTest {
    private static final Access LAB = new Access("fairlead-x", "https://127.0.0.1:4", "Q0E=", "t0k");
    private static final Access MOVED = new Access("fairlead-x", "https://127.0.0.1:5", "Q0E=", "t0k");

    private static final String KUBECTLS = """
            apiVersion: v1
            clusters:
            - cluster:
                server: https://one:6443
              name: one
            contexts:
            - context:
                cluster: one
                user: one
              name: one
            current-context: one
            kind: Config
            preferences: {}
            users:
            - name: one
              user:
                token: secret
            """;

    private static final String BY_HAND = """
            # mine ☸, don't touch
            kind: Config
            apiVersion: v1
            users:   # who I am

              - name: "one"     # indented
                user: { token: 'se"cret' }

              # and the second
              - name: two
                user:
                  exec:
                    command: get-token
                    args: [ "--a", b ]
              # the last word on users

            current-context:   'one'   # for now
            clusters: [ { name: one, cluster: { server: "https://one" } } ]
            contexts:
                -   name: one
                    context: {cluster: one, user: one}
                -   context:
                        namespace: |
                            x
                        cluster: one
                    name: two

            # the end""";

    private static final String JSON = """
            {
              "kind": "Config", "apiVersion": "v1",
              "clusters": [],
              "contexts": [{"name": "one", "context": {"cluster": "a", "user": "b"}}],
              "users": [ ],
              "current-context": ""
            }
            """;

    @TempDir
    private Path directory;

    static Stream<String> configs() {
        return Stream.of(
                KUBECTLS,
                BY_HAND,
                JSON,
                "# mine\nkind: Config\ncontexts: []\nusers:\n- name: a\n  user: {}\n",
                KUBECTLS.replace("\n", "\r\n").stripTrailing());
    }

    @ParameterizedTest
    @MethodSource("configs")
    void isTheSameAfterwards(String config) throws IOException {
        Path file = Files.writeString(directory.resolve("config"), config);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        UserKubeconfig user = new UserKubeconfig(file);
        var before = user.put(LAB);
        String with = Files.readString(file);
        Map<String, Object> read = new Yaml().load(with);
        assertThat(read).containsEntry("current-context", "fairlead-x");
        assertThat(with).contains("fairlead-x", "https://127.0.0.1:4", "t0k");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
        // Every line that was there is there, in its order, but for the one that says which context is the current one.
        if (!config.startsWith("{")) {
            assertThat(with.lines())
                    .containsSubsequence(config.lines()
                            .filter(line -> !line.startsWith("current-context") && !line.matches("[a-z]+: \\[.*"))
                            .toList());
        }
        var again = user.put(MOVED);
        assertThat(again.current()).isEqualTo("\"fairlead-x\"");
        assertThat(Files.readString(file)).isEqualTo(with.replace("127.0.0.1:4", "127.0.0.1:5"));
        user.remove("fairlead-x", before);
        assertThat(Files.readString(file)).isEqualTo(config);
        assertThat(directory)
                .isDirectoryContaining(entry -> entry.equals(file))
                .isDirectoryNotContaining("glob:**.lock");
    }

    @Test
    void anotherContextThatTheUserChoseStaysTheCurrentOne() throws IOException {
        Path file = Files.writeString(directory.resolve("config"), KUBECTLS);
        UserKubeconfig user = new UserKubeconfig(file);
        var before = user.put(LAB);
        String chosen = Files.readString(file).replace("current-context: \"fairlead-x\"", "current-context: other");
        Files.writeString(file, chosen);
        user.remove("fairlead-x", before);
        assertThat(Files.readString(file))
                .isEqualTo(KUBECTLS.replace("current-context: one", "current-context: other"));
    }

    @Test
    void aFileThatWasNotThereGoesAgain() throws IOException {
        UserKubeconfig user = UserKubeconfig.of(Map.of("HOME", directory.toString()));
        assertThat(user.file()).isEqualTo(directory.resolve(".kube/config"));
        var before = user.put(LAB);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(user.file())))
                .isEqualTo("rw-------");
        user.remove("fairlead-x", before);
        assertThat(user.file()).doesNotExist();
    }

    @Test
    void aLinkStaysALinkAndListsThatAreNothingAreFilled() throws IOException {
        Path real = Files.writeString(
                directory.resolve("real"), "kind: Config\napiVersion: v1\nclusters: null\nusers:\ncontexts: []\n");
        Path link = Files.createSymbolicLink(directory.resolve("config"), real);
        UserKubeconfig user = UserKubeconfig.of(Map.of("KUBECONFIG", directory.resolve("none") + ":" + link));
        var before = user.put(LAB);
        assertThat(link).isSymbolicLink();
        Map<String, Object> read = new Yaml().load(Files.readString(real));
        assertThat(read.get("clusters")).asString().contains("fairlead-x");
        assertThat(read.get("users")).asString().contains("t0k");
        user.remove("fairlead-x", before);
        assertThat(Files.readString(real))
                .isEqualTo("kind: Config\napiVersion: v1\nclusters: []\nusers: []\ncontexts: []\n");
    }

    @Test
    void whatIsNoKubeconfigIsLeftAlone() throws IOException {
        for (String wrong : new String[] {"- a\n- b\n", "{a: [", "clusters: &x [{name: a}]\nusers: *x\n"}) {
            Path file = Files.writeString(directory.resolve("config"), wrong);
            assertThatThrownBy(() -> new UserKubeconfig(file).put(LAB))
                    .isInstanceOf(LabRefusal.class)
                    .hasMessageStartingWith(file + " was left as it is: it ");
            assertThat(Files.readString(file)).isEqualTo(wrong);
        }
    }
}
