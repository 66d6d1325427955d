package dev.fairlead.lab.model;

import java.util.List;

/**
 * A directory of a pod that its containers can mount. Lives as long as the pod.
 *
 * @param sources of its files; none for an {@code emptyDir}, which containers may write to
 */
public record Volume(String name, List<Source> sources) {

    /** Files that are there from the start. */
    public sealed interface Source {

        /**
         * Keys of a ConfigMap or Secret as files; without items every key becomes the file of its name.
         *
         * @param mode of those files, as {@code chmod(2)} takes it
         */
        record Keys(Content.Kind kind, String object, List<Item> items, boolean optional, int mode) implements Source {
            public Keys {
                items = List.copyOf(items);
            }
        }

        /** Fields of the pod as files. */
        record Fields(List<Item> items) implements Source {
            public Fields {
                items = List.copyOf(items);
            }
        }
    }

    /** @param from a key, or the path of a field @param path of the file in the volume @param mode of the file */
    public record Item(String from, String path, int mode) {}

    /** Where a container sees a volume. @param subPath a file or directory in the volume; empty for all of it */
    public record Mount(String volume, String path, String subPath, boolean readOnly) {}

    public Volume {
        sources = List.copyOf(sources);
    }

    public boolean isEmptyDir() {
        return sources.isEmpty();
    }
}
