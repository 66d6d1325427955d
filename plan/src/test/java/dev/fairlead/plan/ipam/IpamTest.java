package dev.fairlead.plan.ipam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.packet.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IpamTest {
    static final Range V4 = Range.of(Prefix.of("10.244.1.0/24"));
    static final Range V6 = Range.of(Prefix.of("fd00:1::/64"));

    static Attachment pod(String containerId) {
        return new Attachment("mynet", containerId, "eth0");
    }

    @Test
    void dualStackGivesOneAddressOfEachFamilyAfterTheGateway() {
        Ipam.Granted granted = Ipam.of(List.of(V4, V6)).lease(LeaseRequest.of(pod("c1")), 1000);
        assertThat(granted.lease())
                .isEqualTo(new Lease(
                        pod("c1"),
                        List.of(Ip.of("10.244.1.2"), Ip.of("fd00:1::2")),
                        Mac.of("0a:58:0a:f4:01:02"),
                        1000));
        assertThat(granted.placements())
                .containsExactly(
                        new Placement(Prefix.of("10.244.1.2/24"), Ip.of("10.244.1.1")),
                        new Placement(Prefix.of("fd00:1::2/64"), Ip.of("fd00:1::1")));
        assertThat(granted.events()).containsExactly(new IpamEvent.Leased(granted.lease()));
        assertThat(granted.after().leaseOf(Ip.of("fd00:1::2"))).contains(granted.lease());
        assertThat(granted.after().leaseOf(Ip.of("fd00:1::3"))).isEmpty();
    }

    @Test
    void ipv6OnlyWorks() {
        Ipam.Granted granted = Ipam.of(List.of(V6)).lease(LeaseRequest.of(pod("c1")), 0);
        assertThat(granted.lease().addresses()).containsExactly(Ip.of("fd00:1::2"));
        assertThat(granted.lease().mac()).isEqualTo(PodMac.of(List.of(Ip.of("fd00:1::2"))));
    }

    @Test
    void theSameAttachmentGetsTheSameLeaseWithoutAnEvent() {
        Ipam.Granted first = Ipam.of(List.of(V4, V6)).lease(LeaseRequest.of(pod("c1")), 1000);
        Ipam.Granted again = first.after().lease(LeaseRequest.of(pod("c1")), 2000);
        assertThat(again.lease()).isEqualTo(first.lease());
        assertThat(again.placements()).isEqualTo(first.placements());
        assertThat(again.events()).isEmpty();
        assertThat(again.after()).isSameAs(first.after());

        Attachment otherInterface = new Attachment("mynet", "c1", "net1");
        Attachment otherNetwork = new Attachment("othernet", "c1", "eth0");
        assertThat(first.after().lease(LeaseRequest.of(otherInterface), 0).events())
                .hasSize(1);
        assertThat(first.after().lease(LeaseRequest.of(otherNetwork), 0).lease().addresses())
                .doesNotContainAnyElementsOf(first.lease().addresses());
    }

    @Test
    void aDecisionChangesNothingUntilItIsFollowed() {
        Ipam ipam = Ipam.of(List.of(V4));
        Ip first = ipam.lease(LeaseRequest.of(pod("c1")), 0).lease().addresses().getFirst();
        Ip second =
                ipam.lease(LeaseRequest.of(pod("c2")), 0).lease().addresses().getFirst();
        assertThat(first).isEqualTo(second);
        assertThat(ipam.leases()).isEmpty();
    }

    @Test
    void anAddressGivenBackGoesToTheBack() {
        Ipam ipam = Ipam.of(List.of(Range.of(Prefix.of("10.0.0.0/29")))); // .2 to .6
        ipam = leased(leased(ipam, "a"), "b");
        ipam = ipam.release(pod("a"), 0).after();
        assertThat(next(ipam)).hasToString("10.0.0.4");
        ipam = leased(leased(leased(ipam, "c"), "d"), "e"); // .4 .5 .6
        ipam = ipam.release(pod("e"), 0).after().release(pod("b"), 0).after();
        List<String> order = new ArrayList<>();
        for (String name : List.of("f", "g", "h")) {
            order.add(next(ipam).toString());
            ipam = leased(ipam, name);
        }
        assertThat(order).containsExactly("10.0.0.2", "10.0.0.6", "10.0.0.3"); // the order in which they came back
    }

    @Test
    void releaseIsIdempotent() {
        Ipam ipam = leased(Ipam.of(List.of(V4)), "a");
        Ipam.GivenBack once = ipam.release(pod("a"), 5);
        assertThat(once.events()).containsExactly(new IpamEvent.Released(pod("a"), 5));
        assertThat(once.after().leases()).isEmpty();
        Ipam.GivenBack twice = once.after().release(pod("a"), 6);
        assertThat(twice.events()).isEmpty();
        assertThat(twice.after()).isSameAs(once.after());
        assertThat(ipam.release(pod("never"), 0).events()).isEmpty();
    }

    @Test
    void exhaustionNamesThePoolItsSizeAndHowManyAreLeased() {
        Ipam ipam = Ipam.of(List.of(Range.of(Prefix.of("10.0.0.0/29")), V6));
        for (String name : List.of("a", "b", "c", "d", "e")) {
            ipam = leased(ipam, name);
        }
        Ipam full = ipam;
        assertThat(full.pools()).extracting(Ipam.PoolUse::free).containsExactly(0L, Long.MAX_VALUE);
        assertThatThrownBy(() -> full.lease(LeaseRequest.of(pod("f")), 0))
                .isInstanceOf(IpamException.PoolExhausted.class)
                .hasMessageStartingWith("no address is free: 10.0.0.0/29 has 5 and 5 are leased; ");
        Ipam room = full.release(pod("c"), 0).after();
        assertThat(room.pools().getFirst().free()).isOne();
        assertThat(next(room)).hasToString("10.0.0.4");
    }

    @Test
    void aNodeWithoutPoolsSaysSo() {
        assertThatThrownBy(() -> Ipam.of(List.of()).lease(LeaseRequest.of(pod("a")), 0))
                .isInstanceOf(IpamException.PoolExhausted.class)
                .hasMessageContaining("no pod CIDR yet");
    }

    @Test
    void severalPoolsOfAFamilyFillOneAfterTheOther() {
        Ipam ipam = Ipam.of(List.of(Range.of(Prefix.of("10.0.0.0/30")), Range.of(Prefix.of("10.0.1.0/30"))));
        ipam = leased(leased(ipam, "a"), "b");
        assertThat(ipam.leaseOf(Ip.of("10.0.0.2"))).isPresent();
        assertThat(ipam.leaseOf(Ip.of("10.0.1.2"))).isPresent();
        ipam = ipam.release(pod("b"), 0).after().release(pod("a"), 0).after();
        assertThat(next(ipam)).hasToString("10.0.1.2"); // given back before the other pool's
        Ipam full = leased(leased(ipam, "c"), "d");
        assertThatThrownBy(() -> next(full))
                .hasMessageContaining("10.0.0.0/30 has 1 and 1 are leased, 10.0.1.0/30 has 1");
    }

    // ---- specific addresses

    @Test
    void aWantedAddressIsGivenAndTheOtherFamilyFollows() {
        Ipam.Granted granted =
                Ipam.of(List.of(V4, V6)).lease(LeaseRequest.of(pod("a")).wanting(List.of(Ip.of("fd00:1::77"))), 0);
        assertThat(granted.lease().addresses()).containsExactly(Ip.of("10.244.1.2"), Ip.of("fd00:1::77"));
        assertThat(granted.after().lease(LeaseRequest.of(pod("b")), 0).lease().addresses())
                .containsExactly(Ip.of("10.244.1.3"), Ip.of("fd00:1::78"));
    }

    @Test
    void aWantedAddressIsGivenEvenIfItJustCameBack() {
        Ipam ipam = leased(Ipam.of(List.of(V4)), "a").release(pod("a"), 0).after();
        Ipam after = ipam.lease(LeaseRequest.of(pod("b")).wanting(List.of(Ip.of("10.244.1.2"))), 0)
                .after();
        assertThat(after.leaseOf(Ip.of("10.244.1.2"))).isPresent();
        assertThat(after.histories())
                .allSatisfy(history -> assertThat(history.freed()).isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "10.244.2.5, OUTSIDE, isn't in 10.244.1.0/24; ask for one that is",
        "fd00:9::1, OUTSIDE, isn't in",
        "10.244.1.1, GATEWAY, it is the gateway of 10.244.1.0/24",
        "10.244.1.0, RESERVED, network or broadcast address of 10.244.1.0/24",
        "10.244.1.255, RESERVED, network or broadcast address of 10.244.1.0/24",
        "10.244.1.2, TAKEN, interface eth0 of container a on network mynet holds it",
    })
    void aWantedAddressIsRefusedWithItsReason(String wanted, IpamException.Refusal reason, String message) {
        Ipam ipam = leased(Ipam.of(List.of(V4)), "a");
        assertThatThrownBy(() -> ipam.lease(LeaseRequest.of(pod("b")).wanting(List.of(Ip.of(wanted))), 0))
                .isInstanceOfSatisfying(IpamException.AddressRefused.class, e -> {
                    assertThat(e.reason()).isEqualTo(reason);
                    assertThat(e.address()).isEqualTo(Ip.of(wanted));
                })
                .hasMessageStartingWith("address " + wanted + " was asked for and refused: ")
                .hasMessageContaining(message);
    }

    @Test
    void twoWantedAddressesOfOnePoolAreRefused() {
        assertThatThrownBy(() -> Ipam.of(List.of(V4))
                        .lease(LeaseRequest.of(pod("a")).wanting(List.of(Ip.of("10.244.1.7"), Ip.of("10.244.1.8"))), 0))
                .isInstanceOfSatisfying(
                        IpamException.AddressRefused.class,
                        e -> assertThat(e.reason()).isEqualTo(IpamException.Refusal.TOO_MANY))
                .hasMessageContaining("10.244.1.7 was asked for too");
    }

    @Test
    void aLeaseThatDoesNotFitTheNewRequestIsAConflict() {
        Ipam ipam = leased(Ipam.of(List.of(V4)), "a");
        List<LeaseRequest> others = List.of(
                LeaseRequest.of(pod("a")).wanting(List.of(Ip.of("10.244.1.9"))),
                LeaseRequest.of(pod("a")).from(List.of(List.of(Range.of(Prefix.of("10.9.0.0/24"))))),
                LeaseRequest.of(pod("a")).from(List.of(List.of(V4), List.of(V6))),
                LeaseRequest.of(pod("a")).withMac(Mac.of("02:00:00:00:00:01")));
        for (LeaseRequest other : others) {
            assertThatThrownBy(() -> ipam.lease(other, 0))
                    .isInstanceOf(IpamException.LeaseConflict.class)
                    .hasMessageContaining("mynet/a/eth0 already holds [10.244.1.2]");
        }
        assertThat(ipam.lease(LeaseRequest.of(pod("a")).wanting(List.of(Ip.of("10.244.1.2"))), 0)
                        .events())
                .isEmpty();
    }

    @Test
    void aMacThatIsAskedForIsKept() {
        Mac mac = Mac.of("02:00:00:00:00:01");
        assertThat(Ipam.of(List.of(V4))
                        .lease(LeaseRequest.of(pod("a")).withMac(mac), 0)
                        .lease()
                        .mac())
                .isEqualTo(mac);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LeaseRequest.of(pod("a")).withMac(Mac.of("01:00:5e:00:00:01")))
                .withMessageContaining("group address");
    }

    @Test
    void aMacThatAnotherHasIsRefused() {
        Mac mac = Mac.of("02:00:00:00:00:01");
        Ipam one = Ipam.of(List.of(V4))
                .lease(LeaseRequest.of(pod("a")).withMac(mac), 0)
                .after();
        assertThatThrownBy(() -> one.lease(LeaseRequest.of(pod("b")).withMac(mac), 0))
                .isInstanceOf(IpamException.LeaseConflict.class)
                .hasMessageContaining("the MAC address " + mac + " was asked for and refused: " + pod("a") + " has it");
        Mac gateway = PodMac.of(List.of(V4.gateway()));
        assertThatThrownBy(() -> one.lease(LeaseRequest.of(pod("b")).withMac(gateway), 0))
                .hasMessageContaining("the pods' gateway has it");
        assertThat(one.lease(LeaseRequest.of(pod("a")).withMac(mac), 0).events())
                .as("the same attachment again")
                .isEmpty();
    }

    // ---- ipRanges

    @Test
    void ipRangesGiveOneAddressFromEachGroup() {
        Range part =
                Range.of(Prefix.of("10.7.0.0/16")).from(Ip.of("10.7.3.254")).to(Ip.of("10.7.4.1"));
        LeaseRequest request = LeaseRequest.of(pod("a")).from(List.of(List.of(part), List.of(V6)));
        Ipam ipam = Ipam.of(List.of(V4));
        List<String> given = new ArrayList<>();
        for (String name : List.of("a", "b", "c", "d")) {
            Ipam.Granted granted =
                    ipam.lease(new LeaseRequest(pod(name), request.ranges(), List.of(), LeaseRequest.ANY_MAC), 0);
            given.add(granted.placements().toString());
            ipam = granted.after();
        }
        assertThat(given)
                .startsWith("[Placement[address=10.7.3.254/16, gateway=10.7.0.1],"
                        + " Placement[address=fd00:1::2/64, gateway=fd00:1::1]]")
                .hasSize(4);
        Ipam full = ipam;
        assertThatThrownBy(() ->
                        full.lease(new LeaseRequest(pod("e"), request.ranges(), List.of(), LeaseRequest.ANY_MAC), 0))
                .isInstanceOf(IpamException.PoolExhausted.class)
                .hasMessageContaining("10.7.0.0/16 from 10.7.3.254 to 10.7.4.1 has 4 and 4 are leased");
        Ipam room = full.release(pod("b"), 0).after();
        assertThat(room.lease(new LeaseRequest(pod("e"), request.ranges(), List.of(), LeaseRequest.ANY_MAC), 0)
                        .lease()
                        .addresses())
                .startsWith(Ip.of("10.7.3.255"));
    }

    @Test
    void ipRangesNeverGiveWhatTheNodesPoolsReserve() {
        Range wide =
                Range.of(Prefix.of("10.244.0.0/16")).from(Ip.of("10.244.1.0")).to(Ip.of("10.244.1.3"));
        Ipam ipam = Ipam.of(List.of(V4));
        LeaseRequest request = LeaseRequest.of(pod("a")).from(List.of(List.of(wide)));
        Ipam.Granted first = ipam.lease(request, 0);
        assertThat(first.lease().addresses()).containsExactly(Ip.of("10.244.1.2")); // not .0, not the gateway .1
        assertThat(next(first.after())).hasToString("10.244.1.3"); // one node, one space of addresses
        assertThatThrownBy(() -> ipam.lease(request.wanting(List.of(Ip.of("10.244.1.1"))), 0))
                .isInstanceOf(IpamException.AddressRefused.class)
                .hasMessageContaining("gateway of 10.244.1.0/24");
    }

    // ---- keeping

    @Test
    void staleLeasesAreThoseOfTheNetworkThatNobodyNames() {
        Ipam ipam = leased(leased(Ipam.of(List.of(V4)), "a"), "b");
        ipam = ipam.lease(LeaseRequest.of(new Attachment("othernet", "c", "eth0")), 0)
                .after();
        assertThat(ipam.staleLeases("mynet", Set.of(pod("b"))))
                .extracting(lease -> lease.attachment().containerId())
                .containsExactly("a");
        assertThat(ipam.staleLeases("mynet", Set.of())).hasSize(2);
    }

    @Test
    void eventsThatContradictTheStateAreRefused() {
        Ipam ipam = leased(Ipam.of(List.of(V4)), "a");
        Lease held = ipam.lease(pod("a")).orElseThrow();
        assertThat(ipam.apply(new IpamEvent.Leased(held))).isSameAs(ipam);
        Lease stolen = new Lease(pod("b"), held.addresses(), held.mac(), 0);
        assertThatThrownBy(() -> ipam.apply(new IpamEvent.Leased(stolen)))
                .isInstanceOf(IpamException.LeaseConflict.class)
                .hasMessage("mynet/b/eth0 can't be given 10.244.1.2: mynet/a/eth0 holds it");
        assertThatThrownBy(() ->
                        Ipam.replay(List.of(V4), List.of(new IpamEvent.Leased(held), new IpamEvent.Leased(stolen))))
                .isInstanceOfSatisfying(
                        IpamException.JournalDamaged.class,
                        e -> assertThat(e.line()).isEqualTo(2));
    }

    @Test
    void leasesOutsideThePoolsAreKept() {
        Lease old = new Lease(pod("a"), List.of(Ip.of("192.168.7.7")), LeaseRequest.ANY_MAC, 0);
        Ipam ipam = Ipam.of(List.of(V4)).apply(new IpamEvent.Leased(old));
        assertThat(ipam.leaseOf(Ip.of("192.168.7.7"))).contains(old);
        assertThat(ipam.pools().getFirst().leased()).isZero();
        assertThat(ipam.release(pod("a"), 0).after().leases()).isEmpty();
    }

    @Test
    void memoryFollowsLeasesNotThePool() {
        Ipam ipam = Ipam.of(List.of(V6));
        for (int i = 0; i < 20_000; i++) {
            ipam = leased(ipam, "c" + i);
            ipam = i >= 100 ? ipam.release(pod("c" + (i - 100)), 0).after() : ipam;
        }
        assertThat(ipam.leases()).hasSize(100);
        assertThat(ipam.history(Ip.of("fd00:1::9")).freed()).hasSize(Ipam.REMEMBERED);
        assertThat(ipam.taken().runs()).hasSize(1); // the last 4,096 given back and the 100 leased lie side by side
        assertThat(ipam.snapshot()).hasSize(Ipam.REMEMBERED + 100 + 1);
    }

    static Ipam leased(Ipam ipam, String containerId) {
        return ipam.lease(LeaseRequest.of(pod(containerId)), 0).after();
    }

    private static Ip next(Ipam ipam) {
        return ipam.lease(LeaseRequest.of(pod("next")), 0).lease().addresses().getFirst();
    }
}
