package dev.fairlead.natives;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Configurations gone wrong: truncated, with bits flipped, with pieces doubled, swapped or made up. Seeded. */
final class Documents {

    private static final List<String> SEEDS = List.of(
            "{\"cniVersion\":\"1.1.0\",\"name\":\"pods\",\"socket\":\"/nonexistent/s\",\"mtu\":1500}",
            "{\"a\":{\"socket\":\"}\",\"b\":[1,-2.5e+3,[{}],true,false,null]},\"socket\":\"/nonexistent/\\u00e4\\n\"}",
            " {\n\"socket\" :\t\"/nonexistent/\\ud83d\\ude00\" , \"cniVersion\": \"0.3.1\" } ",
            "{\"cniVersion\":\"1.0.0\",\"\\u0073ocket\":\"/nonexistent/€\",\"socket\":[\"]\"]}",
            "{\"prevResult\":{\"ips\":[{\"address\":\"10.0.0.2/24\"}]},\"runtimeConfig\":{\"mac\":\"\"},\"x\":0}");

    private static final String PIECES = "{}[]:,\"\\\\u0/dntfe+-.19 \n\0";

    private final SplittableRandom random;

    Documents(long seed) {
        random = new SplittableRandom(seed);
    }

    byte[] next() {
        byte[] bytes = SEEDS.get(random.nextInt(SEEDS.size())).getBytes(StandardCharsets.UTF_8);
        for (int times = random.nextInt(4); times > 0; times--) {
            bytes = damaged(bytes);
        }
        return bytes;
    }

    /** One of the four kinds of damage, to any bytes. */
    byte[] damaged(byte[] bytes) {
        if (bytes.length == 0) {
            return new byte[] {(byte) random.nextInt(256)};
        }
        int at = random.nextInt(bytes.length);
        byte[] copy = bytes.clone();
        switch (random.nextInt(4)) {
            case 0 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 1 -> copy[at] ^= (byte) (1 << random.nextInt(8));
            case 2 -> copy[at] = (byte) PIECES.charAt(random.nextInt(PIECES.length()));
            default -> {
                int end = at + random.nextInt(bytes.length - at + 1);
                byte[] longer = Arrays.copyOf(bytes, bytes.length + end - at);
                System.arraycopy(bytes, at, longer, end, bytes.length - at);
                return longer;
            }
        }
        return copy;
    }
}
