//! The two places that need machine instructions Rust cannot express.
//!
//! The lazy entries and `unwind_to_entry` are reached only from compiled code and its stubs;
//! without the compiler nothing calls them. On other targets than x86-64 they abort, and
//! no compiler exists there that could reach them.

use super::{EntryRecord, VMFuncRef, VMSignature, VMStore, VMStubs};
use crate::types::{FuncType, ValType};
use std::mem::offset_of;

/// Results of one kind (integers and references, or floats and vectors) that the compiled convention returns
/// in registers. If there are more, the caller passes an area for them before all arguments.
const RESULT_REGISTERS: usize = 8;

/// What `VMFuncRef::code` of a function of type `ty` is until something else is needed.
///
/// It replaces itself by the signature's slow stub. Compiled code that can call a function of some
/// type made the stubs of that type before it was installed, so the stub exists.
pub fn lazy_entry(ty: &FuncType) -> *const u8 {
    let is_float = |it: &&ValType| matches!(it, ValType::F32 | ValType::F64 | ValType::V128);
    let n_floats = ty.results.iter().filter(is_float).count();
    if n_floats.max(ty.results.len() - n_floats) <= RESULT_REGISTERS {
        lazy_entry_rdi as *const u8
    } else {
        lazy_entry_rsi as *const u8
    }
}

/// Declares lazy entries. Arguments stay where they are; the compiled convention passes none in
/// `rax`, and the callee in the first register, or in the second one after a result area.
#[cfg(target_arch = "x86_64")]
macro_rules! lazy_entries {
    ($($name:ident: $callee:literal)*) => {$(
        #[unsafe(naked)]
        unsafe extern "C" fn $name() {
            std::arch::naked_asm!(
                concat!("mov rax, [", $callee, " + {sig}]"),
                "mov rax, [rax + {stubs}]",
                "mov rax, [rax + {stub}]",
                concat!("mov [", $callee, " + {code}], rax"),
                "jmp rax",
                sig = const offset_of!(VMFuncRef, sig),
                stubs = const offset_of!(VMSignature, stubs),
                stub = const offset_of!(VMStubs, slow_stub),
                code = const offset_of!(VMFuncRef, code),
            )
        }
    )*};
}

#[cfg(target_arch = "x86_64")]
lazy_entries! {
    lazy_entry_rdi: "rdi"
    lazy_entry_rsi: "rsi"
}

/// Abandons the innermost activation of compiled code: resumes at the handler of its entry.
///
/// # Safety
///
/// Called from a stub or from the trap landing of compiled code, with the store whose activation
/// it is; no Rust frame with a destructor lies between here and the entry.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
pub unsafe extern "C" fn unwind_to_entry(store: *mut VMStore) -> ! {
    std::arch::naked_asm!(
        "mov rsp, [rdi + {sp}]",
        "mov rbp, [rdi + {fp}]",
        "jmp [rdi + {handler}]",
        sp = const offset_of!(VMStore, entry) + offset_of!(EntryRecord, sp),
        fp = const offset_of!(VMStore, entry) + offset_of!(EntryRecord, fp),
        handler = const offset_of!(VMStore, entry) + offset_of!(EntryRecord, handler),
    )
}

/// Never reached: there is no compiler for this target.
#[cfg(not(target_arch = "x86_64"))]
unsafe extern "C" fn lazy_entry_rdi() {
    std::process::abort()
}

/// Never reached: there is no compiler for this target.
#[cfg(not(target_arch = "x86_64"))]
unsafe extern "C" fn lazy_entry_rsi() {
    std::process::abort()
}

/// Never reached: there is no compiler for this target.
///
/// # Safety
///
/// None.
#[cfg(not(target_arch = "x86_64"))]
pub unsafe extern "C" fn unwind_to_entry(_store: *mut VMStore) -> ! {
    std::process::abort()
}
