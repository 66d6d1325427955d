package dev.fairlead.lab.model;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A question that the node asks a container again and again ({@code core/v1 Probe}).
 *
 * @param delay after the container's start, before it is asked for the first time
 * @param period between two questions; at least 1 s
 * @param patience how long an answer may take; at least 1 s
 * @param successes how many good answers in a row count; at least 1
 * @param failures how many bad answers in a row count; at least 1
 */
public record Probe(Check check, Duration delay, Duration period, Duration patience, int successes, int failures) {

    /** What is asked. A port is a number, or the name of one of the container's ports. */
    public sealed interface Check {

        /** A program inside the container; good is exit code 0. */
        record Exec(List<String> command) implements Check {
            public Exec {
                command = List.copyOf(command);
            }
        }

        /** {@code GET}; good is a status from 200 to 399. @param host empty for the pod's own address */
        record Http(String host, String port, String path, Map<String, String> headers) implements Check {
            public Http {
                headers = Ordered.copy(headers);
            }
        }

        /** A connection; good is one that is accepted. @param host empty for the pod's own address */
        record Tcp(String host, String port) implements Check {}

        /** Not asked of anybody: time passes. Only for hooks. */
        record Sleep(Duration time) implements Check {}
    }

    /** What a probe decides, in the order in which a container meets them. */
    public enum Purpose {
        /** The container has started; until then the others aren't asked. */
        STARTUP("startupProbe", "Startup", "startup"),
        /** Connections may be sent to it. */
        READINESS("readinessProbe", "Readiness", "readiness"),
        /** It is alive; otherwise it is started again. */
        LIVENESS("livenessProbe", "Liveness", "liveness");

        private final String field;
        private final String title;
        private final String word;

        Purpose(String field, String title, String word) {
            this.field = field;
            this.title = title;
            this.word = word;
        }

        /** As manifests write it. */
        public String field() {
            return field;
        }

        /** As messages begin with it. */
        public String title() {
            return title;
        }

        /** As messages have it in the middle. */
        @Override
        public String toString() {
            return word;
        }
    }
}
