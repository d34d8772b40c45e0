//! Numbers of any size in as many bytes as they need: the encoding of the binary format.

/// Writes a number as unsigned LEB128.
pub fn write_leb128(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}
