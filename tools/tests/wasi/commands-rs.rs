//! The commands of `commands-c.c`, once more in Rust.

use std::io::{BufRead, BufReader, Read, Result, Seek, SeekFrom, Write};
use std::time::{Duration, Instant, SystemTime};
use std::{env, fs, io, process, thread};

/// Makes files below `dir`, and looks at them in every way.
fn files(dir: &str) -> Result<()> {
    let made = format!("{dir}/made");
    let one = format!("{made}/one");
    fs::create_dir(&made)?;
    fs::write(&one, "first line\nsecond line\n")?;
    let mut file = fs::OpenOptions::new().append(true).open(&one)?;
    file.write_all(b"third line\n")?;
    let mut file = BufReader::new(fs::File::open(&one)?);
    let mut line = String::new();
    while file.read_line(&mut line)? > 0 {
        print!("read: {line}");
        line.clear();
    }
    file.seek(SeekFrom::Start(6))?;
    let mut bytes = [0; 4];
    file.read_exact(&mut bytes)?;
    println!("at 6: {}", bytes.escape_ascii());
    println!("size: {}", fs::metadata(&one)?.len());
    fs::rename(&one, format!("{made}/two"))?;
    fs::File::create(format!("{made}/three"))?;
    let mut names = Vec::new();
    for entry in fs::read_dir(&made)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    println!("made: {}", names.join(" "));
    for name in names {
        fs::remove_file(format!("{made}/{name}"))?;
    }
    fs::remove_dir(&made)?;
    println!("gone: {}", yes(fs::metadata(&made).is_err()));
    let outside = fs::File::create(format!("{dir}/../outside"));
    println!("outside: {}", yes(outside.is_ok()));
    Ok(())
}

fn clocks() {
    let start = Instant::now();
    thread::sleep(Duration::from_millis(20));
    let slept = start.elapsed();
    let range = Duration::from_millis(20)..Duration::from_secs(10);
    println!("slept: {}", yes(range.contains(&slept)));
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    // Some day in 2020.
    let later = now.map_or(false, |now| now.as_secs() > 1_600_000_000);
    println!("later than 2020: {}", yes(later));
}

/// Something else each time: the seeds of hash maps are random.
fn chance() {
    use std::collections::hash_map::RandomState;
    use std::hash::{BuildHasher, Hasher};
    println!("{:016x}", RandomState::new().build_hasher().finish());
}

fn yes(condition: bool) -> &'static str {
    if condition { "yes" } else { "no" }
}

fn main() -> Result<()> {
    let args: Vec<String> = env::args().collect();
    let argument = args.get(2).map_or("", |it| it);
    match args.get(1).map_or("hello", |it| it) {
        "hello" => println!("Hello, world!"),
        "args" => {
            for (i, arg) in args.iter().enumerate() {
                println!("{i}: {arg}");
            }
        }
        "env" => {
            let value = env::var(argument);
            println!("{argument}: {}", value.as_deref().unwrap_or("not set"));
        }
        "files" => files(argument)?,
        "cat" => drop(io::copy(&mut io::stdin(), &mut io::stdout())?),
        "exit" => {
            eprintln!("exiting");
            process::exit(argument.parse().unwrap_or(0));
        }
        "trap" => {
            println!("before");
            process::abort();
        }
        "clocks" => clocks(),
        "chance" => chance(),
        _ => {
            eprintln!("unknown command");
            process::exit(2);
        }
    }
    Ok(())
}
