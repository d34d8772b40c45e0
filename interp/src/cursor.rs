//! Reading validated code: opcodes and immediates.
//!
//! Nearly all immediates take one byte. Handlers exist twice, for two [`Path`]s: [`Quick`] gives
//! up on longer immediates, [`Full`] reads any.
//!
//! Invariant: a [`Cursor`] points into a validated body. Handlers move it only past immediates
//! that their opcode has and along branches of the side table, so there are always bytes to read.

use crate::dispatch::apart;

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
            .or_else(|| self.unsigned_byte::<2>(&mut value));
        match short {
            Some(done) => done,
            None => self.long_unsigned(),
        }
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
        let (mut value, mut shift, mut at) = (0, 0, self);
        loop {
            let byte = at.byte();
            value |= u32::from(byte & 0x7f) << shift;
            (shift, at) = (shift + 7, at.skip(1));
            if byte < 0x80 {
                return (value, at);
            }
        }
    }
}

/// The marks of continuation of the bytes before byte `n`; each is the lowest bit of the next one.
const fn marks(n: u32) -> i64 {
    ((1 << (7 * n)) - 1) / 0x7f * 0x80
}

/// How much a handler can deal with.
pub(crate) trait Path {
    /// Everything but what needs a cold function?
    const FULL: bool;

    /// An unsigned number at `at`, and the place behind it.
    fn u32(at: Cursor) -> Option<(u32, Cursor)>;

    /// A signed number at `at`, and the place behind it.
    fn i64(at: Cursor) -> Option<(i64, Cursor)>;

    /// The offset of the memory immediate at `at`, and the place behind it.
    fn memarg(at: Cursor) -> Option<(u32, Cursor)>;

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

/// All cases.
pub(crate) struct Full;

impl Path for Quick {
    const FULL: bool = false;

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
    fn memarg(at: Cursor) -> Option<(u32, Cursor)> {
        let both = u16::from_le_bytes(at.bytes());
        (both & 0x8080 == 0).then(|| (u32::from(both >> 8), at.skip(2)))
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

    #[inline(always)]
    fn u32(at: Cursor) -> Option<(u32, Cursor)> {
        Some(at.unsigned())
    }

    #[inline(always)]
    fn i64(at: Cursor) -> Option<(i64, Cursor)> {
        Some(at.signed())
    }

    #[inline(always)]
    fn memarg(at: Cursor) -> Option<(u32, Cursor)> {
        let (_align, at) = at.unsigned();
        Some(at.unsigned())
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
        let read = |bytes: &[u8]| {
            // SAFETY: the bytes hold the numbers that are read.
            let at = unsafe { Cursor::new(bytes.as_ptr()) };
            let (offset, end) = Full::memarg(at)?;
            assert_eq!(end, at.skip(bytes.len()));
            Some((offset, Quick::memarg(at).map(|(offset, _)| offset)))
        };
        assert_eq!(read(&[2, 5]), Some((5, Some(5))));
        assert_eq!(read(&[2, 0x85, 1]), Some((0x85, None)));
        assert_eq!(read(&[0x82, 0x00, 5]), Some((5, None)));
    }
}
