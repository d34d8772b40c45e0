//! [`TableType`] and [`MemoryType`]: types of what has a size.

use super::{RefType, rt};
use crate::Engine;
use crate::error::{Result, bail, format_err};

/// Binary logarithm of the usual page size, 64 KiB.
const DEFAULT_PAGE_SIZE_LOG2: u8 = 16;

/// The type of a table.
#[derive(Clone, Debug, Hash)]
pub struct TableType {
    element: RefType,
    minimum: u64,
    maximum: Option<u64>,
    is_64: bool,
}

impl TableType {
    /// A table of `min` to `max` elements.
    pub fn new(element: RefType, min: u32, max: Option<u32>) -> TableType {
        TableType {
            element,
            minimum: min.into(),
            maximum: max.map(u64::from),
            is_64: false,
        }
    }

    /// A table of `min` to `max` elements with 64-bit indices.
    pub fn new64(element: RefType, min: u64, max: Option<u64>) -> TableType {
        TableType {
            element,
            minimum: min,
            maximum: max,
            is_64: true,
        }
    }

    /// Does it have 64-bit indices?
    pub fn is_64(&self) -> bool {
        self.is_64
    }

    /// The type of its elements.
    pub fn element(&self) -> &RefType {
        &self.element
    }

    /// Number of elements it has at least.
    pub fn minimum(&self) -> u64 {
        self.minimum
    }

    /// Number of elements it has at most.
    pub fn maximum(&self) -> Option<u64> {
        self.maximum
    }

    /// The type as it is executed; `None` if it is not supported.
    pub(crate) fn lower(&self) -> Option<rt::TableType> {
        let element = self.element.lower()?;
        Some(rt::TableType {
            element,
            index: rt::IndexType::new(self.is_64),
            minimum: self.minimum,
            maximum: self.maximum,
        })
    }

    pub(crate) fn raise(engine: &Engine, ty: &rt::TableType) -> TableType {
        TableType {
            element: RefType::raise(engine, ty.element),
            minimum: ty.minimum,
            maximum: ty.maximum,
            is_64: ty.index.is_64(),
        }
    }
}

/// The type of a linear memory. Its sizes count pages.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MemoryType {
    minimum: u64,
    maximum: Option<u64>,
    is_64: bool,
    is_shared: bool,
    page_size_log2: u8,
}

impl MemoryType {
    /// A memory of `minimum` to `maximum` pages of 64 KiB.
    ///
    /// # Panics
    ///
    /// If the limits contradict each other or exceed 4 GiB.
    pub fn new(minimum: u32, maximum: Option<u32>) -> MemoryType {
        Self::builder()
            .min(minimum.into())
            .max(maximum.map(u64::from))
            .build_or_panic()
    }

    /// Like [`MemoryType::new`], with 64-bit addresses.
    ///
    /// # Panics
    ///
    /// If the limits contradict each other or exceed the address space.
    pub fn new64(minimum: u64, maximum: Option<u64>) -> MemoryType {
        Self::builder()
            .memory64(true)
            .min(minimum)
            .max(maximum)
            .build_or_panic()
    }

    /// Like [`MemoryType::new`], for several threads.
    ///
    /// # Panics
    ///
    /// If the limits contradict each other or exceed 4 GiB.
    pub fn shared(minimum: u32, maximum: u32) -> MemoryType {
        let maximum = Some(maximum.into());
        Self::builder()
            .shared(true)
            .min(minimum.into())
            .max(maximum)
            .build_or_panic()
    }

    /// Starts to build a type.
    pub fn builder() -> MemoryTypeBuilder {
        MemoryTypeBuilder::new()
    }

    /// Does it have 64-bit addresses?
    pub fn is_64(&self) -> bool {
        self.is_64
    }

    /// Is it for several threads?
    pub fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// Number of pages it has at least.
    pub fn minimum(&self) -> u64 {
        self.minimum
    }

    /// Number of pages it has at most.
    pub fn maximum(&self) -> Option<u64> {
        self.maximum
    }

    /// Bytes in a page.
    pub fn page_size(&self) -> u64 {
        1 << self.page_size_log2
    }

    /// Binary logarithm of the page size.
    pub fn page_size_log2(&self) -> u8 {
        self.page_size_log2
    }

    /// The type as it is executed.
    pub(crate) fn lower(&self) -> rt::MemoryType {
        rt::MemoryType {
            index: rt::IndexType::new(self.is_64),
            minimum: self.minimum,
            maximum: self.maximum,
            page_size_log2: self.page_size_log2,
            shared: self.is_shared,
        }
    }

    pub(crate) fn raise(ty: &rt::MemoryType) -> MemoryType {
        MemoryType {
            minimum: ty.minimum,
            maximum: ty.maximum,
            is_64: ty.index.is_64(),
            is_shared: ty.shared,
            page_size_log2: ty.page_size_log2,
        }
    }
}

/// Builds a [`MemoryType`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MemoryTypeBuilder {
    ty: MemoryType,
}

impl MemoryTypeBuilder {
    /// An empty memory without a maximum, with 32-bit addresses and pages of 64 KiB.
    pub fn new() -> MemoryTypeBuilder {
        let ty = MemoryType {
            minimum: 0,
            maximum: None,
            is_64: false,
            is_shared: false,
            page_size_log2: DEFAULT_PAGE_SIZE_LOG2,
        };
        MemoryTypeBuilder { ty }
    }

    /// Number of pages it has at least.
    pub fn min(&mut self, minimum: u64) -> &mut Self {
        self.ty.minimum = minimum;
        self
    }

    /// Number of pages it has at most.
    pub fn max(&mut self, maximum: Option<u64>) -> &mut Self {
        self.ty.maximum = maximum;
        self
    }

    /// Whether it has 64-bit addresses.
    pub fn memory64(&mut self, memory64: bool) -> &mut Self {
        self.ty.is_64 = memory64;
        self
    }

    /// Whether it is for several threads.
    pub fn shared(&mut self, shared: bool) -> &mut Self {
        self.ty.is_shared = shared;
        self
    }

    /// Binary logarithm of its page size: 0 or 16.
    pub fn page_size_log2(&mut self, page_size_log2: u8) -> &mut Self {
        self.ty.page_size_log2 = page_size_log2;
        self
    }

    /// The type.
    ///
    /// # Errors
    ///
    /// If the limits contradict each other or exceed the address space, if there is no such page
    /// size, or if a shared memory has no maximum.
    pub fn build(&self) -> Result<MemoryType> {
        let ty = &self.ty;
        if ty.maximum.is_some_and(|maximum| maximum < ty.minimum) {
            bail!("maximum page size cannot be smaller than the minimum page size");
        }
        if ty.page_size_log2 != 0 && ty.page_size_log2 != DEFAULT_PAGE_SIZE_LOG2 {
            bail!(
                "page size must be 2**16 or 2**0, but was given 2**{}; note that future Wasm \
                 extensions might allow any power of two page size, but only 2**16 and 2**0 are \
                 currently valid",
                ty.page_size_log2
            );
        }
        if ty.is_shared && ty.maximum.is_none() {
            bail!("shared memories must have a maximum size");
        }
        let bytes = |pages: u64| pages.checked_mul(ty.page_size());
        let largest = if ty.is_64 {
            u64::MAX - (ty.page_size() - 1)
        } else {
            1 << 32
        };
        let Some(minimum) = bytes(ty.minimum) else {
            return Err(format_err!("size overflow calculating memory size")
                .context("memory's minimum byte size must fit in a u64"));
        };
        if minimum > largest {
            bail!("minimum size is too large for this memory type's index type");
        }
        // A maximum that is no number of bytes is as good as none.
        if ty.maximum.and_then(bytes).is_some_and(|it| it > largest) {
            bail!("maximum size is too large for this memory type's index type");
        }
        Ok(ty.clone())
    }

    fn build_or_panic(&self) -> MemoryType {
        match self.build() {
            Ok(ty) => ty,
            // As wasmtime's, which unwraps.
            Err(error) => panic!("called `Result::unwrap()` on an `Err` value: {error:?}"),
        }
    }
}

impl Default for MemoryTypeBuilder {
    fn default() -> Self {
        Self::new()
    }
}
