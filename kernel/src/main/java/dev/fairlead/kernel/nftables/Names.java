package dev.fairlead.kernel.nftables;

import java.nio.charset.StandardCharsets;

/** What names and comments may look like. */
final class Names {
    /** {@code NFT_NAME_MAXLEN} less the terminating zero. */
    static final int LONGEST = 255;

    /** What is left of {@code NFT_USERDATA_MAXLEN} after type, length and terminating zero. */
    static final int LONGEST_COMMENT = 252;

    private Names() {}

    static void check(String what, String name) {
        if (name.isEmpty() || name.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
            throw new IllegalArgumentException(
                    "a " + what + " needs a name of 1 to " + LONGEST + " bytes, not '" + name + "'");
        }
    }

    static void checkComment(String comment) {
        if (comment.getBytes(StandardCharsets.UTF_8).length > LONGEST_COMMENT
                || comment.indexOf('"') >= 0
                || comment.indexOf('\n') >= 0
                || comment.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a comment has at most " + LONGEST_COMMENT
                    + " bytes and no quotation mark, line end or zero, which nft could not print; not '" + comment
                    + "'");
        }
    }
}
