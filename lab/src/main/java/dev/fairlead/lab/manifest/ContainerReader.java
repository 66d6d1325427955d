package dev.fairlead.lab.manifest;

import dev.fairlead.lab.model.Container;
import dev.fairlead.lab.model.ContainerPort;
import dev.fairlead.lab.model.Content;
import dev.fairlead.lab.model.EnvVar;
import dev.fairlead.lab.model.EnvVar.Source;
import dev.fairlead.lab.model.PodField;
import dev.fairlead.lab.model.Volume;
import dev.fairlead.packet.Ip;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads one container of a pod. */
final class ContainerReader {
    private ContainerReader() {}

    /** @param initial whether it stands under {@code initContainers} */
    static Container read(Fields fields, boolean initial, boolean hostNetwork) {
        return new Container(
                required(fields, NameRule.LABEL),
                fields.text("image"),
                fields.texts("command"),
                fields.texts("args"),
                fields.text("workingDir"),
                ports(fields, hostNetwork),
                env(fields),
                mounts(fields),
                ProbeReader.probes(fields),
                ProbeReader.hook(fields, "postStart"),
                ProbeReader.hook(fields, "preStop"),
                initial && fields.text("restartPolicy").equals("Always"));
    }

    private static String required(Fields fields, NameRule rule) {
        String name = fields.name("name", rule);
        if (name.isEmpty()) {
            throw fields.wrong("name", "is empty; " + rule.wanted());
        }
        return name;
    }

    private static List<ContainerPort> ports(Fields container, boolean hostNetwork) {
        List<ContainerPort> ports = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Fields fields : container.list("ports", Schemas.CONTAINER_PORT)) {
            String name = fields.name("name", NameRule.PORT_NAME);
            if (!name.isEmpty() && !names.add(name)) {
                throw fields.wrong("name", "'" + name + "' is already the name of another port of this container");
            }
            int port = fields.port("containerPort");
            int hostPort = fields.count("hostPort", 0) == 0 ? 0 : fields.port("hostPort");
            if (hostNetwork && hostPort != 0 && hostPort != port) {
                throw fields.wrong("hostPort", "must be the containerPort " + port + " when hostNetwork is true");
            }
            String hostIp = fields.text("hostIP");
            if (!hostIp.isEmpty() && Ip.parse(hostIp).isEmpty()) {
                throw fields.wrong("hostIP", "'" + Text.brief(hostIp) + "' is not an address");
            }
            ports.add(new ContainerPort(name, port, PodReader.protocol(fields), hostPort, hostIp));
        }
        return ports;
    }

    /** First what ConfigMaps and Secrets give as a whole: what is written under {@code env} wins over it. */
    private static List<EnvVar> env(Fields container) {
        List<EnvVar> env = new ArrayList<>();
        for (Fields from : container.list("envFrom", Schemas.ENV_FROM)) {
            boolean secret = from.has("secretRef");
            if (secret == from.has("configMapRef")) {
                throw from.wrong("names " + (secret ? "two" : "no") + " objects; say configMapRef or secretRef");
            }
            Fields ref = from.object(secret ? "secretRef" : "configMapRef", Schemas.OBJECT_REF);
            env.add(new EnvVar(
                    "",
                    new Source.AllKeys(
                            kind(secret),
                            required(ref, NameRule.SUBDOMAIN),
                            from.text("prefix"),
                            ref.truth("optional"))));
        }
        for (Fields variable : container.list("env", Schemas.ENV)) {
            env.add(new EnvVar(required(variable, NameRule.VARIABLE), source(variable)));
        }
        return env;
    }

    private static Content.Kind kind(boolean secret) {
        return secret ? Content.Kind.SECRET : Content.Kind.CONFIG_MAP;
    }

    private static Source source(Fields variable) {
        if (!variable.has("valueFrom")) {
            return new Source.Text(variable.text("value"));
        }
        Fields from = variable.object("valueFrom", Schemas.VALUE_FROM);
        if (!variable.text("value").isEmpty()) {
            throw variable.wrong("valueFrom", "stands beside a value; a variable has one or the other");
        }
        if (from.has("fieldRef")) {
            return new Source.Field(field(from.object("fieldRef", Schemas.FIELD_REF), true));
        }
        for (String name : List.of("configMapKeyRef", "secretKeyRef")) {
            if (from.has(name)) {
                Fields ref = from.object(name, Schemas.KEY_REF);
                return new Source.Key(
                        kind(name.equals("secretKeyRef")),
                        required(ref, NameRule.SUBDOMAIN),
                        ref.text("key"),
                        ref.truth("optional"));
            }
        }
        throw from.wrong("is empty; say fieldRef, configMapKeyRef or secretKeyRef");
    }

    /** The path of a field that a pod can tell. @param one whether it has to be a single value */
    static String field(Fields ref, boolean one) {
        String path = ref.text("fieldPath");
        if (PodField.parse(path).filter(field -> field.isOne() || !one).isEmpty()) {
            throw ref.wrong(
                    "fieldPath",
                    "'" + Text.brief(path) + "' is not told to containers; use metadata.name, namespace, uid,"
                            + " labels['KEY'] or annotations['KEY'], spec.nodeName or serviceAccountName, status.hostIP,"
                            + " hostIPs, podIP or podIPs");
        }
        return path;
    }

    private static List<Volume.Mount> mounts(Fields container) {
        List<Volume.Mount> mounts = new ArrayList<>();
        for (Fields mount : container.list("volumeMounts", Schemas.VOLUME_MOUNT)) {
            String path = mount.text("mountPath");
            if (!path.startsWith("/") || path.equals("/")) {
                throw mount.wrong(
                        "mountPath", "'" + Text.brief(path) + "' can't be mounted at; use an absolute path below /");
            }
            if (mount.text("subPath").startsWith("/") || mount.text("subPath").contains("..")) {
                throw mount.wrong("subPath", "must be a path inside the volume");
            }
            mounts.add(new Volume.Mount(mount.text("name"), path, mount.text("subPath"), mount.truth("readOnly")));
        }
        return mounts;
    }
}
