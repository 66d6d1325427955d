/**
 * How commands reach a running lab: one JSON object each way over a unix socket with an abstract name, which leaves no file
 * behind when the lab is killed. The kernel says who calls; only the lab's own user is answered.
 *
 * <p>{@link dev.fairlead.lab.door.LabDoor} is the lab's side, {@link dev.fairlead.lab.door.LabCaller} the command's.
 */
@NullMarked
package dev.fairlead.lab.door;

import org.jspecify.annotations.NullMarked;
