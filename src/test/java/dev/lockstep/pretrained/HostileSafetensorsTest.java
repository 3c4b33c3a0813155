package dev.lockstep.pretrained;

import static dev.lockstep.pretrained.Refusal.assertRefused;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostileSafetensorsTest {
  @TempDir Path folder;

  @Test
  void aHeaderLongerThanTheFile() throws IOException {
    assertRefused(withHeaderLength(1L << 60), "its header is to have 1152921504606846976 bytes");
    assertRefused(withHeaderLength(-1), "its header is to have 18446744073709551615 bytes");
    assertRefused(withHeaderLength(99_999_999), "its header is to have 99999999 bytes");
    assertRefused(withHeaderLength(0), "its header is to have 0 bytes");
  }

  private Path withHeaderLength(long length) throws IOException {
    byte[] bytes = new byte[64];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length).put((byte) '{');
    return Files.write(folder.resolve("model.safetensors"), bytes);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a':T[2]@[0,8], 'b':T[2]@[4,12]} | 12 | b overlaps the tensor before it",
        "{'a':T[2]@[0,8], 'b':T[2]@[0,8]} | 8 | b overlaps the tensor before it",
        "{'a':T[2]@[0,8], 'b':T[1]@[12,16]} | 16 | b leaves a gap",
        "{'a':T[2]@[0,8]} | 12 | 4 bytes stand behind the last tensor",
        "{'a':T[2]@[0,8]} | 7 | a is to stand in bytes [0, 8] of 7",
        "{'a':T[2]@[4611686018427387904,4611686018427387912]} | 8 | a is to stand in bytes",
        "{'a':T[2]@[9223372036854775807,-9223372036854775801]} | 8 | a is to stand in bytes",
        "{'a':T[2]@[-8,0]} | 8 | a is to stand in bytes",
        "{'a':T[-2]@[0,8]} | 8 | a[-2] has a negative dimension",
        "{'a':T[-1,-2]@[0,8]} | 8 | has a negative dimension",
        "{'a':T[1099511627776]@[0,8]} | 8 | beyond the file's",
        "{'a':T[1099511627776,1099511627776]@[0,8]} | 8 | more elements than any file",
        "{'a':T[0,1099511627776,1099511627776]@[0,0]} | 0 | more elements than any file",
        "{'a':T[3]@[0,8]} | 8 | a is to be F32[3]",
        "{'a':T[1]@[0,4], 'a':T[1]@[4,8]} | 8 | a is there twice",
        "{'a':T[1.5]@[0,4]} | 4 | its header cannot be read",
        "{'a':{'dtype':'F99','shape':[1],'data_offsets':[0,4]}} | 4 | the dtype F99",
        "{'a':{'dtype':'F32','shape':[1]}} | 4 | lacks its dtype, its shape or its two",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0]}} | 4 | lacks its dtype",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4],'x':1}} | 4 | has the key x",
        "{'a':T[1]@[0,4]}} | 4 | its header cannot be read",
        "{'a':T[1]@[0,4] | 4 | its header cannot be read",
        "{'a':7} | 4 | its header cannot be read",
        "{7} | 4 | its header cannot be read"
      })
  void aHeaderThatContradictsItself(String header, int dataBytes, String found) throws IOException {
    assertRefused(
        write(
            header
                .replaceAll(
                    "T(\\[[^]]*\\])@(\\[[^]]*\\])", "{'dtype':'F32','shape':$1,'data_offsets':$2}")
                .replace('\'', '"'),
            dataBytes),
        found);
  }

  @Test
  void aHeaderOfNestedLists() throws IOException {
    assertRefused(write("{\"a\":" + "[".repeat(100_000), 0), "its header cannot be read");
    assertRefused(
        write("{\"a\":{\"shape\":[" + "1,".repeat(100_000) + "1],\"dtype\":\"F32\"}}", 0),
        "its header cannot be read: more than 64 numbers");
  }

  private Path write(String header, int dataBytes) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    return Files.write(folder.resolve("model.safetensors"), bytes.array());
  }
}
