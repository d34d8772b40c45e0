//! The lengths of parameter and result lists that Rust types can have.

/// Calls the macro it is given once for each length, with names for that many types and
/// values.
macro_rules! for_each_arity {
    ($use_it:ident) => {
        $use_it!(0);
        $use_it!(1 (A1 a1));
        $use_it!(2 (A1 a1) (A2 a2));
        $use_it!(3 (A1 a1) (A2 a2) (A3 a3));
        $use_it!(4 (A1 a1) (A2 a2) (A3 a3) (A4 a4));
        $use_it!(5 (A1 a1) (A2 a2) (A3 a3) (A4 a4) (A5 a5));
        $use_it!(6 (A1 a1) (A2 a2) (A3 a3) (A4 a4) (A5 a5) (A6 a6));
        $use_it!(7 (A1 a1) (A2 a2) (A3 a3) (A4 a4) (A5 a5) (A6 a6) (A7 a7));
        $use_it!(8 (A1 a1) (A2 a2) (A3 a3) (A4 a4) (A5 a5) (A6 a6) (A7 a7) (A8 a8));
        $use_it!(9 (A1 a1) (A2 a2) (A3 a3) (A4 a4) (A5 a5) (A6 a6) (A7 a7) (A8 a8) (A9 a9));
        $use_it!(10 (A1 a1) (A2 a2) (A3 a3) (A4 a4) (A5 a5) (A6 a6) (A7 a7) (A8 a8) (A9 a9) (A10 a10));
        $use_it!(11 (A1 a1) (A2 a2) (A3 a3) (A4 a4) (A5 a5) (A6 a6) (A7 a7) (A8 a8) (A9 a9) (A10 a10) (A11 a11));
        $use_it!(12 (A1 a1) (A2 a2) (A3 a3) (A4 a4) (A5 a5) (A6 a6) (A7 a7) (A8 a8) (A9 a9) (A10 a10) (A11 a11) (A12 a12));
        $use_it!(13 (A1 a1) (A2 a2) (A3 a3) (A4 a4) (A5 a5) (A6 a6) (A7 a7) (A8 a8) (A9 a9) (A10 a10) (A11 a11) (A12 a12) (A13 a13));
        $use_it!(14 (A1 a1) (A2 a2) (A3 a3) (A4 a4) (A5 a5) (A6 a6) (A7 a7) (A8 a8) (A9 a9) (A10 a10) (A11 a11) (A12 a12) (A13 a13) (A14 a14));
        $use_it!(15 (A1 a1) (A2 a2) (A3 a3) (A4 a4) (A5 a5) (A6 a6) (A7 a7) (A8 a8) (A9 a9) (A10 a10) (A11 a11) (A12 a12) (A13 a13) (A14 a14) (A15 a15));
        $use_it!(16 (A1 a1) (A2 a2) (A3 a3) (A4 a4) (A5 a5) (A6 a6) (A7 a7) (A8 a8) (A9 a9) (A10 a10) (A11 a11) (A12 a12) (A13 a13) (A14 a14) (A15 a15) (A16 a16));
        $use_it!(17 (A1 a1) (A2 a2) (A3 a3) (A4 a4) (A5 a5) (A6 a6) (A7 a7) (A8 a8) (A9 a9) (A10 a10) (A11 a11) (A12 a12) (A13 a13) (A14 a14) (A15 a15) (A16 a16) (A17 a17));
    };
}
