/* simd_undefine.h - the end of a set in simd_each.h. */
#undef NAME
#undef TARGET
#undef VECTOR_BYTES
#undef REGISTERS
#undef vec
#undef EACH_LANE
#undef BROADCAST
#undef MULTIPLY_ADD
#undef MULTIPLY_ADD_1
#undef LOAD_PART
#undef STORE_PART
#undef BITS
