//! One run of a command, without a shell: its time on the clock, its CPU time and its memory.

use super::measure::duration;
use std::io::Read as _;
use std::mem::MaybeUninit;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::Instant;
use wasm_interp_jit::error::Context as _;
use wasm_interp_jit::{Result, ensure};

/// What a run took.
#[derive(Clone, Debug)]
pub(super) struct Usage {
    /// Seconds from its start to its end.
    pub(super) wall: f64,
    /// Seconds of all its threads.
    pub(super) cpu: f64,
    /// Most memory that was resident at once, in bytes.
    pub(super) peak: f64,
    /// What it printed.
    pub(super) output: String,
}

/// Runs `command`, a program and its arguments, which must succeed.
pub(super) fn run(command: &[String]) -> Result<Usage> {
    let mut process = Command::new(&command[0]);
    process.args(&command[1..]).stdin(Stdio::null());
    process.stdout(Stdio::piped()).stderr(Stdio::null());
    // SAFETY: the closure does nothing. It makes the child a copy of this process before it is the
    // program. Otherwise both share memory at first, and all of ours would count as its peak.
    unsafe { process.pre_exec(|| Ok(())) };
    let start = Instant::now();
    let mut child = process
        .spawn()
        .with_context(|| format!("failed to start `{}`", command[0]))?;
    let mut output = String::new();
    if let Some(stdout) = &mut child.stdout {
        stdout.read_to_string(&mut output)?;
    }
    let (status, usage) = wait(child.id())?;
    let wall = start.elapsed().as_secs_f64();
    ensure!(status == 0, "`{}` failed: {status}", command.join(" "));
    Ok(Usage {
        wall,
        cpu: (duration(usage.ru_utime) + duration(usage.ru_stime)).as_secs_f64(),
        // Linux counts in units of 1024 bytes.
        peak: usage.ru_maxrss as f64 * 1024.0,
        output,
    })
}

/// Waits for the end of a child.
fn wait(child: u32) -> Result<(i32, libc::rusage)> {
    let (mut status, mut usage) = (0, MaybeUninit::<libc::rusage>::zeroed());
    // SAFETY: both pointers are to memory of the right size that nothing else uses.
    let waited = unsafe { libc::wait4(child as i32, &mut status, 0, usage.as_mut_ptr()) };
    ensure!(waited > 0, "wait4: {}", std::io::Error::last_os_error());
    // SAFETY: all zeros is a valid value already, and `wait4` has replaced it.
    Ok((status, unsafe { usage.assume_init() }))
}

/// Seconds of CPU time that this process has used.
pub(super) fn own_cpu_time() -> Result<f64> {
    let mut time = MaybeUninit::<libc::timespec>::zeroed();
    // SAFETY: the pointer is to memory of the right size that nothing else uses.
    let status = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, time.as_mut_ptr()) };
    ensure!(
        status == 0,
        "clock_gettime: {}",
        std::io::Error::last_os_error()
    );
    // SAFETY: all zeros is a valid value already, and `clock_gettime` has replaced it.
    let time = unsafe { time.assume_init() };
    Ok(time.tv_sec as f64 + time.tv_nsec as f64 / 1e9)
}

/// Does something with this process, and the children it starts, kept to one core.
pub(super) fn on_one_core<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    let mut all = MaybeUninit::<libc::cpu_set_t>::zeroed();
    // SAFETY: the pointer is to memory of the size given.
    let status = unsafe { libc::sched_getaffinity(0, SET, all.as_mut_ptr()) };
    ensure!(status == 0, "sched_getaffinity");
    // SAFETY: all zeros is a valid value already.
    let all = unsafe { all.assume_init() };
    // SAFETY: as above; the index is within the set.
    let first = (0..8 * SET).find(|&cpu| unsafe { libc::CPU_ISSET(cpu, &all) });
    // SAFETY: all zeros is an empty set.
    let mut one: libc::cpu_set_t = unsafe { MaybeUninit::zeroed().assume_init() };
    // SAFETY: the index is within the set.
    unsafe { libc::CPU_SET(first.unwrap_or(0), &mut one) };
    set_cores(&one)?;
    let result = work();
    set_cores(&all)?;
    result
}

const SET: usize = size_of::<libc::cpu_set_t>();

fn set_cores(cores: &libc::cpu_set_t) -> Result<()> {
    // SAFETY: the pointer is to memory of the size given.
    let status = unsafe { libc::sched_setaffinity(0, SET, cores) };
    ensure!(status == 0, "sched_setaffinity");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Result<Usage> {
        run(&["sh", "-c", script].map(String::from))
    }

    // A shell is small, whatever this process is: memory of ours is not counted.
    #[test]
    fn memory_is_that_of_the_command() -> Result<()> {
        let ours = vec![1_u8; 64 << 20];
        let usage = shell("echo x")?;
        assert_eq!(usage.output, "x\n");
        assert!(usage.peak > 0.0 && usage.wall > 0.0);
        drop(ours);
        let usage = shell("echo y")?;
        assert!(usage.peak < (32 << 20) as f64, "{}", usage.peak);
        Ok(())
    }

    #[test]
    fn failures_are_errors() {
        assert!(shell("exit 3").is_err());
        assert!(run(&["/nowhere".to_string()]).is_err());
    }

    #[test]
    fn one_core() -> Result<()> {
        let cores = || std::thread::available_parallelism().map_or(1, |it| it.get());
        let before = cores();
        assert_eq!(on_one_core(|| Ok(cores()))?, 1);
        assert_eq!(cores(), before);
        Ok(())
    }
}
