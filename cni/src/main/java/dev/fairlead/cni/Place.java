package dev.fairlead.cni;

/** A place in a text, counting from 1; {@link #UNKNOWN} is 0, 0. */
record Place(int line, int column) {
    static final Place UNKNOWN = new Place(0, 0);
}
