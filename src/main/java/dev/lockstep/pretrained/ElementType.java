package dev.lockstep.pretrained;

import java.nio.ByteBuffer;

/** The types of numbers in files of weights, by the names that safetensors gives them. */
public enum ElementType {
  F64(8) {
    @Override
    float value(ByteBuffer bytes, int at) {
      return (float) bytes.getDouble(at);
    }
  },
  F32(4) {
    @Override
    float value(ByteBuffer bytes, int at) {
      return bytes.getFloat(at);
    }

    @Override
    void read(ByteBuffer bytes, float[] values, int begin, int count) {
      bytes.asFloatBuffer().get(values, begin, count);
    }
  },
  /** IEEE 754 binary16. */
  F16(2) {
    @Override
    float value(ByteBuffer bytes, int at) {
      return halfToFloat(bytes.getShort(at));
    }
  },
  /** The upper half of a float32. */
  BF16(2) {
    @Override
    float value(ByteBuffer bytes, int at) {
      return Float.intBitsToFloat(bytes.getShort(at) << 16);
    }
  },
  I64(8) {
    @Override
    float value(ByteBuffer bytes, int at) {
      return bytes.getLong(at);
    }
  },
  I32(4) {
    @Override
    float value(ByteBuffer bytes, int at) {
      return bytes.getInt(at);
    }
  },
  I16(2) {
    @Override
    float value(ByteBuffer bytes, int at) {
      return bytes.getShort(at);
    }
  },
  I8(1) {
    @Override
    float value(ByteBuffer bytes, int at) {
      return bytes.get(at);
    }
  },
  U64(8) {
    @Override
    float value(ByteBuffer bytes, int at) {
      long value = bytes.getLong(at);
      // Half of it, with the lost bit kept for rounding, fits a signed number.
      return value >= 0 ? value : (float) (value >>> 1 | value & 1) * 2;
    }
  },
  U32(4) {
    @Override
    float value(ByteBuffer bytes, int at) {
      return Integer.toUnsignedLong(bytes.getInt(at));
    }
  },
  U16(2) {
    @Override
    float value(ByteBuffer bytes, int at) {
      return Short.toUnsignedInt(bytes.getShort(at));
    }
  },
  U8(1) {
    @Override
    float value(ByteBuffer bytes, int at) {
      return Byte.toUnsignedInt(bytes.get(at));
    }
  },
  BOOL(1) {
    @Override
    float value(ByteBuffer bytes, int at) {
      return bytes.get(at) == 0 ? 0 : 1;
    }
  };

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** The size of one element. */
  int bytes() {
    return bytes;
  }

  /** The element that begins at a byte, rounded to float32. */
  abstract float value(ByteBuffer bytes, int at);

  void read(ByteBuffer bytes, float[] values, int begin, int count) {
    for (int i = 0; i < count; i++) {
      values[begin + i] = value(bytes, i * this.bytes);
    }
  }

  private static float halfToFloat(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >>> 10) & 0x1f;
    int fraction = half & 0x3ff;
    if (exponent == 0x1f) {
      return Float.intBitsToFloat(sign | 0x7f800000 | fraction << 13);
    }
    if (exponent == 0) {
      float value = fraction * 0x1p-24f;
      return sign == 0 ? value : -value;
    }
    return Float.intBitsToFloat(sign | (exponent + 112) << 23 | fraction << 13);
  }
}
