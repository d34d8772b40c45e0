//! Reading validated code: opcodes and immediates.
//!
//! Nearly all immediates take one byte. Handlers exist up to three times, for three [`Path`]s:
//! [`Quick`] gives up on longer immediates, [`Full`] reads any, and [`General`] is for accesses to
//! other memories than a memory 0 of 32-bit addresses.
//!
//! Invariant: a [`Cursor`] points into a validated body. Handlers move it only past immediates
//! that their opcode has and along branches of the side table, so there are always bytes to read.

use crate::dispatch::apart;
use crate::ops::Flow;
use runtime::MemoryIdx;

/// A place in a validated body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct Cursor(*const u8);

impl Cursor {
    /// # Safety
    ///
    /// `at` points into a validated body, and the module outlives the cursor.
    pub(crate) unsafe fn new(at: *const u8) -> Self {
        Self(at)
    }

    /// The address.
    #[inline(always)]
    pub(crate) fn as_ptr(self) -> *const u8 {
        self.0
    }

    /// The place `n` bytes further on.
    #[inline(always)]
    pub(crate) fn skip(self, n: usize) -> Self {
        Self(self.0.wrapping_add(n))
    }

    /// The place `delta` bytes away.
    #[inline(always)]
    pub(crate) fn jump(self, delta: i32) -> Self {
        Self(self.0.wrapping_offset(delta as isize))
    }

    /// The byte here.
    #[inline(always)]
    pub(crate) fn byte(self) -> u8 {
        // SAFETY: type invariant.
        unsafe { *self.0 }
    }

    /// The `N` bytes here.
    #[inline(always)]
    pub(crate) fn bytes<const N: usize>(self) -> [u8; N] {
        // SAFETY: type invariant.
        unsafe { self.0.cast::<[u8; N]>().read() }
    }

    /// Any signed LEB128 number of at most 64 bits, and the place behind it.
    ///
    /// # Note
    ///
    /// Constants of two to four bytes are frequent in some loops: unrolled, with their marks of
    /// continuation removed all at once, they cost a third of what a loop over all lengths costs.
    #[inline(always)]
    fn signed(self) -> (i64, Self) {
        let mut value = 0;
        let short = self
            .signed_byte::<0>(&mut value)
            .or_else(|| self.signed_byte::<1>(&mut value))
            .or_else(|| self.padded().map(|(value, next)| (value.into(), next)))
            .or_else(|| self.signed_byte::<2>(&mut value))
            .or_else(|| self.signed_byte::<3>(&mut value));
        match short {
            Some(done) => done,
            None => self.long_signed(),
        }
    }

    /// Adds byte `N` of a signed number to `value`; the result if it is the last one.
    #[inline(always)]
    fn signed_byte<const N: u32>(self, value: &mut i64) -> Option<(i64, Self)> {
        let byte = self.skip(N as usize).byte();
        *value += i64::from(byte) << (7 * N);
        if byte >= 0x80 {
            return None;
        }
        let sign = 0x40 << (7 * N);
        // Kept apart from numbers of other lengths, whose instructions are others.
        let value = apart::<N>(((*value - marks(N)) ^ sign) - sign);
        Some((value, self.skip(N as usize + 1)))
    }

    /// The same without a limit to what is quick.
    #[inline(always)]
    fn long_signed(self) -> (i64, Self) {
        let (mut value, mut shift, mut at) = (0, 0, self);
        loop {
            let byte = at.byte();
            value |= i64::from(byte & 0x7f) << shift;
            (shift, at) = (shift + 7, at.skip(1));
            if byte < 0x80 {
                let unused = 64u32.saturating_sub(shift);
                return (value << unused >> unused, at);
            }
        }
    }

    /// Any unsigned LEB128 number of at most 32 bits, and the place behind it.
    #[inline(always)]
    fn unsigned(self) -> (u32, Self) {
        let mut value = 0;
        let short = self
            .unsigned_byte::<0>(&mut value)
            .or_else(|| self.unsigned_byte::<1>(&mut value))
            .or_else(|| self.padded())
            .or_else(|| self.unsigned_byte::<2>(&mut value));
        match short {
            Some(done) => done,
            None => self.long_unsigned(),
        }
    }

    /// The same with at most 64 bits.
    #[inline(always)]
    fn unsigned_64(self) -> (u64, Self) {
        let (mut value, mut shift, mut at) = (0, 0, self);
        loop {
            let byte = at.byte();
            value |= u64::from(byte & 0x7f) << shift;
            (shift, at) = (shift + 7, at.skip(1));
            if byte < 0x80 {
                return (value, at);
            }
        }
    }

    /// A number of at most 28 bits in five bytes: the form of whatever a linker fills in, hence of
    /// all static addresses. Requires a number of three bytes or more.
    #[inline(always)]
    fn padded(self) -> Option<(u32, Self)> {
        const MARKS: u32 = 0x8080_8080;
        // In three bytes or more and the instruction behind.
        let word = u32::from_le_bytes(self.bytes());
        if word & MARKS != MARKS || self.skip(4).byte() != 0 {
            return None;
        }
        let pairs = (word & 0x007f_007f) + ((word & 0x7f00_7f00) >> 1);
        let value = (pairs & 0x3fff) + ((pairs & 0x3fff_0000) >> 2);
        Some((value, self.skip(5)))
    }

    /// Adds byte `N` of an unsigned number to `value`; the result if it is the last one.
    #[inline(always)]
    fn unsigned_byte<const N: u32>(self, value: &mut i64) -> Option<(u32, Self)> {
        let byte = self.skip(N as usize).byte();
        *value += i64::from(byte) << (7 * N);
        if byte >= 0x80 {
            return None;
        }
        let value = apart::<N>(*value - marks(N));
        Some((value as u32, self.skip(N as usize + 1)))
    }

    /// The same without a limit to what is quick.
    #[inline(always)]
    fn long_unsigned(self) -> (u32, Self) {
        let (value, at) = self.unsigned_64();
        (value as u32, at)
    }
}

/// The marks of continuation of the bytes before byte `n`; each is the lowest bit of the next one.
const fn marks(n: u32) -> i64 {
    ((1 << (7 * n)) - 1) / 0x7f * 0x80
}

/// Bit of an access's alignment: the index of a memory follows.
const HAS_MEMORY: u8 = 0x40;

/// The immediates of an access to memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MemArg {
    pub(crate) memory: MemoryIdx,
    /// Below 2^32, unless the path is [`General`].
    pub(crate) offset: u64,
}

impl MemArg {
    #[inline(always)]
    fn of_memory_0(offset: u32) -> Self {
        Self {
            memory: MemoryIdx(0),
            offset: offset.into(),
        }
    }
}

/// How much a handler can deal with.
pub(crate) trait Path {
    /// Immediates of any length?
    const FULL: bool;

    /// Any memory?
    const GENERAL: bool;

    /// Where to go on with immediates that it cannot deal with.
    const MORE: Flow;

    /// An unsigned number at `at`, and the place behind it.
    fn u32(at: Cursor) -> Option<(u32, Cursor)>;

    /// A signed number at `at`, and the place behind it.
    fn i64(at: Cursor) -> Option<(i64, Cursor)>;

    /// The immediates of an access to memory at `at`, and the place behind them.
    fn memarg(at: Cursor) -> Option<(MemArg, Cursor)>;

    /// The place behind the number `sub` at `at`, which is the second part of an opcode.
    fn sub_opcode(at: Cursor, sub: u32) -> Option<Cursor>;

    /// The place behind the block or value type at `at`.
    fn type_(at: Cursor) -> Option<Cursor>;
}

/// `ref null`. Types with smaller bytes are indices, or no types of values.
const FIRST_REF: u8 = 0x63;

/// `ref`. Types with larger bytes are complete.
const LAST_REF: u8 = 0x64;

/// The frequent cases only.
#[cfg_attr(
    not(any(tail_calls, test)),
    expect(dead_code, reason = "the loop runs full versions")
)]
pub(crate) struct Quick;

/// All cases but those of [`General`].
pub(crate) struct Full;

/// All memories, and all offsets into them.
pub(crate) struct General;

impl Path for Quick {
    const FULL: bool = false;
    const GENERAL: bool = false;
    const MORE: Flow = Flow::Full;

    #[inline(always)]
    fn u32(at: Cursor) -> Option<(u32, Cursor)> {
        let byte = at.byte();
        (byte < 0x80).then(|| (u32::from(byte), at.skip(1)))
    }

    #[inline(always)]
    fn i64(at: Cursor) -> Option<(i64, Cursor)> {
        let byte = at.byte();
        // Extends the sign of seven bits.
        (byte < 0x80).then(|| (i64::from(byte ^ 0x40) - 0x40, at.skip(1)))
    }

    #[inline(always)]
    fn memarg(at: Cursor) -> Option<(MemArg, Cursor)> {
        const LONG: u16 = u16::from_le_bytes([0x80 | HAS_MEMORY, 0x80]);
        let both = u16::from_le_bytes(at.bytes());
        (both & LONG == 0).then(|| (MemArg::of_memory_0(u32::from(both >> 8)), at.skip(2)))
    }

    #[inline(always)]
    fn sub_opcode(at: Cursor, sub: u32) -> Option<Cursor> {
        let len = if sub < 0x80 { 1 } else { 2 };
        (at.skip(len - 1).byte() < 0x80).then(|| at.skip(len))
    }

    /// No type, or one that has a name of its own.
    #[inline(always)]
    fn type_(at: Cursor) -> Option<Cursor> {
        let byte = at.byte();
        let is_short = byte == 0x40 || (byte > LAST_REF && byte < 0x80);
        is_short.then(|| at.skip(1))
    }
}

impl Path for Full {
    const FULL: bool = true;
    const GENERAL: bool = false;
    const MORE: Flow = Flow::General;

    #[inline(always)]
    fn u32(at: Cursor) -> Option<(u32, Cursor)> {
        Some(at.unsigned())
    }

    #[inline(always)]
    fn i64(at: Cursor) -> Option<(i64, Cursor)> {
        Some(at.signed())
    }

    #[inline(always)]
    fn memarg(at: Cursor) -> Option<(MemArg, Cursor)> {
        if at.byte() >= HAS_MEMORY {
            return None;
        }
        // Only 64-bit memories have longer offsets, and they are never accessed on this path.
        let (offset, next) = at.skip(1).unsigned();
        Some((MemArg::of_memory_0(offset), next))
    }

    #[inline(always)]
    fn sub_opcode(at: Cursor, _sub: u32) -> Option<Cursor> {
        Some(at.unsigned().1)
    }

    #[inline(always)]
    fn type_(at: Cursor) -> Option<Cursor> {
        let first = at.byte();
        let (_, next) = at.signed();
        // What a reference refers to is a number of its own.
        Some(match first {
            FIRST_REF | LAST_REF => next.signed().1,
            _ => next,
        })
    }
}

impl Path for General {
    const FULL: bool = true;
    const GENERAL: bool = true;
    const MORE: Flow = Flow::General;

    #[inline(always)]
    fn u32(at: Cursor) -> Option<(u32, Cursor)> {
        Full::u32(at)
    }

    #[inline(always)]
    fn i64(at: Cursor) -> Option<(i64, Cursor)> {
        Full::i64(at)
    }

    #[inline(always)]
    fn memarg(at: Cursor) -> Option<(MemArg, Cursor)> {
        let (align, at) = at.unsigned();
        let (memory, at) = match align & u32::from(HAS_MEMORY) {
            0 => (0, at),
            _ => at.unsigned(),
        };
        let (memory, (offset, at)) = (MemoryIdx(memory), at.unsigned_64());
        Some((MemArg { memory, offset }, at))
    }

    #[inline(always)]
    fn sub_opcode(at: Cursor, sub: u32) -> Option<Cursor> {
        Full::sub_opcode(at, sub)
    }

    #[inline(always)]
    fn type_(at: Cursor) -> Option<Cursor> {
        Full::type_(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], unsigned: u32, signed: i64) {
        // SAFETY: the bytes hold the number that is read.
        let at = unsafe { Cursor::new(bytes.as_ptr()) };
        let end = at.skip(bytes.len());
        assert_eq!(Full::u32(at), Some((unsigned, end)));
        assert_eq!(Full::i64(at), Some((signed, end)));
        let quick = bytes.len() == 1;
        assert_eq!(Quick::u32(at), quick.then_some((unsigned, end)));
        assert_eq!(Quick::i64(at), quick.then_some((signed, end)));
    }

    // Lengths may exceed what the value needs, up to what its type allows.
    #[test]
    fn numbers_of_all_lengths() {
        check(&[0x00], 0, 0);
        check(&[0x3f], 63, 63);
        check(&[0x40], 64, -64);
        check(&[0x7f], 127, -1);
        check(&[0x80, 0x00], 0, 0);
        check(&[0xff, 0x00], 127, 127);
        check(&[0x80, 0x7f], 0x3f80, -128);
        check(&[0xff, 0x81, 0x82, 0x83, 0x00], 0x0060_80ff, 0x0060_80ff);
        check(&[0xff, 0xff, 0xff, 0xff, 0x00], 0x0fff_ffff, 0x0fff_ffff);
        check(&[0xff, 0xff, 0xff, 0xff, 0x07], 0x7fff_ffff, 0x7fff_ffff);
        check(
            &[0x80, 0x80, 0x80, 0x80, 0x78],
            0x8000_0000,
            i64::from(i32::MIN),
        );
    }

    #[test]
    fn longest_number() {
        let bytes = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f];
        // SAFETY: the bytes hold the number that is read.
        let at = unsafe { Cursor::new(bytes.as_ptr()) };
        assert_eq!(Full::i64(at), Some((i64::MIN, at.skip(10))));
    }

    // Types of blocks and of `select`: names, indices, and references with what they refer to.
    #[test]
    fn types() {
        let check = |bytes: &[u8], is_quick: bool| {
            // SAFETY: the bytes hold the type that is read.
            let at = unsafe { Cursor::new(bytes.as_ptr()) };
            let end = Some(at.skip(bytes.len()));
            assert_eq!(Full::type_(at), end, "{bytes:x?}");
            assert_eq!(Quick::type_(at), end.filter(|_| is_quick), "{bytes:x?}");
        };
        for name in [0x40, 0x7f, 0x7b, 0x70, 0x6f] {
            check(&[name], true);
        }
        check(&[0x05], false);
        check(&[0xe3, 0x00], false);
        check(&[0x63, 0x70], false);
        check(&[0x64, 0x05], false);
        check(&[0x64, 0xe4, 0x00], false);
    }

    #[test]
    fn memory_immediates() {
        let check = |bytes: &[u8], memory: u32, offset: u64, (quick, full): (bool, bool)| {
            // SAFETY: the bytes hold the numbers that are read.
            let at = unsafe { Cursor::new(bytes.as_ptr()) };
            let memory = MemoryIdx(memory);
            let read = Some((MemArg { memory, offset }, at.skip(bytes.len())));
            assert_eq!(General::memarg(at), read);
            assert_eq!(Full::memarg(at), read.filter(|_| full));
            assert_eq!(Quick::memarg(at), read.filter(|_| quick));
        };
        check(&[2, 5], 0, 5, (true, true));
        check(&[2, 0x85, 1], 0, 0x85, (false, true));
        check(
            &[2, 0xff, 0xff, 0xff, 0xff, 0xf],
            0,
            0xffff_ffff,
            (false, true),
        );
        check(&[0x82, 0x00, 5], 0, 5, (false, false));
        check(&[0x42, 0x00, 5], 0, 5, (false, false));
        check(&[0x42, 0x87, 0x01, 5], 0x87, 5, (false, false));
        check(&[0xc2, 0x00, 7, 5], 7, 5, (false, false));
        let long = [
            0x42, 1, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1,
        ];
        check(&long, 1, u64::MAX - 1, (false, false));
    }
}
