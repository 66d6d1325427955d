package dev.fairlead.cni.protocol;

/**
 * The capability {@code bandwidth}. Rates in bits per second, bursts in bits; 0 is no limit. Ingress is what the container
 * receives.
 */
public record Bandwidth(long ingressRate, long ingressBurst, long egressRate, long egressBurst) {

    static Bandwidth read(Fields fields) {
        Bandwidth bandwidth = new Bandwidth(
                bits(fields, "ingressRate"),
                bits(fields, "ingressBurst"),
                bits(fields, "egressRate"),
                bits(fields, "egressBurst"));
        requireBurst(fields, "ingressRate", bandwidth.ingressRate, "ingressBurst", bandwidth.ingressBurst);
        requireBurst(fields, "egressRate", bandwidth.egressRate, "egressBurst", bandwidth.egressBurst);
        return bandwidth;
    }

    private static long bits(Fields fields, String key) {
        return fields.number(key, 0, Long.MAX_VALUE).orElse(0);
    }

    private static void requireBurst(Fields fields, String rateKey, long rate, String burstKey, long burst) {
        if (rate > 0 && burst == 0) {
            throw fields.invalid(burstKey, "is missing, and " + rateKey + " needs it");
        }
        if (rate == 0 && burst > 0) {
            throw fields.invalid(rateKey, "is missing, and " + burstKey + " means nothing without it");
        }
    }
}
