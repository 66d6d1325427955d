package dev.fairlead.kernel.nftables;

import java.util.ArrayList;
import java.util.List;

/** A whole table as {@code nft list table} prints it. */
final class RulesetText {
    private RulesetText() {}

    static String of(Ruleset ruleset) {
        Table table = ruleset.table();
        List<String> blocks = new ArrayList<>();
        for (FilledSet filled : ruleset.namedSets()) {
            blocks.add(set(filled));
        }
        for (Ruleset.FilledChain filled : ruleset.chains()) {
            blocks.add(chain(filled, ruleset.sets()));
        }
        StringBuilder text = new StringBuilder("table " + table + " {\n");
        if (!table.comment().isEmpty()) {
            text.append("\tcomment \"").append(table.comment()).append("\"\n");
        }
        if (!table.flagNames().isEmpty()) {
            text.append("\tflags ").append(String.join(",", table.flagNames())).append("\n\n");
        }
        return text.append(String.join("\n", blocks)).append("}\n").toString();
    }

    static String set(FilledSet filled) {
        NftSet set = filled.set();
        StringBuilder text = new StringBuilder(set.isMap() ? "\tmap " : "\tset ")
                .append(set.name())
                .append(" {\n\t\ttype ")
                .append(set.key())
                .append(set.isMap() ? " : " + set.value() : "")
                .append('\n');
        if (set.memory()) {
            line(text, "policy memory");
        }
        if (set.size() > 0 && !set.has(NftSet.CONSTANT)) {
            line(text, "size " + set.size());
        }
        List<String> flags = flags(set);
        if (!flags.isEmpty()) {
            line(text, "flags " + String.join(",", flags));
        }
        if (set.timeout() != 0) {
            line(text, "timeout " + ElementText.duration(set.timeout()));
        }
        if (set.gcInterval() != 0) {
            line(text, "gc-interval " + ElementText.duration(set.gcInterval()));
        }
        if (set.autoMerge()) {
            line(text, "auto-merge");
        }
        if (!set.comment().isEmpty()) {
            line(text, "comment \"" + set.comment() + "\"");
        }
        if (!filled.elements().isEmpty()) {
            line(text, "elements = { " + elements(filled) + " }");
        }
        return text.append("\t}\n").toString();
    }

    private static void line(StringBuilder text, String line) {
        text.append("\t\t").append(line).append('\n');
    }

    /** nft leaves out the timeout flag where a timeout says it. */
    private static List<String> flags(NftSet set) {
        List<String> flags = new ArrayList<>();
        if (set.has(NftSet.CONSTANT)) {
            flags.add("constant");
        }
        if (set.isInterval()) {
            flags.add("interval");
        }
        if (set.has(NftSet.DYNAMIC)) {
            flags.add("dynamic");
        }
        if (set.has(NftSet.TIMEOUT) && (set.timeout() == 0 || set.has(NftSet.DYNAMIC))) {
            flags.add("timeout");
        }
        return flags;
    }

    private static String elements(FilledSet filled) {
        NftSet set = filled.set();
        int perLine = perLine(set.key());
        StringBuilder text = new StringBuilder();
        int count = 0;
        for (Element element : ElementText.sorted(set, filled.elements())) {
            if (count > 0) {
                text.append(count % perLine == 0 ? ",\n\t\t\t     " : ", ");
            }
            text.append(ElementText.of(set, element));
            count++;
        }
        return text.toString();
    }

    /** How many elements nft puts on a line. */
    private static int perLine(SetType key) {
        if (key.scalars().size() != 1) {
            return 1;
        }
        return switch (key.scalars().getFirst()) {
            case INET_PROTO, INET_SERVICE, MARK, ETHER_TYPE, TCP_FLAG, DIRECTION, IFACE_INDEX -> 5;
            case IPV4_ADDR, PKT_TYPE, STATE, STATUS -> 2;
            default -> 1;
        };
    }

    private static String chain(Ruleset.FilledChain filled, List<FilledSet> sets) {
        Chain chain = filled.chain();
        StringBuilder text = new StringBuilder("\tchain ").append(chain.name()).append(" {\n");
        if (!chain.comment().isEmpty()) {
            line(text, "comment \"" + chain.comment() + "\"");
        }
        if (!chain.hook().isNone()) {
            line(text, chain.hook().text(chain.family()));
        }
        for (Rule rule : filled.rules()) {
            line(text, RuleText.of(rule, rule.sets().isEmpty() ? sets : withOwn(rule, sets)));
        }
        return text.append("\t}\n").toString();
    }

    private static List<FilledSet> withOwn(Rule rule, List<FilledSet> sets) {
        List<FilledSet> all = new ArrayList<>(rule.sets()); // first, because they are counted
        all.addAll(sets);
        return all;
    }
}
