//! The standard library with the locks, condition variables, atomics, channels and threads of shuttle in place of its
//! own. What is missing in these modules is missing on purpose: code that uses it would run past the checker.

pub use ::std::*;

pub mod sync {
    pub use ::std::sync::{Arc, OnceLock, PoisonError, Weak};
    pub use shuttle::sync::{Mutex, MutexGuard, mpsc};

    use ::std::sync::LockResult;
    use ::std::time::Duration;

    /// Who waits for a while is woken after a while, be it by somebody or by nobody. (Shuttle's own waits for ever.)
    #[derive(Default, Debug)]
    pub struct Condvar(Arc<shuttle::sync::Condvar>);

    impl Condvar {
        pub fn new() -> Condvar {
            Condvar::default()
        }

        pub fn notify_one(&self) {
            self.0.notify_one();
        }

        pub fn notify_all(&self) {
            self.0.notify_all();
        }

        pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
            self.0.wait(guard)
        }

        pub fn wait_timeout<'a, T>(
            &self,
            guard: MutexGuard<'a, T>,
            _: Duration,
        ) -> LockResult<(MutexGuard<'a, T>, ())> {
            let is_awake = Arc::<atomic::AtomicBool>::default();
            let (time, is_over) = (self.0.clone(), is_awake.clone());
            shuttle::thread::spawn(move || {
                while !is_over.load(atomic::Ordering::SeqCst) {
                    time.notify_all();
                    shuttle::thread::yield_now();
                }
            });
            let waited = self.0.wait(guard);
            is_awake.store(true, atomic::Ordering::SeqCst);
            waited
                .map(|guard| (guard, ()))
                .map_err(|error| PoisonError::new((error.into_inner(), ())))
        }
    }

    /// Real ones, since some are statics and outlive a schedule; others may go on before each operation.
    pub mod atomic {
        pub use ::std::sync::atomic::Ordering;

        fn crossroads() {
            shuttle::sync::atomic::AtomicBool::new(false).load(Ordering::SeqCst);
        }

        macro_rules! atomic {
            ($($name:ident $value:ty;)*) => {$(
                #[derive(Default, Debug)]
                pub struct $name(::std::sync::atomic::$name);

                impl $name {
                    pub const fn new(value: $value) -> $name {
                        $name(::std::sync::atomic::$name::new(value))
                    }

                    pub fn load(&self, order: Ordering) -> $value {
                        crossroads();
                        self.0.load(order)
                    }

                    pub fn store(&self, value: $value, order: Ordering) {
                        crossroads();
                        self.0.store(value, order);
                    }

                    pub fn swap(&self, value: $value, order: Ordering) -> $value {
                        crossroads();
                        self.0.swap(value, order)
                    }

                    pub fn compare_exchange(
                        &self,
                        from: $value,
                        to: $value,
                        success: Ordering,
                        failure: Ordering,
                    ) -> Result<$value, $value> {
                        crossroads();
                        self.0.compare_exchange(from, to, success, failure)
                    }

                    /// It never fails for no reason.
                    pub fn compare_exchange_weak(
                        &self,
                        from: $value,
                        to: $value,
                        success: Ordering,
                        failure: Ordering,
                    ) -> Result<$value, $value> {
                        self.compare_exchange(from, to, success, failure)
                    }

                    pub fn fetch_update(
                        &self,
                        set: Ordering,
                        fetch: Ordering,
                        mut change: impl FnMut($value) -> Option<$value>,
                    ) -> Result<$value, $value> {
                        let mut from = self.load(fetch);
                        while let Some(to) = change(from) {
                            match self.compare_exchange_weak(from, to, set, fetch) {
                                Ok(from) => return Ok(from),
                                Err(now) => from = now,
                            }
                        }
                        Err(from)
                    }
                }
            )*};
        }

        atomic! {
            AtomicBool bool;
            AtomicU8 u8;
            AtomicU64 u64;
        }

        impl AtomicU64 {
            pub fn fetch_or(&self, value: u64, order: Ordering) -> u64 {
                crossroads();
                self.0.fetch_or(value, order)
            }

            pub fn fetch_and(&self, value: u64, order: Ordering) -> u64 {
                crossroads();
                self.0.fetch_and(value, order)
            }

            pub fn fetch_add(&self, value: u64, order: Ordering) -> u64 {
                crossroads();
                self.0.fetch_add(value, order)
            }

            pub fn fetch_sub(&self, value: u64, order: Ordering) -> u64 {
                crossroads();
                self.0.fetch_sub(value, order)
            }
        }
    }
}

pub mod thread {
    pub use shuttle::thread::{Builder, JoinHandle, ThreadId, current, sleep, spawn, yield_now};
}
