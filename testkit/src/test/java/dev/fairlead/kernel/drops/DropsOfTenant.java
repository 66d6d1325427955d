package dev.fairlead.kernel.drops;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.UnixSocket;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Listens with what it is lent, in a user namespace of its own: in its own network namespace, and in one that isn't its business.
 * Started by {@link DropSourceTest} with a socket and that namespace's inode number.
 */
final class DropsOfTenant {
    static final String ARMED = "armed";
    static final String HEARD = "heard ";

    private DropsOfTenant() {}

    public static void main(String[] arguments) throws IOException {
        List<Fd> lent = new ArrayList<>();
        try (UnixSocket lender = UnixSocket.connect(arguments[0]);
                DataInputStream words = new DataInputStream(lender.input(lent::add));
                Netns here = Netns.current()) {
            DropReasons reasons = new DropReasons(Map.of(Integer.parseInt(words.readUTF()), words.readUTF()));
            String unused = Oracle.in(here).run("ip", "link", "set", "lo", "up");
            List<Long> namespaces = List.of(here.inode(), Long.parseLong(arguments[1]));
            List<Drop> heard = new ArrayList<>();
            try (DropSource source = new DropSource(DropKit.lent(lent, reasons));
                    Drops drops = source.listen(new DropFilter(namespaces, DropSourceTest.PACKETS))) {
                System.out.println(ARMED + " where alone " + Drops.refusal().orElse("nothing is refused"));
                unused = words.readUTF();
                DropSourceTest.send(here, 1);
                Poll.until(
                        DropSourceTest.SOON,
                        () -> {
                            heard.addAll(drops.read());
                            return heard.stream().anyMatch(drop -> drop.namespace() == here.inode());
                        },
                        heard::toString);
                System.out.println(HEARD
                        + heard.stream()
                                .map(drop ->
                                        (drop.namespace() == here.inode() ? "here " : "elsewhere ") + drop.reason())
                                .toList()
                        + " lost " + drops.lost());
            }
        }
    }
}
