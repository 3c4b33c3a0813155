package dev.lockstep.download;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import okhttp3.Connection;
import okhttp3.Dns;
import okhttp3.HttpUrl;

/**
 * Looks up hosts, remembers them, and gives no address of a private network or of this machine: a
 * list of URLs from the web must not reach what only this machine can reach. The connection is made
 * to the very address that was checked, so a name that changes its address in between gains
 * nothing.
 */
final class PublicAddresses implements Dns {
  /** What OkHttp takes for an address and does not look up; 2130706433 is 127.0.0.1. */
  private static final Pattern LITERAL = Pattern.compile("[0-9a-fA-F]*:[0-9a-fA-F:.]*|[\\d.]+");

  private static final Duration REMEMBERED = Duration.ofMinutes(10);
  private static final Duration FAILURE_REMEMBERED = Duration.ofMinutes(1);

  /** The host is known, and is none to ask. */
  static final class PrivateAddressException extends UnknownHostException {
    private static final long serialVersionUID = 1;

    PrivateAddressException(String host, InetAddress address) {
      super(host + " is " + address.getHostAddress() + ", which is not in the public internet");
    }
  }

  private record Known(List<InetAddress> addresses, String failure, long untilNanos) {}

  private final boolean all;
  private final Dns system;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  /**
   * @param all whether private addresses are given too
   */
  PublicAddresses(boolean all) {
    this(all, Dns.SYSTEM);
  }

  PublicAddresses(boolean all, Dns system) {
    this.all = all;
    this.system = system;
  }

  @Override
  public List<InetAddress> lookup(String host) throws UnknownHostException {
    Known entry =
        known.compute(
            host,
            (name, old) -> old != null && old.untilNanos - System.nanoTime() > 0 ? old : ask(name));
    if (entry.failure != null) {
      throw new UnknownHostException(entry.failure);
    }
    check(host, entry.addresses);
    return entry.addresses;
  }

  private Known ask(String host) {
    try {
      List<InetAddress> addresses = system.lookup(host);
      return new Known(addresses, null, System.nanoTime() + REMEMBERED.toNanos());
    } catch (UnknownHostException e) {
      return new Known(
          List.of(), host + " is not known", System.nanoTime() + FAILURE_REMEMBERED.toNanos());
    }
  }

  /**
   * Checks a host that is written as an address, which nobody looks up.
   *
   * @throws PrivateAddressException if it is one
   */
  void checkLiteral(HttpUrl url) throws UnknownHostException {
    if (LITERAL.matcher(url.host()).matches()) {
      check(url.host(), List.of(InetAddress.getAllByName(url.host())));
    }
  }

  /**
   * Checks where a connection has led, before anything is sent: whatever way a host was written.
   *
   * @throws PrivateAddressException if it is there
   */
  void checkConnected(Connection connection) throws PrivateAddressException {
    InetAddress address = connection.route().socketAddress().getAddress();
    check(connection.route().address().url().host(), List.of(address));
  }

  private void check(String host, List<InetAddress> addresses) throws PrivateAddressException {
    for (InetAddress address : addresses) {
      if (!all && !isPublic(address)) {
        throw new PrivateAddressException(host, address);
      }
    }
  }

  /** Whether an address is one of the public internet (RFC 6890 and its registries). */
  static boolean isPublic(InetAddress address) {
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return false;
    }
    byte[] bytes = address.getAddress();
    if (address instanceof Inet4Address) {
      return isPublic(bytes[0] & 0xff, bytes[1] & 0xff, bytes[2] & 0xff);
    }
    boolean uniqueLocal = (bytes[0] & 0xfe) == 0xfc;
    return !uniqueLocal
        && embedded((Inet6Address) address).map(PublicAddresses::isPublic).orElse(true);
  }

  private static boolean isPublic(int a, int b, int c) {
    boolean shared = a == 100 && b >= 64 && b < 128;
    boolean protocols = a == 192 && b == 0 && (c == 0 || c == 2);
    boolean benchmarks = a == 198 && (b == 18 || b == 19);
    boolean examples = (a == 198 && b == 51 && c == 100) || (a == 203 && b == 0 && c == 113);
    return a != 0 && a < 240 && !shared && !protocols && !benchmarks && !examples;
  }

  /** The IPv4 address that an IPv6 address stands for: 6to4, and NAT64's 64:ff9b::/96. */
  private static Optional<InetAddress> embedded(Inet6Address address) {
    byte[] b = address.getAddress();
    if (b[0] == 0x20 && b[1] == 0x02) {
      return Optional.of(v4(b, 2));
    }
    boolean nat64 = b[0] == 0 && b[1] == 0x64 && (b[2] & 0xff) == 0xff && (b[3] & 0xff) == 0x9b;
    boolean compatible = true;
    for (int i = 0; i < 12; i++) {
      compatible &= b[i] == 0;
    }
    return nat64 || compatible ? Optional.of(v4(b, 12)) : Optional.empty();
  }

  private static InetAddress v4(byte[] bytes, int from) {
    try {
      return InetAddress.getByAddress(Arrays.copyOfRange(bytes, from, from + 4));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }
}
