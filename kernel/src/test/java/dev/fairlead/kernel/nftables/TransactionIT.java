package dev.fairlead.kernel.nftables;

import static dev.fairlead.kernel.nftables.Fields.*;
import static dev.fairlead.kernel.nftables.ScalarType.*;
import static dev.fairlead.kernel.nftables.Statement.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.NetlinkException;
import dev.fairlead.kernel.nftables.expression.Verdict;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Protocol;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Changes to the real kernel's tables, in a namespace of the test's own. */
class TransactionIT {
    private static final Table TABLE = Table.of(TableFamily.INET, "fairlead");
    private static final NftSet MAP = TABLE.verdictMap("service-ips", IPV4_ADDR, INET_PROTO, INET_SERVICE);
    private static final Chain CHAIN = TABLE.chain("services");

    private Inside inside;
    private Nftables nftables;

    @BeforeEach
    void open() {
        inside = Inside.create("nft");
        nftables = Nftables.open(inside.namespace());
    }

    @AfterEach
    void close() {
        nftables.close();
        inside.close();
        Inside.assertNothingLeft();
    }

    @Test
    void changesNothingWhenOneChangeIsRefusedAndSaysWhich() {
        Transaction t = new Transaction()
                .add(TABLE)
                .add(MAP)
                .add(CHAIN)
                .add(CHAIN.rule(IP_DADDR.is("10.0.0.1"), jump("nowhere")));
        NetlinkException refused = catchThrowableOfType(NetlinkException.class, () -> nftables.commit(t));
        assertThat(refused.isNotFound()).isTrue();
        assertThat(refused).hasMessageContaining("add rule inet fairlead services ip daddr 10.0.0.1 jump nowhere");
        assertThat(nftables.tables()).isEmpty();
        assertThat(inside.run("nft", "list", "ruleset")).isEmpty();
    }

    @Test
    void namesTheRefusedAttribute() {
        nftables.commit(new Transaction().add(TABLE).add(CHAIN));
        NetlinkException refused =
                catchThrowableOfType(NetlinkException.class, () -> nftables.commit(new Transaction().create(CHAIN)));
        assertThat(refused.isAlreadyThere()).isTrue();
        assertThat(refused)
                .hasMessage("could not create chain inet fairlead services: the kernel refused with"
                        + " EEXIST (File exists) (at NFTA_CHAIN_NAME)");
    }

    @Test
    void updatesAThousandElementsAtOnce() {
        nftables.commit(
                new Transaction().add(TABLE).add(MAP).add(TABLE.chain("a")).add(TABLE.chain("b")));
        List<Element> a = elements(1000, "a");
        nftables.commit(new Transaction().add(MAP, a));
        assertThat(nftables.elements(MAP)).containsExactlyInAnyOrderElementsOf(a);

        List<Element> b = elements(1000, "b");
        nftables.commit(new Transaction().delete(MAP, a).add(MAP, b));
        assertThat(nftables.elements(MAP)).containsExactlyInAnyOrderElementsOf(b);
        assertThat(inside.run("nft", "list", "map", "inet", "fairlead", "service-ips"))
                .contains("10.96.3.231 . tcp . 80 comment \"ns/service:999\" : goto b")
                .doesNotContain("goto a");
    }

    private static List<Element> elements(int count, String chain) {
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            elements.add(MAP.element(Ip.of("10.96.0.0").plus(i), Protocol.TCP, 80)
                    .maps(Verdict.goTo(chain))
                    .commented("ns/service:" + i));
        }
        return elements;
    }

    @Test
    void carriesWhatDoesNotFitOneAttribute() {
        List<Element> many = elements(3_000, "a"); // 300 kB
        nftables.commit(
                new Transaction().add(TABLE).add(TABLE.chain("a")).add(MAP).add(MAP, many));
        assertThat(nftables.elements(MAP)).hasSize(3_000);
    }

    /** Privileged, the send buffer is enlarged; in a user namespace that is refused, and what can be done is said. */
    @Test
    void carriesOrExplainsWhatDoesNotFitTheSendBuffer() {
        nftables.commit(new Transaction().add(TABLE).add(TABLE.chain("a")).add(MAP));
        Transaction large = new Transaction().add(MAP, elements(150_000, "a")); // 15 MB
        try {
            nftables.commit(large);
        } catch (NetlinkException refused) {
            assertThat(refused.errno()).isEqualTo(Errno.EMSGSIZE);
            assertThat(refused)
                    .hasMessageContaining("add element inet fairlead service-ips { 10.96.0.0 . tcp . 80")
                    .hasMessageContaining("net.core.wmem_max")
                    .hasMessageContaining("in parts");
            assertThat(nftables.elements(MAP)).isEmpty();
            nftables.commitInParts(large);
        }
        assertThat(nftables.elements(MAP)).hasSize(150_000);
    }

    @Test
    void canBeMadeInParts() {
        Transaction whole = Example.ruleset().toTransaction();
        List<Transaction> parts = whole.split(2000);
        assertThat(parts).hasSizeGreaterThan(5);
        parts.forEach(nftables::commit);
        assertThat(nftables.read(TableFamily.INET, "fairlead").orElseThrow().text())
                .isEqualTo(Example.ruleset().text());
    }

    @Test
    void noticesThatSomeoneElseChangedTheTables() {
        nftables.commit(new Transaction().add(TABLE));
        Generation seen = nftables.generation();
        nftables.commit(new Transaction().add(CHAIN), seen);

        Generation mine = nftables.generation();
        assertThat(mine.id()).isGreaterThan(seen.id());
        inside.run("nft", "add", "chain", "inet", "fairlead", "foreign");
        NetlinkException refused = catchThrowableOfType(
                NetlinkException.class, () -> nftables.commit(new Transaction().delete(CHAIN), mine));
        assertThat(Nftables.isOutdated(refused)).isTrue();
        assertThat(refused.errno()).isEqualTo(Errno.ERESTART);
        assertThat(refused).hasMessageContaining("as they were at generation " + mine.id());
        assertThat(nftables.chains(TABLE)).extracting(Chain::name).containsExactly("services", "foreign");

        nftables.commit(new Transaction().delete(CHAIN), nftables.generation());
        assertThat(nftables.chains(TABLE)).extracting(Chain::name).containsExactly("foreign");
    }

    @Test
    void putsRulesWhereTheyBelong() {
        nftables.commit(new Transaction()
                .add(TABLE)
                .add(CHAIN)
                .add(CHAIN.rule(counter()).commented("b"))
                .insert(CHAIN.rule(counter()).commented("a"))
                .add(CHAIN.rule(counter()).commented("e")));
        long b = handleOf("b");
        long e = handleOf("e");
        nftables.commit(new Transaction()
                .addAfter(b, CHAIN.rule(counter()).commented("c"))
                .insertBefore(
                        e, CHAIN.rule(TCP_DPORT.isOneOf(80, 443), counter()).commented("d")));
        assertThat(comments()).containsExactly("a", "b", "c", "d", "e");

        nftables.commit(new Transaction()
                .replace(b, CHAIN.rule(UDP_DPORT.isOneOf(53, 54), drop()).commented("B"))
                .delete(nftables.rules(TABLE).getFirst()));
        assertThat(comments()).containsExactly("B", "c", "d", "e");
        assertThat(inside.run("nft", "list", "chain", "inet", "fairlead", "services"))
                .contains("udp dport { 53, 54 } drop comment \"B\"");

        nftables.commit(new Transaction().flush(CHAIN));
        assertThat(nftables.rules(TABLE)).isEmpty();
    }

    private long handleOf(String comment) {
        return nftables.rules(TABLE).stream()
                .filter(rule -> rule.comment().equals(comment))
                .findFirst()
                .orElseThrow()
                .handle();
    }

    private List<String> comments() {
        return nftables.rules(TABLE).stream().map(Rule::comment).toList();
    }

    /** nft takes two concatenations without an end for the two ends of one. */
    @Test
    void singleConcatenationsInAnIntervalSetAreListedAsSuch() {
        NftSet ports = TABLE.set("open-ports", IPV4_ADDR, INET_SERVICE).interval();
        List<Element> two = List.of(ports.element("10.0.0.2", 80), ports.element("10.0.0.1", 81));
        nftables.commit(new Transaction().add(TABLE).add(ports).add(ports, two));
        assertThat(nftables.elements(ports)).containsExactlyInAnyOrderElementsOf(two);
        assertThat(inside.run("nft", "list", "set", "inet", "fairlead", "open-ports"))
                .contains("10.0.0.2 . 80,", "10.0.0.1 . 81 }");
        nftables.commit(new Transaction().delete(ports, two.subList(0, 1)));
        assertThat(nftables.elements(ports)).containsExactly(two.getLast());
    }

    @Test
    void takesOutWhatItPutIn() {
        NftSet ranges = TABLE.set("ranges", IPV4_ADDR).interval();
        NftSet ports = TABLE.set("open-ports", IPV4_ADDR, INET_SERVICE).interval();
        NftSet timed = TABLE.set("timed", INET_SERVICE).timeout(Duration.ofMinutes(5));
        List<Element> all = List.of(
                ranges.element(dev.fairlead.packet.Prefix.of("10.0.0.0/24")),
                ranges.element(dev.fairlead.packet.Prefix.of("10.0.1.0/24")),
                ranges.element("10.0.2.0"),
                ranges.element(dev.fairlead.packet.Prefix.of("240.0.0.0/4")));
        Element port = ports.element("10.0.0.1", 80).upTo(ports.key().value("10.0.0.9", 90));
        nftables.commit(new Transaction()
                .add(TABLE)
                .add(ranges)
                .add(ports)
                .add(timed)
                .add(ranges, all)
                .add(ports, List.of(port))
                .add(timed, List.of(timed.element(80).timeout(Duration.ofSeconds(100)), timed.element(81))));
        assertThat(nftables.elements(ranges)).isEqualTo(all);
        assertThat(nftables.elements(ports)).containsExactly(port);
        assertThat(nftables.elements(timed))
                .anySatisfy(element -> {
                    assertThat(element.timeout()).isEqualTo(100_000);
                    assertThat(element.expires()).isBetween(1L, 100_000L);
                })
                .hasSize(2);

        nftables.commit(new Transaction()
                .delete(ranges, all.subList(1, 2))
                .delete(ports, List.of(port))
                .delete(timed, List.of(timed.element(80))));
        assertThat(nftables.elements(ranges)).containsExactly(all.get(0), all.get(2), all.get(3));
        assertThat(inside.run("nft", "list", "set", "inet", "fairlead", "ranges"))
                .contains("elements = { 10.0.0.0/24, 10.0.2.0,\n\t\t\t     240.0.0.0/4 }");
        assertThat(nftables.elements(ports)).isEmpty();
        assertThat(nftables.elements(timed)).hasSize(1);

        assertThatThrownBy(() -> nftables.commit(new Transaction().delete(ports, List.of(port))))
                .hasMessageContaining("delete element inet fairlead open-ports { 10.0.0.1-10.0.0.9 . 80-90 }");
        nftables.commit(new Transaction().destroy(ports, List.of(port)).flush(ranges));
        assertThat(nftables.elements(ranges)).isEmpty();
    }

    @Test
    void destroysWhatMayOrMayNotBeThere() {
        Transaction destroy = new Transaction().destroy(MAP).destroy(CHAIN);
        nftables.commit(new Transaction().add(TABLE));
        nftables.commit(destroy);
        nftables.commit(new Transaction().add(MAP).add(CHAIN));
        nftables.commit(destroy);
        assertThat(inside.run("nft", "list", "ruleset")).isEqualTo("table inet fairlead {\n}\n");
        nftables.commit(new Transaction().destroy(TABLE));
        nftables.commit(new Transaction().destroy(TABLE));
        assertThat(inside.run("nft", "list", "ruleset")).isEmpty();
    }
}
