package dev.lockstep.tensorflow;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_CloseSession;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteDeviceList;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteSession;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeviceListCount;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeviceListMemoryBytes;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeviceListName;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeviceListType;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GetCode;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_Message;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewSession;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_OK;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SessionListDevices;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetConfig;

import dev.lockstep.error.RunFailedException;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.tensorflow.internal.c_api.TF_DeviceList;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_SessionOptions;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.proto.ConfigProto;

/**
 * A device that TensorFlow opened.
 *
 * @param name as in {@code /job:localhost/replica:0/task:0/device:GPU:0}
 * @param type {@code CPU} or {@code GPU}
 * @param memoryBytes what TensorFlow may take of it; says nothing for a CPU
 */
record NativeDevice(String name, String type, long memoryBytes) {

  /** Whether the native libraries on the class path are those with CUDA. */
  static boolean isGpuBuild() {
    String libraries = "org/tensorflow/internal/c_api/" + Loader.getPlatform() + "-gpu/LICENSE";
    return NativeDevice.class.getClassLoader().getResource(libraries) != null;
  }

  /**
   * The devices of a session with these options. The Java API has no list of devices, so this asks
   * the C API through a session of its own. What the first session of a process sets for GPUs and
   * threads within operations holds for all later ones, so every session needs the same options.
   */
  static List<NativeDevice> list(ConfigProto config) {
    byte[] options = config.toByteArray();
    try (PointerScope scope = new PointerScope()) {
      TF_Status status = TF_Status.newStatus();
      TF_SessionOptions sessionOptions = TF_SessionOptions.newSessionOptions();
      TF_SetConfig(sessionOptions, new BytePointer(options), options.length, status);
      check(status);
      TF_Session session = TF_NewSession(TF_Graph.newGraph(), sessionOptions, status);
      check(status);
      TF_DeviceList list = TF_SessionListDevices(session, status);
      check(status);
      List<NativeDevice> devices = new ArrayList<>();
      for (int i = 0; i < TF_DeviceListCount(list); i++) {
        devices.add(
            new NativeDevice(
                TF_DeviceListName(list, i, status).getString(),
                TF_DeviceListType(list, i, status).getString(),
                TF_DeviceListMemoryBytes(list, i, status)));
      }
      TF_DeleteDeviceList(list);
      TF_CloseSession(session, status);
      TF_DeleteSession(session, status);
      return devices;
    }
  }

  private static void check(TF_Status status) {
    if (TF_GetCode(status) != TF_OK) {
      throw new RunFailedException(
          "TensorFlow cannot open its devices: " + TF_Message(status).getString(),
          "choose other GPUs with device.gpus, or compute on the CPU with device.gpus=none");
    }
  }
}
