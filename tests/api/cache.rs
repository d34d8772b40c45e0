//! Settings of a cache of compiled modules.

use crate::{error, text};
use std::path::{Path, PathBuf};
use std::time::Duration;
use wasm_interp_jit::{Cache, CacheConfig, Config, Engine, Module};

/// A directory for one test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let name = format!("wij-cache-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("it can be made");
        Scratch(path.canonicalize().expect("it is there"))
    }

    fn file(&self, text: &str) -> PathBuf {
        let path = self.0.join("config.toml");
        std::fs::write(&path, text).expect("it can be written");
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn defaults() {
    let config = CacheConfig::new();
    assert_eq!(config.directory(), None);
    assert_eq!(config.worker_event_queue_size(), 16);
    assert_eq!(config.baseline_compression_level(), 3);
    assert_eq!(config.optimized_compression_level(), 20);
    assert_eq!(config.optimized_compression_usage_counter_threshold(), 256);
    assert_eq!(config.cleanup_interval(), Duration::from_secs(3600));
    let timeout = config.optimizing_compression_task_timeout();
    assert_eq!(timeout, Duration::from_secs(1800));
    let drift = config.allowed_clock_drift_for_files_from_future();
    assert_eq!(drift, Duration::from_secs(86400));
    assert_eq!(config.file_count_soft_limit(), 65536);
    assert_eq!(config.files_total_size_soft_limit(), 512 << 20);
    assert_eq!(config.file_count_limit_percent_if_deleting(), 70);
    assert_eq!(config.files_total_size_limit_percent_if_deleting(), 70);
}

#[test]
fn used_by_an_engine() {
    let scratch = Scratch::new("used");
    let mut settings = CacheConfig::new();
    settings
        .with_directory(scratch.0.join("of/it"))
        .with_file_count_soft_limit(9)
        .with_baseline_compression_level(1);
    let cache = Cache::new(settings).expect("the settings are right");
    assert_eq!(cache.directory(), &scratch.0.join("of/it"));
    assert!(cache.directory().is_dir());
    assert_eq!(cache.file_count_soft_limit(), 9);
    assert_eq!(cache.baseline_compression_level(), 1);
    assert_eq!((cache.cache_hits(), cache.cache_misses()), (0, 0));
    let mut config = Config::new();
    let engine = Engine::new(config.cache(Some(cache)).cache(None)).expect("they are right");
    assert!(Module::new(&engine, "(module)").is_ok());
}

#[test]
fn files() {
    let scratch = Scratch::new("files");
    let directory = scratch.0.join("cache");
    let path = scratch.file(&format!(
        r#"
        [cache]
        directory = {directory:?}
        worker-event-queue-size = "3K"
        baseline-compression-level = 2
        optimized-compression-level = 5
        cleanup-interval = "90 s"
        optimizing-compression-task-timeout = "2m"
        allowed-clock-drift-for-files-from-future = "1d"
        file-count-soft-limit = "7"
        files-total-size-soft-limit = "3Mi"
        file-count-limit-percent-if-deleting = "50%"
        "#
    ));
    let cache = Cache::from_file(Some(&path)).expect("it is right");
    assert_eq!(cache.directory(), &directory);
    assert_eq!(cache.worker_event_queue_size(), 3000);
    assert_eq!(cache.baseline_compression_level(), 2);
    assert_eq!(cache.optimized_compression_level(), 5);
    assert_eq!(cache.cleanup_interval(), Duration::from_secs(90));
    let timeout = cache.optimizing_compression_task_timeout();
    assert_eq!(timeout, Duration::from_secs(120));
    let drift = cache.allowed_clock_drift_for_files_from_future();
    assert_eq!(drift, Duration::from_secs(86400));
    assert_eq!(cache.file_count_soft_limit(), 7);
    assert_eq!(cache.files_total_size_soft_limit(), 3 << 20);
    assert_eq!(cache.file_count_limit_percent_if_deleting(), 50);
    assert_eq!(cache.files_total_size_limit_percent_if_deleting(), 70);
    assert_eq!(cache.optimized_compression_usage_counter_threshold(), 256);
}

#[test]
fn wrong_files() {
    let scratch = Scratch::new("wrong");
    let path = scratch.file("");
    let fails = |text: &str, expected: &[&str]| {
        std::fs::write(&path, text).expect("it can be written");
        let found = error(CacheConfig::from_file(Some(&path)));
        for it in expected {
            assert!(found.contains(it), "{text}: {found}");
        }
    };
    let failed = format!("failed to parse config file: {}", path.display());
    fails("", &[&failed, "missing field `cache`"]);
    fails(
        "[cache]\nnothing = 1",
        &[&failed, "unknown field `nothing`"],
    );
    fails("[other]", &[&failed, "unknown field `other`"]);
    let invalid = "Invalid value, please refer to the documentation";
    for setting in [
        "cleanup-interval = \"3\"",
        "cleanup-interval = \"s\"",
        "cleanup-interval = \"-1s\"",
        "worker-event-queue-size = \"1Ki\"",
        "worker-event-queue-size = \"18446744073709551615K\"",
        "files-total-size-soft-limit = \"1Xi\"",
        "file-count-limit-percent-if-deleting = \"70\"",
        "file-count-limit-percent-if-deleting = \"300%\"",
    ] {
        fails(&format!("[cache]\n{setting}"), &[&failed, invalid]);
    }
    let missing = scratch.0.join("nowhere.toml");
    let error = CacheConfig::from_file(Some(&missing)).expect_err("it is not there");
    let expected = format!("failed to read config file: {}", missing.display());
    assert!(text(&error).starts_with(&expected), "{error:#}");
}

#[test]
fn wrong_settings() {
    let scratch = Scratch::new("settings");
    let fails = |set: &dyn Fn(&mut CacheConfig), expected: &str| {
        let mut config = CacheConfig::new();
        config.with_directory(&scratch.0);
        set(&mut config);
        assert_eq!(error(Cache::new(config)), expected);
    };
    fails(
        &|it| {
            it.with_directory(Path::new("relative"));
        },
        "Cache directory path has to be absolute, path: relative",
    );
    fails(
        &|it| {
            it.with_baseline_compression_level(22);
        },
        "Invalid baseline compression level: 22 not in 0..=21",
    );
    fails(
        &|it| {
            it.with_optimized_compression_level(-1);
        },
        "Invalid optimized compression level: -1 not in 0..=21",
    );
    fails(
        &|it| {
            it.with_optimized_compression_level(2);
        },
        "Invalid optimized compression level is lower than baseline: 2 < 3",
    );
    fails(
        &|it| {
            it.with_file_count_limit_percent_if_deleting(101);
        },
        "Invalid files count limit percent if deleting: 101 not in range 0-100%",
    );
    fails(
        &|it| {
            it.with_files_total_size_limit_percent_if_deleting(101);
        },
        "Invalid files total size limit percent if deleting: 101 not in range 0-100%",
    );
}
