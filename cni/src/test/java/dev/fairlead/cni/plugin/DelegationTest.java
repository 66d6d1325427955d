package dev.fairlead.cni.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.cni.CniError;
import dev.fairlead.cni.Json;
import dev.fairlead.cni.PluginOutput;
import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.cni.runtime.PluginExec;
import dev.fairlead.cni.runtime.ProcessExec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The delegate is a script that writes down how it was called. */
@Timeout(60)
class DelegationTest {
    @TempDir
    Path directory;

    private final PluginExec exec = new ProcessExec();

    private void delegate(String body) throws IOException {
        Path file = directory.resolve("ipam");
        Files.writeString(
                file,
                "#!/bin/sh\necho \"$CNI_COMMAND $CNI_CONTAINERID $CNI_NETNS $CNI_IFNAME $CNI_ARGS $HOME_OF_TEST\" >> "
                        + directory + "/calls\ncat > " + directory + "/stdin-$CNI_COMMAND\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private List<String> calls() throws IOException {
        return Files.readAllLines(directory.resolve("calls"));
    }

    private PluginOutput call(String verb, String conf) {
        Delegation delegation =
                new Delegation(exec, Map.of("PATH", "/usr/bin:/bin", "HOME_OF_TEST", "h"), Duration.ofSeconds(30));
        return new PluginProtocol(new Delegating(delegation), sandbox -> false)
                .answer(
                        Map.of(
                                "CNI_COMMAND", verb,
                                "CNI_CONTAINERID", "c1",
                                "CNI_NETNS", "/n",
                                "CNI_IFNAME", "eth0",
                                "CNI_ARGS", "A=1",
                                "CNI_PATH", "/nowhere:" + directory),
                        Json.bytes(conf),
                        OptionalInt.empty());
    }

    private static final String CONF =
            "{ 'cniVersion':'1.1.0','name':'net','ipam':{'type':'ipam','x':1.0},'prevResult':{},'cni.dev/valid-attachments':[] }";

    @Test
    void theDelegateGetsTheSameEnvironmentAndTheSameBytes() throws IOException {
        delegate("[ $CNI_COMMAND = ADD ] && echo '{\"ips\":[{\"address\":\"10.0.0.2/24\"}]}'; exit 0");
        PluginOutput output = call("ADD", CONF);
        assertThat(Json.node(output.stdout()))
                .isEqualTo(Json.node("{'cniVersion':'1.1.0','ips':[{'address':'10.0.0.2/24'}]}"));
        for (String verb : List.of("CHECK", "DEL", "GC", "STATUS")) {
            assertThat(call(verb, CONF)).as(verb).isEqualTo(new PluginOutput(0, new byte[0], new byte[0]));
            assertThat(Files.readAllBytes(directory.resolve("stdin-" + verb))).isEqualTo(Json.bytes(CONF));
        }
        assertThat(calls())
                .containsExactly(
                        "ADD c1 /n eth0 A=1 h",
                        "CHECK c1 /n eth0 A=1 h",
                        "DEL c1 /n eth0 A=1 h",
                        "GC c1 /n eth0 A=1 h",
                        "STATUS c1 /n eth0 A=1 h");
    }

    /** SPEC.md section 4: if a delegate fails on ADD, it is executed again with DEL before the failure is returned. */
    @Test
    void aFailedAddIsFollowedByDelOfTheDelegate() throws IOException {
        delegate("echo '{\"code\":11,\"msg\":\"pool is empty\"}'; [ $CNI_COMMAND = DEL ] && exit 3; exit 1");
        CniError error = CniError.parse(call("ADD", CONF).stdout()).orElseThrow();
        assertThat(error.code()).isEqualTo(11);
        assertThat(error.msg()).contains("plugin 'ipam'").contains("pool is empty");
        assertThat(calls()).containsExactly("ADD c1 /n eth0 A=1 h", "DEL c1 /n eth0 A=1 h");
    }

    @Test
    void aDelegateThatFailsWithoutADocumentIsStillACodeOfOurs() throws IOException {
        delegate("exit 1");
        CniError error = CniError.parse(call("DEL", CONF).stdout()).orElseThrow();
        assertThat(error.code()).isEqualTo(999);
        assertThat(error.msg()).contains("failed DEL in network 'net' with exit code 1");
    }

    @Test
    void aMissingDelegateIsNamed() {
        CniError error = CniError.parse(call("ADD", CONF).stdout()).orElseThrow();
        assertThat(error.toString())
                .contains("plugin 'ipam' is needed for ADD in network 'net'")
                .contains("searched [/nowhere, " + directory + "]");
        assertThatThrownBy(this::calls).isInstanceOf(IOException.class);
    }

    /** Delegates every verb to {@code ipam.type}. */
    private record Delegating(Delegation delegation) implements CniPlugin {
        @Override
        public AddResult add(AddRequest r) {
            return delegation.add(r.conf().ipam().orElseThrow().type(), r.conf(), r.call());
        }

        @Override
        public void del(DelRequest r) {
            delegation.del(r.conf().ipam().orElseThrow().type(), r.conf(), r.call());
        }

        @Override
        public void check(CheckRequest r) {
            delegation.check(r.conf().ipam().orElseThrow().type(), r.conf(), r.call());
        }

        @Override
        public void gc(GcRequest r) {
            delegation.gc(r.conf().ipam().orElseThrow().type(), r.conf(), r.call());
        }

        @Override
        public void status(StatusRequest r) {
            delegation.status(r.conf().ipam().orElseThrow().type(), r.conf(), r.call());
        }
    }
}
