//! CPU time of commands, measured in rounds so that a slow phase of the machine hits all alike.
//!
//! CPU time is user and system time of the process and of its children that it waited for. It is
//! less noisy than wall time on a shared machine, but counts all threads.

use std::mem::MaybeUninit;
use std::process::{Command, Stdio};
use std::time::Duration;
use wasm_interp_jit::error::Context as _;
use wasm_interp_jit::{Result, bail, ensure};

/// What a command printed, and its seconds of CPU time, one for each round.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times {
    pub(crate) output: String,
    seconds: Vec<f64>,
}

/// The middle of some figures, and their ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) min: f64,
    pub(crate) median: f64,
    pub(crate) max: f64,
}

/// Runs each command, as the shell takes it, once a round, in turns: every other round goes backwards.
///
/// A round before the first one warms up caches and checks that the commands work.
pub(crate) fn measure(
    commands: &[String],
    rounds: usize,
    mut progress: impl FnMut(&str),
) -> Result<Vec<Times>> {
    let mut times = vec![Times::default(); commands.len()];
    for round in 0..=rounds {
        let mut order: Vec<usize> = (0..commands.len()).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for i in order {
            progress(&commands[i]);
            let (time, output) = run(&commands[i])?;
            times[i].output = output;
            if round > 0 {
                times[i].seconds.push(time.as_secs_f64());
            }
        }
    }
    Ok(times)
}

impl Times {
    pub(crate) fn spread(&self) -> Spread {
        Spread::of(self.seconds.clone())
    }

    /// Ratios to `base`, round by round.
    pub(crate) fn ratios(&self, base: &Times) -> Spread {
        let pairs = self.seconds.iter().zip(&base.seconds);
        Spread::of(pairs.map(|(time, base)| time / base).collect())
    }
}

impl Spread {
    /// Requires at least one figure.
    pub(crate) fn of(mut figures: Vec<f64>) -> Self {
        figures.sort_by(f64::total_cmp);
        let middle = figures.len() / 2;
        let median = if figures.len().is_multiple_of(2) {
            (figures[middle - 1] + figures[middle]) / 2.0
        } else {
            figures[middle]
        };
        Self {
            min: figures[0],
            median,
            max: figures[figures.len() - 1],
        }
    }
}

fn run(command: &str) -> Result<(Duration, String)> {
    let before = children_time()?;
    let output = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("failed to start `{command}`"))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        bail!("`{command}` failed with {}: {text}", output.status);
    }
    let time = children_time()? - before;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok((time, text.into_owned()))
}

/// CPU time of all children that have ended so far.
fn children_time() -> Result<Duration> {
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: the pointer is to memory of the right size that nothing else uses.
    let status = unsafe { libc::getrusage(libc::RUSAGE_CHILDREN, usage.as_mut_ptr()) };
    ensure!(
        status == 0,
        "getrusage: {}",
        std::io::Error::last_os_error()
    );
    // SAFETY: all zeros is a valid value already, and `getrusage` has replaced it.
    let usage = unsafe { usage.assume_init() };
    Ok(duration(usage.ru_utime) + duration(usage.ru_stime))
}

/// The system counts no negative times.
pub(super) fn duration(time: libc::timeval) -> Duration {
    Duration::new(time.tv_sec.unsigned_abs(), 0)
        + Duration::from_micros(time.tv_usec.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_of_the_same_round() {
        let times = |seconds: &[f64]| Times {
            seconds: seconds.to_vec(),
            ..Times::default()
        };
        let base = times(&[1.0, 2.0, 4.0]);
        let other = times(&[2.0, 2.0, 2.0]);
        assert_eq!(
            other.ratios(&base),
            Spread {
                min: 0.5,
                median: 1.0,
                max: 2.0
            }
        );
        assert_eq!(
            times(&[4.0, 1.0]).spread(),
            Spread {
                min: 1.0,
                median: 2.5,
                max: 4.0
            }
        );
    }

    #[test]
    fn a_command_that_fails_is_an_error() {
        assert!(measure(&["exit 3".to_string()], 1, |_| ()).is_err());
    }

    // The commands' own time is measured, not that of this process.
    #[test]
    fn work_takes_longer_than_none() {
        let work = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done".to_string();
        let none = ":".to_string();
        let times = measure(&[work, none], 1, |_| ()).expect("both commands work");
        assert!(times[0].spread().median > times[1].spread().median);
    }
}
