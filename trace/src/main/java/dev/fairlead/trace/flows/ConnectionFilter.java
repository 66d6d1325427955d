package dev.fairlead.trace.flows;

import java.util.function.Predicate;

/**
 * Which connections are meant; an empty word means any.
 *
 * @param namespace of the client, the Service or the server
 * @param pod client or server: {@code namespace/name}, or a name in any namespace
 * @param service {@code namespace/name}, or a name in any namespace
 * @param verdict as {@link Connection#verdict} has it
 */
public record ConnectionFilter(String namespace, String pod, String service, String verdict)
        implements Predicate<Connection> {

    @Override
    public boolean test(Connection connection) {
        return isIn(connection)
                && (pod.isEmpty() || names(connection.client(), "pod", pod) || names(connection.server(), "pod", pod))
                && (service.isEmpty() || names(connection.service(), "svc", service))
                && (verdict.isEmpty() || connection.verdict().equals(verdict));
    }

    private boolean isIn(Connection connection) {
        return namespace.isEmpty()
                || Connection.namespace(connection.client()).equals(namespace)
                || Connection.namespace(connection.service()).equals(namespace)
                || Connection.namespace(connection.server()).equals(namespace);
    }

    private static boolean names(String object, String kind, String wanted) {
        return wanted.indexOf('/') < 0
                ? object.startsWith(kind + "/") && object.endsWith("/" + wanted)
                : object.equals(kind + "/" + wanted);
    }
}
