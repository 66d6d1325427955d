package dev.fairlead.dns;

import dev.fairlead.dns.ServiceNames.NamedEndpoint;
import dev.fairlead.dns.ServiceNames.NamedPort;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.NameTooLongException;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** From names to records, section by section of the specification. Names of questions come back as they were written. */
final class ZoneNames {
    /** In seconds; CoreDNS's. Pods come and go. */
    static final long TTL = 5;

    private static final String SCHEMA = "1.1.0";
    private static final int WEIGHT = 100;

    private final Name zone;
    private final NameSource source;

    ZoneNames(Name zone, NameSource source) {
        this.zone = zone;
        this.source = source;
    }

    /** A name at or under the zone. @param type one that a question may have, {@code ANY} among them */
    Found find(Name name, int type) {
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < name.labels() - zone.labels(); i++) {
            labels.add(name.getLabelString(i).toLowerCase(Locale.ROOT));
        }
        if (labels.isEmpty()) {
            return wanted(type, List.of(authority(zone), new NSRecord(zone, DClass.IN, TTL, under("ns.dns"))));
        }
        List<String> path = labels.reversed();
        return switch (path.getFirst()) {
            case "svc" -> path.size() < 3 ? namespace(path) : service(name, type, path);
            case "pod" -> path.size() < 3 ? namespace(path) : pod(name, type, path);
            case "dns-version" ->
                path.size() > 1 ? Found.NOTHING : wanted(type, List.of(new TXTRecord(name, DClass.IN, TTL, SCHEMA)));
            case "dns" -> nameServer(name, type, path);
            default -> Found.NOTHING;
        };
    }

    /** {@code svc}, {@code pod} and the namespaces below them, which have no records. */
    private Found namespace(List<String> path) {
        return path.size() == 1 || source.hasNamespace(path.get(1)) ? Found.EMPTY : Found.NOTHING;
    }

    /** The server itself, which the zone names: the Service by which it is reached. */
    private Found nameServer(Name name, int type, List<String> path) {
        if (path.size() == 1) {
            return Found.EMPTY;
        }
        Optional<ServiceNames> own = source.service("kube-system", "kube-dns");
        return path.size() > 2 || !path.get(1).equals("ns") || own.isEmpty()
                ? Found.NOTHING
                : wanted(type, addresses(name, own.get().clusterIps()));
    }

    // ---- 2.3 to 2.5: Services

    private Found service(Name name, int type, List<String> path) {
        Optional<ServiceNames> found = source.service(path.get(1), path.get(2));
        if (found.isEmpty()) {
            return Found.NOTHING;
        }
        ServiceNames service = found.get();
        return switch (path.size()) {
            case 3 -> self(name, type, service);
            case 4 ->
                path.get(3).startsWith("_")
                        ? protocol(path.get(3), service)
                        : endpoint(name, type, path.get(3), service);
            case 5 -> port(name, type, path.get(4), path.get(3), service);
            default -> Found.NOTHING;
        };
    }

    private Found self(Name name, int type, ServiceNames service) {
        if (!service.alias().isEmpty()) {
            try {
                Name target = Name.fromString(service.alias(), Name.root);
                return Found.of(List.of(new CNAMERecord(name, DClass.IN, TTL, target)));
            } catch (TextParseException e) {
                return Found.EMPTY; // the API lets no such name in
            }
        }
        if (service.isHeadless()) {
            List<Ip> ips = service.endpoints().stream()
                    .map(NamedEndpoint::ip)
                    .distinct()
                    .toList();
            return ips.isEmpty() ? Found.NOTHING : wanted(type, addresses(name, ips));
        }
        return wanted(type, addresses(name, service.clusterIps()));
    }

    private static Found endpoint(Name name, int type, String label, ServiceNames service) {
        List<Ip> ips = service.endpoints().stream()
                .filter(endpoint -> endpoint.label().equalsIgnoreCase(label))
                .map(NamedEndpoint::ip)
                .toList();
        return ips.isEmpty() ? Found.NOTHING : wanted(type, addresses(name, ips));
    }

    /** {@code _tcp} above a Service has names above it, if there are ports, and no records. */
    private static Found protocol(String label, ServiceNames service) {
        return ports(service).stream().anyMatch(port -> label.equals("_" + port.protocol()))
                ? Found.EMPTY
                : Found.NOTHING;
    }

    private static List<NamedPort> ports(ServiceNames service) {
        return service.isHeadless()
                ? service.endpoints().stream()
                        .flatMap(one -> one.ports().stream())
                        .toList()
                : service.ports();
    }

    private Found port(Name name, int type, String portLabel, String protocolLabel, ServiceNames service) {
        Name own = under(service.name() + "." + service.namespace() + ".svc");
        List<Record> records = new ArrayList<>();
        Map<Name, List<Record>> more = new LinkedHashMap<>();
        if (!service.isHeadless()) {
            for (NamedPort port : service.ports()) {
                if (is(port, portLabel, protocolLabel)) {
                    records.add(new SRVRecord(name, DClass.IN, TTL, 0, WEIGHT, port.number(), own));
                    more.put(own, addresses(own, service.clusterIps()));
                }
            }
        }
        for (NamedEndpoint endpoint : service.endpoints()) {
            for (NamedPort port : endpoint.ports()) {
                if (is(port, portLabel, protocolLabel)) {
                    Name target = below(endpoint.label(), own);
                    Record record = new SRVRecord(name, DClass.IN, TTL, 0, WEIGHT, port.number(), target);
                    if (!records.contains(record)) { // an endpoint of two families has one name
                        records.add(record);
                    }
                    more.computeIfAbsent(target, _ -> new ArrayList<>())
                            .addAll(addresses(target, List.of(endpoint.ip())));
                }
            }
        }
        if (records.isEmpty()) {
            return Found.NOTHING;
        }
        return type == Type.SRV || type == Type.ANY
                ? new Found(
                        true,
                        records,
                        more.values().stream().flatMap(List::stream).toList())
                : Found.EMPTY;
    }

    private static boolean is(NamedPort port, String portLabel, String protocolLabel) {
        return portLabel.equals("_" + port.name()) && protocolLabel.equals("_" + port.protocol());
    }

    // ---- 2.6: pods by their address

    private Found pod(Name name, int type, List<String> path) {
        if (path.size() > 3 || !source.hasNamespace(path.get(1))) {
            return Found.NOTHING;
        }
        String label = path.get(2);
        Optional<Ip> ip = Ip.parse(label.replace('-', '.')).or(() -> Ip.parse(label.replace('-', ':')));
        return ip.map(one -> wanted(type, addresses(name, List.of(one)))).orElse(Found.NOTHING);
    }

    // ---- 2.3.3 and 2.4.3: the way back

    /** The names of an address. */
    Found reverse(Name name, Ip ip, int type) {
        List<Record> records = new ArrayList<>();
        for (ServiceNames service : source.servicesAt(ip)) {
            Name own = under(service.name() + "." + service.namespace() + ".svc");
            if (service.clusterIps().contains(ip)) {
                records.add(new PTRRecord(name, DClass.IN, TTL, own));
            }
            service.endpoints().stream()
                    .filter(endpoint -> endpoint.ip().equals(ip))
                    .map(endpoint -> new PTRRecord(name, DClass.IN, TTL, below(endpoint.label(), own)))
                    .distinct()
                    .forEach(records::add);
        }
        return records.isEmpty() ? Found.NOTHING : wanted(type, records);
    }

    // ---- records

    /** @param above the zone's apex */
    Record authority(Name above) {
        Name server = under("ns.dns");
        return new SOARecord(above, DClass.IN, TTL, server, under("hostmaster"), 1, 7200, 1800, 86_400, TTL);
    }

    /** In another order each time, as a client often takes the first. */
    private static List<Record> addresses(Name name, List<Ip> ips) {
        List<Record> records = new ArrayList<>();
        for (Ip ip : ips) {
            records.add(
                    ip.family() == Family.IPV4
                            ? new ARecord(name, DClass.IN, TTL, ip.toInetAddress())
                            : new AAAARecord(name, DClass.IN, TTL, ip.toInetAddress()));
        }
        Collections.shuffle(records);
        return records;
    }

    private static Found wanted(int type, List<Record> all) {
        return Found.of(all.stream()
                .filter(record -> type == Type.ANY || record.getType() == type)
                .toList());
    }

    private Name under(String name) {
        return below(name, zone);
    }

    private static Name below(String name, Name above) {
        try {
            return Name.concatenate(Name.fromString(name), above);
        } catch (TextParseException | NameTooLongException e) {
            throw new IllegalArgumentException("no name of the DNS: " + name + "." + above, e);
        }
    }
}
