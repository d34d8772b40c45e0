//! Macros for the functions that every type of the header has.
//!
//! The header declares them by macros of the same shape (`WASM_DECLARE_OWN` and so on). Their names
//! begin with `wasm_` and are defined nowhere else in this crate, which is all that the attribute
//! `export_name` asks for.

/// `wasm_NAME_delete`.
macro_rules! declare_own {
    ($name:ident, $ty:ty) => {
        const _: () = {
            #[unsafe(export_name = concat!("wasm_", stringify!($name), "_delete"))]
            extern "C" fn delete(it: Option<Box<$ty>>) {
                drop(it);
            }
        };
    };
}

/// The functions of `wasm_NAME_vec_t`.
macro_rules! declare_vec {
    ($name:ident, $element:ty) => {
        const _: () = {
            use crate::vector::Vector;
            use std::mem::MaybeUninit;

            #[unsafe(export_name = concat!("wasm_", stringify!($name), "_vec_new_empty"))]
            extern "C" fn new_empty(out: Option<&mut MaybeUninit<Vector<$element>>>) {
                Vector::give(Vector::default(), out);
            }

            #[unsafe(export_name = concat!("wasm_", stringify!($name), "_vec_new_uninitialized"))]
            extern "C" fn new_uninitialized(
                out: Option<&mut MaybeUninit<Vector<$element>>>,
                size: usize,
            ) {
                Vector::give(Vector::blank(size), out);
            }

            #[unsafe(export_name = concat!("wasm_", stringify!($name), "_vec_new"))]
            extern "C" fn new(
                out: Option<&mut MaybeUninit<Vector<$element>>>,
                size: usize,
                data: *const $element,
            ) {
                // SAFETY: invariant 1: there are `size` elements, which C gives away.
                Vector::give(unsafe { Vector::moved_from(data, size) }, out);
            }

            #[unsafe(export_name = concat!("wasm_", stringify!($name), "_vec_copy"))]
            extern "C" fn copy(
                out: Option<&mut MaybeUninit<Vector<$element>>>,
                from: Option<&Vector<$element>>,
            ) {
                Vector::give(from.cloned().unwrap_or_default(), out);
            }

            #[unsafe(export_name = concat!("wasm_", stringify!($name), "_vec_delete"))]
            extern "C" fn delete(it: Option<&mut Vector<$element>>) {
                drop(Vector::take(it));
            }
        };
    };
}

/// `wasm_NAME_copy`.
macro_rules! declare_copy {
    ($name:ident, $ty:ty) => {
        const _: () = {
            #[unsafe(export_name = concat!("wasm_", stringify!($name), "_copy"))]
            extern "C" fn copy(it: Option<&$ty>) -> Option<Box<$ty>> {
                it.cloned().map(Box::new)
            }
        };
    };
}

/// The functions of a type of Wasm.
macro_rules! declare_type {
    ($name:ident, $ty:ty) => {
        declare_own!($name, $ty);
        declare_copy!($name, $ty);
        declare_vec!($name, Option<Box<$ty>>);
    };
}

/// `wasm_NAME_as_KIND` and `wasm_KIND_as_NAME`, also for `const`: two views of one `$ty`, of which
/// the method `$is` says whether it is a NAME.
macro_rules! declare_view {
    ($name:ident, $kind:ident, $ty:ty, $is:expr) => {
        declare_view!(@one $name, $kind, "", *mut $ty, |_| true);
        declare_view!(@one $name, $kind, "_const", *const $ty, |_| true);
        declare_view!(@one $kind, $name, "", *mut $ty, $is);
        declare_view!(@one $kind, $name, "_const", *const $ty, $is);
    };
    (@one $from:ident, $to:ident, $suffix:literal, $pointer:ty, $is:expr) => {
        const _: () = {
            #[unsafe(export_name =
                concat!("wasm_", stringify!($from), "_as_", stringify!($to), $suffix))]
            extern "C" fn view(it: $pointer) -> $pointer {
                // SAFETY: invariant 1.
                let is_one = unsafe { it.as_ref() }.is_some_and($is);
                if is_one { it } else { std::ptr::null_mut() }
            }
        };
    };
}

/// The functions of a handle.
macro_rules! declare_ref_base {
    ($name:ident) => {
        declare_own!($name, crate::reference::Reference);
        declare_copy!($name, crate::reference::Reference);
        const _: () = {
            use crate::finalizer::{Finalizer, HostInfo};
            use crate::reference::Reference;
            use std::ffi::c_void;

            #[unsafe(export_name = concat!("wasm_", stringify!($name), "_same"))]
            extern "C" fn same(a: Option<&Reference>, b: Option<&Reference>) -> bool {
                a.zip(b).is_some_and(|(a, b)| a.is_same(b))
            }

            #[unsafe(export_name = concat!("wasm_", stringify!($name), "_get_host_info"))]
            extern "C" fn get_host_info(it: Option<&Reference>) -> *mut c_void {
                it.map_or(std::ptr::null_mut(), Reference::host_info)
            }

            #[unsafe(export_name = concat!("wasm_", stringify!($name), "_set_host_info"))]
            extern "C" fn set_host_info(it: *const Reference, data: *mut c_void) {
                set_host_info_with_finalizer(it, data, None);
            }

            #[unsafe(export_name =
                        concat!("wasm_", stringify!($name), "_set_host_info_with_finalizer"))]
            extern "C" fn set_host_info_with_finalizer(
                it: *const Reference,
                data: *mut c_void,
                finalizer: Finalizer,
            ) {
                let info = HostInfo::new(data, finalizer);
                // SAFETY: invariant 1. Copied, since the finalizer of what is replaced could free it.
                let it = unsafe { it.as_ref() }.cloned();
                if let Some(it) = it {
                    it.set_host_info(info);
                }
            }
        };
    };
}

/// The functions of a handle of one kind of objects.
macro_rules! declare_ref {
    ($name:ident, $is:expr) => {
        declare_ref_base!($name);
        declare_view!($name, ref, crate::reference::Reference, $is);
    };
}
