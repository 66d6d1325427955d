package dev.fairlead.cni.runtime;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What the cache knows of one attachment.
 *
 * @param parameters as ADD was given them
 * @param config the network configuration that ADD was executed with, as text
 * @param result the final result, in the version that it says
 */
public record CachedAttachment(String network, AttachmentParameters parameters, String config, ObjectNode result) {}
