/**
 * Which variables a stage trains, and how fast. A strategy chooses among the model's variables by
 * name and side; it uses {@code model} and {@code tensorflow} and never sees a graph or a session.
 * Start with {@link dev.lockstep.strategy.TrainingStrategy}.
 */
package dev.lockstep.strategy;
