/**
 * The names and forms that other libraries have for Lockstep's variables: tables, a rule a line,
 * that are read in both directions. It uses {@code model} for the sides of a model and knows
 * nothing of files. Start with {@link dev.lockstep.pretrained.layout.Layouts}, where the tables
 * stand.
 */
package dev.lockstep.pretrained.layout;
