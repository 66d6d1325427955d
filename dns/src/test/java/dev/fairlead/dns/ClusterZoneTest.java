package dev.fairlead.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.dns.ClusterZone.Transport;
import dev.fairlead.dns.ServiceNames.NamedEndpoint;
import dev.fairlead.dns.ServiceNames.NamedPort;
import dev.fairlead.packet.Ip;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** Answers at the edges of the protocol; {@code dig} and glibc judge the records in a lab (manifests/dns-*.yaml). */
class ClusterZoneTest {
    private static final int RANDOM_QUESTIONS = 20_000;

    /** Services many and some, headless, with 200 and 40 endpoints of two families each; web with an address. */
    private static final class Names implements NameSource {
        private final List<ServiceNames> services = new ArrayList<>();

        Names() {
            List<NamedEndpoint> endpoints = new ArrayList<>();
            for (int i = 1; i <= 200; i++) {
                List<NamedPort> ports = List.of(new NamedPort("sql", "tcp", 5432));
                endpoints.add(new NamedEndpoint(Ip.parse("10.244.1." + i).orElseThrow(), "db-" + i, ports));
                endpoints.add(new NamedEndpoint(Ip.parse("fd00::" + i).orElseThrow(), "db-" + i, ports));
            }
            services.add(new ServiceNames("default", "many", List.of(), "", List.of(), endpoints));
            services.add(new ServiceNames("default", "some", List.of(), "", List.of(), endpoints.subList(0, 80)));
            services.add(new ServiceNames(
                    "default",
                    "web",
                    List.of(Ip.parse("10.96.0.80").orElseThrow()),
                    "",
                    List.of(new NamedPort("http", "tcp", 80)),
                    List.of()));
            services.add(new ServiceNames(
                    "default", "loop", List.of(), "loop.default.svc.cluster.local", List.of(), List.of()));
            services.add(new ServiceNames("default", "none", List.of(), "", List.of(), List.of()));
        }

        @Override
        public boolean hasNamespace(String namespace) {
            return namespace.equals("default");
        }

        @Override
        public Optional<ServiceNames> service(String namespace, String name) {
            return services.stream()
                    .filter(one ->
                            one.namespace().equals(namespace) && one.name().equals(name))
                    .findFirst();
        }

        @Override
        public List<ServiceNames> servicesAt(Ip ip) {
            return services.stream()
                    .filter(one -> one.clusterIps().contains(ip)
                            || one.endpoints().stream().anyMatch(end -> end.ip().equals(ip)))
                    .toList();
        }
    }

    private final ClusterZone zone = new ClusterZone("cluster.local", new Names());

    private static Message question(String name, int type) {
        try {
            return Message.newQuery(Record.newRecord(Name.fromString(name), type, DClass.IN));
        } catch (TextParseException e) {
            throw new AssertionError(e);
        }
    }

    private Message ask(Message question, Transport transport) {
        try {
            byte[] answer = zone.answer(question.toWire(), transport).orElseThrow();
            Message read = new Message(answer);
            assertThat(read.getHeader().getID()).isEqualTo(question.getHeader().getID());
            assertThat(read.getHeader().getFlag(Flags.QR)).isTrue();
            return read;
        } catch (IOException e) {
            throw new AssertionError("not a message", e);
        }
    }

    private Message ask(String name, int type) {
        return ask(question(name, type), Transport.TCP);
    }

    @Test
    void whatIsTooLongForADatagramIsCutAndComesWholeByTcp() {
        Message question = question("many.default.svc.cluster.local.", Type.A);
        Message small = ask(question, Transport.UDP);
        assertThat(small.getHeader().getFlag(Flags.TC)).isTrue();
        assertThat(small.numBytes()).isLessThanOrEqualTo(512);
        Message whole = ask(question, Transport.TCP);
        assertThat(whole.getHeader().getFlag(Flags.TC)).isFalse();
        assertThat(whole.getSection(Section.ANSWER)).hasSize(200);
        Message some = question("some.default.svc.cluster.local.", Type.A);
        assertThat(ask(some, Transport.UDP).getHeader().getFlag(Flags.TC)).isTrue();
        some.addRecord(new OPTRecord(4096, 0, 0), Section.ADDITIONAL); // it takes more
        Message larger = ask(some, Transport.UDP);
        assertThat(larger.getHeader().getFlag(Flags.TC)).isFalse();
        assertThat(larger.getSection(Section.ANSWER)).hasSize(40);
    }

    @Test
    void anEndpointOfTwoFamiliesHasOneNameAndOneSrvRecord() {
        Message answer = ask("_sql._tcp.many.default.svc.cluster.local.", Type.SRV);
        assertThat(answer.getSection(Section.ANSWER)).hasSize(200);
        assertThat(answer.getSection(Section.ADDITIONAL)).hasSize(400);
        assertThat(ask("db-7.many.default.svc.cluster.local.", Type.ANY).getSection(Section.ANSWER))
                .hasSize(2);
    }

    /** RFC 8020: a name that has names below it exists, though it has no records. */
    @Test
    void namesBetweenOthersExist() {
        for (String name : List.of(
                "svc.cluster.local.",
                "default.svc.cluster.local.",
                "default.pod.cluster.local.",
                "_tcp.web.default.svc.cluster.local.",
                "dns.cluster.local.")) {
            Message answer = ask(name, Type.A);
            assertThat(answer.getRcode()).as(name).isEqualTo(Rcode.NOERROR);
            assertThat(answer.getSection(Section.ANSWER)).as(name).isEmpty();
            assertThat(answer.getSection(Section.AUTHORITY)).as(name).hasSize(1);
        }
        for (String name : List.of(
                "other.svc.cluster.local.",
                "_udp.web.default.svc.cluster.local.",
                "none.default.svc.cluster.local.", // 2.4.1: headless, and nobody is ready
                "a.web.default.svc.cluster.local.",
                "10-244-1-1.other.pod.cluster.local.",
                "300-1-1-1.default.pod.cluster.local.",
                "web.cluster.local.")) {
            assertThat(ask(name, Type.A).getRcode()).as(name).isEqualTo(Rcode.NXDOMAIN);
        }
    }

    @Test
    void whatIsNotForUsIsRefused() {
        assertThat(ask("example.com.", Type.A).getRcode()).isEqualTo(Rcode.REFUSED);
        assertThat(ask("cluster.local.", Type.AXFR).getRcode()).isEqualTo(Rcode.REFUSED);
        Message update = question("cluster.local.", Type.SOA);
        update.getHeader().setOpcode(Opcode.UPDATE);
        assertThat(ask(update, Transport.TCP).getRcode()).isEqualTo(Rcode.NOTIMP);
        Message newer = question("web.default.svc.cluster.local.", Type.A);
        newer.addRecord(new OPTRecord(1232, 0, 1), Section.ADDITIONAL);
        assertThat(ask(newer, Transport.UDP).getRcode()).isEqualTo(Rcode.BADVERS);
        Message two = question("web.default.svc.cluster.local.", Type.A);
        two.addRecord(two.getQuestion(), Section.QUESTION);
        assertThat(ask(two, Transport.UDP).getRcode()).isEqualTo(Rcode.FORMERR);
        Message answer = question("web.default.svc.cluster.local.", Type.A);
        answer.getHeader().setFlag(Flags.QR);
        assertThat(zone.answer(answer.toWire(), Transport.UDP))
                .as("two servers would answer each other for ever")
                .isEmpty();
    }

    /** An alias of itself is told as it is; following it is the client's business, and ends there. */
    @Test
    void anAliasOfItselfEnds() {
        assertThat(ask("loop.default.svc.cluster.local.", Type.A).getSection(Section.ANSWER))
                .hasSize(1);
    }

    /** Whatever comes, nothing is thrown, and what is answered is a message with the question's number. */
    @Test
    void brokenQuestionsAreAnsweredOrIgnored() throws IOException {
        SplittableRandom random = new SplittableRandom(53);
        byte[] good =
                question("_http._tcp.web.default.svc.cluster.local.", Type.SRV).toWire();
        int answered = 0;
        for (int i = 0; i < RANDOM_QUESTIONS; i++) {
            byte[] bad = Arrays.copyOf(good, random.nextInt(4) == 0 ? random.nextInt(good.length + 20) : good.length);
            for (int flips = random.nextInt(4); flips > 0 && bad.length > 0; flips--) {
                bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Optional<byte[]> answer = zone.answer(bad, Transport.UDP);
            if (answer.isPresent()) {
                answered++;
                assertThat(answer.get()).startsWith(bad[0], bad[1]);
                assertThat(new Message(answer.get()).getHeader().getFlag(Flags.QR))
                        .isTrue();
            }
        }
        assertThat(answered).isGreaterThan(RANDOM_QUESTIONS / 2);
    }
}
