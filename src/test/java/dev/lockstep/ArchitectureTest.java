package dev.lockstep;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.core.domain.properties.HasParameterTypes.Predicates.rawParameterTypes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the direction in which packages may use each other, and a few habits. */
class ArchitectureTest {
  /** Each package may use those after it, and no other. */
  private static final List<String> ORDER =
      List.of(
          "command",
          "serve",
          "experiment",
          "report",
          "export",
          "diagnose",
          "train",
          "evaluate",
          "strategy",
          "objective",
          "pretrained",
          "model",
          "input",
          "download",
          "data",
          "text",
          "tensorflow",
          "config",
          "error");

  private static final Path SOURCES = Path.of("src", "main", "java", "dev", "lockstep");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.lockstep");

  static List<String> packages() {
    return ORDER;
  }

  @ParameterizedTest
  @MethodSource("packages")
  void aPackageUsesOnlyThoseBelowIt(String name) {
    String[] above =
        Stream.concat(
                Stream.of("dev.lockstep"),
                ORDER.subList(0, ORDER.indexOf(name)).stream().map(p -> "dev.lockstep." + p + ".."))
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage("dev.lockstep." + name + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(above)
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void noPackagesUseEachOtherInACircle() {
    slices().matching("dev.lockstep.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void everyPackageHasAPlaceInTheOrder() throws IOException {
    assertThat(folders().map(folder -> SOURCES.relativize(folder).getName(0).toString()))
        .isSubsetOf(ORDER);
  }

  @Test
  void everyPackageSaysWhatItIsFor() throws IOException {
    assertThat(folders())
        .allSatisfy(folder -> assertThat(folder.resolve("package-info.java")).isRegularFile());
  }

  /** Folders that hold classes, the outermost package left out. */
  private static Stream<Path> folders() throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      TreeSet<Path> folders = new TreeSet<>();
      files
          .filter(file -> file.toString().endsWith(".java"))
          .forEach(f -> folders.add(f.getParent()));
      folders.remove(SOURCES);
      return folders.stream();
    }
  }

  @Test
  void onlyTheCommandLineEndsTheProcess() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.lockstep", "dev.lockstep.command..")
        .should()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "halt", int.class)
        .check(CLASSES);
  }

  @Test
  void nobodyPrintsAStackTraceInPassing() {
    noClasses()
        .should()
        .callMethodWhere(
            target(owner(assignableTo(Throwable.class)))
                .and(target(name("printStackTrace")))
                .and(target(rawParameterTypes(new Class<?>[0]))))
        .check(CLASSES);
  }

  @Test
  void namesSayWhatAClassDoes() {
    noClasses()
        .should()
        .haveNameMatching(".*(Util|Utils|Helper|Helpers|Manager|Impl)")
        .check(CLASSES);
  }
}
