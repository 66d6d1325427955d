package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;

/**
 * What becomes of the packet ({@code enum nft_verdicts}, {@code NF_ACCEPT}…).
 *
 * @param code the kernel's number: {@link #ACCEPT} and the like
 * @param chain where to jump or go to; empty for the others
 */
public record Verdict(int code, String chain) implements Datum {
    public static final Verdict DROP = new Verdict(0, "");
    public static final Verdict ACCEPT = new Verdict(1, "");
    public static final Verdict CONTINUE = new Verdict(-1, "");
    public static final Verdict BREAK = new Verdict(-2, "");
    public static final Verdict RETURN = new Verdict(-5, "");

    private static final int NFT_JUMP = -3;
    private static final int NFT_GOTO = -4;
    private static final int NFTA_VERDICT_CODE = 1;
    private static final int NFTA_VERDICT_CHAIN = 2;

    /** To the chain, and back here when it ends. */
    public static Verdict jump(String chain) {
        return new Verdict(NFT_JUMP, chain);
    }

    /** To the chain, and back to where this chain was jumped to from. */
    public static Verdict goTo(String chain) {
        return new Verdict(NFT_GOTO, chain);
    }

    public boolean isJump() {
        return code == NFT_JUMP;
    }

    public boolean isGoto() {
        return code == NFT_GOTO;
    }

    void encode(Encoder out) {
        out.attributeBe32(NFTA_VERDICT_CODE, code);
        if (!chain.isEmpty()) {
            out.attributeString(NFTA_VERDICT_CHAIN, chain);
        }
    }

    /** Reads {@code NFTA_VERDICT_*} attributes. */
    public static Verdict decode(Attributes verdict) {
        int code = (int) verdict.require(NFTA_VERDICT_CODE, "NFTA_VERDICT_CODE").be32();
        return new Verdict(
                code, verdict.find(NFTA_VERDICT_CHAIN).map(Attribute::string).orElse(""));
    }

    /** As {@code nft list} prints it. */
    @Override
    public String toString() {
        return chain.isEmpty() ? keyword() : keyword() + " " + chain;
    }

    /** As {@code nft --debug=netlink} prints it: {@code goto -> chain}. */
    String debugText() {
        return chain.isEmpty() ? keyword() : keyword() + " -> " + chain;
    }

    private String keyword() {
        return switch (code) {
            case 0 -> "drop";
            case 1 -> "accept";
            case 2 -> "stolen";
            case 3 -> "queue";
            case 4 -> "repeat";
            case 5 -> "stop";
            case -1 -> "continue";
            case -2 -> "break";
            case NFT_JUMP -> "jump";
            case NFT_GOTO -> "goto";
            case -5 -> "return";
            default -> "verdict " + code;
        };
    }
}
