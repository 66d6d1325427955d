package dev.fairlead.cni.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.cni.CniVersion;
import dev.fairlead.cni.Json;
import dev.fairlead.cni.shim.ShimFrames;
import dev.fairlead.cni.shim.ShimRequest;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.packet.Prefix;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Seeded random values through their text and back. */
class RoundTripTest {
    private static final int RUNS = 1000;
    private final Random random = new Random(42);

    @Test
    void resultsOfEveryVersion() {
        for (int run = 0; run < RUNS; run++) {
            AddResult latest = result();
            assertThat(AddResult.read(latest.bytes(), CniVersion.UNSTATED)).isEqualTo(latest);
            for (CniVersion version : CniVersion.SUPPORTED) {
                AddResult converted = latest.as(version);
                AddResult read = AddResult.read(converted.bytes(), CniVersion.UNSTATED);
                assertThat(read).as("run %d, %s", run, version).isEqualTo(converted);
                assertThat(read.as(CniVersion.LATEST).as(version)).isEqualTo(converted);
                assertThat(latest.as(CniVersion.V1_0_0).as(version))
                        .as("what 1.0.0 can say, every older version can")
                        .isEqualTo(
                                version.equals(CniVersion.LATEST)
                                        ? converted.as(CniVersion.V1_0_0).as(version)
                                        : converted);
            }
        }
    }

    @Test
    void frames() {
        for (int run = 0; run < RUNS; run++) {
            Map<String, String> environment = new LinkedHashMap<>();
            for (int i = random.nextInt(8); i > 0; i--) {
                environment.put("CNI_" + random.nextInt(20), text());
            }
            byte[] stdin = new byte[random.nextInt(200)];
            random.nextBytes(stdin);
            ShimRequest request = new ShimRequest(environment, stdin);
            assertThat(ShimFrames.readRequest(new ByteArrayInputStream(ShimFrames.encode(request))))
                    .isEqualTo(request);
        }
    }

    private AddResult result() {
        List<Interface> interfaces = many(() -> new Interface(
                text(),
                random.nextBoolean() ? "" : new Mac(random.nextLong() >>> 16).toString(),
                mostlyZero(),
                maybeText(),
                maybeText(),
                maybeText(),
                others()));
        return new AddResult(
                CniVersion.LATEST,
                interfaces,
                many(() -> new IpConfig(
                        prefix(),
                        random.nextBoolean() ? Optional.empty() : Optional.of(ip()),
                        random.nextBoolean() ? OptionalInt.empty() : OptionalInt.of(random.nextInt(5)),
                        others())),
                many(() -> new Route(
                        prefix(),
                        random.nextBoolean() ? Optional.empty() : Optional.of(ip()),
                        mostlyZero(),
                        mostlyZero(),
                        mostlyZero(),
                        random.nextBoolean() ? OptionalLong.empty() : OptionalLong.of(random.nextInt() & 0xffff_ffffL),
                        random.nextBoolean() ? OptionalLong.empty() : OptionalLong.of(random.nextInt(256)),
                        others())),
                random.nextBoolean()
                        ? Dns.NONE
                        : new Dns(many(this::text), maybeText(), many(this::text), many(this::text)),
                others());
    }

    private long mostlyZero() {
        return random.nextBoolean() ? 0 : random.nextInt() & 0xffff_ffffL;
    }

    private Map<String, JsonNode> others() {
        return random.nextInt(4) > 0 ? Map.of() : Map.of("x-" + random.nextInt(9), Json.node("{'a':[1,2.50,'z']}"));
    }

    private Prefix prefix() {
        Ip ip = ip();
        return new Prefix(ip, random.nextInt(ip.family().bits() + 1));
    }

    private Ip ip() {
        byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
        random.nextBytes(bytes);
        return Ip.of(bytes);
    }

    private String maybeText() {
        return random.nextBoolean() ? "" : text();
    }

    private String text() {
        StringBuilder text = new StringBuilder("t");
        for (int i = random.nextInt(6); i > 0; i--) {
            text.appendCodePoint("a\"\\/\n\u0001é漢😀".codePoints().toArray()[random.nextInt(9)]);
        }
        return text.toString();
    }

    private <T> List<T> many(Supplier<T> one) {
        List<T> many = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            many.add(one.get());
        }
        return many;
    }
}
