package dev.fairlead.lab.model;

/** What became of one object. Prints as {@code kubectl apply} does: {@code pod/web created}. */
public sealed interface Change {

    /** The object as it is now; for a deleted one as it last was. */
    LabObject object();

    record Created(LabObject object) implements Change {
        @Override
        public String toString() {
            return name(object) + " created";
        }
    }

    record Updated(LabObject before, LabObject object) implements Change {
        @Override
        public String toString() {
            return name(object) + " configured";
        }
    }

    record Deleted(LabObject object) implements Change {
        @Override
        public String toString() {
            return name(object) + " deleted";
        }
    }

    /** Only as an answer to an apply; listeners don't hear of it. */
    record Unchanged(LabObject object) implements Change {
        @Override
        public String toString() {
            return name(object) + " unchanged";
        }
    }

    private static String name(LabObject object) {
        return object.kind().resourceName() + "/" + object.metadata().name();
    }
}
