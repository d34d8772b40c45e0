//! Engines of a mode: a script that is older than a proposal runs without it.

use crate::features::{COVERED, later_than};
use crate::{Mode, Options};
use wasm_interp_jit::{Config, Engine, Result};
use wasmparser::WasmFeatures;

/// The engines of one mode, each made when the first script needs it.
#[derive(Debug)]
pub struct Engines {
    /// With all that is covered.
    config: Config,
    /// By what is not enabled in them.
    made: Vec<(WasmFeatures, Engine)>,
}

impl Engines {
    /// Engines of `mode` with the settings of `config`, in which all that is covered is
    /// [enabled](crate::features::enable).
    pub fn new(mode: Mode, mut config: Config) -> Self {
        mode.configure(&mut config);
        let made = Vec::new();
        Self { config, made }
    }

    /// The engine for the script at `path`, relative to its suite; `options` get to know what the
    /// engine accepts.
    ///
    /// # Errors
    ///
    /// If the engine cannot be made.
    pub fn for_script(&mut self, path: &str, options: &mut Options) -> Result<Engine> {
        let later = later_than(path);
        options.features = COVERED.difference(later);
        if let Some((_, engine)) = self.made.iter().find(|(it, _)| *it == later) {
            return Ok(engine.clone());
        }
        let mut config = self.config.clone();
        config.wasm_features(later, false);
        let engine = Engine::new(&config)?;
        self.made.push((later, engine.clone()));
        Ok(engine)
    }
}
