package dev.fairlead.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PersistentMapTest {

    /** A map under random changes answers as {@link TreeMap} does, and older versions stay as they were. */
    @Test
    void answersAsTreeMapDoes() {
        Random random = new Random(1);
        for (int round = 0; round < 60; round++) {
            int range = 1 + random.nextInt(400);
            TreeMap<Integer, String> model = new TreeMap<>();
            PersistentMap<Integer, String> map = PersistentMap.empty();
            for (int step = 0; step < 400; step++) {
                PersistentMap<Integer, String> before = map;
                Map<Integer, String> modelBefore = step % 50 == 0 ? new TreeMap<>(model) : Map.of();
                int key = random.nextInt(range);
                if (random.nextInt(5) < 3) {
                    map = map.with(key, "v" + random.nextInt(3));
                    model.put(key, map.getOrDefault(key, "?"));
                } else {
                    map = map.without(key);
                    model.remove(key);
                }
                agree(map, model, random.nextInt(range + 2) - 1);
                if (step % 50 == 0) {
                    assertThat(before).isEqualTo(modelBefore);
                    assertThat(map).isEqualTo(model).hasSameHashCodeAs(model);
                    assertThat(new ArrayList<>(map.keySet())).isEqualTo(new ArrayList<>(model.keySet()));
                }
            }
        }
    }

    private static void agree(PersistentMap<Integer, String> map, NavigableMap<Integer, String> model, int probe) {
        assertThat(map.size()).isEqualTo(model.size());
        assertThat(map.get(probe)).isEqualTo(model.get(probe));
        assertThat(map.find(probe).isPresent()).isEqualTo(model.containsKey(probe));
        assertThat(map.floor(probe).map(Map.Entry::getKey).orElse(-9)).isEqualTo(or(model.floorKey(probe)));
        assertThat(map.ceiling(probe).map(Map.Entry::getKey).orElse(-9)).isEqualTo(or(model.ceilingKey(probe)));
        assertThat(map.first().map(Map.Entry::getKey).orElse(-9)).isEqualTo(model.isEmpty() ? -9 : model.firstKey());
        assertThat(map.rank(probe)).isEqualTo(model.headMap(probe).size());
    }

    private static int or(@org.jspecify.annotations.Nullable Integer key) {
        return key == null ? -9 : key;
    }

    @Test
    void whatChangesNothingIsTheSameMap() {
        PersistentMap<Integer, String> map = upTo(1000);
        assertThat(map.with(7, new String("v"))).isSameAs(map);
        assertThat(map.without(-1)).isSameAs(map);
        assertThat(PersistentMap.<Integer, String>empty().without(1)).isSameAs(PersistentMap.empty());
    }

    @Test
    void itCannotBeChangedInPlace() {
        PersistentMap<Integer, String> map = upTo(3);
        assertThatThrownBy(() -> map.put(1, "x")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> map.remove(1)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(map::clear).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> map.entrySet().iterator().next().setValue("x"))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    /** Keys in order are the worst case of an unbalanced tree, and would overflow the stack of a deep one. */
    @Test
    void sortedInsertionStaysBalanced() {
        PersistentMap<Integer, String> map = upTo(200_000);
        Comparisons.count = 0;
        PersistentMap<Comparisons, String> counted = PersistentMap.empty();
        for (int i = 0; i < 65_536; i++) {
            counted = counted.with(new Comparisons(i), "v");
        }
        Comparisons.count = 0;
        counted.find(new Comparisons(65_535));
        counted.find(new Comparisons(0));
        assertThat(Comparisons.count).isLessThan(2 * 24);
        assertThat(map).hasSize(200_000);
    }

    @Test
    void differencesAreWhatMakesOneOfTheOther() {
        Random random = new Random(2);
        for (int round = 0; round < 300; round++) {
            PersistentMap<Integer, String> before = PersistentMap.empty();
            for (int i = random.nextInt(300); i > 0; i--) {
                before = before.with(random.nextInt(500), "v" + random.nextInt(2));
            }
            PersistentMap<Integer, String> after = round % 3 == 0 ? PersistentMap.empty() : before;
            for (int i = random.nextInt(100); i > 0; i--) {
                int key = random.nextInt(500);
                after = random.nextBoolean() ? after.with(key, "v" + random.nextInt(2)) : after.without(key);
            }
            Recorded told = new Recorded(new TreeMap<>(before));
            PersistentMap.differences(before, after, told);
            assertThat(told.map).isEqualTo(after);
            assertThat(told.keys).isSorted().doesNotHaveDuplicates();
        }
    }

    @Test
    void tellingVersionsApartLooksOnlyAtWhatChanged() {
        PersistentMap<Comparisons, String> before = PersistentMap.empty();
        for (int i = 0; i < 50_000; i++) {
            before = before.with(new Comparisons(i), "v");
        }
        PersistentMap<Comparisons, String> after = before.without(new Comparisons(10))
                .with(new Comparisons(40_000), "w")
                .with(new Comparisons(50_000), "v");
        List<String> told = new ArrayList<>();
        Comparisons.count = 0;
        PersistentMap.differences(before, after, new PersistentMap.Differences<Comparisons, String>() {
            @Override
            public void added(Comparisons key, String value) {
                told.add("+" + key.number);
            }

            @Override
            public void removed(Comparisons key, String value) {
                told.add("-" + key.number);
            }

            @Override
            public void changed(Comparisons key, String was, String is) {
                told.add("~" + key.number);
            }
        });
        assertThat(told).containsExactly("-10", "~40000", "+50000");
        assertThat(Comparisons.count).isLessThan(400);
    }

    private static PersistentMap<Integer, String> upTo(int count) {
        PersistentMap<Integer, String> map = PersistentMap.empty();
        for (int i = 0; i < count; i++) {
            map = map.with(i, "v");
        }
        return map;
    }

    /** A key that counts how often it is compared. */
    private record Comparisons(int number) implements Comparable<Comparisons> {
        static int count;

        @Override
        public int compareTo(Comparisons other) {
            count++;
            return Integer.compare(number, other.number);
        }
    }

    /** Carries the differences out on a copy of the old map, refusing those that don't fit it. */
    private record Recorded(TreeMap<Integer, String> map, List<Integer> keys)
            implements PersistentMap.Differences<Integer, String> {

        Recorded(TreeMap<Integer, String> map) {
            this(map, new ArrayList<>());
        }

        @Override
        public void added(Integer key, String value) {
            assertThat(map.put(key, value)).isNull();
            keys.add(key);
        }

        @Override
        public void removed(Integer key, String value) {
            assertThat(map.remove(key)).isEqualTo(value);
            keys.add(key);
        }

        @Override
        public void changed(Integer key, String before, String after) {
            assertThat(before).isNotEqualTo(after);
            assertThat(map.put(key, after)).isEqualTo(before);
            keys.add(key);
        }
    }
}
