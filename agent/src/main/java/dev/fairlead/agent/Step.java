package dev.fairlead.agent;

/** What a CNI call has done when it reaches a point, in order; each but the first is a change that outlives the agent. */
enum Step {
    /** ADD and DEL: understood, nothing changed yet. */
    PARSED("parse"),
    /** ADD: the lease is in the journal, and the disk has begun to keep it; or the note is on the disk that an IPAM plugin is asked. */
    LEASED("lease"),
    /** ADD: both ends of the veth are made, the node's end is a port with its label. */
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
    /** ADD: what the runtime asked for beside addresses is there. */
    FEATURES_STARTED("features"),
    /** ADD: the runtime has the answer, which the label doesn't say yet. */
    DELIVERED("answer"),
    /** ADD: the label says so. */
    CONFIRMED("confirm"),
    /** DEL: the veth is gone. */
    UNWIRED("unwire"),
    /** DEL: what the pod had beside addresses is gone. */
    FEATURES_ENDED("features-end"),
    /** DEL, addresses from an IPAM plugin: the plugin has them back. */
    GIVEN_BACK("delegate-end"),
    /** DEL: the end of the lease is on the disk. */
    RELEASED("release");

    private final String word;

    Step(String word) {
        this.word = word;
    }

    /** As the log names it. */
    String word() {
        return word;
    }
}
