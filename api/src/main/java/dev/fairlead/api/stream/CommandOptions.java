package dev.fairlead.api.stream;

import java.util.List;

/**
 * What {@code v1.PodExecOptions} and {@code v1.PodAttachOptions} say.
 *
 * @param container empty for the pod's only one
 * @param command program and arguments; empty for attach
 * @param stdin and {@code stdout} and {@code stderr}: which streams the caller wants; with a terminal there is no stderr
 * @param tty whether the command gets a terminal
 */
public record CommandOptions(
        String container, List<String> command, boolean stdin, boolean stdout, boolean stderr, boolean tty) {
    public CommandOptions {
        command = List.copyOf(command);
    }
}
