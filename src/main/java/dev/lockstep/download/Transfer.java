package dev.lockstep.download;

import dev.lockstep.data.ImageLink;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.BufferedSource;

/**
 * One URL on its way to its outcome: attempts with waits between them, each through redirects. Each
 * redirect is a request of its own, so that the host it leads to is checked, and counted among
 * those that are asked at one time, like any other.
 */
final class Transfer implements Callback {
  /** Browsers take spaces and line breaks out of a URL, and know "//host/" from their page. */
  private static final String WITHOUT_SCHEME = "//";

  private final Downloader downloader;
  private final DownloadSpec spec;
  private final ImageLink link;
  private final long key;
  private String host = "";
  private HttpUrl first;
  private int attempt;
  private int redirects;
  private long usedNanos;
  private Running running;

  /** When a request began to run: it may have waited for its turn before. */
  static final class Running {
    private volatile long since;

    void begin() {
      since = System.nanoTime();
    }
  }

  Transfer(Downloader downloader, DownloadSpec spec, ImageLink link, long key) {
    this.downloader = downloader;
    this.spec = spec;
    this.link = link;
    this.key = key;
  }

  void start() {
    first = parsed(link.url());
    if (first == null) {
      end(Outcome.INVALID_URL, 0, "no URL of http or https");
      return;
    }
    host = first.host();
    Optional<String> fault = link.filename().flatMap(name -> downloader.faultOf(name, key));
    if (fault.isPresent()) {
      end(Outcome.INVALID_NAME, 0, fault.get());
    } else {
      attempt();
    }
  }

  static HttpUrl parsed(String url) {
    return HttpUrl.parse(url.startsWith(WITHOUT_SCHEME) ? "https:" + url : url);
  }

  private void attempt() {
    attempt++;
    redirects = 0;
    usedNanos = 0;
    ask(first);
  }

  private void ask(HttpUrl url) {
    Duration pause = downloader.pauses().of(url.host());
    if (!pause.isZero()) {
      downloader.later(pause, () -> ask(url));
      return;
    }
    try {
      downloader.addresses().checkLiteral(url);
    } catch (UnknownHostException e) {
      end(Failure.of(e), 0, e.getMessage());
      return;
    }
    running = new Running();
    Request request =
        new Request.Builder()
            .url(url)
            .header("User-Agent", spec.userAgent())
            .header("Accept", "image/*,*/*;q=0.5")
            .tag(Running.class, running)
            .build();
    Call call = downloader.client().newCall(request);
    long left = Math.max(1, spec.timeLimit().toNanos() - usedNanos);
    call.timeout().timeout(left, TimeUnit.NANOSECONDS);
    running.begin();
    call.enqueue(this);
  }

  @Override
  public void onFailure(Call call, IOException failure) {
    downloader.guard(
        () ->
            failed(Failure.of(failure), 0, String.valueOf(failure.getMessage()), Optional.empty()));
  }

  @Override
  public void onResponse(Call call, Response response) {
    downloader.guard(
        () -> {
          try (response) {
            answer(response);
          } catch (IOException e) {
            failed(
                Failure.of(e), response.code(), String.valueOf(e.getMessage()), Optional.empty());
          }
        });
  }

  private void answer(Response response) throws IOException {
    int status = response.code();
    String location = response.header("Location");
    if (status >= 300 && status < 400 && location != null) {
      redirect(response, location);
    } else if (status == 200) {
      receive(response.body());
    } else if (status >= 500 || status == 408 || status == 425 || status == 429) {
      Optional<Duration> wish = Waits.retryAfter(response.header("Retry-After"), Instant.now());
      failed(Outcome.SERVER_BUSY, status, "status " + status, wish);
    } else {
      Outcome outcome = status >= 400 ? Outcome.HTTP_4XX : Outcome.HTTP_OTHER;
      end(outcome, status, "status " + status);
    }
  }

  private void redirect(Response response, String location) {
    HttpUrl next = response.request().url().resolve(location);
    if (++redirects > spec.redirects()) {
      end(Outcome.REDIRECTS, response.code(), "more than " + spec.redirects());
    } else if (next == null) {
      end(Outcome.INVALID_URL, response.code(), "redirected to " + location);
    } else {
      usedNanos += System.nanoTime() - running.since;
      ask(next);
    }
  }

  private void receive(ResponseBody body) throws IOException {
    if (body.contentLength() > spec.maxBytes()) {
      end(Outcome.TOO_LARGE, 200, "%,d bytes".formatted(body.contentLength()));
      return;
    }
    BufferedSource source = body.source();
    source.request(ContentKind.LOOKED_AT);
    int known = (int) Math.min(ContentKind.LOOKED_AT, source.getBuffer().size());
    byte[] head = source.peek().readByteArray(known);
    String declared = body.contentType() == null ? "" : body.contentType().toString();
    ContentKind kind = ContentKind.of(head, declared);
    if (known == 0) {
      end(Outcome.EMPTY, 200, "");
    } else if (!kind.isImage()) {
      end(kind == ContentKind.HTML ? Outcome.HTML : Outcome.NO_IMAGE, 200, declared);
    } else {
      String name = link.filename().orElseGet(() -> ImageFolder.name(key, kind));
      Optional<ImageFolder.Received> received =
          downloader.images().receive(source, key, name, spec.maxBytes());
      if (received.isEmpty()) {
        end(Outcome.TOO_LARGE, 200, "more than %,d bytes".formatted(spec.maxBytes()));
      } else {
        String file = spec.keep() ? name : "";
        downloader.end(key, new Entry(Outcome.OK, file, host), 200, received.get(), "", link.url());
      }
    }
  }

  /** Tries again where that may help, and else ends. */
  private void failed(Outcome outcome, int status, String detail, Optional<Duration> wish) {
    wish.filter(wait -> wait.compareTo(spec.longestWait()) <= 0)
        .ifPresent(wait -> downloader.pauses().add(first.host(), wait));
    boolean tooLong = wish.isPresent() && wish.get().compareTo(spec.longestWait()) > 0;
    if (!outcome.isPassing() || attempt >= spec.attempts() || tooLong) {
      String asked = tooLong ? ", asks for " + wish.get().toSeconds() + " s of patience" : "";
      end(outcome, status, detail + asked);
      return;
    }
    Duration wait = Waits.afterFailure(spec, attempt);
    downloader.later(wish.filter(w -> w.compareTo(wait) > 0).orElse(wait), this::attempt);
  }

  private void end(Outcome outcome, int status, String detail) {
    downloader.end(
        key,
        new Entry(outcome, "", host),
        status,
        new ImageFolder.Received(0, ""),
        detail,
        link.url());
  }
}
