//! What vector instructions do, said as simply as possible: lane by lane, with numbers of 128 bits.
//!
//! Written after the specification, and for nothing but comparing. Relaxed instructions are here
//! twice: as the specification's deterministic profile has them, and as x86-64 does.

use super::Type::{self, F32, F64, I32, I64, V128};

/// Which results relaxed instructions have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relaxed {
    /// Those of the deterministic profile.
    Deterministic,
    /// Those of this machine.
    Native,
}

impl Relaxed {
    /// Does this machine have the instruction that `feature` brings, and may it be used?
    fn uses(self, feature: &str) -> bool {
        #[cfg(target_arch = "x86_64")]
        let has = match feature {
            "sse2" => true,
            "ssse3" => is_x86_feature_detected!("ssse3"),
            "sse4.1" => is_x86_feature_detected!("sse4.1"),
            "fma" => is_x86_feature_detected!("fma") && is_x86_feature_detected!("avx"),
            _ => panic!("unknown feature {feature}"),
        };
        #[cfg(not(target_arch = "x86_64"))]
        let has = feature == "fma";
        has && self == Relaxed::Native
    }
}

/// Operands and result are bits.
type Model = Box<dyn Fn(&[u128]) -> u128>;

/// An instruction, and what it does.
pub(crate) struct Instruction {
    /// As in the text format, with immediates.
    pub(crate) text: String,
    pub(crate) operands: Vec<Type>,
    pub(crate) result: Type,
    /// The width of lanes of which any NaN is as good as another.
    pub(crate) nan_width: Option<u32>,
    pub(crate) model: Model,
}

/// All instructions without access to memory.
pub(crate) fn instructions(relaxed: Relaxed) -> Vec<Instruction> {
    let mut table = Table::default();
    table.bits();
    table.lanes();
    for width in [8, 16, 32, 64] {
        table.integers(width);
        table.comparisons(width);
        table.shifts(width);
    }
    for width in [8, 16, 32] {
        table.wider(width);
    }
    table.products();
    table.floats();
    table.conversions();
    table.relaxed(relaxed);
    table.0
}

/// The lanes of a vector as unsigned numbers.
pub(crate) fn split(bits: u128, width: u32) -> Vec<u128> {
    (0..128 / width)
        .map(|it| truncate(bits >> (it * width), width))
        .collect()
}

/// A vector of the low bits of these numbers.
pub(crate) fn join(lanes: impl IntoIterator<Item = u128>, width: u32) -> u128 {
    let lanes = lanes.into_iter().zip(0..);
    lanes.fold(0, |bits, (lane, it)| {
        bits | truncate(lane, width) << (it * width)
    })
}

fn truncate(value: u128, width: u32) -> u128 {
    value & ((1 << width) - 1)
}

fn signed(lane: u128, width: u32) -> i128 {
    (lane << (128 - width)).cast_signed() >> (128 - width)
}

fn unsigned(lane: u128) -> i128 {
    lane.cast_signed()
}

fn saturate_signed(value: i128, width: u32) -> i128 {
    value.clamp(-(1 << (width - 1)), (1 << (width - 1)) - 1)
}

fn saturate_unsigned(value: i128, width: u32) -> i128 {
    value.clamp(0, (1 << width) - 1)
}

/// The name of a shape of integers.
fn shape(width: u32) -> String {
    format!("i{width}x{}", 128 / width)
}

#[derive(Default)]
struct Table(Vec<Instruction>);

impl Table {
    fn add(
        &mut self,
        text: impl Into<String>,
        (operands, result): (&[Type], Type),
        model: impl Fn(&[u128]) -> u128 + 'static,
    ) -> &mut Instruction {
        self.0.push(Instruction {
            text: text.into(),
            operands: operands.to_vec(),
            result,
            nan_width: None,
            model: Box::new(model),
        });
        self.0.last_mut().expect("just pushed")
    }

    /// One vector to another, by lanes as bits.
    fn map(&mut self, text: impl Into<String>, width: u32, f: impl Fn(u128) -> u128 + 'static) {
        self.add(text, (&[V128], V128), move |args| {
            join(split(args[0], width).into_iter().map(&f), width)
        });
    }

    /// Two vectors to another, by lanes as bits.
    fn zip(
        &mut self,
        text: impl Into<String>,
        width: u32,
        f: impl Fn(u128, u128) -> u128 + 'static,
    ) -> &mut Instruction {
        self.add(text, (&[V128, V128], V128), move |args| {
            let (a, b) = (split(args[0], width), split(args[1], width));
            join(a.into_iter().zip(b).map(|(a, b)| f(a, b)), width)
        })
    }

    /// The same for signed lanes.
    fn zip_signed(
        &mut self,
        text: impl Into<String>,
        width: u32,
        f: impl Fn(i128, i128) -> i128 + 'static,
    ) {
        self.zip(text, width, move |a, b| {
            f(signed(a, width), signed(b, width)).cast_unsigned()
        });
    }

    /// The same for unsigned lanes.
    fn zip_unsigned(
        &mut self,
        text: impl Into<String>,
        width: u32,
        f: impl Fn(i128, i128) -> i128 + 'static,
    ) {
        self.zip(text, width, move |a, b| {
            f(unsigned(a), unsigned(b)).cast_unsigned()
        });
    }

    fn bits(&mut self) {
        self.map("v128.not", 64, |a| !a);
        self.zip("v128.and", 64, |a, b| a & b);
        self.zip("v128.andnot", 64, |a, b| a & !b);
        self.zip("v128.or", 64, |a, b| a | b);
        self.zip("v128.xor", 64, |a, b| a ^ b);
        self.add("v128.bitselect", (&[V128; 3], V128), |args| {
            args[0] & args[2] | args[1] & !args[2]
        });
        self.add("v128.any_true", (&[V128], I32), |args| {
            (args[0] != 0).into()
        });
        for width in [8, 16, 32, 64] {
            let name = shape(width);
            self.add(format!("{name}.all_true"), (&[V128], I32), move |args| {
                split(args[0], width).iter().all(|&lane| lane != 0).into()
            });
            self.add(format!("{name}.bitmask"), (&[V128], I32), move |args| {
                let lanes = split(args[0], width);
                join(lanes.iter().map(|lane| lane >> (width - 1)), 1)
            });
        }
    }

    fn lanes(&mut self) {
        for (name, width, number) in [
            ("i8x16", 8, I32),
            ("i16x8", 16, I32),
            ("i32x4", 32, I32),
            ("i64x2", 64, I64),
            ("f32x4", 32, F32),
            ("f64x2", 64, F64),
        ] {
            self.add(format!("{name}.splat"), (&[number], V128), move |args| {
                join(vec![args[0]; 128 / width as usize], width)
            });
            for lane in 0..128 / width as usize {
                let get = move |args: &[u128]| split(args[0], width)[lane];
                let extract = format!("{name}.extract_lane");
                if width < 32 {
                    self.add(format!("{extract}_u {lane}"), (&[V128], number), get);
                    self.add(
                        format!("{extract}_s {lane}"),
                        (&[V128], number),
                        move |args| truncate(signed(get(args), width).cast_unsigned(), 32),
                    );
                } else {
                    self.add(format!("{extract} {lane}"), (&[V128], number), get);
                }
                let replace = format!("{name}.replace_lane {lane}");
                self.add(replace, (&[V128, number], V128), move |args| {
                    let mut lanes = split(args[0], width);
                    lanes[lane] = args[1];
                    join(lanes, width)
                });
            }
        }
        self.zip_lanes("i8x16.swizzle", |it| it < 16);
        for mask in shuffles() {
            let text: String = mask.iter().map(|it| format!(" {it}")).collect();
            self.add(
                format!("i8x16.shuffle{text}"),
                (&[V128; 2], V128),
                move |args| {
                    let both = [split(args[0], 8), split(args[1], 8)].concat();
                    join(mask.iter().map(|&it| both[usize::from(it)]), 8)
                },
            );
        }
        for value in [0, u128::MAX, 0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10] {
            self.add(constant(value), (&[], V128), move |_| value);
        }
    }

    /// Lanes of the first vector, by the numbers in the second one that are good, modulo 16.
    fn zip_lanes(&mut self, text: &str, is_good: impl Fn(u128) -> bool + 'static) {
        self.add(text, (&[V128; 2], V128), move |args| {
            let from = split(args[0], 8);
            let lane = |it: u128| match is_good(it) {
                true => from[it as usize % 16],
                false => 0,
            };
            join(split(args[1], 8).into_iter().map(lane), 8)
        });
    }

    fn integers(&mut self, width: u32) {
        let name = shape(width);
        let text = |op: &str| format!("{name}.{op}");
        self.map(text("abs"), width, move |a| {
            signed(a, width).abs().cast_unsigned()
        });
        self.map(text("neg"), width, move |a| {
            (-signed(a, width)).cast_unsigned()
        });
        self.zip_signed(text("add"), width, |a, b| a + b);
        self.zip_signed(text("sub"), width, |a, b| a - b);
        if width == 8 {
            self.map(text("popcnt"), width, |a| a.count_ones().into());
        } else {
            self.zip_signed(text("mul"), width, |a, b| a * b);
        }
        if width <= 16 {
            self.zip_signed(text("add_sat_s"), width, move |a, b| {
                saturate_signed(a + b, width)
            });
            self.zip_signed(text("sub_sat_s"), width, move |a, b| {
                saturate_signed(a - b, width)
            });
            self.zip_unsigned(text("add_sat_u"), width, move |a, b| {
                saturate_unsigned(a + b, width)
            });
            self.zip_unsigned(text("sub_sat_u"), width, move |a, b| {
                saturate_unsigned(a - b, width)
            });
            self.zip_unsigned(text("avgr_u"), width, |a, b| (a + b + 1) / 2);
        }
        if width <= 32 {
            self.zip_signed(text("min_s"), width, i128::min);
            self.zip_signed(text("max_s"), width, i128::max);
            self.zip_unsigned(text("min_u"), width, i128::min);
            self.zip_unsigned(text("max_u"), width, i128::max);
        }
    }

    fn comparisons(&mut self, width: u32) {
        let name = shape(width);
        let mut compare = |op: &str, holds: fn(&i128, &i128) -> bool| {
            let signs: &[&str] = match (op, width) {
                ("eq" | "ne", _) => &[""],
                (_, 64) => &["_s"],
                _ => &["_s", "_u"],
            };
            for sign in signs {
                let text = format!("{name}.{op}{sign}");
                let mask = move |a, b| -i128::from(holds(&a, &b));
                match *sign {
                    "_u" => self.zip_unsigned(text, width, mask),
                    _ => self.zip_signed(text, width, mask),
                }
            }
        };
        compare("eq", i128::eq);
        compare("ne", i128::ne);
        compare("lt", i128::lt);
        compare("gt", i128::gt);
        compare("le", i128::le);
        compare("ge", i128::ge);
    }

    fn shifts(&mut self, width: u32) {
        let mut shift = |op: &str, f: fn(u128, u32, u32) -> u128| {
            let text = format!("{}.{op}", shape(width));
            self.add(text, (&[V128, I32], V128), move |args| {
                let count = args[1] as u32 % width;
                join(
                    split(args[0], width)
                        .into_iter()
                        .map(|a| f(a, width, count)),
                    width,
                )
            });
        };
        shift("shl", |a, _, count| a << count);
        shift("shr_u", |a, _, count| a >> count);
        shift("shr_s", |a, width, count| {
            (signed(a, width) >> count).cast_unsigned()
        });
    }

    /// Instructions from lanes of `width` to those of twice the width.
    fn wider(&mut self, width: u32) {
        let (from, to) = (shape(width), shape(2 * width));
        let half = 64 / width as usize;
        for sign in ["s", "u"] {
            let read = move |lane| match sign {
                "s" => signed(lane, width),
                _ => unsigned(lane),
            };
            for (part, first) in [("low", 0), ("high", half)] {
                let lanes = move |bits| split(bits, width)[first..][..half].to_vec();
                self.add(
                    format!("{to}.extend_{part}_{from}_{sign}"),
                    (&[V128], V128),
                    move |args| {
                        let extended = lanes(args[0])
                            .into_iter()
                            .map(|it| read(it).cast_unsigned());
                        join(extended, 2 * width)
                    },
                );
                self.add(
                    format!("{to}.extmul_{part}_{from}_{sign}"),
                    (&[V128; 2], V128),
                    move |args| {
                        let pairs = lanes(args[0]).into_iter().zip(lanes(args[1]));
                        join(
                            pairs.map(|(a, b)| (read(a) * read(b)).cast_unsigned()),
                            2 * width,
                        )
                    },
                );
            }
            if width < 32 {
                self.add(
                    format!("{to}.extadd_pairwise_{from}_{sign}"),
                    (&[V128], V128),
                    move |args| {
                        let lanes = split(args[0], width);
                        let sums = lanes
                            .chunks(2)
                            .map(|it| (read(it[0]) + read(it[1])).cast_unsigned());
                        join(sums, 2 * width)
                    },
                );
                self.add(
                    format!("{from}.narrow_{to}_{sign}"),
                    (&[V128; 2], V128),
                    move |args| {
                        let lanes = [split(args[0], 2 * width), split(args[1], 2 * width)].concat();
                        let narrow = |lane| match sign {
                            "s" => saturate_signed(signed(lane, 2 * width), width),
                            _ => saturate_unsigned(signed(lane, 2 * width), width),
                        };
                        join(
                            lanes.into_iter().map(|it| narrow(it).cast_unsigned()),
                            width,
                        )
                    },
                );
            }
        }
    }

    fn products(&mut self) {
        self.zip_signed("i16x8.q15mulr_sat_s", 16, |a, b| {
            saturate_signed((a * b + 0x4000) >> 15, 16)
        });
        self.add("i32x4.dot_i16x8_s", (&[V128; 2], V128), |args| {
            join(sums_of_products(args, 16, 2, signed, signed), 32)
        });
    }

    fn floats(&mut self) {
        macro_rules! floats {
            ($name:literal, $width:literal, $float:ident, $bits:ident) => {
                let bits = |it: u128| $float::from_bits(it as $bits);
                let mut map = |op: &str, f: fn($float) -> $float, nan: bool| {
                    self.map(concat!($name, ".").to_owned() + op, $width, move |a| {
                        f(bits(a)).to_bits().into()
                    });
                    self.0.last_mut().expect("just pushed").nan_width = nan.then_some($width);
                };
                map("abs", |a| $float::from_bits(a.to_bits() << 1 >> 1), false);
                map(
                    "neg",
                    |a| $float::from_bits(a.to_bits() ^ 1 << ($width - 1)),
                    false,
                );
                map("ceil", $float::ceil, true);
                map("floor", $float::floor, true);
                map("trunc", $float::trunc, true);
                map("nearest", $float::round_ties_even, true);
                map("sqrt", $float::sqrt, true);
                let mut zip = |op: &str, f: fn($float, $float) -> $float, nan: bool| {
                    let text = concat!($name, ".").to_owned() + op;
                    let it = self.zip(text, $width, move |a, b| {
                        f(bits(a), bits(b)).to_bits().into()
                    });
                    it.nan_width = nan.then_some($width);
                };
                zip("add", |a, b| a + b, true);
                zip("sub", |a, b| a - b, true);
                zip("mul", |a, b| a * b, true);
                zip("div", |a, b| a / b, true);
                zip("min", |a, b| least(a, b, less), true);
                zip("max", |a, b| least(a, b, greater), true);
                zip("pmin", |a, b| if b < a { b } else { a }, false);
                zip("pmax", |a, b| if a < b { b } else { a }, false);
                let mut compare = |op: &str, holds: fn(&$float, &$float) -> bool| {
                    self.zip(concat!($name, ".").to_owned() + op, $width, move |a, b| {
                        if holds(&bits(a), &bits(b)) {
                            u128::MAX
                        } else {
                            0
                        }
                    });
                };
                compare("eq", $float::eq);
                compare("ne", $float::ne);
                compare("lt", $float::lt);
                compare("gt", $float::gt);
                compare("le", $float::le);
                compare("ge", $float::ge);
            };
        }
        /// A NaN if there is one, else the first one if it is less, else the second one.
        fn least<T: Copy + Into<f64>>(a: T, b: T, less: fn(f64, f64) -> bool) -> T {
            match (a.into(), b.into()) {
                (number, _) if number.is_nan() => a,
                (_, number) if number.is_nan() => b,
                (first, second) if less(first, second) => a,
                _ => b,
            }
        }
        // -0 is less than +0.
        fn less(a: f64, b: f64) -> bool {
            a < b || a == b && a.is_sign_negative()
        }
        fn greater(a: f64, b: f64) -> bool {
            a > b || a == b && a.is_sign_positive()
        }
        floats!("f32x4", 32, f32, u32);
        floats!("f64x2", 64, f64, u64);
    }

    fn conversions(&mut self) {
        let f32 = |it: u128| f32::from_bits(it as u32);
        let f64 = |it: u128| f64::from_bits(it as u64);
        let low = |bits: u128, width| split(bits, width).into_iter().take(2);
        self.map("i32x4.trunc_sat_f32x4_s", 32, move |a| {
            (f32(a) as i32 as u32).into()
        });
        self.map("i32x4.trunc_sat_f32x4_u", 32, move |a| {
            (f32(a) as u32).into()
        });
        self.map("f32x4.convert_i32x4_s", 32, |a| {
            (a as i32 as f32).to_bits().into()
        });
        self.map("f32x4.convert_i32x4_u", 32, |a| {
            (a as u32 as f32).to_bits().into()
        });
        let mut to_half = |text: &str, f: fn(f64) -> u32| {
            self.add(text, (&[V128], V128), move |args| {
                join(low(args[0], 64).map(|a| f(f64(a)).into()), 32)
            })
            .nan_width = text.starts_with('f').then_some(32);
        };
        to_half("i32x4.trunc_sat_f64x2_s_zero", |a| a as i32 as u32);
        to_half("i32x4.trunc_sat_f64x2_u_zero", |a| a as u32);
        to_half("f32x4.demote_f64x2_zero", |a| (a as f32).to_bits());
        let mut from_half = |text: &str, f: fn(u32) -> f64| {
            self.add(text, (&[V128], V128), move |args| {
                join(low(args[0], 32).map(|a| f(a as u32).to_bits().into()), 64)
            })
            .nan_width = Some(64);
        };
        from_half("f64x2.convert_low_i32x4_s", |a| (a as i32).into());
        from_half("f64x2.convert_low_i32x4_u", f64::from);
        from_half("f64x2.promote_low_f32x4", |a| f32::from_bits(a).into());
    }

    fn relaxed(&mut self, relaxed: Relaxed) {
        let [sse2, ssse3, sse41] = ["sse2", "ssse3", "sse4.1"].map(|it| relaxed.uses(it));
        match ssse3 {
            true => self.zip_lanes("i8x16.relaxed_swizzle", |it| it < 128),
            false => self.zip_lanes("i8x16.relaxed_swizzle", |it| it < 16),
        }
        self.zip_signed("i16x8.relaxed_q15mulr_s", 16, move |a, b| {
            let product = (a * b + 0x4000) >> 15;
            if ssse3 {
                product
            } else {
                saturate_signed(product, 16)
            }
        });
        self.add(
            "i16x8.relaxed_dot_i8x16_i7x16_s",
            (&[V128; 2], V128),
            move |args| {
                join(
                    relaxed_dots(args, ssse3)
                        .into_iter()
                        .map(i128::cast_unsigned),
                    16,
                )
            },
        );
        let text = "i32x4.relaxed_dot_i8x16_i7x16_add_s";
        self.add(text, (&[V128; 3], V128), move |args| {
            let dots = match ssse3 {
                true => relaxed_dots(args, ssse3)
                    .chunks(2)
                    .map(|it| it[0] + it[1])
                    .collect(),
                false => sums_of_products(args, 8, 4, signed, signed)
                    .map(u128::cast_signed)
                    .collect::<Vec<_>>(),
            };
            let sums = dots.into_iter().zip(split(args[2], 32));
            join(sums.map(|(dot, c)| dot.cast_unsigned().wrapping_add(c)), 32)
        });
        for width in [8, 16, 32, 64] {
            let text = format!("{}.relaxed_laneselect", shape(width));
            self.add(text, (&[V128; 3], V128), move |args| {
                let mask = args[2];
                let signs = split(mask, width)
                    .into_iter()
                    .map(|it| match it >> (width - 1) {
                        0 => 0,
                        _ => u128::MAX,
                    });
                let mask = match sse41 && width != 16 {
                    true => join(signs, width),
                    false => mask,
                };
                args[0] & mask | args[1] & !mask
            });
        }
        self.relaxed_floats(relaxed, sse2);
    }

    fn relaxed_floats(&mut self, relaxed: Relaxed, sse2: bool) {
        // Relaxed instructions that are like others, which are in the table.
        for name in ["f32x4", "f64x2"] {
            for op in ["min", "max"] {
                let like = if sse2 {
                    format!("{name}.p{op}")
                } else {
                    format!("{name}.{op}")
                };
                self.alias(format!("{name}.relaxed_{op}"), &like);
            }
        }
        self.alias("i32x4.relaxed_trunc_f32x4_u", "i32x4.trunc_sat_f32x4_u");
        self.alias(
            "i32x4.relaxed_trunc_f64x2_u_zero",
            "i32x4.trunc_sat_f64x2_u_zero",
        );
        if sse2 {
            let trunc = |a: f64| match a > -2147483649.0 && a < 2147483648.0 {
                true => a as i32 as u32,
                false => 0x8000_0000,
            };
            self.map("i32x4.relaxed_trunc_f32x4_s", 32, move |a| {
                trunc(f32::from_bits(a as u32).into()).into()
            });
            self.add(
                "i32x4.relaxed_trunc_f64x2_s_zero",
                (&[V128], V128),
                move |args| {
                    let lanes = split(args[0], 64).into_iter();
                    join(lanes.map(|it| trunc(f64::from_bits(it as u64)).into()), 32)
                },
            );
        } else {
            self.alias("i32x4.relaxed_trunc_f32x4_s", "i32x4.trunc_sat_f32x4_s");
            self.alias(
                "i32x4.relaxed_trunc_f64x2_s_zero",
                "i32x4.trunc_sat_f64x2_s_zero",
            );
        }
        let fused = relaxed == Relaxed::Deterministic || relaxed.uses("fma");
        for (op, sign) in [("madd", 1.0f32), ("nmadd", -1.0)] {
            let f = move |a: u128, b: u128, c: u128| -> u128 {
                let [a, b, c] = [a, b, c].map(|it| f32::from_bits(it as u32));
                let a = a * sign;
                let sum = if fused { a.mul_add(b, c) } else { a * b + c };
                sum.to_bits().into()
            };
            self.zip3(format!("f32x4.relaxed_{op}"), 32, f);
            let f = move |a: u128, b: u128, c: u128| -> u128 {
                let [a, b, c] = [a, b, c].map(|it| f64::from_bits(it as u64));
                let a = a * f64::from(sign);
                let sum = if fused { a.mul_add(b, c) } else { a * b + c };
                sum.to_bits().into()
            };
            self.zip3(format!("f64x2.relaxed_{op}"), 64, f);
        }
    }

    /// Three vectors of floats to another.
    fn zip3(&mut self, text: String, width: u32, f: impl Fn(u128, u128, u128) -> u128 + 'static) {
        self.add(text, (&[V128; 3], V128), move |args| {
            let lanes: Vec<_> = args.iter().map(|&it| split(it, width)).collect();
            let n = lanes[0].len();
            join(
                (0..n).map(|it| f(lanes[0][it], lanes[1][it], lanes[2][it])),
                width,
            )
        })
        .nan_width = Some(width);
    }

    /// Adds an instruction that does what another one does.
    fn alias(&mut self, text: impl Into<String>, like: &str) {
        // The table is small; making it again is the simplest way to a second model.
        let mut other = Table::default();
        other.floats();
        other.conversions();
        let mut found = other
            .0
            .into_iter()
            .find(|it| it.text == like)
            .expect("it exists");
        found.text = text.into();
        self.0.push(found);
    }
}

/// Sums of the products of each `n` lanes.
fn sums_of_products(
    args: &[u128],
    width: u32,
    n: usize,
    first: fn(u128, u32) -> i128,
    second: fn(u128, u32) -> i128,
) -> impl Iterator<Item = u128> {
    let pairs = split(args[0], width).into_iter().zip(split(args[1], width));
    let products: Vec<_> = pairs
        .map(|(a, b)| first(a, width) * second(b, width))
        .collect();
    let sums: Vec<_> = products
        .chunks(n)
        .map(|it| it.iter().sum::<i128>().cast_unsigned())
        .collect();
    sums.into_iter()
}

/// Sums of two products: exact, or as `pmaddubsw` makes them.
fn relaxed_dots(args: &[u128], ssse3: bool) -> Vec<i128> {
    let zero_extended = |lane, _| unsigned(lane);
    let second = if ssse3 { zero_extended } else { signed };
    let sums = sums_of_products(args, 8, 2, signed, second).map(u128::cast_signed);
    sums.map(|it| if ssse3 { saturate_signed(it, 16) } else { it })
        .collect()
}

fn constant(value: u128) -> String {
    let lanes: String = split(value, 8).iter().map(|it| format!(" {it}")).collect();
    format!("v128.const i8x16{lanes}")
}

/// Masks for `i8x16.shuffle`: those that machines have instructions for, and arbitrary ones.
fn shuffles() -> Vec<[u8; 16]> {
    let from = |f: &dyn Fn(u8) -> u8| std::array::from_fn(|it| f(it as u8));
    let mut masks = vec![from(&|it| it), from(&|it| it + 16)];
    for lane in [0, 5, 15, 16, 31] {
        masks.push(from(&|_| lane));
    }
    for width in [1, 2, 4, 8] {
        // Lanes of this width: reversed, one everywhere, and interleaved.
        masks.push(from(&|it| it ^ (16 - width)));
        masks.push(from(&|it| it % width + 2 * width % 16));
        for half in [0, 8] {
            masks.push(from(&|it| {
                let lane = it / width;
                lane % 2 * 16 + half + lane / 2 * width + it % width
            }));
        }
        // Even and odd lanes.
        for odd in [0, width] {
            masks.push(from(&|it| (it / width * 2 * width + it % width + odd) % 32));
        }
    }
    for by in [1, 4, 7, 15] {
        masks.push(from(&|it| it + by));
        masks.push(from(&|it| (it + by) % 16));
    }
    let mut state = 1;
    for _ in 0..16 {
        masks.push(std::array::from_fn(|_| {
            super::random(&mut state) as u8 % 32
        }));
    }
    masks
}
