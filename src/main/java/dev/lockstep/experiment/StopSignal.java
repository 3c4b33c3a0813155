package dev.lockstep.experiment;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Turns Ctrl-C and SIGTERM into a request that the training can answer: the process ends only when
 * the work has come to its end, which writes a checkpoint first.
 */
public final class StopSignal implements BooleanSupplier, AutoCloseable {
  /** A checkpoint of the largest models takes some seconds; a stuck disk must not hold us. */
  private static final long PATIENCE_SECONDS = 120;

  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook;
  private volatile boolean requested;

  private StopSignal(Runnable whenAsked) {
    hook =
        new Thread(
            () -> {
              requested = true;
              whenAsked.run();
              awaitEnd();
            },
            "stop-signal");
  }

  /**
   * Begins to listen.
   *
   * @param whenAsked tells the user that the request has been heard
   */
  public static StopSignal listen(Runnable whenAsked) {
    StopSignal signal = new StopSignal(whenAsked);
    Runtime.getRuntime().addShutdownHook(signal.hook);
    return signal;
  }

  /** Whether the user has asked to stop. */
  @Override
  public boolean getAsBoolean() {
    return requested;
  }

  private void awaitEnd() {
    try {
      if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("lockstep: gave up waiting for the checkpoint");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The work has ended: nothing more is to be waited for. */
  @Override
  public void close() {
    ended.countDown();
    if (!requested) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The process is ending already, so the hook has run or is running.
        return;
      }
    }
  }
}
