//! Fuzzes without libFuzzer: pseudo-random inputs, in processes of their own.
//!
//! ```text
//! soak differential --seconds 600 --seed 1 --jobs 2     what fails is written to --out
//! soak differential --seed 1 --start 17 --count 1       one input again
//! soak differential --wasm FILE --seed 3                one module again, with its seed
//! ```
//!
//! The parent starts a worker for each job, adds up what they print, and survives them: an input
//! that kills its worker or never ends is a failure like others. Input `n` of a seed is always
//! the same, whatever the number of jobs.

use fuzz::{Failure, Program, Rng, Stats};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Without progress for this long, a worker is killed.
const HANG: Duration = Duration::from_secs(60);

type Target = fn(&[u8]) -> Result<Stats, Failure>;

/// What the command line says.
#[derive(Clone, Debug)]
struct Options {
    target: String,
    seconds: u64,
    seed: u64,
    jobs: u64,
    start: u64,
    count: u64,
    out: PathBuf,
    /// Failures after which to stop.
    failures: usize,
    wasm: Option<PathBuf>,
    /// Is this a worker, and which one?
    worker: Option<u64>,
}

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    if options.wasm.is_some() {
        return one_module(&options);
    }
    match options.worker {
        Some(job) => work(&options, job),
        None => supervise(&options),
    }
}

impl Options {
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Options, String> {
        let mut options = Options {
            target: args.next().ok_or(
                "usage: soak differential|deopt_stress|feedback|translate [--option value]...",
            )?,
            seconds: 60,
            seed: 0,
            jobs: 1,
            start: 0,
            count: u64::MAX,
            out: PathBuf::from("fuzz/artifacts"),
            failures: 1,
            wasm: None,
            worker: None,
        };
        options.function()?;
        while let Some(name) = args.next() {
            let value = args.next().ok_or_else(|| format!("{name} needs a value"))?;
            let number = || {
                value
                    .parse::<u64>()
                    .map_err(|error| format!("{name}: {error}"))
            };
            match name.as_str() {
                "--seconds" => options.seconds = number()?,
                "--seed" => options.seed = number()?,
                "--jobs" => options.jobs = number()?.max(1),
                "--start" => options.start = number()?,
                "--count" => options.count = number()?,
                "--failures" => options.failures = number()? as usize,
                "--out" => options.out = value.into(),
                "--wasm" => options.wasm = Some(value.into()),
                "--worker" => options.worker = Some(number()?),
                _ => return Err(format!("unknown option {name}")),
            }
        }
        Ok(options)
    }

    fn function(&self) -> Result<Target, String> {
        match self.target.as_str() {
            "differential" => Ok(fuzz::differential),
            "deopt_stress" => Ok(fuzz::deopt_stress),
            "feedback" => Ok(fuzz::feedback),
            "translate" => Ok(fuzz::translate),
            other => Err(format!("unknown target {other}")),
        }
    }

    fn input(&self, n: u64) -> Vec<u8> {
        Rng::of(&[self.seed, n]).bytes(64, 4096)
    }

    /// Where the worker says which input it is at.
    fn position(&self, job: u64) -> PathBuf {
        self.out
            .join(format!("{}-{}-{job}.position", self.target, self.seed))
    }
}

/// Runs the module of `--wasm`.
fn one_module(options: &Options) -> ExitCode {
    let path = options.wasm.as_deref().unwrap_or(Path::new(""));
    let wasm = match std::fs::read(path) {
        Ok(wasm) => wasm,
        Err(error) => {
            eprintln!("{}: {error}", path.display());
            return ExitCode::from(2);
        }
    };
    let program = Program {
        wasm,
        seed: options.seed,
    };
    let outcome = match options.target.as_str() {
        "translate" => fuzz::check(&program.wasm),
        "deopt_stress" => fuzz::compare_stressed(&program),
        "feedback" => fuzz::check_feedback(&program),
        _ => fuzz::compare(&program),
    };
    match &outcome {
        Ok(stats) => println!("{stats}"),
        Err(failure) => println!("{failure}"),
    }
    if outcome.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Runs every `jobs`-th input, and tells the parent.
fn work(options: &Options, job: u64) -> ExitCode {
    let target = options.function().expect("it was checked");
    let deadline = Instant::now() + Duration::from_secs(options.seconds);
    let position = std::fs::File::create(options.position(job)).expect("the directory is there");
    let mut stats = Stats::default();
    let mut told = Instant::now();
    let end = options.start.saturating_add(options.count);
    let mut n = options.start + job;
    while n < end && Instant::now() < deadline {
        write_at(&position, n);
        match target(&options.input(n)) {
            Ok(more) => stats.add(&more),
            Err(failure) => {
                save(options, n, &failure);
                println!("failure {n} {}", failure.to_string().replace('\n', "  "));
            }
        }
        if told.elapsed() > Duration::from_secs(1) {
            told = Instant::now();
            println!("{stats}");
        }
        n += options.jobs;
    }
    println!("{stats}");
    ExitCode::SUCCESS
}

fn write_at(mut file: &std::fs::File, n: u64) {
    use std::io::Seek;
    let written = file
        .rewind()
        .and_then(|()| file.write_all(&n.to_le_bytes()));
    written.expect("the position can be written");
}

/// Writes the input, the module and what is wrong.
fn save(options: &Options, n: u64, failure: &Failure) {
    let base = options
        .out
        .join(format!("{}-{}-{n}", options.target, options.seed));
    let files = [
        ("input", options.input(n)),
        ("wasm", failure.wasm.clone()),
        ("txt", failure.to_string().into_bytes()),
    ];
    for (extension, contents) in files {
        let path = base.with_extension(extension);
        if let Err(error) = std::fs::write(&path, contents) {
            eprintln!("{}: {error}", path.display());
        }
    }
}

/// A running worker and what it printed.
struct Worker {
    child: Child,
    job: u64,
    told: Arc<Mutex<Told>>,
    reader: Option<std::thread::JoinHandle<()>>,
    at: u64,
    since: Instant,
}

/// What a worker has printed: the last statistics, and failures of which nobody took note yet.
#[derive(Default)]
struct Told {
    stats: Stats,
    failures: Vec<String>,
}

fn supervise(options: &Options) -> ExitCode {
    std::fs::create_dir_all(&options.out).expect("the output directory can be made");
    let start = Instant::now();
    let mut total = Stats::default();
    let mut failures: Vec<String> = Vec::new();
    let mut workers: Vec<Worker> = (0..options.jobs)
        .map(|job| Worker::start(options, job, options.start, 0))
        .collect();
    let mut told = Instant::now();
    while !workers.is_empty() && failures.len() < options.failures {
        std::thread::sleep(Duration::from_millis(50));
        for worker in std::mem::take(&mut workers) {
            match worker.poll(options, &mut total, &mut failures, start) {
                Some(worker) => workers.push(worker),
                None => continue,
            }
        }
        if told.elapsed() > Duration::from_secs(10) {
            told = Instant::now();
            print_progress(options, start, &total, &workers, failures.len());
        }
    }
    for mut worker in workers {
        worker.stop();
        worker.finish(&mut total, &mut failures);
    }
    print_progress(options, start, &total, &[], failures.len());
    for failure in &failures {
        println!("{failure}");
    }
    for error in total.compile_failures.iter().take(10) {
        println!("not compiled: {error}");
    }
    if failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn print_progress(
    options: &Options,
    start: Instant,
    total: &Stats,
    workers: &[Worker],
    failures: usize,
) {
    let mut stats = total.clone();
    for worker in workers {
        stats.add(&worker.told().stats);
    }
    let seconds = start.elapsed().as_secs();
    println!("{} {seconds}s failures={failures} {stats}", options.target);
}

impl Worker {
    fn start(options: &Options, job: u64, from: u64, elapsed: u64) -> Worker {
        let own = std::env::current_exe().expect("the program knows itself");
        let mut child = Command::new(own)
            .arg(&options.target)
            .args([
                "--seconds",
                &options.seconds.saturating_sub(elapsed).to_string(),
            ])
            .args(["--seed", &options.seed.to_string()])
            .args(["--jobs", &options.jobs.to_string()])
            .args(["--start", &from.to_string()])
            .args([
                "--count",
                &options
                    .count
                    .saturating_sub(from - options.start)
                    .to_string(),
            ])
            .args(["--worker", &job.to_string()])
            .arg("--out")
            .arg(&options.out)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the worker starts");
        let stdout = child.stdout.take().expect("it was asked for");
        let told = Arc::<Mutex<Told>>::default();
        let shared = told.clone();
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let mut told = shared.lock().unwrap_or_else(PoisonError::into_inner);
                match line.strip_prefix("failure ") {
                    Some(failure) => told.failures.push(failure.to_owned()),
                    None => told.stats = Stats::parse(&line),
                }
            }
        });
        let at = u64::MAX;
        Worker {
            child,
            job,
            told,
            reader: Some(reader),
            at,
            since: Instant::now(),
        }
    }

    /// Looks after the worker; `None` if it is done. A dead one is replaced.
    fn poll(
        mut self,
        options: &Options,
        total: &mut Stats,
        failures: &mut Vec<String>,
        start: Instant,
    ) -> Option<Worker> {
        failures.append(&mut self.told().failures);
        let position = std::fs::read(options.position(self.job)).unwrap_or_default();
        let at = position.try_into().map_or(u64::MAX, u64::from_le_bytes);
        if at != self.at {
            (self.at, self.since) = (at, Instant::now());
        }
        let cause = match self.child.try_wait() {
            Ok(Some(status)) if status.success() => {
                self.finish(total, failures);
                return None;
            }
            Ok(Some(status)) => format!("the worker died: {status}"),
            _ if self.since.elapsed() > HANG => {
                self.stop();
                format!("no end after {} seconds", HANG.as_secs())
            }
            _ => return Some(self),
        };
        let job = self.job;
        self.finish(total, failures);
        if at == u64::MAX {
            failures.push(cause);
            return None;
        }
        let input = options.input(at);
        let program = match options.target.as_str() {
            "differential" | "feedback" => fuzz::program(&input),
            "deopt_stress" => fuzz::speculative(&input),
            _ => None,
        };
        let (wasm, seed) = match program {
            Some(program) => (program.wasm, program.seed),
            None => (fuzz::bytes(&input), 0),
        };
        save(
            options,
            at,
            &Failure {
                wasm,
                seed,
                text: cause.clone(),
            },
        );
        failures.push(format!("{at} {cause}"));
        let next = at + options.jobs - job;
        Some(Worker::start(options, job, next, start.elapsed().as_secs()))
    }

    fn stop(&mut self) {
        // It may have ended meanwhile.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn finish(mut self, total: &mut Stats, failures: &mut Vec<String>) {
        if let Some(reader) = self.reader.take() {
            // If it panicked, what it has noted before counts.
            let _ = reader.join();
        }
        let mut told = self.told();
        failures.append(&mut told.failures);
        total.add(&told.stats);
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
