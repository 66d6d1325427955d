package dev.fairlead.kernel.tc;

import static dev.fairlead.kernel.tc.Tca.*;

import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Encoder;
import java.util.List;
import java.util.Optional;

/** What kind of queueing discipline it is ({@code TCA_KIND}), with what there is to say about it. */
public sealed interface QdiscKind permits Tbf, Netem, QdiscKind.Ingress, QdiscKind.Clsact, QdiscKind.Other {

    /** As the kernel names it. */
    String name();

    /** Writes {@code TCA_OPTIONS}, if it has any. */
    void encode(Encoder encoder);

    /** Holds filters for what a link receives. */
    record Ingress() implements QdiscKind {
        @Override
        public String name() {
            return "ingress";
        }

        @Override
        public void encode(Encoder encoder) {}

        /** The line that {@code tc} prints. */
        @Override
        public String toString() {
            return "----------------";
        }
    }

    /** As {@link Ingress}, and for what it sends too. */
    record Clsact() implements QdiscKind {
        @Override
        public String name() {
            return "clsact";
        }

        @Override
        public void encode(Encoder encoder) {}

        @Override
        public String toString() {
            return "";
        }
    }

    /**
     * A kind that is only named here.
     *
     * @param options {@code TCA_OPTIONS} as it came, at most one
     */
    record Other(String name, List<Attribute> options) implements QdiscKind {
        public Other {
            options = List.copyOf(options);
        }

        @Override
        public void encode(Encoder encoder) {
            options.forEach(encoder::copy);
        }

        @Override
        public String toString() {
            return "";
        }
    }

    static QdiscKind decode(String name, Optional<Attribute> options) {
        return switch (name) {
            case "tbf" ->
                options.isEmpty()
                        ? new Other(name, List.of())
                        : Tbf.decode(options.get().nested());
            case "netem" -> options.isEmpty() ? new Other(name, List.of()) : Netem.decode(options.get());
            case "ingress" -> new Ingress();
            case "clsact" -> new Clsact();
            default -> new Other(name, options.stream().toList());
        };
    }
}
