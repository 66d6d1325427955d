package dev.fairlead.lab.manifest;

import java.util.Optional;

/** The images that the lab has. */
enum Image {
    HOST("host"),
    HTTP("fairlead/http"),
    ECHO("fairlead/echo"),
    CLIENT("fairlead/client"),
    DNS("fairlead/dns");

    /** How messages list them. */
    static final String KNOWN = "the lab has host, fairlead/http, fairlead/echo, fairlead/client and fairlead/dns";

    private final String text;

    Image(String text) {
        this.text = text;
    }

    /** With or without a tag, {@code fairlead/http:latest}: there is only one version, the lab's own. */
    static Optional<Image> of(String image) {
        int colon = image.indexOf(':');
        String name = colon < 0 ? image : image.substring(0, colon);
        boolean emptyTag = colon == image.length() - 1;
        for (Image candidate : values()) {
            if (candidate.text.equals(name) && !emptyTag) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return text;
    }
}
