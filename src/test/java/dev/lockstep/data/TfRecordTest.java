package dev.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.error.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.io.FifoQueue;
import org.tensorflow.op.io.QueueEnqueue;
import org.tensorflow.op.io.ReaderRead;
import org.tensorflow.op.io.TfRecordReader.Options;
import org.tensorflow.types.TString;

class TfRecordTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void twoRecords() throws IOException {
    file = folder.resolve("part-00000-of-00001.tfrecord");
    try (TfRecordWriter writer = new TfRecordWriter(file)) {
      writer.write("first".getBytes(StandardCharsets.UTF_8));
      writer.write("second".getBytes(StandardCharsets.UTF_8));
      assertThat(writer.records()).isEqualTo(2);
      assertThat(writer.bytes()).isEqualTo(16 + 5 + 16 + 6);
    }
  }

  @Test
  void givesBackWhatWasWritten() {
    try (TfRecordReader reader = new TfRecordReader(file)) {
      assertThat(reader.next()).asString().isEqualTo("first");
      assertThat(reader.next()).asString().isEqualTo("second");
      assertThat(reader.hasNext()).isFalse();
    }
  }

  /** TensorFlow's own reader is the independent implementation. */
  @Test
  void tensorFlowReadsIt() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      var reader = tf.io.tfRecordReader(new Options[0]);
      var queue = tf.io.fifoQueue(List.of(TString.class), new FifoQueue.Options[0]);
      Placeholder<TString> name = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
      var enqueue =
          tf.io.queueEnqueue(queue, List.<Operand<?>>of(name), new QueueEnqueue.Options[0]);
      ReaderRead read = tf.io.readerRead(reader, queue);
      try (Session session = new Session(graph);
          TString path = TString.scalarOf(file.toString())) {
        session.runner().feed(name, path).addTarget(enqueue).run().close();
        for (String expected : new String[] {"first", "second"}) {
          try (Result result = session.runner().fetch(read.value()).run()) {
            assertThat(((TString) result.get(0)).getObject()).isEqualTo(expected);
          }
        }
      }
    }
  }

  /**
   * CRC-32C of "123456789" is e3069283 (RFC 3720's check value); masked by the formula of
   * TensorFlow's crc32c.h: (crc >> 15 | crc << 17) + a282ead8, worked out by hand.
   */
  @Test
  void masksTheChecksum() {
    byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);

    assertThat(HexFormat.of().toHexDigits(MaskedCrc.of(digits, 0, 9))).isEqualTo("c78ab0e5");
  }

  @Test
  void refusesAFlippedByteWhereverItIs() throws IOException {
    byte[] good = Files.readAllBytes(file);
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= 4;
      Files.write(file, bad);

      assertThatThrownBy(this::readAll)
          .as("byte %d", i)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(file + " at byte " + (i < 21 ? 0 : 21))
          .hasMessageContaining("delete the folder " + folder);
    }
  }

  @Test
  void refusesACutWhereverItIs() throws IOException {
    byte[] good = Files.readAllBytes(file);
    for (int length = 0; length < good.length; length++) {
      if (length == 21) {
        continue; // cut between two records: the manifest's size tells, the file cannot
      }
      Files.write(file, Arrays.copyOf(good, length));

      assertThatThrownBy(this::readAll)
          .as("%d bytes", length)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(file + " at byte " + (length < 21 ? 0 : 21));
    }
  }

  @Test
  void saysThatAFileIsMissing() {
    assertThatThrownBy(() -> new TfRecordReader(folder.resolve("none.tfrecord")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("none.tfrecord: cannot be read");
  }

  private void readAll() {
    try (TfRecordReader reader = new TfRecordReader(file)) {
      while (reader.hasNext()) {
        reader.next();
      }
    }
  }
}
