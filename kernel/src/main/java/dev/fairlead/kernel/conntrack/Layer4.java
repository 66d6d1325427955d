package dev.fairlead.kernel.conntrack;

/** What tells flows of one transport protocol between two addresses apart. */
public sealed interface Layer4 {

    /** TCP, UDP, SCTP and the like; 0 to 65,535. */
    record Ports(int source, int destination) implements Layer4 {
        @Override
        public String text() {
            return "sport=" + source + " dport=" + destination;
        }
    }

    /** ICMP and ICMPv6: type and code of the message, and the identifier of a query. */
    record Icmp(int type, int code, int id) implements Layer4 {
        @Override
        public String text() {
            return "type=" + type + " code=" + code + " id=" + id;
        }
    }

    /** Nothing: the addresses and the protocol are all. */
    record Nothing() implements Layer4 {
        @Override
        public String text() {
            return "";
        }
    }

    /** As {@code conntrack} prints it. */
    String text();
}
