//! [`Cache`] and [`CacheConfig`]: settings of wasmtime's cache of compiled modules.
//!
//! They are checked as there, but nothing is kept: validating a module takes less time than reading
//! its native code would, and what is hot depends on the run. [`Module::serialize`] keeps what runs
//! have shown.
//!
//! [`Module::serialize`]: crate::Module::serialize

use crate::error::{Context, Result, bail, format_err};
use serde::Deserialize;
use serde::de::Deserializer;
use std::borrow::Cow;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Levels that zstd has.
const COMPRESSION_LEVELS: RangeInclusive<i32> = 0..=21;

/// A cache of compiled modules. It keeps nothing.
#[derive(Clone, Debug)]
pub struct Cache {
    config: CacheConfig,
    directory: PathBuf,
}

/// A store of the embedder's for parts of compiled code. Never asked.
pub trait CacheStore: Send + Sync + std::fmt::Debug {
    /// What was stored for `key`.
    fn get(&self, key: &[u8]) -> Option<Cow<'_, [u8]>>;

    /// Stores `value` for `key`. Returns whether it could.
    fn insert(&self, key: &[u8], value: Vec<u8>) -> bool;
}

/// What a file of settings holds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    cache: CacheConfig,
}

/// Declares the settings: a field, a method that returns it, and one that sets it.
macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident, $with:ident($param:ident): $ty:ty = $default:expr, $read:literal;)*) => {
        /// Settings of a [`Cache`].
        #[derive(Clone, Debug, Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
        pub struct CacheConfig {
            directory: Option<PathBuf>,
            $(
                #[serde(deserialize_with = $read)]
                $name: $ty,
            )*
        }

        impl Default for CacheConfig {
            fn default() -> Self {
                CacheConfig {
                    directory: None,
                    $($name: $default,)*
                }
            }
        }

        impl CacheConfig {$(
            $(#[$doc])*
            pub fn $name(&self) -> $ty {
                self.$name
            }

            #[doc = concat!("Sets [`CacheConfig::", stringify!($name), "`].")]
            pub fn $with(&mut self, $param: $ty) -> &mut Self {
                self.$name = $param;
                self
            }
        )*}

        impl Cache {$(
            #[doc = concat!("What [`CacheConfig::", stringify!($name), "`] was set to.")]
            pub fn $name(&self) -> $ty {
                self.config.$name
            }
        )*}
    };
}

settings! {
    /// How many events may wait to be noted.
    worker_event_queue_size, with_worker_event_queue_size(size): u64 = 16, "count";
    /// How much new files are compressed.
    baseline_compression_level, with_baseline_compression_level(level): i32 = 3, "level";
    /// How much files are compressed that are used often.
    optimized_compression_level, with_optimized_compression_level(level): i32 = 20, "level";
    /// How often such files were used.
    optimized_compression_usage_counter_threshold,
        with_optimized_compression_usage_counter_threshold(threshold): u64 = 256, "count";
    /// Time between looks for what is to be deleted.
    cleanup_interval, with_cleanup_interval(interval): Duration = hours(1), "duration";
    /// How long compressing a file again may take.
    optimizing_compression_task_timeout, with_optimizing_compression_task_timeout(timeout):
        Duration = Duration::from_secs(1800), "duration";
    /// How far in the future files may have been written.
    allowed_clock_drift_for_files_from_future,
        with_allowed_clock_drift_for_files_from_future(drift): Duration = hours(24), "duration";
    /// How many files there should be.
    file_count_soft_limit, with_file_count_soft_limit(limit): u64 = 65536, "count";
    /// How many bytes they should have.
    files_total_size_soft_limit, with_files_total_size_soft_limit(limit): u64 = 512 << 20, "space";
    /// How much of the number of files is left when some are deleted.
    file_count_limit_percent_if_deleting, with_file_count_limit_percent_if_deleting(percent):
        u8 = 70, "percent";
    /// How much of their size is left when some are deleted.
    files_total_size_limit_percent_if_deleting,
        with_files_total_size_limit_percent_if_deleting(percent): u8 = 70, "percent";
}

const fn hours(n: u64) -> Duration {
    Duration::from_secs(n * 3600)
}

impl CacheConfig {
    /// The default settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// The settings of a file, or of wasmtime's own if there is one and `config_file` is `None`.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or the settings are wrong.
    pub fn from_file(config_file: Option<&Path>) -> Result<Self> {
        let path = match config_file {
            Some(path) => path.to_path_buf(),
            None => {
                let directory = user_directory("XDG_CONFIG_HOME", ".config").ok_or_else(|| {
                    format_err!("config file not specified and failed to get the default")
                })?;
                let path = directory.join("config.toml");
                if !path.exists() {
                    return Self::default().checked();
                }
                path
            }
        };
        let text = fs::read_to_string(&path)
            .with_context(|| format!("failed to read config file: {}", path.display()))?;
        let file: File = toml::from_str(&text)
            .with_context(|| format!("failed to parse config file: {}", path.display()))?;
        file.cache.checked()
    }

    /// The directory, if one is set.
    pub fn directory(&self) -> Option<&PathBuf> {
        self.directory.as_ref()
    }

    /// Sets the directory. It must be an absolute path.
    pub fn with_directory(&mut self, directory: impl Into<PathBuf>) -> &mut Self {
        self.directory = Some(directory.into());
        self
    }

    fn checked(mut self) -> Result<Self> {
        self.directory = Some(self.check_directory()?);
        self.check_levels()?;
        check_percent("files count", self.file_count_limit_percent_if_deleting)?;
        check_percent(
            "files total size",
            self.files_total_size_limit_percent_if_deleting,
        )?;
        Ok(self)
    }

    /// Makes the directory, as wasmtime does: what is wrong with it is an error in any case.
    fn check_directory(&self) -> Result<PathBuf> {
        let directory = match &self.directory {
            Some(directory) => directory.clone(),
            None => user_directory("XDG_CACHE_HOME", ".cache").ok_or_else(|| {
                format_err!("Cache directory not specified and failed to get the default")
            })?,
        };
        if !directory.is_absolute() {
            bail!(
                "Cache directory path has to be absolute, path: {}",
                directory.display()
            );
        }
        fs::create_dir_all(&directory).with_context(|| {
            format!("failed to create cache directory: {}", directory.display())
        })?;
        fs::canonicalize(&directory).with_context(|| {
            format!(
                "failed to canonicalize cache directory: {}",
                directory.display()
            )
        })
    }

    fn check_levels(&self) -> Result<()> {
        let (baseline, optimized) = (
            self.baseline_compression_level,
            self.optimized_compression_level,
        );
        for (name, level) in [("baseline", baseline), ("optimized", optimized)] {
            if !COMPRESSION_LEVELS.contains(&level) {
                bail!("Invalid {name} compression level: {level} not in {COMPRESSION_LEVELS:#?}");
            }
        }
        if optimized < baseline {
            bail!(
                "Invalid optimized compression level is lower than baseline: {optimized} < {baseline}"
            );
        }
        Ok(())
    }
}

fn check_percent(of: &str, percent: u8) -> Result<()> {
    if percent > 100 {
        bail!("Invalid {of} limit percent if deleting: {percent} not in range 0-100%");
    }
    Ok(())
}

impl Cache {
    /// A cache with these settings.
    ///
    /// # Errors
    ///
    /// If a setting is wrong, or the directory cannot be made.
    pub fn new(config: CacheConfig) -> Result<Self> {
        let config = config.checked()?;
        Ok(Cache {
            directory: config.directory.clone().expect("it was checked"),
            config,
        })
    }

    /// A cache with the settings of a file; see [`CacheConfig::from_file`].
    ///
    /// # Errors
    ///
    /// Those of [`CacheConfig::from_file`] and [`Cache::new`].
    pub fn from_file(path: Option<&Path>) -> Result<Self> {
        Cache::new(CacheConfig::from_file(path)?)
    }

    /// The directory, which stays empty.
    pub fn directory(&self) -> &PathBuf {
        &self.directory
    }

    /// How many modules were in the cache: none.
    pub fn cache_hits(&self) -> usize {
        0
    }

    /// How many modules were looked for in vain: none.
    pub fn cache_misses(&self) -> usize {
        0
    }
}

/// Wasmtime's directory among those that `variable` says, or in `fallback` of the home directory.
fn user_directory(variable: &str, fallback: &str) -> Option<PathBuf> {
    let absolute = |it: &PathBuf| it.is_absolute();
    let set = std::env::var_os(variable)
        .map(PathBuf::from)
        .filter(absolute);
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(fallback));
    Some(set.or_else(home)?.join("wasmtime"))
}

fn level<'de, D: Deserializer<'de>>(from: D) -> Result<i32, D::Error> {
    i32::deserialize(from)
}

fn count<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    quantity(from, |unit| power(unit, "", 1000))
}

fn space<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    quantity(from, |unit| {
        power(unit, "i", 1024).or_else(|| power(unit, "", 1000))
    })
}

fn duration<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let seconds = quantity(from, |unit| match unit {
        "s" => Some(1),
        "m" => Some(60),
        "h" => Some(3600),
        "d" => Some(24 * 3600),
        _ => None,
    })?;
    Ok(Duration::from_secs(seconds))
}

fn percent<'de, D: Deserializer<'de>>(from: D) -> Result<u8, D::Error> {
    let percent = quantity(from, |unit| (unit == "%").then_some(1))?;
    u8::try_from(percent).map_err(|_| invalid())
}

/// What a unit multiplies with: the power of `base` that its letter stands for, if `suffix` follows.
fn power(unit: &str, suffix: &str, base: u64) -> Option<u64> {
    let letter = unit.strip_suffix(suffix)?;
    if unit.is_empty() {
        return Some(1);
    }
    let letters = (1..).zip(["K", "M", "G", "T", "P"]);
    let mut exponents = letters.filter(|it| it.1 == letter).map(|it| it.0);
    Some(base.pow(exponents.next()?))
}

/// A text of a number and a unit.
fn quantity<'de, D: Deserializer<'de>>(
    from: D,
    factor: impl Fn(&str) -> Option<u64>,
) -> Result<u64, D::Error> {
    let text = Cow::<str>::deserialize(from)?;
    let text = text.trim();
    let end = text.find(|it: char| !it.is_ascii_digit());
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let number: Option<u64> = number.parse().ok();
    number
        .zip(factor(unit.trim()))
        .and_then(|(number, factor)| number.checked_mul(factor))
        .ok_or_else(invalid)
}

fn invalid<E: serde::de::Error>() -> E {
    E::custom("Invalid value, please refer to the documentation")
}
