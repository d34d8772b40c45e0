//! Profiles as bytes, to be kept from one run to the next.
//!
//! ```text
//!   profile   magic, version, hash of the module, number of functions, functions
//!   function  index (as a difference), hot places, number of sites, used sites, failed branches,
//!             number of entries, observed branches
//!   site      index (as a difference), calls, foreign calls, failures, targets
//!   branch    entry (as a difference), how often taken, twice how often not, plus 1 if it failed
//! ```
//!
//! Numbers are LEB128. Sites that were never executed take nothing. What is read is checked against
//! the module, and never allocates more than the module's own size allows.

use super::{BranchProfile, FuncProfile, MAX_KEPT, Profile, SiteProfile, TargetProfile};
use crate::FuncIdx;
use crate::leb128::write_leb128 as number;
use crate::module::{DecodeError, Module};
use sha2::{Digest as _, Sha256};
use wasmparser::{BinaryReader, BinaryReaderError};

const MAGIC: &[u8; 4] = b"wijp";
const VERSION: u8 = 2;

/// Bytes of a module's hash.
const HASH: usize = 16;

/// Why bytes are no profile of a module.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// They are no profile, or one that was cut off.
    #[error("not a profile: {0}")]
    Malformed(String),
    /// They are of a version of the format that this engine does not read.
    #[error("profile has version {0}, but this engine reads version {VERSION}")]
    Version(u8),
    /// They are of a module with other bytes.
    #[error("the profile was recorded with another module")]
    OtherModule,
    /// They speak of what the module does not have.
    #[error("the profile does not fit the module: {0}")]
    Misfit(String),
    /// The module cannot be read.
    #[error(transparent)]
    Module(#[from] DecodeError),
}

impl From<BinaryReaderError> for ProfileError {
    fn from(error: BinaryReaderError) -> Self {
        Self::Malformed(error.message().to_owned())
    }
}

impl Profile {
    /// The profile as bytes that [`Profile::from_bytes`] reads. Equal profiles give equal bytes.
    ///
    /// # Errors
    ///
    /// If the module lies in a file that cannot be read any more.
    pub fn to_bytes(&self, module: &Module) -> Result<Vec<u8>, DecodeError> {
        let mut out = Vec::new();
        out.extend_from_slice(MAGIC);
        out.push(VERSION);
        out.extend_from_slice(&hash(module)?);
        let mut funcs: Vec<_> = self.funcs().collect();
        funcs.sort_by_key(|it| it.0);
        number(funcs.len() as u64, &mut out);
        let mut next = 0;
        for (func, profile) in funcs {
            number(u64::from(func.0 - next), &mut out);
            next = func.0;
            write_func(profile, &mut out);
        }
        Ok(out)
    }

    /// Reads a profile of `module`.
    ///
    /// # Errors
    ///
    /// See [`ProfileError`].
    pub fn from_bytes(bytes: &[u8], module: &Module) -> Result<Profile, ProfileError> {
        let mut reader = BinaryReader::new(bytes, 0);
        if reader.read_bytes(MAGIC.len()).ok() != Some(MAGIC) {
            return Err(ProfileError::Malformed(
                "it begins with other bytes".to_owned(),
            ));
        }
        match reader.read_u8()? {
            VERSION => {}
            version => return Err(ProfileError::Version(version)),
        }
        if reader.read_bytes(HASH)? != hash(module)? {
            return Err(ProfileError::OtherModule);
        }
        let mut profile = Profile::default();
        let n_funcs = reader.read_var_u32()?;
        let mut func = 0_u32;
        for _ in 0..n_funcs {
            func = add(func, reader.read_var_u32()?)?;
            let read = read_func(&mut reader, module, FuncIdx(func))?;
            profile.insert(FuncIdx(func), read);
        }
        match reader.eof() {
            true => Ok(profile),
            false => Err(ProfileError::Malformed(
                "there is more behind it".to_owned(),
            )),
        }
    }
}

/// The hash of a module's bytes.
fn hash(module: &Module) -> Result<[u8; HASH], DecodeError> {
    let bytes = module.bytes.get(0..module.bytes.len())?;
    let digest = Sha256::digest(bytes);
    let mut hash = [0; HASH];
    hash.copy_from_slice(&digest[..HASH]);
    Ok(hash)
}

fn write_func(func: &FuncProfile, out: &mut Vec<u8>) {
    number(func.hot.len() as u64, out);
    for place in &func.hot {
        number(place.map_or(0, |pc| u64::from(pc) + 1), out);
    }
    let used = || {
        (0_u32..)
            .zip(&func.sites)
            .filter(|it| *it.1 != SiteProfile::default())
    };
    number(func.sites.len() as u64, out);
    number(used().count() as u64, out);
    let mut next = 0;
    for (n, site) in used() {
        number(u64::from(n - next), out);
        next = n;
        number(site.count, out);
        number(site.foreign, out);
        let failures = [
            site.wrong_targets,
            site.table_changes,
            site.reprofiles,
            site.in_vain,
        ];
        number(u32::from_le_bytes(failures).into(), out);
        number(site.targets.len() as u64, out);
        for target in &site.targets {
            number(target.func.0.into(), out);
            number(target.index.map_or(0, |it| u64::from(it) + 1), out);
            number(target.count, out);
        }
    }
    write_branches(func, out);
}

fn write_branches(func: &FuncProfile, out: &mut Vec<u8>) {
    let used = || {
        (0_u32..)
            .zip(&func.branches)
            .filter(|it| *it.1 != BranchProfile::default())
    };
    number(func.wrong_branches.into(), out);
    number(func.branches.len() as u64, out);
    number(used().count() as u64, out);
    let mut next = 0;
    for (n, branch) in used() {
        number(u64::from(n - next), out);
        next = n;
        number(branch.taken.into(), out);
        number(
            u64::from(branch.not_taken) << 1 | u64::from(branch.failed),
            out,
        );
    }
}

fn read_func(
    reader: &mut BinaryReader<'_>,
    module: &Module,
    func: FuncIdx,
) -> Result<FuncProfile, ProfileError> {
    let Some(body) = module.body(func) else {
        return Err(ProfileError::Misfit(format!("{func} has no body")));
    };
    // A call or a loop takes two bytes at least.
    let most = body.range.len() as u32 / 2;
    let at_most = |n: u32, what: &str| match n <= most {
        true => Ok(n),
        false => Err(ProfileError::Misfit(format!(
            "{func} has too few {what} for it"
        ))),
    };
    let mut profile = FuncProfile::default();
    for _ in 0..at_most(reader.read_var_u32()?, "loops")? {
        profile.hot.push(reader.read_var_u32()?.checked_sub(1));
    }
    let n_sites = at_most(reader.read_var_u32()?, "call sites")?;
    profile.sites = vec![SiteProfile::default(); n_sites as usize].into();
    let mut at = 0_u32;
    for _ in 0..at_most(reader.read_var_u32()?, "call sites")? {
        at = add(at, reader.read_var_u32()?)?;
        let Some(site) = profile.sites.get_mut(at as usize) else {
            return Err(ProfileError::Misfit(format!(
                "{func} has no call site {at}"
            )));
        };
        *site = read_site(reader, module)?;
    }
    profile.wrong_branches = u8::try_from(reader.read_var_u32()?).unwrap_or(u8::MAX);
    // Only those of a `br_table` are shorter than two bytes.
    let most = body.range.len() as u32;
    let n_entries = reader.read_var_u32()?;
    if n_entries > most {
        return Err(ProfileError::Misfit(format!(
            "{func} has too few branches for it"
        )));
    }
    profile.branches = vec![BranchProfile::default(); n_entries as usize].into();
    let mut at = 0_u32;
    for _ in 0..reader.read_var_u32()?.min(n_entries) {
        at = add(at, reader.read_var_u32()?)?;
        let Some(branch) = profile.branches.get_mut(at as usize) else {
            return Err(ProfileError::Misfit(format!("{func} has no branch {at}")));
        };
        let (taken, rest) = (reader.read_var_u32()?, reader.read_var_u64()?);
        *branch = BranchProfile {
            taken,
            not_taken: u32::try_from(rest >> 1).unwrap_or(u32::MAX),
            failed: rest & 1 != 0,
        };
    }
    Ok(profile)
}

fn read_site(reader: &mut BinaryReader<'_>, module: &Module) -> Result<SiteProfile, ProfileError> {
    let (count, foreign) = (reader.read_var_u64()?, reader.read_var_u64()?);
    let [wrong_targets, table_changes, reprofiles, in_vain] = reader.read_var_u32()?.to_le_bytes();
    let mut site = SiteProfile {
        count,
        foreign,
        wrong_targets,
        table_changes,
        reprofiles,
        in_vain,
        ..SiteProfile::default()
    };
    let n_targets = reader.read_var_u32()?;
    if n_targets as usize > MAX_KEPT {
        return Err(ProfileError::Malformed(format!(
            "a call site with {n_targets} targets"
        )));
    }
    for _ in 0..n_targets {
        let func = FuncIdx(reader.read_var_u32()?);
        if module.body(func).is_none() {
            return Err(ProfileError::Misfit(format!(
                "{func} is no target: it has no body"
            )));
        }
        site.add_target(TargetProfile {
            func,
            index: reader.read_var_u32()?.checked_sub(1),
            count: reader.read_var_u64()?,
        });
    }
    Ok(site)
}

fn add(a: u32, b: u32) -> Result<u32, ProfileError> {
    let overflow = || ProfileError::Malformed("an index beyond 32 bits".to_owned());
    a.checked_add(b).ok_or_else(overflow)
}
