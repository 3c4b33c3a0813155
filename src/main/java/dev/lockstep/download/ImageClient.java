package dev.lockstep.download;

import java.net.Proxy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;

/** How servers are asked: so many requests at one time, and none in a private network. */
final class ImageClient {
  private static final int IDLE_SECONDS = 30;

  private ImageClient() {}

  /** Redirects are followed by {@link Transfer}, whose time limit covers a whole attempt. */
  static OkHttpClient of(DownloadSpec spec, PublicAddresses addresses) {
    Dispatcher dispatcher = new Dispatcher();
    dispatcher.setMaxRequests(spec.concurrency());
    dispatcher.setMaxRequestsPerHost(spec.perHost());
    return new OkHttpClient.Builder()
        .dispatcher(dispatcher)
        .connectionPool(new ConnectionPool(spec.concurrency(), IDLE_SECONDS, TimeUnit.SECONDS))
        .dns(addresses)
        .followRedirects(false)
        .followSslRedirects(false)
        .connectTimeout(spec.timeLimit())
        .readTimeout(Duration.ZERO)
        .writeTimeout(Duration.ZERO)
        .addInterceptor(
            chain -> {
              chain.request().tag(Transfer.Running.class).begin();
              return chain.proceed(chain.request());
            })
        .addNetworkInterceptor(
            chain -> {
              addresses.checkConnected(chain.connection());
              return chain.proceed(chain.request());
            })
        .proxy(Proxy.NO_PROXY)
        .build();
  }
}
