package dev.fairlead.natives;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The program headers of a little-endian 64-bit ELF file (System V gABI, "Program Header"; elf(5)). */
record Elf(long size, List<Segment> segments) {

    static final int PT_DYNAMIC = 2;
    static final int PT_INTERP = 3;
    static final int PT_GNU_STACK = 0x6474e551;
    static final int PF_X = 1;
    static final int PF_W = 2;

    record Segment(int type, int flags) {

        boolean writableAndExecutable() {
            return (flags & (PF_W | PF_X)) == (PF_W | PF_X);
        }
    }

    static Elf read(Path file) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            if (bytes.getInt(0) != 0x464c457f) {
                throw new AssertionError(file + " is not an ELF file");
            }
            List<Segment> segments = new ArrayList<>();
            int start = Math.toIntExact(bytes.getLong(32));
            int step = bytes.getShort(54);
            for (int i = 0; i < bytes.getShort(56); i++) {
                segments.add(new Segment(bytes.getInt(start + i * step), bytes.getInt(start + i * step + 4)));
            }
            return new Elf(bytes.capacity(), segments);
        } catch (IOException e) {
            throw new AssertionError(file + " can't be read", e);
        }
    }
}
