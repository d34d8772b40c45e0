//! Numbers for arguments and results of the host: those on which programs depend, mostly.

use crate::rng::Rng;

const INTEGERS: &[u64] = &[
    u64::MAX,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    1 << 32,
    1 << 63,
    (1 << 63) - 1,
    65535,
    65536,
];

const SINGLES: &[u32] = &[
    0x8000_0000, // -0
    0x7f80_0000, // infinity
    0xff80_0000,
    0x7fc0_0000, // NaN
    0xffc0_0000,
    0x7fa0_1234, // signalling NaN
    0x0000_0001, // subnormal
    0x4f00_0000, // 2^31
    0xcf00_0001,
    0x5f80_0000, // 2^64
];

const DOUBLES: &[u64] = &[
    0x8000_0000_0000_0000,
    0x7ff0_0000_0000_0000,
    0xfff0_0000_0000_0000,
    0x7ff8_0000_0000_0000,
    0xfff8_0000_0000_0000,
    0x7ff4_0000_0000_5678,
    0x0000_0000_0000_0001,
    0x41e0_0000_0000_0000,
    0xc1e0_0000_0020_0000,
    0x43f0_0000_0000_0000,
];

/// Bits of an integer.
pub(crate) fn integer(rng: &mut Rng) -> u64 {
    match rng.below(8) {
        0..4 => rng.below(20),
        4 => rng.below(80_000),
        5 => INTEGERS[rng.index(INTEGERS.len())],
        6 => (rng.below(10)).wrapping_neg(),
        _ => rng.number(),
    }
}

/// Bits of an `f32`.
pub(crate) fn single(rng: &mut Rng) -> u32 {
    match rng.below(4) {
        0 => SINGLES[rng.index(SINGLES.len())],
        1 => (rng.number() >> 32) as u32,
        _ => (rng.below(200) as f32 / 4.0 - 10.0).to_bits(),
    }
}

/// Bits of an `f64`.
pub(crate) fn double(rng: &mut Rng) -> u64 {
    match rng.below(4) {
        0 => DOUBLES[rng.index(DOUBLES.len())],
        1 => rng.number(),
        _ => (rng.below(200) as f64 / 4.0 - 10.0).to_bits(),
    }
}

/// Bits of a vector: lanes of one of the types of numbers.
pub(crate) fn vector(rng: &mut Rng) -> u128 {
    match rng.below(3) {
        0 => pair(integer(rng), integer(rng)),
        1 => pair(double(rng), double(rng)),
        _ => {
            let mut singles = || u64::from(single(rng)) << 32 | u64::from(single(rng));
            pair(singles(), singles())
        }
    }
}

fn pair(low: u64, high: u64) -> u128 {
    u128::from(high) << 64 | u128::from(low)
}

/// A hash of `bytes`.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let words = words.iter().map(|word| u64::from_le_bytes(*word));
    let step = |hash: u64, word: u64| {
        (hash ^ word)
            .wrapping_mul(0x0000_0100_0000_01b3)
            .rotate_left(23)
    };
    rest.iter()
        .map(|byte| u64::from(*byte))
        .chain(words)
        .fold(0xcbf2_9ce4_8422_2325, step)
}
