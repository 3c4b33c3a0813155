package dev.lockstep.serve;

import com.google.gson.JsonObject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.handler.ErrorHandler;

/** What Jetty itself refuses, such as an address that is no address, as JSON like all else. */
final class JsonErrorHandler extends ErrorHandler {
  @Override
  public void handle(
      String target, Request base, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    base.setHandled(true);
    response.setContentType("application/json");
    response.getOutputStream().write(body(response.getStatus()));
  }

  @Override
  public ByteBuffer badMessageError(int status, String reason, HttpFields.Mutable fields) {
    fields.put("Content-Type", "application/json");
    return ByteBuffer.wrap(body(status));
  }

  private static byte[] body(int status) {
    JsonObject json = new JsonObject();
    json.addProperty("error", "the request cannot be read: " + HttpStatus.getMessage(status));
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }
}
