package dev.lockstep.serve;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import dev.lockstep.serve.model.Limits;
import dev.lockstep.serve.model.RefusedException;
import dev.lockstep.serve.model.RefusedException.Reason;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;

/** Reads the JSON of a request: not more than is taken, and not from a client that dawdles. */
final class RequestBody {
  /** Each takes a thread for as long as it dawdles; the other threads answer meanwhile. */
  private static final int READ_AT_ONCE = 128;

  private static final int CHUNK = 1 << 16;

  private final Limits limits;
  private final Semaphore reading = new Semaphore(READ_AT_ONCE);

  RequestBody(Limits limits) {
    this.limits = limits;
  }

  /**
   * @throws RefusedException if it is too large, no JSON, or no object
   * @throws SlowBodyException if it does not arrive in time
   */
  JsonObject object(Context context) {
    String text = text(context);
    try {
      JsonReader reader = new JsonReader(new StringReader(text));
      reader.setStrictness(Strictness.STRICT);
      JsonElement json = JsonParser.parseReader(reader);
      if (reader.peek() != JsonToken.END_DOCUMENT) {
        throw invalid("JSON Parse error: something stands behind the document's end");
      }
      if (!json.isJsonObject()) {
        throw invalid("Request must be a JSON object");
      }
      return json.getAsJsonObject();
    } catch (JsonParseException | MalformedJsonException e) {
      throw invalid("JSON Parse error: " + firstLine(e));
    } catch (IOException | NumberFormatException | StackOverflowError e) {
      throw invalid("JSON Parse error: the document cannot be read");
    }
  }

  private String text(Context context) {
    if (context.req().getContentLengthLong() > limits.bodyBytes()) {
      throw tooLarge();
    }
    if (!reading.tryAcquire()) {
      throw new RefusedException(Reason.OVERLOADED, "too many requests are arriving at once");
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes(context.req().getInputStream())))
          .toString();
    } catch (CharacterCodingException e) {
      throw invalid("JSON Parse error: the body is not UTF-8");
    } catch (IOException e) {
      if (e.getCause() instanceof TimeoutException) {
        throw new SlowBodyException();
      }
      throw invalid("the body ends before its length");
    } finally {
      reading.release();
    }
  }

  private byte[] bytes(InputStream in) throws IOException {
    long deadline = System.nanoTime() + limits.bodyTime().toNanos();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] chunk = new byte[CHUNK];
    for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
      all.write(chunk, 0, read);
      if (all.size() > limits.bodyBytes()) {
        throw tooLarge();
      }
      if (System.nanoTime() > deadline) {
        throw new SlowBodyException();
      }
    }
    return all.toByteArray();
  }

  private RefusedException tooLarge() {
    return new RefusedException(
        Reason.TOO_LARGE, "the body may have up to %,d bytes".formatted(limits.bodyBytes()));
  }

  private static RefusedException invalid(String message) {
    return new RefusedException(Reason.INVALID, message);
  }

  private static String firstLine(Exception e) {
    String message = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
    return String.valueOf(message).lines().findFirst().orElse("");
  }

  /** A body that did not arrive in time. */
  static final class SlowBodyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SlowBodyException() {
      super("the body did not arrive in time", null, false, false);
    }
  }
}
