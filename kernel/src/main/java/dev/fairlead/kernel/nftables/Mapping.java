package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.expression.Lookup;

/**
 * What a map holds for a packet: {@code ip daddr . tcp dport map @direct}.
 *
 * @param map an existing map without elements here, or an anonymous one with them
 */
public record Mapping(Selector key, FilledSet map) {
    void load(RuleCompiler compiler, int register) {
        key.require(compiler);
        compiler.loadKey(key, map.set(), register);
        int id = map.set().isAnonymous() ? compiler.addSet(map) : 0;
        compiler.emit(new Lookup(map.set().name(), id, register, register, false));
    }

    SetType type() {
        return map.set().value();
    }
}
