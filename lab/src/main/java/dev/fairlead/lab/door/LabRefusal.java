package dev.fairlead.lab.door;

/** Something asked of the lab was wrong. The message is one sentence for the person who asked. */
public final class LabRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LabRefusal(String sentence) {
        super(sentence);
    }
}
