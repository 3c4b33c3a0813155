package dev.lockstep.serve.model;

import dev.lockstep.serve.model.RefusedException.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the requests that wait for a model together: one thread runs the model, and whatever came
 * meanwhile for the same signature goes into its next run. A request that is alone does not wait;
 * where several come at once, they wait for each other, but never longer than the limit.
 */
final class Batcher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Batcher.class);

  /**
   * @param pixels of its images, decoded
   * @param deadline by {@link System#nanoTime}
   */
  private record Job(
      String signature,
      Map<String, TensorValue> inputs,
      int rows,
      long pixels,
      long deadline,
      CompletableFuture<Map<String, TensorValue>> answer) {}

  private final ServedModel model;
  private final Limits limits;
  private final BatchListener listener;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final ArrayDeque<Job> queue = new ArrayDeque<>();
  private final Thread worker;
  private boolean closed;
  private int joinedLast = 1;

  Batcher(ServedModel model, Limits limits, BatchListener listener) {
    this.model = model;
    this.limits = limits;
    this.listener = listener;
    worker = new Thread(this::work, "model-" + model.version());
    worker.setDaemon(true);
    worker.start();
  }

  /**
   * The answer to a request, which may be exceptional.
   *
   * @throws RefusedException if too many wait, or the model is being unloaded
   */
  CompletableFuture<Map<String, TensorValue>> submit(
      String signature, Map<String, TensorValue> inputs, long pixels) {
    int rows = inputs.values().iterator().next().rows();
    Job job =
        new Job(
            signature,
            inputs,
            rows,
            pixels,
            System.nanoTime() + limits.answerTime().toNanos(),
            new CompletableFuture<>());
    lock.lock();
    try {
      if (closed) {
        throw new RefusedException(Reason.UNLOADED, "this version is being unloaded");
      }
      if (queue.size() >= limits.queue()) {
        throw new RefusedException(
            Reason.OVERLOADED,
            queue.size() + " requests are waiting already; try again a little later");
      }
      queue.add(job);
      arrived.signal();
    } finally {
      lock.unlock();
    }
    return job.answer;
  }

  int waiting() {
    lock.lock();
    try {
      return queue.size();
    } finally {
      lock.unlock();
    }
  }

  private void work() {
    try {
      for (List<Job> jobs = next(); !jobs.isEmpty(); jobs = next()) {
        answer(jobs);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      model.close();
    }
  }

  /** What the next run answers; nothing once all is answered and no more will come. */
  private List<Job> next() throws InterruptedException {
    lock.lock();
    try {
      List<Job> jobs = new ArrayList<>();
      while (jobs.isEmpty()) {
        while (queue.isEmpty()) {
          if (closed) {
            return List.of();
          }
          arrived.await();
        }
        long patience = limits.delay().toNanos();
        while (!closed && patience > 0 && queue.size() < expected()) {
          patience = arrived.awaitNanos(patience);
        }
        jobs = take();
      }
      joinedLast = jobs.size();
      return jobs;
    } finally {
      lock.unlock();
    }
  }

  /** Those who were answered together are likely to ask again together. */
  private int expected() {
    return Math.min(joinedLast, limits.joined());
  }

  private List<Job> take() {
    List<Job> jobs = new ArrayList<>();
    int rows = 0;
    long pixels = 0;
    for (Iterator<Job> waiting = queue.iterator(); waiting.hasNext(); ) {
      Job job = waiting.next();
      if (job.answer.isDone()) {
        waiting.remove();
      } else if (System.nanoTime() > job.deadline) {
        waiting.remove();
        job.answer.completeExceptionally(
            new RefusedException(Reason.TIMED_OUT, "the request waited for too long"));
      } else if (jobs.isEmpty()
          || (joins(jobs.get(0), job)
              && rows + job.rows <= limits.joined()
              && pixels + job.pixels <= limits.pixels())) {
        waiting.remove();
        jobs.add(job);
        rows += job.rows;
        pixels += job.pixels;
      }
    }
    return jobs;
  }

  private boolean joins(Job first, Job other) {
    return first.signature.equals(other.signature)
        && model.joins(first.signature)
        && first.inputs.entrySet().stream()
            .allMatch(input -> input.getValue().joins(other.inputs.get(input.getKey())));
  }

  private void answer(List<Job> jobs) {
    long start = System.nanoTime();
    try {
      if (jobs.size() == 1) {
        Job job = jobs.get(0);
        job.answer.complete(model.run(job.signature, job.inputs));
      } else {
        share(jobs, model.run(jobs.get(0).signature, together(jobs)));
      }
    } catch (RuntimeException | OutOfMemoryError e) {
      fail(jobs, e);
    }
    listener.answered(
        jobs.size(),
        jobs.stream().mapToInt(Job::rows).sum(),
        TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start) / 1e6);
  }

  private static Map<String, TensorValue> together(List<Job> jobs) {
    Map<String, TensorValue> inputs = new HashMap<>();
    for (String name : jobs.get(0).inputs.keySet()) {
      inputs.put(name, TensorValue.concat(jobs.stream().map(job -> job.inputs.get(name)).toList()));
    }
    return inputs;
  }

  private static void share(List<Job> jobs, Map<String, TensorValue> outputs) {
    int row = 0;
    for (Job job : jobs) {
      Map<String, TensorValue> own = new LinkedHashMap<>();
      for (Map.Entry<String, TensorValue> output : outputs.entrySet()) {
        own.put(output.getKey(), output.getValue().slice(row, row + job.rows));
      }
      row += job.rows;
      job.answer.complete(own);
    }
  }

  /** Whoever was joined with a request that fails is asked for alone. */
  private void fail(List<Job> jobs, Throwable e) {
    if (jobs.size() == 1) {
      log.warn("a request to {} failed: {}", jobs.get(0).signature, e.toString());
      jobs.get(0).answer.completeExceptionally(e);
      return;
    }
    jobs.forEach(job -> answer(List.of(job)));
  }

  /** Takes no more; those who wait are answered, and then the model is unloaded. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until all are answered. */
  void awaitEnd() throws InterruptedException {
    worker.join();
  }
}
