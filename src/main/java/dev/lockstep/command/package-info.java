/**
 * The command line: one thin picocli class for each subcommand, which reads arguments and calls the
 * package that does the work. It may use every package, and none uses it; results go to standard
 * output and all else to standard error, and the exit status is 0 done, 1 failed, 2 wrong input,
 * 130 interrupted. Start with {@link dev.lockstep.command.LockstepCommand}.
 */
package dev.lockstep.command;
