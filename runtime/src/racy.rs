//! Accesses to bytes that other threads may write at the same time.
//!
//! Everything is done by relaxed atomics, words where addresses are aligned and bytes elsewhere:
//! races are then what Wasm says they are, some mix of old and new bytes, and none is a data race
//! to the compiler. As for any engine whose guest decides on sizes, accesses of different sizes can
//! overlap. Rust's memory model leaves these open; on the machine, and in what LLVM makes of
//! relaxed atomics, each is an access of its own.
//!
//! All functions require that the bytes are accessible, and that none is referenced.

use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering::Relaxed};

const WORD: usize = size_of::<u64>();

fn is_aligned<T>(at: *const u8) -> bool {
    at.addr().is_multiple_of(size_of::<T>())
}

/// Reads `N` bytes.
///
/// # Safety
///
/// See the file's documentation.
#[inline(always)]
pub unsafe fn load<const N: usize>(at: *const u8) -> [u8; N] {
    let at = at.cast_mut();
    let mut bytes = [0; N];
    // SAFETY: forwarded; words are read where they are aligned only.
    unsafe {
        match N {
            2 if is_aligned::<u16>(at) => {
                let value = AtomicU16::from_ptr(at.cast()).load(Relaxed);
                bytes.copy_from_slice(&value.to_ne_bytes());
            }
            4 if is_aligned::<u32>(at) => {
                let value = AtomicU32::from_ptr(at.cast()).load(Relaxed);
                bytes.copy_from_slice(&value.to_ne_bytes());
            }
            8 | 16 if is_aligned::<u64>(at) => {
                for (n, bytes) in bytes.chunks_exact_mut(WORD).enumerate() {
                    let value = AtomicU64::from_ptr(at.cast::<u64>().add(n)).load(Relaxed);
                    bytes.copy_from_slice(&value.to_ne_bytes());
                }
            }
            _ => {
                for (n, byte) in bytes.iter_mut().enumerate() {
                    *byte = AtomicU8::from_ptr(at.add(n)).load(Relaxed);
                }
            }
        }
    }
    bytes
}

/// Writes `N` bytes.
///
/// # Safety
///
/// See the file's documentation.
#[inline(always)]
pub unsafe fn store<const N: usize>(at: *mut u8, bytes: [u8; N]) {
    let bytes = &bytes[..];
    // SAFETY: as above; words are written where they are aligned only.
    unsafe {
        match *bytes {
            [a] => AtomicU8::from_ptr(at).store(a, Relaxed),
            [a, b] if is_aligned::<u16>(at) => {
                AtomicU16::from_ptr(at.cast()).store(u16::from_ne_bytes([a, b]), Relaxed);
            }
            [a, b, c, d] if is_aligned::<u32>(at) => {
                AtomicU32::from_ptr(at.cast()).store(u32::from_ne_bytes([a, b, c, d]), Relaxed);
            }
            [a, b, c, d, e, f, g, h] if is_aligned::<u64>(at) => {
                let value = u64::from_ne_bytes([a, b, c, d, e, f, g, h]);
                AtomicU64::from_ptr(at.cast()).store(value, Relaxed);
            }
            _ => write(at, bytes),
        }
    }
}

/// Writes bytes.
///
/// # Safety
///
/// See the file's documentation.
pub unsafe fn write(to: *mut u8, bytes: &[u8]) {
    // SAFETY: as above.
    unsafe {
        each(bytes.len(), is_aligned::<u64>(to), |range| match range {
            Part::Word(at) => {
                let mut word = [0; WORD];
                word.copy_from_slice(&bytes[at..at + WORD]);
                let word = u64::from_ne_bytes(word);
                AtomicU64::from_ptr(to.add(at).cast()).store(word, Relaxed);
            }
            Part::Byte(at) => AtomicU8::from_ptr(to.add(at)).store(bytes[at], Relaxed),
        });
    }
}

/// Writes the same byte `len` times.
///
/// # Safety
///
/// See the file's documentation.
pub unsafe fn fill(to: *mut u8, value: u8, len: usize) {
    let head = len.min(to.addr().wrapping_neg() % WORD);
    // SAFETY: as above.
    unsafe {
        for at in 0..head {
            AtomicU8::from_ptr(to.add(at)).store(value, Relaxed);
        }
        let word = u64::from_ne_bytes([value; WORD]);
        each(len - head, true, |part| match part {
            Part::Word(at) => AtomicU64::from_ptr(to.add(head + at).cast()).store(word, Relaxed),
            Part::Byte(at) => AtomicU8::from_ptr(to.add(head + at)).store(value, Relaxed),
        });
    }
}

/// Copies `len` bytes; the ranges may overlap.
///
/// # Safety
///
/// See the file's documentation.
///
/// # Note
///
/// Words only where both ranges are aligned alike, as whole objects mostly are.
pub unsafe fn copy(from: *const u8, to: *mut u8, len: usize) {
    let from = from.cast_mut();
    let alike = (from.addr() ^ to.addr()).is_multiple_of(WORD);
    let head = match alike {
        true => len.min(to.addr().wrapping_neg() % WORD),
        false => 0,
    };
    // SAFETY: as above.
    let byte = |at: usize| unsafe {
        let value = AtomicU8::from_ptr(from.add(at)).load(Relaxed);
        AtomicU8::from_ptr(to.add(at)).store(value, Relaxed);
    };
    // SAFETY: as above; words are aligned.
    let word = |at: usize| unsafe {
        let value = AtomicU64::from_ptr(from.add(at).cast()).load(Relaxed);
        AtomicU64::from_ptr(to.add(at).cast()).store(value, Relaxed);
    };
    let part = |part: Part| match part {
        Part::Word(at) => word(head + at),
        Part::Byte(at) => byte(head + at),
    };
    // What would be overwritten before it is read lies in the direction of the copy.
    if to.addr() <= from.addr() {
        (0..head).for_each(byte);
        each(len - head, alike, part);
    } else {
        each_backward(len - head, alike, part);
        (0..head).rev().for_each(byte);
    }
}

/// A part of a range, by its offset.
enum Part {
    Word(usize),
    Byte(usize),
}

/// Words, if they are aligned, and then the bytes that are left.
#[inline(always)]
fn each(len: usize, aligned: bool, mut act: impl FnMut(Part)) {
    let words = if aligned { len / WORD } else { 0 };
    (0..words).for_each(|n| act(Part::Word(n * WORD)));
    (words * WORD..len).for_each(|at| act(Part::Byte(at)));
}

/// The same from back to front.
#[inline(always)]
fn each_backward(len: usize, aligned: bool, mut act: impl FnMut(Part)) {
    let words = if aligned { len / WORD } else { 0 };
    (words * WORD..len).rev().for_each(|at| act(Part::Byte(at)));
    (0..words).rev().for_each(|n| act(Part::Word(n * WORD)));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes at an address that is a multiple of 8.
    #[repr(align(8))]
    struct Aligned([u8; 64]);

    fn numbered() -> Aligned {
        Aligned(std::array::from_fn(|n| n as u8))
    }

    #[test]
    fn copies_like_memmove() {
        for (from, to, len) in triples(17, 17, 30) {
            let mut actual = numbered();
            let mut expected = numbered();
            let base = actual.0.as_mut_ptr();
            // SAFETY: both ranges are within the array, which is not referenced.
            unsafe { copy(base.wrapping_add(from), base.wrapping_add(to), len) };
            expected.0.copy_within(from..from + len, to);
            assert_eq!(actual.0, expected.0, "{from} {to} {len}");
        }
    }

    fn triples(a: usize, b: usize, c: usize) -> impl Iterator<Item = (usize, usize, usize)> {
        (0..a).flat_map(move |x| (0..b).flat_map(move |y| (0..c).map(move |z| (x, y, z))))
    }

    #[test]
    fn fills_and_writes() {
        for (to, len, _) in triples(17, 30, 1) {
            let mut actual = numbered();
            let mut expected = numbered();
            let base = actual.0.as_mut_ptr();
            // SAFETY: the ranges are within the array, which is not referenced.
            unsafe {
                fill(base.wrapping_add(to), 0xaa, len);
                write(base.wrapping_add(to + 1), &expected.0[30..30 + len / 2]);
            }
            expected.0[to..to + len].fill(0xaa);
            let source = numbered().0;
            expected.0[to + 1..][..len / 2].copy_from_slice(&source[30..30 + len / 2]);
            assert_eq!(actual.0, expected.0, "{to} {len}");
        }
    }

    fn check_size<const N: usize>() {
        for at in 0..9 {
            let mut bytes = numbered();
            let base = bytes.0.as_mut_ptr();
            // SAFETY: within the array, which is not referenced.
            let read = unsafe {
                let read = load::<N>(base.wrapping_add(at));
                store(base.wrapping_add(at + 20), read);
                read
            };
            assert_eq!(read[..], numbered().0[at..at + N]);
            let mut expected = numbered();
            expected.0.copy_within(at..at + N, at + 20);
            assert_eq!(bytes.0, expected.0, "{N} at {at}");
        }
    }

    #[test]
    fn all_sizes_at_all_addresses() {
        check_size::<1>();
        check_size::<2>();
        check_size::<4>();
        check_size::<8>();
        check_size::<16>();
    }
}
