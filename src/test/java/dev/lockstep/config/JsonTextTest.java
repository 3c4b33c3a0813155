package dev.lockstep.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParseException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {
  @Test
  void readsFields() {
    assertThat(read("{\"of\": {\"count\": 3}}")).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{\"of\": {\"cou",
        "[1, 2]",
        "7",
        "null",
        "{}",
        "{\"of\": 3}",
        "{\"of\": {\"count\": \"three\"}}",
        "{\"of\": {\"count\": {}}}",
        "{\"of\": {\"count\": null}}"
      })
  void whateverElseItIsIsOneException(String text) {
    assertThatThrownBy(() -> read(text)).isInstanceOf(JsonParseException.class);
  }

  @Test
  void theMessageIsForWhoeverHasTheFile() {
    assertThatThrownBy(() -> read("{}")).hasMessage("a field is missing");
    assertThatThrownBy(() -> read("{\"of\": 3}")).hasMessage("a field is of another type");
    assertThatThrownBy(() -> read("7")).hasMessage("Not a JSON Object: 7");
  }

  @Test
  void aNameThatIsNotKnownIsWrongToo() {
    assertThatThrownBy(
            () ->
                JsonText.read(
                    "{\"unit\": \"YEARS\"}",
                    json -> TimeUnit.valueOf(json.get("unit").getAsString())))
        .isInstanceOf(JsonParseException.class)
        .hasMessageContaining("YEARS");
  }

  private static int read(String text) {
    return JsonText.read(text, json -> json.getAsJsonObject("of").get("count").getAsInt());
  }
}
