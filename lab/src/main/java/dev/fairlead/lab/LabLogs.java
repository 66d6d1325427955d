package dev.fairlead.lab;

import dev.fairlead.api.ApiException;
import dev.fairlead.api.serve.ApiRequest;
import dev.fairlead.api.serve.Query;
import dev.fairlead.api.serve.Reply;
import dev.fairlead.lab.log.ContainerLog;
import dev.fairlead.lab.log.LogOptions;
import dev.fairlead.lab.log.LogReader;
import dev.fairlead.lab.model.ContainerStatus;
import dev.fairlead.lab.model.ContainerStatus.State;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.node.RunningContainer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/** {@code pods/log}: what a container printed, as {@code v1.PodLogOptions} asks. */
record LabLogs(PodLookup lookup) {
    private static final String TEXT = "text/plain; charset=utf-8";

    Reply serve(String namespace, String name, ApiRequest request) {
        Pod pod = lookup.pod(namespace, name);
        String container = PodLookup.containerName(pod, request.query().text("container"));
        LogOptions options = options(name, request.query());
        Optional<RunningContainer> running = lookup.find(pod, container);
        if (request.query().flag("previous")) {
            ContainerLog log = running.flatMap(found -> isWaiting(pod, container) ? found.log() : found.previousLog())
                    .orElseThrow(() -> ApiException.badRequest(
                            "previous terminated container \"" + container + "\" in pod \"" + name + "\" not found"));
            return printed(log, options);
        }
        Optional<ContainerLog> log = running.flatMap(RunningContainer::log);
        if (log.isPresent()) {
            return printed(log.get(), options);
        }
        String summary = running.map(RunningContainer::summary).orElse("");
        if (summary.isEmpty()) {
            throw ApiException.badRequest("container \"" + container + "\" in pod \"" + name
                    + "\" is waiting to start: " + waiting(pod, container));
        }
        // A built-in image prints nothing; it says what it has done so far.
        return new Reply.Stream(TEXT, false, out -> out.write((summary + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    private static Reply printed(ContainerLog log, LogOptions options) {
        return new Reply.Stream(TEXT, options.follow(), out -> LogReader.read(log, options, LogReader.Sink.to(out)));
    }

    private static String waiting(Pod pod, String container) {
        return findWaiting(pod, container).map(State.Waiting::reason).orElse("ContainerCreating");
    }

    /** To be started again: then its last run counts as the previous one already. */
    private static boolean isWaiting(Pod pod, String container) {
        return findWaiting(pod, container).isPresent();
    }

    private static Optional<State.Waiting> findWaiting(Pod pod, String container) {
        for (ContainerStatus status : pod.status().containers()) {
            if (status.name().equals(container) && status.state() instanceof State.Waiting waiting) {
                return Optional.of(waiting);
            }
        }
        return Optional.empty();
    }

    private static LogOptions options(String pod, Query query) {
        return new LogOptions(
                query.flag("follow"),
                query.number("tailLines", Long.MAX_VALUE),
                since(pod, query),
                query.flag("timestamps"),
                positive(pod, query, "limitBytes", Long.MAX_VALUE));
    }

    private static Instant since(String pod, Query query) {
        String time = query.text("sinceTime");
        if (!time.isEmpty() && !query.text("sinceSeconds").isEmpty()) {
            throw invalid(pod, "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified");
        }
        if (time.isEmpty()) {
            long seconds = positive(pod, query, "sinceSeconds", 0);
            return seconds == 0 ? Instant.MIN : Instant.now().minusSeconds(seconds);
        }
        try {
            return OffsetDateTime.parse(time).toInstant();
        } catch (DateTimeException e) {
            throw ApiException.badRequest("parsing time \"" + time + "\": it is no RFC 3339 time");
        }
    }

    private static long positive(String pod, Query query, String name, long otherwise) {
        long value = query.number(name, otherwise);
        if (value == 0 && !query.text(name).isEmpty()) {
            throw invalid(pod, name + ": Invalid value: 0: must be greater than 0");
        }
        return value;
    }

    private static ApiException invalid(String pod, String why) {
        return ApiException.unprocessable("PodLogOptions \"" + pod + "\" is invalid: " + why);
    }
}
