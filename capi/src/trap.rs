//! Traps: errors of the engine as objects of C, and the frames of their backtraces.

use crate::reference::{InfoCell, Object, Reference};
use crate::store::{Data, StoreRef, wasm_store_t};
use crate::vector::{Bytes, Vector};
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::Arc;
use wasm_interp_jit::{Error, FrameInfo, Module, StoreContextMut, WasmBacktrace, format_err};

/// An error, and what it is recognized by when a callback returns it and it comes back.
pub(crate) struct TrapData {
    error: Error,
    pub(crate) identity: Arc<InfoCell>,
}

/// A frame of a backtrace.
#[derive(Clone)]
pub(crate) struct wasm_frame_t {
    instance: Option<Box<Reference>>,
    func_index: u32,
    func_offset: usize,
    module_offset: usize,
}

declare_own!(frame, wasm_frame_t);
declare_copy!(frame, wasm_frame_t);
declare_vec!(frame, Option<Box<wasm_frame_t>>);

/// A trap for an error that left Wasm of the store, or could not enter it.
pub(crate) fn trap(store: &StoreRef, error: Error) -> Box<Reference> {
    let identity = store.with(|mut cx| cx.data_mut().thrown.take());
    make(store, error, identity.unwrap_or_default())
}

fn make(store: &StoreRef, error: Error, identity: Arc<InfoCell>) -> Box<Reference> {
    let data = TrapData { error, identity };
    Reference::new(store, Object::Trap(Arc::new(data)))
}

/// A trap for a panic of the engine.
pub(crate) fn panicked(store: &StoreRef, message: &str) -> Box<Reference> {
    trap(store, format_err!("the engine panicked: {message}"))
}

/// The error of a trap that a callback returned.
///
/// # Note
///
/// Errors cannot be copied: of a trap that has other handles only the text goes on.
pub(crate) fn thrown(cx: &mut StoreContextMut<'_, Data>, trap: Reference) -> Error {
    let Object::Trap(data) = trap.object else {
        return format_err!("a callback returned what is not a trap");
    };
    cx.data_mut().thrown = Some(data.identity.clone());
    match Arc::try_unwrap(data) {
        Ok(data) => data.error,
        Err(shared) => Error::msg(report(&shared.error)),
    }
}

/// An error with its causes, without the line break at the end that Rust programs expect.
fn report(error: &Error) -> String {
    format!("{error:?}").trim_end().to_string()
}

fn data(trap: &Reference) -> Option<&TrapData> {
    match &trap.object {
        Object::Trap(data) => Some(data),
        _ => None,
    }
}

/// The frames of a trap, innermost first.
fn frames(trap: &Reference) -> Vec<wasm_frame_t> {
    let backtrace = data(trap).and_then(|it| it.error.downcast_ref::<WasmBacktrace>());
    let frames = backtrace.map(WasmBacktrace::frames).unwrap_or_default();
    frames
        .iter()
        .map(|frame| wasm_frame_t::new(&trap.store, frame))
        .collect()
}

impl wasm_frame_t {
    fn new(store: &StoreRef, frame: &FrameInfo) -> wasm_frame_t {
        wasm_frame_t {
            instance: only_instance(store, frame.module()),
            func_index: frame.func_index(),
            func_offset: frame.func_offset().unwrap_or(usize::MAX),
            module_offset: frame.module_offset().unwrap_or(usize::MAX),
        }
    }
}

/// The instance of a module, if the store has one only: frames know their module, but not more.
fn only_instance(store: &StoreRef, module: &Module) -> Option<Box<Reference>> {
    let instance = store.with(|cx| {
        let modules = &cx.data().modules;
        let found = modules.iter().find(|(it, _)| Module::same(it, module))?;
        found.1
    })?;
    Some(Reference::new(store, instance))
}

#[unsafe(no_mangle)]
extern "C" fn wasm_trap_new(
    store: Option<&wasm_store_t>,
    message: Option<&Bytes>,
) -> Option<Box<Reference>> {
    let (store, message) = store.zip(message)?;
    let message = message.as_slice();
    let text = message.strip_suffix(&[0]).unwrap_or(message);
    let error = Error::msg(String::from_utf8_lossy(text).into_owned());
    Some(make(&store.store, error, Arc::default()))
}

#[unsafe(no_mangle)]
extern "C" fn wasm_trap_message(trap: Option<&Reference>, out: Option<&mut MaybeUninit<Bytes>>) {
    let text = trap.and_then(data).map(|it| report(&it.error) + "\0");
    Bytes::from(text.unwrap_or_default().into_bytes()).give(out);
}

#[unsafe(no_mangle)]
extern "C" fn wasm_trap_origin(trap: Option<&Reference>) -> Option<Box<wasm_frame_t>> {
    frames(trap?).into_iter().next().map(Box::new)
}

#[unsafe(no_mangle)]
extern "C" fn wasm_trap_trace(
    trap: Option<&Reference>,
    out: Option<&mut MaybeUninit<Vector<Option<Box<wasm_frame_t>>>>>,
) {
    let frames = trap.map(frames).unwrap_or_default();
    let frames: Vector<_> = frames.into_iter().map(|it| Some(Box::new(it))).collect();
    frames.give(out);
}

#[unsafe(no_mangle)]
extern "C" fn wasm_frame_instance(frame: Option<&wasm_frame_t>) -> *mut Reference {
    let instance = frame.and_then(|it| it.instance.as_deref());
    instance.map_or(ptr::null_mut(), |it| ptr::from_ref(it).cast_mut())
}

#[unsafe(no_mangle)]
extern "C" fn wasm_frame_func_index(frame: Option<&wasm_frame_t>) -> u32 {
    frame.map_or(0, |it| it.func_index)
}

#[unsafe(no_mangle)]
extern "C" fn wasm_frame_func_offset(frame: Option<&wasm_frame_t>) -> usize {
    frame.map_or(0, |it| it.func_offset)
}

#[unsafe(no_mangle)]
extern "C" fn wasm_frame_module_offset(frame: Option<&wasm_frame_t>) -> usize {
    frame.map_or(0, |it| it.module_offset)
}
