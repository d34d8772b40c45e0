//! What relaxed vector instructions do where the specification leaves a choice.
//!
//! Decided once for an engine and read by both tiers, so that they agree. The choices are those of
//! wasmtime, that is of the shortest code for the machine.

/// The machine instructions that relaxed vector instructions are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelaxedSimd {
    /// `relaxed_min` and `relaxed_max` are `pmin` and `pmax`, and conversions to signed integers
    /// give the smallest one for all that is out of range. Otherwise they are `min`, `max` and
    /// `trunc_sat`.
    pub sse2: bool,
    /// `relaxed_swizzle` is `pshufb`, `relaxed_q15mulr` is `pmulhrsw`, and `relaxed_dot` is
    /// `pmaddubsw`. Otherwise they are `swizzle`, `q15mulr_sat`, and a sum of signed products.
    pub ssse3: bool,
    /// `relaxed_laneselect` looks at the highest bit of each lane, unless lanes have 16 bits, for
    /// which there is no such instruction. Otherwise it is `bitselect`.
    pub sse41: bool,
    /// `relaxed_madd` rounds once. Otherwise it rounds after the multiplication, too.
    pub fused: bool,
}

impl RelaxedSimd {
    /// The same results on all machines.
    pub const DETERMINISTIC: Self = Self {
        sse2: false,
        ssse3: false,
        sse41: false,
        fused: true,
    };

    /// What is shortest on this machine.
    #[cfg(target_arch = "x86_64")]
    pub fn native() -> Self {
        Self {
            sse2: true,
            ssse3: is_x86_feature_detected!("ssse3"),
            sse41: is_x86_feature_detected!("sse4.1"),
            fused: is_x86_feature_detected!("avx") && is_x86_feature_detected!("fma"),
        }
    }

    /// Where nothing is compiled, there is nothing to agree with.
    #[cfg(not(target_arch = "x86_64"))]
    pub fn native() -> Self {
        Self::DETERMINISTIC
    }
}
