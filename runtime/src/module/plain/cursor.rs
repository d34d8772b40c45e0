//! Reading bytes and LEB128 numbers. `None` says that they end or are malformed.

/// What is left of the bytes.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a>(pub(super) &'a [u8]);

impl Cursor<'_> {
    #[inline]
    pub(super) fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(byte)
    }

    pub(super) fn skip(&mut self, n: usize) -> Option<()> {
        self.0 = self.0.get(n..)?;
        Some(())
    }

    #[inline]
    pub(super) fn u32(&mut self) -> Option<u32> {
        let byte = self.byte()?;
        if byte < 0x80 {
            return Some(byte.into());
        }
        self.long_u32(byte)
    }

    fn long_u32(&mut self, first: u8) -> Option<u32> {
        let mut value = u32::from(first & 0x7f);
        for shift in [7, 14, 21] {
            let byte = self.byte()?;
            value |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        let byte = self.byte()?;
        (byte < 0x10).then_some(value | u32::from(byte) << 28)
    }

    /// Skips a signed number of at most `MAX` bytes. The last of so many is one of 0 to `largest`,
    /// or of the negative numbers that mirror them.
    #[inline]
    pub(super) fn signed<const MAX: usize>(&mut self, largest: u8) -> Option<()> {
        for _ in 1..MAX {
            if self.byte()? < 0x80 {
                return Some(());
            }
        }
        let byte = self.byte()?;
        (byte <= largest || (0x7f - largest..=0x7f).contains(&byte)).then_some(())
    }
}
