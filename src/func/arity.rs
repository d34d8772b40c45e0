//! The lengths of parameter and result lists that Rust types can have.

/// Calls the macro it is given once for each length, with names for that many types.
macro_rules! for_each_arity {
    ($use_it:ident) => {
        $use_it!(0);
        $use_it!(1 A1);
        $use_it!(2 A1 A2);
        $use_it!(3 A1 A2 A3);
        $use_it!(4 A1 A2 A3 A4);
        $use_it!(5 A1 A2 A3 A4 A5);
        $use_it!(6 A1 A2 A3 A4 A5 A6);
        $use_it!(7 A1 A2 A3 A4 A5 A6 A7);
        $use_it!(8 A1 A2 A3 A4 A5 A6 A7 A8);
        $use_it!(9 A1 A2 A3 A4 A5 A6 A7 A8 A9);
        $use_it!(10 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10);
        $use_it!(11 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11);
        $use_it!(12 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12);
        $use_it!(13 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13);
        $use_it!(14 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14);
        $use_it!(15 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15);
        $use_it!(16 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16);
        $use_it!(17 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15 A16 A17);
    };
}
