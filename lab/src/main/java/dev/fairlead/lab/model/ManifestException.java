package dev.fairlead.lab.model;

/** A manifest was refused, by its own content or by what the lab already holds. Nothing has changed. */
public final class ManifestException extends RuntimeException {
    private final Finding finding;

    public ManifestException(Finding finding) {
        super(finding.toString());
        this.finding = finding;
    }

    /** The message's parts. */
    public Finding finding() {
        return finding;
    }
}
