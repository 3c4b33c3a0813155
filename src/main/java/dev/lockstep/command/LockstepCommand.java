package dev.lockstep.command;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.lockstep.error.LockstepException;
import java.io.PrintWriter;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/** The command {@code lockstep} and what all subcommands share: errors, {@code --debug}. */
@Command(
    name = "lockstep",
    description = "Trains Chinese CLIP models in stages.",
    mixinStandardHelpOptions = true,
    version = "lockstep 0.1.0",
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:done",
      "1:the run failed",
      "2:what was given is wrong",
      "130:interrupted, after a checkpoint"
    },
    subcommands = {
      RunCommand.class,
      PrepareCommand.class,
      DoctorCommand.class,
      DataCommand.class,
      CompareCommand.class,
      DownloadCommand.class,
      EvaluateCommand.class,
      ImportCommand.class,
      EmbedCommand.class,
      TokenizeCommand.class,
      AgreeCommand.class,
      ExportCommand.class,
      ClassifyCommand.class,
      IndexCommand.class,
      ServeCommand.class,
      BenchCommand.class,
    })
public final class LockstepCommand implements Runnable {
  /** The exit status of a process that was interrupted from the keyboard. */
  static final int INTERRUPTED = 130;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show stack traces and the log of what is done.")
  private boolean debug;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  /** Runs a command line and gives its exit status. */
  public static int execute(String... arguments) {
    LockstepCommand root = new LockstepCommand();
    CommandLine line =
        new CommandLine(root)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionStrategy(root::executeWithLog)
            .setExecutionExceptionHandler(root::tell);
    try {
      return line.execute(arguments);
    } catch (OutOfMemoryError e) {
      line.getErr().println("lockstep: the memory does not suffice: " + e.getMessage());
      line.getErr().println("  give it more, as in LOCKSTEP_HEAP=4g; the same command goes on");
      line.getErr().flush();
      return ExitCode.SOFTWARE;
    }
  }

  private int executeWithLog(ParseResult parsed) {
    if (debug) {
      ((Logger) LoggerFactory.getLogger("dev.lockstep")).setLevel(Level.DEBUG);
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private int tell(Exception e, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    if (debug) {
      e.printStackTrace(err);
    }
    if (e instanceof LockstepException known) {
      err.println("lockstep: " + known.getMessage());
      err.flush();
      return known.exitStatus();
    }
    err.println("lockstep: something went wrong that should not have: " + e);
    err.println("  run it again with --debug for the stack trace, and please report it");
    err.flush();
    return ExitCode.SOFTWARE;
  }
}
