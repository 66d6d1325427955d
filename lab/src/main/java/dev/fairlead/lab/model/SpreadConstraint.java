package dev.fairlead.lab.model;

/**
 * How evenly pods of a kind are spread ({@code k8s.io/api core/v1 TopologySpreadConstraint}).
 *
 * @param maxSkew how many more there may be in a domain than in the emptiest one; 1 or more
 * @param topologyKey nodes with the same value of this label are one domain
 * @param required whether a pod waits rather than break it ({@code DoNotSchedule})
 * @param minDomains with fewer domains the emptiest one counts as empty; 1 or more
 * @param onlyMatching whether only nodes count that the pod's node selector and affinity allow
 * @param onlyTolerated whether only nodes count whose taints the pod tolerates
 */
public record SpreadConstraint(
        int maxSkew,
        String topologyKey,
        boolean required,
        PodChoice choice,
        int minDomains,
        boolean onlyMatching,
        boolean onlyTolerated) {

    /** @param of whose constraint it is */
    public boolean counts(Pod of, Pod other) {
        return other.metadata().namespace().equals(of.metadata().namespace())
                && choice.matches(of.metadata().labels(), other.metadata().labels());
    }
}
