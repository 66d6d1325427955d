package dev.fairlead.natives;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BinariesTest {

    @ParameterizedTest
    @ValueSource(strings = {"pause", "fairlead-cni", "loopback"})
    void isSmallAndNeedsNothingOfTheSystemItRunsOn(String name) {
        Path file = Program.BIN.resolve(name);
        Elf program = Elf.read(file);

        assertThat(program.size()).as("bytes of %s", file).isLessThan(20_000);
        assertThat(program.segments())
                .as("static, no dynamic loader")
                .noneMatch(segment -> segment.type() == Elf.PT_INTERP || segment.type() == Elf.PT_DYNAMIC)
                .as("a stack that can't be executed is asked for")
                .anyMatch(segment -> segment.type() == Elf.PT_GNU_STACK)
                .noneMatch(Elf.Segment::writableAndExecutable);
    }

    /** What the test above would see in a program that does need a dynamic loader. */
    @ParameterizedTest
    @ValueSource(strings = {"/usr/bin/unshare"})
    void knowsADynamicProgramWhenItSeesOne(String name) {
        assertThat(Elf.read(Path.of(name)).segments()).anyMatch(segment -> segment.type() == Elf.PT_INTERP);
    }
}
