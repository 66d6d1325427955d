package dev.fairlead.kernel.netlink;

/**
 * A message to send.
 *
 * @param wanted what it is for, as an infinitive ("add the address 10.244.1.5/24 to eth0"); errors begin with it
 * @param type message type; for nfnetlink the subsystem is the high byte
 * @param flags {@code NLM_F_*} beside REQUEST, ACK and DUMP, which the socket sets
 * @param body family header and attributes; the array is not to be changed afterwards
 */
public record Request(String wanted, int type, int flags, byte[] body) {
    public static final int NLM_F_REQUEST = 1;
    public static final int NLM_F_MULTI = 2;
    public static final int NLM_F_ACK = 4;
    public static final int NLM_F_ECHO = 8;
    public static final int NLM_F_DUMP_INTR = 0x10;
    /** On GET requests: {@code NLM_F_ROOT | NLM_F_MATCH}. */
    public static final int NLM_F_DUMP = 0x300;

    /** On NEW requests. */
    public static final int NLM_F_REPLACE = 0x100;

    public static final int NLM_F_EXCL = 0x200;
    public static final int NLM_F_CREATE = 0x400;
    public static final int NLM_F_APPEND = 0x800;

    /** On DEL requests. */
    public static final int NLM_F_NONREC = 0x100;

    public Request(String wanted, int type, byte[] body) {
        this(wanted, type, 0, body);
    }
}
