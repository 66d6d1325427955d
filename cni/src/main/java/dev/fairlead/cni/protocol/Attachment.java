package dev.fairlead.cni.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniJson;

/**
 * One interface of one container on a network: the key of everything that an ADD makes (SPEC.md section 3). It is unique
 * within a network only, so keep the network's name beside it.
 */
public record Attachment(String containerId, String ifname) {

    static Attachment read(Fields fields) {
        return new Attachment(fields.requiredText("containerID"), fields.requiredText("ifname"));
    }

    /** As an entry of {@code cni.dev/valid-attachments}. */
    public ObjectNode json() {
        return CniJson.newObject().put("containerID", containerId).put("ifname", ifname);
    }

    @Override
    public String toString() {
        return "container " + containerId + ", interface " + ifname;
    }
}
