package dev.fairlead.lab.node;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.util.List;

/**
 * A node's place in the lab.
 *
 * @param addresses on the underlay, one for each family
 * @param podCidrs what its pods get their addresses from, one for each family
 */
public record NodeSlot(String name, List<Ip> addresses, List<Prefix> podCidrs) {}
