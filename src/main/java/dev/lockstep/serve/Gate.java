package dev.lockstep.serve;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import dev.lockstep.serve.RequestBody.SlowBodyException;
import dev.lockstep.serve.model.RefusedException;
import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What every request passes: the token, the headers of every answer, and errors as JSON. */
final class Gate {
  private static final Logger log = LoggerFactory.getLogger(Gate.class);
  private static final String BEARER = "Bearer ";

  /** Nothing but what this server gives itself; images that a page was given may be shown too. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final Optional<byte[]> token;
  private volatile boolean draining;

  Gate(Optional<String> token) {
    this.token = token.map(t -> t.getBytes(StandardCharsets.UTF_8));
  }

  void addTo(Javalin app) {
    app.before(this::enter);
    app.exception(RefusedException.class, (e, context) -> refuse(context, e));
    app.exception(
        SlowBodyException.class,
        (e, context) -> {
          context.header("Connection", "close");
          error(context, HttpStatus.REQUEST_TIMEOUT.getCode(), e.getMessage());
        });
    app.exception(
        TimeoutException.class,
        (e, context) ->
            error(context, HttpStatus.GATEWAY_TIMEOUT.getCode(), "the answer took too long"));
    app.exception(
        HttpResponseException.class,
        (e, context) -> {
          String methods = e.getDetails().get("availableMethods");
          if (methods != null) {
            context.header("Allow", methods);
          }
          error(context, e.getStatus(), told(e, context));
        });
    app.exception(Exception.class, this::fail);
  }

  /** From now on new requests are turned away; those that are being answered are not. */
  void drain() {
    draining = true;
  }

  private void enter(Context context) {
    context
        .header("X-Content-Type-Options", "nosniff")
        .header("X-Frame-Options", "DENY")
        .header("Referrer-Policy", "no-referrer")
        .header("Cross-Origin-Resource-Policy", "same-origin")
        .header("Cross-Origin-Opener-Policy", "same-origin")
        .header("Content-Security-Policy", POLICY)
        .header("Cache-Control", "no-store");
    if (draining) {
      throw new HttpResponseException(
          HttpStatus.SERVICE_UNAVAILABLE.getCode(), "the server is ending");
    }
    if (token.isPresent() && !isOpen(context.path()) && !shows(context, token.get())) {
      context.header("WWW-Authenticate", "Bearer");
      throw new HttpResponseException(
          HttpStatus.UNAUTHORIZED.getCode(),
          "a token is asked for: send the header 'Authorization: Bearer TOKEN'");
    }
  }

  private static boolean isOpen(String path) {
    return path.equals("/health") || PageFiles.has(path);
  }

  /** In a time that does not tell how much of it was right. */
  private static boolean shows(Context context, byte[] token) {
    String header = context.header("Authorization");
    return header != null
        && header.startsWith(BEARER)
        && MessageDigest.isEqual(
            header.substring(BEARER.length()).getBytes(StandardCharsets.UTF_8), token);
  }

  private static void refuse(Context context, RefusedException e) {
    HttpStatus status =
        switch (e.reason()) {
          case INVALID -> HttpStatus.BAD_REQUEST;
          case TOO_LARGE -> HttpStatus.CONTENT_TOO_LARGE;
          case OVERLOADED -> HttpStatus.TOO_MANY_REQUESTS;
          case TIMED_OUT -> HttpStatus.GATEWAY_TIMEOUT;
          case UNLOADED -> HttpStatus.SERVICE_UNAVAILABLE;
          case NOT_FOUND -> HttpStatus.NOT_FOUND;
        };
    if (e.reason() == RefusedException.Reason.OVERLOADED) {
      context.header("Retry-After", "1");
    }
    error(context, status.getCode(), e.getMessage());
  }

  private void fail(Exception e, Context context) {
    log.warn("{} {} failed: {}", context.method(), context.path(), e.toString());
    log.debug("", e);
    error(
        context,
        HttpStatus.INTERNAL_SERVER_ERROR.getCode(),
        "something went wrong on the server; its log says what");
  }

  private static String told(HttpResponseException e, Context context) {
    return switch (e.getStatus()) {
      case 404 -> "there is nothing at " + context.path();
      case 405 -> context.method() + " is not for " + context.path();
      default -> e.getMessage();
    };
  }

  /** In TensorFlow Serving's form, or in OpenAI's where one of its clients asks. */
  private static void error(Context context, int status, String message) {
    JsonObject json = new JsonObject();
    if (context.path().equals(EmbeddingsEndpoint.PATH)) {
      JsonObject error = new JsonObject();
      error.addProperty("message", message);
      error.addProperty("type", status < 500 ? "invalid_request_error" : "server_error");
      error.add("param", JsonNull.INSTANCE);
      error.add("code", JsonNull.INSTANCE);
      json.add("error", error);
    } else {
      json.addProperty("error", message);
    }
    context.status(status).contentType("application/json").result(json.toString());
  }
}
