package dev.fairlead.web;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPOutputStream;

/** The page's own files, read when they are first asked for. There are no others. Safe from any thread. */
final class PageFiles {
    private static final int TAG_BYTES = 12;
    private static final String SCRIPT = "text/javascript; charset=utf-8";

    /** Names with their types. */
    static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("index.html", "text/html; charset=utf-8"),
            Map.entry("page.css", "text/css; charset=utf-8"),
            Map.entry("icon.svg", "image/svg+xml"),
            Map.entry("page.js", SCRIPT),
            Map.entry("cluster.js", SCRIPT),
            Map.entry("layout.js", SCRIPT),
            Map.entry("drawing.js", SCRIPT),
            Map.entry("ways.js", SCRIPT),
            Map.entry("motion.js", SCRIPT),
            Map.entry("talks.js", SCRIPT),
            Map.entry("player.js", SCRIPT),
            Map.entry("panel.js", SCRIPT),
            Map.entry("dom.js", SCRIPT));

    private final Map<String, PageFile> read = new ConcurrentHashMap<>();

    /**
     * A file.
     *
     * @param tag its entity tag, with quotes; another for other contents (RFC 9110, 8.8.3)
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record PageFile(String type, byte[] plain, byte[] gzipped, String tag) {}

    Optional<PageFile> find(String name) {
        String type = TYPES.get(name);
        return type == null ? Optional.empty() : Optional.of(read.computeIfAbsent(name, _ -> load(name, type)));
    }

    private static PageFile load(String name, String type) {
        try (InputStream in = PageFiles.class.getResourceAsStream("page/" + name)) {
            if (in == null) {
                throw new IllegalStateException("the page's file " + name + " is not in this build");
            }
            byte[] plain = in.readAllBytes();
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(plain);
            return new PageFile(type, plain, gzip(plain), "\"" + HexFormat.of().formatHex(digest, 0, TAG_BYTES) + "\"");
        } catch (IOException e) {
            throw new UncheckedIOException("could not read the page's file " + name, e);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(plain);
        }
        return bytes.toByteArray();
    }
}
