package dev.fairlead.cni.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.CniVersion;
import dev.fairlead.cni.ConfigException;
import dev.fairlead.cni.ErrorCode;
import dev.fairlead.cni.Quote;
import dev.fairlead.packet.Family;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Results from and to the text of each version. What a version has is said by {@link CniVersion} and nowhere else. */
final class ResultText {
    private static final List<String> MEMBERS = List.of("cniVersion", "interfaces", "ips", "routes", "dns");
    private static final long UINT32 = 0xffff_ffffL;

    private ResultText() {}

    static AddResult read(ObjectNode json, String path, CniVersion unstated) {
        Fields top = new Fields(json, path);
        CniVersion version = version(top, unstated);
        return new AddResult(
                version,
                top.list("interfaces", f -> readInterface(f, version)),
                top.list("ips", f -> readAddress(f, version)),
                top.list("routes", f -> readRoute(f, version)),
                top.object("dns").map(Dns::read).orElse(Dns.NONE),
                top.others(MEMBERS));
    }

    private static CniVersion version(Fields top, CniVersion unstated) {
        String text = top.text("cniVersion");
        if (text.isEmpty()) {
            return unstated;
        }
        return CniVersion.parse(text)
                .filter(CniVersion::isSupported)
                .orElseThrow(() -> top.invalid(
                        "cniVersion", "should be one of " + CniVersion.SUPPORTED + ", is '" + Quote.of(text) + "'"));
    }

    private static Interface readInterface(Fields fields, CniVersion version) {
        boolean latest = version.interfaceMembers().contains("mtu");
        return new Interface(
                fields.text("name"),
                fields.text("mac"),
                latest ? fields.number("mtu", 0, UINT32).orElse(0) : 0,
                fields.text("sandbox"),
                latest ? fields.text("socketPath") : "",
                latest ? fields.text("pciID") : "",
                fields.others(version.interfaceMembers()));
    }

    private static IpConfig readAddress(Fields fields, CniVersion version) {
        OptionalLong index = fields.number("interface", 0, Integer.MAX_VALUE);
        return new IpConfig(
                fields.requiredPrefix("address"),
                fields.ip("gateway"),
                index.isPresent() ? OptionalInt.of((int) index.getAsLong()) : OptionalInt.empty(),
                fields.others(version.addressMembers()));
    }

    private static Route readRoute(Fields fields, CniVersion version) {
        boolean latest = version.routeMembers().contains("mtu");
        return new Route(
                fields.requiredPrefix("dst"),
                fields.ip("gw"),
                latest ? fields.number("mtu", 0, UINT32).orElse(0) : 0,
                latest ? fields.number("advmss", 0, UINT32).orElse(0) : 0,
                latest ? fields.number("priority", 0, UINT32).orElse(0) : 0,
                latest ? fields.number("table", 0, UINT32) : OptionalLong.empty(),
                latest ? fields.number("scope", 0, 255) : OptionalLong.empty(),
                fields.others(version.routeMembers()));
    }

    /** Every member that the version has; then the unknown ones. Empty lists and texts are left out, as libcni does. */
    static ObjectNode write(AddResult result) {
        return write(result, result.cniVersion());
    }

    /** The document with the members of {@code shape}, which is never older than what the result's values need. */
    private static ObjectNode write(AddResult result, CniVersion shape) {
        ObjectNode json =
                CniJson.newObject().put("cniVersion", result.cniVersion().toString());
        ArrayNode interfaces = CniJson.newArray();
        result.interfaces().forEach(i -> interfaces.add(write(i, shape)));
        ArrayNode ips = CniJson.newArray();
        result.ips().forEach(i -> ips.add(write(i, shape)));
        ArrayNode routes = CniJson.newArray();
        result.routes().forEach(r -> routes.add(write(r, shape)));
        putList(json, "interfaces", interfaces);
        putList(json, "ips", ips);
        putList(json, "routes", routes);
        if (!result.dns().isEmpty()) {
            json.set("dns", write(result.dns()));
        }
        putOthers(json, result.other());
        return json;
    }

    private static ObjectNode write(Interface entry, CniVersion shape) {
        ObjectNode json = CniJson.newObject().put("name", entry.name());
        putText(json, "mac", entry.mac());
        if (shape.interfaceMembers().contains("mtu")) {
            putNumber(json, "mtu", entry.mtu());
        }
        putText(json, "sandbox", entry.sandbox());
        if (shape.interfaceMembers().contains("socketPath")) {
            putText(json, "socketPath", entry.socketPath());
            putText(json, "pciID", entry.pciId());
        }
        putOthers(json, entry.other());
        return json;
    }

    private static ObjectNode write(IpConfig entry, CniVersion shape) {
        ObjectNode json = CniJson.newObject();
        if (shape.hasAddressFamily()) {
            json.put("version", entry.address().family() == Family.IPV4 ? "4" : "6");
        }
        entry.interfaceIndex().ifPresent(index -> json.put("interface", index));
        json.put("address", entry.address().toString());
        entry.gateway().ifPresent(gateway -> json.put("gateway", gateway.toString()));
        putOthers(json, entry.other());
        return json;
    }

    private static ObjectNode write(Route entry, CniVersion shape) {
        ObjectNode json = CniJson.newObject().put("dst", entry.dst().toString());
        entry.gw().ifPresent(gw -> json.put("gw", gw.toString()));
        if (shape.routeMembers().contains("mtu")) {
            putNumber(json, "mtu", entry.mtu());
            putNumber(json, "advmss", entry.advmss());
            putNumber(json, "priority", entry.priority());
            entry.table().ifPresent(table -> put(json, "table", table));
            entry.scope().ifPresent(scope -> put(json, "scope", scope));
        }
        putOthers(json, entry.other());
        return json;
    }

    static ObjectNode write(Dns dns) {
        ObjectNode json = CniJson.newObject();
        putList(json, "nameservers", texts(dns.nameservers()));
        putText(json, "domain", dns.domain());
        putList(json, "search", texts(dns.search()));
        putList(json, "options", texts(dns.options()));
        return json;
    }

    private static ArrayNode texts(List<String> texts) {
        ArrayNode array = CniJson.newArray();
        texts.forEach(array::add);
        return array;
    }

    private static void putList(ObjectNode json, String key, ArrayNode list) {
        if (!list.isEmpty()) {
            json.set(key, list);
        }
    }

    private static void putText(ObjectNode json, String key, String text) {
        if (!text.isEmpty()) {
            json.put(key, text);
        }
    }

    private static void putNumber(ObjectNode json, String key, long number) {
        if (number != 0) {
            put(json, key, number);
        }
    }

    /** As the narrowest number, which is how a text is read, so that trees compare. */
    private static void put(ObjectNode json, String key, long number) {
        if (number == (int) number) {
            json.put(key, (int) number);
        } else {
            json.put(key, number);
        }
    }

    /** A value of ours wins over an unknown member of its name, which a converted result may still carry. */
    private static void putOthers(ObjectNode json, Map<String, JsonNode> others) {
        others.forEach(json::putIfAbsent);
    }

    /**
     * Through the fullest text, so that a member which the old version kept as unknown, such as the {@code mtu} that today's
     * reference plugins write into results of 1.0.0 too, is known in a version that has it.
     */
    static AddResult convert(AddResult result, CniVersion version) {
        if (!version.isSupported()) {
            throw new ConfigException(
                    ErrorCode.INCOMPATIBLE_VERSION,
                    "cniVersion",
                    "should be one of " + CniVersion.SUPPORTED + ", is " + version);
        }
        ObjectNode full = write(result, CniVersion.LATEST);
        full.put("cniVersion", version.toString());
        return withoutOthers(read(full, "", version));
    }

    private static AddResult withoutOthers(AddResult r) {
        return new AddResult(
                r.cniVersion(),
                r.interfaces().stream().map(ResultText::bare).toList(),
                r.ips().stream().map(ResultText::bare).toList(),
                r.routes().stream().map(ResultText::bare).toList(),
                r.dns(),
                Map.of());
    }

    private static Interface bare(Interface i) {
        return new Interface(i.name(), i.mac(), i.mtu(), i.sandbox(), i.socketPath(), i.pciId(), Map.of());
    }

    private static IpConfig bare(IpConfig ip) {
        return new IpConfig(ip.address(), ip.gateway(), ip.interfaceIndex(), Map.of());
    }

    private static Route bare(Route r) {
        return new Route(r.dst(), r.gw(), r.mtu(), r.advmss(), r.priority(), r.table(), r.scope(), Map.of());
    }
}
