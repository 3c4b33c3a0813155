/**
 * Which variables a stage trains, and how fast. A strategy chooses among the model's variables by
 * name and side; it may use {@code model}, {@code tensorflow}, {@code config} and {@code error},
 * and never sees a graph or a session. Start with {@link dev.lockstep.strategy.TrainingStrategy}.
 */
package dev.lockstep.strategy;
