import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Prints the share of lines and branches that the tests ran, in all and for each package. */
final class PrintCoverage {
  public static void main(String[] args) throws IOException {
    Path csv = Path.of(args[0]);
    if (!Files.exists(csv)) {
      System.out.println("Coverage: none, no test was run");
      return;
    }
    Counts all = new Counts();
    Map<String, Counts> packages = new TreeMap<>();
    List<String> rows = Files.readAllLines(csv);
    for (String row : rows.subList(1, rows.size())) {
      // GROUP, PACKAGE, CLASS, then missed and covered for instructions, branches, lines, ...
      String[] cells = row.split(",");
      all.add(cells);
      packages.computeIfAbsent(cells[1], name -> new Counts()).add(cells);
    }
    System.out.println("Coverage of            lines           branches");
    packages.forEach((name, counts) -> counts.print(name.replaceFirst("^dev\\.lockstep\\.", "")));
    all.print("all");
  }

  /** Lines and branches, each as covered and in all. */
  private static final class Counts {
    private int lines;
    private int allLines;
    private int branches;
    private int allBranches;

    void add(String[] cells) {
      branches += Integer.parseInt(cells[6]);
      allBranches += Integer.parseInt(cells[5]) + Integer.parseInt(cells[6]);
      lines += Integer.parseInt(cells[8]);
      allLines += Integer.parseInt(cells[7]) + Integer.parseInt(cells[8]);
    }

    void print(String name) {
      System.out.printf(
          "  %-16s %s %s%n", name, share(lines, allLines), share(branches, allBranches));
    }

    private static String share(int part, int all) {
      return all == 0
          ? String.format("%16s", "-")
          : String.format("%5.1f%% of %5d", 100.0 * part / all, all);
    }
  }
}
