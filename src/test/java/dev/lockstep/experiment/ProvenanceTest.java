package dev.lockstep.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProvenanceTest {
  @TempDir Path folder;

  @Test
  void writesWhatTheCallerSaidAndWhatTheProcessKnows() {
    Provenance provenance =
        Provenance.builder()
            .command(List.of("run", "experiments/表情.conf", "seed=8"))
            .gpus(List.of("NVIDIA H100"))
            .seed("run", 8)
            .data("train", "0f3a")
            .build();

    JsonObject json = JsonParser.parseString(provenance.toJson()).getAsJsonObject();
    assertThat(Instant.parse(json.get("started").getAsString())).isBeforeOrEqualTo(Instant.now());
    assertThat(json.get("command")).hasToString("[\"run\",\"experiments/表情.conf\",\"seed=8\"]");
    assertThat(json.getAsJsonObject("code").get("version").getAsString()).matches("\\d+\\.\\d+.*");
    assertThat(json.get("java").getAsString()).startsWith(System.getProperty("java.version"));
    assertThat(json.get("tensorFlow").getAsString()).startsWith("2.");
    assertThat(json.get("seeds")).hasToString("{\"run\":8}");
    assertThat(json.get("data")).hasToString("{\"train\":\"0f3a\"}");
    JsonObject machine = json.getAsJsonObject("machine");
    assertThat(machine.get("gpus")).hasToString("[\"NVIDIA H100\"]");
    assertThat(machine.get("cores").getAsInt()).isPositive();
    assertThat(machine.get("memoryBytes").getAsLong()).isGreaterThan(1L << 28);
  }

  @Test
  void namesTheJarsOfAClassPath() {
    String path =
        String.join(
            System.getProperty("path.separator"),
            "target/classes",
            "/m2/gson-2.13.2.jar",
            "/m2/config-1.4.5.jar");
    assertThat(Provenance.jars(path)).containsExactly("config-1.4.5", "gson-2.13.2");
  }

  @Test
  void readsTheProcessorFromLinux() throws IOException {
    Path cpuinfo =
        Files.writeString(folder.resolve("cpuinfo"), "processor\t: 0\nmodel name\t: A 7\n");
    assertThat(Machine.processor(cpuinfo, "amd64")).isEqualTo("A 7");
    assertThat(Machine.processor(folder.resolve("none"), "aarch64")).isEqualTo("aarch64");
  }

  @Test
  void knowsTheCommitAndWhetherTheSourcesDiffer() throws Exception {
    Path home = Files.createDirectories(folder.resolve("项目"));
    Path source = Files.createDirectories(home.resolve("src/main")).resolve("A.java");
    Files.writeString(source, "class A {}");
    Files.writeString(home.resolve("README.md"), "read me");
    assertThat(CodeVersion.of(home).commit()).isEmpty();

    git(home, "init", "-q");
    git(home, "add", ".");
    git(home, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "first");
    CodeVersion clean = CodeVersion.of(home);
    assertThat(clean.commit().orElseThrow()).matches("[0-9a-f]{40}");
    assertThat(clean.modified()).isFalse();

    Files.writeString(home.resolve("README.md"), "read me again");
    assertThat(CodeVersion.of(home)).isEqualTo(clean);
    Files.writeString(source.resolveSibling("B.java"), "class B {}");
    assertThat(CodeVersion.of(home).modified()).isTrue();
    assertThat(CodeVersion.of(home.resolve("src")).commit())
        .as("a folder inside another repository")
        .isEmpty();
  }

  private static void git(Path folder, String... arguments) throws Exception {
    String[] command = new String[arguments.length + 1];
    command[0] = "git";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    assertThat(new ProcessBuilder(command).directory(folder.toFile()).inheritIO().start().waitFor())
        .isZero();
  }
}
