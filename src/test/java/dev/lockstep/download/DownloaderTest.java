package dev.lockstep.download;

import static dev.lockstep.download.Outcome.INVALID_NAME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.data.LinkColumns;
import dev.lockstep.data.LinkSpec;
import dev.lockstep.data.PairSource;
import dev.lockstep.data.SourceFormat;
import dev.lockstep.download.MisbehavingServer.Kind;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloaderTest {
  /** With {@code -Dlockstep.download.urls=10000} this is the measurement of docs/download.md. */
  private static final int URLS = Integer.getInteger("lockstep.download.urls", 200);

  @TempDir private Path folder;
  private Path list;
  private Path out;
  private MisbehavingServer server;

  @BeforeEach
  void start() throws IOException {
    server = new MisbehavingServer();
    list = folder.resolve("list.csv");
    out = folder.resolve("out");
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @Test
  void everyUrlEndsInOneOutcome() throws IOException {
    List<Kind> kinds = MisbehavingServer.mixture(URLS);
    writeMixture(kinds);

    long begun = System.nanoTime();
    DownloadReport report = download(spec(), false);
    double seconds = (System.nanoTime() - begun) * 1e-9;

    if (URLS > 200) {
      System.out.printf("%,d URLs in %.1f s%n%s", URLS, seconds, report.toTable());
    }
    int each = URLS / 200;
    assertThat(report.outcomes())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                Outcome.OK,
                (200 - 15L) * each,
                Outcome.TIME_LIMIT,
                4L * each,
                Outcome.HTTP_4XX,
                4L * each,
                Outcome.CONNECTION_BROKEN,
                2L * each,
                Outcome.HTML,
                2L * each,
                Outcome.REDIRECTS,
                2L * each,
                Outcome.TOO_LARGE,
                (long) each));
    assertThat(lines()).as("a line for each, and no more").hasSize(URLS);
    assertThat(images()).hasSize((int) report.count(Outcome.OK));
    assertThat(Files.readAllLines(out.resolve("pairs.csv")))
        .hasSize(1 + (int) report.count(Outcome.OK))
        .contains("text,image_path", "caption 0,images/" + nameOf(server.url(Kind.IMAGE, 0)));
    for (int i = 0; i < URLS; i++) {
      if (kinds.get(i) == Kind.IMAGE) {
        assertThat(server.requests(Kind.IMAGE, i)).isEqualTo(1);
      }
    }
  }

  @Test
  void whatHasAnOutcomeIsNotAskedForAgain() throws IOException {
    write(url(Kind.IMAGE, 1), url(Kind.MISSING, 2));
    download(spec(), false);

    write(url(Kind.IMAGE, 1), url(Kind.MISSING, 2), url(Kind.IMAGE, 3));
    DownloadReport report = download(spec(), false);

    assertThat(server.requests(Kind.IMAGE, 1)).isEqualTo(1);
    assertThat(server.requests(Kind.MISSING, 2)).isEqualTo(1);
    assertThat(report.count(Outcome.OK)).isEqualTo(2);
  }

  @Test
  void onlyWhatFailedIsTriedAgain() throws IOException {
    write(url(Kind.IMAGE, 1), url(Kind.MISSING, 2));
    download(spec(), false);
    write(url(Kind.IMAGE, 1), url(Kind.MISSING, 2), url(Kind.IMAGE, 3));

    DownloadReport report = download(spec(), true);

    assertThat(server.requests(Kind.IMAGE, 1)).isEqualTo(1);
    assertThat(server.requests(Kind.MISSING, 2)).isEqualTo(2);
    assertThat(server.requests(Kind.IMAGE, 3)).isZero();
    assertThat(report.urls()).as("still one outcome each").isEqualTo(2);
  }

  @Test
  void whatMayPassIsTriedAgainAndAServersWishIsKept() throws IOException {
    write(url(Kind.BUSY_ONCE, 1), url(Kind.RESET, 2));

    long begun = System.nanoTime();
    DownloadReport report = download(spec(), false);

    assertThat(Duration.ofNanos(System.nanoTime() - begun))
        .as("the server asked for a second")
        .isGreaterThan(Duration.ofMillis(990));
    assertThat(report.count(Outcome.OK)).isEqualTo(1);
    assertThat(report.count(Outcome.CONNECTION_BROKEN)).isEqualTo(1);
    assertThat(server.requests(Kind.RESET, 2)).isGreaterThanOrEqualTo(2);
  }

  @Test
  void thisMachineIsNotAskedUnlessThatIsAllowed() throws IOException {
    String port = url(Kind.IMAGE, 1).replaceAll(".*:(\\d+)/.*", "$1");
    write(
        url(Kind.IMAGE, 1),
        "http://localhost:" + port + "/IMAGE/2",
        "http://[::1]:" + port + "/IMAGE/3",
        "http://2130706433:" + port + "/IMAGE/4",
        "http://127.1:" + port + "/IMAGE/5",
        "http://[::ffff:127.0.0.1]:" + port + "/IMAGE/6");

    DownloadReport report = download(withPrivate(false), false);

    assertThat(report.outcomes())
        .as(String.join("\n", lines()))
        .containsExactly(Map.entry(Outcome.PRIVATE_ADDRESS, 6L));
    assertThat(server.requests(Kind.IMAGE, 1)).isZero();
  }

  @Test
  void aRedirectToAPrivateAddressIsNotFollowed() {
    for (String host : List.of("10.0.0.1", "192.168.1.1", "169.254.169.254", "[fd00::1]")) {
      assertThatThrownBy(
              () ->
                  new PublicAddresses(false)
                      .checkLiteral(Transfer.parsed("http://93.184.216.34/").resolve("//" + host)))
          .isInstanceOf(PublicAddresses.PrivateAddressException.class);
    }
  }

  @Test
  void messyUrlsAreTakenAsBrowsersTakeThem() throws IOException {
    String base = url(Kind.IMAGE, 1).replace("/IMAGE/1", "/IMAGE/");
    write(base + "a b|c[1].jpg?x=50%&y=猫", "  " + base + "2\t", base.replace("http:", "") + "3");

    DownloadReport report = download(spec(), false);

    assertThat(report.count(Outcome.OK)).isEqualTo(2);
    assertThat(report.urls())
        .as("the last has no scheme, and https is not spoken there")
        .isEqualTo(3);
  }

  @Test
  void whatIsNoUrlIsSaid() throws IOException {
    write("", "no url", "ftp://example.org/a.png", "javascript:alert(1)", "http://");

    assertThat(download(spec(), false).outcomes())
        .containsExactly(Map.entry(Outcome.INVALID_URL, 5L));
  }

  @Test
  void namesOfTheListAreKeptWithinTheFolder() throws IOException {
    Files.write(
        list,
        List.of(
            "url,filename",
            url(Kind.IMAGE, 1) + ",a/1.png",
            url(Kind.IMAGE, 2) + ",../2.png",
            url(Kind.IMAGE, 3) + ",/tmp/3.png",
            url(Kind.IMAGE, 4) + ",journal.tsv"));

    DownloadReport report = download(spec(), false);

    assertThat(report.count(Outcome.INVALID_NAME)).isEqualTo(3);
    assertThat(out.resolve("a/1.png")).hasBinaryContent(MisbehavingServer.PNG);
    assertThat(folder.resolve("2.png")).doesNotExist();
  }

  @Test
  void twoUrlsAreNotKeptUnderOneName() throws IOException {
    Files.write(
        list,
        List.of(
            "url,filename,text",
            url(Kind.IMAGE, 1) + ",a/1.png,one",
            url(Kind.IMAGE, 2) + ",a/./1.png,two",
            url(Kind.IMAGE, 1) + ",b.png,one again"));

    DownloadReport report = download(spec(), false);

    assertThat(report.outcomes()).containsEntry(Outcome.OK, 1L).containsEntry(INVALID_NAME, 1L);
    assertThat(Files.readAllLines(out.resolve("pairs.csv")))
        .containsExactly("text,image_path", "one,a/1.png", "one again,a/1.png");

    Files.write(list, List.of("url,filename", url(Kind.IMAGE, 3) + ",a/1.png"));
    assertThat(download(spec(), false).count(INVALID_NAME)).as("in another list").isEqualTo(2);
  }

  @Test
  void aListThatAnEarlierVersionDownloadedGoesOn() throws IOException {
    String url = "http://example.org/%E7%8C%AB.jpg";
    String line =
        "369ae02220281028\tok\t200\t3000\tab\timages/36/369ae02220281028.jpg\texample.org\t\t"
            + url;
    Files.createDirectories(out);
    Files.writeString(out.resolve("journal.tsv"), "%08x\t%s\n".formatted(crc32c(line), line));
    write(url);

    DownloadReport report = download(spec(), false);

    assertThat(report.outcomes()).containsExactly(Map.entry(Outcome.OK, 1L));
    assertThat(Files.readAllLines(out.resolve("pairs.csv")))
        .contains(",images/36/369ae02220281028.jpg");
  }

  private static long crc32c(String line) {
    CRC32C crc = new CRC32C();
    crc.update(line.getBytes(StandardCharsets.UTF_8));
    return crc.getValue();
  }

  @Test
  void bytesAreNotKeptWhereThatIsNotWanted() throws IOException {
    write(url(Kind.IMAGE, 1));

    DownloadReport report = download(withKeep(false), false);

    assertThat(report.count(Outcome.OK)).isEqualTo(1);
    assertThat(images()).isEmpty();
    assertThat(lines().get(0)).contains("\t3000\t");
    download(spec(), false);
    assertThat(images()).as("kept later, it is fetched").hasSize(1);
  }

  @Test
  void aListIsCheckedBeforeAnythingIsFetched() throws IOException {
    Files.write(list, List.of("text,link", "a,b"));
    assertThatThrownBy(() -> download(spec(), false))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("there is no column 'url'");
    Files.delete(list);
    assertThatThrownBy(() -> download(spec(), false))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("there is no such file");
    Files.write(list, List.of("url", url(Kind.IMAGE, 1), "\"unclosed"));
    assertThatThrownBy(() -> download(spec(), false)).isInstanceOf(InvalidInputException.class);
    assertThat(server.requests(Kind.IMAGE, 1)).isZero();
  }

  @Test
  void aFolderIsUsedByOneAtATime() throws IOException {
    write(url(Kind.IMAGE, 1));
    try (Downloader first = new Downloader(links(), out, spec())) {
      assertThatThrownBy(() -> new Downloader(links(), out, spec()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("another process downloads into it");
      assertThat(first.report().urls()).isZero();
    }
  }

  @Test
  void aPlaceThatCannotBeWrittenEndsTheDownload() throws IOException {
    write(url(Kind.IMAGE, 1));
    Files.createDirectories(out);
    Files.writeString(out.resolve("images"), "in the way");

    assertThatThrownBy(() -> download(spec(), false))
        .isInstanceOf(RunFailedException.class)
        .hasMessageContaining("cannot be written");
    assertThat(lines()).as("the URL has no outcome, and is fetched when there is room").isEmpty();
  }

  @Test
  void aStoppedDownloadGoesOn() throws IOException {
    List<String> urls = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      urls.add(url(Kind.IMAGE, i));
    }
    urls.add(url(Kind.SILENT, 1));
    write(urls.toArray(String[]::new));
    AtomicBoolean stop = new AtomicBoolean();
    try (Downloader downloader = new Downloader(links(), out, spec())) {
      boolean whole =
          downloader.run(
              false, progress -> stop.compareAndSet(false, progress.fetched() > 0), stop::get);
      assertThat(whole).isFalse();
    }
    assertThat(out.resolve("pairs.csv")).doesNotExist();

    assertThat(download(spec(), false).urls()).isEqualTo(21);
  }

  private DownloadReport download(DownloadSpec spec, boolean retryFailed) {
    try (Downloader downloader = new Downloader(links(), out, spec)) {
      assertThat(downloader.run(retryFailed, progress -> {}, () -> false)).isTrue();
      return downloader.report();
    }
  }

  private PairSource links() {
    return new LinkSpec(SourceFormat.AUTO, LinkColumns.USUAL).source(List.of(list));
  }

  private String url(Kind kind, int number) {
    return server.url(kind, number);
  }

  private void writeMixture(List<Kind> kinds) throws IOException {
    List<String> rows = new ArrayList<>(List.of("text,url"));
    for (int i = 0; i < kinds.size(); i++) {
      rows.add("caption %d,%s".formatted(i, server.url(kinds.get(i), i)));
    }
    Files.write(list, rows);
  }

  private void write(String... urls) throws IOException {
    List<String> rows = new ArrayList<>(List.of("url"));
    Stream.of(urls).map(url -> "\"" + url + "\"").forEach(rows::add);
    Files.write(list, rows);
  }

  private List<String> lines() throws IOException {
    return Files.readAllLines(out.resolve("journal.tsv"));
  }

  private List<Path> images() throws IOException {
    try (Stream<Path> files = Files.walk(out)) {
      return files.filter(file -> file.toString().endsWith(".png")).toList();
    }
  }

  private static String nameOf(String url) {
    return ImageFolder.name(Journal.key(url), ContentKind.PNG).replaceFirst("images/", "");
  }

  static DownloadSpec spec() {
    return spec(true, true);
  }

  private static DownloadSpec withPrivate(boolean allowed) {
    return spec(allowed, true);
  }

  private static DownloadSpec withKeep(boolean keep) {
    return spec(true, keep);
  }

  private static DownloadSpec spec(boolean allowPrivate, boolean keep) {
    return new DownloadSpec(
        64,
        64,
        Duration.ofSeconds(2),
        2,
        Duration.ofMillis(50),
        Duration.ofSeconds(5),
        5,
        MisbehavingServer.LARGEST,
        allowPrivate,
        keep,
        "test");
  }
}
