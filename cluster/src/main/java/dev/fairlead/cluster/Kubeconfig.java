package dev.fairlead.cluster;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * What the current context of a kubeconfig file says. Read here and not by the fabric8 client, which would load 1,300 classes for it
 * and overlooks {@code tokenFile}.
 *
 * <p>Source: kubeconfig (v1), client-go {@code clientcmd/api/v1/types.go}.
 *
 * @param cluster members of the cluster
 * @param user members of the user
 */
record Kubeconfig(Path file, Map<?, ?> cluster, Map<?, ?> user) {

    /** @throws ApiAccess.AccessException when the file can't be read, or its current context isn't whole */
    static Kubeconfig read(Path file) {
        Object read;
        try (Reader text = Files.newBufferedReader(file)) {
            read = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
        } catch (IOException | YAMLException e) {
            throw refused(file, "could not be read: " + e.getMessage());
        }
        if (!(read instanceof Map<?, ?> config)) {
            throw refused(file, "is no kubeconfig");
        }
        String current = text(config, "current-context");
        if (current.isEmpty()) {
            throw refused(file, "names no current-context; set it by kubectl config use-context");
        }
        Map<?, ?> context = named(file, config, "contexts", "context", current);
        Map<?, ?> cluster = named(file, config, "clusters", "cluster", text(context, "cluster"));
        String user = text(context, "user");
        Kubeconfig found =
                new Kubeconfig(file, cluster, user.isEmpty() ? Map.of() : named(file, config, "users", "user", user));
        found.requireSupported();
        return found;
    }

    static ApiAccess.AccessException refused(Path file, String why) {
        return new ApiAccess.AccessException("kubeconfig " + file + " " + why);
    }

    private static Map<?, ?> named(Path file, Map<?, ?> config, String list, String member, String name) {
        if (config.get(list) instanceof List<?> all) {
            for (Object one : all) {
                if (one instanceof Map<?, ?> entry
                        && text(entry, "name").equals(name)
                        && entry.get(member) instanceof Map<?, ?> found) {
                    return found;
                }
            }
        }
        throw refused(file, "has no " + member + " '" + name + "', which its current context names");
    }

    private static String text(Map<?, ?> map, String member) {
        return map.get(member) instanceof Object value ? value.toString() : "";
    }

    /** What would be passed over in silence must be said. */
    private void requireSupported() {
        for (String member : List.of("exec", "auth-provider", "as")) {
            if (user.containsKey(member)) {
                throw refused(
                        file,
                        "wants the user by '" + member + "', which an agent can't do; give it a token, a tokenFile or a"
                                + " client certificate");
            }
        }
        if (cluster.containsKey("proxy-url")) {
            throw refused(file, "wants a proxy by 'proxy-url', which an agent can't use yet");
        }
        if (server().isEmpty()) {
            throw refused(file, "has no server in its current context");
        }
    }

    String server() {
        return text(cluster, "server");
    }

    boolean insecure() {
        return text(cluster, "insecure-skip-tls-verify").equals("true");
    }

    String cluster(String member) {
        return text(cluster, member);
    }

    String user(String member) {
        return text(user, member);
    }

    /** Where a path in the file leads: from the file's own directory. Empty where the member is missing. */
    String path(String text) {
        if (text.isEmpty()) {
            return "";
        }
        Path directory = file.toAbsolutePath().getParent();
        return directory == null ? text : directory.resolve(text).toString();
    }

    /** The token as it is now; empty where the user has none. */
    String token() {
        String tokenFile = path(user("tokenFile"));
        return tokenFile.isEmpty() ? user("token") : ApiAccess.token(Path.of(tokenFile));
    }
}
