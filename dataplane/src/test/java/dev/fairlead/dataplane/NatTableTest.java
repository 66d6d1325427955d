package dev.fairlead.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Prefix;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.ipam.Attachment;
import dev.fairlead.plan.nat.Forward;
import dev.fairlead.plan.nat.Masquerade;
import dev.fairlead.plan.nat.NatBook;
import dev.fairlead.plan.nat.Translation;
import dev.fairlead.plan.nat.Translation.Loopback;
import dev.fairlead.testkit.Golden;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Books as tables: the golden file, what our own listing says and what {@code nft} lists are one text, however the table came
 * to be so. The tables are loaded into a namespace with nothing in it.
 */
@RealKernel
class NatTableTest {
    private static final List<Prefix> CIDRS = List.of(Prefix.of("10.244.1.0/24"), Prefix.of("fd00:1::/64"));

    private static NatTable.Spec spec(boolean masquerade) {
        return new NatTable.Spec("fl0", CIDRS, masquerade);
    }

    private static Forward forward(Protocol protocol, String host, String pod) {
        return new Forward(protocol, IpPort.of(host), IpPort.of(pod));
    }

    private static Translation pod(String container, Masquerade masquerade, int number, Forward... forwards) {
        List<Prefix> addresses = List.of(
                Ip.of("10.244.1." + number).asPrefix(),
                Ip.of("fd00:1::" + number).asPrefix());
        List<Forward> all = List.of(forwards);
        boolean loopback = all.stream().anyMatch(Forward::isForLoopback);
        return new Translation(
                new Attachment("mynet", container, "eth0"),
                false,
                addresses,
                all,
                masquerade,
                loopback ? new Loopback("fl0", true) : Loopback.NONE);
    }

    private static final Translation WEB = pod(
            "web",
            Masquerade.AS_NODE,
            2,
            forward(Protocol.TCP, "0.0.0.0:8080", "10.244.1.2:80"),
            forward(Protocol.TCP, "[::]:8080", "[fd00:1::2]:80"));
    private static final Translation DNS = pod(
            "dns",
            Masquerade.OFF,
            3,
            forward(Protocol.UDP, "192.0.2.1:53", "10.244.1.3:5353"),
            forward(Protocol.SCTP, "[2001:db8::1]:7", "[fd00:1::3]:7"));
    private static final Translation CHAINED = new Translation(
            new Attachment("theirs", "c", "eth0"),
            true,
            List.of(Prefix.of("10.88.0.5/16")),
            List.of(forward(Protocol.TCP, "127.0.0.1:81", "10.88.0.5:80")),
            Masquerade.AS_NODE,
            new Loopback("cni0", false));
    private static final Translation ASKING = pod("asking", Masquerade.ON, 4);

    private static String nft(Netns node) {
        Oracle.Outcome listed = Oracle.in(node).attempt("nft", "list", "table", "inet", "fairlead-nat");
        return listed.exitCode() == 0 ? listed.output() : "";
    }

    private static NatBook book(Translation... pods) {
        NatBook book = NatBook.EMPTY;
        for (Translation pod : pods) {
            book = book.with(pod);
        }
        return book;
    }

    @Test
    void theTableAsNftListsIt(TestNamespaces namespaces) {
        for (boolean masquerade : new boolean[] {true, false}) {
            Netns node = namespaces.create();
            try (Rtnetlink rtnetlink = Rtnetlink.open(node);
                    NatTable table = NatTable.start(node, rtnetlink, spec(masquerade))) {
                table.apply(book(WEB, DNS, CHAINED, ASKING));
                assertThat(nft(node)).as("what nft lists is what we list").isEqualTo(table.text());
                Golden.check("dataplane", masquerade ? "nat.nft" : "nat-without-masquerade.nft", table.text());
                assertThat(table.missing(WEB)).isEmpty();
            }
        }
    }

    /** What nft prints makes the same table again: nothing in it that an operator's own tools can't read. */
    @Test
    void nftReadsBackWhatItLists(TestNamespaces namespaces) throws Exception {
        Netns node = namespaces.create();
        try (Rtnetlink rtnetlink = Rtnetlink.open(node);
                NatTable table = NatTable.start(node, rtnetlink, spec(true))) {
            table.apply(book(WEB, DNS, CHAINED));
            Netns other = namespaces.create();
            java.nio.file.Path file = java.nio.file.Files.createTempFile("nat", ".nft");
            try {
                java.nio.file.Files.writeString(file, nft(node));
                Oracle.in(other).run("nft", "-f", file.toString());
                assertThat(nft(other)).isEqualTo(nft(node));
            } finally {
                java.nio.file.Files.delete(file);
            }
        }
    }

    @Test
    void changesMakeTheTableThatIsMadeAnew(TestNamespaces namespaces) {
        Translation otherWeb = pod("web", Masquerade.OFF, 2, forward(Protocol.TCP, "0.0.0.0:8080", "10.244.1.2:81"));
        Translation successor =
                pod("new", Masquerade.AS_NODE, 2, forward(Protocol.TCP, "0.0.0.0:8080", "10.244.1.2:80"));
        List<NatBook> steps = List.of(
                book(),
                book(WEB),
                book(WEB, DNS),
                book(otherWeb, DNS),
                book(successor, DNS),
                book(successor, CHAINED, ASKING),
                book(CHAINED),
                book(),
                book(WEB, DNS, CHAINED));
        for (boolean masquerade : new boolean[] {true, false}) {
            Netns node = namespaces.create();
            try (Rtnetlink rtnetlink = Rtnetlink.open(node);
                    NatTable table = NatTable.start(node, rtnetlink, spec(masquerade))) {
                for (NatBook step : steps) {
                    table.apply(step);
                    assertThat(nft(node)).isEqualTo(table.text());
                    assertThat(sorted(nft(node))).isEqualTo(sorted(anew(step, masquerade, namespaces)));
                    assertThat(table.mend()).as("nobody else was there").isEmpty();
                }
                Map<String, List<Forward>> held = NatTable.held(node);
                assertThat(held.keySet()).containsExactly("mynet/dns/eth0", "mynet/web/eth0", "theirs/c/eth0");
                assertThat(held.get("mynet/web/eth0")).containsExactlyInAnyOrderElementsOf(WEB.forwards());
                assertThat(held.get("mynet/dns/eth0")).containsExactlyInAnyOrderElementsOf(DNS.forwards());
                table.clean();
                assertThat(Oracle.in(node).run("nft", "list", "ruleset")).isEmpty();
            }
        }
    }

    /** Intervals of concatenations are listed in the order in which they came; the order of rules is held by the golden. */
    private static List<String> sorted(String table) {
        return table.lines()
                .map(line -> line.replace("elements = {", "")
                        .replaceAll("[,}]\\s*}?$", "")
                        .strip())
                .sorted()
                .toList();
    }

    private static String anew(NatBook book, boolean masquerade, TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (Rtnetlink rtnetlink = Rtnetlink.open(node);
                NatTable table = NatTable.start(node, rtnetlink, spec(masquerade))) {
            table.apply(book);
            return nft(node);
        }
    }

    /** A change costs what it changes: one batch with the pod's own elements, and no listing of the others. */
    @Test
    void aThousandOtherPodsMakeAChangeNoLarger(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (Rtnetlink rtnetlink = Rtnetlink.open(node);
                NatTable table = NatTable.start(node, rtnetlink, spec(false))) {
            List<Translation> many = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                many.add(new Translation(
                        new Attachment("mynet", "c" + i, "eth0"),
                        false,
                        List.of(Ip.of("10.244." + i / 250 + "." + (i % 250 + 2)).asPrefix()),
                        List.of(forward(
                                Protocol.TCP,
                                "0.0.0.0:" + (10_000 + i),
                                "10.244." + i / 250 + "." + (i % 250 + 2) + ":80")),
                        Masquerade.AS_NODE,
                        Loopback.NONE));
            }
            NatBook book = NatBook.EMPTY;
            for (Translation pod : many) {
                book = book.with(pod);
            }
            table.apply(book);
            try (Batches batches = Batches.watch(node)) {
                table.apply(book.without(many.getFirst().owner())); // passes over what the watch itself did
                batches.forget();
                table.apply(book.without(many.getLast().owner())
                        .without(many.getFirst().owner()));
                assertThat(batches.forget())
                        .as("an element of a map and one of a set")
                        .isEqualTo(new Batches.Cost(1, 2, 1));
                table.apply(book.without(many.getFirst().owner()));
                assertThat(batches.forget()).isEqualTo(new Batches.Cost(1, 2, 1));
            }
        }
    }
}
