package dev.lockstep.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The blocks are those of RFC 6890 and of the registries that it began. */
class PublicAddressesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.168.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fd12::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:c0a8:1::1"
      })
  void arePrivate(String address) {
    assertThat(PublicAddresses.isPublic(InetAddresses.forString(address))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "100.63.255.255",
        "100.128.0.1",
        "172.32.0.1",
        "192.169.0.1",
        "223.255.255.255",
        "2606:4700::1111",
        "64:ff9b::101:101"
      })
  void arePublic(String address) {
    assertThat(PublicAddresses.isPublic(InetAddresses.forString(address))).isTrue();
  }

  @Test
  void aHostIsLookedUpOnce() throws UnknownHostException {
    AtomicInteger lookups = new AtomicInteger();
    PublicAddresses addresses =
        new PublicAddresses(
            false,
            host -> {
              lookups.incrementAndGet();
              if (host.equals("none.example")) {
                throw new UnknownHostException(host);
              }
              return List.of(InetAddresses.forString("1.1.1.1"));
            });

    List<InetAddress> first = addresses.lookup("one.example");
    assertThat(addresses.lookup("one.example")).isEqualTo(first);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> addresses.lookup("none.example"))
          .isInstanceOf(UnknownHostException.class);
    }
    assertThat(lookups).hasValue(2);
  }

  @Test
  void aHostWithOnePrivateAddressIsNotAsked() {
    PublicAddresses addresses =
        new PublicAddresses(
            false,
            host ->
                List.of(InetAddresses.forString("1.1.1.1"), InetAddresses.forString("10.0.0.1")));

    assertThatThrownBy(() -> addresses.lookup("rebound.example"))
        .isInstanceOf(PublicAddresses.PrivateAddressException.class)
        .hasMessageContaining("rebound.example is 10.0.0.1");
  }
}
