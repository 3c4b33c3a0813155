package dev.lockstep.pretrained.layout;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of a layout's table: Lockstep's name, the other library's, and {@code as-is} where a
 * matrix is [in, out] with them too. A star is a number, {@code *+1} the number after it; {@code
 * {a,b,c}} are three tensors that are one with us. A rule for {@code x} serves {@code x/kernel},
 * {@code x/bias} and so on too, with the other library's endings.
 */
record Rule(String variable, String tensor, boolean asIs, Endings endings) {
  private static final Pattern SEVERAL = Pattern.compile("\\{([^}]*)}");

  static Rule parse(String line, Endings endings) {
    String[] words = line.trim().split(" +");
    return new Rule(words[0], words[1], words.length == 3 && words[2].equals("as-is"), endings);
  }

  Rule under(String prefix) {
    return new Rule(variable, prefix + tensor, asIs, endings);
  }

  Rule without(String prefix) {
    return new Rule(variable, without(prefix, tensor), asIs, endings);
  }

  static String without(String prefix, String tensor) {
    return tensor.startsWith(prefix) ? tensor.substring(prefix.length()) : tensor;
  }

  /** The other library's names for a variable; none if the rule is not for it. */
  Optional<List<String>> tensors(String name) {
    Matcher matcher =
        Pattern.compile(Pattern.quote(variable).replace("*", "\\E(\\d{1,6})\\Q") + "(/[a-z-]+)?")
            .matcher(name);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int last = matcher.groupCount();
    String ending = matcher.group(last) == null ? "" : matcher.group(last);
    return endings
        .theirs(ending)
        .map(
            theirs -> {
              String numbered = tensor;
              for (int i = 1; i < last; i++) {
                numbered = withNumber(numbered, Integer.parseInt(matcher.group(i)));
              }
              return alternatives(numbered + theirs);
            });
  }

  /** Whether a tensor of that name would belong to the rule. */
  boolean isFor(String name) {
    return alternatives(tensor).stream()
        .anyMatch(
            one ->
                name.matches(
                    Pattern.quote(one.replace("*+1", "*")).replace("*", "\\E\\d{1,6}\\Q")
                        + "([./][a-z_]+)?"));
  }

  private static String withNumber(String pattern, int number) {
    int star = pattern.indexOf('*');
    boolean next = pattern.startsWith("*+1", star);
    return pattern.substring(0, star)
        + (next ? number + 1 : number)
        + pattern.substring(star + (next ? 3 : 1));
  }

  private static List<String> alternatives(String name) {
    Matcher several = SEVERAL.matcher(name);
    return several.find()
        ? List.of(several.group(1).split(",")).stream()
            .map(one -> name.substring(0, several.start()) + one + name.substring(several.end()))
            .toList()
        : List.of(name);
  }
}
