package dev.lockstep.export;

import dev.lockstep.tensorflow.Variable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.Restore;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * The operations by which a SavedModel's variables are saved and restored, under the names that
 * TensorFlow-Java looks for. Its own ones would leave out resource variables without a word.
 */
final class SavedModelSaver {
  private SavedModelSaver() {}

  static void add(Ops graph, Collection<Variable> variables) {
    Ops tf = graph.withSubScope("save");
    Operand<TString> filename = tf.withName("filename").constant("");
    List<String> names = variables.stream().map(Variable::name).toList();
    Operand<TString> tensorNames =
        tf.constant(NdArrays.vectorOfObjects(names.toArray(new String[0])));
    Operand<TString> whole =
        tf.constant(
            NdArrays.vectorOfObjects(Collections.nCopies(names.size(), "").toArray(new String[0])));
    List<Operand<?>> values = new ArrayList<>();
    List<Class<? extends TType>> types = new ArrayList<>();
    for (Variable variable : variables) {
      values.add(tf.readVariableOp(variable.handle(), variable.stored()));
      types.add(variable.stored());
    }
    Op save = tf.train.save(filename, tensorNames, whole, values);
    tf.withControlDependencies(List.of(save)).withName("control_dependency").identity(filename);

    Restore restored = tf.train.restore(filename, tensorNames, whole, types);
    List<Op> assignments = new ArrayList<>();
    int i = 0;
    for (Variable variable : variables) {
      assignments.add(
          tf.assignVariableOp(
              variable.handle(), tf.ensureShape(restored.tensors().get(i++), variable.shape())));
    }
    tf.withControlDependencies(assignments).withName("restore_all").noOp();
  }
}
