package dev.fairlead.plan.ipam;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;

/**
 * How a leased address is to be used: {@code ips[]} of a CNI result.
 *
 * @param address with its host bits and its subnet's prefix length
 */
public record Placement(Prefix address, Ip gateway) {}
