//! [`Vector`]: the vectors of the header, which have a size and a pointer to elements.
//!
//! Invariant V1: a vector that is owned has `size` initialized elements at `data`, in an allocation
//! of exactly these, or has size 0. One that C made of an array of its own is only lent, hence never
//! dropped here.

use std::mem::{self, MaybeUninit};
use std::ptr;
use std::slice;

/// A vector as C sees it.
#[repr(C)]
pub(crate) struct Vector<T> {
    size: usize,
    data: *mut T,
}

/// Vectors of bytes; names are such, too.
pub(crate) type Bytes = Vector<u8>;

/// What elements are before C writes them.
pub(crate) trait Blank {
    fn blank() -> Self;
}

impl Blank for u8 {
    fn blank() -> u8 {
        0
    }
}

impl<T> Blank for Option<Box<T>> {
    fn blank() -> Self {
        None
    }
}

declare_vec!(byte, u8);

impl<T> Vector<T> {
    /// The elements.
    pub(crate) fn as_slice(&self) -> &[T] {
        if self.size == 0 || self.data.is_null() {
            return &[];
        }
        // SAFETY: V1, or C lends an array of `size` elements.
        unsafe { slice::from_raw_parts(self.data, self.size) }
    }

    /// Room for elements that C lends: what is there may be uninitialized.
    pub(crate) fn as_uninit(&mut self) -> &mut [MaybeUninit<T>] {
        if self.size == 0 || self.data.is_null() {
            return &mut [];
        }
        // SAFETY: C lends room for `size` elements.
        unsafe { slice::from_raw_parts_mut(self.data.cast(), self.size) }
    }

    /// A vector of `size` blank elements. An empty one, if there is no memory for so many.
    pub(crate) fn blank(size: usize) -> Self
    where
        T: Blank,
    {
        let mut elements = Vec::new();
        if elements.try_reserve_exact(size).is_err() {
            return Vector::default();
        }
        elements.resize_with(size, T::blank);
        Vector::from(elements)
    }

    /// A vector of elements that are moved out of an array.
    ///
    /// # Safety
    ///
    /// `data` has `size` elements, which nobody uses any more.
    pub(crate) unsafe fn moved_from(data: *const T, size: usize) -> Self {
        let mut elements = Vec::new();
        if data.is_null() || elements.try_reserve_exact(size).is_err() {
            return Vector::default();
        }
        // SAFETY: there is room for `size` elements, and the caller gives as many.
        unsafe {
            ptr::copy_nonoverlapping(data, elements.as_mut_ptr(), size);
            elements.set_len(size);
        }
        Vector::from(elements)
    }

    /// Takes what C owned, and leaves an empty vector.
    pub(crate) fn take(from: Option<&mut Self>) -> Self {
        from.map(mem::take).unwrap_or_default()
    }

    /// Gives C a vector; without a place for it, it is freed.
    pub(crate) fn give(self, out: Option<&mut MaybeUninit<Self>>) {
        if let Some(out) = out {
            out.write(self);
        }
    }
}

impl<T> Default for Vector<T> {
    fn default() -> Self {
        Vector {
            size: 0,
            data: ptr::null_mut(),
        }
    }
}

impl<T> From<Vec<T>> for Vector<T> {
    fn from(elements: Vec<T>) -> Self {
        if elements.is_empty() {
            return Vector::default();
        }
        let elements = Box::leak(elements.into_boxed_slice());
        Vector {
            size: elements.len(),
            data: elements.as_mut_ptr(),
        }
    }
}

impl<T> FromIterator<T> for Vector<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        elements.into_iter().collect::<Vec<T>>().into()
    }
}

impl<T: Clone> Clone for Vector<T> {
    fn clone(&self) -> Self {
        self.as_slice().to_vec().into()
    }
}

impl<T> Drop for Vector<T> {
    fn drop(&mut self) {
        if self.size == 0 || self.data.is_null() {
            return;
        }
        let elements = ptr::slice_from_raw_parts_mut(self.data, self.size);
        // SAFETY: V1: an owned vector is a boxed slice, leaked by `from`.
        drop(unsafe { Box::from_raw(elements) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // C may ask for any size, and must get a vector that it can delete.
    #[test]
    fn more_elements_than_there_is_memory_for() {
        let vector = Vector::<u8>::blank(usize::MAX);
        assert_eq!((vector.size, vector.data.is_null()), (0, true));
        assert_eq!(Vector::<u8>::blank(3).as_slice(), [0, 0, 0]);
    }
}
