package dev.fairlead.trace.observe;

import dev.fairlead.kernel.KernelException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiFunction;

/**
 * One question to all nodes at once, so that those that are slow, or don't answer at all, cost their time together. Each is asked by a
 * thread of its own, which has ended when the answers are there: platform threads, since a system call would hold a virtual one.
 *
 * @param answers by node
 * @param failures why there is no answer of the others
 */
record EachNode<T>(Map<String, T> answers, Map<String, RuntimeException> failures) {

    static <A, T> EachNode<T> ask(Map<String, A> nodes, BiFunction<String, A, T> question) {
        Map<String, Future<T>> asked = new LinkedHashMap<>();
        try (ExecutorService threads = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().daemon().name("eyes-", 0).factory())) {
            nodes.forEach((name, node) -> asked.put(name, threads.submit(() -> question.apply(name, node))));
        } // which waits for all, also when this thread is interrupted
        Map<String, T> answers = new LinkedHashMap<>();
        Map<String, RuntimeException> failures = new TreeMap<>();
        asked.forEach((name, answer) -> {
            if (answer.state() == Future.State.SUCCESS) {
                answers.put(name, answer.resultNow());
            } else {
                failures.put(name, failure(answer));
            }
        });
        return new EachNode<>(answers, failures);
    }

    private static RuntimeException failure(Future<?> answer) {
        if (answer.state() == Future.State.CANCELLED) {
            return new EyesException("interrupted");
        }
        return answer.exceptionNow() instanceof RuntimeException failure
                ? failure
                : new IllegalStateException(answer.exceptionNow());
    }

    /** Whether a node can't be watched, for a reason that a person can be told; anything else is a mistake of ours. */
    static boolean isBlindness(RuntimeException failure) {
        return failure instanceof EyesException
                || failure instanceof KernelException
                || failure instanceof UncheckedIOException;
    }
}
