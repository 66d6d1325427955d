package dev.fairlead.web;

/** What was asked of the cluster can't be told. The message is a sentence for the person at the page. */
public final class ViewRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ViewRefusal(String sentence) {
        super(sentence);
    }
}
