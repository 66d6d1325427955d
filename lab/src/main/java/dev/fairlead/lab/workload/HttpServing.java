package dev.fairlead.lab.workload;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.fairlead.kernel.netns.Netns;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Image {@code fairlead/http}: answers {@code /hostname} (the pod's name), {@code /clientip} (the source address and port as
 * this pod saw them), {@code /echo?msg=…} (the query's message, or the body), {@code /healthz}, {@code /livez} and {@code /readyz} (for
 * probes), and {@code /} with the list of these; anything else gets that list and 404.
 */
public final class HttpServing implements Running {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final String hostname;
    private final AtomicLong answered = new AtomicLong();

    private HttpServing(HttpServer server, String hostname) {
        this.server = server;
        this.hostname = hostname;
    }

    /**
     * Listens on all addresses of a pod.
     *
     * @param port 1 to 65535
     */
    public static HttpServing start(Netns pod, String hostname, int port) {
        // Only the socket is opened inside: a thread started there would stay in the pod's namespace.
        HttpServer server = pod.call(() -> {
            try {
                return HttpServer.create(new InetSocketAddress(port), 1024);
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "fairlead/http could not listen on port " + port + " in pod " + hostname + ": "
                                + e.getMessage(),
                        e);
            }
        });
        HttpServing serving = new HttpServing(server, hostname);
        server.createContext("/", serving::answer);
        server.setExecutor(serving.threads);
        server.start();
        return serving;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            int status = 200;
            byte[] body;
            switch (exchange.getRequestURI().getPath()) {
                case "/hostname" -> body = text(hostname);
                case "/clientip" -> {
                    InetSocketAddress from = exchange.getRemoteAddress();
                    String address = from.getAddress().getHostAddress();
                    body = text((address.indexOf(':') < 0 ? address : "[" + address + "]") + ":" + from.getPort());
                }
                case "/echo" -> body = echo(exchange);
                case "/healthz", "/livez", "/readyz" -> body = text("ok");
                case "/" -> body = text(about());
                default -> {
                    status = 404;
                    body = text(about());
                }
            }
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
            answered.incrementAndGet();
        }
    }

    private String about() {
        return "this is " + hostname + "; it answers /hostname, /clientip, /echo?msg=TEXT and /healthz\n";
    }

    private static byte[] echo(HttpExchange exchange) throws IOException {
        String query = exchange.getRequestURI().getQuery();
        if (query != null && query.startsWith("msg=")) {
            return text(query.substring("msg=".length()));
        }
        return exchange.getRequestBody().readAllBytes();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String summary() {
        return "http on port " + server.getAddress().getPort() + ", " + answered + " answered";
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
