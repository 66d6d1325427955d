package dev.fairlead.agent;

import dev.fairlead.cni.plugin.AddRequest;
import dev.fairlead.cni.plugin.CheckRequest;
import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.plan.ipam.Attachment;
import java.util.List;
import java.util.Set;

/** A feature that tells {@link Steps} when it was started or ended for a pod. */
record ToldFeature(PodFeature feature, Steps steps) implements PodFeature {
    @Override
    public void start(AddRequest request, Attachment owner, AddResult wired) {
        feature.start(request, owner, wired);
        steps.reached(Step.FEATURE_STARTED, owner);
    }

    @Override
    public void forget(Attachment owner) {
        feature.forget(owner);
        steps.reached(Step.FEATURE_ENDED, owner);
    }

    @Override
    public void check(CheckRequest request, Attachment owner) {
        feature.check(request, owner);
    }

    @Override
    public Set<Attachment> owners() {
        return feature.owners();
    }

    @Override
    public List<String> mend() {
        return feature.mend();
    }

    @Override
    public void clean() {
        feature.clean();
    }

    @Override
    public void close() {
        feature.close();
    }
}
