//! Finds the files of a test suite in a directory.

use std::io;
use std::path::{Path, PathBuf};

/// The files under `path` that end in `.wast`, in order; `path` itself if it is a file.
///
/// # Errors
///
/// If it is neither, or cannot be read.
pub fn wast_files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        std::fs::metadata(path)?;
        return Ok(vec![path.to_path_buf()]);
    }
    files_below(path, |it| it.extension().is_some_and(|it| it == "wast"))
}

/// The files under `dir` for which `is_wanted` says so, in order.
///
/// # Errors
///
/// If a directory cannot be read.
pub fn files_below(dir: &Path, is_wanted: impl Fn(&Path) -> bool) -> io::Result<Vec<PathBuf>> {
    let (mut dirs, mut files) = (vec![dir.to_path_buf()], Vec::new());
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(dir)? {
            let path = entry?.path();
            if path.is_dir() {
                dirs.push(path);
            } else if is_wanted(&path) {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}
