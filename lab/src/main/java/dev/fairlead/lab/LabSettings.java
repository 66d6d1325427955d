package dev.fairlead.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.LabOptions.ForeignCni;
import dev.fairlead.lab.door.LabFiles;
import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.lab.kubeconfig.UserKubeconfig;
import dev.fairlead.packet.Prefix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a lab that was stopped is started with again: {@code lab.json} among its {@link LabFiles}.
 *
 * @param foreign another CNI plugin in Fairlead's place
 * @param agents where agents run
 * @param access what lets clients in; absent until the API was served for the first time
 * @param context where the user's own kubeconfig got a context of this lab
 */
@SuppressWarnings("OptionalUsedAsFieldOrParameterType") // as in LabOptions
public record LabSettings(
        LabLayout layout,
        Optional<ForeignCni> foreign,
        LabOptions.Agents agents,
        Optional<Access> access,
        Optional<Context> context) {
    private static final int VERSION = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * What kubeconfigs of this lab hold, and its other half.
     *
     * @param port of 127.0.0.1
     * @param key the certificate's private key, PKCS #8
     * @param certificate X.509, DER
     */
    public record Access(int port, String token, byte[] key, byte[] certificate) {}

    /**
     * A kubeconfig that has a context of this lab.
     *
     * @param before what it said before
     */
    public record Context(UserKubeconfig kubeconfig, UserKubeconfig.Before before) {}

    static LabSettings of(LabOptions options) {
        return new LabSettings(
                options.layout(), options.foreign(), options.agents(), Optional.empty(), Optional.empty());
    }

    LabSettings with(Access access) {
        return new LabSettings(layout, foreign, agents, Optional.of(access), context);
    }

    LabSettings with(Context changed) {
        return new LabSettings(layout, foreign, agents, access, Optional.of(changed));
    }

    /** The options that the lab was started with. @param home the checkout */
    public LabOptions options(LabFiles files, Path home) {
        LabOptions options =
                LabOptions.of(files.lab(), layout, home).withFiles(files).withAgents(agents);
        return foreign.map(cni -> options.withForeignCni(cni.conf(), cni.bin())).orElse(options);
    }

    /**
     * Reads them.
     *
     * @throws LabRefusal when there are none, or they can't be read
     */
    public static LabSettings read(LabFiles files) {
        if (!files.exist()) {
            throw new LabRefusal(
                    "no lab named '" + files.lab() + "' is stopped; ./fairlead lab list shows those that are, and"
                            + " ./fairlead lab up makes a new one");
        }
        try {
            JsonNode json = JSON.readTree(Files.readAllBytes(files.settings()));
            if (json.path("version").asInt() != VERSION) {
                throw new LabRefusal(files.settings() + " is of version " + json.path("version")
                        + " and this Fairlead reads version " + VERSION + "; use the one that made it");
            }
            return new LabSettings(
                    layout(json),
                    foreign(json.path("cni")),
                    agents(json.path("agents")),
                    access(json.path("api")),
                    context(json.path("context")));
        } catch (IOException | IllegalArgumentException e) {
            throw new LabRefusal(files.settings() + " can't be read: " + e.getMessage()
                    + "; put a copy in its place, or give the lab up with ./fairlead lab down --name " + files.lab());
        }
    }

    private static LabLayout layout(JsonNode json) {
        return new LabLayout(
                json.path("nodes").asInt(),
                prefixes(json.path("nodeCidrs")),
                prefixes(json.path("podCidrs")),
                prefixes(json.path("serviceCidrs")));
    }

    private static List<Prefix> prefixes(JsonNode json) {
        List<Prefix> prefixes = new ArrayList<>();
        json.forEach(one -> prefixes.add(Prefix.of(one.asText())));
        return prefixes;
    }

    private static List<String> texts(JsonNode json) {
        List<String> texts = new ArrayList<>();
        json.forEach(one -> texts.add(one.asText()));
        return texts;
    }

    /** Labs of before there was a choice have none written down. */
    private static LabOptions.Agents agents(JsonNode json) {
        return json.isTextual()
                ? LabOptions.Agents.valueOf(json.asText().toUpperCase(Locale.ROOT))
                : LabOptions.Agents.INSIDE;
    }

    private static Optional<ForeignCni> foreign(JsonNode json) {
        return json.isObject()
                ? Optional.of(new ForeignCni(
                        Path.of(json.path("conf").asText()),
                        Path.of(json.path("bin").asText())))
                : Optional.empty();
    }

    private static Optional<Access> access(JsonNode json) {
        return json.isObject()
                ? Optional.of(new Access(
                        json.path("port").asInt(),
                        json.path("token").asText(),
                        Base64.getDecoder().decode(json.path("key").asText()),
                        Base64.getDecoder().decode(json.path("certificate").asText())))
                : Optional.empty();
    }

    private static Optional<Context> context(JsonNode json) {
        return json.isObject()
                ? Optional.of(new Context(
                        new UserKubeconfig(Path.of(json.path("file").asText())),
                        new UserKubeconfig.Before(
                                json.path("before").asText(),
                                json.path("created").asBoolean(),
                                texts(json.path("missing")))))
                : Optional.empty();
    }

    /** Writes them by rename. */
    public void write(LabFiles files) {
        ObjectNode json = JSON.createObjectNode()
                .put("version", VERSION)
                .put("nodes", layout.nodes())
                .put("agents", agents.name().toLowerCase(Locale.ROOT));
        layout.nodeCidrs().forEach(one -> json.withArrayProperty("nodeCidrs").add(one.toString()));
        layout.podCidrs().forEach(one -> json.withArrayProperty("podCidrs").add(one.toString()));
        layout.serviceCidrs()
                .forEach(one -> json.withArrayProperty("serviceCidrs").add(one.toString()));
        foreign.ifPresent(cni -> json.putObject("cni")
                .put("conf", cni.conf().toAbsolutePath().toString())
                .put("bin", cni.bin().toString()));
        access.ifPresent(one -> json.putObject("api")
                .put("port", one.port())
                .put("token", one.token())
                .put("key", Base64.getEncoder().encodeToString(one.key()))
                .put("certificate", Base64.getEncoder().encodeToString(one.certificate())));
        context.ifPresent(one -> {
            ObjectNode of = json.putObject("context")
                    .put("file", one.kubeconfig().file().toString())
                    .put("before", one.before().current())
                    .put("created", one.before().created());
            one.before().missing().forEach(of.putArray("missing")::add);
        });
        try {
            files.writeSettings(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
        } catch (IOException e) {
            throw new UncheckedIOException("could not write " + files.settings() + ": " + e.getMessage(), e);
        }
    }
}
