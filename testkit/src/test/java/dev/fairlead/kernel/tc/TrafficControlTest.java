package dev.fairlead.kernel.tc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kernel.NetlinkException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.route.DeviceNames;
import dev.fairlead.kernel.route.LinkKind;
import dev.fairlead.kernel.route.LinkSetting;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Queueing disciplines and filters that we make, judged by {@code tc}, on two devices that lead nowhere. */
@RealKernel
class TrafficControlTest {
    private static final QdiscHandle F1 = QdiscHandle.ofMajor(0xf1);
    private static final long SEED = 20_260_104;
    private static final long MOST = 0xffff_ffffL;

    private static int device(Rtnetlink rtnetlink, String name) {
        rtnetlink.links().create(new LinkKind.Ifb(), LinkSetting.name(name), LinkSetting.up());
        return rtnetlink.links().require(name).index();
    }

    @Test
    void limitsOfAllSizesPrintAsTcPrintsThem(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Random random = new Random(SEED);
        try (Rtnetlink rtnetlink = Rtnetlink.open(node)) {
            int i0 = device(rtnetlink, "i0");
            for (int i = 0; i < 60; i++) {
                long rate = 1 + random.nextLong(1L << random.nextInt(4, 47));
                long burst = 1 + random.nextLong(1L << random.nextInt(11, 32));
                Tbf wanted = Tbf.of(rate, burst, 1 + random.nextLong(1L << random.nextInt(11, 32)));
                rtnetlink.apply(List.of(TcRequests.replace(Qdisc.root(i0, F1, wanted))));
                List<Qdisc> seen = rtnetlink.trafficControl().qdiscs(i0);
                assertThat(seen.stream().map(Qdisc::toString))
                        .as("%s", wanted)
                        .isEqualTo(Oracle.in(node).lines("tc", "qdisc", "show", "dev", "i0"));
                Tbf held = (Tbf) seen.getFirst().kind();
                assertThat(held.does(wanted)).as("%s and %s", held, wanted).isTrue();
                assertThat(held.does(Tbf.of(rate + 1, burst, wanted.limit()))).isFalse();
                if (burst < MOST / 2 && wanted.buffer() < MOST && wanted.buffer() > 100) {
                    assertThat(held.does(Tbf.of(rate, 2 * burst, wanted.limit())))
                            .as("another burst than %s", wanted)
                            .isFalse();
                }
            }
        }
    }

    @Test
    void whatALinkReceivesGoesToAnother(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (Rtnetlink rtnetlink = Rtnetlink.open(node)) {
            int v0 = device(rtnetlink, "v0");
            int i0 = device(rtnetlink, "i0");
            rtnetlink.apply(
                    List.of(TcRequests.add(Qdisc.clsact(v0)), TcRequests.add(Filter.redirectReceived(v0, 1, i0))));
            DeviceNames names = rtnetlink.links().names();
            List<Filter> filters = rtnetlink.trafficControl().filters(v0, QdiscHandle.CLSACT_INGRESS);
            assertThat(filters.stream()
                            .flatMap(filter -> filter.text(names::of).lines())
                            .map(String::strip))
                    .isEqualTo(Oracle.in(node).lines("tc", "filter", "show", "dev", "v0", "ingress").stream()
                            .map(String::strip)
                            .filter(line -> !line.isEmpty())
                            .toList());
            assertThat(filters.stream().flatMap(filter -> filter.redirectsTo().stream()))
                    .containsExactly(i0);
            rtnetlink.apply(List.of(TcRequests.delete(v0, QdiscHandle.AT_INGRESS, QdiscHandle.INGRESS)));
            assertThat(Oracle.in(node).lines("tc", "qdisc", "show", "dev", "v0"))
                    .noneMatch(l -> l.contains("clsact"));
            assertThat(rtnetlink.trafficControl().qdiscs(v0))
                    .noneMatch(qdisc -> qdisc.kind().equals(new QdiscKind.Clsact()));
        }
    }

    @Test
    void refusalsSayWhatWasWanted(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (Rtnetlink rtnetlink = Rtnetlink.open(node)) {
            int i0 = device(rtnetlink, "i0");
            Qdisc unknown = Qdisc.root(i0, F1, new QdiscKind.Other("nosuch", List.of()));
            assertThatThrownBy(() -> rtnetlink.apply(List.of(TcRequests.add(unknown))))
                    .isInstanceOfSatisfying(
                            NetlinkException.class,
                            e -> assertThat(e.isNotFound()).isTrue())
                    .hasMessageContaining("could not add the qdisc nosuch f1: root")
                    .hasMessageContaining("kind is unknown");
            Qdisc tbf = Qdisc.root(i0, F1, Tbf.of(125_000, 15_000, 30_000));
            rtnetlink.apply(List.of(TcRequests.add(tbf)));
            assertThatThrownBy(() -> rtnetlink.apply(List.of(TcRequests.add(tbf))))
                    .isInstanceOfSatisfying(
                            NetlinkException.class,
                            e -> assertThat(e.isAlreadyThere()).isTrue());
            rtnetlink.apply(List.of(TcRequests.delete(i0, F1, QdiscHandle.ROOT)));
            assertThat(Oracle.in(node).run("tc", "qdisc", "show", "dev", "i0")).doesNotContain("tbf");
        }
    }
}
