package dev.fairlead.agent;

import dev.fairlead.cni.CniException;
import dev.fairlead.cni.plugin.AddRequest;
import dev.fairlead.plan.ipam.Attachment;
import java.util.function.Consumer;

/**
 * Where a pod's addresses come from: the agent's own leases, or an IPAM plugin. Either way the attachment ends with a lease
 * in the {@link LeaseBook}, so that no address is used twice on the bridge, and a port without a lease is always a mistake.
 */
sealed interface AddressSource permits OwnAddresses, DelegatedAddresses {

    /**
     * What is known before the interface is made. What has to be undone when the agent is killed from now on is on the disk.
     *
     * @throws CniException that says why there is no address
     */
    Given beforeWiring(AddRequest request, Attachment owner);

    /**
     * What is known once the interface is there, up and on the bridge; the same object when that is nothing new.
     *
     * @param reached is told of each step that outlives the agent
     * @throws CniException that says why there is no address
     */
    Given afterWiring(Given before, AddRequest request, Attachment owner, Consumer<Step> reached);
}
