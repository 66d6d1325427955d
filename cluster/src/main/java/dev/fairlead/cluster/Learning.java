package dev.fairlead.cluster;

import java.util.Map;
import java.util.Set;

/** Who takes what a reflector learns. */
interface Learning {
    /**
     * Everything of a kind, as it was at one moment.
     *
     * @param facts of those that were understood
     * @param there all names, also of those that were not understood
     * @param version the list's, or -1 where it is no number
     */
    void listed(Watched watched, Map<ObjectName, Fact> facts, Set<ObjectName> there, long version);

    /** One object as it is now; {@link Fact#NOTHING} when it is gone. */
    void changed(Watched watched, ObjectName name, Fact fact, long version);

    /** Nothing else has changed up to here. */
    void reached(Watched watched, long version);
}
