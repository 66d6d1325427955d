package dev.fairlead.cni.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniException;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.CniVersion;
import dev.fairlead.cni.ConfigException;
import dev.fairlead.cni.ErrorCode;
import dev.fairlead.cni.Quote;
import dev.fairlead.packet.Mac;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a plugin reads on standard input: the configuration of one plugin of one network, made ready for one call (SPEC.md
 * section 3, Deriving request configuration). Version and name are checked when it is read; the other well-known members
 * when they are asked for, since a DEL must not fail over a member that it can do without.
 *
 * @param cniVersion 0.1.0 when the document has none
 * @param name the network's, valid by {@link Names#problemOfIdentifier}
 * @param type the plugin's file name; empty when the document has none, as nothing here depends on it
 * @param json the whole document with every member as it came; not to be changed
 */
public record NetConf(CniVersion cniVersion, String name, String type, ObjectNode json) {

    /** The member that GC's list of attachments is in. */
    public static final String VALID_ATTACHMENTS = "cni.dev/valid-attachments";

    /** What the first text of 1.1.0 called it by mistake, and libcni writes as well (containernetworking/cni#1101). */
    public static final String LEGACY_ATTACHMENTS = "cni.dev/attachments";

    /**
     * Reads a plugin's standard input.
     *
     * @throws ConfigException code 6 or 7, naming the field
     */
    public static NetConf read(byte[] stdin) {
        ObjectNode json = CniJson.object(stdin);
        return of(version(json), json);
    }

    /** The version that a document is in. A plugin settles this before it looks at anything else. */
    public static CniVersion version(ObjectNode json) {
        String text = new Fields(json, "").text("cniVersion");
        return text.isEmpty() ? CniVersion.UNSTATED : CniVersion.of(text);
    }

    /** A document whose version has been read. */
    public static NetConf of(CniVersion version, ObjectNode json) {
        Fields fields = new Fields(json, "");
        String name = fields.requiredText("name");
        Names.problemOfIdentifier(name).ifPresent(problem -> {
            throw fields.invalid("name", problem);
        });
        return new NetConf(version, name, fields.text("type"), json);
    }

    private Fields fields() {
        return new Fields(json, "");
    }

    /** Any member as it came. */
    public Optional<JsonNode> member(String key) {
        return Optional.ofNullable(json.get(key));
    }

    /** A top-level text member of the plugin's own; empty when missing. Code 6 when it is something else. */
    public String text(String key) {
        return fields().text(key);
    }

    /** A top-level boolean of the plugin's own; false when missing. Code 6 when it is something else. */
    public boolean flag(String key) {
        return fields().flag(key);
    }

    /** A top-level whole number of the plugin's own. Code 6 when it is something else, 7 when it isn't in the range. */
    public OptionalLong number(String key, long least, long most) {
        return fields().number(key, least, most);
    }

    /** {@code ipMasq}: outgoing traffic of this network is to be masqueraded. */
    public boolean ipMasq() {
        return flag("ipMasq");
    }

    public Optional<Ipam> ipam() {
        return fields().object("ipam").map(Ipam::read);
    }

    public Dns dns() {
        return fields().object("dns").map(Dns::read).orElse(Dns.NONE);
    }

    /** What the runtime filled in; a {@code capabilities} that it forgot to take out is of no interest. */
    public RuntimeConfig runtimeConfig() {
        return fields().object("runtimeConfig").map(RuntimeConfig::read).orElse(RuntimeConfig.NONE);
    }

    /**
     * What the runtime asks for the pod; else what the network has for all, by the same names as members of the plugin's own,
     * where the reference plugin has them too.
     */
    public Bandwidth bandwidth() {
        return runtimeConfig().bandwidth().orElseGet(() -> Bandwidth.read(fields()));
    }

    /** The result of the plugin before, or of the whole ADD, converted to this configuration's version. */
    public Optional<AddResult> prevResult() {
        return fields().object("prevResult")
                .map(f -> ResultText.read(f.node(), f.path(), cniVersion).as(cniVersion));
    }

    /**
     * Addresses that were asked for, from the first of these that has any: {@code runtimeConfig.ips}, {@code args.cni.ips},
     * {@code IP} of CNI_ARGS (CONVENTIONS.md).
     */
    public List<RequestedIp> requestedIps(CniArgs cniArgs) {
        List<RequestedIp> ips = runtimeConfig().ips();
        if (ips.isEmpty()) {
            ips = conventionalArgs()
                    .map(f -> f.elements("ips", (value, path) -> RequestedIp.of(Fields.asText(value, path), path)))
                    .orElse(List.of());
        }
        return ips.isEmpty() ? RequestedIp.of(cniArgs) : ips;
    }

    /**
     * The hardware address that was asked for, from the first of these that has one: {@code runtimeConfig.mac},
     * {@code args.cni.mac}, {@code MAC} of CNI_ARGS, which is how Podman's CNI back end asks. As the reference bridge plugin.
     */
    public Optional<Mac> requestedMac(CniArgs cniArgs) {
        Optional<Mac> mac = runtimeConfig().mac();
        if (mac.isEmpty()) {
            mac = conventionalArgs().flatMap(RuntimeConfig::mac);
        }
        return mac.isEmpty() ? mac(cniArgs) : mac;
    }

    private static Optional<Mac> mac(CniArgs cniArgs) {
        String text = cniArgs.get("MAC");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Optional<Mac> mac = Mac.parse(text).filter(address -> !address.isMulticast());
        if (mac.isEmpty()) {
            throw CniException.invalidEnvironment(
                    "CNI_ARGS: MAC should be the Ethernet address of one interface, is '" + Quote.of(text) + "'");
        }
        return mac;
    }

    /** {@code args.cni.labels} (CONVENTIONS.md). */
    public Map<String, String> labels() {
        Map<String, String> labels = new LinkedHashMap<>();
        conventionalArgs()
                .ifPresent(args -> args.list("labels", label -> {
                    labels.put(label.requiredText("key"), label.text("value"));
                    return label;
                }));
        return labels;
    }

    private Optional<Fields> conventionalArgs() {
        return fields().object("args").flatMap(args -> args.object("cni"));
    }

    /**
     * GC's list of the attachments that are still valid. An empty list means that everything of this network is stale, so a
     * missing one is refused and never taken for empty. {@code null} is empty: that is how Go writes a list nobody filled.
     *
     * @throws ConfigException code 7 when there is no list
     */
    public Set<Attachment> validAttachments() {
        for (String key : List.of(VALID_ATTACHMENTS, LEGACY_ATTACHMENTS)) {
            if (json.has(key)) {
                return new LinkedHashSet<>(fields().list(key, Attachment::read));
            }
        }
        throw new ConfigException(
                ErrorCode.INVALID_CONFIG,
                VALID_ATTACHMENTS,
                "is missing, and without it GC would have to take every attachment for stale");
    }
}
