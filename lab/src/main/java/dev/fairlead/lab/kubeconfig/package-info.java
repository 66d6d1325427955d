/**
 * Puts a lab's context into the user's own kubeconfig and takes it out again, and leaves everything else in it as it is, byte
 * for byte. The format is that of k8s.io/client-go {@code tools/clientcmd/api/v1}; which file it is, and that it is locked by a
 * file beside it, is as kubectl has it.
 *
 * <p>Start with {@link dev.fairlead.lab.kubeconfig.UserKubeconfig}.
 */
@NullMarked
package dev.fairlead.lab.kubeconfig;

import org.jspecify.annotations.NullMarked;
