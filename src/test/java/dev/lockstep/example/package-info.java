/**
 * The examples of docs/extending.md: a strategy, an objective and a tower of one's own. They use
 * what the packages under {@code dev.lockstep} make public, as code outside the project would.
 * Start with {@link dev.lockstep.example.BiasesOnly}.
 */
package dev.lockstep.example;
