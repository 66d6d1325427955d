package dev.fairlead.lab;

import dev.fairlead.api.ApiException;
import dev.fairlead.api.stream.CommandOptions;
import dev.fairlead.api.stream.CommandStatus;
import dev.fairlead.api.stream.PodStreams;
import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.process.ChildStreams;
import dev.fairlead.lab.log.ContainerLog;
import dev.fairlead.lab.log.LogReader;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.node.RunningContainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Streams into pods of the lab: {@code kubectl exec}, {@code attach}. */
record LabStreams(PodLookup lookup) implements PodStreams {

    @Override
    public Command exec(String namespace, String name, CommandOptions options) {
        Pod pod = lookup.pod(namespace, name);
        RunningContainer container = lookup.runningContainer(pod, options.container());
        if (options.command().isEmpty()) {
            throw ApiException.badRequest("you must specify at least 1 command for the container");
        }
        return output -> begin(container, options, output);
    }

    private static Running begin(RunningContainer container, CommandOptions options, Output output) {
        try {
            ChildStreams streams =
                    container.exec(options.command(), options.stdin(), options.tty(), new ChildStreams.Listener() {
                        @Override
                        public void printed(int stream, byte[] bytes) {
                            output.printed(stream, bytes);
                        }

                        @Override
                        public void ended(int exitCode) {
                            output.ended(CommandStatus.exit(exitCode));
                        }
                    });
            return new Conversation(Optional.of(streams), true, streams::close);
        } catch (IllegalArgumentException e) {
            throw notStarted(noProgram(options.command().getFirst()));
        } catch (KernelException | IllegalStateException e) {
            throw notStarted(String.valueOf(e.getMessage()));
        }
    }

    /** As the kubelet, containerd and runc tell it together. */
    private static ApiException notStarted(String why) {
        return ApiException.internal("error executing command in container: failed to exec in container: OCI runtime"
                + " exec failed: exec failed: unable to start container process: " + why + ": unknown");
    }

    private static String noProgram(String name) {
        String quoted = "exec: \"" + name + "\": ";
        if (name.indexOf('/') < 0) {
            return quoted + "executable file not found in $PATH";
        }
        return Files.exists(Path.of(name))
                ? quoted + "permission denied"
                : quoted + "stat " + name + ": no such file or directory";
    }

    @Override
    public Command attach(String namespace, String name, CommandOptions options) {
        Pod pod = lookup.pod(namespace, name);
        RunningContainer container = lookup.runningContainer(pod, options.container());
        ContainerLog log = container
                .log()
                .orElseThrow(() -> ApiException.badRequest("container " + container.name() + " of pod " + name
                        + " is part of the lab and no process, so there is nothing to attach to; use kubectl logs"));
        return output -> attach(container, log, output);
    }

    /** What it prints is read from its log, so that a slow reader doesn't stop the container. */
    private static Running attach(RunningContainer container, ContainerLog log, Output output) {
        long from = log.length();
        Thread reading = Thread.ofVirtual().name("attach-" + container.name()).start(() -> {
            try {
                LogReader.follow(log, from, new LogReader.Sink() {
                    @Override
                    public void text(int stream, byte[] bytes, int at, int length) {
                        output.printed(stream, Arrays.copyOfRange(bytes, at, at + length));
                    }

                    @Override
                    public void flush() {}
                });
                output.ended(CommandStatus.exit(0));
            } catch (IOException e) {
                output.ended(ApiException.internal("error attaching to container: " + e.getMessage())
                        .status());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // abandoned
            }
        });
        return new Conversation(container.console(), container.isFedOnce(), reading::interrupt);
    }

    /** @param endsInput whether the end of what the caller sends is the end of what the process reads */
    private record Conversation(Optional<ChildStreams> process, boolean endsInput, Runnable end) implements Running {
        @Override
        public void input(byte[] bytes) throws InterruptedException {
            if (process.isPresent()) {
                process.get().feed(bytes);
            }
        }

        @Override
        public void endInput() {
            if (endsInput) {
                process.ifPresent(ChildStreams::endFeed);
            }
        }

        @Override
        public void resize(int columns, int rows) {
            process.ifPresent(there -> there.resize(columns, rows));
        }

        @Override
        public void abandon() {
            endInput();
            end.run();
        }
    }

    @Override
    public Ports ports(String namespace, String name) {
        Pod pod = lookup.pod(namespace, name);
        var unused = lookup.running(pod);
        return port -> PodSocket.connect(lookup.running(pod), port);
    }
}
