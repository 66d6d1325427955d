package dev.fairlead.lab.manifest;

import dev.fairlead.lab.model.Container;
import dev.fairlead.lab.model.ContainerPort;
import dev.fairlead.lab.model.EnvVar;
import dev.fairlead.lab.model.Finding;
import dev.fairlead.lab.model.ManifestException;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Protocol;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Works out what a container does. A built-in image takes each setting from its arguments ({@code --port 80} or
 * {@code --port=80}), else from its environment ({@code PORT}), else from what the container declares.
 */
final class WorkloadReader {
    private static final int HTTP_PORT = 80;
    private static final int DNS_PORT = 53;
    private static final int ECHO_PORT = 7; // RFC 862
    private static final double RATE = 10;
    private static final double HIGHEST_RATE = 10_000;

    /** A setting and the field it came from. */
    private record Setting(String field, String value) {}

    private final Container container;
    private final Map<String, String> variables = new LinkedHashMap<>();

    WorkloadReader(Container container) {
        this.container = container;
        for (EnvVar variable : container.env()) {
            if (!variable.isLate()) {
                variables.put(variable.name(), Expansion.of(variable.text(), variables));
            }
        }
    }

    Workload workload() {
        Image image = Image.of(container.image())
                .orElseThrow(() -> wrong(
                        "image", "'" + Text.brief(container.image()) + "' is not an image of the lab; " + Image.KNOWN));
        if (image != Image.HOST && !container.command().isEmpty()) {
            throw wrong("command", image + " has no command to replace; use args, or the image host to run a program");
        }
        return switch (image) {
            case HOST -> hostCommand();
            case HTTP -> new Workload.Http(port(image, settings(image, "port"), HTTP_PORT));
            case ECHO -> new Workload.Echo(port(image, settings(image, "port"), ECHO_PORT));
            case DNS -> new Workload.Dns(port(image, settings(image, "port"), DNS_PORT));
            case CLIENT -> client(settings(image, "target", "rate", "protocol"));
        };
    }

    private Workload hostCommand() {
        List<String> argv = new ArrayList<>();
        for (String word : container.command()) {
            argv.add(Expansion.of(word, variables));
        }
        for (String word : container.args()) {
            argv.add(Expansion.of(word, variables));
        }
        if (argv.isEmpty() || argv.getFirst().isEmpty()) {
            throw wrong("command", "is missing; the image host runs a program of the host, and command names it");
        }
        return new Workload.HostCommand(argv, Collections.unmodifiableMap(variables), container.workingDir());
    }

    private int port(Image image, Map<String, Setting> settings, int otherwise) {
        Setting setting = settings.get("port");
        if (setting != null) {
            return port(setting.field(), setting.value());
        }
        for (ContainerPort port : container.ports()) {
            if (image != Image.HTTP || port.protocol() == Protocol.TCP) {
                return port.containerPort();
            }
        }
        return otherwise;
    }

    private Workload client(Map<String, Setting> settings) {
        Setting target = settings.get("target");
        if (target == null) {
            throw wrong("args", "are missing --target; say whom fairlead/client asks, such as --target=http://web:80");
        }
        boolean url = target.value().startsWith("http://");
        Workload.Mode mode = url ? Workload.Mode.HTTP : Workload.Mode.TCP;
        Setting protocol = settings.get("protocol");
        if (protocol != null) {
            mode = switch (protocol.value()) {
                case "tcp" -> Workload.Mode.TCP;
                case "udp" -> Workload.Mode.UDP;
                case "http" -> Workload.Mode.HTTP;
                default ->
                    throw wrong(
                            protocol.field(),
                            "'" + Text.brief(protocol.value())
                                    + "' is not a protocol of fairlead/client; use tcp, udp or" + " http");
            };
            if (url && mode != Workload.Mode.HTTP) {
                throw wrong(protocol.field(), protocol.value() + " contradicts the target " + target.value());
            }
        }
        Setting rate = settings.get("rate");
        return new Workload.Client(target(target, url, mode), mode, rate == null ? RATE : rate(rate));
    }

    private static Workload.Target target(Setting setting, boolean url, Workload.Mode mode) {
        String text = url ? setting.value().substring("http://".length()) : setting.value();
        int slash = url ? text.indexOf('/') : -1;
        String path = slash < 0 ? "/" : text.substring(slash);
        String authority = slash < 0 ? text : text.substring(0, slash);
        int colon = authority.lastIndexOf(':');
        boolean hasPort = colon > authority.lastIndexOf(']');
        String host = hasPort ? authority.substring(0, colon) : authority;
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        boolean valid = bare.equals(host)
                ? NameRule.SUBDOMAIN.allows(host.toLowerCase(Locale.ROOT))
                : bare.indexOf(':') >= 0 && Ip.parse(bare).isPresent();
        if (!valid || !hasPort && mode != Workload.Mode.HTTP) {
            throw wrong(
                    setting.field(),
                    "'" + Text.brief(setting.value())
                            + "' is not a target; write http://web:80, web:80, 10.96.0.10:80 or" + " [fd00::1]:80");
        }
        int port = hasPort ? port(setting.field(), authority.substring(colon + 1)) : HTTP_PORT;
        return new Workload.Target(bare, port, path);
    }

    private static double rate(Setting setting) {
        try {
            double rate = Double.parseDouble(setting.value());
            if (rate > 0 && rate <= HIGHEST_RATE) {
                return rate;
            }
        } catch (NumberFormatException e) {
            // refused below, like a number out of range
        }
        throw wrong(
                setting.field(),
                "'" + Text.brief(setting.value())
                        + "' is not a rate; use requests per second, above 0 and up to 10000");
    }

    private static int port(String field, String text) {
        int port = 0;
        for (int i = 0; i < text.length() && port <= 65535; i++) {
            int digit = Character.digit(text.charAt(i), 10);
            port = digit < 0 ? 65536 : port * 10 + digit;
        }
        if (port < 1 || port > 65535) {
            throw wrong(field, "'" + Text.brief(text) + "' is not a port; use 1 to 65535");
        }
        return port;
    }

    /** The settings that the container gives, by their names in lower case. */
    private Map<String, Setting> settings(Image image, String... names) {
        Map<String, Setting> settings = new LinkedHashMap<>();
        for (int i = 0; i < container.env().size(); i++) {
            String variable = container.env().get(i).name();
            for (String name : names) {
                if (variable.equals(name.toUpperCase(Locale.ROOT)) && variables.containsKey(variable)) {
                    settings.put(name, new Setting("env[" + i + "].value", variables.getOrDefault(variable, "")));
                }
            }
        }
        List<String> args = container.args();
        for (int i = 0; i < args.size(); i++) {
            String arg = Expansion.of(args.get(i), variables);
            int equals = arg.indexOf('=');
            String name = arg.startsWith("--") ? arg.substring(2, equals < 0 ? arg.length() : equals) : "";
            if (!List.of(names).contains(name)) {
                throw wrong(
                        "args[" + i + "]",
                        "'" + Text.brief(arg) + "' is not an argument of " + image + "; it takes "
                                + Text.either("--", names));
            }
            if (equals < 0 && ++i == args.size()) {
                throw wrong("args[" + (i - 1) + "]", arg + " needs a value");
            }
            String value = equals < 0 ? Expansion.of(args.get(i), variables) : arg.substring(equals + 1);
            settings.put(name, new Setting("args[" + i + "]", value));
        }
        return settings;
    }

    private static ManifestException wrong(String field, String problem) {
        return new ManifestException(new Finding("", "", field, problem));
    }
}
