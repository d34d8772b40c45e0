//! Eager validation: all bodies at once, on all cores.
//!
//! Plain bodies are accepted by `plain.rs`, which is several times faster than wasmparser. All
//! others, and the error if there is one, are wasmparser's.
//!
//! Nothing of it is kept but what instructions write (`constness.rs`): operand heights are found again
//! when a body is prepared, which most bodies never are.

use super::constness::{Watch, Writes};
use super::plain::{PlainModule, PlainValidator};
use super::{Body, DecodeError, Module, unsupported};
use crate::FuncIdx;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use wasmparser::{FuncToValidate, FuncValidatorAllocations};

/// Bodies handed out at once.
const CHUNK: usize = 64;

/// Bytes of code for which another thread is worth its start: about a millisecond of validation.
const BYTES_PER_THREAD: usize = 64 << 10;

impl Module {
    /// Validates all bodies. The error is that of the first invalid function, whatever the number
    /// of threads.
    pub(super) fn validate_bodies(&self) -> Result<(), DecodeError> {
        let shared = Shared::default();
        let plain = PlainModule::new(self);
        let plain = plain.as_ref();
        let mut writes = Writes::none(self);
        thread::scope(|scope| {
            let workers: Vec<_> = (1..self.n_threads())
                // Fewer threads are no error.
                .map_while(|_| {
                    let work = || self.validate_chunks(&shared, plain);
                    thread::Builder::new().spawn_scoped(scope, work).ok()
                })
                .collect();
            writes.merge(&self.validate_chunks(&shared, plain));
            for worker in workers {
                match worker.join() {
                    Ok(found) => writes.merge(&found),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
        });
        let failure = shared.failure.into_inner();
        if let Some((nth, error)) = failure.unwrap_or_else(PoisonError::into_inner) {
            return Err(error.in_body(self.defined_func(nth), self.n_imports.funcs));
        }
        let facts = self.find_facts(&writes);
        self.facts.get_or_init(|| facts);
        Ok(())
    }

    fn n_threads(&self) -> usize {
        let bytes: usize = self.bodies.iter().map(|body| body.range.len()).sum();
        let worth = (bytes / BYTES_PER_THREAD).min(self.bodies.len().div_ceil(CHUNK));
        if worth <= 1 {
            return 1;
        }
        thread::available_parallelism().map_or(1, |cores| worth.min(cores.get()))
    }

    /// Validates chunks until none is left.
    fn validate_chunks(&self, shared: &Shared, plain: Option<&PlainModule<'_>>) -> Writes {
        let mut worker = Worker {
            module: self,
            plain: plain.map(PlainValidator::new),
            allocations: FuncValidatorAllocations::default(),
            writes: Writes::none(self),
        };
        loop {
            let start = shared.next.fetch_add(CHUNK, Ordering::Relaxed);
            let Some(rest) = self.bodies.get(start..) else {
                return worker.writes;
            };
            for (nth, body) in (start..).zip(rest.iter().take(CHUNK)) {
                if let Err(error) = worker.validate(nth, body) {
                    shared.fail(nth, error, self.bodies.len());
                    return worker.writes;
                }
            }
        }
    }

    fn defined_func(&self, nth: usize) -> FuncIdx {
        let nth = u32::try_from(nth).expect("wasmparser limits functions to a million");
        FuncIdx(self.n_imports.funcs + nth)
    }
}

/// What workers share.
///
/// Chunks are handed out in order and a chunk that was begun is worked on up to its first error.
/// So every function before the first failure seen is validated, and the least failure is the
/// module's first.
#[derive(Default)]
struct Shared {
    /// The first body of the next chunk.
    next: AtomicUsize,
    /// The least body that failed, and why.
    failure: Mutex<Option<(usize, DecodeError)>>,
}

impl Shared {
    #[cold]
    fn fail(&self, nth: usize, error: DecodeError, n_bodies: usize) {
        self.next.fetch_max(n_bodies, Ordering::Relaxed);
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        if failure.as_ref().is_none_or(|(least, _)| nth < *least) {
            *failure = Some((nth, error));
        }
    }
}

struct Worker<'m> {
    module: &'m Module,
    plain: Option<PlainValidator<'m>>,
    allocations: FuncValidatorAllocations,
    writes: Writes,
}

impl Worker<'_> {
    fn validate(&mut self, nth: usize, body: &Body) -> Result<(), DecodeError> {
        let func = self.module.defined_func(nth);
        let module = &self.module.bytes;
        let bytes = module.get(body.range.start as usize..module.len())?;
        let len = body.range.len();
        let is_plain = (self.plain.as_mut())
            .is_some_and(|it| it.accepts(func, (bytes, len), &mut self.writes));
        if is_plain && !cfg!(debug_assertions) {
            return Ok(());
        }
        let writes = is_plain.then(|| self.writes.clone());
        let result = self.validate_fully(func, body);
        debug_assert!(
            !is_plain || result.is_ok(),
            "{func} is not plain: {result:?}"
        );
        debug_assert!(writes.is_none_or(|it| it == self.writes), "{func} writes");
        result
    }

    /// Validates any body.
    fn validate_fully(&mut self, func: FuncIdx, body: &Body) -> Result<(), DecodeError> {
        let mut validator = FuncToValidate {
            resources: self.module.resources(),
            index: func.0,
            ty: self.module.funcs[func.index()].ty.0,
            features: self.module.features,
        }
        .into_validator(std::mem::take(&mut self.allocations));
        let mut reader = self.module.reader(&body.range)?;
        unsupported::read_locals(&mut validator, &mut reader, &self.module.types, |_, _| {})?;
        let mut unsupported = None;
        while !reader.eof() {
            let offset = reader.original_position();
            reader.visit_operator(&mut Watch {
                visitor: validator.visitor(offset),
                writes: &mut self.writes,
                unsupported: &mut unsupported,
                offset,
            })??;
        }
        reader.finish_expression(&validator.visitor(reader.original_position()))?;
        self.allocations = validator.into_allocations();
        match unsupported {
            None => Ok(()),
            Some(offset) => Err(DecodeError::Unsupported {
                what: "instruction",
                offset,
            }),
        }
    }
}
