/**
 * The two ways in which Lockstep says no: what was given is wrong, or the run failed. Every package
 * may throw them and none catches them; the command line turns them into a message and an exit
 * status. Start with {@link dev.lockstep.error.LockstepException}.
 */
package dev.lockstep.error;
