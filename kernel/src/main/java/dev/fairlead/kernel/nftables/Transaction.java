package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.kernel.netlink.Request;
import dev.fairlead.kernel.nftables.expression.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Changes to be made together, in order: all of them or none. Nothing happens before {@link Nftables#commit}. Confined to
 * one thread.
 *
 * <p>Over 300 lines: one short method for each operation on each kind of object.
 */
public final class Transaction {
    private static final int CREATE = Request.NLM_F_CREATE;
    private static final int CREATE_NEW = Request.NLM_F_CREATE | Request.NLM_F_EXCL;

    /** What each message needs beside its body: header and padding, at most. */
    private static final int MESSAGE_OVERHEAD = 20;

    private final List<Request> requests;
    /** Numbers of messages before which the transaction may be cut: a rule's own sets stay with the rule. */
    private final List<Integer> seams = new ArrayList<>();

    private int nextSetId = 1;

    public Transaction() {
        this(new ArrayList<>());
    }

    private Transaction(List<Request> requests) {
        this.requests = requests;
    }

    /** The messages so far. */
    List<Request> requests() {
        return List.copyOf(requests);
    }

    public boolean isEmpty() {
        return requests.isEmpty();
    }

    /** How many messages it has so far, and so how many things an error can be about. */
    public int size() {
        return requests.size();
    }

    /**
     * The same changes in several transactions of at most {@code bytes} each, to be made one after the other. Together they
     * are no longer all or nothing. One change that is larger stays whole.
     */
    public List<Transaction> split(int bytes) {
        List<Transaction> parts = new ArrayList<>();
        int from = 0;
        int end = 0;
        long size = 0;
        for (int i = 0; i <= seams.size(); i++) {
            int next = i < seams.size() ? seams.get(i) : requests.size();
            long more = size(end, next);
            if (size + more > bytes && end > from) {
                parts.add(new Transaction(requests.subList(from, end)));
                from = end;
                size = 0;
            }
            end = next;
            size += more;
        }
        if (end > from) {
            parts.add(new Transaction(requests.subList(from, end)));
        }
        return parts;
    }

    private long size(int from, int to) {
        long size = 0;
        for (Request request : requests.subList(from, to)) {
            size += request.body().length + MESSAGE_OVERHEAD;
        }
        return size;
    }

    /** Makes the table unless it is there. */
    public Transaction add(Table table) {
        return table("add", table, Wire.NEWTABLE, CREATE);
    }

    /** Makes the table; it is an error when it is there. */
    public Transaction create(Table table) {
        return table("create", table, Wire.NEWTABLE, CREATE_NEW);
    }

    /** Removes the table with all in it; it is an error when it isn't there. */
    public Transaction delete(Table table) {
        return table("delete", table, Wire.DELTABLE, 0);
    }

    /** Removes the table with all in it, if it is there. */
    public Transaction destroy(Table table) {
        // NFT_MSG_DESTROYTABLE needs kernel 6.3; this is the same and works everywhere.
        return add(table).delete(table);
    }

    /** Removes the rules of all chains. */
    public Transaction flush(Table table) {
        return put(
                "flush table " + table,
                Wire.DELRULE,
                0,
                table.family(),
                body -> body.attributeString(RuleCodec.NFTA_RULE_TABLE, table.name()));
    }

    private Transaction table(String verb, Table table, int message, int flags) {
        return put(verb + " table " + table, message, flags, table.family(), body -> TableCodec.encode(body, table));
    }

    /** Makes the chain unless it is there. */
    public Transaction add(Chain chain) {
        return chain("add", chain, CREATE);
    }

    /** Makes the chain; it is an error when it is there. */
    public Transaction create(Chain chain) {
        return chain("create", chain, CREATE_NEW);
    }

    private Transaction chain(String verb, Chain chain, int flags) {
        String hook = chain.hook().isNone() ? "" : " { " + chain.hook().text(chain.family()) + " }";
        return put(
                verb + " chain " + chain + hook,
                Wire.NEWCHAIN,
                flags,
                chain.family(),
                body -> ChainCodec.encode(body, chain));
    }

    /** Removes the chain with its rules; it is an error when it isn't there or still jumped to. */
    public Transaction delete(Chain chain) {
        return put(
                "delete chain " + chain, Wire.DELCHAIN, 0, chain.family(), body -> ChainCodec.encodeName(body, chain));
    }

    /** Removes the chain, if it is there. */
    public Transaction destroy(Chain chain) {
        return add(chain).delete(chain);
    }

    /** Removes the chain's rules. */
    public Transaction flush(Chain chain) {
        return put(
                "flush chain " + chain,
                Wire.DELRULE,
                0,
                chain.family(),
                body -> body.attributeString(RuleCodec.NFTA_RULE_TABLE, chain.table())
                        .attributeString(RuleCodec.NFTA_RULE_CHAIN, chain.name()));
    }

    /** Makes the set unless it is there, without elements. */
    public Transaction add(NftSet set) {
        return set("add", set, CREATE);
    }

    /** Makes the set, without elements; it is an error when it is there. */
    public Transaction create(NftSet set) {
        return set("create", set, CREATE_NEW);
    }

    private Transaction set(String verb, NftSet set, int flags) {
        int id = nextSetId++;
        return put(
                verb + (set.isMap() ? " map " : " set ") + set,
                Wire.NEWSET,
                flags,
                set.family(),
                body -> SetCodec.encode(body, set, id));
    }

    /** Removes the set; it is an error when it isn't there or still used. */
    public Transaction delete(NftSet set) {
        return put("delete set " + set, Wire.DELSET, 0, set.family(), body -> SetCodec.encodeName(body, set));
    }

    /** Removes the set, if it is there. */
    public Transaction destroy(NftSet set) {
        return add(set).delete(set);
    }

    /** Removes the set's elements. */
    public Transaction flush(NftSet set) {
        return put("flush set " + set, Wire.DELSETELEM, 0, set.family(), body -> ElementCodec.encodeName(body, set));
    }

    /** Puts elements in. One that is there already is kept, and it is an error when it stands for something else. */
    public Transaction add(NftSet set, List<Element> elements) {
        return elements("add", set, 0, elements, Wire.NEWSETELEM, CREATE);
    }

    /** Puts elements in; it is an error when one is there. */
    public Transaction create(NftSet set, List<Element> elements) {
        return elements("create", set, 0, elements, Wire.NEWSETELEM, CREATE_NEW);
    }

    /** Takes elements out, by their keys; it is an error when one isn't there. */
    public Transaction delete(NftSet set, List<Element> elements) {
        return elements("delete", set, 0, keysOf(elements), Wire.DELSETELEM, 0);
    }

    /** Takes elements out that are there. Needs kernel 6.3. */
    public Transaction destroy(NftSet set, List<Element> elements) {
        return elements("destroy", set, 0, keysOf(elements), Wire.DESTROYSETELEM, 0);
    }

    private static List<Element> keysOf(List<Element> elements) {
        List<Element> keys = new ArrayList<>();
        for (Element element : elements) {
            keys.add(new Element(element.key(), element.end(), Bytes.EMPTY, 0, 0, ""));
        }
        return keys;
    }

    private Transaction elements(String verb, NftSet set, int setId, List<Element> elements, int message, int flags) {
        if (elements.isEmpty()) {
            return this;
        }
        String wanted = verb + " element " + set + " { " + ElementText.brief(set, elements) + " }";
        for (byte[] body : ElementCodec.encode(set, setId, elements)) {
            seam(setId == 0);
            requests.add(new Request(wanted, Wire.type(message), flags, body));
        }
        return this;
    }

    /** Puts the rule at its chain's end. */
    public Transaction add(Rule rule) {
        return rule("add", rule, CREATE | Request.NLM_F_APPEND, 0);
    }

    /** Puts the rule behind the one with this handle. */
    public Transaction addAfter(long handle, Rule rule) {
        return rule("add", rule, CREATE | Request.NLM_F_APPEND, handle);
    }

    /** Puts the rule at its chain's beginning. */
    public Transaction insert(Rule rule) {
        return rule("insert", rule, CREATE, 0);
    }

    /** Puts the rule in front of the one with this handle. */
    public Transaction insertBefore(long handle, Rule rule) {
        return rule("insert", rule, CREATE, handle);
    }

    private Transaction rule(String verb, Rule rule, int flags, long position) {
        int first = addSetsOf(rule);
        return put(
                rule.sets().isEmpty(),
                verb + " rule " + rule + " " + rule.text(),
                Wire.NEWRULE,
                flags,
                rule.family(),
                body -> {
                    RuleCodec.encode(body, rule, first);
                    if (position != 0) {
                        body.attributeBe64(RuleCodec.NFTA_RULE_POSITION, position);
                    }
                });
    }

    /** Puts the rule in the place of the one with this handle. */
    public Transaction replace(long handle, Rule rule) {
        int first = addSetsOf(rule);
        return put(
                rule.sets().isEmpty(),
                "replace rule " + rule + " handle " + handle + " " + rule.text(),
                Wire.NEWRULE,
                Request.NLM_F_REPLACE,
                rule.family(),
                body -> {
                    RuleCodec.encode(body, rule, first);
                    body.attributeBe64(RuleCodec.NFTA_RULE_HANDLE, handle);
                });
    }

    /**
     * Removes the rule with this rule's handle.
     *
     * @throws IllegalArgumentException when it has none: only rules that were read back do
     */
    public Transaction delete(Rule rule) {
        if (rule.handle() == 0) {
            throw new IllegalArgumentException("a rule of " + rule.chain()
                    + " can't be deleted without its handle; read the rules back to learn it: " + rule.text());
        }
        return put("delete rule " + rule, Wire.DELRULE, 0, rule.family(), body -> {
            RuleCodec.encodeName(body, rule);
            body.attributeBe64(RuleCodec.NFTA_RULE_HANDLE, rule.handle());
        });
    }

    /** Makes the rule's own sets, which have to be there with their elements before the rule. */
    private int addSetsOf(Rule rule) {
        int first = nextSetId;
        boolean seam = true;
        for (FilledSet own : rule.sets()) {
            int id = nextSetId++;
            put(
                    seam,
                    "add set " + own.set(),
                    Wire.NEWSET,
                    CREATE,
                    rule.family(),
                    body -> SetCodec.encode(body, own.set(), id));
            seam = false;
            elements("add", own.set(), id, own.elements(), Wire.NEWSETELEM, CREATE);
        }
        return first;
    }

    private Transaction put(String wanted, int message, int flags, TableFamily family, Consumer<Encoder> attributes) {
        return put(true, wanted, message, flags, family, attributes);
    }

    private Transaction put(
            boolean seam, String wanted, int message, int flags, TableFamily family, Consumer<Encoder> attributes) {
        seam(seam);
        requests.add(Wire.request(wanted, message, flags, family.number(), attributes));
        return this;
    }

    private void seam(boolean here) {
        if (here) {
            seams.add(requests.size());
        }
    }
}
