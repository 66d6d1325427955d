package dev.fairlead.api.resource;

import static dev.fairlead.api.resource.Defaults.number;
import static dev.fairlead.api.resource.Defaults.object;
import static dev.fairlead.api.resource.Defaults.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The spec of a pod, be it a Pod's own or a template's (kubernetes {@code pkg/apis/core/v1/defaults.go} and {@code
 * validation}).
 *
 * <p>Over 300 lines: a pod's defaults and its checks name the same fields, and are read side by side.
 */
final class PodSpecRules {
    private static final List<String> PROTOCOLS = List.of("TCP", "UDP", "SCTP");
    private static final List<String> HANDLERS = List.of("exec", "httpGet", "tcpSocket", "grpc");
    private static final List<String> PROBES = List.of("livenessProbe", "readinessProbe", "startupProbe");
    private static final List<String> HOOKS = List.of("postStart", "preStop");
    private static final List<String> RESTARTS = List.of("Always", "OnFailure", "Never");
    private static final int GRACE_SECONDS = 30;
    private static final String SIDECARS = "may not be set for init containers without restartPolicy=Always";
    private static final List<String> MAPS = List.of("metadata.annotations", "metadata.labels");
    private static final Set<String> FIELDS = Set.of(
            "metadata.name",
            "metadata.namespace",
            "metadata.uid",
            "spec.nodeName",
            "spec.serviceAccountName",
            "status.hostIP",
            "status.hostIPs",
            "status.podIP",
            "status.podIPs");
    private static final Pattern ENVIRONMENT_NAME = Pattern.compile("[ -<>-~]+");

    private PodSpecRules() {}

    static void defaults(ObjectNode spec) {
        text(spec, "restartPolicy", "Always");
        text(spec, "dnsPolicy", "ClusterFirst");
        text(spec, "schedulerName", "default-scheduler");
        number(spec, "terminationGracePeriodSeconds", GRACE_SECONDS);
        object(spec, "securityContext");
        boolean hostNetwork = spec.path("hostNetwork").asBoolean();
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : spec.path(list)) {
                container((ObjectNode) container, hostNetwork);
            }
        }
        for (JsonNode volume : spec.path("volumes")) {
            for (String source : List.of("configMap", "secret", "downwardAPI", "projected")) {
                if (volume.path(source) instanceof ObjectNode of) {
                    number(of, "defaultMode", 0644);
                }
            }
        }
    }

    private static void container(ObjectNode container, boolean hostNetwork) {
        String image = container.path("image").asText();
        String tag = image.substring(image.lastIndexOf('/') + 1);
        boolean latest = !tag.contains("@") && (!tag.contains(":") || tag.endsWith(":latest"));
        text(container, "imagePullPolicy", latest ? "Always" : "IfNotPresent");
        text(container, "terminationMessagePath", "/dev/termination-log");
        text(container, "terminationMessagePolicy", "File");
        object(container, "resources");
        Defaults.protocols(container.path("ports"));
        for (JsonNode port : container.path("ports")) {
            if (hostNetwork) {
                number((ObjectNode) port, "hostPort", port.path("containerPort").asLong());
            }
        }
        for (JsonNode variable : container.path("env")) {
            if (variable.path("valueFrom").path("fieldRef") instanceof ObjectNode ref) {
                text(ref, "apiVersion", "v1");
            }
        }
        for (String name : PROBES) {
            if (container.path(name) instanceof ObjectNode probe) {
                number(probe, "timeoutSeconds", 1);
                number(probe, "periodSeconds", 10);
                number(probe, "successThreshold", 1);
                number(probe, "failureThreshold", 3);
                http(probe);
            }
        }
        for (String hook : HOOKS) {
            http(container.path("lifecycle").path(hook));
        }
    }

    private static void http(JsonNode asked) {
        if (asked.path("httpGet") instanceof ObjectNode http) {
            text(http, "path", "/");
            text(http, "scheme", "HTTP");
        }
    }

    static void validate(Cursor spec) {
        Set<String> volumes = volumes(spec.at("volumes"));
        Set<String> names = new HashSet<>();
        spec.at("containers").required("");
        for (String list : List.of("containers", "initContainers")) {
            for (Cursor container : spec.at(list).items()) {
                container(container, list, names, volumes);
            }
        }
        hostPorts(spec);
        spec.at("restartPolicy").oneOf(RESTARTS);
        spec.at("dnsPolicy").oneOf(List.of("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"));
        if (spec.at("dnsPolicy").text().equals("None")
                && spec.at("dnsConfig").at("nameservers").node().isEmpty()) {
            spec.at("dnsConfig")
                    .at("nameservers")
                    .required("must provide at least one DNS nameserver when `dnsPolicy` is None");
        }
        spec.at("terminationGracePeriodSeconds").notNegative();
        Cursor deadline = spec.at("activeDeadlineSeconds");
        if (deadline.isThere() && deadline.node().asLong() < 1) {
            deadline.invalid("must be between 1 and 2147483647, inclusive");
        }
        spec.at("nodeName").named(NameRule.SUBDOMAIN);
        spec.at("serviceAccountName").named(NameRule.SUBDOMAIN);
        spec.at("hostname").named(NameRule.LABEL);
        spec.at("subdomain").named(NameRule.LABEL);
        spec.at("nodeSelector").labels();
        PlacementRules.validate(spec);
        for (Cursor alias : spec.at("hostAliases").items()) {
            alias.at("ip").ip();
        }
    }

    private static Set<String> volumes(Cursor volumes) {
        Set<String> names = new HashSet<>();
        volumes.unique("name");
        for (Cursor volume : volumes.items()) {
            if (volume.at("name").required("")) {
                volume.at("name").named(NameRule.LABEL);
            }
            names.add(volume.at("name").text());
            int sources = volume.node().size() - (volume.node().has("name") ? 1 : 0);
            if (sources == 0) {
                volume.errors().add(FieldError.required(volume.path(), "must specify a volume type"));
            } else if (sources > 1) {
                volume.forbidden("may not specify more than 1 volume type");
            } else if (volume.at("configMap").isThere()) {
                volume.at("configMap").at("name").required("");
            } else if (volume.at("secret").isThere()) {
                volume.at("secret").at("secretName").required("");
            }
        }
        return names;
    }

    private static void container(Cursor container, String list, Set<String> names, Set<String> volumes) {
        Cursor name = container.at("name");
        if (name.required("")) {
            name.named(NameRule.LABEL);
            if (!names.add(name.text())) {
                container.errors().add(FieldError.duplicate(name.path(), name.text()));
            }
        }
        if (container.at("image").required("")
                && !container
                        .at("image")
                        .text()
                        .equals(container.at("image").text().strip())) {
            container.at("image").invalid("must not have leading or trailing whitespace");
        }
        container.at("imagePullPolicy").oneOf(List.of("Always", "IfNotPresent", "Never"));
        container.at("terminationMessagePolicy").oneOf(List.of("File", "FallbackToLogsOnError"));
        ports(container.at("ports"));
        for (Cursor variable : container.at("env").items()) {
            environment(variable);
        }
        for (Cursor from : container.at("envFrom").items()) {
            environmentFrom(from);
        }
        mounts(container.at("volumeMounts"), volumes);
        boolean plainInit = list.equals("initContainers")
                && !container.at("restartPolicy").text().equals("Always");
        if (container.at("restartPolicy").isThere()) {
            if (list.equals("containers")) {
                container.at("restartPolicy").forbidden("may not be set for non-init containers");
            } else {
                container.at("restartPolicy").oneOf(List.of("Always"));
            }
        }
        if (container.at("lifecycle").isThere() && plainInit) {
            container.at("lifecycle").forbidden(SIDECARS);
        }
        for (String hook : HOOKS) {
            if (!plainInit && container.at("lifecycle").at(hook).isThere()) {
                handler(container.at("lifecycle").at(hook), List.of("exec", "httpGet", "tcpSocket", "sleep"));
            }
        }
        for (String probe : PROBES) {
            if (container.at(probe).isThere()) {
                if (plainInit) {
                    container.at(probe).forbidden(SIDECARS);
                } else {
                    probe(container.at(probe), !probe.equals("readinessProbe"));
                }
            }
        }
    }

    private static void ports(Cursor ports) {
        Set<String> names = new HashSet<>();
        for (Cursor port : ports.items()) {
            Cursor name = port.at("name");
            if (name.isThere()) {
                name.portName();
                if (!names.add(name.text())) {
                    port.errors().add(FieldError.duplicate(name.path(), name.text()));
                }
            }
            if (!port.at("containerPort").isThere()
                    || port.at("containerPort").node().asLong() == 0) {
                port.errors().add(FieldError.required(port.at("containerPort").path(), ""));
            } else {
                port.at("containerPort").portNumber();
            }
            if (port.at("hostPort").isThere() && port.at("hostPort").node().asLong() != 0) {
                port.at("hostPort").portNumber();
            }
            port.at("protocol").oneOf(PROTOCOLS);
        }
    }

    private static void hostPorts(Cursor spec) {
        Set<String> taken = new HashSet<>();
        boolean hostNetwork = spec.at("hostNetwork").node().asBoolean();
        for (Cursor container : spec.at("containers").items()) {
            for (Cursor port : container.at("ports").items()) {
                Cursor hostPort = port.at("hostPort");
                if (hostPort.node().asLong() == 0) {
                    continue;
                }
                if (hostNetwork
                        && hostPort.node().asLong()
                                != port.at("containerPort").node().asLong()) {
                    port.at("containerPort").invalid("must match `hostPort` when `hostNetwork` is true");
                }
                String key =
                        port.at("protocol").text() + "/" + port.at("hostIP").text() + "/" + hostPort.text();
                if (!taken.add(key)) {
                    spec.errors().add(FieldError.duplicate(hostPort.path(), key));
                }
            }
        }
    }

    private static void environment(Cursor variable) {
        Cursor name = variable.at("name");
        if (name.required("") && !ENVIRONMENT_NAME.matcher(name.text()).matches()) {
            name.invalid(
                    "a valid environment variable name must consist only of printable ASCII characters other than '='");
        }
        Cursor from = variable.at("valueFrom");
        if (!from.isThere()) {
            return;
        }
        if (!variable.at("value").text().isEmpty()) {
            from.invalid("", "may not be specified when `value` is not empty");
        }
        if (from.node().isEmpty()) {
            from.invalid(
                    "",
                    "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or"
                            + " `fileKeyRef`");
        } else if (from.node().size() > 1) {
            from.invalid("", "may not have more than one field specified at a time");
        }
        for (String ref : List.of("configMapKeyRef", "secretKeyRef")) {
            if (from.at(ref).isThere()) {
                from.at(ref).at("key").required("");
            }
        }
        Cursor field = from.at("fieldRef").at("fieldPath");
        if (from.at("fieldRef").isThere() && field.required("")) {
            fieldPath(field);
        }
    }

    private static void fieldPath(Cursor field) {
        String path = field.text();
        int bracket = path.indexOf("['");
        boolean oneOfMap = bracket > 0 && path.endsWith("']");
        String plain = oneOfMap ? path.substring(0, bracket) : path;
        if (oneOfMap && !MAPS.contains(plain)) {
            field.invalid("does not support subscript");
        } else if (!oneOfMap && !FIELDS.contains(plain)) {
            field.invalid("error converting fieldPath: field label not supported: " + path);
        }
    }

    private static void environmentFrom(Cursor from) {
        int sources = 0;
        for (String ref : List.of("configMapRef", "secretRef")) {
            if (from.at(ref).isThere()) {
                sources++;
                from.at(ref).at("name").required("");
            }
        }
        if (sources == 0) {
            from.invalid("", "must specify one of: `configMapRef` or `secretRef`");
        } else if (sources > 1) {
            from.invalid("", "may not have more than one field specified at a time");
        }
    }

    private static void mounts(Cursor mounts, Set<String> volumes) {
        Set<String> paths = new HashSet<>();
        for (Cursor mount : mounts.items()) {
            Cursor name = mount.at("name");
            if (name.required("") && !volumes.contains(name.text())) {
                mount.errors().add(FieldError.notFound(name.path(), name.text()));
            }
            if (mount.at("mountPath").required("")
                    && mount.at("mountPath").text().contains(":")) {
                mount.at("mountPath").invalid("must not contain ':'");
            } else if (mount.at("mountPath").isThere()
                    && !paths.add(mount.at("mountPath").text())) {
                mount.at("mountPath").invalid("must be unique");
            }
        }
    }

    private static void probe(Cursor probe, boolean oneSuccess) {
        handler(probe, HANDLERS);
        for (String number : List.of(
                "initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")) {
            probe.at(number).notNegative();
        }
        if (oneSuccess
                && probe.at("successThreshold").isThere()
                && probe.at("successThreshold").node().asLong() != 1) {
            probe.at("successThreshold").invalid("must be 1");
        }
    }

    /** Whom a probe or a hook asks, and how. */
    private static void handler(Cursor asked, List<String> types) {
        int handlers = 0;
        for (String handler : types) {
            Cursor at = asked.at(handler);
            if (!at.isThere()) {
                continue;
            }
            if (++handlers > 1) {
                at.forbidden("may not specify more than 1 handler type");
            } else if (handler.equals("exec")) {
                at.at("command").required("");
            } else if (handler.equals("httpGet")) {
                at.at("port").port();
                at.at("scheme").oneOf(List.of("HTTP", "HTTPS"));
            } else if (handler.equals("tcpSocket")) {
                at.at("port").port();
            }
        }
        if (handlers == 0) {
            asked.errors().add(FieldError.required(asked.path(), "must specify a handler type"));
        }
    }
}
