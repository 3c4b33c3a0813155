package dev.lockstep.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What {@code --help} says of each command and subcommand. */
class HelpTest {
  static Stream<CommandLine> commands() {
    return within(new CommandLine(new LockstepCommand()));
  }

  private static Stream<CommandLine> within(CommandLine command) {
    return Stream.concat(
        Stream.of(command),
        command.getSubcommands().values().stream().distinct().flatMap(HelpTest::within));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyOptionTellsWhatItTakes(CommandLine command) {
    assertThat(command.getUsageMessage()).doesNotContainPattern("<arg\\d+>");
    assertThat(command.getCommandSpec().options())
        .allSatisfy(
            option -> assertThat(option.description()).as(option.longestName()).isNotEmpty());
  }
}
