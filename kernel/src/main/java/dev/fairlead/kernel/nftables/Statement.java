package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.expression.Bytes;
import dev.fairlead.kernel.nftables.expression.Counter;
import dev.fairlead.kernel.nftables.expression.Dup;
import dev.fairlead.kernel.nftables.expression.Dynset;
import dev.fairlead.kernel.nftables.expression.Expression;
import dev.fairlead.kernel.nftables.expression.Immediate;
import dev.fairlead.kernel.nftables.expression.Limit;
import dev.fairlead.kernel.nftables.expression.Log;
import dev.fairlead.kernel.nftables.expression.Nat;
import dev.fairlead.kernel.nftables.expression.Notrack;
import dev.fairlead.kernel.nftables.expression.Reject;
import dev.fairlead.kernel.nftables.expression.Verdict;
import java.util.List;
import java.util.function.Consumer;

/**
 * A match or an action of a rule, in the words of {@code nft(8)}. Matches come from {@link Fields}, address translation
 * from {@link Nats}, everything else from here. Meant for static import.
 */
public final class Statement {
    private final Consumer<RuleCompiler> code;

    Statement(Consumer<RuleCompiler> code) {
        this.code = code;
    }

    void compile(RuleCompiler compiler) {
        code.accept(compiler);
    }

    /** An expression as it is, for what has no word here. */
    public static Statement of(Expression expression) {
        return new Statement(c -> c.emit(expression));
    }

    public static Statement verdict(Verdict verdict) {
        return of(Immediate.verdict(verdict));
    }

    public static Statement accept() {
        return verdict(Verdict.ACCEPT);
    }

    public static Statement drop() {
        return verdict(Verdict.DROP);
    }

    /** {@code return}, which is a word of Java. */
    public static Statement returns() {
        return verdict(Verdict.RETURN);
    }

    public static Statement jump(String chain) {
        return verdict(Verdict.jump(chain));
    }

    /** {@code goto}, which is a word of Java. */
    public static Statement goTo(String chain) {
        return verdict(Verdict.goTo(chain));
    }

    public static Statement counter() {
        return of(Counter.ZERO);
    }

    public static Statement notrack() {
        return of(new Notrack());
    }

    /** {@code reject}, with a code that means the same in IPv4 and IPv6: port-unreachable. Only in inet and bridge tables. */
    public static Statement reject() {
        return rejectWithIcmpx(Reject.ICMPX_PORT_UNREACHABLE);
    }

    /** {@code reject with icmpx …}: {@link Reject#ICMPX_PORT_UNREACHABLE} and the like. */
    public static Statement rejectWithIcmpx(int code) {
        return of(new Reject(Reject.ICMPX, code));
    }

    /** {@code reject with icmp …}, IPv4 only; 3 is port-unreachable. */
    public static Statement rejectWithIcmp(int code) {
        return reject(Field.Needs.IPV4, new Reject(Reject.ICMP, code));
    }

    /** {@code reject with icmpv6 …}, IPv6 only; 4 is port-unreachable. */
    public static Statement rejectWithIcmpv6(int code) {
        return reject(Field.Needs.IPV6, new Reject(Reject.ICMP, code));
    }

    /** {@code reject with tcp reset}, TCP only. */
    public static Statement rejectWithTcpReset() {
        return reject(Field.Needs.TCP, new Reject(Reject.TCP_RESET, 0));
    }

    private static Statement reject(Field.Needs needs, Reject reject) {
        return new Statement(c -> {
            c.requireFirst(needs, "reject");
            c.emit(reject);
        });
    }

    /** {@code log prefix "…"}, to the kernel's log. */
    public static Statement log(String prefix) {
        return of(new Log(prefix, Log.NONE, Log.NONE, Log.NONE, Log.NONE, Log.NONE));
    }

    /** {@code log group N}, to whoever listens to that NFLOG group. */
    public static Statement logGroup(int group, String prefix) {
        return of(new Log(prefix, group, Log.NONE, Log.NONE, Log.NONE, Log.NONE));
    }

    /** {@code limit rate N/second}, with a burst of 5 packets. */
    public static Statement limitPerSecond(long packets) {
        return of(new Limit(packets, 1, 5, false, false));
    }

    /** {@code add @set { key }}: the packet's key into the set, unless it is there. */
    public static Statement add(NftSet set, Selector key) {
        return dynset(Dynset.Operation.ADD, set, key);
    }

    /** {@code update @set { key }}: the packet's key into the set, and its timeout from the start. */
    public static Statement update(NftSet set, Selector key) {
        return dynset(Dynset.Operation.UPDATE, set, key);
    }

    /** {@code delete @set { key }}: the packet's key out of the set. */
    public static Statement delete(NftSet set, Selector key) {
        return dynset(Dynset.Operation.DELETE, set, key);
    }

    private static Statement dynset(Dynset.Operation operation, NftSet set, Selector key) {
        if (!key.type().equals(set.key())) {
            throw new IllegalArgumentException("'" + key.text() + "' is of type " + key.type() + ", and the keys of "
                    + set + " are of type " + set.key());
        }
        return new Statement(c -> {
            key.require(c);
            c.loadKey(key, set, 1);
            c.emit(new Dynset(operation, set.name(), 0, 1, Dynset.NONE, 0, List.of()));
        });
    }

    /** {@code dup to DEVICE}, in a netdev table: a copy of the packet goes out by the device with this index. */
    public static Statement dupTo(int device) {
        return new Statement(c -> {
            c.emit(new Immediate(1, Bytes.host32(device)));
            c.emit(new Dup(Nat.NONE, 1));
        });
    }
}
