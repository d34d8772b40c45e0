//! Multiplication and addition with one rounding, on machines that have no instruction for it.

use super::*;

const CASES: &[[f64; 3]] = &[
    [1.0, 2.0, 3.0],
    [-1.0, 0.0, -0.0],
    [0.1, 10.0, -1.0],
    [1.0000001, 1.0000001, -1.0000002],
    [1e200, 1e200, f64::NEG_INFINITY],
    [3e38, 2.0, 1.0],
    [f64::INFINITY, 0.0, 1.0],
    [f64::NAN, 1.0, 1.0],
    [1e-200, 1e-200, 5e-324],
];

// -0.0 is what a builtin returns if it raised.
#[test]
fn sums_of_products_by_builtins() {
    let body = "local.get 0 local.get 1 local.get 2";
    let mut fixture = Fixture::new(&format!(
        "(module
        (func (param v128 v128 v128) (result v128) {body} f32x4.relaxed_madd)
        (func (param v128 v128 v128) (result v128) {body} f64x2.relaxed_madd)
        (func (param v128 v128 v128) (result v128) {body} f64x2.relaxed_nmadd))"
    ));
    for func in 0..3 {
        let mut request = fixture.request(func);
        request.options.relaxed_simd = RelaxedSimd::DETERMINISTIC;
        request.options.has_fused = false;
        fixture.define_translated(&request);
    }
    let mut call = |func, args: Vec<u64>| fixture.call(func, &args).expect("no trap");
    for &case in CASES {
        // Lanes that differ, so that none is taken for another.
        let other = [4.0f64, 5.0, 6.0];
        let sum = |[a, b, c]: [f64; 3]| a.mul_add(b, c);
        let args = case.iter().zip(other);
        let args = args.flat_map(|(a, other)| [a.to_bits(), other.to_bits()]);
        let actual = call(1, args.clone().collect())
            .into_iter()
            .map(f64::from_bits);
        assert_same(actual, [sum(case), sum(other)]);
        let negated = |[a, b, c]: [f64; 3]| sum([-a, b, c]);
        let actual = call(2, args.collect()).into_iter().map(f64::from_bits);
        assert_same(actual, [negated(case), negated(other)]);

        let sum = |numbers: [f64; 3]| {
            let [a, b, c] = numbers.map(|it| it as f32);
            f64::from(a.mul_add(b, c))
        };
        let lanes = |it: f64| u64::from((it as f32).to_bits());
        let args = case.iter().zip(other);
        let args = args.flat_map(|(&a, other)| [lanes(a) << 32 | lanes(other), lanes(a)]);
        let results = call(0, args.collect());
        let actual = results
            .iter()
            .flat_map(|it| [*it as u32, (it >> 32) as u32]);
        let actual = actual.map(|it| f64::from(f32::from_bits(it)));
        assert_same(actual, [sum(other), sum(case), sum(case), 0.0]);
    }
}

/// The same numbers, with the signs of zeros.
fn assert_same<const N: usize>(actual: impl Iterator<Item = f64>, expected: [f64; N]) {
    let actual: Vec<f64> = actual.collect();
    let same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
    assert!(
        actual.len() == N && actual.iter().zip(&expected).all(same),
        "{actual:?}, expected {expected:?}"
    );
}
