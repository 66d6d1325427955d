package dev.fairlead.kernel.nftables;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What we load is what {@code nft} would have loaded, and prints as {@code nft} prints it. */
class ListingIT {
    @Test
    void printsAsNftAndHoldsTheSameInstructions() {
        try (Inside ours = Inside.create("nft");
                Inside theirs = Inside.create("nft");
                Nftables nftables = Nftables.open(ours.namespace())) {
            nftables.commit(Example.transaction());

            String listed = ours.run("nft", "list", "ruleset");
            Ruleset ruleset = nftables.read(TableFamily.INET, "fairlead").orElseThrow();
            assertThat(ruleset.text()).isEqualTo(listed);

            theirs.runWithInput(listed, "nft", "-f", "-");
            Map<String, List<String>> instructions = instructions(ours);
            assertThat(instructions).isEqualTo(instructions(theirs));
            assertThat(bytecode(ruleset)).isEqualTo(instructions);
        }
    }

    /** By chain, the rules as {@code nft --debug=netlink} shows them; handles and numbers of anonymous sets left out. */
    private static Map<String, List<String>> instructions(Inside namespace) {
        Map<String, List<String>> chains = new TreeMap<>();
        List<String> rules = new ArrayList<>();
        for (String line :
                namespace.run("nft", "--debug=netlink", "list", "ruleset").split("\n")) {
            if (line.startsWith("inet fairlead ")) {
                String chain = line.split(" ")[2];
                rules = chain.startsWith("@")
                        ? new ArrayList<>()
                        : chains.computeIfAbsent(chain, c -> new ArrayList<>());
                rules.add("");
            } else if (line.startsWith("  [ ")) {
                rules.set(rules.size() - 1, rules.getLast() + plain(line));
            }
        }
        return chains;
    }

    private static Map<String, List<String>> bytecode(Ruleset ruleset) {
        Map<String, List<String>> chains = new TreeMap<>();
        for (Ruleset.FilledChain chain : ruleset.chains()) {
            for (Rule rule : chain.rules()) {
                chains.computeIfAbsent(rule.chain(), c -> new ArrayList<>()).add(plain(rule.bytecode()));
            }
        }
        return chains;
    }

    private static String plain(String code) {
        return code.lines()
                .filter(line -> line.startsWith("  [ "))
                // nft up to 1.0.6 turns single bytes round, in pairs, of which there are none; later ones don't.
                .filter(line -> !line.matches(".*hton\\(reg \\d+, 2, 1\\).*"))
                .map(line -> line.replaceAll("(__set|__map)\\d+", "$1"))
                .reduce("", (all, line) -> all + line + "\n");
    }
}
