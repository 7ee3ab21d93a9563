//! Every vector of the file: how the run ends, to the ink, and what activation measures.

use devnode::stylus::{Exit, Metrics, Outcome, Params, activate, cost};
use revm::primitives::{Bytes, hex};
use serde_json::Value;

use crate::harness::Run;

struct Vector(Value);

impl Vector {
    fn all() -> Vec<Self> {
        let file: Value = serde_json::from_str(include_str!("../vectors.json")).expect("JSON");
        let vectors = file["vectors"].as_array().expect("a list of vectors");
        vectors.iter().cloned().map(Vector).collect()
    }

    fn name(&self) -> &str {
        self.0["name"].as_str().expect("a name")
    }

    fn bytes(&self, field: &str) -> Bytes {
        hex::decode(self.0[field].as_str().expect(field)).expect(field).into()
    }

    fn number(&self, field: &str) -> u64 {
        self.0[field].as_u64().expect(field)
    }

    fn outcome(&self) -> Outcome {
        match self.0["outcome"].as_str().expect("an outcome") {
            "success" => Outcome::Success,
            "revert" => Outcome::Revert,
            "failure" => Outcome::Failure,
            "out_of_ink" => Outcome::OutOfInk,
            "out_of_stack" => Outcome::OutOfStack,
            other => panic!("unknown outcome {other}"),
        }
    }

    fn run(&self) -> Exit {
        let (module, _) =
            activate(&self.bytes("wasm"), &Params::default(), 0, false, &mut u64::MAX.clone())
                .expect("activates");
        let mut run = Run::of_module(module);
        run.gas = self.number("gas_at_entry");
        run.env.calldata = self.bytes("calldata");
        run.run()
    }

    fn metrics(&self) -> &Value {
        &self.0["metrics"]
    }
}

#[test]
fn every_run_ends_as_it_should_to_the_ink() {
    for vector in Vector::all() {
        let exit = vector.run();
        let name = vector.name();
        assert_eq!(exit.outcome, vector.outcome(), "{name}");
        assert_eq!(exit.ink_used, vector.number("ink_used"), "{name}");
        assert_eq!(exit.output, vector.bytes("output"), "{name}");
    }
}

#[test]
fn gas_is_kept_unless_ink_or_stack_ran_out() {
    for vector in Vector::all() {
        let exit = vector.run();
        let kept = vector.number("gas_at_entry") - vector.number("ink_used").div_ceil(10_000);
        let lost = matches!(vector.outcome(), Outcome::OutOfInk | Outcome::OutOfStack);
        assert_eq!(exit.gas_left, if lost { 0 } else { kept }, "{}", vector.name());
    }
}

#[test]
fn every_program_measures_as_it_should() {
    for vector in Vector::all() {
        let mut gas = 1_000_000_000;
        let wasm = vector.bytes("wasm");
        let activated = activate(&wasm, &Params::default(), 0, false, &mut gas);
        let (_, metrics) = activated.expect("activates");
        let expected = vector.metrics();
        check_metrics(vector.name(), &metrics, expected);
        let charged = 1_000_000_000 - gas;
        assert_eq!(charged, expected["native_activation_gas"], "{}", vector.name());
    }
}

fn check_metrics(name: &str, metrics: &Metrics, expected: &Value) {
    let params = Params::default();
    let frames = expected["frames"].as_array().expect("frames");
    let frames: Vec<_> = frames.iter().map(|frame| frame.as_u64().expect("a frame")).collect();
    assert_eq!(metrics.frames.iter().map(|&frame| u64::from(frame)).collect::<Vec<_>>(), frames);
    for (field, actual) in [
        ("wasm_len", metrics.wasm_len.into()),
        ("funcs", metrics.funcs.into()),
        ("globals", metrics.globals.into()),
        ("type_len", metrics.type_len.into()),
        ("data_len", metrics.data_len.into()),
        ("footprint", metrics.footprint.into()),
        ("instrumented_ops", metrics.instrumented_ops.into()),
        ("init_cost", metrics.init_cost.into()),
        ("cached_cost", metrics.cached_cost.into()),
        ("init_gas", cost::init_gas(metrics.init_cost, &params)),
        ("cached_gas", cost::cached_gas(metrics.cached_cost, &params)),
        ("asm_estimate", metrics.asm_estimate.into()),
        ("asm_kb", cost::asm_estimate_kb(metrics.asm_estimate).into()),
        ("native_activation_gas", metrics.native_activation_gas),
    ] {
        assert_eq!(Some(actual), expected[field].as_u64(), "{field} of {name}");
    }
}

#[test]
fn activation_that_can_not_be_paid_runs_out_of_gas() {
    for vector in Vector::all() {
        let needed = vector.metrics()["native_activation_gas"].as_u64().expect("gas");
        for (gas, enough) in [(needed, true), (needed - 1, false), (0, false)] {
            let wasm = vector.bytes("wasm");
            let result = activate(&wasm, &Params::default(), 0, false, &mut gas.clone());
            assert_eq!(result.is_ok(), enough, "{} with {gas} gas", vector.name());
        }
    }
}
