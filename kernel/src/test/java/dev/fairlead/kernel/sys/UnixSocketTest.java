package dev.fairlead.kernel.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Descriptors that come beside bytes; which files they are the kernel says. */
class UnixSocketTest {
    @TempDir
    private Path directory;

    private interface Story {
        void tell(UnixSocket from, UnixSocket to, List<Fd> files) throws IOException;
    }

    /** With two ends and three files, called 0 to 2. */
    private void connected(Story story) throws IOException {
        String name = directory.resolve("socket").toString();
        List<Fd> files = new ArrayList<>();
        try (UnixSocket door = UnixSocket.listen(name);
                UnixSocket from = UnixSocket.connect(name);
                UnixSocket to = door.accept().orElseThrow()) {
            for (int i = 0; i < 3; i++) {
                files.add(Fd.open(Files.createFile(directory.resolve("" + i)), Fd.O_RDONLY));
            }
            story.tell(from, to, files);
        } finally {
            files.forEach(Fd::close);
        }
    }

    private static String names(List<Fd> files) throws IOException {
        StringBuilder names = new StringBuilder();
        for (Fd file : files) {
            names.append(Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(file.number())))
                    .getFileName());
        }
        return names.toString();
    }

    private static long open() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }

    @Test
    void severalDescriptorsComeInTheirOrder() throws IOException {
        connected((from, to, files) -> {
            from.send(new byte[] {1, 2, 3}, files);
            from.send(new byte[] {4}, files.getFirst());
            from.endOfOutput();
            List<Fd> taken = new ArrayList<>();
            assertThat(to.input(taken::add).readAllBytes()).containsExactly(1, 2, 3, 4);
            assertThat(names(taken)).isEqualTo("0120");
            taken.forEach(Fd::close);
        });
    }

    @Test
    void whatNobodyAskedForIsClosed() throws IOException {
        connected((from, to, files) -> {
            long before = open();
            from.send(new byte[] {1}, files);
            UnixSocket.Received received = to.receive(10);
            assertThat(names(received.descriptors())).isEqualTo("0");
            received.descriptors().forEach(Fd::close);
            from.send(new byte[] {2}, files);
            assertThat(to.input().read()).isEqualTo(2);
            assertThat(open()).isEqualTo(before);
        });
    }

    @Test
    void tooManyAreRefused() throws IOException {
        connected((from, to, files) -> {
            from.send(new byte[] {1}, Collections.nCopies(12, files.getFirst()));
            List<Fd> taken = new ArrayList<>();
            assertThat(to.input(taken::add).read()).isEqualTo(1);
            assertThat(taken).hasSize(12);
            taken.forEach(Fd::close);
            assertThatThrownBy(() -> from.send(new byte[] {1}, Collections.nCopies(13, files.getFirst())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("13 descriptors are too many; send at most 12 at a time");
        });
    }
}
