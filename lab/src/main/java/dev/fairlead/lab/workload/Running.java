package dev.fairlead.lab.workload;

/** A container of a built-in image that serves. Closing it ends its threads and closes its sockets. */
public sealed interface Running extends AutoCloseable permits HttpServing, EchoServing, DnsServing, ClientLoading {

    /** One line for {@code lab status}: what it does and has done. */
    String summary();

    @Override
    void close();
}
