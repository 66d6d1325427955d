package dev.fairlead.lab.node;

import dev.fairlead.kernel.process.Setup;
import dev.fairlead.lab.model.Container;
import dev.fairlead.lab.model.Volume;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The volumes of one pod: directories in the lab's own {@code /run}, and the mounts by which a container sees them in its own
 * mount namespace. The machine's files are never changed: where a directory of the machine lacks the mount point, the container
 * sees a copy of that directory that has it, in which every entry is the machine's own, mounted.
 *
 * @param directory of this pod
 */
record PodVolumes(Path directory) {
    private static final Path TOP = Path.of("/");

    /** Makes them. @throws MissingContentException as {@link LateValues#files}, naming the volume as the kubelet does */
    void make(List<Volume> volumes, LateValues values) {
        for (Volume volume : volumes) {
            try {
                Path place = Files.createDirectories(place(volume.name()));
                Files.setPosixFilePermissions(place, permissions(volume.isEmptyDir() ? 0777 : 0755));
                for (Map.Entry<String, LateValues.VolumeFile> file :
                        values.files(volume).entrySet()) {
                    Path path = place.resolve(file.getKey());
                    Files.createDirectories(path.getParent());
                    Files.write(path, file.getValue().bytes());
                    Files.setPosixFilePermissions(
                            path, permissions(file.getValue().mode()));
                }
            } catch (MissingContentException e) {
                throw new MissingContentException(
                        "MountVolume.SetUp failed for volume \"" + volume.name() + "\" : " + e.getMessage());
            } catch (IOException e) {
                throw new UncheckedIOException("could not make the volume " + volume.name(), e);
            }
        }
    }

    private Path place(String volume) {
        return directory.resolve("volumes").resolve(volume);
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] all = PosixFilePermission.values(); // from the owner's r to the others' x
        for (int i = 0; i < all.length; i++) {
            if ((mode & 0400 >> i) != 0) {
                permissions.add(all[i]);
            }
        }
        return permissions;
    }

    /** Where one mount goes. @param above the directory of the machine that exists @param below the rest of the path */
    private record Point(Volume.Mount mount, Path source, Path above, Path below) {
        boolean isThere() {
            return below.toString().isEmpty();
        }
    }

    /** What a thread does so that the container it starts sees its volumes; empty when it mounts none. */
    List<Setup> mounts(Container container) {
        if (container.mounts().isEmpty()) {
            return List.of();
        }
        try {
            return new Plan(directory.resolve("views").resolve(container.name())).of(points(container));
        } catch (IOException e) {
            throw new UncheckedIOException("could not prepare the mounts of container " + container.name(), e);
        }
    }

    private List<Point> points(Container container) throws IOException {
        List<Volume.Mount> sorted = new ArrayList<>(container.mounts());
        sorted.sort(Comparator.comparing(mount -> Path.of(mount.path()).getNameCount()));
        List<Point> points = new ArrayList<>();
        for (Volume.Mount mount : sorted) {
            Path source = place(mount.volume()).resolve(mount.subPath());
            if (!Files.exists(source)) {
                Files.createDirectories(source);
            }
            points.add(point(mount, source));
        }
        return points;
    }

    private static Point point(Volume.Mount mount, Path source) throws IOException {
        Path wanted = Path.of(mount.path()).normalize();
        Path above = wanted;
        while (!Files.exists(above)) {
            above = above.getParent() == null ? TOP : above.getParent();
        }
        return new Point(mount, source, above.toRealPath(), above.relativize(wanted));
    }

    /** Makes what has to be there before, and lists the mounts. @param views directory for copies of directories */
    private record Plan(Path views) {

        List<Setup> of(List<Point> points) throws IOException {
            List<Setup> setups = new ArrayList<>();
            setups.add(new Setup.Unshare(Setup.MOUNT));
            setups.add(new Setup.Mount("none", TOP, "", Setup.Mount.ALL_PRIVATE));
            // The deepest first: a copy of a directory takes along what is mounted in it.
            Map<Path, List<Point>> missing = new TreeMap<>(
                    Comparator.comparing((Path path) -> -path.getNameCount()).thenComparing(path -> path.toString()));
            for (Point point : points) {
                if (point.isThere()) {
                    add(point, point.above(), setups);
                } else {
                    missing.computeIfAbsent(point.above(), _ -> new ArrayList<>())
                            .add(point);
                }
            }
            int number = 0;
            for (Map.Entry<Path, List<Point>> entry : missing.entrySet()) {
                Path view = views.resolve(Integer.toString(number++));
                if (!Files.exists(view)) {
                    Files.createDirectories(view);
                    fill(view, entry.getKey());
                }
                show(view, entry.getKey(), entry.getValue(), setups);
            }
            return setups;
        }

        /** Gives the view an entry of the same kind for each one of the directory. */
        private static void fill(Path view, Path directory) throws IOException {
            try (Stream<Path> entries = Files.list(directory)) {
                for (Path entry : entries.toList()) {
                    Path here = view.resolve(entry.getFileName().toString());
                    if (Files.isSymbolicLink(entry)) {
                        Files.createSymbolicLink(here, Files.readSymbolicLink(entry));
                    } else if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                        Files.createDirectory(here);
                    } else {
                        Files.createFile(here);
                    }
                }
            }
        }

        private static void show(Path view, Path directory, List<Point> points, List<Setup> setups) throws IOException {
            setups.add(bind(view, view));
            List<Path> entries;
            try (Stream<Path> all = Files.list(directory)) {
                entries = new ArrayList<>(all.toList());
            }
            // The view is somewhere in /run: taken first, that entry holds no copy of the others.
            entries.sort(Comparator.comparing((Path entry) -> !view.startsWith(entry))
                    .thenComparing(Path::toString));
            for (Path entry : entries) {
                Path here = view.resolve(entry.getFileName().toString());
                if (!Files.isSymbolicLink(entry) && Files.exists(here)) {
                    setups.add(bind(entry, here));
                }
            }
            Map<String, Path> inside = new HashMap<>();
            for (Point point : points) {
                Path target = view.resolve(point.below());
                makeTarget(point, target, inside);
                add(point, target, setups);
                inside.put(point.mount().path(), point.source());
            }
            setups.add(directory.equals(TOP) ? new Setup.Root(view) : bind(view, directory));
        }

        /** A mount point below another one has to be in that one's volume. */
        private static void makeTarget(Point point, Path target, Map<String, Path> inside) throws IOException {
            Path place = target;
            for (Map.Entry<String, Path> outer : inside.entrySet()) {
                if (Path.of(point.mount().path()).startsWith(outer.getKey())) {
                    place = outer.getValue()
                            .resolve(Path.of(outer.getKey())
                                    .relativize(Path.of(point.mount().path())));
                }
            }
            if (Files.isDirectory(point.source())) {
                Files.createDirectories(place);
            } else if (!Files.exists(place)) {
                Files.createDirectories(place.getParent());
                Files.createFile(place);
            }
        }

        private static void add(Point point, Path target, List<Setup> setups) {
            setups.add(bind(point.source(), target));
            if (point.mount().readOnly()) {
                setups.add(new Setup.Mount("none", target, "", Setup.Mount.READ_ONLY));
            }
        }

        private static Setup bind(Path from, Path to) {
            return new Setup.Mount(from.toString(), to, "", Setup.Mount.BIND_ALL);
        }
    }

    /** Takes them away. */
    void remove() {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not take the volumes in " + directory + " away", e);
        }
    }
}
