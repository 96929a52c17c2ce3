//! What no other program can guess.

/// So many random bytes of the system's, two digits each.
///
/// # Errors
///
/// The system has none.
pub fn secret<const BYTES: usize>() -> Result<String, getrandom::Error> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
