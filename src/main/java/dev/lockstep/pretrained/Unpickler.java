package dev.lockstep.pretrained;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * Reads a Python pickle as data. A pickle is a program for a stack machine that may call any
 * function of Python; this one knows lists, tuples (as lists), dicts, strings and numbers, and asks
 * {@link Globals} for the few functions that stand in files of weights. It never recurses, and
 * counts what it makes.
 */
final class Unpickler {
  /** More than the largest published training state has, and little memory. */
  private static final int MAX_OBJECTS = 2_000_000;

  /** What of Python a pickle may name. Each method may refuse with any exception. */
  interface Globals {
    /** The object that {@code from module import name} gives. */
    Object global(String module, String name);

    /** The result of calling what {@link #global} gave. */
    Object call(Object function, List<?> arguments);

    /** The object that stands outside the pickle. */
    Object persistent(List<?> id);
  }

  /** The pickle is no pickle, or one with more in it than weights. */
  static final class PickleException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PickleException(String message) {
      super(message);
    }

    PickleException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private static final Object MARK = new Object();

  private final ByteBuffer pickle;
  private final Globals globals;
  private final List<Object> stack = new ArrayList<>();
  private final Map<Integer, Object> memo = new HashMap<>();
  private int made;

  private Unpickler(ByteBuffer pickle, Globals globals) {
    this.pickle = pickle.order(ByteOrder.LITTLE_ENDIAN);
    this.globals = globals;
  }

  /**
   * The object of the pickle that begins at the buffer's position, which moves behind it.
   *
   * @throws PickleException if it is damaged or names what {@code globals} does not know
   */
  static Object read(ByteBuffer pickle, Globals globals) {
    try {
      return new Unpickler(pickle, globals).run();
    } catch (BufferUnderflowException e) {
      throw new PickleException("it ends too early", e);
    } catch (IndexOutOfBoundsException
        | ClassCastException
        | ArithmeticException
        | NumberFormatException
        | NullPointerException
        | NoSuchElementException e) {
      throw new PickleException("it is damaged near byte " + pickle.position(), e);
    }
  }

  private Object run() {
    while (true) {
      int opcode = pickle.get() & 0xff;
      if (opcode == '.') {
        return pop();
      }
      step(opcode);
      if (stack.size() + memo.size() + made > MAX_OBJECTS) {
        throw new PickleException("it holds more than " + MAX_OBJECTS + " objects");
      }
    }
  }

  private void step(int opcode) {
    switch (opcode) {
      case 0x80 -> pickle.get(); // PROTO
      case 0x95 -> pickle.getLong(); // FRAME
      case '(' -> stack.add(MARK);
      case '0' -> pop();
      case '1' -> popToMark();
      case '2' -> stack.add(top());
      case 'q' -> memo.put(pickle.get() & 0xff, top()); // BINPUT
      case 'r' -> memo.put(pickle.getInt(), top()); // LONG_BINPUT
      case 0x94 -> memo.put(memo.size(), top()); // MEMOIZE
      case 'h' -> stack.add(remembered(pickle.get() & 0xff)); // BINGET
      case 'j' -> stack.add(remembered(pickle.getInt())); // LONG_BINGET
      case 'c' -> stack.add(globals.global(line(), line())); // GLOBAL
      case 0x93 -> { // STACK_GLOBAL
        String name = (String) pop();
        stack.add(globals.global((String) pop(), name));
      }
      case 'Q' -> stack.add(globals.persistent((List<?>) pop())); // BINPERSID
      case 'R' -> { // REDUCE
        List<?> arguments = (List<?>) pop();
        stack.add(globals.call(pop(), arguments));
      }
      // BUILD: attributes of an object, such as the versions in a state dict's _metadata.
      case 'b' -> pop();
      default -> literal(opcode);
    }
  }

  private void literal(int opcode) {
    switch (opcode) {
      case 'N' -> stack.add(null);
      case 0x88 -> stack.add(true);
      case 0x89 -> stack.add(false);
      case 'J' -> stack.add((long) pickle.getInt());
      case 'K' -> stack.add((long) (pickle.get() & 0xff));
      case 'M' -> stack.add((long) (pickle.getShort() & 0xffff));
      case 0x8a -> stack.add(longNumber(pickle.get() & 0xff));
      case 'G' -> stack.add(pickle.order(ByteOrder.BIG_ENDIAN).getDouble());
      case 'X' -> stack.add(text(Integer.toUnsignedLong(pickle.getInt())));
      case 0x8c -> stack.add(text(pickle.get() & 0xff));
      case 0x8d -> stack.add(text(pickle.getLong()));
      // Python 2 has its names as bytes.
      case 'T' -> stack.add(text(Integer.toUnsignedLong(pickle.getInt())));
      case 'U' -> stack.add(text(pickle.get() & 0xff));
      default -> collection(opcode);
    }
    pickle.order(ByteOrder.LITTLE_ENDIAN);
  }

  private void collection(int opcode) {
    switch (opcode) {
      case '}' -> stack.add(made(new LinkedHashMap<>()));
      case ']', ')' -> stack.add(made(new ArrayList<>()));
      case 0x85 -> tuple(1);
      case 0x86 -> tuple(2);
      case 0x87 -> tuple(3);
      case 't', 'l' -> stack.add(made(popToMark()));
      case 'd' -> {
        List<Object> items = popToMark();
        Map<Object, Object> dict = new LinkedHashMap<>();
        stack.add(made(dict));
        putAll(dict, items);
      }
      case 's' -> {
        List<Object> items = popped(2);
        putAll(dict(top()), items);
      }
      case 'u' -> {
        List<Object> items = popToMark();
        putAll(dict(top()), items);
      }
      case 'a' -> {
        Object item = pop();
        list(top()).add(item);
        made++;
      }
      case 'e' -> {
        List<Object> items = popToMark();
        list(top()).addAll(items);
        made += items.size();
      }
      default ->
          throw new PickleException(
              "it has the operation 0x"
                  + Integer.toHexString(opcode)
                  + " at byte "
                  + (pickle.position() - 1)
                  + ", which files of weights do not need");
    }
  }

  private Object made(Object object) {
    made++;
    return object;
  }

  private void tuple(int size) {
    stack.add(made(popped(size)));
  }

  private List<Object> popped(int count) {
    List<Object> top = stack.subList(stack.size() - count, stack.size());
    if (top.contains(MARK)) {
      throw new PickleException("it is damaged near byte " + pickle.position());
    }
    List<Object> items = new ArrayList<>(top);
    top.clear();
    return items;
  }

  private List<Object> popToMark() {
    int mark = stack.lastIndexOf(MARK);
    List<Object> top = stack.subList(mark + 1, stack.size());
    List<Object> items = new ArrayList<>(top);
    top.clear();
    stack.remove(mark);
    return items;
  }

  private Object pop() {
    Object top = stack.remove(stack.size() - 1);
    if (top == MARK) {
      throw new PickleException("it is damaged near byte " + pickle.position());
    }
    return top;
  }

  private Object top() {
    return stack.get(stack.size() - 1);
  }

  private Object remembered(int key) {
    if (!memo.containsKey(key)) {
      throw new PickleException("it is damaged near byte " + pickle.position());
    }
    return memo.get(key);
  }

  private void putAll(Map<Object, Object> dict, List<Object> items) {
    for (int i = 0; i < items.size(); i += 2) {
      Object key = items.get(i);
      // Hashing a list of lists would recurse as deep as the file says.
      if (!(key == null
          || key instanceof String
          || key instanceof Number
          || key instanceof Boolean)) {
        throw new PickleException("a dict in it has keys that are neither names nor numbers");
      }
      dict.put(key, items.get(i + 1));
      made++;
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<Object, Object> dict(Object object) {
    return (Map<Object, Object>) object;
  }

  @SuppressWarnings("unchecked")
  private static List<Object> list(Object object) {
    return (List<Object>) object;
  }

  private long longNumber(int length) {
    byte[] bytes = new byte[length];
    for (int i = length - 1; i >= 0; i--) {
      bytes[i] = pickle.get();
    }
    return length == 0 ? 0 : new BigInteger(bytes).longValueExact();
  }

  private String text(long length) {
    if (length < 0 || length > pickle.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[(int) length];
    pickle.get(bytes);
    made++;
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private String line() {
    StringBuilder line = new StringBuilder();
    for (char c = (char) (pickle.get() & 0xff); c != '\n'; c = (char) (pickle.get() & 0xff)) {
      line.append(c);
    }
    return line.toString();
  }
}
