package dev.fairlead.dns;

import dev.fairlead.packet.Ip;
import java.util.List;
import java.util.Optional;

/** What there is to name at the moment of a question. Any thread. */
public interface NameSource {

    boolean hasNamespace(String namespace);

    /** The Service of this name, in lower case. */
    Optional<ServiceNames> service(String namespace, String name);

    /** Services that have this address, or an endpoint with it if they are headless. */
    List<ServiceNames> servicesAt(Ip ip);
}
