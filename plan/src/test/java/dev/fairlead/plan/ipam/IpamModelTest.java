package dev.fairlead.plan.ipam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Random operations against a second allocator that is as simple and slow as can be, and through the journal's text. */
class IpamModelTest {

    /** The rules in words: round from the last one; not one that lately came back; else the one longest back. */
    private static final class Model {
        final List<Ip> pool = new ArrayList<>();
        final Map<Ip, String> held = new HashMap<>();
        final LinkedHashSet<Ip> back = new LinkedHashSet<>();
        int last = -1;

        Model(Range range) {
            long size = range.end().number().subtract(range.start().number()).longValueExact() + 1;
            for (int i = 0; i < size; i++) {
                if (!range.start().plus(i).equals(range.gateway())) {
                    pool.add(range.start().plus(i));
                }
            }
        }

        boolean isFull() {
            return held.size() == pool.size();
        }

        Ip choose() {
            for (int step = 1; step <= pool.size(); step++) {
                Ip ip = pool.get(Math.floorMod(last + step, pool.size()));
                if (!held.containsKey(ip) && !back.contains(ip)) {
                    return ip;
                }
            }
            return back.iterator().next();
        }

        void give(Ip ip, String to) {
            held.put(ip, to);
            back.remove(ip);
            last = pool.indexOf(ip);
        }

        void takeBack(String from) {
            Ip ip = addressOf(from);
            held.remove(ip);
            back.add(ip);
            if (back.size() > Ipam.REMEMBERED) {
                back.removeFirst();
            }
        }

        Ip addressOf(String name) {
            return held.entrySet().stream()
                    .filter(entry -> entry.getValue().equals(name))
                    .findFirst()
                    .orElseThrow()
                    .getKey();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/30, fd00::/126, 1",
        "10.0.0.0/29, fd00::/124, 2",
        "10.0.0.0/31, fd00::/127, 3",
        "10.244.1.0/26, fd00::/122, 4",
        "255.255.255.0/24, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00/120, 5",
        "0.0.0.0/28, ::/124, 6",
    })
    void givesWhatTheModelGives(String v4, String v6, long seed) {
        Random random = new Random(seed);
        List<Range> pools = List.of(Range.of(Prefix.of(v4)), Range.of(Prefix.of(v6)));
        Model four = new Model(pools.get(0));
        Model six = new Model(pools.get(1));
        Ipam ipam = Ipam.of(pools);
        List<IpamEvent> journal = new ArrayList<>();
        List<String> names = new ArrayList<>();
        int refused = 0;
        for (int step = 0; step < 1_500; step++) {
            if (random.nextInt(100) < 62) {
                String name = "c" + step;
                if (four.isFull() || six.isFull()) {
                    refused += refuses(ipam, name) ? 1 : 0;
                    continue;
                }
                Ipam.Granted granted = ipam.lease(request(random, name, four), step);
                Ip wanted = granted.lease().addresses().getFirst();
                assertThat(granted.lease().addresses())
                        .describedAs("step %s", step)
                        .containsExactly(askedForOne ? wanted : four.choose(), six.choose());
                four.give(wanted, name);
                six.give(six.choose(), name);
                names.add(name);
                journal.addAll(granted.events());
                ipam = granted.after();
            } else if (!names.isEmpty()) {
                String name = names.remove(random.nextInt(names.size()));
                four.takeBack(name);
                six.takeBack(name);
                Ipam.GivenBack back = ipam.release(IpamTest.pod(name), step);
                journal.addAll(back.events());
                ipam = back.after();
            }
            assertThat(ipam.pools().getFirst().leased()).isEqualTo(four.held.size());
            if (step % 100 == 0) {
                ipam = throughText(pools, random.nextBoolean() ? journal : ipam.snapshot(), ipam);
            }
        }
        assertThat(refused).isPositive();
    }

    private boolean askedForOne;

    /** Now and then asks for a free address by name, which must then be given. */
    private LeaseRequest request(Random random, String name, Model four) {
        askedForOne = random.nextInt(10) == 0;
        LeaseRequest request = LeaseRequest.of(IpamTest.pod(name));
        if (!askedForOne) {
            return request;
        }
        List<Ip> free = new ArrayList<>(four.pool);
        free.removeAll(four.held.keySet());
        return request.wanting(List.of(free.get(random.nextInt(free.size()))));
    }

    private static boolean refuses(Ipam ipam, String name) {
        try {
            ipam.lease(LeaseRequest.of(IpamTest.pod(name)), 0);
            return false;
        } catch (IpamException.PoolExhausted e) {
            return true;
        }
    }

    private static Ipam throughText(List<Range> pools, List<IpamEvent> events, Ipam expected) {
        IpamJournal.Content content = IpamJournal.read(IpamJournal.encode(events));
        assertThat(content.events()).isEqualTo(events);
        assertThat(content.mustRewrite()).isFalse();
        Ipam replayed = Ipam.replay(pools, content.events());
        assertThat(replayed.snapshot()).isEqualTo(expected.snapshot());
        return replayed;
    }

    /** A pool larger than what is remembered: the forgetting shows, and must be the model's. */
    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    void forgetsAsTheModelForgets(long seed) {
        Random random = new Random(seed);
        Range range = Range.of(Prefix.of("10.0.0.0/19"));
        Model model = new Model(range);
        Ipam ipam = Ipam.of(List.of(range));
        List<String> names = new ArrayList<>();
        for (int step = 0; step < 12_000; step++) {
            String name = "c" + step;
            Ip expected = model.choose();
            Ipam.Granted granted = ipam.lease(LeaseRequest.of(IpamTest.pod(name)), 0);
            assertThat(granted.lease().addresses()).containsExactly(expected);
            ipam = granted.after();
            model.give(expected, name);
            names.add(name);
            if (names.size() > 200) {
                String gone = names.remove(random.nextInt(names.size()));
                model.takeBack(gone);
                ipam = ipam.release(IpamTest.pod(gone), 0).after();
            }
        }
        assertThat(ipam.history(range.start()).freed()).hasSize(Ipam.REMEMBERED);
    }

    @Test
    void takenAnswersAsASetDoes() {
        Random random = new Random(9);
        Ip base = Ip.of("255.255.255.192");
        Taken taken = Taken.NONE;
        java.util.TreeSet<Ip> model = new java.util.TreeSet<>();
        for (int step = 0; step < 5_000; step++) {
            Ip ip = base.plus(random.nextInt(64));
            boolean add = random.nextInt(100) < (step / 500 % 2 == 0 ? 70 : 30);
            taken = add ? taken.with(ip) : taken.without(ip);
            boolean changed = add ? model.add(ip) : model.remove(ip);
            Ip from = base.plus(random.nextInt(64));
            Ip free = from;
            while (model.contains(free) && !free.equals(Ip.of("255.255.255.255"))) {
                free = free.plus(1);
            }
            assertThat(taken.firstFree(from))
                    .isEqualTo(model.contains(free) ? java.util.Optional.empty() : java.util.Optional.of(free));
            int runs = (int) model.stream()
                    .filter(at -> at.equals(base) || !model.contains(at.plus(-1)))
                    .count();
            assertThat(taken.runs()).describedAs("%s %s", ip, changed).hasSize(runs);
        }
    }
}
