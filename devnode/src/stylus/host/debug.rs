//! What debug chains add: printing from a program. Nothing here costs ink.

use wasmi::{F32, F64, Val};

use super::{Answer, Answered, Args, DONE, Host, i32, i64};

/// Prints a line of a program's, through the node's log.
fn print(line: impl std::fmt::Display) {
    tracing::info!(target: "console", "{line}");
}

impl Host<'_> {
    /// `log_txt(data, len)`.
    pub(super) fn log_txt(&mut self, args: Args) -> Answered {
        print(String::from_utf8_lossy(self.machine.read(args.u32(0), args.u32(1))?));
        DONE
    }

    /// `log_i32(value)`.
    pub(super) fn log_i32(&mut self, args: Args) -> Answered {
        print(args.u32(0).cast_signed());
        DONE
    }

    /// `log_i64(value)`.
    pub(super) fn log_i64(&mut self, args: Args) -> Answered {
        print(args.u64(0).cast_signed());
        DONE
    }

    /// `log_f32(value)`.
    pub(super) fn log_f32(&mut self, args: Args) -> Answered {
        print(f32::from_bits(args.u32(0)));
        DONE
    }

    /// `log_f64(value)`.
    pub(super) fn log_f64(&mut self, args: Args) -> Answered {
        print(f64::from_bits(args.u64(0)));
        DONE
    }

    /// `tee_i32(value) -> value`.
    pub(super) fn tee_i32(&mut self, args: Args) -> Answered {
        print(args.u32(0).cast_signed());
        i32(args.u32(0))
    }

    /// `tee_i64(value) -> value`.
    pub(super) fn tee_i64(&mut self, args: Args) -> Answered {
        print(args.u64(0).cast_signed());
        i64(args.u64(0))
    }

    /// `tee_f32(value) -> value`.
    pub(super) fn tee_f32(&mut self, args: Args) -> Answered {
        print(f32::from_bits(args.u32(0)));
        Ok(Answer::Value(Some(Val::F32(F32::from_bits(args.u32(0))))))
    }

    /// `tee_f64(value) -> value`.
    pub(super) fn tee_f64(&mut self, args: Args) -> Answered {
        print(f64::from_bits(args.u64(0)));
        Ok(Answer::Value(Some(Val::F64(F64::from_bits(args.u64(0))))))
    }

    /// `null_host()`.
    pub(super) fn null_host(&mut self, _: Args) -> Answered {
        DONE
    }

    /// `start_benchmark()`: there is nothing to measure on an interpreter.
    pub(super) fn start_benchmark(&mut self, _: Args) -> Answered {
        DONE
    }

    /// `end_benchmark()`.
    pub(super) fn end_benchmark(&mut self, _: Args) -> Answered {
        DONE
    }
}
