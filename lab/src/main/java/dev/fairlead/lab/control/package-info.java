/**
 * The controllers that a network needs: scheduler, Deployments, ReplicaSets, and the removal of what lost its owner.
 *
 * <p>Each is a function from a picture to the actions that bring it nearer to what is wanted; none keeps a memory between
 * rounds. They follow {@code pkg/controller/deployment}, {@code pkg/controller/replicaset} and {@code pkg/scheduler} of
 * Kubernetes where a user can see the difference. Start with {@link dev.fairlead.lab.control.Controllers}.
 *
 * <p>Pictures are immutable; {@link dev.fairlead.lab.control.Controllers} belongs to the thread of its store.
 */
@NullMarked
package dev.fairlead.lab.control;

import org.jspecify.annotations.NullMarked;
