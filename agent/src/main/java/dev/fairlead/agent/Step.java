package dev.fairlead.agent;

/**
 * What a CNI call has done when it reaches a point, in order; each but the first is a change that outlives the agent. One
 * without a word is too short to be worth a number in the log.
 */
enum Step {
    /** ADD and DEL: understood, nothing changed yet. */
    PARSED("parse"),
    /** ADD: the lease is in the journal, and the disk has begun to keep it; or the note is on the disk that an IPAM plugin is asked. */
    LEASED("lease"),
    /** ADD: what the pod may send as is in the guard's table. */
    GUARDED(""),
    /** ADD again: what an earlier one made and nobody was told of is gone. */
    CLEARED(""),
    /** ADD: both ends of the veth are made; the node's end has no label yet. */
    VETH_MADE(""),
    /** ADD: the node's end is a port with its label. */
    NODE_WIRED("node"),
    /** ADD: the lease is on the disk; until here the pod has no address. */
    LEASE_ON_DISK("disk"),
    /** ADD: the pod's interface is up, with addresses and routes as far as they are known. */
    POD_WIRED("pod"),
    /** ADD, addresses from an IPAM plugin: the plugin has given them. */
    DELEGATED("delegate"),
    /** ADD, addresses from an IPAM plugin: their lease is on the disk. */
    ADOPTED("adopt"),
    /** ADD, addresses from an IPAM plugin: the pod's interface has them, and the routes. */
    ADDRESSED("address"),
    /** ADD: one more of the things beside addresses is there, if this call asks for it. */
    FEATURE_STARTED(""),
    /** ADD: what the runtime asked for beside addresses is there. */
    FEATURES_STARTED("features"),
    /** ADD: the runtime has the answer, which the label doesn't say yet. */
    DELIVERED("answer"),
    /** ADD: the label says so. */
    CONFIRMED("confirm"),
    /** DEL: the veth is gone. */
    UNWIRED("unwire"),
    /** DEL: one more of the things beside addresses is gone. */
    FEATURE_ENDED(""),
    /** DEL: what the pod had beside addresses is gone. */
    FEATURES_ENDED("features-end"),
    /** DEL: the guard's table knows nothing of the pod. */
    UNGUARDED(""),
    /** DEL, addresses from an IPAM plugin: the plugin has them back. */
    GIVEN_BACK("delegate-end"),
    /** DEL: the end of the lease is on the disk. */
    RELEASED("release");

    private final String word;

    Step(String word) {
        this.word = word;
    }

    /** As the log names it; empty for one that it leaves out. */
    String word() {
        return word;
    }
}
