package dev.lockstep.report;

import java.util.Locale;

/** Lines of a {@code metrics.jsonl} as a training writes them. */
final class SampleRun {
  private SampleRun() {}

  static String stage(int index, String name, int steps) {
    return """
    {"event":"stage","stage":"%s","strategy":"joint","index":%d,"steps":%d,"batchSize":32,\
    "trainedParameters":{"image":1200,"text":800}}\
    """
        .formatted(name, index, steps);
  }

  static String step(String stage, int step, String loss) {
    return """
    {"event":"step","stage":"%s","step":%d,"stageStep":%d,"examples":%d,"epoch":0.5,\
    "seconds":%s,"stepSeconds":0.25,"waitSeconds":0.01,"loss":%s,"floor":0.125,"chance":3.4657,\
    "learningRate":{"text":0.0005},"gradientNorm":{"text":0.5},"logitScale":14.25}\
    """
        .formatted(stage, step, step, step * 32, step * 0.25, loss);
  }

  static String evaluation(int step, boolean best, double recall) {
    return String.format(
        Locale.ROOT,
        """
        {"event":"evaluation","stage":"both","step":%d,"seconds":1,"best":%b,"scores":{"pairs":50,\
        "images":40,"texts":50,"textToImage":{"recallAt1":%s,"recallAt10":0.875,"meanRank":4.5,\
        "medianRank":2.5},"imageToText":{"recallAt1":0.25,"recallAt10":0.75,"meanRank":6.5,\
        "medianRank":3.5}}}\
        """,
        step,
        best,
        recall);
  }
}
