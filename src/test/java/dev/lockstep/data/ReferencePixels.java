package dev.lockstep.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Images of a folder of the test resources, and the pixels that Pillow makes of them. */
record ReferencePixels(String folder) {

  byte[] image(String name) throws IOException {
    try (InputStream in = ReferencePixels.class.getResourceAsStream("/" + folder + "/" + name)) {
      return in.readAllBytes();
    }
  }

  /** Row-major RGB, from a safetensors file: 8 bytes of length, a JSON header, the data. */
  byte[] expected(String name) throws IOException {
    byte[] file = image("expected.safetensors");
    int header = Math.toIntExact(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong());
    JsonObject tensors =
        JsonParser.parseString(new String(file, 8, header, StandardCharsets.UTF_8))
            .getAsJsonObject();
    JsonArray offsets = tensors.getAsJsonObject(name).getAsJsonArray("data_offsets");
    return Arrays.copyOfRange(
        file, 8 + header + offsets.get(0).getAsInt(), 8 + header + offsets.get(1).getAsInt());
  }

  /** The greatest difference in levels, and how many values differ. */
  static int[] differences(byte[] actual, byte[] expected) {
    int greatest = actual.length == expected.length ? 0 : 256;
    int count = 0;
    for (int i = 0; i < Math.min(actual.length, expected.length); i++) {
      int difference = Math.abs((actual[i] & 255) - (expected[i] & 255));
      greatest = Math.max(greatest, difference);
      count += difference > 0 ? 1 : 0;
    }
    return new int[] {greatest, count};
  }
}
