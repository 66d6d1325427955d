package dev.fairlead.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.netlink.Explain;
import dev.fairlead.kernel.netlink.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Damaged messages give the typed error or a value, and nothing else; real ones are the material. */
class DamagedInputTest {
    private static final int FLIPS_EACH = 300;
    private static final int EXPLAINED = 37;
    private static final long SEED = 20_260_102;

    private static List<Message> material() {
        List<Message> all = new ArrayList<>();
        for (Recording recording : Recording.all()) {
            for (Message message : recording.received()) {
                if (message.type() >= Rtm.RTM_NEWLINK) {
                    all.add(message);
                }
            }
        }
        assertThat(all).hasSizeGreaterThan(40);
        return all;
    }

    @Test
    void everyTruncation() {
        int refused = 0;
        for (Message message : material()) {
            for (int length = 0; length < message.body().length; length++) {
                refused += read(message, Arrays.copyOf(message.body(), length)) ? 0 : 1;
            }
        }
        assertThat(refused).isGreaterThan(1_000);
    }

    @Test
    void flippedBits() {
        Random random = new Random(SEED);
        int refused = 0;
        for (Message message : material()) {
            for (int i = 0; i < FLIPS_EACH; i++) {
                byte[] body = message.body().clone();
                for (int flips = random.nextInt(1, 5); flips > 0; flips--) {
                    body[random.nextInt(body.length)] ^= (byte) (1 << random.nextInt(8));
                }
                refused += read(message, body) ? 0 : 1;
            }
        }
        assertThat(refused).isGreaterThan(1_000);
    }

    @Test
    void datagramsThatDontAddUp() {
        for (String hex : List.of("00", "1000000000000000000000000000", "0f000000000000000000000000000000")) {
            assertThatThrownBy(() -> Message.split(HexFormat.of().parseHex(hex)))
                    .isInstanceOf(DecodeException.class);
        }
        // Says it is 17 bytes long and has 16.
        assertThatThrownBy(() -> Message.split(HexFormat.of().parseHex("11000000100000000000000000000000")))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("17");
    }

    private int cases;

    /** Whether it could be read. Explaining never fails; it is slow, so that a part of the cases has to do. */
    private boolean read(Message original, byte[] body) {
        Message message = new Message(original.type(), original.flags(), original.sequence(), body);
        if (cases++ % EXPLAINED == 0) {
            Explain explain = new Explain(Rtnetlink.FAMILY);
            assertThat(explain.text(message.type(), 0, 0, body)).isNotEmpty();
            for (int offset = 0; offset < body.length + 20; offset += 7) {
                assertThat(explain.attributeAt(message.type(), body, offset)).isNotNull();
            }
        }
        try {
            RouteEvent.decode(message)
                    .ifPresent(event -> assertThat(event.toString()).isNotNull());
            return true;
        } catch (DecodeException e) {
            return false;
        }
    }
}
