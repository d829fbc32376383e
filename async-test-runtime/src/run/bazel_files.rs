//! The files by which Bazel hears how a run goes, besides the report.

use std::fs;
use std::path::PathBuf;

use crate::options::Bazel;

/// The file that is there while tests run. Where a test ends the process, it stays, and Bazel fails the run whatever the
/// exit code is.
#[derive(Default, Debug)]
pub(super) struct PrematureExitFile(Option<PathBuf>);

impl PrematureExitFile {
    /// # Errors
    ///
    /// When it cannot be made: then the run goes on without it.
    pub(super) fn create(bazel: &Bazel) -> Result<PrematureExitFile, String> {
        let Some(file) = &bazel.premature_exit_file else {
            return Ok(PrematureExitFile(None));
        };
        match fs::write(file, "0") {
            Ok(()) => Ok(PrematureExitFile(Some(file.clone()))),
            Err(error) => Err(format!(
                "`TEST_PREMATURE_EXIT_FILE={}` cannot be written, so a test that ends the process may look like one that \
                 passed: {error}",
                file.display()
            )),
        }
    }

    /// The run has ended as it should. Dropping it leaves the file where it is.
    pub(super) fn remove(self) {
        if let Some(file) = self.0 {
            // Somebody else may have removed it; that it is gone is what counts.
            let _ = fs::remove_file(file);
        }
    }
}
