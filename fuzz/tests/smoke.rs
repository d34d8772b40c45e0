//! Each target for a second, on pseudo-random inputs: always the same ones, as far as it gets.

use fuzz::{Failure, Rng, Stats};
use std::time::{Duration, Instant};

/// Seed of the inputs.
const SEED: u64 = 12;

/// Runs `target` for a second and checks that some of its inputs got somewhere.
fn check(name: &str, target: fn(&[u8]) -> Result<Stats, Failure>) {
    let start = Instant::now();
    let mut stats = Stats::default();
    let mut n = 0;
    while start.elapsed() < Duration::from_secs(1) || stats.modules == 0 {
        let input = Rng::of(&[SEED, n]).bytes(64, 4096);
        match target(&input) {
            Ok(more) => stats.add(&more),
            Err(failure) => {
                panic!("{failure}\nreproduce: soak {name} --seed {SEED} --start {n} --count 1")
            }
        }
        n += 1;
    }
    println!("{name}: {stats}");
}

#[test]
fn differential() {
    check("differential", fuzz::differential);
}

#[test]
fn deopt_stress() {
    check("deopt_stress", fuzz::deopt_stress);
}

#[test]
fn feedback() {
    check("feedback", fuzz::feedback);
}

#[test]
fn translate() {
    check("translate", fuzz::translate);
}
