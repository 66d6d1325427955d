package dev.fairlead.natives;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The other end of the shim's socket. It has one thread, which takes one connection after the other; whatever goes wrong
 * there is thrown by {@link #close()}.
 */
final class FakeAgent implements AutoCloseable {

    /** What the agent does with a connection; it is closed afterwards. */
    @FunctionalInterface
    interface Conversation {
        void with(SocketChannel shim) throws Exception;
    }

    private final ServerSocketChannel listening;
    private final Path socket;
    private final Thread thread;
    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    private final BlockingQueue<Question> questions;

    private FakeAgent(Path socket, BlockingQueue<Question> questions, Conversation conversation) {
        this.socket = socket;
        this.questions = questions;
        this.listening = listen(socket, 200);
        this.thread = Thread.ofPlatform().name("fake agent").start(() -> serve(conversation));
    }

    static ServerSocketChannel listen(Path socket, int backlog) {
        try {
            return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                    .bind(UnixDomainSocketAddress.of(socket), backlog);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static FakeAgent doing(Path socket, Conversation conversation) {
        return new FakeAgent(socket, new LinkedBlockingQueue<>(), conversation);
    }

    /** Reads the whole question, keeps it for {@link #question()}, and writes what {@code answers} makes of it. */
    static FakeAgent answering(Path socket, Function<Question, byte[]> answers) {
        BlockingQueue<Question> questions = new LinkedBlockingQueue<>();
        return new FakeAgent(socket, questions, shim -> {
            Question question = Question.read(shim);
            questions.add(question);
            write(shim, answers.apply(question));
        });
    }

    static FakeAgent answering(Path socket, byte[] answer) {
        return answering(socket, question -> answer);
    }

    /** An answer by its definition. */
    static byte[] answer(int exitCode, String stdout, String stderr) {
        byte[] out = stdout.getBytes(StandardCharsets.UTF_8);
        byte[] err = stderr.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(16 + out.length + err.length)
                .put("FLA1".getBytes(StandardCharsets.US_ASCII))
                .putInt(exitCode)
                .putInt(out.length)
                .putInt(err.length)
                .put(out)
                .put(err)
                .array();
    }

    static void write(SocketChannel shim, byte[] bytes) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
            shim.write(rest);
        }
    }

    Path socket() {
        return socket;
    }

    /** The next question that was read. */
    Question question() {
        try {
            Question question = questions.poll(10, TimeUnit.SECONDS);
            if (question == null) {
                throw new AssertionError("no question arrived");
            }
            return question;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void serve(Conversation conversation) {
        while (listening.isOpen()) {
            try (SocketChannel shim = listening.accept()) {
                conversation.with(shim);
            } catch (ClosedChannelException | InterruptedException e) {
                return; // by close()
            } catch (Exception | AssertionError e) {
                failures.add(e);
            }
        }
    }

    @Override
    public void close() {
        try {
            listening.close();
            thread.interrupt();
            thread.join();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("the fake agent doesn't end", e);
        }
        Throwable failure = failures.poll();
        if (failure != null) {
            throw new AssertionError("in the fake agent: " + failure, failure);
        }
    }
}
