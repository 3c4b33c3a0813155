package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HtmlTest {
  @Test
  void markupIsShownAsText() {
    assertThat(Html.text("<b title='a' id=\"b\">&</b>"))
        .isEqualTo("&lt;b title=&#39;a&#39; id=&quot;b&quot;&gt;&amp;&lt;/b&gt;");
  }

  @Test
  void chineseIsMarkedAsChinese() {
    assertThat(Html.text("一只猫 <3")).isEqualTo("<span lang=\"zh\">一只猫 &lt;3</span>");
    assertThat(Html.text("a cat")).isEqualTo("a cat");
  }
}
