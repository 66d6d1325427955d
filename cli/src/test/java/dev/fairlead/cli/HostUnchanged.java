package dev.fairlead.cli;

import dev.fairlead.testkit.HostSnapshot;
import dev.fairlead.testkit.Poll;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * After each test and after the class the host is as it was before the class: links, rules, mounts, files, and the processes
 * and descriptors of the test. What labs themselves occupy is watched by {@link Traces}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(HostUnchanged.Check.class)
@interface HostUnchanged {

    /** Takes the picture before everything and compares. */
    final class Check implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
        private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(HostUnchanged.class);
        private static final Duration PATIENCE = Duration.ofSeconds(5);

        @Override
        public void beforeAll(ExtensionContext context) {
            try {
                SocketChannel.open().close(); // with its first one the JVM makes a socket that it keeps
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            context.getStore(STORE).put("before", HostSnapshot.capture());
        }

        @Override
        public void afterEach(ExtensionContext context) {
            compare(context);
        }

        @Override
        public void afterAll(ExtensionContext context) {
            compare(context);
        }

        private static void compare(ExtensionContext context) {
            HostSnapshot before = context.getStore(STORE).get("before", HostSnapshot.class);
            if (before != null) {
                Poll.until(
                        PATIENCE,
                        () -> difference(before).isEmpty(),
                        () -> "the host has changed:\n" + String.join("\n", difference(before)));
            }
        }

        /** Temporary files are left out: other tests and people make and delete theirs beside us. */
        private static List<String> difference(HostSnapshot before) {
            return before.difference(HostSnapshot.capture()).stream()
                    .filter(line -> !line.contains(" file /tmp/"))
                    .toList();
        }
    }
}
