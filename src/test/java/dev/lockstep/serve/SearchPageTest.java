package dev.lockstep.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.serve.model.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The page in a real browser, over the quickstart's model and some two hundred emoji. */
class SearchPageTest {
  private static final Path EMOJI = Path.of("data", "emoji").toAbsolutePath();
  private static final String CAR = "images/twemoji/1f697.png";
  private static final int EVERY = 20;

  @TempDir private static Path folder;
  private static Browser browser;
  private static RunningServer server;

  @BeforeAll
  static void open() throws IOException {
    browser = Browser.open();
    server =
        new RunningServer(
            Path.of("src/test/resources/quickstart-model"),
            Optional.of(someEmoji()),
            folder.resolve("index"),
            Optional.empty(),
            Limits.DEFAULT);
  }

  @AfterAll
  static void close() {
    if (browser != null) {
      browser.close();
    }
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void visit() {
    browser.resize(1200, 900);
    browser.visit(server.uri("/").toString());
    browser.untilText("#facts", "2");
  }

  @Test
  void typingCarShowsCarsFirst() {
    browser.find("#query").sendKeys("汽车");
    browser.untilResults(20);
    // The first letter may have been searched for before the second came.
    browser.until(d -> captions().get(0).equals("汽车"));
    assertThat(captions().get(1)).isEqualTo("汽车");
    assertThat(browser.find("#results .score").getText()).matches("0\\.[0-9]{3}");
    assertThat(browser.find("#status").getText()).contains("最接近的");
    browser.until(d -> firstIsLoaded());
  }

  @Test
  void scrollingDownFillsTheGridUntilNothingIsLeft() {
    browser.find("#query").sendKeys("汽车");
    browser.untilResults(40);
    browser.until(
        d -> {
          browser.run("window.scrollTo(0, document.body.scrollHeight)");
          return browser.find("#status").getText().startsWith("全部");
        });
    assertThat(captions()).hasSizeGreaterThan(150);
    assertThat(scores()).isSortedAccordingTo((a, b) -> Double.compare(b, a));
  }

  @Test
  void aPictureThatIsDroppedFindsItself() throws IOException {
    browser.drop(Files.readAllBytes(EMOJI.resolve(CAR)), "我的车.png", "image/png");
    browser.untilResults(20);
    assertThat(captions().get(0)).isEqualTo("汽车");
    assertThat(scores().get(0)).isEqualTo(1.0);
    assertThat(browser.find("#parts").getText()).contains("我的车.png");
  }

  @Test
  void wordsAreMixedWithAPicture() throws IOException {
    browser.drop(Files.readAllBytes(EMOJI.resolve(CAR)), "car.png", "image/png");
    browser.untilResults(20);
    browser.find("#query").sendKeys("警车");
    browser.until(d -> scores().get(0) < 0.99);
    assertThat(captions().subList(0, 4)).contains("汽车", "警车");
    browser.find("#parts button").click();
    browser.until(d -> captions().get(0).equals("警车"));
  }

  @Test
  void moreLikeThisStartsFromAResult() {
    browser.find("#query").sendKeys("猫");
    browser.until(d -> !captions().isEmpty() && captions().get(0).contains("猫"));
    browser.find("#results .like").click();
    browser.until(d -> browser.find("#parts").getText().contains("相似"));
    browser.until(d -> !scores().isEmpty() && scores().get(0) == 1.0);
    assertThat(captions().get(0)).contains("猫");
    assertThat(browser.find("#query").getDomProperty("value")).isEmpty();
  }

  @Test
  void everythingCanBeDoneFromTheKeyboard() {
    browser.find("#language").sendKeys(Keys.TAB);
    browser.find("body").sendKeys("/");
    assertThat(browser.focused().getDomAttribute("id")).isEqualTo("query");
    browser.focused().sendKeys("汽车", Keys.ENTER);
    browser.untilResults(20);
    browser.focused().sendKeys(Keys.ARROW_DOWN);
    assertThat(browser.focused().getDomAttribute("aria-label")).startsWith("汽车, 相似度 0.");
    browser.focused().sendKeys(Keys.ARROW_RIGHT);
    browser.focused().sendKeys(Keys.ARROW_DOWN);
    WebElement deeper = browser.focused();
    assertThat(deeper.getDomAttribute("class")).isEqualTo("picture");
    assertThat(browser.findAll("#results .picture[tabindex='0']")).hasSize(1);
    deeper.sendKeys(Keys.ENTER);
    browser.until(d -> browser.find("#parts").getText().contains("相似"));
    browser.focused().sendKeys(Keys.ESCAPE);
    browser.until(d -> captions().isEmpty());
    assertThat(browser.focused().getDomAttribute("id")).isEqualTo("query");
  }

  @Test
  void fitsAPhone() throws IOException {
    browser.resize(360, 740);
    browser.find("#query").sendKeys("汽车");
    browser.untilResults(20);
    look("phone");
    assertThat(browser.run("return document.documentElement.scrollWidth")).isEqualTo(360L);
    // Two in a row, and nothing that is too small for a finger.
    assertThat(browser.findAll("#results .card").get(1).getRect().getY())
        .isEqualTo(browser.find("#results .card").getRect().getY());
    assertThat(browser.findAll("button, .pick"))
        .filteredOn(WebElement::isDisplayed)
        .allSatisfy(
            button -> {
              assertThat(button.getRect().getHeight()).isGreaterThanOrEqualTo(32);
              assertThat(button.getRect().getX() + button.getRect().getWidth())
                  .isLessThanOrEqualTo(360);
            });
  }

  @Test
  void canBeReadInTheDarkAndByDay() throws IOException {
    for (boolean dark : new boolean[] {true, false}) {
      browser.dark(dark);
      browser.find("#query").clear();
      browser.find("#query").sendKeys("汽车");
      browser.untilResults(20);
      look(dark ? "dark" : "day");
      for (String css : List.of(".caption", ".score", ".like", "#hint", "#status", "#facts dt")) {
        // WCAG 2.2, 1.4.3: 4.5 to 1 for text.
        assertThat((Double) browser.run(CONTRAST, browser.find(css)))
            .as(css + (dark ? " in the dark" : " by day"))
            .isGreaterThanOrEqualTo(4.5);
      }
    }
  }

  @Test
  void aScreenReaderHearsWhatIsThere() {
    browser.find("#query").sendKeys("汽车");
    browser.untilResults(20);
    @SuppressWarnings("unchecked")
    List<String> nameless =
        (List<String>)
            browser.run(
                """
                return [...document.querySelectorAll("button, input, a, canvas, ul, nav")]
                  .filter(e => e.checkVisibility() && e.type !== "file")
                  .filter(e => !(e.getAttribute("aria-label") || e.textContent.trim()
                    || (e.labels && e.labels.length && e.labels[0].textContent.trim())))
                  .map(e => e.outerHTML.slice(0, 80));
                """);
    assertThat(nameless).isEmpty();
    assertThat(browser.find("#status").getDomAttribute("aria-live")).isEqualTo("polite");
    assertThat(browser.run("return document.documentElement.lang")).isEqualTo("zh-CN");
    assertThat(browser.findAll("h1")).hasSize(1);
  }

  @Test
  void saysWhatIsWrongAsAPersonWouldUnderstandIt() {
    browser.drop("hello".getBytes(StandardCharsets.UTF_8), "letter.txt", "text/plain");
    browser.untilText("#error", "这不是图片");
    browser.drop("hello".getBytes(StandardCharsets.UTF_8), "broken.png", "image/png");
    browser.untilText("#error", "它可能坏了");
    browser.find("#parts button").click();
    browser.until(d -> !browser.find("#error").isDisplayed());
  }

  @Test
  void speaksEnglishToo() {
    browser.find("#language").click();
    browser.untilText("#show-space", "Map");
    assertThat(browser.run("return document.documentElement.lang")).isEqualTo("en");
    browser.find("#language").click();
    browser.untilText("#show-space", "地图");
  }

  @Test
  void showsTheModelsFactsAtTheFoot() {
    assertThat(browser.find("footer").getText()).contains("参数", "1,738,401", "58.9%");
  }

  @Test
  void drawsTheJointSpaceByCategory() throws IOException {
    browser.find("#show-space").click();
    browser.untilText("#space-about", "前两个主成分");
    browser.until(d -> browser.findAll("#legend button").size() >= 8);
    assertThat(browser.find("#legend").getText()).contains("Travel & Places");
    assertThat((Long) browser.run(COLOURED)).isGreaterThan(500);
    browser.screenshot(Files.createDirectories(Path.of("target/screenshots")).resolve("map.png"));
    browser.findAll("#legend button").forEach(WebElement::click);
    assertThat((Long) browser.run(COLOURED)).isZero();
  }

  @Test
  void asksNobodyElse() {
    browser.find("#query").sendKeys("汽车");
    browser.untilResults(20);
    @SuppressWarnings("unchecked")
    List<String> addresses =
        (List<String>)
            browser.run("return performance.getEntriesByType('resource').map(e => e.name)");
    assertThat(addresses).isNotEmpty().allMatch(a -> a.startsWith(server.uri("/").toString()));
  }

  /** How much lighter the one of text and ground is than the other, by WCAG's formula. */
  private static final String CONTRAST =
      """
      const channel = v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
      const light = c => {
        const [r, g, b] = c.match(/[0-9.]+/g).map(v => channel(v / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      let ground = arguments[0];
      while (getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)") {
        ground = ground.parentElement;
      }
      const [dark, bright] = [light(getComputedStyle(arguments[0]).color),
        light(getComputedStyle(ground).backgroundColor)].sort((a, b) => a - b);
      return (bright + 0.05) / (dark + 0.05) + 1e-9;
      """;

  private static final String COLOURED =
      """
      const canvas = document.getElementById("map");
      const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
      let count = 0;
      for (let i = 3; i < data.length; i += 4) {
        count += data[i] > 0 ? 1 : 0;
      }
      return count;
      """;

  /** Keeps what the page looks like, for a person who wants to see it. */
  private static void look(String name) throws IOException {
    browser.until(d -> firstIsLoaded());
    browser.screenshot(
        Files.createDirectories(Path.of("target", "screenshots")).resolve(name + ".png"));
  }

  private static boolean firstIsLoaded() {
    return (Boolean)
        browser.run(
            """
            const img = document.querySelector("#results img");
            return img !== null && img.complete && img.naturalWidth > 0;
            """);
  }

  @SuppressWarnings("unchecked")
  private static List<String> captions() {
    return (List<String>)
        browser.run(
            "return [...document.querySelectorAll('#results .caption')].map(c => c.textContent)");
  }

  @SuppressWarnings("unchecked")
  private static List<Double> scores() {
    List<String> texts =
        (List<String>)
            browser.run(
                "return [...document.querySelectorAll('#results .score')].map(c => c.textContent)");
    return texts.stream().map(Double::valueOf).toList();
  }

  /** Each twentieth pair, and all that are about vehicles or cats. */
  private static Path someEmoji() throws IOException {
    List<String> lines = new ArrayList<>();
    for (String file : List.of("train.csv", "test.csv")) {
      List<String> all = Files.readAllLines(EMOJI.resolve(file));
      for (int i = lines.isEmpty() ? 0 : 1; i < all.size(); i++) {
        if (i % EVERY == 0 || all.get(i).matches(".*[车猫].*")) {
          lines.add(all.get(i).replace("images/", EMOJI + "/images/"));
        }
      }
    }
    Files.copy(EMOJI.resolve("emoji.csv"), folder.resolve("emoji.csv"));
    return Files.write(folder.resolve("some.csv"), lines);
  }
}
