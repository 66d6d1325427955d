package dev.fairlead.cni.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cni.CniError;
import dev.fairlead.cni.CniException;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.CniVersion;
import dev.fairlead.cni.ErrorCode;
import dev.fairlead.cni.Json;
import dev.fairlead.cni.PluginOutput;
import dev.fairlead.cni.Quote;
import dev.fairlead.cni.Verb;
import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.cni.protocol.NetConfList;
import dev.fairlead.cni.shim.ShimFrames;
import dev.fairlead.cni.shim.ShimRequest;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Damaged configurations, environments, frames, lists and results: always a CNI error document or a refusal by
 * {@link CniException}, and never code 999, which would be a fault of ours. Seeded: a failure prints what it takes to repeat.
 */
class FuzzTest {
    private static final long SEED = Long.getLong("fairlead.fuzz.seed", 20260101);
    private static final List<byte[]> TEXTS = List.of(
            Json.bytes("""
                    {"cniVersion":"1.1.0","name":"dbnet","type":"fairlead","socket":"/run/f.sock","ipMasq":true,
                     "capabilities":{"mac":true},"ipam":{"type":"host-local","ranges":[[{"subnet":"10.1.0.0/16"}]]},
                     "dns":{"nameservers":["10.1.0.1"],"domain":"d","search":["s"],"options":["o"]},
                     "args":{"cni":{"labels":[{"key":"a","value":"b"}],"ips":["10.0.0.9/24"]}},
                     "runtimeConfig":{"portMappings":[{"hostPort":8080,"containerPort":80,"protocol":"tcp","hostIP":"::1"}],
                      "bandwidth":{"ingressRate":1,"ingressBurst":2,"egressRate":3,"egressBurst":4},"ips":["10.0.0.1/24","::1"],
                      "mac":"c2:11:22:33:44:55","ipRanges":[[{"subnet":"10.1.2.0/24","rangeStart":"10.1.2.3"}]],
                      "dns":{"servers":["8.8.8.8"],"searches":[],"options":[]},"aliases":["a"]},
                     "prevResult":{"cniVersion":"1.1.0","interfaces":[{"name":"eth0","mac":"00:11:22:33:44:55","mtu":1500,
                       "sandbox":"/n"}],"ips":[{"address":"10.1.0.5/16","gateway":"10.1.0.1","interface":0}],
                       "routes":[{"dst":"0.0.0.0/0","gw":"10.1.0.1","mtu":1400,"table":5,"scope":0}],"dns":{}},
                     "cni.dev/valid-attachments":[{"containerID":"c1","ifname":"eth0"}]}"""),
            Json.bytes(
                    "{'cniVersion':'0.3.1','name':'n','prevResult':{'ips':[{'version':'4','address':'10.0.0.1/8'}]}}"),
            Json.bytes("{'cniVersion':'0.4.0','name':'n','type':'t','prevResult':{}}"),
            Json.bytes("{'cniVersion':'1.1.0','name':'n','cni.dev/attachments':[]}"),
            Json.bytes("""
                    {"cniVersion":"1.0.0","cniVersions":["0.3.1","1.1.0","9.0.0"],"name":"dbnet","disableCheck":"true",
                     "disableGC":false,"loadOnlyInlinedPlugins":true,"plugins":[{"type":"bridge","bridge":"cni0"},
                     {"type":"portmap","capabilities":{"portMappings":true}}]}"""));
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "CNI_CONTAINERID", "c1",
            "CNI_NETNS", "/run/netns/c1",
            "CNI_IFNAME", "eth0",
            "CNI_PATH", "/opt/cni/bin:/usr/lib/cni",
            "CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAME=web;IP=10.0.0.9",
            "CNI_NETNS_OVERRIDE", "1",
            "TRACEPARENT", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

    private final Random random = new Random(SEED);
    private final Mutations mutations = new Mutations(random);
    private final PluginProtocol protocol = new PluginProtocol(new ReadingPlugin(), sandbox -> random.nextInt(20) == 0);
    private final Map<Integer, Integer> codes = new TreeMap<>();

    @Test
    @Timeout(60)
    void damagedCallsGetAnErrorDocumentOrSucceed() {
        for (int i = 0; i < 55_000; i++) {
            byte[] stdin = mutations.damage(text());
            Map<String, String> environment = environment();
            PluginOutput output = protocol.answer(environment, stdin, OptionalInt.empty());
            assertProper(output, environment, stdin, i);
            progress("calls", i);
        }
        assertThat(codes.keySet()).as("the damage reached every check").contains(0, 1, 4, 6, 7, 8);
    }

    @Test
    @Timeout(60)
    void damagedFramesGetAnAnswer() {
        for (int i = 0; i < 35_000; i++) {
            byte[] stdin = random.nextBoolean() ? text() : mutations.damage(text());
            Map<String, String> environment = environment();
            environment.replaceAll(
                    (key, value) -> new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
            byte[] frame = mutations.damage(ShimFrames.encode(new ShimRequest(environment, stdin)));
            byte[] answer = protocol.serve(new ByteArrayInputStream(frame), OptionalInt.empty());
            assertProper(ShimFrames.readAnswer(new ByteArrayInputStream(answer)), environment, frame, i);
            progress("frames", i);
        }
        assertThat(codes.keySet()).contains(0, 5, 6);
    }

    @Test
    @Timeout(60)
    void damagedListsAndResultsAreRefused() {
        int refused = 0;
        for (int i = 0; i < 12_000; i++) {
            byte[] text = mutations.damage(text());
            refused += refuses(() -> NetConfList.read(text), text);
            refused += refuses(() -> NetConfList.readSingle(text), text);
            refused += refuses(() -> NetConfList.readPlugin(text), text);
            refused += refuses(() -> AddResult.read(text, CniVersion.LATEST).as(CniVersion.V0_3_0), text);
            CniError.parse(text);
            progress("lists", i);
        }
        assertThat(refused).isBetween(12_000, 47_000);
    }

    private byte[] text() {
        return TEXTS.get(random.nextInt(TEXTS.size()));
    }

    /** Mostly right, with a few variables missing, empty or damaged. */
    private Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        Verb[] verbs = Verb.values();
        environment.put("CNI_COMMAND", random.nextInt(40) == 0 ? "NO" : verbs[random.nextInt(verbs.length)].name());
        List<String> names = new ArrayList<>(new TreeMap<>(ENVIRONMENT).keySet());
        for (String name : names) {
            String value = ENVIRONMENT.getOrDefault(name, "");
            int dice = random.nextInt(60);
            if (dice == 0) {
                value = "";
            } else if (dice == 1) {
                byte[] damaged = mutations.damage(value.getBytes(StandardCharsets.UTF_8));
                value = new String(damaged, 0, Math.min(damaged.length, 5000), StandardCharsets.UTF_8)
                        .replace("\0", "");
            }
            if (dice != 2 && (!name.equals("CNI_NETNS_OVERRIDE") || dice > 50)) {
                environment.put(name, value);
            }
        }
        return environment;
    }

    private void assertProper(PluginOutput output, Map<String, String> environment, byte[] input, int run) {
        String problem = output.exitCode() == 0 ? problemOfSuccess(output, environment) : problemOfFailure(output);
        if (!problem.isEmpty()) {
            throw new AssertionError(problem + ": seed " + SEED + ", run " + run + ", " + environment + ", "
                    + Quote.of(output.stdoutText()) + ", input "
                    + new String(input, 0, Math.min(input.length, 2000), StandardCharsets.UTF_8));
        }
    }

    private String problemOfSuccess(PluginOutput output, Map<String, String> environment) {
        codes.merge(0, 1, Integer::sum);
        if (output.stdout().length > 0) {
            CniJson.object(output.stdout());
            if ("ADD".equals(environment.get("CNI_COMMAND"))) {
                AddResult.read(output.stdout(), CniVersion.UNSTATED);
            }
        }
        return "";
    }

    private String problemOfFailure(PluginOutput output) {
        CniError error = CniError.parse(output.stdout()).orElse(new CniError("", 0, "", ""));
        codes.merge(error.code(), 1, Integer::sum);
        String text = output.stdoutText();
        if (output.exitCode() != 1 || error.code() == 0 || error.msg().isEmpty()) {
            return "no error document";
        }
        if (error.is(ErrorCode.INTERNAL)) {
            return "a fault of ours";
        }
        return text.contains("java.") || text.contains("\\tat ") || text.length() > 3000 ? "not a sentence" : "";
    }

    private static int refuses(Runnable read, byte[] text) {
        try {
            read.run();
            return 0;
        } catch (CniException e) {
            return 1;
        } catch (RuntimeException e) {
            throw new AssertionError(
                    "seed " + SEED + ": " + new String(text, 0, Math.min(text.length, 2000), StandardCharsets.UTF_8),
                    e);
        }
    }

    private void progress(String what, int i) {
        if ((i + 1) % 5_000 == 0) {
            System.out.println("fuzz: " + (i + 1) + " " + what + ", answers by code " + codes);
        }
    }
}
