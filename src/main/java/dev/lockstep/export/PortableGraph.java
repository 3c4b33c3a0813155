package dev.lockstep.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.tensorflow.TensorFlow;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.OpList;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Finishes the {@code saved_model.pb} that TensorFlow-Java writes, as Python's exporter would have
 * written it: attributes that have their default value are left out, for an older TensorFlow
 * refuses those that it does not know; the operations that are used are listed; and the dimensions
 * of the signatures have names.
 */
final class PortableGraph {
  private final Map<String, OpDef> known = new HashMap<>();
  private final Set<String> used = new TreeSet<>();

  private PortableGraph(OpList all) {
    all.getOpList().forEach(op -> known.put(op.getName(), op));
  }

  static void finish(Path folder) throws IOException {
    Path file = folder.resolve("saved_model.pb");
    SavedModel.Builder model = SavedModel.parseFrom(Files.readAllBytes(file)).toBuilder();
    PortableGraph portable = new PortableGraph(operations());
    model.getMetaGraphsBuilderList().forEach(portable::finish);
    Files.write(file, model.build().toByteArray());
  }

  private static OpList operations() throws IOException {
    try (TF_Buffer buffer = tensorflow.TF_GetAllOpList()) {
      return OpList.parseFrom(buffer.dataAsByteBuffer());
    }
  }

  private void finish(MetaGraphDef.Builder meta) {
    GraphDef.Builder graph = meta.getGraphDefBuilder();
    strip(graph.getNodeBuilderList());
    for (FunctionDef.Builder function : graph.getLibraryBuilder().getFunctionBuilderList()) {
      strip(function.getNodeDefBuilderList());
    }
    OpList.Builder operations = OpList.newBuilder();
    used.stream().map(known::get).forEach(operations::addOp);
    meta.getMetaInfoDefBuilder()
        .setStrippedOpList(operations)
        .setStrippedDefaultAttrs(true)
        .setTensorflowVersion(TensorFlow.version());
    for (Map.Entry<String, SignatureDef> entry : meta.getSignatureDefMap().entrySet()) {
      meta.putSignatureDef(entry.getKey(), named(entry.getKey(), entry.getValue()));
    }
  }

  private void strip(Collection<NodeDef.Builder> nodes) {
    for (NodeDef.Builder node : nodes) {
      OpDef op = known.get(node.getOp());
      if (op == null) {
        continue; // The call of a function of the graph's own.
      }
      used.add(op.getName());
      for (OpDef.AttrDef attribute : op.getAttrList()) {
        AttrValue value = node.getAttrMap().get(attribute.getName());
        if (attribute.hasDefaultValue() && attribute.getDefaultValue().equals(value)) {
          node.removeAttr(attribute.getName());
        }
      }
    }
  }

  private static SignatureDef named(String key, SignatureDef signature) {
    SignatureDef.Builder named = signature.toBuilder();
    signature.getInputsMap().forEach((name, info) -> named.putInputs(name, named(key, name, info)));
    signature
        .getOutputsMap()
        .forEach((name, info) -> named.putOutputs(name, named(key, name, info)));
    return named.build();
  }

  private static TensorInfo named(String signature, String tensor, TensorInfo info) {
    List<String> names = ModelSignatures.dimensions(signature, tensor);
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (int i = 0; i < names.size(); i++) {
      boolean known = !info.getTensorShape().getUnknownRank();
      shape.addDim(
          TensorShapeProto.Dim.newBuilder()
              .setName(names.get(i))
              .setSize(known ? info.getTensorShape().getDim(i).getSize() : -1));
    }
    return info.toBuilder().setTensorShape(shape).build();
  }
}
