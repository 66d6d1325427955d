package dev.fairlead.agent;

import dev.fairlead.cni.plugin.AddRequest;
import dev.fairlead.cni.plugin.CheckRequest;
import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.plan.ipam.Attachment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * All {@link PodFeature}s of a node as one. A start that fails undoes those before it; an end goes through all of them and
 * tells the first failure with the others attached.
 */
record PodFeatures(List<PodFeature> inOrder) implements PodFeature {
    PodFeatures {
        inOrder = List.copyOf(inOrder);
    }

    /** These, each of which tells when it was started or ended for a pod. */
    static PodFeatures told(Steps steps, List<PodFeature> inOrder) {
        return new PodFeatures(inOrder.stream()
                .<PodFeature>map(feature -> new ToldFeature(feature, steps))
                .toList());
    }

    @Override
    public void start(AddRequest request, Attachment owner, AddResult wired) {
        for (int i = 0; i < inOrder.size(); i++) {
            try {
                inOrder.get(i).start(request, owner, wired);
            } catch (RuntimeException e) {
                try {
                    new PodFeatures(inOrder.subList(0, i)).forget(owner);
                } catch (RuntimeException undo) {
                    e.addSuppressed(undo);
                }
                throw e;
            }
        }
    }

    @Override
    public void forget(Attachment owner) {
        ending(feature -> feature.forget(owner));
    }

    @Override
    public void check(CheckRequest request, Attachment owner) {
        inOrder.forEach(feature -> feature.check(request, owner));
    }

    @Override
    public Set<Attachment> owners() {
        Set<Attachment> owners = new HashSet<>();
        inOrder.forEach(feature -> owners.addAll(feature.owners()));
        return owners;
    }

    @Override
    public List<String> mend() {
        List<String> findings = new ArrayList<>();
        inOrder.forEach(feature -> findings.addAll(feature.mend()));
        return findings;
    }

    @Override
    public void clean() {
        ending(PodFeature::clean);
    }

    @Override
    public void close() {
        ending(PodFeature::close);
    }

    private void ending(Consumer<PodFeature> end) {
        RuntimeException first = null;
        for (PodFeature feature : inOrder.reversed()) {
            try {
                end.accept(feature);
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
