package dev.fairlead.kernel.tc;

/**
 * Names a queueing discipline on its link, or where on the link one hangs: major number in the high half, minor in the low
 * ({@code TC_H_*} of {@code <linux/pkt_sched.h>}). Prints as {@code tc}: {@code f1:}, {@code root}, {@code ffff:fff1}.
 */
public record QdiscHandle(int number) {
    /** None: the kernel chooses. */
    public static final QdiscHandle NONE = new QdiscHandle(0);

    /** {@code TC_H_ROOT}: for what the link sends. */
    public static final QdiscHandle ROOT = new QdiscHandle(0xffff_ffff);

    /** {@code TC_H_INGRESS}: for what the link receives; where {@code ingress} and {@code clsact} hang. */
    public static final QdiscHandle INGRESS = new QdiscHandle(0xffff_fff1);

    /** The handle that {@code ingress} and {@code clsact} always have. */
    public static final QdiscHandle AT_INGRESS = new QdiscHandle(0xffff_0000);

    /** {@code TC_H_MIN_INGRESS} of a {@code clsact}: parent of the filters that see what the link receives. */
    public static final QdiscHandle CLSACT_INGRESS = new QdiscHandle(0xffff_fff2);

    /** {@code TC_H_MIN_EGRESS} of it: parent of those that see what the link sends. */
    public static final QdiscHandle CLSACT_EGRESS = new QdiscHandle(0xffff_fff3);

    /**
     * One that we choose.
     *
     * @param number 1 to 0x7fff; the kernel gives those above itself
     */
    public static QdiscHandle ofMajor(int number) {
        if (number < 1 || number > 0x7fff) {
            throw new IllegalArgumentException("a handle's major number is from 1 to 7fff, not " + number);
        }
        return new QdiscHandle(number << 16);
    }

    int major() {
        return number >>> 16;
    }

    @Override
    public String toString() {
        if (equals(ROOT)) {
            return "root";
        }
        int minor = number & 0xffff;
        String low = minor == 0 && major() != 0 ? "" : Integer.toHexString(minor);
        return equals(NONE) ? "none" : (major() == 0 ? "" : Integer.toHexString(major())) + ":" + low;
    }
}
