package dev.lockstep.export;

import dev.lockstep.evaluate.EmbeddedBatch;
import dev.lockstep.evaluate.Embeddings;
import dev.lockstep.model.DualEncoder;
import dev.lockstep.model.ModelSpec;
import dev.lockstep.model.Tokens;
import dev.lockstep.model.layer.LayerMode;
import dev.lockstep.tensorflow.CheckpointFile;
import dev.lockstep.tensorflow.VariableValues;
import dev.lockstep.tensorflow.Variables;
import dev.lockstep.text.WordPieceTokenizer;
import java.nio.file.Path;
import java.util.Random;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/** Texts and images drawn at random, embedded by a checkpoint's model as evaluation does. */
final class ProbeBatch {
  private static final int COUNT = 4;
  private static final long SEED = 1;

  private final ModelSpec spec;
  private final int side;
  private final WordPieceTokenizer tokenizer;
  private final ConfigProto config;

  ProbeBatch(ModelSpec spec, int side, WordPieceTokenizer tokenizer, ConfigProto config) {
    this.spec = spec;
    this.side = side;
    this.tokenizer = tokenizer;
    this.config = config;
  }

  EmbeddedBatch embed(Path variables) {
    int tokens = tokenizer.spec().contextLength();
    byte[] pixels = new byte[COUNT * side * side * 3];
    int[] inputIds = new int[COUNT * tokens];
    int[] mask = new int[COUNT * tokens];
    draw(tokens, pixels, inputIds, mask);
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variables made = new Variables(tf, 0);
      DualEncoder model = new DualEncoder(tf, made, spec, tokenizer.vocabulary().size());
      Placeholder<TUint8> image = tf.placeholder(TUint8.class, shape(side, side, 3));
      Placeholder<TInt32> ids = tf.placeholder(TInt32.class, shape(tokens));
      Placeholder<TInt32> attended = tf.placeholder(TInt32.class, shape(tokens));
      LayerMode mode = LayerMode.evaluation(false);
      Operand<TFloat32> images = model.imageEmbedding(image, mode);
      Operand<TFloat32> texts = model.textEmbedding(new Tokens(ids, attended), mode);
      CheckpointFile file = new CheckpointFile(tf, made.all());
      try (Session session = new Session(graph, config);
          TUint8 fedPixels =
              TUint8.tensorOf(Shape.of(COUNT, side, side, 3), DataBuffers.of(pixels));
          TInt32 fedIds = TInt32.tensorOf(Shape.of(COUNT, tokens), DataBuffers.of(inputIds));
          TInt32 fedMask = TInt32.tensorOf(Shape.of(COUNT, tokens), DataBuffers.of(mask))) {
        file.restore(session, variables);
        try (Result result =
            session
                .runner()
                .feed(image, fedPixels)
                .feed(ids, fedIds)
                .feed(attended, fedMask)
                .fetch(images)
                .fetch(texts)
                .run()) {
          return new EmbeddedBatch(
              COUNT,
              side,
              pixels,
              tokens,
              inputIds,
              mask,
              embeddings((TFloat32) result.get(0)),
              embeddings((TFloat32) result.get(1)));
        }
      }
    }
  }

  /** Texts of every length from the shortest on, padded. */
  private void draw(int tokens, byte[] pixels, int[] inputIds, int[] mask) {
    Random random = new Random(SEED);
    random.nextBytes(pixels);
    for (int text = 0; text < COUNT; text++) {
      int length = Math.max(2, tokens * (text + 1) / COUNT);
      for (int i = 0; i < tokens; i++) {
        boolean within = i < length;
        int id = random.nextInt(tokenizer.vocabulary().size());
        inputIds[text * tokens + i] = within ? id : tokenizer.vocabulary().padId();
        mask[text * tokens + i] = within ? 1 : 0;
      }
      inputIds[text * tokens] = tokenizer.vocabulary().startId();
      inputIds[text * tokens + length - 1] = tokenizer.vocabulary().endId();
    }
  }

  private Embeddings embeddings(TFloat32 values) {
    return new Embeddings(VariableValues.floats(values), COUNT, spec.embeddingSize());
  }

  private static Placeholder.Options shape(long... sides) {
    return Placeholder.shape(Shape.of(COUNT).append(Shape.of(sides)));
  }
}
