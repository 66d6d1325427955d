package dev.fairlead.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.ParseResult;

/**
 * The text of a manifest that a command was given with {@code -f}.
 *
 * @param source the file's name as it was given, or {@code stdin}; errors name it
 */
record ManifestFile(String source, String text) {

    /** Every {@code -f}: a file, all {@code .yaml}, {@code .yml} and {@code .json} files of a directory, or {@code -}. */
    static List<ManifestFile> all(ParseResult parsed) {
        List<ManifestFile> files = new ArrayList<>();
        for (String name : parsed.matchedOptionValue("-f", List.<String>of())) {
            Path path = Path.of(name);
            if (name.equals("-")) {
                files.add(standardInput());
            } else if (Files.isDirectory(path)) {
                for (Path file : manifestsIn(path)) {
                    files.add(read(file));
                }
            } else {
                files.add(read(path));
            }
        }
        return files;
    }

    private static List<Path> manifestsIn(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            List<Path> files = entries.filter(ManifestFile::isManifest).sorted().toList();
            if (files.isEmpty()) {
                throw new CommandFailure("-f " + directory + ": the directory has no .yaml, .yml or .json file");
            }
            return files;
        } catch (IOException e) {
            throw new CommandFailure("-f " + directory + " could not be listed: " + e.getMessage());
        }
    }

    private static boolean isManifest(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
    }

    private static ManifestFile read(Path file) {
        try {
            return new ManifestFile(file.toString(), new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            throw new CommandFailure("-f " + file + ": there is no such file");
        } catch (AccessDeniedException e) {
            throw new CommandFailure("-f " + file + ": this user may not read it");
        } catch (IOException e) {
            throw new CommandFailure("-f " + file + " could not be read: " + e.getMessage());
        }
    }

    private static ManifestFile standardInput() {
        try {
            return new ManifestFile("stdin", new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new CommandFailure("standard input could not be read: " + e.getMessage());
        }
    }
}
