package dev.lockstep.serve;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.openqa.selenium.By;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.ExpectedCondition;
import org.openqa.selenium.support.ui.WebDriverWait;

/** The machine's own Chromium, without a window. */
final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ChromeDriver driver;

  private Browser(Path chromium, Path driverProgram) {
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium.toString());
    options.addArguments(
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage");
    options.setExperimentalOption("prefs", Map.of("intl.accept_languages", "zh-CN"));
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(driverProgram.toFile())
            .usingAnyFreePort()
            .build();
    driver = new ChromeDriver(service, options);
    driver.manage().timeouts().scriptTimeout(PATIENCE);
  }

  /** Opens one; the test is skipped, and says so, where there is none. */
  static Browser open() {
    Optional<Path> chromium = onPath("chromium", "chromium-browser", "google-chrome");
    Optional<Path> driver = onPath("chromedriver");
    assumeTrue(
        chromium.isPresent() && driver.isPresent(),
        "the browser tests did not run: chromium and chromedriver are not installed"
            + " (Debian: apt install chromium chromium-driver fonts-noto-cjk)");
    return new Browser(chromium.orElseThrow(), driver.orElseThrow());
  }

  private static Optional<Path> onPath(String... names) {
    List<String> folders =
        List.of(System.getenv("PATH").split(Pattern.quote(File.pathSeparator), -1));
    return Arrays.stream(names)
        .flatMap(name -> folders.stream().map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** As wide and high as a screen; no window is as narrow as a phone's. */
  void resize(int width, int height) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 500));
  }

  /** In the dark, or by day. */
  void dark(boolean dark) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  /** What a person would see, as a PNG. */
  void screenshot(Path file) throws IOException {
    Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
  }

  void visit(String address) {
    driver.get("about:blank");
    driver.get(address);
  }

  WebElement find(String css) {
    return driver.findElement(By.cssSelector(css));
  }

  List<WebElement> findAll(String css) {
    return driver.findElements(By.cssSelector(css));
  }

  WebElement focused() {
    return driver.switchTo().activeElement();
  }

  /** Waits until it holds. */
  void until(ExpectedCondition<?> condition) {
    new WebDriverWait(driver, PATIENCE).until(condition);
  }

  /** Waits until a part of the page says so. */
  void untilText(String css, String text) {
    until(d -> find(css).getText().contains(text));
  }

  /** Waits until so many results are there. */
  void untilResults(int atLeast) {
    until(d -> findAll("#results .card").size() >= atLeast);
  }

  Object run(String script, Object... arguments) {
    return ((JavascriptExecutor) driver).executeScript(script, arguments);
  }

  /** Drops a file on the page, as a person would who drags it from a folder. */
  void drop(byte[] content, String name, String type) {
    run(
        """
        const bytes = Uint8Array.from(atob(arguments[0]), c => c.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], arguments[1], {type: arguments[2]}));
        const event = type => new DragEvent(type, {dataTransfer: transfer, bubbles: true, cancelable: true});
        document.body.dispatchEvent(event("dragover"));
        document.body.dispatchEvent(event("drop"));
        """,
        Base64.getEncoder().encodeToString(content),
        name,
        type);
  }

  @Override
  public void close() {
    driver.quit();
  }
}
