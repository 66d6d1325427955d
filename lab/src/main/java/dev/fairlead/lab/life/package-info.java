/**
 * The life of a pod as the kubelet leads it, without a pod: which container is to start, be asked or be ended next, by what
 * became of them (Kubernetes documentation, "Pod Lifecycle"; {@code pkg/kubelet/kuberuntime} and {@code pkg/kubelet/prober}).
 * The moment is handed in, so that tests need no time. Start with {@link dev.fairlead.lab.life.PodCourse}. Not for several
 * threads.
 */
@NullMarked
package dev.fairlead.lab.life;

import org.jspecify.annotations.NullMarked;
