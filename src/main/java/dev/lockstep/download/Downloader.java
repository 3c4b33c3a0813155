package dev.lockstep.download;

import dev.lockstep.data.FolderLock;
import dev.lockstep.data.LongCounts;
import dev.lockstep.data.PairSource;
import dev.lockstep.error.InvalidInputException;
import dev.lockstep.error.RunFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import okhttp3.OkHttpClient;

/**
 * Fetches the URLs of a list into a folder. Every URL ends in one outcome, which stands in the
 * folder's journal; what stands there is not asked for again.
 */
public final class Downloader implements AutoCloseable {
  static final String JOURNAL = "journal.tsv";

  /** URLs that are at work, wait for their turn or wait to be tried again. */
  private static final int UNDER_WAY = 20_000;

  private static final long LOOK_MILLIS = 100;

  private final PairSource list;
  private final Path folder;
  private final DownloadSpec spec;
  private final FolderLock lock;
  private final Journal journal;
  private final ImageFolder images;
  private final PublicAddresses addresses;
  private final OkHttpClient client;
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Semaphore room = new Semaphore(UNDER_WAY);
  private final HostPauses pauses = new HostPauses();
  private final LongCounts claimed = new LongCounts();
  private final AtomicReference<RuntimeException> broken = new AtomicReference<>();
  private final AtomicLong ended = new AtomicLong();
  private final AtomicLong fetched = new AtomicLong();
  private ListRows listed = ListRows.NONE;
  private boolean stopped;

  /**
   * @param list pairs whose images are links
   * @throws InvalidInputException if another process is at work in the folder
   * @throws RunFailedException if the folder cannot be written
   */
  public Downloader(PairSource list, Path folder, DownloadSpec spec) {
    this.list = list;
    this.folder = folder;
    this.spec = spec;
    try {
      Files.createDirectories(folder);
      lock =
          FolderLock.take(
              folder, "another process downloads into it", "wait for it, or name another");
    } catch (IOException e) {
      throw new RunFailedException(
          folder + ": the folder cannot be used: " + e.getMessage(),
          "see its permissions and that the disk has room",
          e);
    }
    journal = Journal.open(folder.resolve(JOURNAL));
    images = new ImageFolder(folder, spec.keep());
    addresses = new PublicAddresses(spec.privateAddresses());
    client = ImageClient.of(spec, addresses);
  }

  /**
   * How far a download has come.
   *
   * @param rows of the list that have a URL to be looked at
   * @param seen rows whose URL has an outcome, or is a repetition
   * @param fetched images of this session
   */
  public record Progress(long rows, long seen, long fetched) {}

  /**
   * Fetches what has no outcome yet.
   *
   * @param retryFailed whether URLs that failed are tried again instead of those without outcome
   * @param progress told a few times a second
   * @param stop asked a few times a second; where it says yes, what is under way is given up
   * @return nothing if it was stopped
   * @throws InvalidInputException if the list is no list of URLs
   * @throws RunFailedException if the disk is full
   */
  public boolean run(boolean retryFailed, Consumer<Progress> progress, BooleanSupplier stop) {
    ListRows rows = ListRows.of(list);
    listed = rows;
    AtomicLong passed = new AtomicLong();
    AtomicLong started = new AtomicLong();
    Runnable tell =
        () ->
            progress.accept(new Progress(rows.links(), passed.get() + ended.get(), fetched.get()));
    ListRows.forEach(
        list,
        (text, link) -> {
          long key = Journal.key(link.url());
          if (isDue(key, retryFailed) && enter(tell, stop)) {
            started.incrementAndGet();
            new Transfer(this, spec, link, key).start();
          } else {
            passed.incrementAndGet();
          }
        });
    while (ended.get() < started.get() && !isOver(stop)) {
      tell.run();
      pauseAMoment();
    }
    boolean whole = ended.get() == started.get() && !stop.getAsBoolean();
    giveUp();
    if (broken.get() != null) {
      throw broken.get();
    }
    tell.run();
    if (whole && spec.keep()) {
      FetchedPairs.write(folder, list, journal);
    }
    return whole;
  }

  private boolean isDue(long key, boolean retryFailed) {
    if (!journal.meet(key)) {
      return false;
    }
    Entry known = journal.get(key);
    if (known == null) {
      return !retryFailed;
    }
    boolean onlyLookedAt = spec.keep() && known.file().isEmpty();
    return known.outcome() == Outcome.OK ? onlyLookedAt : retryFailed;
  }

  private boolean enter(Runnable tell, BooleanSupplier stop) {
    try {
      while (!isOver(stop)) {
        if (room.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
          return true;
        }
        tell.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  private boolean isOver(BooleanSupplier stop) {
    return broken.get() != null || stop.getAsBoolean() || Thread.currentThread().isInterrupted();
  }

  private static void pauseAMoment() {
    try {
      Thread.sleep(LOOK_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** From here on nothing is written down: what a request that is cut off says is no outcome. */
  private void giveUp() {
    synchronized (this) {
      stopped = true;
    }
    clock.shutdownNow();
    client.dispatcher().cancelAll();
  }

  /** What came of a URL, once and for all. */
  void end(
      long key, Entry entry, int status, ImageFolder.Received received, String detail, String url) {
    synchronized (this) {
      if (stopped) {
        return;
      }
      journal.add(key, entry, status, received.bytes(), received.sha256(), detail, url);
    }
    if (entry.outcome() == Outcome.OK) {
      fetched.incrementAndGet();
    }
    ended.incrementAndGet();
    room.release();
  }

  /** Runs a step of a transfer; what it throws ends the whole download, and not its thread. */
  void guard(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      broken.compareAndSet(null, e);
    }
  }

  void later(Duration wait, Runnable step) {
    synchronized (this) {
      if (!stopped) {
        clock.schedule(() -> guard(step), wait.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
  }

  /**
   * What is wrong with the name that a list gives: it must lie within the folder, and be of no
   * other URL. If it is, it is this URL's from then on; called for one row after the other.
   */
  Optional<String> faultOf(String name, long key) {
    if (!images.holds(name)) {
      return Optional.of(name);
    }
    String path = ImageFolder.normalized(name);
    boolean free = claimed.getOrElse(Journal.key(path), key) == key && !journal.isTaken(path, key);
    if (!free) {
      return Optional.of(name + " is the name of another URL's image");
    }
    claimed.put(Journal.key(path), key);
    return Optional.empty();
  }

  OkHttpClient client() {
    return client;
  }

  HostPauses pauses() {
    return pauses;
  }

  PublicAddresses addresses() {
    return addresses;
  }

  ImageFolder images() {
    return images;
  }

  /**
   * How often each outcome stands in the journal, over all sessions, and by host; and what could
   * not be read of the list in this one.
   */
  public DownloadReport report() {
    return DownloadReport.of(journal, listed);
  }

  @Override
  public void close() {
    giveUp();
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
    journal.close();
    lock.close();
  }
}
