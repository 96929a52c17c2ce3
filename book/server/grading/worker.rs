//! The threads of the grade queue: one grades, the other one ends the grading when no page is open.

use std::io;
use std::thread::{self, JoinHandle};

use tokio::runtime::{Builder, Runtime};

use super::queue::{GradeQueue, Job};
use super::suite;

pub struct Workers {
    queue: GradeQueue,
    threads: [JoinHandle<()>; 2],
}

impl Workers {
    /// Starts the threads.
    ///
    /// # Errors
    ///
    /// The system lacks what it takes to wait for a child.
    pub fn start(queue: &GradeQueue) -> io::Result<Workers> {
        // The server's runtime may end before the run that is going on has been ended.
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (grader, keeper) = (queue.clone(), queue.clone());
        let threads = [
            thread::spawn(move || grade_all(&grader, &runtime)),
            thread::spawn(move || keeper.stop_when_abandoned()),
        ];
        Ok(Workers { queue: queue.clone(), threads })
    }

    /// Ends the run that is going on, with all that it has started, and then the threads.
    pub fn shut_down(self) {
        self.queue.shut_down();
        for thread in self.threads {
            let _ = thread.join();
        }
    }
}

fn grade_all(queue: &GradeQueue, runtime: &Runtime) {
    while let Some(Job { number, stamp, language, mut stop }) = queue.next() {
        let exercise = queue.exercise(number);
        let grading = suite::grade(queue.root(), exercise, language, &mut stop, |event| {
            queue.change(|grades| grades.take(number, event));
        });
        let verdict = runtime.block_on(grading);
        queue.done(number, stamp, language, verdict);
    }
}
