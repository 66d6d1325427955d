package dev.fairlead.cni.protocol;

import dev.fairlead.cni.CniException;
import dev.fairlead.cni.ConfigException;
import dev.fairlead.cni.ErrorCode;
import dev.fairlead.cni.Quote;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** An address that was asked for, {@code <ip>[/<prefix length>]}. */
public record RequestedIp(Ip address, OptionalInt prefixLength) {

    /** Reads the text form, or nothing when it isn't one. */
    public static Optional<RequestedIp> parse(String text) {
        if (text.indexOf('/') >= 0) {
            return Prefix.parse(text).map(p -> new RequestedIp(p.address(), OptionalInt.of(p.length())));
        }
        return Ip.parse(text).map(ip -> new RequestedIp(ip, OptionalInt.empty()));
    }

    static RequestedIp of(String text, String path) {
        return parse(text)
                .orElseThrow(() -> new ConfigException(
                        ErrorCode.INVALID_CONFIG,
                        path,
                        "should be an IP address with or without prefix length, is '" + Quote.of(text) + "'"));
    }

    /** {@code IP=} of CNI_ARGS: one address, or several with commas as the reference {@code static} takes them. */
    static List<RequestedIp> of(CniArgs args) {
        List<RequestedIp> ips = new ArrayList<>();
        if (!args.get("IP").isEmpty()) {
            for (String text : args.get("IP").split(",", -1)) {
                ips.add(parse(text)
                        .orElseThrow(() -> CniException.invalidEnvironment(
                                "CNI_ARGS: IP should be an IP address, is '" + Quote.of(text) + "'")));
            }
        }
        return List.copyOf(ips);
    }

    @Override
    public String toString() {
        return prefixLength.isPresent() ? address + "/" + prefixLength.getAsInt() : address.toString();
    }
}
